"""`w2vtui phrases`: a text with its phrases joined."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from w2vtui.corpus import pieces
from w2vtui.phrases import ENGLISH_CONNECTOR_WORDS, Phrases, word2phrase_scorer

TEXT = "the bank of america in new york\n\nnew  york city\tis big\r\nold new york city" * 12


@pytest.fixture(autouse=True)
def text(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("in.txt")
    path.write_bytes(TEXT.encode())
    return path


def expected(passes: int = 1, **named) -> list[str]:
    lines = [line.split() for line in TEXT.replace("\r\n", "\n").split("\n")]
    for _ in range(passes):
        lines = list(Phrases(lines, **named)[lines])
    return [" ".join(line) for line in lines]


@pytest.mark.parametrize("block_bytes", [1 << 20, 16])
@pytest.mark.parametrize("passes", [1, 2])
def test_lines_stay_lines_in_pieces_of_any_size(w2v, monkeypatch, block_bytes, passes):
    monkeypatch.setattr(pieces, "BLOCK_BYTES", block_bytes)
    result = w2v(
        "phrases", "in.txt", "-o", "out.txt", "--min-count", 2, "--threshold", 0.3,
        "--connector-words", "english", "--passes", passes, "--json",
    )  # fmt: skip
    assert result.code == 0, result.err
    named = {"min_count": 2, "threshold": 0.3, "connector_words": ENGLISH_CONNECTOR_WORDS}
    lines = expected(passes, **named)
    assert Path("out.txt").read_text().split("\n") == [*lines, ""]
    assert "bank_of_america" in lines[0]
    found = json.loads(result.out)
    assert (found["words"], found["passes"]) == (len(TEXT.split()), passes)
    assert found["tokens"] == sum(len(line.split()) for line in lines)


def test_the_command_line_of_word2phrase(w2v):
    line = ["phrases", "-train", "in.txt", "-output", "out.txt", "-min_count", 2, "-debug", 0]
    result = w2v(*line, "-threshold", 3)
    assert result.code == 0, result.err
    named = {"min_count": 2, "threshold": 3, "scoring": word2phrase_scorer}
    assert Path("out.txt").read_text() == "\n".join([*expected(**named), ""])
    assert "new_york" in Path("out.txt").read_text()
    assert "out.txt exists: name another file" in w2v(*line).err
    result = w2v(*line, "--overwrite")
    assert "hint: no pair scores above 100: lower --threshold" in result.err
    assert "did you mean -threshold?" in w2v(*line, "-treshold", 3).err


def test_a_packed_text_goes_to_standard_output(w2v, monkeypatch):
    Path("in.gz").write_bytes(gzip.compress(b"new york\n" * 9))
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    assert w2v("phrases", "in.gz", "-o", "-", "--threshold", 0.1).code == 0
    assert out.getvalue() == b"new_york\n" * 9


def test_a_byte_that_is_not_in_the_encoding_leaves_no_output(w2v):
    Path("latin.txt").write_bytes(b"caf\xe9\n" * 9)
    result = w2v("phrases", "latin.txt", "-o", "out.txt")
    assert result.code == 3
    assert "latin.txt is not utf-8: byte 0xE9" in result.err
    assert not Path("out.txt").exists()
    assert w2v("phrases", "latin.txt", "-o", "out.txt", "--encoding", "latin-1").code == 0
    assert Path("out.txt").read_text() == "caf\xe9\n" * 9


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["-o", "o"], "name a text: a file or a folder"),
        (["-", "-o", "o"], "the text is read more than once: name a file instead of -"),
        (["in.txt"], "nothing would be written: give -o FILE"),
        (["in.txt", "-o", "in.txt", "--overwrite"], "in.txt is the corpus and would be"),
        (["in.txt", "-o", "./in.txt"], "is the corpus and would be overwritten"),
        (["in.txt", "-o", "o.gz"], "o.gz would not be compressed, as its name says"),
        (["in.txt", "-o", "words", "--connector-words", "words", "--overwrite"], "is read by this"),
        (["in.txt", "-o", "no/o"], "create the folder first"),
        (["in.txt", "-o", "o", "--connector-words", "none.txt"], "cannot read the connector words"),
        (
            ["in.txt", "-o", "o", "--scoring", "npmi", "--threshold", "2"],
            "must be -1 to 1 for npmi",
        ),
        (["in.txt", "-o", "o", "--threshold", "x"], "--threshold: must be a number, got 'x'"),
        (["in.txt", "-o", "o", "--delimiter", " "], "--delimiter must not hold white space"),
        (["in.txt", "-o", "-", "--json"], "both write to standard output"),
        (["no.txt", "-o", "o"], "there is no file no.txt"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_can_be_refused_is_refused_before_anything_is_written(w2v, argv, message):
    Path("words").write_text("of the")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    result = w2v("phrases", *argv)
    assert result.code in (2, 3, 5)
    assert message in result.err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before
