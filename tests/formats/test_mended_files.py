"""Files in circulation: they load, and what was left out or mended is counted."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from tests.support.vector_files import (
    GENSIM_BINARY,
    GLOVE_TEXT,
    MATRIX,
    ROWS,
    TEXT,
    WORD2VEC_C_BINARY,
    WORDS,
    assert_same,
    load,
    refusal,
    written,
)
from w2vtui.errors import VectorsError
from w2vtui.formats import load_vectors

NAIVE, JAPAN = (word.encode() for word in WORDS[1:])


def in_text(word: bytes) -> bytes:
    return TEXT.replace(NAIVE, word)


def in_binary(word: bytes, binary: bytes = GENSIM_BINARY) -> bytes:
    return binary.replace(NAIVE, word)


@pytest.mark.parametrize(
    ("content", "words", "remark"),
    [
        (in_text(b"</s>"), "</s> 日本", "1 word occurs a second time and is left out: '</s>' in"),
        (in_text(b" "), "</s> 日本", "1 row has no word but a blank and is left out: {3}"),
        (in_text(b"\t"), "</s> 日本", "1 row has no word but a blank and is left out: {3}"),
        (in_text(b""), "</s> 日本", "1 row has no word but a blank and is left out: {3}"),
        (in_text(b"New York"), "</s> New_York 日本", "1 word contains white space: 'New York' in"),
        (in_text(b". . ."), "</s> ._._. 日本", "1 word contains white space: '. . .' in {3}"),
        (in_text(b"Boeing 747"), "</s> Boeing_747 日本", "1 word contains white space: 'Boe"),
        (in_text(JAPAN[:5]), r"</s> 日\xe6\x9c 日本", r"1 word is cut within a character"),
        (TEXT[:-1], "</s> naïve 日本", "line 4 does not end in a newline: if the"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_text_loads_with_what_was_mended(
    tmp_path: Path, content: bytes, words: str, remark: str, ending: bytes
) -> None:
    header, rows = (b"\xef\xbb\xbf", codecs.BOM_UTF8)[0], content.partition(b"\n")[2]
    for text, first in ((header + content, 1), (rows, 0)):
        path = written(tmp_path, "v.vec", text.replace(b"\n", ending))
        loaded, said = load(path)
        assert loaded.index_to_key == [word.replace("_", " ") for word in words.split()]
        assert loaded.vectors[0].tolist() == MATRIX[0].tolist()
        assert loaded.vectors[-1].tolist() == MATRIX[2].tolist()
        assert len(said) == 1
        expected = remark.replace("{3}", f"line {2 + first}").replace("line 4", f"line {3 + first}")
        assert said[0].startswith(expected)


@pytest.mark.parametrize("layout", [GENSIM_BINARY, WORD2VEC_C_BINARY])
@pytest.mark.parametrize(
    ("word", "words", "remark"),
    [
        (b"</s>", "</s> 日本", "1 word occurs a second time and is left out: '</s>' in word 2"),
        (b"", "</s> 日本", "1 row has no word but a blank and is left out: word 2"),
        (b" ", "</s> 日本", "1 row has no word but a blank and is left out: word 2"),
        (b"\t", "</s> 日本", "1 row has no word but a blank and is left out: word 2"),
        (b"New York", "</s> New_York 日本", "1 word contains white space: 'New York' in word 2"),
        (b"a b c d e", "</s> a_b_c_d_e 日本", "1 word contains white space: 'a b c d e' in word 2"),
        (JAPAN[:5], r"</s> 日\xe6\x9c 日本", r"1 word is cut within a character"),
        (JAPAN[:5] * 2, r"", r""),
    ],
)
def test_binary_loads_with_what_was_mended(
    tmp_path: Path, layout: bytes, word: bytes, words: str, remark: str
) -> None:
    path = written(tmp_path, "v.bin", in_binary(word, layout))
    if not words:  # not cut, but damaged
        assert "--encoding-errors replace" in refusal(path)
        return
    loaded, said = load(path)
    assert loaded.index_to_key == [word.replace("_", " ") for word in words.split()]
    kept = [0, 1, 2] if len(loaded) == 3 else [0, 2]
    assert np.array_equal(loaded.vectors.view(np.uint32), MATRIX[kept].view(np.uint32))
    assert len(said) == 1
    assert said[0].startswith(remark)


@pytest.mark.parametrize("number", [b"nan", b"-inf", b"1e39"])
@pytest.mark.parametrize("header", [True, False])
def test_text_that_is_not_of_numbers_is_refused_or_left_out(
    tmp_path: Path, number: bytes, header: bool
) -> None:
    content = TEXT.replace(b"1e-07", number)
    path = written(tmp_path, "v.vec", content if header else content.partition(b"\n")[2])
    line = 2 + header
    assert f"line {line}: the vector of 'naïve' holds " in refusal(path)
    loaded, said = load(path, skip_bad_rows=True)
    assert loaded.index_to_key == ["</s>", "日本"]
    assert loaded.vectors.tolist() == MATRIX[[0, 2]].tolist()
    assert said[0].startswith(f"1 row cannot be read and is left out: line {line}, the vector of")


@pytest.mark.parametrize("number", [b"\x00\x00\xc0\x7f", b"\x00\x00\x80\xff"])
def test_a_binary_that_is_not_of_numbers_is_refused_or_left_out(
    tmp_path: Path, number: bytes
) -> None:
    content = GENSIM_BINARY.replace(ROWS[1], number * 2).replace(ROWS[2], number * 2)
    path = written(tmp_path, "v.bin", content)
    assert "word 2: the vector of 'naïve' holds " in refusal(path)
    loaded, said = load(path, skip_bad_rows=True)
    assert loaded.index_to_key == ["</s>"]
    assert said[0].startswith("2 rows cannot be read and are left out: first word 2, the vector of")


def test_what_is_left_out_is_warned_of_where_nobody_listens(tmp_path: Path) -> None:
    path = written(tmp_path, "v.vec", in_text(b"</s>"))
    with pytest.warns(UserWarning, match="occurs a second time"):
        load_vectors(path)


def test_counts_of_more_words_are_read_with_vectors_of_which_some_are_left_out(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "v.bin", GENSIM_BINARY.replace(NAIVE, b"</s>"))
    written(tmp_path, "v.bin.vocab", "</s> 9\nnaïve 8\n日本 7\n".encode())
    loaded, _ = load(path)
    assert loaded.counts.tolist() == [9, 7]


def test_bad_rows_are_skipped_when_asked(tmp_path: Path) -> None:
    path = written(
        tmp_path, "v.vec", TEXT.replace(b"1e-07", b"1,5").replace(b"3 2", b"4 2") + b"x\n"
    )
    assert "--skip-bad-rows" in refusal(path)
    loaded, said = load(path, skip_bad_rows=True)
    assert_same(loaded, [WORDS[0], WORDS[2]], MATRIX[[0, 2]])
    assert said == ["2 rows cannot be read and are left out: first line 3, '1,5' is not a number: "
                    "digits with a point for decimals are expected"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("v.vec", TEXT.replace(b"3 2", b"9 2"), 3),
        ("v.vec", TEXT.replace(b"3 2", b"2 2"), 2),
        ("v.bin", GENSIM_BINARY[:-1], 2),
        ("v.bin", GENSIM_BINARY.replace(b"3 2", b"9 2", 1) + b"x" * 60, 3),
    ],
)
def test_a_refusal_names_the_limit_that_reads_the_sound_beginning(
    tmp_path: Path, name: str, content: bytes, words: int
) -> None:
    path = written(tmp_path, name, content)
    assert f"--limit {words} " in refusal(path)
    assert_same(load(path, limit=words)[0], WORDS[:words], MATRIX[:words])


def test_the_length_of_vectors_is_that_of_most_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "v.txt", b"New York 1.5 2\nking 3 4\nqueen 5 6\n")
    loaded, said = load(path)
    assert loaded.index_to_key == ["New York", "king", "queen"]
    assert loaded.vectors.tolist() == [[1.5, 2], [3, 4], [5, 6]]
    assert len(said) == 1


def test_a_header_that_no_row_fits_is_refused(tmp_path: Path) -> None:
    rows = b"king 1 0.5 2\nqueen 2 1.5 3\n"
    assert "the header is wrong" in refusal(written(tmp_path, "v.vec", b"2 2\n" + rows))
    assert load(written(tmp_path, "v.vec", b"2 3\n" + rows))[0].index_to_key == ["king", "queen"]


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v"])
@pytest.mark.parametrize("content", [b"1 1\na 0.12\n", b"1 1\na 1\n", b"2 2\na b 0 1\nc 1 0\n"])
def test_text_is_read_as_text_whatever_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    loaded, _ = load(written(tmp_path, name, content))
    assert loaded.vectors[-1, 0] == float(content.split(b"\n")[-2].split()[1])


LETTERS = st.text(st.sampled_from("abé日 \t'"), min_size=1, max_size=12)


@given(
    st.lists(LETTERS, min_size=1, max_size=8, unique=True),
    st.sampled_from([4, 8, 20]),
    st.sampled_from([b"", b"\n"]),
    st.integers(0, 1 << 30),
)
@settings(
    deadline=None,
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_words_with_blanks_never_shift_a_row(
    tmp_path: Path, words: list[str], size: int, line_end: bytes, seed: int
) -> None:
    rows = np.random.default_rng(seed).normal(0, 0.3, (len(words), size)).astype("<f4")
    content = b"%d %d\n" % rows.shape + b"".join(
        word.encode() + b" " + row.tobytes() + line_end
        for word, row in zip(words, rows, strict=True)
    )
    kept = {word: row for word, row in zip(words, rows, strict=True) if word.strip()}
    try:
        loaded, said = load(written(tmp_path, "v.bin", content))
    except VectorsError:
        assert any(" " in word for word in words) or not kept
        return
    assert_same(loaded, list(kept), np.array(list(kept.values()), dtype=np.float32))
    assert bool(said) == any(set(" \t") & set(word) for word in words)


@pytest.mark.parametrize("line_end", [b"", b"\n"])
@pytest.mark.parametrize("limit", [None, 2, 3])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_blank_in_any_row_is_found_also_with_a_limit(
    tmp_path: Path, line_end: bytes, limit: int | None, row: int
) -> None:
    words = ["king", "queen", "man"]
    words[row] = "New York City"
    rows = np.random.default_rng(row).normal(0, 0.3, (3, 10)).astype("<f4")
    records = [
        word.encode() + b" " + numbers.tobytes() + line_end
        for word, numbers in zip(words, rows, strict=True)
    ]
    path = written(tmp_path, "v.bin", b"3 10\n" + b"".join(records))
    loaded, _ = load(path, limit=limit)
    assert_same(loaded, words[:limit], rows[:limit])


@pytest.mark.parametrize("scale", [1e-7, 1e7])
def test_numbers_of_an_unusual_size_raise_no_doubt(tmp_path: Path, scale: float) -> None:
    rows = (np.random.default_rng(1).normal(0, scale, (2000, 20))).astype("<f4")
    records = b"".join(b"w%d " % n + row.tobytes() for n, row in enumerate(rows))
    loaded, said = load(written(tmp_path, "v.bin", b"2000 20\n" + records))
    assert said == []
    assert np.array_equal(loaded.vectors, rows)


def test_a_few_rows_of_few_numbers_that_may_hold_a_blank_are_counted(tmp_path: Path) -> None:
    rows = np.full((200, 2), 0.5, dtype="<f4")
    rows[100] = np.frombuffer(b" \0\0>>\0\0>", "<f4")  # one byte further they are numbers, too
    records = [b">%03d " % n + row.tobytes() for n, row in enumerate(rows)]
    loaded, said = load(written(tmp_path, "v.bin", b"200 2\n" + b"".join(records)))
    assert np.array_equal(loaded.vectors, rows)
    assert said == ["1 word may have had a blank in it, and be followed by wrong numbers: "
                         "'>100', word 101"]  # fmt: skip


def test_a_mark_and_carriage_returns_are_read_under_gzip(tmp_path: Path) -> None:
    content = (codecs.BOM_UTF8 + GLOVE_TEXT).replace(b"\n", b"\r")
    assert_same(load(written(tmp_path, "v.txt.gz", gzip.compress(content)))[0], WORDS, MATRIX)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (b"\n<html lang=en>", "a web page"),
        (b'{"king": [1, 2]}\n', "JSON"),
        (b'[["king", 1, 2]]\n', "JSON"),
        (b"[\n  [0.5, 1e-3],", "JSON"),
        (b'{\n  "a \\" quote" : [', "JSON"),
        (b"[ ]\n", "JSON"),
        (b'[ { "word": "king"', "JSON"),
        (b"\x80\x04\x95\x10\x00", "model.wv.save_word2vec_format"),
        (b"PAR1\x15\x04", "a Parquet table"),
        (b"SQLite format 3\0\x10", "an SQLite database"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"BZh91AY&SY", "compressed by bzip2"),
        (b"7z\xbc\xaf\x27\x1c\x00", "a 7z archive"),
        (b'\x40\0\0\0\0\0\0\0{"x":1}', "a safetensors file"),
        ("3 2\nking 1 2\n".encode("utf-16"), "UTF-16"),
        (b"king,1,2\n", "separated by blanks and not by commas"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(
    tmp_path: Path, content: bytes, message: str
) -> None:
    for name, packed in (("v.bin", content), ("v.vec.gz", gzip.compress(content))):
        assert message in refusal(written(tmp_path, name, packed))


@pytest.mark.parametrize("word", ["[", "[[", "[]", "{}", "[{", '["a', '{"', "[UNK]", "-1"])
def test_a_word_of_brackets_does_not_make_a_file_json(tmp_path: Path, word: str) -> None:
    content = f"{word} 1 2\nking 3 4\n".encode()
    loaded = load_vectors(written(tmp_path, "v.glove", content), layout="glove")
    assert_same(loaded, [word, "king"], np.array([[1, 2], [3, 4]], dtype=np.float32))
