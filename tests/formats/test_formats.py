"""Files of vectors: exact round trips, refusals that name the place, and no half-written file."""

from __future__ import annotations

import ast
import contextlib
import errno
import gzip
import os
import stat
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import w2vtui.formats
from tests.support.permissions import NO_LISTING, closed
from w2vtui.errors import DiskError, SettingsError, VectorsError
from w2vtui.formats import (
    atomic_write,
    check_words,
    check_writable,
    load_vectors,
    read_vocab,
    save_vectors,
    vocab_beside,
    write_vocab,
)
from w2vtui.vectors import KeyedVectors

EXTENSIONS = [".txt", ".vec", ".bin"]

WORDS = ["</s>", "naïve", "日本"]
MATRIX = np.array([[0.5, -1.25], [0.1, 1e-7], [-0.0, 3.4e38]], dtype=np.float32)
TEXT = "3 2\n</s> 0.5 -1.25\nnaïve 0.1 1e-07\n日本 -0 3.4e+38\n".encode()
WORD2VEC_C_TEXT = (
    "3 2\n</s> 0.500000 -1.250000 \nnaïve 0.1 0.0000001 \n日本 -0.000000 3.4e38 \n".encode()
)
GLOVE_TEXT = TEXT.partition(b"\n")[2]
ROWS = [
    b"\x00\x00\x00\x3f\x00\x00\xa0\xbf",
    b"\xcd\xcc\xcc\x3d\x95\xbf\xd6\x33",
    b"\x00\x00\x00\x80\x9e\xc9\x7f\x7f",
]
WORD2VEC_C_BINARY = b"3 2\n" + b"".join(
    word.encode() + b" " + row + b"\n" for word, row in zip(WORDS, ROWS, strict=True)
)
GENSIM_BINARY = b"3 2\n" + b"".join(
    word.encode() + b" " + row for word, row in zip(WORDS, ROWS, strict=True)
)


def assert_same(loaded: KeyedVectors, words: list[str], matrix: np.ndarray) -> None:
    assert loaded.index_to_key == words
    assert loaded.vectors.dtype == np.float32
    assert np.array_equal(loaded.vectors.view(np.uint32), matrix.view(np.uint32))  # bit for bit


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(VectorsError) as caught:
        load_vectors(path, **options)
    return str(caught.value)


# Layouts


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ours.txt", TEXT),
        ("word2vec-c.txt", WORD2VEC_C_TEXT),
        ("crlf.vec", TEXT.replace(b"\n", b"\r\n")),
        ("tabs.txt", TEXT.replace(b" ", b"\t")),
        ("empty-lines-at-the-end.txt", TEXT + b"\n \r\n"),
        ("glove.txt", GLOVE_TEXT),
        ("word2vec-c.bin", WORD2VEC_C_BINARY),
        ("gensim.bin", GENSIM_BINARY),
        ("line-end-at-the-end.bin", GENSIM_BINARY + b"\n"),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_files_of_other_programs_are_read(
    tmp_path: Path, name: str, content: bytes, compressed: bool
) -> None:
    if compressed:
        name, content = f"{name}.gz", gzip.compress(content)
    assert_same(load_vectors(written(tmp_path, name, content)), WORDS, MATRIX)


def test_text_is_written_a_word_a_line_under_its_header(tmp_path: Path) -> None:
    save_vectors(KeyedVectors(WORDS, MATRIX), tmp_path / "v.txt")
    nine_digits = TEXT.replace(b"3.4e+38", b"3.39999995e+38")  # as all from 1e8 on
    assert (tmp_path / "v.txt").read_bytes() == nine_digits


def test_binary_is_written_as_word2vec_c_writes_it(tmp_path: Path) -> None:
    save_vectors(KeyedVectors(WORDS, MATRIX), tmp_path / "v.bin")
    assert (tmp_path / "v.bin").read_bytes() == WORD2VEC_C_BINARY


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.model", "v"])
def test_the_content_tells_the_layout_not_the_name(tmp_path: Path, name: str) -> None:
    matrix = np.random.default_rng(0).standard_normal((5, 30)).astype(np.float32)
    model = KeyedVectors([f"w{row}" for row in range(5)], matrix)
    for source in ("source.txt", "source.bin"):
        save_vectors(model, tmp_path / source)
        path = written(tmp_path, name, (tmp_path / source).read_bytes())
        assert_same(load_vectors(path), model.index_to_key, matrix)


def test_where_a_vector_is_too_short_to_tell_the_name_does(tmp_path: Path) -> None:
    content = b"1 2\nw 1e+01e+0\n"  # two float32, or one number of a row that lacks the other
    loaded = load_vectors(written(tmp_path, "v.bin", content))
    assert loaded.vectors.tobytes() == b"1e+01e+0"
    assert "has 1 numbers where 2" in refusal(written(tmp_path, "v.txt", content))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_many_blocks_are_read_as_one(
    tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vtui.formats.word2vec_text._BLOCK_NUMBERS", 50)
    monkeypatch.setattr("w2vtui.formats.word2vec_binary._BLOCK_BYTES", 70)
    matrix = np.random.default_rng(0).standard_normal((400, 12)).astype(np.float32)
    model = KeyedVectors([f"w{row}" for row in range(400)], matrix)
    save_vectors(model, tmp_path / f"v{extension}")
    assert_same(load_vectors(tmp_path / f"v{extension}"), model.index_to_key, matrix)
    limited = load_vectors(tmp_path / f"v{extension}", limit=33)
    assert_same(limited, model.index_to_key[:33], matrix[:33])


@pytest.mark.parametrize("content", [TEXT, GLOVE_TEXT, WORD2VEC_C_BINARY, GENSIM_BINARY])
def test_a_limit_reads_the_first_words(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, "v.txt" if content in (TEXT, GLOVE_TEXT) else "v.bin", content)
    for limit in (1, 2, 3, 1000):
        assert_same(load_vectors(path, limit=limit), WORDS[:limit], MATRIX[:limit])
    with pytest.raises(SettingsError, match="1 word or more, got 0"):
        load_vectors(path, limit=0)


tokens = st.text(
    st.characters(codec="utf-8", exclude_characters=" \t\n\v\f\r"), min_size=1, max_size=12
)
finite = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 5)),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


@pytest.mark.parametrize("extension", EXTENSIONS)
@given(matrix=finite, data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_and_numbers_come_back(
    tmp_path: Path, extension: str, matrix: np.ndarray, data: st.DataObject
) -> None:
    words = data.draw(st.lists(tokens, min_size=len(matrix), max_size=len(matrix), unique=True))
    counts = data.draw(hnp.arrays(np.int64, len(matrix), elements=st.integers(0, 10**15)))
    path = tmp_path / f"v{extension}"
    save_vectors(KeyedVectors(words, matrix, counts), path)
    loaded = load_vectors(path)
    assert_same(loaded, words, matrix)
    assert loaded.counts is not None
    assert loaded.counts.tolist() == counts.tolist()


ODD_WORDS = [
    *("👍🏽", "👨\u200d👩\u200d👧", "🇺🇳", "e\u0301", "é", "שלום", "می\u200cخواهم", "हिन्दी"),
    *("\u202eevil\u202c", "\ufeff", "a\ufeff", "\u2028", "\x85", "\xa0", "\u3000", "\x1c\x1f"),
    *("\0", "\x1b[31m", "\x7f", "\u0301", "\U0010ffff", "\ue000", "</s>", "1", "-1e5", "nan"),
    *("3\xa02", "#", '"'),
]


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("first", range(0, len(ODD_WORDS), 9))
def test_words_of_every_script_and_odd_character_come_back(
    tmp_path: Path, extension: str, first: int
) -> None:
    words = ODD_WORDS[first:] + ODD_WORDS[:first]  # each kind stands first once, after the header
    matrix = np.random.default_rng(first).standard_normal((len(words), 12)).astype(np.float32)
    counts = np.arange(len(words))[::-1] + 1
    save_vectors(KeyedVectors(words, matrix, counts), tmp_path / f"v{extension}")
    loaded = load_vectors(tmp_path / f"v{extension}")
    assert_same(loaded, words, matrix)
    assert loaded.counts.tolist() == counts.tolist()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_gensim_and_we_read_what_the_other_writes(tmp_path: Path, extension: str) -> None:
    gensim = pytest.importorskip("gensim.models", reason="gensim is not installed")
    words = [word for word in ODD_WORDS if word == word.strip() and word.isprintable()]
    matrix = np.random.default_rng(0).standard_normal((len(words), 12)).astype(np.float32)
    ours, theirs, binary = tmp_path / f"a{extension}", tmp_path / "b", extension == ".bin"
    save_vectors(KeyedVectors(words, matrix), ours)
    known = gensim.KeyedVectors.load_word2vec_format(str(ours), binary=binary)
    assert known.index_to_key == words
    assert np.array_equal(known.vectors, matrix)
    for header in (True, False)[: 1 + (not binary)]:
        known.save_word2vec_format(str(theirs), binary=binary, write_header=header)
        assert_same(load_vectors(theirs), words, matrix)


def test_text_holds_every_float32(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 20_000, dtype=np.uint32)
    numbers = bits.view(np.float32)
    # halfway between two float32 in 8 digits or fewer: the decimal must be read as this one
    halfway = np.float32([-5.7683202e10, 2.4189441e11, 4.6146562e11, 1.07942404e11, 16777217])
    numbers = np.concatenate([numbers[np.isfinite(numbers)], halfway, [0, -0.0, 1, 1e-45, 3.4e38]])
    matrix = numbers[len(numbers) % 20 :].astype(np.float32).reshape(-1, 20)
    words = [f"w{row}" for row in range(len(matrix))]
    path = tmp_path / "v.txt"
    save_vectors(KeyedVectors(words, matrix), path)
    assert_same(load_vectors(path), words, matrix)


def test_text_takes_no_more_digits_than_needed(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).standard_normal((50, 20)).astype(np.float32)
    path = tmp_path / "v.txt"
    save_vectors(KeyedVectors([f"w{row}" for row in range(50)], matrix), path)
    for line, row in zip(path.read_text().splitlines()[1:], matrix, strict=True):
        texts, shortest = line.split()[1:], [str(number) for number in row]
        assert [float(text) for text in texts] == [float(text) for text in shortest]
        assert sum(map(len, texts)) <= sum(map(len, shortest))


# Damaged and lying files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.txt", TEXT),
        ("v.txt", WORD2VEC_C_TEXT),
        ("v.bin", WORD2VEC_C_BINARY),
        ("v.bin", GENSIM_BINARY),
        ("v.txt.gz", gzip.compress(TEXT, mtime=0)),
        ("v.bin.gz", gzip.compress(GENSIM_BINARY, mtime=0)),
    ],
)
def test_a_file_cut_at_any_byte_gives_all_rows_or_an_error(
    tmp_path: Path, name: str, content: bytes
) -> None:
    refused = 0
    for end in range(len(content)):
        path = written(tmp_path, name, content[:end])
        try:
            loaded = load_vectors(path)
        except VectorsError:
            refused += 1
        else:
            assert_same(loaded, WORDS, MATRIX)
    assert refused >= len(content) - 2  # a line end or two may go without loss


def test_a_cut_file_without_header_gives_whole_rows_only(tmp_path: Path) -> None:
    row_ends = {0}
    for end in range(len(GLOVE_TEXT)):
        path = written(tmp_path, "v.txt", GLOVE_TEXT[:end])
        if GLOVE_TEXT[:end].endswith(b"\n"):
            loaded = load_vectors(path)
            row_ends.add(len(loaded))
            assert_same(loaded, WORDS[: len(loaded)], MATRIX[: len(loaded)])
        else:
            refusal(path)
    assert row_ends == {0, 1, 2}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"999999999999 300", "more than the file's"),
        (b"3 99999999999", "more than the file's"),
        (b"99999999999999999999999 2", "must be the number of words"),
        (b"-3 2", "must be the number of words"),
        (b"3 -2", "must be the number of words"),
        (b"3.0 2", "must be the number of words"),
        (b"3 2e0", "must be the number of words"),
        (b"1_0 2", "must be the number of words"),
        (b"words numbers", "must be the number of words"),
        (b"0 2", "gives no vectors"),
        (b"3 0", "gives no vectors"),
    ],
)
@pytest.mark.parametrize("name", ["v.txt", "v.bin"])
def test_a_header_that_lies_is_refused_before_memory_is_taken(
    tmp_path: Path, name: str, header: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = TEXT if name == "v.txt" else WORD2VEC_C_BINARY
    path = written(tmp_path, name, content.replace(b"3 2", header, 1))
    monkeypatch.setattr(np, "empty", lambda *_, **__: pytest.fail("memory was taken"))
    assert message in refusal(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TEXT.replace(b"3 2", b"4 2"), "3 rows follow a header that gives 4"),
        (TEXT.replace(b"3 2", b"2 2"), "line 4: the file continues after the 2 words"),
        (TEXT.replace(b"3 2", b"3 3"), "line 2: the row of '</s>' has 2 numbers where 3 are"),
        (TEXT.replace(b" 1e-07", b""), "line 3: the row of 'naïve' has 1 numbers where 2 are"),
        (TEXT.replace(b" 1e-07", b" 1 2"), "line 3: the row of 'naïve' has 3 numbers"),
        (TEXT.replace(b" 0.1 1e-07", b""), "line 3: the row of 'naïve' has 0 numbers"),
        (TEXT.replace(b"1e-07", b"0,5"), "line 3: '0,5' is not a number"),
        (TEXT.replace(b"1e-07", b"0x1p3"), "line 3: '0x1p3' is not a number"),
        (TEXT.replace(b"1e-07", b"1_0"), "line 3: '1_0' is not a number"),
        (TEXT.replace(b"1e-07", b"\xd9\xa1"), "line 3: '١' is not a number"),
        (TEXT.replace(b"0.1 1e", b"0.1\xa01e"), "line 3: the row of 'naïve' has 1 numbers"),
        (TEXT.replace(b"1e-07", b"1\xa02"), r"line 3: '1\xa02' is not a number"),
        (TEXT.replace(b"0.1 1e", b"0.1\x1c1e"), "line 3: the row of 'naïve' has 1 numbers"),
        (TEXT.replace(b"1e-07", b"1e-07 \x1f"), "line 3: the row of 'naïve' has 3 numbers"),
        (b"2 1\na \x1c\nb \x1d\n", r"line 2: '\x1c' is not a number"),
        (TEXT.replace(b"1e-07", b"nan"), "line 3: a number of the vector is nan"),
        (TEXT.replace(b"1e-07", b"-inf"), "line 3: a number of the vector is -inf"),
        (TEXT.replace(b"1e-07", b"1e39"), "line 3: a number of the vector is inf"),
        (TEXT.replace("naïve".encode(), b"</s>"), "line 3: the word '</s>' was in line 2 already"),
        (TEXT.replace("naïve".encode(), b"na\xefve"), r"line 3: the word 'na\xefve' is not UTF-8"),
        (TEXT.replace("日本".encode(), b""), "line 4: the row of '-0' has 1 numbers"),
        (TEXT.replace(b"1e-07\n", b"1e-07\n\n"), "line 4: the line is empty"),
        (TEXT[:-1], "line 4: the line does not end in a newline"),
        (b"hello\n", "starts with the number of words"),
        (b"\n\n", "starts with the number of words"),
        (b"three little words\n", "line 1: 'little' is not a number"),
        (b"", "is empty: name a vector file"),
        (b"\x80\x04\x95\x10\x00", "a pickle (gensim's own format), which can run code"),
        (b"\xba\x16\x4f\x2f\x0c\x00", "a fastText model"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
    ],
)
def test_a_text_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = written(tmp_path, "v.txt", content)
    refused = refusal(path)
    assert refused.startswith(str(path))
    assert message in refused


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GENSIM_BINARY.replace(b"3 2", b"2 2"), "continues after the 2 words"),
        (GENSIM_BINARY.replace(b"3 2", b"3 1"), "continues after the 3 words"),
        (WORD2VEC_C_BINARY.replace(b"3 2", b"3 1"), "continues after the 3 words"),
        (GENSIM_BINARY.replace(b"3 2", b"3 3"), "word 3: the file ends within the record"),
        (GENSIM_BINARY + b"x", "continues after the 3 words that its header gives, with 'x'"),
        (GENSIM_BINARY + b"\n\n", "continues after the 3 words"),
        (GENSIM_BINARY.replace(ROWS[1], b"\x00\x00\xc0\x7f" * 2), "word 2: a number of the vector"),
        (GENSIM_BINARY.replace(ROWS[1], b"\x00\x00\x80\xff" * 2), "word 2: a number of the vector"),
        (GENSIM_BINARY.replace("naïve".encode(), b"</s>"), "word 2: the word '</s>' was in word 1"),
        (GENSIM_BINARY.replace("naïve".encode(), b""), "word 2: there is no word"),
        (GENSIM_BINARY.replace(b"na\xc3\xaf", b"na\xc3"), r"word 2: the word 'na\xc3ve' is not"),
        (b"1 1 " + b"\x00" * 100, "line 1: the line does not end in a newline"),
        (b"\x80\x04\x95\x10\x00", "a pickle"),
    ],
)
def test_a_binary_that_is_wrong_is_refused_with_its_record(
    tmp_path: Path, content: bytes, message: str
) -> None:
    assert message in refusal(written(tmp_path, "v.bin", content))


def test_a_word_without_end_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vtui.formats.word2vec_binary._BLOCK_BYTES", 100)
    monkeypatch.setattr("w2vtui.formats.word2vec_binary.MAX_WORD_BYTES", 1000)
    endless = written(tmp_path, "v.bin", b"2 2\n" + b"x" * 100_000)
    assert "no word ends within 1,000 bytes" in refusal(endless)


def test_a_file_of_line_ends_takes_no_memory_for_rows(tmp_path: Path) -> None:
    first = b"w" + b" 1" * 50_000 + b"\n"
    content = gzip.compress(first + b"\n" * 3_000_000)
    assert len(load_vectors(written(tmp_path, "v.txt.gz", content))) == 1


def test_words_cut_within_a_character_can_be_read_when_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "v.bin", GENSIM_BINARY.replace(b"na\xc3\xaf", b"na\xc3"))
    assert load_vectors(path, encoding_errors="replace").index_to_key[1] == "na\ufffdve"
    assert load_vectors(path, encoding_errors="ignore").index_to_key[1] == "nave"
    written(tmp_path, "v.bin.vocab", b"</s> 9\nna\xc3ve 8\n" + "日本 7\n".encode())
    assert load_vectors(path, encoding_errors="replace").counts.tolist() == [9, 8, 7]


def test_compressed_data_that_are_damaged_are_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(TEXT * 50, mtime=0))
    content[-20] ^= 0xFF
    assert "cut short or damaged" in refusal(written(tmp_path, "v.txt.gz", bytes(content)))


def test_a_name_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no such file" in refusal(tmp_path / "absent.txt")
    assert "is not a file" in refusal(tmp_path)
    assert "is not a file" in refusal(tmp_path / "pipe")


def wide(words: list[str], extension: str) -> bytes:
    """A file of vectors long enough to tell its layout."""
    numbers = np.linspace(-1, 1, 12 * len(words), dtype=np.float32).reshape(-1, 12)
    with tempfile.TemporaryDirectory() as folder:
        save_vectors(KeyedVectors(words, numbers), Path(folder, f"v{extension}"))
        return Path(folder, f"v{extension}").read_bytes()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of vectors with pieces changed, put in, taken out or repeated."""
    content = draw(st.sampled_from([*SOUND, gzip.compress(SOUND[0]), gzip.compress(SOUND[-1])]))
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(content)))
        past = draw(st.integers(first, min(first + 20, len(content))))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(content[first:past]))
        content = content[:first] + piece + content[draw(st.sampled_from([first, past])) :]
    return content


SOUND = [
    *(TEXT, WORD2VEC_C_TEXT, GLOVE_TEXT, WORD2VEC_C_BINARY, GENSIM_BINARY),
    *(wide(WORDS, ".txt"), wide(WORDS, ".bin")),
]
PIECES = [
    b" ",
    b"\n",
    b"\r",
    b"\0",
    b"\x1c",
    b"9",
    b"-",
    b"e",
    b"nan",
    b"999999999999",
    b"3 2\n",
    b"a 1 2\n",
]


@given(damaged(), st.sampled_from(["v.txt", "v.bin"]), st.sampled_from([None, 1, 2]))
@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_gives_sound_vectors_or_an_error(
    tmp_path: Path, content: bytes, name: str, limit: int | None
) -> None:
    path = written(tmp_path, name, content)
    refused = ""
    try:
        loaded = load_vectors(path, limit=limit)
    except VectorsError as error:
        refused = str(error)
    if refused:
        assert refused.isprintable()
        assert str(path) in refused
        return
    assert 1 <= len(loaded) <= (limit or len(content))
    assert len(set(loaded.index_to_key)) == len(loaded) == len(loaded.vectors)
    assert all(loaded.index_to_key)
    assert np.isfinite(loaded.vectors).all()


def lying_headers() -> dict[str, tuple[str, bytes]]:
    """The worst that a header can say of a file of its size."""
    text, binary = (wide([f"w{row}" for row in range(20_000)], end) for end in (".txt", ".bin"))
    rows, records = text.partition(b"\n")[2], binary.partition(b"\n")[2]
    n_text, n_binary = len(text), len(binary)
    return {
        "nothing": ("v.txt", text),
        "no header": ("v.txt", rows),
        "nothing, binary": ("v.bin", binary),
        "many rows": ("v.txt", b"%d 12\n" % (n_text // 25 - 9) + rows),
        "long rows": ("v.txt", b"1 %d\n" % (n_text // 2 - 9) + rows),
        "many records": ("v.bin", b"%d 1\n" % (n_binary // 6 - 9) + records),
        "long records": ("v.bin", b"1 %d\n" % (n_binary // 4 - 9) + records),
        "all but one record": ("v.bin", b"19999 12\n" + records),
    }


@pytest.mark.parametrize("lie", lying_headers())
def test_no_header_takes_more_memory_than_the_file_accounts_for(tmp_path: Path, lie: str) -> None:
    """Twice the file, and what the reading of blocks takes whatever the file."""
    path = written(tmp_path, *lying_headers()[lie])
    sound = lie.startswith(("nothing", "no header"))
    tracemalloc.start()
    try:
        with contextlib.nullcontext() if sound else pytest.raises(VectorsError):
            load_vectors(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * path.stat().st_size + (24 << 20)


@given(st.binary(max_size=200), st.sampled_from([b"", b"2 2\n", b"1 3\na ", b"\x1f\x8b\x08"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_bring_another_error_or_numbers_that_are_none(
    tmp_path: Path, content: bytes, start: bytes
) -> None:
    path = written(tmp_path, "v.bin" if content[:1] < b"\x80" else "v.txt", start + content)
    try:
        loaded = load_vectors(path)
    except VectorsError:
        return
    assert np.isfinite(loaded.vectors).all()
    assert all(loaded.index_to_key)


def test_nothing_here_can_unpickle() -> None:
    package = Path(w2vtui.formats.__file__).parent
    sources = [*package.glob("*.py"), package.parent / "vectors.py"]
    assert len(sources) > 5
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            else:
                names = {node.module} if isinstance(node, ast.ImportFrom) else set()
            assert not names & {"pickle", "shelve", "marshal", "dill", "joblib"}, source


# What cannot be saved


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("new york", "word 2, 'new york', contains white space"),
        ("tab\t", r"word 2, 'tab\t', contains white space"),
        ("line\n", r"word 2, 'line\n', contains white space"),
        ("a\rb", "contains white space"),
        ("a\vb\f", "contains white space"),
        ("", "word 2 is empty"),
        ("\ud800", r"word 2, '\ud800', cannot be written as UTF-8"),
    ],
)
def test_a_word_that_would_not_come_back_is_refused_and_nothing_written(
    tmp_path: Path, extension: str, word: str, message: str
) -> None:
    path = written(tmp_path, f"v{extension}", b"old")
    with pytest.raises(VectorsError) as caught:
        save_vectors(KeyedVectors(["a", word], MATRIX[:2]), path)
    assert message in str(caught.value)
    with pytest.raises(VectorsError):
        check_words(["a", word])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_ordinary_words_pass_the_check() -> None:
    check_words(["a", "no\xa0break", "\u3000", "\x00", "日本"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_not_saved(tmp_path: Path, value: float) -> None:
    matrix = MATRIX.copy()
    matrix[1, 0] = value
    with pytest.raises(VectorsError, match=f"the vector of 'naïve' holds {value}"):
        save_vectors(KeyedVectors(WORDS, matrix), tmp_path / "v.bin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["v", "v.model", "v.txt.gz", "v.npy", ".txt"])
def test_an_unknown_extension_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    for attempt in (
        lambda: save_vectors(KeyedVectors(WORDS, MATRIX), tmp_path / name),
        lambda: check_writable(tmp_path / name),
    ):
        with pytest.raises(SettingsError, match=r"must end in \.txt, \.vec, \.bin"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_extensions_may_be_upper_case(tmp_path: Path) -> None:
    save_vectors(KeyedVectors(WORDS, MATRIX), tmp_path / "V.BIN")
    assert_same(load_vectors(tmp_path / "V.BIN"), WORDS, MATRIX)


# Counts


def test_counts_are_kept_beside_the_vectors(tmp_path: Path) -> None:
    path = tmp_path / "v.bin"
    save_vectors(KeyedVectors(WORDS, MATRIX, np.array([90, 7, 5])), path)
    assert vocab_beside(path).read_bytes() == "</s> 90\nnaïve 7\n日本 5\n".encode()
    assert load_vectors(path).counts.tolist() == [90, 7, 5]
    assert load_vectors(path, limit=2).counts.tolist() == [90, 7]


def test_counts_go_where_they_are_told_to(tmp_path: Path) -> None:
    path, vocab = tmp_path / "v.bin", tmp_path / "counts"
    save_vectors(KeyedVectors(WORDS, MATRIX, np.array([90, 7, 5])), path, vocab_path=vocab)
    assert not vocab_beside(path).exists()
    assert load_vectors(path).counts is None
    assert load_vectors(path, vocab_path=vocab).counts.tolist() == [90, 7, 5]


def test_counts_that_are_not_known_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no counts to write"):
        save_vectors(KeyedVectors(WORDS, MATRIX), tmp_path / "v.bin", vocab_path=tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_counts_follow_their_words_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, "v.txt", TEXT)
    write_vocab(vocab_beside(path), ["日本", "</s>", "naïve"], np.array([5, 90, 7]))
    assert load_vectors(path).counts.tolist() == [90, 7, 5]


@pytest.mark.parametrize(
    "stray",
    [
        "</s> 90\nnaïve 7\n",
        "</s> 90\nnaïve 7\n日本 5\nmore 3\n",
        "</s> 90\nnaïve 7\nother 5\n",
        "</s> 90\nnaïve 7\n日本 5",
        "</s> 90\nnaïve 7\n日本 -5\n",
        "</s> 90\nnaïve 7\n日本\n",
        "</s> 90\nnaïve 7\n</s> 5\n",
        "\0\0",
        "",
    ],
)
def test_a_vocabulary_of_other_words_is_passed_over_unless_it_was_named(
    tmp_path: Path, stray: str
) -> None:
    path = written(tmp_path, "v.txt", TEXT)
    vocab = written(tmp_path, "v.txt.vocab", stray.encode())
    assert_same(load_vectors(path), WORDS, MATRIX)
    assert load_vectors(path).counts is None
    assert str(vocab) in refusal(path, vocab_path=vocab)


def test_a_vocabulary_file_comes_back(tmp_path: Path) -> None:
    write_vocab(tmp_path / "vocab", WORDS, np.array([2**40, 1, 0]))
    words, counts = read_vocab(tmp_path / "vocab")
    assert words == WORDS
    assert counts.tolist() == [2**40, 1, 0]
    with pytest.raises(VectorsError, match="cannot read"):
        read_vocab(tmp_path / "absent")
    with pytest.raises(VectorsError, match="line 1: a word and its count are expected"):
        read_vocab(written(tmp_path, "no-vocab", b"just some words\n"))


# Writing whole or not at all


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
        save_vectors(KeyedVectors(WORDS, MATRIX), path)
    monkeypatch.undo()
    assert str(caught.value).startswith(f"cannot write {path}: ")
    assert advice in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_disk_that_fills_while_writing_leaves_the_old_file(
    tmp_path: Path, extension: str
) -> None:
    path = written(tmp_path, f"v{extension}", b"old")
    program = (
        "import resource, sys, numpy as np\n"
        "from w2vtui.errors import DiskError\n"
        "from w2vtui.formats import save_vectors\n"
        "from w2vtui.vectors import KeyedVectors\n"
        "model = KeyedVectors([str(n) for n in range(5000)], np.ones((5000, 50)))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    save_vectors(model, sys.argv[1])\n"
        "except DiskError as error:\n"
        "    print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        text=True,
        timeout=60,
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


def test_a_link_is_followed_and_permissions_are_kept(tmp_path: Path) -> None:
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
            save_vectors(KeyedVectors(WORDS, MATRIX, np.array([3, 2, 1])), path)
    (tmp_path / "counts.bin").unlink()  # the vectors were saved before their counts failed
    assert sorted(tmp_path.iterdir()) == before


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

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == (
        f"cannot read {path}: permission denied: check the name and the permissions"
    )
