"""Every verb that saves refuses to replace a text, before it reads or trains anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.corpora import topical_sentences
from tests.support.places import keep_in
from tests.support.processes import QUICK
from w2vtui.cli import run_command_line
from w2vtui.formats import load_vectors

STOPPED = ("--epochs", 100_000, "--vector-size", 8, "--workers", 1, "--stop-when", "tokens 50000")
PROSE = "the ship and the sailor near the harbor\n" * 60
VERBS = {
    "train": ("train", "topics.txt"),
    "app without a screen": ("topics.txt",),
    "resume": ("resume", "last"),
    "replay": ("replay", "last"),
    "export": ("export", "last"),
}


def fill(place: Path) -> None:
    """Write a text, a link to it, another text and vectors to the current folder, and train a run
    that is stopped.
    """
    lines = [" ".join(words) for words in topical_sentences(1500)]
    (place / "topics.txt").write_text("\n".join(lines) + "\n")
    (place / "link.txt").symlink_to(place / "topics.txt")
    (place / "other.txt").write_text(PROSE)
    (place / "old.txt").write_text("2 2\nold 0.5 1.5\nolder 0.25 -1\n")
    assert run_command_line(["train", "topics.txt", *map(str, STOPPED)]) == 0


def entered(place: Path, patch: pytest.MonkeyPatch) -> None:
    """Make a folder the current one, with runs and corpora of its own."""
    patch.chdir(place)
    keep_in(place, patch)


@pytest.fixture(scope="module")
def _filled(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        entered(place, patch)
        fill(place)
    return place


@pytest.fixture
def untouched(_filled, monkeypatch) -> Path:
    """A filled folder, as the current one; no test may change it."""
    entered(_filled, monkeypatch)
    return _filled


@pytest.fixture
def place(tmp_path, monkeypatch, capsys) -> Path:
    """A filled folder of this test alone, as the current one."""
    entered(tmp_path, monkeypatch)
    fill(tmp_path)
    capsys.readouterr()
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ("topics.txt", 2, "topics.txt is the corpus and would be overwritten"),
        ("link.txt", 2, "link.txt is the corpus and would be overwritten"),
        ("other.txt", 2, "other.txt exists and is not a file of word vectors"),
        ("missing/v.bin", 5, "create the folder first"),
        ("v.doc", 2, "must end in .txt, .vec, .bin"),
    ],
)
@pytest.mark.usefixtures("unread")
def test_a_file_that_cannot_be_replaced_is_refused(w2v, untouched, verb, output, code, message):
    before = {path: path.read_bytes() for path in untouched.glob("*.txt")}
    result = w2v(*VERBS[verb], "-o", output)
    assert (result.code, message in result.err) == (code, True), result.err
    if output in ("topics.txt", "link.txt"):
        assert w2v(*VERBS[verb], "-o", output, "--overwrite").code == 2
    assert {path: path.read_bytes() for path in untouched.glob("*.txt")} == before


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("resume", "replay")])
@pytest.mark.parametrize("output", ["old.txt", "other.txt"])
@pytest.mark.usefixtures("place")
def test_vectors_are_replaced_and_other_files_with_overwrite(w2v, verb, output):
    quick = QUICK if verb != "export" else ()
    forced = ["--overwrite"] if output == "other.txt" else []
    result = w2v(*VERBS[verb], *quick, "-o", output, *forced)
    assert result.code == 0, result.err
    assert len(load_vectors(output)) == 26


@pytest.mark.usefixtures("place")
def test_resume_checks_the_output_that_the_run_began_with(w2v):
    assert w2v("train", "topics.txt", *STOPPED, "-o", "v.txt").code == 0
    Path("v.txt").write_text(PROSE)
    result = w2v("resume", "last", "--stop-when", "tokens 60000")
    assert result.code == 2
    assert "v.txt exists and is not a file of word vectors" in result.err
    assert Path("v.txt").read_text() == PROSE
    forced = w2v("resume", "last", "--stop-when", "tokens 60000", "--overwrite")
    assert forced.code == 0, forced.err
    assert len(load_vectors("v.txt")) == 26


@pytest.mark.usefixtures("unread")
def test_a_text_in_a_folder_is_neither_replaced_nor_left_out(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("texts").mkdir()
    for name in ("a.txt", "b.txt"):
        Path("texts", name).write_text(PROSE)
    for forced in ([], ["--overwrite"]):
        result = w2v("train", "texts", "-o", "texts/b.txt", *QUICK, *forced)
        assert result.code == 2
        assert "texts/b.txt is a text of the corpus texts" in result.err
    assert Path("texts/b.txt").read_text() == PROSE
