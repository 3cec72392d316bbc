"""Damaged files of vectors: each refusal names the place that is wrong."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pytest

from tests.support.vector_files import (
    GENSIM_BINARY,
    GLOVE_TEXT,
    MATRIX,
    TEXT,
    WORD2VEC_C_BINARY,
    WORD2VEC_C_TEXT,
    WORDS,
    assert_same,
    load,
    refusal,
    written,
)
from w2vtui.errors import VectorsError
from w2vtui.formats import load_vectors
from w2vtui.formats.rows.blocks import Block, collected
from w2vtui.formats.rows.records import Source
from w2vtui.formats.word2vec.word2vec_text import TextReader


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
            loaded, said = load(path)
        except VectorsError:
            refused += 1
        else:
            if said:  # the last number may be cut
                assert len(said) == 1
                assert said[0].startswith("line 4 does not end in a newline")
                loaded.vectors[-1, -1] = MATRIX[-1, -1]
            assert_same(loaded, WORDS, MATRIX)
    assert refused >= len(content) - 9  # a line end or two may go without loss


def test_a_cut_file_without_header_gives_whole_rows_only(tmp_path: Path) -> None:
    row_ends = set()
    for end in range(len(GLOVE_TEXT)):
        path = written(tmp_path, "v.txt", GLOVE_TEXT[:end])
        try:
            loaded, said = load(path)
        except VectorsError:
            assert not GLOVE_TEXT[:end].endswith(b"\n")
            continue
        if said:
            assert "does not end in a newline" in said[0]
            loaded.vectors[-1, -1] = MATRIX[len(loaded) - 1, -1]
        row_ends.add((len(loaded), not said))
        assert_same(loaded, WORDS[: len(loaded)], MATRIX[: len(loaded)])
    assert row_ends == {(1, True), (1, False), (2, True), (2, False), (3, False)}


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
        (TEXT.replace("naïve".encode(), b"na\xefve"), r"line 3: the word 'na\xefve' is not UTF-8"),
        (TEXT.replace(b"1e-07\n", b"1e-07\n\n"), "line 4: the line is empty"),
        (b"hello\n", "starts with the number of words"),
        (b"\n\n", "starts with the number of words"),
        (b"three little words\n", "is a text, not vectors, for its first line is 'three"),
        (b"\xbe\x02 \0 \xed\n", r"is neither vectors nor text, for it holds byte 0 and begins"),
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
        (GENSIM_BINARY.replace(b"na\xc3", b"na\n\xc3"), "word 2: where the word ends is not clear"),
        (GENSIM_BINARY.replace(b"na\xc3\xaf", b"na\xc3"), r"word 2: the word 'na\xc3ve' is not"),
        (b"1 1 " + b"\x00" * 100, "line 1: '\\x00"),
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
    monkeypatch.setattr("w2vtui.formats.word2vec.word2vec_binary._BLOCK_BYTES", 100)
    monkeypatch.setattr("w2vtui.formats.word2vec.word2vec_binary.MAX_WORD_BYTES", 1000)
    endless = written(tmp_path, "v.bin", b"2 2\n" + b"x" * 100_000)
    assert "no word ends within 1,000 bytes" in refusal(endless)


def test_a_file_of_line_ends_takes_no_memory_for_rows(tmp_path: Path) -> None:
    first = b"w" + b" 1" * 50_000 + b"\n"
    content = gzip.compress(first + b"\n" * 3_000_000)
    assert len(load_vectors(written(tmp_path, "v.txt.gz", content))) == 1


def read_text(file: io.BytesIO) -> Block:
    return collected(TextReader(file, Source("v", "line", len(file.getvalue()))))


@pytest.mark.parametrize("header", [b"", b"2 3\n"])
def test_line_ends_after_the_last_row_are_not_read_one_by_one(header: bytes) -> None:
    class Noted(io.BytesIO):
        n_lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.n_lines += 1
            return super().readline(size)

    for blank in (b"\n", b" \r\n"):
        rows = header + b"a 1 2 3\nb 1 2 3\n"
        file = Noted(rows + blank * 100_000)
        found = read_text(file)
        assert found.words == ["a", "b"]
        assert found.vectors.shape == (2, 3)
        assert file.n_lines < 10
        file = Noted(rows + blank * 2_000_000 + b"c 1 2 3\n")
        with pytest.raises(VectorsError, match="the line is empty"):
            read_text(file)
        assert file.n_lines < 10
    endless = rows + b"\n" * (65 << 20)
    with pytest.raises(VectorsError, match="from here on there are only empty lines"):
        read_text(io.BytesIO(endless))


def test_no_row_is_lost_after_a_gap_that_looks_like_the_end(tmp_path: Path) -> None:
    gap = b" " * 3_000_000
    path = written(tmp_path, "v.txt", b"a 1 2" + gap + b"\nb 1 2\n")
    with contextlib.suppress(VectorsError):
        assert load_vectors(path).index_to_key == ["a", "b"]


def test_words_cut_within_a_character_can_be_read_when_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "v.bin", GENSIM_BINARY.replace(b"na\xc3\xaf", b"na\xc3"))
    said = [r"1 word is not UTF-8 and is changed: 'na\xc3ve' in word 2"]
    for errors, word in (("replace", "na\ufffdve"), ("ignore", "nave")):
        loaded, remarks = load(path, encoding_errors=errors)
        assert loaded.index_to_key[1] == word
        assert remarks == said
    written(tmp_path, "v.bin.vocab", b"</s> 9\nna\xc3ve 8\n" + "日本 7\n".encode())
    loaded, _ = load(path, encoding_errors="replace")
    assert loaded.counts.tolist() == [9, 8, 7]


def test_compressed_data_that_are_damaged_are_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(TEXT * 50, mtime=0))
    content[-20] ^= 0xFF
    assert "cut short or damaged" in refusal(written(tmp_path, "v.txt.gz", bytes(content)))


def test_a_name_that_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no such file" in refusal(tmp_path / "absent.txt")
    assert "is a folder, but not one of vectors" in refusal(tmp_path)
    assert "is not a file" in refusal(tmp_path / "pipe")
