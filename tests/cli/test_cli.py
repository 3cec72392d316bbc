"""The command line: what it prints where, how it exits, and that no training is lost."""

from __future__ import annotations

import bz2
import contextlib
import dataclasses
import gzip
import json
import lzma
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.conftest import TOPICS
from w2vtui import __version__
from w2vtui.cli import VERBS, run_command_line
from w2vtui.cli.parser import parse
from w2vtui.cli.progress import PlainLines
from w2vtui.cli.verbs import train as training
from w2vtui.errors import DiskError, SettingsError
from w2vtui.formats import load_vectors, read_vocab
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, field_types
from w2vtui.training.engine.backend import CpuBackend
from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import Probe

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60.0
QUICK = ("--epochs", "1", "--vector-size", "8", "--workers", "1")
ENDLESS = ("--epochs", "1000000", "--vector-size", "8", "--workers", "1")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX'")


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
def w2v(capsys):
    """Run a command line in this process."""

    def run(*argv) -> Result:
        try:
            code = run_command_line([str(word) for word in argv])
        except SystemExit as end:  # --help and --version
            code = end.code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run


def finish(process: subprocess.Popen) -> Result:
    out, err = process.communicate(timeout=DEADLINE)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    return Result(process.returncode, out or "", err)


def until_it_trains(process: subprocess.Popen) -> None:
    """Read the JSON lines of a training until words have been learned from."""
    for line in process.stdout:
        if json.loads(line)["tokens"] > 0:
            return
    pytest.fail(f"it ended before it trained: {process.stderr.read()}")


def until_it_says(process: subprocess.Popen, text: str) -> None:
    for line in process.stderr:
        if text in line:
            return
    pytest.fail(f"it ended before it said {text!r}")


def leftovers(*folders: Path) -> list[Path]:
    """Temporary files and drafts that should have been removed."""
    return [path for folder in folders for path in folder.rglob("*w2vtui-*")]


@pytest.fixture
def vectors(tmp_path):
    """Six words whose cosines are known."""
    path = tmp_path / "known.vec"
    path.write_text(
        "6 2\nking 0 2\nqueen 0.6 0.8\nman -1 0\nwoman 1 0\n北京 0.28 0.96\nzu 0 -3\n",
        encoding="utf-8",
    )
    return path


# ---- training and saving


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec"])
def test_vectors_are_saved_with_their_counts(w2v, topical_corpus, tmp_path, name):
    result = w2v("train", topical_corpus, "-o", tmp_path / name, *QUICK)
    assert (result.code, result.out) == (0, "")
    assert f"saved {tmp_path / name}: 26 words x 8" in result.err
    loaded = load_vectors(tmp_path / name)
    assert loaded.vectors.shape == (26, 8)
    words, counts = read_vocab(tmp_path / f"{name}.vocab")
    text = topical_corpus.read_text().split()
    assert words == loaded.index_to_key
    assert counts.tolist() == [text.count(word) for word in words]
    assert (tmp_path / name).read_bytes().startswith(b"26 8\n")


def test_one_worker_and_a_seed_write_the_same_file_twice(w2v, topical_corpus, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        w2v("train", topical_corpus, "-o", tmp_path / f"{name}.bin", *QUICK, "--seed", seed)
    a, b, c = ((tmp_path / f"{name}.bin").read_bytes() for name in "abc")
    assert a == b != c


def test_the_counts_go_where_they_are_wanted(w2v, topical_corpus, tmp_path):
    counts = tmp_path / "counts.txt"
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", "--save-vocab", counts, *QUICK)
    assert result.code == 0
    assert len(read_vocab(counts)[0]) == 26
    assert not (tmp_path / "v.bin.vocab").exists()


def test_what_is_trained_means_something(w2v, topical_corpus, tmp_path):
    settings = ("--epochs", 10, "--vector-size", 16, "--alpha", 0.05)
    result = w2v(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *settings, "--neighbors", "cow", "ship"
    )
    assert result.code == 0
    assert [line for line in result.lines if not line.startswith(" ")] == ["cow", "ship"]
    nearest = [line.split()[0] for line in result.lines[1:4]]
    assert set(nearest) <= set(TOPICS["farm"].split())
    again = w2v("neighbors", tmp_path / "v.bin", "cow", "ship", "-n", 8)
    assert again.out == result.out


def test_an_unknown_neighbor_is_told_and_the_others_are_shown(w2v, topical_corpus, tmp_path):
    output = tmp_path / "v.bin"
    result = w2v(
        "train", topical_corpus, "-o", output, *QUICK, "--neighbors", "shipp", "", "+", "cow"
    )
    assert result.code == 0
    assert result.lines[0] == "cow"
    assert "no vector for 'shipp': did you mean ship" in result.err
    assert output.exists()


def test_several_files_and_folders_are_read(w2v, tmp_path):
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("alpha beta\n" * 5)
    (folder / "deep" / "b.txt").write_text("gamma beta\n" * 5)
    (folder / "image").write_bytes(b"\0\1\2" * 100)
    (tmp_path / "c.txt").write_text("delta\n" * 5)
    result = w2v("train", folder, tmp_path / "c.txt", "-o", tmp_path / "v.txt", *QUICK)
    assert result.code == 0
    assert set(load_vectors(tmp_path / "v.txt").index_to_key) == {"alpha", "beta", "gamma", "delta"}


@pytest.mark.parametrize(
    ("suffix", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_compressed_text_trains_as_the_text_does(w2v, topical_corpus, tmp_path, suffix, compress):
    packed = tmp_path / f"packed.txt.{suffix}"
    packed.write_bytes(compress(topical_corpus.read_bytes()))
    for source, name in ((topical_corpus, "a.bin"), (packed, "b.bin")):
        assert w2v("train", source, "-o", tmp_path / name, *QUICK).code == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_stdin_trains_as_the_file_does(w2v, started, topical_corpus, tmp_path):
    assert w2v("train", topical_corpus, "-o", tmp_path / "a.bin", *QUICK).code == 0
    with topical_corpus.open() as text:
        result = finish(started("train", "-", "-o", tmp_path / "b.bin", *QUICK, stdin=text))
    assert (result.code, result.out) == (0, "")
    assert "stdin: " in result.err
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_the_corpus_is_kept_unless_told_otherwise(w2v, topical_corpus, tmp_path):
    command = ("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert "already encoded" not in w2v(*command, "--no-cache").err
    assert "already encoded" not in w2v(*command).err
    assert "already encoded" in w2v(*command).err
    assert "already encoded" not in w2v(*command, "--min-count", 2).err


def test_the_text_settings_shape_the_vocabulary(w2v, tmp_path):
    text = tmp_path / "prose.txt"
    text.write_bytes("Thé, the THÉ.\nRare\n".encode("latin-1") * 3)
    result = w2v(
        "train", text, "-o", tmp_path / "v.txt", "--tokenizer", "words", "--lowercase",
        "--encoding", "latin-1", "--min-count", 3, "--max-final-vocab", 2, *QUICK,
    )  # fmt: skip
    assert result.code == 0
    assert load_vectors(tmp_path / "v.txt").index_to_key == ["thé", "rare"]


# ---- what goes where


def test_progress_goes_to_stderr_in_plain_lines_and_stdout_holds_results_alone(
    started, topical_corpus, tmp_path
):
    result = finish(
        started("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, "--neighbors", "cow")
    )
    assert result.code == 0
    assert result.lines[0] == "cow"
    assert len(result.lines) == 9
    assert all(re.fullmatch(r"  \S+ +-?[01]\.\d{3}", line) for line in result.lines[1:])
    assert re.search(r"^topics\.txt: [\d,]+ tokens, 26 words of 26$", result.err, re.M)
    assert re.search(r"^finished after 0:0\d  [\d,]+ words/s  loss \d\.\d{3}", result.err, re.M)
    assert result.err.splitlines()[-1].startswith("saved ")
    assert all(character.isprintable() or character == "\n" for character in result.err)


def test_colors_that_are_forced_on_a_log_make_no_screen_of_it(started, topical_corpus, tmp_path):
    result = finish(
        started(
            "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK,
            variables={"FORCE_COLOR": "1"},
        )
    )  # fmt: skip
    assert result.code == 0
    assert "\x1b" not in result.err
    assert "finished after" in result.err


def json_objects(text: str) -> list[dict]:
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def test_json_lines_parse_and_end_with_the_state_done(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, "--json")
    assert result.code == 0
    objects = json_objects(result.out)
    last = objects[-1]
    assert last["state"] == "done"
    assert last["fraction"] == 1.0
    assert last["tokens"] == last["tokens_planned"] > 10_000
    assert (last["epoch"], last["epochs"], last["words"]) == (1, 1, 26)
    assert last["corpus"] == "topics.txt"
    assert 0 < last["mean_loss"] < 10
    assert all(set(obj) == set(last) for obj in objects)
    assert (tmp_path / "v.bin").exists()


def test_json_of_a_failed_training_ends_with_the_state_failed(w2v, tmp_path):
    text = tmp_path / "rare.txt"
    text.write_text("one two three\n")
    result = w2v("train", text, "-o", tmp_path / "v.bin", "--json", *QUICK)
    assert result.code == 3
    assert json_objects(result.out)[-1]["state"] == "failed"
    assert "min_count" in result.err


# ---- without a screen


def test_without_a_terminal_the_sample_is_trained_and_words_are_shown(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = w2v("--epochs", 1, "--vector-size", 8)
    assert result.code == 0
    scores, words = result.lines[:4], result.lines[4:]
    assert all(line.startswith("atlas-") for line in scores)
    shown = [line for line in words if not line.startswith(" ")]
    assert shown == ["king", "paris", "river", "bread", "walked"]
    assert len(words) == 5 * 9
    assert "atlas.txt: " in result.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_a_text_is_trained_and_its_own_words_are_shown(
    w2v, topical_corpus, tmp_path
):
    output = tmp_path / "v.bin"
    result = w2v(*QUICK, topical_corpus, "-o", output)
    assert result.code == 0
    shown = [line for line in result.lines if not line.startswith(" ")]
    assert len(shown) == 5
    assert set(shown) <= set(load_vectors(output).index_to_key)


@posix
def test_streams_that_are_closed_from_the_start_are_no_terminal(
    environment, topical_corpus, tmp_path
):
    """A service may start without them."""
    output = tmp_path / "v.bin"
    for closed in ("<&- 2>&-", ">&-"):
        output.unlink(missing_ok=True)
        command = [sys.executable, "-m", "w2vtui", topical_corpus, "-o", output, *QUICK]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *map(str, command)],
            env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (closed, done.stderr)
        assert output.exists()
        assert "saved" not in done.stdout  # progress never ends up among the results


# ---- signals


@posix
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_saves_what_is_learned(started, topical_corpus, tmp_path, number, code):
    output = tmp_path / "v.bin"
    process = started("train", topical_corpus, "-o", output, *ENDLESS, "--json")
    until_it_trains(process)
    process.send_signal(number)
    result = finish(process)
    assert result.code == code
    assert json_objects(result.out)[-1]["state"] == "stopped"
    assert "saved " in result.err
    loaded = load_vectors(output)
    assert np.isfinite(loaded.vectors).all()
    assert loaded.norms.max() > 0.5  # learned from, not as it began
    assert (tmp_path / "v.bin.vocab").exists()
    assert leftovers(tmp_path) == []


@posix
def test_a_signal_that_was_ignored_from_the_start_stays_ignored(started, topical_corpus, tmp_path):
    """As nohup asks for."""
    process = started(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS, "--json",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    until_it_trains(process)
    process.send_signal(signal.SIGHUP)
    until_it_trains(process)  # a line more, a second later
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == 143


@posix
@pytest.mark.parametrize("text", ["", "the ship sails\n" * 100])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_stdin_is_read_leaves_nothing_behind(
    started, tmp_path, environment, text, number, code
):
    """Ctrl-C ends the whole pipeline: the text ends with it, in the middle."""
    process = started("train", "-", "-o", tmp_path / "v.bin", *QUICK, stdin=subprocess.PIPE)
    process.stdin.write(text)
    process.stdin.flush()
    until_it_says(process, "reading")
    process.send_signal(number)
    result = finish(process)
    assert result.code == code
    assert "interrupted" in result.err
    assert "no words" not in result.err
    assert not list(tmp_path.glob("v.bin*"))
    assert leftovers(tmp_path, Path(environment["W2VTUI_CACHE_DIR"])) == []


def test_a_run_that_cannot_end_as_asked_leaves_nothing(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK,
                 "--stop-when", "shipp first in sailor")  # fmt: skip
    assert result.code == 2
    assert "did you mean ship" in result.err
    assert not list(Path(os.environ["W2VTUI_RUNS_DIR"]).iterdir())


@posix
def test_ctrl_c_gives_up_compiling(started, topical_corpus, tmp_path):
    nothing_compiled = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    process = started(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, variables=nothing_compiled
    )
    until_it_says(process, "compiling the training loop")
    process.send_signal(signal.SIGINT)
    result = finish(process)
    assert result.code == 130
    assert "interrupted before anything was learned" in result.err
    assert "kernels compiled" not in result.err
    assert not list((tmp_path / "kernels").rglob("cpu.train_span*.nbc"))
    assert not (tmp_path / "v.bin").exists()


def test_a_folder_is_read_in_the_encoding_that_was_named(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("to be or not to be\n" * 40, encoding="utf-16")
    out = tmp_path / "v.txt"
    command = ["train", str(folder), "-o", str(out), "--encoding", "utf-16", *QUICK]
    assert run_command_line(command) == 0
    assert len(load_vectors(out)) == 4


def test_vectors_in_the_corpus_folder_are_not_read_as_text(tmp_path, capsys):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("to be or not to be\n" * 40)
    command = ["train", str(folder), "-o", str(folder / "v.txt"), *QUICK]
    assert run_command_line(command) == 0
    (folder / "v.txt.vocab").read_text()  # the second file that must not be taken for text
    assert run_command_line(command) == 0
    assert len(load_vectors(folder / "v.txt")) == 4
    other = ["train", str(folder), "-o", str(tmp_path / "w.txt"), *QUICK]
    assert run_command_line(other) == 0
    assert len(load_vectors(tmp_path / "w.txt")) == 4


def test_a_loss_that_diverges_is_shown_in_short_form(capsys):
    shot = dataclasses.replace(
        Run(lambda progress, stop: None).snapshot(),
        state="training",
        tokens=1,
        loss=9.401e29,
        probe=Probe(tokens=1, loss=7.25e6, standard_error=0.125),
    )
    PlainLines(SimpleNamespace(snapshot=lambda: shot)).show(shot)
    told = capsys.readouterr().err
    assert "loss 9.4e29 " in told
    assert "probe 7.25e6 \N{PLUS-MINUS SIGN} 0.125" in told


@pytest.mark.parametrize(
    "argv", [["-x.txt", "-o", "v.bin"], ["a.txt", "-x.txt", "-o", "v.bin"], ["-o", "-x.txt", "a"]]
)
def test_a_file_that_is_taken_for_a_flag_is_named_so_that_it_is_not(
    w2v, tmp_path, monkeypatch, argv
):
    monkeypatch.chdir(tmp_path)
    assert "./-x.txt" not in w2v("train", *argv).err
    (tmp_path / "-x.txt").write_text("to be or not to be\n" * 40)
    result = w2v("train", *argv)
    assert result.code == 2
    assert ": for the file -x.txt write ./-x.txt (w2vtui train --help" in result.err
    assert w2v("train", "./-x.txt", "-o", "./-v.bin", *QUICK).code == 0
    assert len(load_vectors(tmp_path / "-v.bin")) == 4


@posix
def test_ctrl_c_ends_the_wait_for_a_silent_stdin(started, tmp_path):
    process = started("train", "-", "-o", tmp_path / "v.bin", *QUICK, stdin=subprocess.PIPE)
    until_it_says(process, "reading")
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE) == 130
    assert not (tmp_path / "v.bin").exists()


class Compiling:
    """Stands for a compilation that takes until it is let go."""

    def __init__(self, monkeypatch):
        self.begun, self.let_go, self.stopped = (threading.Event() for _ in range(3))
        stop = Run.stop
        monkeypatch.setattr(CpuBackend, "compile", lambda *_: self._compile())
        monkeypatch.setattr(Run, "stop", lambda run: (stop(run), self.stopped.set()))

    def _compile(self):
        self.begun.set()
        assert self.let_go.wait(DEADLINE)

    def interrupt(self, *numbers, then_end=False):
        """Send signals to this process once it compiles, each when the last was heard."""

        def send():
            self.begun.wait(DEADLINE)
            for number in numbers:
                os.kill(os.getpid(), number)
                self.stopped.wait(DEADLINE)
            if then_end:
                self.let_go.set()

        threading.Thread(target=send, daemon=True).start()


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_compiles_leaves_nothing_behind(
    w2v, topical_corpus, tmp_path, monkeypatch, number, code
):
    Compiling(monkeypatch).interrupt(number, then_end=True)
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert "interrupted" in result.err
    assert not list(tmp_path.glob("v.bin*"))
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers


@posix
@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((signal.SIGINT, signal.SIGINT), 130),
        ((signal.SIGINT, signal.SIGTERM), 143),
        ((signal.SIGTERM, signal.SIGTERM), 143),
    ],
)
def test_a_second_signal_ends_at_once(w2v, topical_corpus, tmp_path, monkeypatch, numbers, code):
    busy = Compiling(monkeypatch)  # would go on for a minute
    busy.interrupt(*numbers)
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert result.err.endswith("w2vtui: interrupted\n")
    assert not busy.let_go.is_set()
    assert not list(tmp_path.glob("v.bin*"))
    busy.let_go.set()
    until_threads_end()


def until_threads_end():
    end = time.monotonic() + DEADLINE
    while any(thread.name.startswith("w2vtui") for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.005)


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_saves_lets_it_save(
    w2v, topical_corpus, tmp_path, monkeypatch, number, code
):
    save = training.save_vectors

    def interrupted(*arguments, **named):
        os.kill(os.getpid(), number)
        save(*arguments, **named)

    monkeypatch.setattr(training, "save_vectors", interrupted)
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert "saved " in result.err
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@posix
def test_a_second_signal_while_it_saves_leaves_the_old_file(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    save = training.save_vectors

    def interrupted(vectors, path, **named):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        save(vectors, path, **named)

    monkeypatch.setattr(training, "save_vectors", interrupted)
    output = tmp_path / "v.bin"
    output.write_bytes(b"old")
    assert w2v("train", topical_corpus, "-o", output, *QUICK).code == 130
    assert output.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


# ---- a terminal


@pytest.fixture
def terminal(environment):
    """Start w2vtui on a terminal of its own, whose session it leads."""
    pty = pytest.importorskip("pty")
    children = []

    def start(*argv) -> tuple[int, int]:
        pid, descriptor = pty.fork()
        if pid == 0:
            command = [sys.executable, "-m", "w2vtui", *map(str, argv)]
            os.execvpe(sys.executable, command, environment)
        children.append((pid, descriptor))
        return pid, descriptor

    yield start
    for pid, descriptor in children:
        with contextlib.suppress(
            ProcessLookupError, ChildProcessError
        ):  # it has ended, as it should
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        with contextlib.suppress(OSError):  # the test may have hung up
            os.close(descriptor)


def read_terminal(descriptor: int, until: bytes = b"") -> bytes:
    """What is drawn until some text comes, or until the end."""
    drawn = b""
    while not until or until not in drawn:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # Linux says so when the other side has closed
            break
        if not piece:
            break
        drawn += piece
    return drawn


@posix
def test_in_a_terminal_a_line_is_drawn_in_place(terminal, topical_corpus, tmp_path):
    pid, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    drawn = read_terminal(descriptor)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, drawn
    assert b"\x1b[" in drawn
    assert b"finished after" in drawn
    assert drawn.rstrip().endswith(b"26 words x 8")


@posix
def test_a_dumb_terminal_gets_plain_lines_and_no_screen(
    terminal, environment, topical_corpus, tmp_path
):
    environment["TERM"] = "dumb"
    pid, descriptor = terminal(topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    drawn = read_terminal(descriptor)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, drawn
    assert b"\x1b" not in drawn
    assert b"finished after" in drawn
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@posix
def test_ctrl_c_in_a_terminal_saves(terminal, topical_corpus, tmp_path):
    pid, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS)
    read_terminal(descriptor, until=b"ETA")
    os.write(descriptor, b"\x03")
    drawn = read_terminal(descriptor)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130, drawn
    assert b"saved" in drawn
    assert b"stopped at" in drawn
    assert b"\x1b[?25h" in drawn  # the cursor is shown again
    assert (tmp_path / "v.bin").exists()


@posix
def test_a_terminal_that_is_closed_saves(terminal, topical_corpus, tmp_path):
    pid, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS)
    read_terminal(descriptor, until=b"ETA")
    os.close(descriptor)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    assert len(load_vectors(tmp_path / "v.bin")) == 26
    assert leftovers(tmp_path) == []


# ---- readers that go away


@posix
@pytest.mark.parametrize(
    "argv", [["--help"], ["train", "--help"], ["neighbors", "{vectors}", "king"]], ids=str
)
@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_reader_of_stdout_that_has_gone_is_no_error(started, vectors, argv, buffering):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as stdout:  # noqa: PTH123 - a descriptor
        process = started(
            *(word.format(vectors=vectors) for word in argv), stdout=stdout,
            variables={"PYTHONUNBUFFERED": buffering},
        )  # fmt: skip
        result = finish(process)
    assert (result.code, result.err) == (0, "")


@posix
def test_head_of_many_results_ends_quietly(environment, tmp_path):
    words = tmp_path / "many.vec"
    rows = [f"word{row} {row} 1\n" for row in range(20_000)]
    words.write_text(f"{len(rows)} 2\n" + "".join(rows))
    command = 'set -o pipefail; "$1" -m w2vtui neighbors "$2" word7 -n 20000 | head -1'
    done = subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, str(words)],
        env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "word7\n", "")


@posix
@pytest.mark.parametrize("json_lines", [[], ["--json"]], ids=["plain", "json"])
def test_a_training_is_saved_though_nobody_reads_its_progress(
    started, topical_corpus, tmp_path, json_lines
):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as gone:  # noqa: PTH123 - a descriptor
        process = started(
            "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, *json_lines,
            stdout=gone, stderr=gone,
        )  # fmt: skip
        assert process.wait(DEADLINE) == 0
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux' full device")
@pytest.mark.parametrize("buffering", ["", "1"])
def test_results_that_find_no_room_are_an_error(started, vectors, buffering):
    with Path("/dev/full").open("w") as full:
        process = started(
            "neighbors", vectors, "king", stdout=full, variables={"PYTHONUNBUFFERED": buffering}
        )
        result = finish(process)
    assert result.code == 5
    assert result.err == "w2vtui: cannot write to stdout: no space left on device\n"


def test_words_that_the_encoding_of_stdout_lacks_are_escaped(started, vectors):
    result = finish(
        started("neighbors", vectors, "queen", "-n", 1, variables={"PYTHONIOENCODING": "ascii"})
    )
    assert result.code == 0
    assert result.lines == ["queen", "  \\u5317\\u4eac   0.936"]


# ---- nothing is lost, and nothing is overwritten that should not be


@pytest.fixture
def unread(monkeypatch):
    """Fails a test in which the corpus is opened."""

    def fail(*arguments, **named):
        raise AssertionError("the corpus was read first")

    monkeypatch.setattr(training, "open_corpus", fail)


@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ("missing/v.bin", 5, "cannot write {0}: no such file or directory: create the folder"),
        ("corpus.txt/v.bin", 5, "a part of the path is a file, not a folder"),
        ("folder.bin", 5, "the name is a folder's: choose another"),
        ("v.npy", 2, "must end in .txt, .vec, .bin"),
        ("v", 2, "must end in .txt, .vec, .bin"),
        ("x" * 300 + ".bin", 5, "choose a shorter name"),
        ("corpus.txt", 2, "corpus.txt is the corpus, and would be overwritten"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_before_the_corpus_is_read(
    w2v, unread, tmp_path, output, code, message
):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("a b c\n" * 9)
    (tmp_path / "folder.bin").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for verb in (["train"], []):
        result = w2v(*verb, corpus, "-o", tmp_path / output)
        assert result.code == code
        assert message.format(tmp_path / output) in result.err
    assert sorted(tmp_path.rglob("*")) == before
    assert corpus.read_text() == "a b c\n" * 9


def test_an_output_that_cannot_be_written_is_told_before_a_missing_corpus(w2v, tmp_path):
    result = w2v("train", tmp_path / "nothing.txt", "-o", tmp_path / "missing" / "v.bin")
    assert result.code == 5
    assert "create the folder first" in result.err


@posix
def test_the_corpus_is_not_overwritten_through_a_link_either(w2v, unread, tmp_path):
    corpus, link = tmp_path / "corpus.txt", tmp_path / "link.txt"
    corpus.write_text("a b c\n" * 9)
    link.symlink_to(corpus)
    for source, output in ((corpus, link), (link, corpus)):
        result = w2v("train", source, "-o", output)
        assert result.code == 2
        assert "would be overwritten" in result.err
    result = w2v("train", corpus, "-o", tmp_path / "v.bin", "--save-vocab", corpus)
    assert result.code == 2
    assert corpus.read_text() == "a b c\n" * 9


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["-o", "{0}/v.bin", "--save-vocab", "{0}/missing/counts"], 5, "create the folder first"),
        (["-o", "{0}/v.txt", "--save-vocab", "{0}/v.txt"], 2, "name two files"),
        (["--neighbors", "a", "--save-vocab", "{0}/counts"], 2, "needs -o FILE"),
        (["--no-checkpoints"], 2, "nothing would be kept"),
        (["--no-checkpoints", "--json"], 2, "nothing would be kept"),
        (["--no-checkpoints", "--neighbors", "a", "--json"], 2, "nothing would be kept"),
        (["-o", ""], 2, "-o names no file"),
    ],
    ids=str,
)
def test_what_would_lose_the_training_is_found_before_it(
    w2v, unread, tmp_path, options, code, message
):
    result = w2v("train", "notes.txt", *(word.format(tmp_path) for word in options))
    assert result.code == code
    assert message in result.err
    assert list(tmp_path.iterdir()) == []


@posix
def test_vectors_are_rescued_when_their_folder_disappears(started, topical_corpus, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    process = started("train", topical_corpus, "-o", folder / "v.bin", *ENDLESS, "--json")
    until_it_trains(process)
    folder.rmdir()
    process.send_signal(signal.SIGINT)
    result = finish(process)
    assert result.code == 5
    assert f"cannot write {folder / 'v.bin'}: no such file or directory" in result.err
    rescued = Path(re.search(r"the vectors are safe in (.*)$", result.err, re.M)[1])
    assert rescued.is_relative_to(tmp_path / "tmp")
    assert len(load_vectors(rescued)) == 26
    assert Path(f"{rescued}.vocab").exists()


@pytest.mark.parametrize("has_temporary_folder", [True, False])
def test_where_nothing_can_be_written_at_all_the_first_reason_is_told(
    w2v, topical_corpus, tmp_path, monkeypatch, has_temporary_folder
):
    def full(vectors, path, **named):
        raise DiskError(f"cannot write {path}: no space left on device")

    monkeypatch.setattr(training, "save_vectors", full)
    if not has_temporary_folder:
        folder = tmp_path / "missing"
    else:
        folder = tmp_path / "tmp"
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == 5
    assert f"cannot write {tmp_path / 'v.bin'}: no space" in result.err
    assert "safe in" not in result.err


def test_a_training_that_diverges_writes_nothing(w2v, topical_corpus, tmp_path):
    output = tmp_path / "v.bin"
    settings = ("--alpha", 900, "--epochs", 20, "--vector-size", 8)
    result = w2v("train", topical_corpus, "-o", output, *settings)
    assert result.code == 4
    assert result.out == ""
    assert "lower alpha" in result.err.splitlines()[-1]
    assert "saved" not in result.err
    assert list(tmp_path.iterdir()) == [topical_corpus]

    output.write_bytes(b"old vectors")
    result = w2v("train", topical_corpus, "-o", output, *settings, "--json")
    assert result.code == 4
    assert json_objects(result.out)[-1]["state"] == "failed"
    assert output.read_bytes() == b"old vectors"


# ---- a corpus that cannot be read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no words in corpus.txt"),
        (" \n\n\t \n", "there are no words in corpus.txt"),
        ("one two three\n", "no word occurs 5 times or more in corpus.txt (3 tokens): lower min_c"),
    ],
)
def test_a_corpus_with_nothing_to_learn_is_told(w2v, tmp_path, content, message):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(content)
    result = w2v("train", corpus, "-o", tmp_path / "v.bin")
    assert result.code == 3
    assert message in result.err
    assert list(tmp_path.iterdir()) == [corpus]


def test_a_missing_file_is_told_with_the_nearest_name(w2v, topical_corpus, tmp_path):
    for verb in (["train"], []):
        result = w2v(*verb, tmp_path / "topcis.txt", "-o", tmp_path / "v.bin")
        assert result.code == 3
        assert f"did you mean {topical_corpus}?" in result.err


def test_a_folder_without_text_is_told(w2v, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG\0\0")
    (folder / ".hidden").write_text("text")
    result = w2v("train", folder, "-o", tmp_path / "v.bin")
    assert result.code == 3
    assert f"{folder} holds no text files" in result.err


def test_bytes_that_are_not_valid_are_told_with_their_place(w2v, tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_bytes(b"good words \n" * 9 + b"bad w\xffrds\n" * 9)
    command = ("train", corpus, "-o", tmp_path / "v.txt", *QUICK)
    result = w2v(*command)
    assert result.code == 3
    assert "not utf-8: byte 0xFF at offset 113" in result.err
    assert "--encoding-errors replace" in result.err
    assert w2v(*command, "--encoding-errors", "replace").code == 0
    assert "w\ufffdrds" in load_vectors(tmp_path / "v.txt")
    assert w2v(*command, "--encoding", "latin-1").code == 0
    assert "wÿrds" in load_vectors(tmp_path / "v.txt")


def test_an_archive_that_is_cut_short_is_told(w2v, topical_corpus, tmp_path):
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(topical_corpus.read_bytes())[:-200])
    result = w2v("train", packed, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == 3
    assert "packed.txt.gz is damaged or cut short" in result.err
    assert not list(tmp_path.glob("v.bin*"))


def test_an_encoding_that_does_not_exist_is_told(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", "--encoding", "utf-88")
    assert result.code == 2
    assert "got 'utf-88'" in result.err


# ---- usage


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["train", "a.txt", "--windw", "3"], "no option --windw: did you mean --window?"),
        (["train", "a.txt", "--windw=3"], "did you mean --window?"),
        (["train", "a.txt", "--vector_size", "3"], "did you mean --vector-size?"),
        (["train", "a.txt", "-epochs", "3"], "did you mean --epochs?"),
        (["train", "a.txt", "--zzzzz"], "no option --zzzzz (w2vtui train --help lists all)"),
        (["train", "a.txt", "--vector", "8"], "no option --vector: did you mean --vector-size?"),
        (["train", "a.txt", "--size", "8"], "no option --size: did you mean --vector-size?"),
        (["train", "a.txt", "-size=8"], "did you mean --vector-size?"),
        (["a.txt", "-size", "8"], "did you mean --vector-size?"),
        (["train", "a.txt", "--iter", "8"], "did you mean --epochs?"),
        (["bench", "--iter=8"], "did you mean --epochs?"),
        (["train", "a.txt", "--sg", "1"], "did you mean --model?"),
        (["train", "a.txt", "--hs", "1"], "did you mean --objective?"),
        (["neighbors", "v.bin", "king", "--jsn"], "did you mean --json?"),
        (["evaluate", "v.bin", "--pair", "x"], "did you mean --pairs?"),
        (["trian"], "no file or command 'trian': did you mean w2vtui train?"),
        (["trian", "notes.txt", "-o", "v.bin"], "did you mean w2vtui train?"),
        (["neighbours", "v.bin", "king"], "did you mean w2vtui neighbors?"),
        (["eval", "v.bin", "--pairs", "x"], "did you mean w2vtui evaluate?"),
        (["help"], "no file or command 'help': did you mean w2vtui --help?"),
        (["train", "a.txt", "--dete"], "did you mean --deterministic?"),
        (["resume", "last", "--bogus"], "there is no option --bogus (w2vtui resume --help"),
        (["train", "a.txt", "--foo"], "there is no option --foo (w2vtui train --help"),
        (["runs", "--bogus"], "there is no option --bogus (w2vtui runs --help"),
        (["evalaute", "v.bin", "--pairs", "x"], "did you mean w2vtui evaluate?"),
        (["train", "a", "--model", "skipgram"], "got 'skipgram' (did you mean skip-gram?)"),
        (["train", "a", "--objective", "softmx"], "(did you mean softmax?)"),
        (["train", "a", "--window", "0"], "window must be 1 to 64 words, got 0"),
        (["train", "a", "--window", "auto"], "window must be 1 to 64 words, got 'auto'"),
        (["train", "a", "--window", "2.5"], "window must be 1 to 64 words, got '2.5'"),
        (["train", "a", "--alpha", "nan"], "alpha must be above 0 to 1000, got nan"),
        (["train", "a", "--epochs", "0"], "epochs must be 1 to 1,000,000 passes, got 0"),
        (["train", "a", "--min-alpha", "0.5"], "min_alpha must not be above alpha (0.025)"),
        (["train", "a", "--window"], "expected one argument"),
        (["train", "a", "--lowercase=yes"], "ignored explicit argument 'yes'"),
        (["train"], "required: CORPUS"),
        (["train", "a", "-o", "v.bin", "b"], "one argument too many: b"),
        (["neighbors"], "required: VECTORS, WORD"),
        (["neighbors", "v.bin"], "required: WORD"),
        (["neighbors", "v.bin", "king", "-n", "0"], "must be a whole number from 1, got '0'"),
        (["neighbors", "v.bin", "king", "-n", "1.5"], "must be a whole number from 1, got '1.5'"),
        (["neighbors", "v.bin", "king", "-n", "٣"], "must be a whole number from 1, got '٣'"),
        (["neighbors", "v.bin", "king", "-n", "9" * 5000], "must be a whole number from 1"),
        (["analogy", "v.bin", "a", "b"], "required: c"),
        (["analogy", "v.bin", "a", "b", "c", "d"], "one argument too many: d"),
        (["evaluate", "v.bin"], "nothing to evaluate on: give --pairs FILE or --analogies FILE"),
        (["evaluate", "v.bin", "--pairs", "x", "--restrict", "0"], "whole number from 1"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_told_with_the_nearest_right_one(
    w2v, tmp_path, monkeypatch, argv, message
):
    monkeypatch.chdir(tmp_path)
    result = w2v(*argv)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("w2vtui: ")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_every_flag_mistyped_is_answered_with_the_right_one(w2v, verb):
    told = w2v(*filter(None, [verb, "--help"])).out
    flags = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told)))
    assert len(flags) >= 2
    words = ["show"] if verb == "config" else ["x"] * 4
    for flag in flags:
        mistyped = flag[:-2] + flag[-1] + flag[-2]
        if mistyped not in flags:
            result = w2v(*filter(None, [verb]), *words, mistyped)
            assert result.code == 2
            assert f"no option {mistyped}: did you mean {flag}?" in result.err


def test_a_file_named_like_a_verb_is_a_corpus(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trains").write_text("alpha beta\n" * 5)
    assert w2v("trains", *QUICK).code == 0


@pytest.mark.parametrize("verb", ["", *VERBS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_goes_to_stdout(w2v, verb, flag):
    result = w2v(*filter(None, [verb, flag]))
    assert (result.code, result.err) == (0, "")
    assert f"w2vtui {verb}".strip() in result.lines[0]
    assert "\x1b" not in result.out
    assert max(map(len, result.lines)) <= 100
    if verb in ("", "train"):
        for settings in (CorpusSettings, TrainingSettings, LiveSettings):
            for name in field_types(settings):
                assert f"--{name.replace('_', '-')}" in result.out
        assert "1 % at most" in result.out  # argparse's own use of the sign is escaped


def test_the_version_goes_to_stdout(w2v):
    assert w2v("--version") == Result(0, f"w2vtui {__version__}\n", "")


@pytest.mark.parametrize(
    ("argv", "holder", "name", "value"),
    [
        (["--epochs", "auto"], "live_settings", "epochs", None),
        (["--alpha", "none"], "live_settings", "alpha", None),
        (["--alpha", "auto", "--alpha", "0.2"], "live_settings", "alpha", 0.2),
        (["--alpha", "0.2", "--alpha", "auto"], "live_settings", "alpha", None),
        (["--workers=3"], "live_settings", "workers", 3),
        (["--ns-exponent", "-0.5"], "live_settings", "ns_exponent", -0.5),
        (["--no-shared-noise"], "live_settings", "shared_noise", False),
        (["--cbow-divide"], "live_settings", "cbow_divide", True),
        (["--no-probe"], "training_settings", "probe", False),
        (["--seed", "9223372036854775807"], "training_settings", "seed", 2**63 - 1),
        (["--max-final-vocab", "none"], "corpus_settings", "max_final_vocab", None),
        (["--lowercase"], "corpus_settings", "lowercase", True),
        (["--lowercase", "--no-lowercase"], "corpus_settings", "lowercase", False),
        (["--sample", "0"], "live_settings", "sample", 0.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("verb", [["train"], []], ids=["train", "app"])
def test_a_flag_reaches_its_setting_and_no_other(verb, argv, holder, name, value):
    arguments = parse([*verb, "notes.txt", *argv])
    assert getattr(getattr(arguments, holder), name) == value
    defaults = {
        "corpus_settings": CorpusSettings(),
        "training_settings": TrainingSettings(),
        "live_settings": LiveSettings(),
    }
    for other, settings in defaults.items():
        for field in field_types(type(settings)):
            if (other, field) != (holder, name):
                assert getattr(getattr(arguments, other), field) == getattr(settings, field)


# ---- word2vec.c's spellings


def test_the_command_line_of_word2vec_c_trains(w2v, topical_corpus, tmp_path):
    output, counts = tmp_path / "v.bin", tmp_path / "counts"
    result = w2v(
        "train", "-train", topical_corpus, "-output", output, "-cbow", 1, "-size", 50,
        "-window", 8, "-hs", 1, "-negative", 0, "-threads", 2, "-iter", 1, "-binary", 1,
        "-debug", 2, "-min-count", 600, "-sample", "1e-4", "-alpha", 0.05, "-save-vocab", counts,
    )  # fmt: skip
    assert result.code == 0, result.err
    text = topical_corpus.read_text().split()
    frequent = {word for word in text if text.count(word) >= 600}
    loaded = load_vectors(output)
    assert loaded.vectors.shape == (len(frequent), 50)
    assert set(loaded.index_to_key) == frequent == set(read_vocab(counts)[0])


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["-cbow", "1"], {"model": "cbow"}),
        (["-cbow", "0"], {"model": "skip-gram"}),
        (["-hs", "1"], {"objective": "hierarchical-softmax"}),
        (["-hs", "0"], {"objective": "negative-sampling"}),
        (["-hs", "1", "-negative", "0"], {"objective": "hierarchical-softmax"}),
        (["-negative", "0", "-hs", "1"], {"objective": "hierarchical-softmax"}),
        (["-negative", "25"], {"negative": 25, "objective": "negative-sampling"}),
        (
            ["-window", "8", "-threads", "3", "-iter", "15"],
            {"window": 8, "workers": 3, "epochs": 15},
        ),
        (["-sample", "1e-4", "-alpha", "0.1"], {"sample": 1e-4, "alpha": 0.1}),
        (["-debug", "0", "-binary", "1"], {}),
    ],
    ids=str,
)
def test_a_spelling_of_word2vec_c_reaches_its_setting(argv, expected):
    live = parse(["train", "-train", "notes.txt", "-output", "v.bin", *argv]).live_settings
    assert live == LiveSettings(**expected)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["-size"], "-size needs a value"),
        (["-cbow", "2"], "-cbow must be 0 or 1, got '2'"),
        (["-hs", "yes"], "-hs must be 0 or 1, got 'yes'"),
        (["-negative", "-1"], "negative must be 1 to 256 noise words, got -1"),
        (["-negative", "0"], "nothing to train"),
        (["-hs", "0", "-negative", "0"], "nothing to train"),
        (["-size", "0"], "vector_size must be"),
        (["-iter", "x"], "epochs must be"),
        (["-binary", "0"], "disagree: the extension decides, name a .txt or .vec file"),
        (["-output", "v.txt", "-binary", "1"], "disagree"),
        (["-read-vocab", "counts"], "-read-vocab counts: the vocabulary is always made from"),
        (["-classes", "500"], "no option -classes"),
    ],
    ids=str,
)
def test_what_word2vec_c_takes_and_this_does_not_is_told(w2v, unread, argv, message):
    output = [] if "-output" in argv else ["-output", "v.bin"]
    result = w2v("train", "-train", "notes.txt", *output, *argv)
    assert result.code == 2
    assert message in result.err


def test_the_case_of_an_extension_does_not_matter(w2v, topical_corpus, tmp_path):
    output = tmp_path / "V.BIN"
    result = w2v("train", "-train", topical_corpus, "-output", output, "-binary", 1, *QUICK)
    assert result.code == 0, result.err
    assert len(load_vectors(output)) == 26


# ---- neighbors


def test_neighbors_are_shown_nearest_first_with_their_cosines(w2v, vectors):
    result = w2v("neighbors", vectors, "king", "woman", "-n", 3)
    assert result == Result(
        0,
        "king\n  北京    0.960\n  queen   0.800\n  man     0.000\n"
        "woman\n  queen   0.600\n  北京    0.280\n  king    0.000\n",
        "",
    )


def cells(text: str) -> int:
    """Terminal cells, by the Unicode tables themselves."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def test_the_cosines_stand_in_one_column_whatever_the_words(w2v, tmp_path):
    words = [
        "cow",
        "北京",
        "ｗｉｄｅ",
        "e\u0301te\u0301",
        "ñandú",
        "한국어",
        "مرحبا",
        "extraordinarily",
    ]
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} 1\n" for place, word in enumerate(words))
    path.write_text(f"{len(words)} 2\n{rows}", encoding="utf-8")
    result = w2v("neighbors", path, "北京", "cow", "-n", 20)
    assert result.code == 0
    found = [line for line in result.lines if line.startswith(" ")]
    assert len(found) == 2 * (len(words) - 1)
    assert {word for line in found for word in [line.split()[0]]} == set(words)
    assert {cells(line) for line in found} == {cells("  extraordinarily   0.000")}


def test_sums_of_words_are_asked_for(w2v, vectors):
    result = w2v("neighbors", vectors, "king - man + woman", "- zu", "queen man", "-n", 1)
    assert result.code == 0
    # (0,1) - (-1,0) + (1,0) = (2,1): nearest of the words not asked about is queen, 2/sqrt 5.
    assert result.lines[:2] == ["king - man + woman", f"  queen   {2 / 5**0.5:.3f}"]
    assert result.lines[2:4] == ["- zu", "  king   1.000"]
    assert result.lines[4] == "queen man"


def test_an_unknown_word_is_told_with_suggestions_and_the_others_are_answered(w2v, vectors):
    result = w2v("neighbors", vectors, "kign", "queen", "quen - man", "-n", 1)
    assert result.code == 3
    assert result.lines == ["queen", "  北京   0.936"]
    assert "no vector for 'kign': did you mean king?" in result.err
    assert "no vector for 'quen': did you mean queen?" in result.err


def test_neighbors_as_json(w2v, vectors):
    result = w2v("neighbors", vectors, "king", "nothing", "- zu", "-n", 2, "--json")
    assert result.code == 3
    assert "no vector for 'nothing'" in result.err
    found = json.loads(result.out)
    assert list(found) == ["king", "- zu"]
    assert [word for word, _ in found["king"]] == ["北京", "queen"]
    assert found["king"][0][1] == pytest.approx(0.96, abs=1e-5)
    assert "北京" in result.out  # letters as they are
    assert len(result.lines) == 1


@pytest.mark.parametrize("query", ["", " ", "+", "- +"])
def test_a_query_without_a_word_is_told(w2v, vectors, query):
    result = w2v("neighbors", vectors, query)
    assert result.code == 2
    assert "names no word" in result.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"", "is empty"),
        (b"\x80\x04\x95pickle", "is a pickle"),
        (b"2 2\na 1 2\n", "cut short"),
        (b"2 2\na 1 2\nb 1 x\n", "line 3"),
    ],
)
@pytest.mark.parametrize(
    "argv", [["neighbors", "{0}", "a"], ["analogy", "{0}", "a", "b", "c"]], ids=lambda a: a[0]
)
def test_vectors_that_cannot_be_read_are_told(w2v, tmp_path, content, message, argv):
    path = tmp_path / "v.vec"
    if content is not None:
        path.write_bytes(content)
    result = w2v(*(word.format(path) for word in argv))
    assert (result.code, result.out) == (3, "")
    assert message in result.err


# ---- analogy


def test_an_analogy_is_answered(w2v, vectors):
    result = w2v("analogy", vectors, "man", "king", "woman", "-n", 1)
    assert result == Result(0, f"man is to king as woman is to\n  queen   {2 / 5**0.5:.3f}\n", "")
    found = json.loads(w2v("analogy", vectors, "man", "king", "woman", "-n", 2, "--json").out)
    assert [word for word, _ in found] == ["queen", "北京"]


def test_an_analogy_with_an_unknown_word_is_told(w2v, vectors):
    result = w2v("analogy", vectors, "man", "king", "womann")
    assert (result.code, result.out) == (3, "")
    assert "no vector for 'womann': did you mean woman?" in result.err


# ---- evaluate


@pytest.fixture
def questions(tmp_path):
    pairs, analogies = tmp_path / "pairs.txt", tmp_path / "analogies.txt"
    pairs.write_text("king queen 9\nking woman 5\nking zu 1\nking nobody 3\n")
    analogies.write_text(
        ": people\nman king woman queen\nking man queen nobody\n: gram-zu\nman king woman zu\n"
    )
    return pairs, analogies


def test_vectors_are_scored(w2v, vectors, questions):
    pairs, analogies = questions
    result = w2v("evaluate", vectors, "--pairs", pairs, "--analogies", analogies)
    assert result.code == 0
    assert result.lines == [
        "pairs.txt  Spearman 100.0%  (3 of 4 pairs)",
        "analogies.txt",
        "  people     100.0%  (1 right of 1, 1 not covered)",
        "  gram-zu      0.0%  (0 right of 1, 0 not covered)",
        "  ---------",
        "  semantic   100.0%  (1 right of 1, 1 not covered)",
        "  syntactic    0.0%  (0 right of 1, 0 not covered)",
        "  total       50.0%  (1 right of 2, 1 not covered)",
    ]


def test_scores_as_json_and_restricted_to_frequent_words(w2v, vectors, questions):
    pairs, analogies = map(str, questions)
    command = ("evaluate", vectors, "--pairs", pairs, "--analogies", analogies, "--json")
    scores = json.loads(w2v(*command).out)
    assert scores["pairs"][pairs]["spearman"] == 1.0
    assert (scores["pairs"][pairs]["covered"], scores["pairs"][pairs]["total"]) == (3, 4)
    assert scores["analogies"][analogies]["total"] == {
        "accuracy": 0.5, "correct": 1, "covered": 2, "total": 3,
    }  # fmt: skip
    restricted = json.loads(w2v(*command, "--restrict", 3).out)["analogies"][analogies]
    assert restricted["total"] == {"accuracy": None, "correct": 0, "covered": 0, "total": 3}
    assert restricted["sections"]["gram-zu"]["total"] == 1


@pytest.mark.parametrize("flag", ["--pairs", "--analogies"])
def test_a_file_of_questions_that_cannot_be_read_is_told(w2v, vectors, tmp_path, flag):
    wrong = tmp_path / "wrong.txt"
    for content, message in ((None, "cannot read"), ("a b 1\na b\n", "line "), ("", "holds no")):
        if content is not None:
            wrong.write_text(content)
        result = w2v("evaluate", vectors, flag, wrong)
        assert (result.code, result.out) == (3, "")
        assert message in result.err


# ---- tokens that would take over a terminal

HOSTILE = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "evil\u202egnp.exe",
    "\x9b31m",
    "a\u200bb",
    "\x7f\x08",
    "\U000e0041",
]


def assert_harmless(*texts: str) -> None:
    for text in texts:
        raw = {c for c in text if not c.isprintable() and c != "\n"}
        assert not raw, f"{raw} in {text!r}"


def test_hostile_tokens_never_reach_the_terminal_raw(w2v, tmp_path):
    corpus, output = tmp_path / "hostile.txt", tmp_path / "v.bin"
    corpus.write_text((" ".join(HOSTILE) + " plain\n") * 20, encoding="utf-8")
    trained = w2v("train", corpus, "-o", output, *QUICK, "--neighbors", "plain", *HOSTILE, "\x1b[x")
    assert trained.code == 0
    assert "\\x1b[2J" in trained.out
    shown = w2v("neighbors", output, "plain", *HOSTILE, "\x1b[2K")
    assert shown.code == 3
    assert "no vector for '\\x1b[2K': did you mean \\x1b[2J" in shown.err
    for result in (
        trained,
        shown,
        w2v(corpus, *QUICK),
        w2v("train", corpus, "-o", output, *QUICK, "--json"),
        w2v("analogy", output, "plain", *HOSTILE[:2]),
        w2v("analogy", output, "plain", HOSTILE[0], "\x1b[2K"),
    ):
        assert result.out or result.err
        assert_harmless(result.out, result.err)


def test_hostile_tokens_in_json_are_escaped_and_come_back_whole(w2v, tmp_path):
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} 1\n" for place, word in enumerate(["plain", *HOSTILE]))
    path.write_text(f"{len(HOSTILE) + 1} 2\n{rows}", encoding="utf-8")
    result = w2v("neighbors", path, "plain", *HOSTILE, "--json", "-n", 20)
    assert result.code == 0
    assert_harmless(result.out)
    found = json.loads(result.out)
    assert list(found) == ["plain", *HOSTILE]
    assert {word for word, _ in found["plain"]} == set(HOSTILE)


def test_hostile_names_never_reach_the_terminal_raw(w2v, vectors, tmp_path):
    hostile = "\x1b[31m\u202e"
    section = tmp_path / f"{hostile}.txt"
    section.write_text(f": {hostile}\nman king woman queen\n", encoding="utf-8")
    (tmp_path / f"{hostile}.corpus").write_text("a b\n" * 9)
    results = [
        w2v("evaluate", vectors, "--analogies", section),
        w2v("evaluate", vectors, "--analogies", section, "--json"),
        w2v("evaluate", vectors, "--pairs", section),
        w2v("evaluate", tmp_path / hostile, "--pairs", section),
        w2v("train", tmp_path / f"{hostile}.corpus", "-o", tmp_path / f"{hostile}.bin", *QUICK),
        w2v("train", tmp_path / f"{hostile}.missing", "-o", tmp_path / "v.bin"),
        w2v("train", "x", "-o", tmp_path / hostile / "v.bin"),
        w2v("train", "x", "-o", f"v.{hostile}"),
        w2v("train", "x", f"--{hostile}"),
        w2v("train", "x", "--window", hostile),
        w2v(hostile),
        w2v("neighbors", vectors, hostile),
    ]
    assert [result.code for result in results] == [0, 0, 3, 3, 0, 3, 5, 2, 2, 2, 3, 3]
    for result in results:
        assert_harmless(result.out, result.err)


def test_unicode_words_are_learned_and_shown(w2v, tmp_path):
    corpus = tmp_path / "unicode.txt"
    corpus.write_text("北京 東京 한국어 naïve Ελλάδα мир 🙂\n" * 30, encoding="utf-8")
    result = w2v("train", corpus, "-o", tmp_path / "v.bin", *QUICK, "--neighbors", "北京", "🙂")
    assert result.code == 0
    shown = [line for line in result.lines if not line.startswith(" ")]
    assert shown == ["北京", "🙂"]
    assert {line.split()[0] for line in result.lines[1:7]} == {
        "東京", "한국어", "naïve", "Ελλάδα", "мир", "🙂",
    }  # fmt: skip


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError("x"), OSError(12, "no memory"), FileNotFoundError(2, "no", "file")]
)
def test_a_bug_keeps_its_traceback(monkeypatch, tmp_path, topical_corpus, bug):
    def broken(*arguments, **named):
        raise bug

    monkeypatch.setattr(training, "open_corpus", broken)
    with pytest.raises(type(bug)) as caught:
        run_command_line(["train", str(topical_corpus), "-o", str(tmp_path / "v.bin"), *QUICK])
    assert caught.value is bug


def test_arguments_are_settings_errors_to_a_caller():
    with pytest.raises(SettingsError, match="no option --windw"):
        parse(["train", "a.txt", "--windw", "3"])
