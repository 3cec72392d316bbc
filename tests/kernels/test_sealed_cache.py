"""Compiled kernels on disk: damaged ones are compiled again, those of others are never read."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from tests.support.inner_loop import outside
from w2v_kernels.machine import compiling, sealed_cache

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX'")

KEY = b"these sources"


def doubled(number):
    """Small, so that it is compiled in no time."""
    return 2 * number


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a kernel from a cache folder, or compile it; returns how often it was in the cache."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sealed_cache, "REMOVED", [])

    def load(key=KEY) -> int:
        kernel = numba.njit(_nrt=False)(doubled)
        sealed_cache.seal_cache(kernel, key)
        assert kernel(21) == 42
        return sum(kernel.stats.cache_hits.values())

    return load


@pytest.fixture(scope="module")
def _compiled(tmp_path_factory) -> Path:
    """The cache folder of the kernel, which no test changes."""
    folder = tmp_path_factory.mktemp("compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "CACHE_DIR", str(folder))
        kernel = numba.njit(_nrt=False)(doubled)
        sealed_cache.seal_cache(kernel, KEY)
        assert kernel(21) == 42
    return folder


@pytest.fixture
def saved(_compiled, load, tmp_path) -> Path:
    """The cache folder that `load` looks into, with the kernel in it."""
    shutil.copytree(_compiled, tmp_path, dirs_exist_ok=True)
    return tmp_path


def files_of(folder: Path) -> list[Path]:
    """The index and the machine code of the only kernel."""
    index, code = sorted(folder.rglob("*.nb[ic]"), reverse=True)
    return [index, code]


def test_a_kernel_is_compiled_once(load, tmp_path):
    assert [load(), load(), load()] == [0, 1, 1]
    assert len(files_of(tmp_path)) == 2
    assert sealed_cache.REMOVED == []


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :]


DAMAGES = {
    "cut by half": lambda content: content[: len(content) // 2],
    "cut by a byte": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "garbage": lambda content: random.Random(0).randbytes(len(content)),
    "Numba's own form": lambda content: content[:-16],
    "an evil pickle": lambda content: pickle.dumps(pytest.fail) + content[-16:],
    "only the seal": lambda content: content[-16:],
}
FLIPS = {
    f"bit flipped at {share:.1%}": lambda content, share=share: flipped(
        content, int(share * (len(content) - 1))
    )
    for share in (0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1)
}


@pytest.mark.parametrize("which", [*outside([0]), 1], ids=["index", "code"])
@pytest.mark.parametrize("damage", [*list(DAMAGES)[-3:], *outside([*list(DAMAGES)[:-3], *FLIPS])])
def test_a_damaged_file_is_removed_and_its_kernel_compiled_again(load, saved, which, damage):
    file = files_of(saved)[which]
    file.write_bytes((DAMAGES | FLIPS)[damage](file.read_bytes()))
    assert load() == 0
    assert [str(file)] == sealed_cache.REMOVED
    assert load() == 1


def test_files_of_other_kernels_and_other_sources_do_not_pass(load, saved):
    index, code = files_of(saved)
    index_bytes, code_bytes = index.read_bytes(), code.read_bytes()
    for one, other in ((code, index_bytes), (index, code_bytes)):
        one.write_bytes(other)
        assert load() == 0
    assert load(key=b"other sources") == 0
    assert load() == 0  # and the other way round
    assert load() == 1


@posix
def test_a_link_a_pipe_or_a_folder_in_the_place_of_a_file_is_not_read(load, saved):
    for which in (0, 1):
        for put in (lambda at: at.symlink_to("/dev/zero"), os.mkfifo, Path.mkdir):
            file = files_of(saved)[which]
            file.unlink()
            put(file)
            assert load() == 0
            if file.is_dir():
                assert load() == 0  # nothing can be saved there
                file.rmdir()
                load()
            assert load() == 1


@posix
@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_may_write_is_not_read(load, saved, mode):
    files_of(saved)[1].chmod(mode)
    assert [load(), load()] == [0, 1]


@posix
def test_a_file_of_another_user_is_not_read(load, tmp_path, monkeypatch):
    load()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1000)
    assert load() == (os.getuid() == 0)  # what root wrote is trusted
    if os.getuid() == 0:
        os.chown(files_of(tmp_path)[1], 4321, -1)
        assert load() == 0


@posix
def test_files_are_written_for_this_user_alone_whatever_the_umask(load, tmp_path):
    before = os.umask(0)
    try:
        load()
    finally:
        os.umask(before)
    assert all(file.stat().st_mode & 0o022 == 0 for file in files_of(tmp_path))
    assert load() == 1


def test_what_loading_raises_is_damage_too(load, monkeypatch, tmp_path):
    load()

    def fail(*arguments):
        raise RuntimeError("LLVM cannot read this")

    with monkeypatch.context() as patch:
        patch.setattr(sealed_cache.FunctionCache._impl_class, "rebuild", fail)
        assert load() == 0
    assert [str(files_of(tmp_path)[0])] == sealed_cache.REMOVED
    assert load() == 1


def test_a_cache_without_room_is_done_without(load, monkeypatch):
    def full(*arguments):
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert load() == 0
    assert [load(), load()] == [0, 1]


def test_a_kernel_is_compiled_before_only_if_its_files_are_intact(load, tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "CACHE_FOLDER", tmp_path)
    monkeypatch.setattr(compiling, "CACHE_KEY", KEY)
    monkeypatch.setattr(compiling, "REMOVED", sealed_cache.REMOVED)
    name = "test_sealed_cache.doubled"
    assert not compiling.is_compiled(name)
    load()
    assert compiling.is_compiled(name)
    assert compiling.cache_notes() == []
    file = files_of(tmp_path)[1]
    file.write_bytes(b"garbage")
    assert not compiling.is_compiled(name)
    assert not file.exists()
    assert compiling.cache_notes() == [
        f"damaged files of compiled kernels were removed from {tmp_path}: the kernels are compiled "
        "again"
    ]


# ---- the folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder for all that is cached."""
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return tmp_path / "cache"


@posix
@pytest.mark.parametrize("umask", [0o022, 0o002, 0])
def test_a_folder_of_our_making_is_trusted_whatever_the_umask(cache, umask):
    cache.mkdir()
    cache.chmod(0o755 | (0o020 & ~umask))
    before = os.umask(umask)
    try:
        folder = compiling._cache_folder()
    finally:
        os.umask(before)
    assert folder.is_relative_to(cache / "kernels")
    assert compiling._shared_folder(folder) is None


@posix
@pytest.mark.parametrize(
    ("depth", "mode"), [(0, 0o777), (1, 0o775), (1, 0o757), (2, 0o775), (2, 0o777)]
)
def test_a_folder_that_others_may_write_to_is_not_used(cache, depth, mode):
    folder = compiling._cache_folder()
    place = [cache, cache / "kernels", folder][depth]
    place.chmod(mode)
    assert compiling._shared_folder(folder) == place
    place.chmod(0o755)
    assert compiling._shared_folder(folder) is None
    if os.geteuid() == 0:
        os.chown(place, 4321, -1)
        assert compiling._shared_folder(folder) == place


@posix
def test_a_sticky_folder_may_hold_a_cache(cache):
    folder = compiling._cache_folder()
    cache.chmod(0o1777)
    assert compiling._shared_folder(folder) is None


@posix
def test_a_training_says_why_its_kernels_are_not_saved(environment, cache):
    folder = compiling._cache_folder()
    folder.chmod(0o777)
    (folder / "evil.nbi").write_bytes(b"")
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", "from w2v_kernels.machine import compiling as c;"
         "print(c.CACHE_FOLDER, c.kernel(lambda x: 2 * x)(4), c.cache_notes())"],
        env=environment | {"W2VTUI_CACHE_DIR": str(cache)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.startswith(
        f"None 8 ['compiled kernels are not saved: others may write to {folder}; make it yours"
    )
    assert list(folder.iterdir()) == [folder / "evil.nbi"]
