"""Progress that is shown while a call works."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.support.corpora import topical_sentences
from tests.support.threads import until_threads_end
from w2vtui import Word2Vec
from w2vtui.corpus import ReadingProgress
from w2vtui.errors import SettingsError
from w2vtui.word2vec import following as module
from w2vtui.word2vec.following import FollowingConsole, following


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(module, "_BAR_SECONDS", 0.01)
    monkeypatch.setattr(module, "_LINE_SECONDS", 0.01)


def test_a_terminal_has_a_bar_that_is_drawn_again_in_its_place():
    file, reading = Terminal(), ReadingProgress(tokens=1_234)
    console = Console(file=file, force_terminal=True, width=60, no_color=True, _environ={})
    with following(lambda: reading, console):
        reading.begin("encoding", 10)
        reading.bytes_done = 5
    shown = file.getvalue()
    assert "━" in shown
    assert "encoding the corpus" in shown
    assert "1,234 tokens" in shown
    assert "\x1b[?25h" in shown  # the cursor is there again


@pytest.mark.parametrize("file", [io.StringIO, Terminal])
def test_a_pipe_and_a_dumb_terminal_have_lines_without_control_characters(file):
    reading, out = ReadingProgress(tokens=5), file()
    console = Console(file=out, force_terminal=True, width=20, _environ={"TERM": "dumb"})
    with following(lambda: reading, console):
        pass
    assert out.getvalue() == "reading the corpus  5 tokens\n"


def test_a_notebook_without_widgets_has_lines(monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    assert not module._draws(Console(force_jupyter=True))
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: name)
    assert module._draws(Console(force_jupyter=True))


def test_a_stream_that_nobody_reads_stops_nothing():
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with following(ReadingProgress, FollowingConsole(file=Closed())):
        pass
    with following(ReadingProgress, FollowingConsole(file=Closed(), force_terminal=True)):
        pass


def test_the_class_shows_how_far_it_is_if_it_is_asked_to(capsys):
    sentences = topical_sentences(100)
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=2, workers=1, progress=True)
    shown = capsys.readouterr()
    assert "finished after 00:00" in shown.err
    assert not shown.out
    model.progress = False
    model.train(sentences, total_examples=100, epochs=1)
    assert not capsys.readouterr().err
    until_threads_end()
    with pytest.raises(SettingsError, match="progress must be 0 or 1, got 'bar'"):
        Word2Vec(progress="bar")
