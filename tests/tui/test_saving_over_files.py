"""The app, in a real terminal, replaces no text of the person, and asks before other files."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.terminals import terminal
from w2vtui.formats import load_vectors

pytestmark = pytest.mark.slow

PROSE = "the ship and the sailor near the harbor\n" * 60
START = """
from w2vtui.cli import run_command_line
sys.exit(run_command_line({argv!r}))
"""


@pytest.fixture(autouse=True)
def place(tmp_path, topical_corpus, monkeypatch) -> Path:
    """A folder with a text, another text and a folder of texts, as the current one."""
    monkeypatch.chdir(tmp_path)
    Path("other.txt").write_text(PROSE)
    Path("texts").mkdir()
    Path("texts/a.txt").write_text(topical_corpus.read_text())
    Path("texts/b.txt").write_text(PROSE)
    return tmp_path


def texts(place: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in place.rglob("*.txt")}


def says(opened, text: str) -> None:
    """Wait for a text that lines and colors may divide."""
    words = [word.encode() for word in text.split()]
    opened.until(lambda: all(word in opened.written for word in words))
    opened.written = b""


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["topics.txt", "-o", "topics.txt"], 2, "is the corpus and would be overwritten"),
        (["topics.txt", "-o", "topics.txt", "--overwrite"], 2, "is the corpus and would be overw"),
        (["texts", "-o", "texts/b.txt"], 2, "is a text of the corpus texts and would be overw"),
        (["topics.txt", "-o", "other.txt"], 2, "or replace it with --overwrite"),
        (["topics.txt", "-o", "missing/v.bin"], 5, "create the folder first"),
        (["topics.txt", "-o", "v.doc"], 2, "must end in .txt, .vec, .bin"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_output_is_refused_before_there_is_a_screen(topical_corpus, place, argv, code, message):
    before = texts(place)
    with terminal(topical_corpus, place, first=START.format(argv=argv)) as opened:
        assert opened.exit_code() == code
        assert message.encode() in opened.written
        assert b"\x1b[?1049h" not in opened.written  # no screen was drawn
    assert texts(place) == before
    assert not (place / "runs").exists()


def test_overwrite_lets_the_app_begin(topical_corpus, place):
    argv = ["topics.txt", "-o", "other.txt", "--overwrite", "--runs-dir", "runs"]
    with terminal(topical_corpus, place, first=START.format(argv=argv)) as opened:
        opened.shows("Corpus")


def test_save_never_replaces_the_corpus(topical_corpus, place):
    before = texts(place)
    with terminal(topical_corpus, place) as opened:
        opened.trains()
        opened.type(b":save topics.txt\r")
        says(opened, "the corpus and would be overwritten")
        opened.type(b":save ./texts/../topics.txt\r")
        says(opened, "the corpus and would be overwritten")
    assert texts(place) == before


def test_save_asks_before_it_replaces_another_text(topical_corpus, place):
    with terminal(topical_corpus, place) as opened:
        opened.trains()
        opened.type(b":save other.txt\r")
        says(opened, "Replace this file?")
        opened.type(b"\x1b")
        opened.type(b":save other.txt\r")
        says(opened, "Replace this file?")
        assert Path("other.txt").read_text() == PROSE
        opened.type(b"r")
        opened.until(lambda: Path("other.txt").read_text() != PROSE)
    assert len(load_vectors("other.txt")) == 26


def test_a_text_that_appears_at_the_target_is_not_replaced(topical_corpus, place):
    """The vectors are saved elsewhere."""
    (place / "tmp").mkdir()
    output = place / "v.txt"
    with terminal(topical_corpus, place, output=output, TMPDIR=str(place / "tmp")) as opened:
        opened.trains()
        output.write_text(PROSE)
        opened.program.send_signal(signal.SIGTERM)
        assert opened.exit_code() == 143
        assert b"the vectors are safe in" in opened.written
    assert output.read_text() == PROSE
    (rescued,) = place.glob("tmp/w2vtui-rescued-*/v.txt")
    assert len(load_vectors(rescued)) == 26
