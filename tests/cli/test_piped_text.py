"""Text on standard input is trained on without a name; what brings none never is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.support.processes import QUICK
from tests.support.texts import posix_only
from tests.support.wait import DEADLINE
from w2vtui.cli import piped

TEXT = b"zebra yak walrus lynx\n" * 200
pytestmark = posix_only


@pytest.fixture
def stdin(monkeypatch):
    """Make a descriptor standard input."""
    opened = []

    def become(descriptor: int) -> None:
        opened.append(os.fdopen(descriptor, "r"))
        monkeypatch.setattr(sys, "stdin", opened[-1])

    yield become
    for file in opened:
        file.close()


def a_file(folder, content: bytes, position: int = 0) -> int:
    (folder / "in.txt").write_bytes(content)
    descriptor = os.open(folder / "in.txt", os.O_RDONLY)
    os.lseek(descriptor, position, os.SEEK_SET)
    return descriptor


def test_a_file_brings_text_while_any_is_left(tmp_path, stdin):
    for content, position, brings in ((TEXT, 0, True), (TEXT, len(TEXT), False), (b"", 0, False)):
        stdin(a_file(tmp_path, content, position))
        assert piped.is_text_piped() == brings


@pytest.mark.parametrize("make", [os.pipe, socket.socketpair], ids=["pipe", "socket"])
@pytest.mark.parametrize("content", [TEXT, b""], ids=["text", "closed"])
def test_a_pipe_brings_what_was_written_and_keeps_it(stdin, make, content):
    ends = [end if isinstance(end, int) else end.detach() for end in make()]
    os.write(ends[1], content)
    os.close(ends[1])
    stdin(ends[0])
    assert piped.is_text_piped() == bool(content)
    assert os.read(ends[0], 1 << 16) == content


def test_a_pipe_that_nobody_writes_to_is_waited_for_aloud_and_then_left(stdin, monkeypatch, capsys):
    reader, writer = os.pipe()
    stdin(reader)
    monkeypatch.setattr(piped, "WAITING_SECONDS", 0.01)
    assert not piped.is_text_piped()
    os.close(writer)
    said = capsys.readouterr().err
    assert "stdin is a pipe: waiting 0.01 s for text (w2vtui train - waits" in said
    assert "no text came through the pipe" in said


def test_nothing_comes_from_a_device_or_a_closed_input(stdin, monkeypatch):
    stdin(os.open(os.devnull, os.O_RDONLY))
    assert not piped.is_text_piped()
    for nothing in (None, object()):
        monkeypatch.setattr(sys, "stdin", nothing)
        assert not piped.is_text_piped()


def test_piped_text_is_trained_by_the_verbs_without_a_name(w2v, tmp_path, stdin):
    stdin(a_file(tmp_path, TEXT))
    result = w2v("--epochs", 1, "--vector-size", 8, "--sample", 0, "--workers", 1)
    assert result.code == 0
    assert "training on the text from stdin: -o FILE saves its vectors" in result.err
    assert "zebra" in result.out
    stdin(a_file(tmp_path, TEXT))
    result = w2v("train", "-o", tmp_path / "v.bin", *QUICK, "--sample", 0)
    assert result.code == 0
    assert "stdin: 800 tokens, 4 words" in result.err
    stdin(os.open(os.devnull, os.O_RDONLY))
    result = w2v("train", "-o", tmp_path / "w.bin")
    assert result.code == 2
    assert "name a text: a file, a folder, or - for what is piped in" in result.err


@pytest.mark.slow
def test_without_text_on_stdin_the_sample_is_trained(started):
    short = ("--epochs", "1", "--vector-size", "8", "--no-checkpoints")
    for stdin in (subprocess.DEVNULL, subprocess.PIPE):  # an inherited pipe
        process = started(*short, stdin=stdin)
        assert process.wait(DEADLINE) == 0
        assert "atlas.txt" in process.stderr.read()
