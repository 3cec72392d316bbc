"""Files are written whole or not at all, and what cannot be written is found early."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.permissions import NO_LISTING, closed
from tests.support.vector_files import EXTENSIONS, MATRIX, TEXT, WORDS, refusal, written
from tests.support.wait import DEADLINE
from w2vtui.errors import DiskError
from w2vtui.formats import (
    atomic_write,
    check_writable,
    save_vectors,
)
from w2vtui.vectors import WordVectors


def test_a_file_is_replaced_when_the_block_ends(tmp_path: Path) -> None:
    path = written(tmp_path, "f", b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path, error: BaseException) -> None:
    path = written(tmp_path, "f", b"old")

    def write_and_fail() -> None:
        with atomic_write(path) as file:
            file.write(b"new")
            raise error

    with pytest.raises(type(error)):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "no space left on device: free some space"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, "input/output error"),
    ],
)
def test_a_full_or_failing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, advice: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    path = written(tmp_path, "v.bin", b"old")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(DiskError) as caught:
        save_vectors(WordVectors(WORDS, MATRIX), path)
    monkeypatch.undo()
    assert str(caught.value).startswith(f"cannot write {path}: ")
    assert advice in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.process
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_disk_that_fills_while_writing_leaves_the_old_file(
    tmp_path: Path, extension: str
) -> None:
    path = written(tmp_path, f"v{extension}", b"old")
    program = (
        "import resource, sys, numpy as np\n"
        "from w2vtui.errors import DiskError\n"
        "from w2vtui.formats import save_vectors\n"
        "from w2vtui.vectors import WordVectors\n"
        "model = WordVectors([str(n) for n in range(5000)], np.ones((5000, 50)))\n"
        "usual = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))\n"
        "try:\n"
        "    save_vectors(model, sys.argv[1])\n"
        "except DiskError as error:\n"
        "    print(error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, usual)\n"  # coverage writes a larger file
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    assert ended.stdout.startswith(f"cannot write {path}: file too large: ")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_and_its_folder_are_on_the_disk_before_it_counts_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    sync, replace = os.fsync, os.replace

    def watched_sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def watched_replace(*names: object, **options: object) -> None:
        steps.append("replace")
        replace(*names, **options)

    monkeypatch.setattr(os, "fsync", watched_sync)
    monkeypatch.setattr(os, "replace", watched_replace)
    with atomic_write(tmp_path / "f") as file:
        file.write(b"new")
    assert steps == ["file", "replace", "folder"]


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    path = written(tmp_path, "f", b"old")
    path.chmod(0o640)
    (tmp_path / "link").symlink_to(path)
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_is_as_private_as_the_umask_says(tmp_path: Path) -> None:
    plain = written(tmp_path, "plain", b"")
    with atomic_write(tmp_path / "f") as file:
        file.write(b"new")
    assert (tmp_path / "f").stat().st_mode == plain.stat().st_mode


def unwritable_targets(folder: Path) -> list[tuple[Path, str]]:
    (folder / "folder.bin").mkdir()
    (folder / "counts.bin.vocab").mkdir()
    os.mkfifo(folder / "pipe.bin")
    (folder / "loop.bin").symlink_to(folder / "loop.bin")
    written(folder, "file", b"")
    return [
        (folder / "absent" / "v.bin", "create the folder first"),
        (folder / "folder.bin", "is a directory"),
        (folder / "counts.bin", "is a directory"),
        (folder / "pipe.bin", "not a regular file"),
        (folder / "loop.bin", "cannot write"),
        (folder / "file" / "v.bin", "not a directory"),
        (folder / ("n" * 300 + ".bin"), "choose a shorter name"),
    ]


def test_what_cannot_be_written_is_found_before_a_training(tmp_path: Path) -> None:
    targets = unwritable_targets(tmp_path)
    before = sorted(tmp_path.iterdir())
    for path, message in targets:
        with pytest.raises(DiskError) as caught:
            check_writable(path)
        assert message in str(caught.value)
        with pytest.raises(DiskError):
            save_vectors(WordVectors(WORDS, MATRIX, np.array([3, 2, 1])), path)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="no such folder here")  # noqa: PTH110
def test_a_pipe_without_a_place_is_refused_as_what_it_is() -> None:
    ends = os.pipe()
    try:
        with pytest.raises(DiskError, match=r"not a regular file, .*: name a file, and copy it"):
            check_writable(f"/dev/fd/{ends[1]}", "text")
    finally:
        for end in ends:
            os.close(end)


def test_the_check_leaves_what_is_there(tmp_path: Path) -> None:
    path = written(tmp_path, "v.bin", b"old")
    check_writable(path)
    check_writable(tmp_path / "new.bin")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_written_to_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real_open = os.open

    def refuse(path: object, flags: int, *rest: object, **options: object) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return real_open(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DiskError, match="choose"):
        check_writable(tmp_path / "v.bin")


@pytest.mark.usefixtures("unprivileged")
def test_permissions_of_a_folder_are_heeded(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DiskError, match="a folder you may write to"):
        check_writable(tmp_path / "v.bin")
    tmp_path.chmod(0o700)


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_that_may_be_written_to_and_not_read_takes_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    with closed(folder, NO_LISTING), atomic_write(folder / "f") as file:
        file.write(b"new")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"new"]


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "v.txt", TEXT)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    assert refusal(path) == (
        f"cannot read {path}: permission denied: check the name and the permissions"
    )
