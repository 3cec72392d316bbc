"""Large files: left where they are, they hold and answer what they hold and answer once loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples, outside
from w2vtui.errors import UnknownWordError, VectorsError
from w2vtui.exploring.sides import with_side
from w2vtui.formats import load_vectors, save_vectors, write_vector_folder
from w2vtui.large_files import open_file, open_vectors, opening, records, rows
from w2vtui.large_files.open_file import OpenFile
from w2vtui.large_files.rows import FileRows, RowSums
from w2vtui.large_files.vectors import FileVectors
from w2vtui.vectors import WordVectors

SIZE = 9
WORDS = ["the", "naïve", "日本", "a", "x" * 60, "king", "queen", "don't"]
MATRIX = np.random.default_rng(1).standard_normal((len(WORDS), SIZE)).astype(np.float32)


def record(word: bytes, row: np.ndarray, end: bytes = b"\n") -> bytes:
    return word + b" " + row.astype("<f4").tobytes() + end


def write(path: Path, *parts: bytes, n_words: int = len(WORDS)) -> Path:
    path.write_bytes(b"%d %d\n" % (n_words, SIZE) + b"".join(parts))
    return path


def sample(end: bytes = b"\n", **changed: bytes) -> list[bytes]:
    """The records of WORDS, some of which have other words: king=b'...'."""
    words = [changed.get(word, word.encode()) for word in WORDS]
    return [record(word, row, end) for word, row in zip(words, MATRIX, strict=True)]


Result = tuple[object, ...]


def outcome(read: Callable[..., WordVectors], path: Path, **options: object) -> Result:
    """What a file holds and answers; or why it is refused. And what was said of it."""
    said: list[str] = []
    try:
        found = read(path, report=said.append, **options)
    except VectorsError as error:
        return (str(error),)
    numbers = np.asarray(found.vectors)
    near = found.most_similar(found.index_to_key[0], topn=3)
    rounded = [(word, round(cosine, 4)) for word, cosine in near]
    counts = None if found.counts is None else found.counts.tolist()
    return list(found.index_to_key), numbers.tobytes(), counts, rounded, said


def opened(path: Path, **options: object) -> FileVectors:
    found = open_vectors(path, least_bytes=0, **options)  # type: ignore[arg-type]
    assert isinstance(found, FileVectors)
    return found


def assert_as_loaded(path: Path, **options: object) -> Result:
    read = outcome(load_vectors, path, **options)
    left = outcome(lambda path, **kw: open_vectors(path, least_bytes=0, **kw), path, **options)
    if len(left) > 1 and left[-1] and "read into the memory" in left[-1][0]:  # type: ignore[index]
        left[-1].pop(0)  # type: ignore[union-attr]
    assert left == read
    return read


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("block", [64, 1 << 22])
def test_binary_vectors_are_the_same_left_in_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes, block: int
) -> None:
    monkeypatch.setattr(records, "BLOCK_BYTES", block)
    monkeypatch.setattr(rows, "BLOCK_BYTES", block)
    path = write(tmp_path / "v.bin", *sample(end))
    assert_as_loaded(path)
    found, kept = opened(path), WordVectors(WORDS, MATRIX)
    assert isinstance(found.vectors, FileRows)
    assert [found.key_to_index[word] for word in WORDS] == list(range(len(WORDS)))
    assert [found.index_to_key[-1], found.index_to_key[2:4]] == [WORDS[-1], WORDS[2:4]]
    assert "thee" not in found
    assert dict(found.key_to_index) == kept.key_to_index
    np.testing.assert_allclose(found.norms, kept.norms, rtol=1e-7)
    query = np.ones(SIZE, dtype=np.float32)
    np.testing.assert_allclose(found.vectors @ query, MATRIX @ query, rtol=1e-5, atol=1e-6)
    assert (found.vectors[[5, 2]] == MATRIX[[5, 2]]).all()
    assert (found.get_vector("king") == MATRIX[5]).all()
    asked = {"positive": ["king", "a"], "negative": ["queen"], "topn": 20, "restrict_vocab": 5}
    assert [word for word, _ in found.most_similar(**asked)] == [
        word for word, _ in kept.most_similar(**asked)
    ]
    with pytest.raises(UnknownWordError, match="did you mean queen"):
        found.get_vector("quen")


@pytest.mark.parametrize(
    "options",
    [{}, *outside([{"skip_bad_rows": True}, {"encoding_errors": "replace"}])],
    ids=str,
)
@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize(
    "changed",
    [
        {"king": b"the"}, {"king": b"a", "queen": b"a"}, {"king": b""}, {"king": b"\xc2\xa0"},
        {"king": b"k\ting"}, {"king": b"new york"}, {"king": b"\xff\xfe"}, {"king": b"caf\xc3"},
        {"king": b"k\ning"}, {"the": b"\n\nthe"}, {"king": b"</s>\x07"},
    ],
)  # fmt: skip
def test_what_is_odd_in_a_file_is_met_as_when_it_is_loaded(
    tmp_path: Path, end: bytes, changed: dict[str, bytes], options: dict[str, object]
) -> None:
    assert_as_loaded(write(tmp_path / "v.bin", *sample(end, **changed)), **options)


@pytest.mark.parametrize("skips", [False, True])
def test_numbers_that_are_not_finite_are_refused_or_left_out(tmp_path: Path, skips: bool) -> None:
    parts = sample()
    parts[5] = record(b"king", np.where(np.arange(SIZE) == 3, np.nan, MATRIX[5]))
    parts[7] = record(b"don't", np.full(SIZE, np.inf))
    read = assert_as_loaded(write(tmp_path / "v.bin", *parts), skip_bad_rows=skips)
    assert (len(read) > 1) == skips


@pytest.mark.parametrize(
    "parts",
    [[*sample()[:-1], sample()[-1][:20]], [*sample(), b"more"], sample()[:5], [b""]],
    ids=["cut", "longer", "fewer", "none"],
)
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path, parts: list[bytes]) -> None:
    assert len(assert_as_loaded(write(tmp_path / "v.bin", *parts))) == 1


@given(data=st.data())
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_damage_is_met_as_when_the_file_is_loaded(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(b"%d %d\n" % (len(WORDS), SIZE) + b"".join(sample(b"")))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    assert_as_loaded(path)


def test_counts_beside_a_file_are_taken_if_they_are_of_its_words(tmp_path: Path) -> None:
    counts = np.arange(len(WORDS), 0, -1)
    path = tmp_path / "v.bin"
    save_vectors(WordVectors(WORDS, MATRIX, counts), path)
    assert assert_as_loaded(path)[2] == counts.tolist()
    (tmp_path / "v.bin.vocab").write_text("other 3\n" * len(WORDS))
    assert assert_as_loaded(path)[2] is None


def test_our_folders_and_arrays_are_left_in_their_file(tmp_path: Path) -> None:
    words = [*WORDS[:-2], "new york", ""]
    counts, output = np.arange(len(words)), np.float32(2) * MATRIX
    tensors = {"vectors": MATRIX, "counts": counts, "output_vectors": output}
    write_vector_folder(tmp_path / "v", words, tensors)
    assert_as_loaded(tmp_path / "v")
    found = opened(tmp_path / "v")
    assert found.output_vectors is not None
    assert (found.output_vectors[2:4] == output[2:4]).all()
    assert found.key_to_index[""] == len(words) - 1
    for side, matrix in (("output", output), ("sum", MATRIX + output)):
        asked = with_side(found, side)
        assert isinstance(asked.vectors, FileRows | RowSums)
        assert (np.asarray(asked.vectors) == matrix).all()
        assert (asked.vectors[[5, 2]] == matrix[[5, 2]]).all()
        np.testing.assert_allclose(asked.norms, np.linalg.norm(matrix, axis=1), rtol=1e-6)
        kept = WordVectors(words, matrix).most_similar("king", topn=3)
        assert [word for word, _ in asked.most_similar("king", topn=3)] == [w for w, _ in kept]
    save_vectors(WordVectors(WORDS, MATRIX, counts), tmp_path / "v.npy")
    assert_as_loaded(tmp_path / "v.npy")
    assert isinstance(opened(tmp_path / "v.npy").vectors, FileRows)
    np.save(tmp_path / "v.npy", MATRIX.astype(np.float16))
    assert_as_loaded(tmp_path / "v.npy")


@pytest.mark.parametrize("skips", [False, True])
@pytest.mark.parametrize("bad", [[2, 5], list(range(len(WORDS)))])
@pytest.mark.parametrize("name", ["v", "v.npy"])
def test_numbers_that_are_not_finite_are_met_alike_in_folders_and_arrays(
    tmp_path: Path, name: str, bad: list[int], skips: bool
) -> None:
    matrix, counts = MATRIX.copy(), np.arange(len(WORDS), 0, -1)
    matrix[bad, 3] = np.nan
    if name == "v":
        tensors = {"vectors": matrix, "counts": counts, "output_vectors": MATRIX}
        write_vector_folder(tmp_path / name, WORDS, tensors)
    else:
        np.save(tmp_path / name, matrix)
        lines = (f"{word} {count}\n" for word, count in zip(WORDS, counts, strict=True))
        (tmp_path / f"{name}.vocab").write_text("".join(lines))
    read = assert_as_loaded(tmp_path / name, skip_bad_rows=skips)
    if skips and len(bad) < len(WORDS):
        kept = [row for row in range(len(WORDS)) if row not in bad]
        assert read[0] == [WORDS[row] for row in kept]
        assert read[2] == counts[kept].tolist()
        found = opened(tmp_path / name, skip_bad_rows=True, report=lambda _: None)
        output = found.output_vectors
        assert output is None if name == "v.npy" else (output[:] == MATRIX[kept]).all()
    else:
        assert "no row holds" in read[0] if skips else "the vector of" in read[0]


def test_a_sum_is_computed_a_block_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BLOCK_BYTES", 100)
    monkeypatch.setattr(rows, "MOST_READ", 3 * 4 * SIZE)
    first, second = (opened(write(tmp_path / name, *sample())).vectors for name in ("a", "b"))
    sums = first + second
    assert isinstance(sums[1:6], RowSums)
    assert (np.asarray(sums[1:6]) == 2 * MATRIX[1:6]).all()
    assert (np.asarray(sums) == 2 * MATRIX).all()
    np.testing.assert_allclose(sums @ MATRIX[:2].T, 2 * MATRIX @ MATRIX[:2].T, rtol=1e-5)
    np.testing.assert_allclose(sums.norms(), 2 * np.linalg.norm(MATRIX, axis=1), rtol=1e-6)


def test_blocks_are_read_from_page_to_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = []
    fill = OpenFile.fill

    def watched(file: OpenFile, buffer: open_file.Bytes, begin: int) -> None:
        if len(buffer) > 100:  # and not the rest of the file, or one row
            places.append((begin % open_file.PAGE, buffer.ctypes.data % open_file.PAGE))
        fill(file, buffer, begin)

    monkeypatch.setattr(OpenFile, "fill", watched)
    vectors = opened(write(tmp_path / "v.bin", *sample())).vectors
    np.testing.assert_allclose((vectors + vectors) @ MATRIX[0], 2 * MATRIX @ MATRIX[0], rtol=1e-5)
    (vectors + vectors).norms()
    assert places == [(0, 0)] * 5


def test_only_large_files_stay_where_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "v.bin", *sample())
    assert type(open_vectors(path)) is WordVectors
    assert type(open_vectors(path, least_bytes=0, limit=3)) is WordVectors
    with pytest.raises(VectorsError, match="cannot read"):
        open_vectors(tmp_path / "missing.bin", least_bytes=0)


def test_text_says_that_it_is_loaded_and_is_refused_where_it_finds_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said, done = tmp_path / "v.txt", [], []
    save_vectors(WordVectors(WORDS, MATRIX), path)
    open_vectors(path, least_bytes=0, report=said.append, progress=done.append)
    assert "w2vtui convert" in said[0]
    assert done[-1] == 1.0
    monkeypatch.setattr(opening, "available_memory", lambda: 1000)
    with pytest.raises(VectorsError, match="are free: w2vtui convert"):
        open_vectors(path, least_bytes=0, report=said.append)


def test_a_file_that_shrinks_or_changes_is_an_error_and_one_that_is_replaced_is_not(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "v.bin", *sample())
    found, again = opened(path), opened(path)
    write(tmp_path / "new.bin", *reversed(sample())).replace(path)
    assert (found.get_vector("king") == MATRIX[5]).all()
    path.write_bytes(path.read_bytes())
    found = opened(path)
    os.truncate(path, 100)
    for ask in (lambda: found.most_similar("king"), lambda: found.get_vector("king")):
        with pytest.raises(VectorsError, match="was changed since it was opened: open it again"):
            ask()
    assert again.most_similar("king", topn=1)


def test_a_file_that_shrinks_within_a_pass_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "v.bin", *sample())
    found = opened(path)
    monkeypatch.setattr(rows.OpenFile, "check", lambda self: os.truncate(path, 100))
    with pytest.raises(VectorsError, match="open it again"):
        found.most_similar("king")


def test_what_is_not_read_at_once_stays_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_READ", 3 * 4 * SIZE)
    found = opened(write(tmp_path / "v.bin", *sample()))
    assert isinstance(found.vectors[:3], np.ndarray)
    part = found.vectors[1:6]
    assert isinstance(part, FileRows)
    assert part.shape == (5, SIZE)
    np.testing.assert_allclose(part @ MATRIX[:2].T, MATRIX[1:6] @ MATRIX[:2].T, rtol=1e-5)
    assert (np.asarray(part) == MATRIX[1:6]).all()
