"""What opening a large file found out is kept: the next opening gives the same and reads little."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from w2vtui.formats import write_vector_folder
from w2vtui.large_files import aligned, binary, findings, open_vectors

WORDS = ["the", "naïve", "日本", "king", "x" * 300]
MATRIX = np.random.default_rng(1).standard_normal((len(WORDS), 9)).astype(np.float32)
COUNTS = np.array([900_000, 70_000, 500, 3, 0])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, which takes files that have just been written."""
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(findings.Stamp, "is_settled", True)
    return tmp_path / "cache" / "vectors"


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read from end to end."""
    read: list[str] = []
    for module, name in ((binary, "binary_vectors"), (aligned, "folder_vectors")):
        monkeypatch.setattr(module, name, _noted(getattr(module, name), read))
    return read


def _noted(read_all: Callable[..., object], read: list[str]) -> Callable[..., object]:
    def noted(*given: object, **named: object) -> object:
        read.append("read")
        return read_all(*given, **named)

    return noted


def write(path: Path, words: list[str] = WORDS, rows: np.ndarray = MATRIX) -> Path:
    records = (
        word.encode() + b" " + row.astype("<f4").tobytes()
        for word, row in zip(words, rows, strict=True)
    )
    path.write_bytes(b"%d %d\n" % rows.shape + b"".join(records))
    return path


def outcome(path: Path, **options: object) -> tuple[object, ...]:
    """What opened vectors hold and answer, and what was said of them."""
    said: list[str] = []
    found = open_vectors(path, least_bytes=0, report=said.append, **options)  # type: ignore[arg-type]
    counts = None if found.counts is None else found.counts.tolist()
    output = None if found.output_vectors is None else np.asarray(found.output_vectors).tobytes()
    words = list(found.index_to_key)
    rows = [found.key_to_index[word] for word in words]
    numbers = np.asarray(found.vectors).tobytes()
    answers = found.most_similar(words[1], topn=3)
    return words, rows, numbers, found.norms.tolist(), counts, output, answers, said


@pytest.mark.slow
def test_a_file_is_read_from_end_to_end_once(tmp_path: Path, scans: list[str]) -> None:
    path = write(tmp_path / "v.bin")
    (tmp_path / "v.bin.vocab").write_text(
        "".join(f"{word} {count}\n" for word, count in zip(WORDS, COUNTS, strict=True))
    )
    first = outcome(path)
    assert first[4] == COUNTS.tolist()
    assert outcome(path) == first
    assert len(scans) == 1


def test_a_folder_is_read_from_end_to_end_once(tmp_path: Path, scans: list[str]) -> None:
    tensors = {"vectors": MATRIX, "counts": COUNTS, "output_vectors": 2 * MATRIX}
    write_vector_folder(tmp_path / "v", WORDS, tensors)
    first = outcome(tmp_path / "v")
    assert first[5] == (2 * MATRIX).tobytes()
    assert outcome(tmp_path / "v") == first
    assert len(scans) == 1


def test_what_was_left_out_stays_out_and_is_said_again(tmp_path: Path, scans: list[str]) -> None:
    rows = MATRIX.copy()
    rows[2, 3] = np.nan
    path = write(tmp_path / "v.bin", ["the", "king", "bad", "the", "queen"], rows)
    first = outcome(path, skip_bad_rows=True)
    assert first[0] == ["the", "king", "queen"]
    assert len(first[-1]) == 2  # type: ignore[arg-type]
    assert outcome(path, skip_bad_rows=True) == first
    assert len(scans) == 1
    with pytest.raises(Exception, match="bad"):
        outcome(path)


def _grow(path: Path) -> None:
    write(path, [*WORDS, "more"], np.vstack([MATRIX, MATRIX[:1]]))


def _replace(path: Path) -> None:
    """Put another file of the same size and time in its place, as `cp -p` does."""
    status = path.stat()
    other = write(path.with_name("other"), WORDS, MATRIX + 1)
    other.replace(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _count(path: Path) -> None:
    path.with_name("v.bin.vocab").write_text("".join(f"{word} 7\n" for word in WORDS))


@pytest.mark.parametrize("change", [_grow, _replace, _count])
def test_what_was_changed_is_read_again(
    tmp_path: Path, scans: list[str], change: Callable[[Path], None]
) -> None:
    path = write(tmp_path / "v.bin")
    before = outcome(path)
    change(path)
    after = outcome(path)
    assert after != before
    assert len(scans) == 2
    assert outcome(path) == after
    assert len(scans) == 2


@pytest.mark.parametrize("at", [4, 200, -3])
def test_damage_in_the_cache_is_found(
    tmp_path: Path, cache: Path, scans: list[str], at: int
) -> None:
    path = write(tmp_path / "v.bin")
    before = outcome(path)
    (kept,) = cache.iterdir()
    content = bytearray(kept.read_bytes())
    content[at] ^= 1
    kept.write_bytes(content)
    assert outcome(path) == before
    kept.write_bytes(content[:at])
    assert outcome(path) == before
    assert len(scans) == 3


def test_what_may_change_unseen_is_not_kept(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings.Stamp, "is_settled", False)
    outcome(write(tmp_path / "v.bin"))
    assert not cache.exists()


def test_the_cache_holds_a_few_files(tmp_path: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "mine.txt").write_text("a person's")
    for number in range(findings.KEPT_FILES + 2):
        outcome(write(tmp_path / f"{number}.bin"))
    names = [path.name for path in cache.iterdir()]
    assert len(names) == findings.KEPT_FILES + 1
    assert "mine.txt" in names


def test_a_cache_that_cannot_be_written_is_said_and_done_without(
    tmp_path: Path, cache: Path
) -> None:
    cache.parent.write_text("in the way")
    *found, said = outcome(write(tmp_path / "v.bin"))
    assert found[0] == WORDS
    assert "the next opening will take as long" in said[0]  # type: ignore[index]
