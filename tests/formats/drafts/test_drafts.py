"""What killed processes left half written is removed by the next that writes the same file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.vector_files import written
from w2vtui.errors import DiskError
from w2vtui.formats import atomic_write
from w2vtui.formats.drafts import file_drafts as drafts
from w2vtui.formats.drafts.atomic import check_target
from w2vtui.runs.disk.inside import replace_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of files are POSIX'")

WRITER = (
    "import os, signal, sys\n"
    "from w2vtui.formats import atomic_write\n"
    "with atomic_write(sys.argv[1]) as file:\n"
    "    file.write(b'half')\n"
    "    file.flush()\n"
    "    print('half written', flush=True)\n"
    "    sys.stdin.read()\n"
)


def draft_of(path: Path) -> Path:
    """What a process that was killed has left."""
    draft = drafts.new_draft(path)
    draft.write_bytes(b"half")
    return draft


def write(path: Path, content: bytes = b"new") -> None:
    with atomic_write(path) as file:
        file.write(content)


@pytest.fixture
def writer(environment):
    """Start a process that is half through writing a file."""
    processes = []

    def start(path: Path) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, path],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        assert process.stdout.readline() == b"half written\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(writer, tmp_path):
    path = tmp_path / "notes.bin"
    first, second = writer(path), writer(path)
    left = set(tmp_path.iterdir()) - {tmp_path / "tmp"}
    assert len(left) == 2
    assert all(re.fullmatch(r"\.notes\.bin\.w2vtui-[0-9a-f]{16}\.tmp", p.name) for p in left)
    first.kill()
    first.wait()
    write(path)
    (alive,) = set(tmp_path.iterdir()) - {tmp_path / "tmp", path}
    assert alive in left
    second.communicate()
    assert second.returncode == 0
    assert path.read_bytes() == b"half"
    assert set(tmp_path.iterdir()) == {tmp_path / "tmp", path}


def test_only_drafts_of_the_same_file_are_removed(tmp_path):
    path, other = tmp_path / "notes.bin", tmp_path / "other.bin"
    dead = [draft_of(path), draft_of(path)]
    name = ".notes.bin.w2vtui-0123456789abcdef.tmp"
    (tmp_path / "folder").mkdir()
    stay = [
        draft_of(other),
        draft_of(tmp_path / "my.notes.bin"),
        draft_of(tmp_path / "notes.bin.vocab"),
        *(written(tmp_path, wrong, b"") for wrong in (
            f"{name}x", f"x{name}", name.replace("f.", "g."), name.replace("f.", "ff."),
            name.replace("f.", "."), name.replace("notes.bin", "notesxbin"), name.upper(),
            ".w2vtui-0123456789abcdef.tmp", ".notes.bin.tmp", "notes.bin.tmp",
        )),
    ]  # fmt: skip
    write(path)
    assert not any(map(os.path.lexists, dead))
    assert all(map(os.path.lexists, stay))


def test_only_regular_files_are_removed(tmp_path):
    path = tmp_path / "notes.bin"
    folder, link, pipe = (drafts.new_draft(path) for _ in range(3))
    folder.mkdir()
    target = written(tmp_path, "precious", b"precious")
    link.symlink_to(target)
    os.mkfifo(pipe)
    write(path)
    assert all(map(os.path.lexists, (folder, link, pipe)))
    assert target.read_bytes() == b"precious"


def test_a_draft_lies_beside_what_a_link_leads_to(tmp_path):
    (tmp_path / "there").mkdir()
    path, link = tmp_path / "there" / "notes.bin", tmp_path / "link.bin"
    link.symlink_to(path)
    dead = draft_of(path)
    write(link)
    assert not dead.exists()
    assert list((tmp_path / "there").iterdir()) == [path]


@pytest.mark.parametrize("name", ["n" * 251 + ".bin", "é" * 125 + ".bin", "\udc80[*]?.bin"])
def test_any_name_that_a_file_may_have_can_be_written(tmp_path, name):
    path = tmp_path / name
    dead = draft_of(path)
    check_target(path)
    write(path)
    assert not dead.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_that_is_taken_for_a_dead_one_before_it_is_locked_is_made_again(
    tmp_path, monkeypatch
):
    lock, locked = drafts.lock, []

    def overtaken(descriptor: int, *, shared: bool) -> bool | None:
        if not locked:
            for path in tmp_path.iterdir():
                path.unlink()
        locked.append(descriptor)
        return lock(descriptor, shared=shared)

    monkeypatch.setattr(drafts, "lock", overtaken)
    write(tmp_path / "notes.bin")
    assert len(locked) == 2
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


def test_a_file_that_others_remove_each_time_is_given_up(tmp_path, monkeypatch):
    def overtaken(*_: object, **__: object) -> bool:
        for path in tmp_path.iterdir():
            path.unlink()
        return True

    monkeypatch.setattr(drafts, "lock", overtaken)
    with pytest.raises(DiskError, match="each new file is removed by others"):
        write(tmp_path / "notes.bin")


def test_a_folder_that_is_renamed_takes_what_is_being_written_along(tmp_path, monkeypatch):
    folder, away, lock = tmp_path / "run", tmp_path / "away", drafts.lock
    folder.mkdir()

    def renamed(descriptor: int, *, shared: bool) -> bool | None:
        if folder.exists():
            folder.rename(away)
        return lock(descriptor, shared=shared)

    monkeypatch.setattr(drafts, "lock", renamed)
    with pytest.raises(DiskError, match="create the folder first"):  # it could not be synced
        replace_file(folder / "status.json", b"new")
    assert [(path.name, path.read_bytes()) for path in away.iterdir()] == [("status.json", b"new")]


@pytest.mark.parametrize("has_locks", [True, False])
def test_without_locks_nothing_is_taken_for_dead(tmp_path, monkeypatch, has_locks):
    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    if has_locks:
        monkeypatch.setattr(drafts.fcntl, "flock", refuse)
    else:
        monkeypatch.setattr(drafts, "fcntl", None)
    path = tmp_path / "notes.bin"
    left = draft_of(path)
    write(path)
    assert left.exists()
    assert path.read_bytes() == b"new"
