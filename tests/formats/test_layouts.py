"""Exact round trips in every layout, and files of other programs."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.support.inner_loop import examples
from tests.support.vector_files import (
    EXTENSIONS,
    GENSIM_BINARY,
    GLOVE_TEXT,
    MATRIX,
    TEXT,
    WORD2VEC_C_BINARY,
    WORD2VEC_C_TEXT,
    WORDS,
    assert_same,
    refusal,
    written,
)
from w2vtui.errors import SettingsError
from w2vtui.formats import (
    load_vectors,
    save_vectors,
)
from w2vtui.vectors import WordVectors


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
        ("line-ends.bin", WORD2VEC_C_BINARY.replace("naïve".encode(), "\n\nnaïve".encode())),
        ("line-ends-at-first.bin", GENSIM_BINARY.replace(b"</s>", b"\n\n\n</s>")),
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
    save_vectors(WordVectors(WORDS, MATRIX), tmp_path / "v.txt")
    nine_digits = TEXT.replace(b"3.4e+38", b"3.39999995e+38")  # as all from 1e8 on
    assert (tmp_path / "v.txt").read_bytes() == nine_digits


@pytest.mark.parametrize("begins", [b"5\n\x01\x3f", b"-1\n\x3f", b"\n\x01\x02\x3f", b"7 8\n"])
def test_a_binary_row_that_begins_like_text_is_binary(tmp_path: Path, begins: bytes) -> None:
    row = begins + np.linspace(-1, 1, 49, dtype=np.float32).tobytes()
    (tmp_path / "v.bin").write_bytes(b"1 50\nthe " + row + b"\n")
    assert load_vectors(tmp_path / "v.bin").vectors.tobytes() == row


def test_binary_is_written_as_word2vec_c_writes_it(tmp_path: Path) -> None:
    save_vectors(WordVectors(WORDS, MATRIX), tmp_path / "v.bin")
    assert (tmp_path / "v.bin").read_bytes() == WORD2VEC_C_BINARY


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.model", "v"])
def test_the_layout_is_found_from_the_content_not_the_name(tmp_path: Path, name: str) -> None:
    matrix = np.random.default_rng(0).standard_normal((5, 30)).astype(np.float32)
    model = WordVectors([f"w{row}" for row in range(5)], matrix)
    for source in ("source.txt", "source.bin"):
        save_vectors(model, tmp_path / source)
        path = written(tmp_path, name, (tmp_path / source).read_bytes())
        assert_same(load_vectors(path), model.index_to_key, matrix)


def test_the_name_decides_where_vectors_are_too_short_to_tell(tmp_path: Path) -> None:
    content = b"1 2\nw 1e+01e+0\n"  # two float32, or one number of a row that lacks the other
    loaded = load_vectors(written(tmp_path, "v.bin", content))
    assert loaded.vectors.tobytes() == b"1e+01e+0"
    assert "has 1 numbers where 2" in refusal(written(tmp_path, "v.txt", content))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_many_blocks_are_read_as_one(
    tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vtui.formats.rows.blocks.BLOCK_NUMBERS", 50)
    monkeypatch.setattr("w2vtui.formats.word2vec.word2vec_binary._BLOCK_BYTES", 70)
    matrix = np.random.default_rng(0).standard_normal((400, 12)).astype(np.float32)
    model = WordVectors([f"w{row}" for row in range(400)], matrix)
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
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_and_numbers_come_back(
    tmp_path: Path, extension: str, matrix: np.ndarray, data: st.DataObject
) -> None:
    words = data.draw(st.lists(tokens, min_size=len(matrix), max_size=len(matrix), unique=True))
    counts = data.draw(hnp.arrays(np.int64, len(matrix), elements=st.integers(0, 10**15)))
    path = tmp_path / f"v{extension}"
    save_vectors(WordVectors(words, matrix, counts), path)
    loaded = load_vectors(path)
    assert_same(loaded, words, matrix)
    assert loaded.counts is not None
    assert loaded.counts.tolist() == counts.tolist()


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("n_words", [1, 2, 3])
def test_numbers_that_begin_with_the_byte_of_a_blank_come_back(size, n_words, tmp_path):
    """Of a size that no vectors have, so that nothing but the line ends tells them from text."""
    matrix = np.full((n_words, size), np.float32(322217.0))
    assert matrix.tobytes()[0] == ord(" ")
    words = [str(number) for number in range(n_words)]
    save_vectors(WordVectors(words, matrix), tmp_path / "v.bin")
    assert_same(load_vectors(tmp_path / "v.bin"), words, matrix)


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
    save_vectors(WordVectors(words, matrix, counts), tmp_path / f"v{extension}")
    loaded = load_vectors(tmp_path / f"v{extension}")
    assert_same(loaded, words, matrix)
    assert loaded.counts.tolist() == counts.tolist()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_gensim_and_we_read_what_the_other_writes(
    tmp_path: Path, extension: str, gensim_models: Any
) -> None:
    words = [word for word in ODD_WORDS if word == word.strip() and word.isprintable()]
    matrix = np.random.default_rng(0).standard_normal((len(words), 12)).astype(np.float32)
    ours, theirs, binary = tmp_path / f"a{extension}", tmp_path / "b", extension == ".bin"
    save_vectors(WordVectors(words, matrix), ours)
    known = gensim_models.KeyedVectors.load_word2vec_format(str(ours), binary=binary)
    assert known.index_to_key == words
    assert np.array_equal(known.vectors, matrix)
    for header in (True, False)[: 1 + (not binary)]:
        known.save_word2vec_format(str(theirs), binary=binary, write_header=header)
        assert_same(load_vectors(theirs), words, matrix)


def test_a_text_in_place_of_vectors_is_named_as_one(tmp_path: Path) -> None:
    path = written(tmp_path, "my notes.txt", b"the old king\nrules\nsince 1200\n")
    assert "is a text, not vectors, for its first line is 'the old king'" in refusal(path)
    assert f"w2vtui train '{path}' -o" in refusal(path)
    a_bad_row = written(tmp_path, "v.txt", b"the old king\nking 1 2\nqueen 2 1\n")
    assert "line 1" in refusal(a_bad_row)


def test_text_holds_every_float32(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 20_000, dtype=np.uint32)
    numbers = bits.view(np.float32)
    # halfway between two float32 in 8 digits or fewer: the decimal must be read as this one
    halfway = np.float32([-5.7683202e10, 2.4189441e11, 4.6146562e11, 1.07942404e11, 16777217])
    numbers = np.concatenate([numbers[np.isfinite(numbers)], halfway, [0, -0.0, 1, 1e-45, 3.4e38]])
    matrix = numbers[len(numbers) % 20 :].astype(np.float32).reshape(-1, 20)
    words = [f"w{row}" for row in range(len(matrix))]
    path = tmp_path / "v.txt"
    save_vectors(WordVectors(words, matrix), path)
    assert_same(load_vectors(path), words, matrix)


def test_text_takes_no_more_digits_than_needed(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).standard_normal((50, 20)).astype(np.float32)
    path = tmp_path / "v.txt"
    save_vectors(WordVectors([f"w{row}" for row in range(50)], matrix), path)
    for line, row in zip(path.read_text().splitlines()[1:], matrix, strict=True):
        texts, shortest = line.split()[1:], [str(number) for number in row]
        assert [float(text) for text in texts] == [float(text) for text in shortest]
        assert sum(map(len, texts)) <= sum(map(len, shortest))
