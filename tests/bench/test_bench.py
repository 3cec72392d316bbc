"""Measuring: what is timed, in which order, what is shown, and that no failure loses the rest."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.fake_device import FakeDevice, fake_gpu
from tests.support.processes import Result
from tests.support.runs import trained
from tests.support.wait import DEADLINE, until
from w2v_kernels.machine import compiling
from w2vtui.bench import child, gensim_peer, own, program, roofline, separate
from w2vtui.bench import report as report_module
from w2vtui.bench.gpu import describe_gpu
from w2vtui.bench.job import MODES, Job, Outcome
from w2vtui.bench.plan import Bench, Measurement, Setup, Tool, Trial, plain_text, trials
from w2vtui.bench.report import Report
from w2vtui.cli import run_command_line
from w2vtui.cli.parser import parse
from w2vtui.corpus import open_corpus
from w2vtui.errors import ChildError, SettingsError
from w2vtui.formats import load_vectors
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, default_alpha
from w2vtui.training.costs.text_shape import BlockShape
from w2vtui.training.engine import devices
from w2vtui.training.engine.clocks import StopWatch
from w2vtui.training.run import Run

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="programs are run on pseudo-terminals"),
    pytest.mark.process,
]

NS = "skip-gram-negative-sampling"
ONE = ("--mode", NS, "--threads", "1", "--vector-size", "8", "--repeat", "1")

# ---- a stand-in for word2vec.c

REPORTS = """
print("Starting training using file", flags["-train"])
print("Vocab size: %d" % len(words))
print("Words in train file: %d" % n_tokens)
"""
TRAINS = """
for percent in (5.0, 50.0, 95.0):
    print("%cAlpha: 0.02  Progress: %.2f%%  Words/thread/sec: 9.99k  " % (13, percent), end="")
    sys.stdout.flush()
    time.sleep(0.01)
"""
WRITES = """
size = int(flags["-size"])
with open(flags["-output"], "wb") as file:
    file.write(b"%d %d\\n" % (len(words), size))
    for number, word in enumerate(words):
        row = [0.5 + number % 7] + [1.0] * (size - 1)
        file.write(word.encode() + b" " + struct.pack("<%df" % size, *row) + b"\\n")
"""


@pytest.fixture
def word2vec(tmp_path):
    """Write a program that takes word2vec.c's flags, does some steps, and notes its flags."""

    def write(*steps: str, name: str = "word2vec") -> Path:
        path = tmp_path / name
        start = f"""#!{sys.executable}
import collections, json, os, struct, sys, time
flags = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with open({str(path)!r} + ".flags", "a") as file:
    file.write(json.dumps(flags) + "\\n")
counts = collections.Counter(open(flags["-train"]).read().split())
words = [word for word, n in counts.most_common() if n >= int(flags["-min-count"])]
n_tokens = sum(counts[word] for word in words)
"""
        path.write_text(start + "".join(steps or (REPORTS, TRAINS, WRITES)))
        path.chmod(0o755)
        return path

    return write


def flags_of(path: Path) -> list[dict[str, str]]:
    """The flags of each run of a stand-in."""
    return [json.loads(line) for line in Path(f"{path}.flags").read_text().splitlines()]


@pytest.fixture
def bench(capsys, monkeypatch):
    """Run `w2vtui bench` in this process; its children find the compiled kernels."""
    if compiling.CACHE_FOLDER is not None:
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(compiling.CACHE_FOLDER))
    monkeypatch.setattr(gensim_peer, "version", lambda: None)

    def run(*argv) -> Result:
        code = run_command_line(["bench", *map(str, argv)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run


MACHINE = {"processor": "Some \x1b[31mCPU", "cores": 2, "simd": "AVX2"}


@pytest.fixture
def quick(bench, monkeypatch):
    """The same, but ours and the machine answer at once; programs are run as ever."""
    asked = []

    def ask(module: str, question: str):
        asked.append(module)
        if module == "w2vtui.bench.machine":
            rates = {str(threads): 1e9 for threads in json.loads(question)}
            return MACHINE | {"multiply_adds_per_second": rates}
        if module == "w2vtui.bench.own":
            return {"seconds": 0.5, "peak_memory": 7 << 20, "multiply_adds": 1e8, "notes": []}
        if module == "w2vtui.bench.separate":
            return {"seconds": 0.25, "peak_memory": 9 << 20, "notes": [separate.NOTE]}
        return child.ask(module, question)

    monkeypatch.setattr("w2vtui.bench.plan.ask", ask)
    monkeypatch.setattr("w2vtui.cli.work.benchmark.ask", ask)
    bench.asked = asked
    return bench


# ---- the whole


def test_ours_and_a_program_are_measured(bench, word2vec, topical_corpus, tmp_path):
    pairs, questions = tmp_path / "pairs.txt", tmp_path / "questions.txt"
    pairs.write_text("ship sailor 9\ncow barn 8\nship barn 1\nship nobody 1\n")
    questions.write_text(": places\nship sea cow farm\nship sailor cow farmer\n")
    result = bench(
        topical_corpus, *ONE, "--epochs", 2, "--against", word2vec(), "--json", tmp_path / "o.json",
        "--quality", pairs, "--quality", questions,
    )  # fmt: skip
    assert result.code == 0, result.err
    assert "\x1b" not in result.out
    ours, theirs = (re.split(r"\s{2,}", line.strip()) for line in result.lines[5:7])
    assert ours[:2] == ["1", "w2vtui"]
    assert theirs[0] == "word2vec"
    assert re.fullmatch(r"[\d.,]+x", theirs[3])
    assert re.fullmatch(r"\d+\.\d%", ours[-2])
    assert ours[-1].endswith("MiB")
    assert "pairs.txt, Spearman" in result.out
    assert "(3 of 4)" in result.out
    assert "(1 of 2)" in result.out
    assert "1 of 2: w2vtui, skip-gram-negative-sampling, vectors of 8, 1 thread" in result.err
    assert "words/s in" not in result.out

    known = json.loads((tmp_path / "o.json").read_text())
    n_tokens = len(topical_corpus.read_text().split())
    assert known["complete"] is True
    assert known["corpus"]["tokens"] == n_tokens
    assert known["settings"]["epochs"] == 2
    assert known["machine"]["cores"] >= 1
    assert known["machine"]["multiply_adds_per_second"]["1"] > 1e6
    assert [run["tool"] for run in known["runs"]] == ["w2vtui", "word2vec"]
    for run in known["runs"]:
        assert run["tokens"] == 2 * n_tokens
        assert run["tokens_per_second"] == pytest.approx(run["tokens"] / run["seconds"])
        assert run["peak_memory_bytes"] > 1 << 20
        assert [score["kind"] for score in run["scores"]] == ["pairs", "analogies"]
        assert [score["covered"] for score in run["scores"]] == [3, 1]
    done = known["runs"][0]["multiply_adds"] / known["runs"][0]["seconds"]
    assert 0 < done < known["machine"]["multiply_adds_per_second"]["1"]


@pytest.mark.parametrize("mode", MODES)
def test_both_programs_get_the_same_options(quick, word2vec, topical_corpus, mode):
    path = word2vec()
    settings = ("--window", 3, "--negative", 7, "--sample", 0.01, "--min-count", 2, "--epochs", 4)
    result = quick(
        topical_corpus, "--mode", mode, "--threads", 3, "--vector-size", 12, "--repeat", 1,
        *settings, "--against", path,
    )  # fmt: skip
    assert result.code == 0, result.err
    (flags,) = flags_of(path)
    by_tree, is_cbow = "hierarchical" in mode, "cbow" in mode
    expected = {
        "-size": "12", "-window": "3", "-sample": "0.01", "-min-count": "2", "-iter": "4",
        "-threads": "3", "-binary": "1", "-hs": str(int(by_tree)), "-cbow": str(int(is_cbow)),
        "-negative": "0" if by_tree else "7", "-alpha": str(default_alpha(*MODES[mode][:2])),
    }  # fmt: skip
    assert {name: flags[name] for name in expected} == expected
    assert len(flags["-train"]) < 100  # all that word2vec.c has room for
    assert len(flags["-output"]) < 100


def test_the_tools_take_turns():
    tools, setups = [Tool("a", "m"), Tool("b", "m")], [Setup(NS, 8, 1), Setup(NS, 8, 2)]
    planned = list(trials(tools, setups, 2))
    assert "".join(trial.tool.name for trial in planned) == "abababab"
    assert [trial.setup.threads for trial in planned] == [1] * 4 + [2] * 4
    assert [trial.is_last for trial in planned] == [False, False, True, True] * 2


def test_defaults_are_every_mode_once_through_on_one_thread_and_all(monkeypatch, quick, tmp_path):
    monkeypatch.setattr("w2vtui.cli.work.benchmark.available_cores", lambda: 4)
    result = quick("--json", tmp_path / "o.json", "--repeat", 1)
    assert result.code == 0
    assert "the bundled sample" in result.err
    known = json.loads((tmp_path / "o.json").read_text())
    setups = [(run["mode"], run["threads"], run["vector_size"]) for run in known["runs"]]
    assert setups == [(mode, threads, 100) for mode in MODES for threads in (1, 4)]
    assert known["settings"]["alpha"] == {
        "skip-gram-negative-sampling": 0.025,
        "skip-gram-hierarchical-softmax": 0.025,
        "cbow-negative-sampling": 0.075,
        "cbow-hierarchical-softmax": 0.05,
    }


def test_scaling_says_what_share_of_separate_trainings_one_reaches(quick, topical_corpus):
    result = quick(topical_corpus, *ONE, "--threads", "1,2", "--scaling")
    assert result.code == 0, result.err
    assert quick.asked.count("w2vtui.bench.separate") == 2
    rows = [re.split(r"\s{2,}", line.strip()) for line in result.lines if " separate " in line]
    assert [row[3] for row in rows] == ["0.50x", "0.50x"]
    assert f"separate: {separate.NOTE}" in result.out
    assert "--noise-sharing" not in result.out  # the same kernels


def test_a_child_that_cannot_be_started_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ChildError, match="python cannot be started: No such file or directory"):
        child.ask("w2vtui.bench.own", "")


@pytest.fixture
def on_gpu(bench, monkeypatch):
    """The same, on a machine with a fake GPU; our trainings run in this process."""
    device = FakeDevice(1 << 20)

    def ask(module: str, question: str):
        if module == "w2vtui.bench.machine":
            rates = {str(threads): 1e9 for threads in json.loads(question)}
            return MACHINE | {"multiply_adds_per_second": rates}
        if module == "w2vtui.bench.gpu":
            return json.loads(json.dumps(describe_gpu(device)))
        assert module == "w2vtui.bench.own"
        return json.loads(json.dumps(asdict(own.train(Job.from_json(question)))))

    monkeypatch.setattr("w2vtui.bench.plan.ask", ask)
    monkeypatch.setattr("w2vtui.cli.work.benchmark.ask", ask)
    with fake_gpu(monkeypatch):
        yield bench


def test_a_gpu_is_measured_beside_the_processor(on_gpu, topical_corpus, tmp_path):
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("ship sailor 9\ncow barn 8\nship barn 1\n")
    result = on_gpu(
        topical_corpus, *ONE, "--device", "cpu,cuda", "--quality", pairs,
        "--json", tmp_path / "o.json",
    )  # fmt: skip
    assert result.code == 0, result.err
    rows = [re.split(r"\s{2,}", line.strip()) for line in result.lines if " w2vtui " in line]
    rows = [row for row in rows if row[0] in ("1", "GPU")]
    assert [row[0] for row in rows] == ["1", "GPU"] * 2  # speeds, then scores
    assert re.fullmatch(r"[\d.,]+x", rows[1][5])  # of the processor's speed
    assert re.fullmatch(r"[\d.,]+%", rows[1][6])
    assert "a fake GPU" in result.out
    assert "GB/s of copying" in result.out
    assert "w2vtui, skip-gram-negative-sampling, vectors of 8, the GPU" in result.err
    known = json.loads((tmp_path / "o.json").read_text())
    of_cpu, of_gpu = known["runs"]
    assert [of_cpu["device"], of_gpu["device"]] == ["cpu", "cuda"]
    assert "row_bytes" not in of_cpu
    assert of_gpu["row_bytes"] > 0
    assert of_gpu["scores"] == of_cpu["scores"]  # the fake one trains as the processor does
    assert known["machine"]["gpu"]["bytes_per_second"] > 0


def test_a_gpu_is_measured_alone(on_gpu, topical_corpus):
    result = on_gpu(topical_corpus, *ONE, "--device", "cuda", "--json", "-")
    (run,) = json.loads(result.out)["runs"]
    assert (run["device"], run["threads"]) == ("cuda", 0)


def test_without_a_gpu_nothing_is_measured(quick, topical_corpus, monkeypatch):
    monkeypatch.setattr(devices, "_LIBRARY", "numba")
    monkeypatch.setattr(devices, "_DRIVER", "libcuda-of-nobody.so.1")
    result = quick(topical_corpus, *ONE, "--device", "cpu,cuda")
    assert result.code == SettingsError.exit_code
    assert "got no libcuda-of-nobody.so.1: install the driver" in result.err
    assert not quick.asked


def test_json_for_stdout_comes_alone(quick, topical_corpus):
    result = quick(topical_corpus, *ONE, "--json", "-")
    assert json.loads(result.out)["runs"][0]["seconds"] == 0.5
    assert "\x1b" not in result.out


def test_what_a_machine_says_of_itself_is_made_safe(quick, topical_corpus):
    assert r"Some \x1b[31mCPU" in quick(topical_corpus, *ONE).out


def test_more_threads_than_cores_are_warned_of(quick, topical_corpus):
    result = quick(topical_corpus, *ONE, "--threads", "500")
    assert result.code == 0
    assert "--threads 500 is more than the" in result.err


# ---- the text that others read


def test_one_plain_file_is_read_where_it_is(topical_corpus, tmp_path):
    (tmp_path / "folder").mkdir()
    assert plain_text([topical_corpus], tmp_path / "folder").resolve() == topical_corpus.resolve()


def test_compressed_and_several_files_become_one(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one two\nthree"))
    (tmp_path / "b.txt").write_text("four\n")
    (tmp_path / "folder").mkdir()
    text = plain_text([tmp_path / "a.gz", tmp_path / "b.txt"], tmp_path / "folder")
    assert text.read_text().split("\n") == ["one two", "three", "four", "", ""]


def test_text_that_can_be_read_once_is_refused(quick):
    result = quick("-", *ONE)
    assert result.code == 3
    assert "name a file" in result.err


# ---- what is timed


@pytest.fixture
def job(topical_corpus, tmp_path):
    """A job for a program, which is to be named."""

    def make(path: Path) -> Job:
        return Job(
            sources=(str(topical_corpus),), text=str(topical_corpus), corpus=CorpusSettings(),
            training=TrainingSettings(vector_size=8, probe=False),
            live=LiveSettings(epochs=1, workers=1, alpha=0.025).resolved(1, 1),
            output=str(tmp_path / "vectors.bin"), program=str(path),
        )  # fmt: skip

    return make


PAUSE = "time.sleep(0.4)\n"


def test_the_training_alone_is_timed(job, word2vec):
    outcome = program.train(job(word2vec(PAUSE, REPORTS, PAUSE, TRAINS, WRITES, PAUSE)))
    assert 0 < outcome.seconds < 0.4
    assert outcome.notes == ()
    assert outcome.peak_memory > 1 << 20


def test_without_progress_it_is_timed_from_the_vocabulary_on(job, word2vec):
    outcome = program.train(job(word2vec(PAUSE, REPORTS, WRITES)))
    assert 0 < outcome.seconds < 0.4
    assert outcome.notes == (program.WITH_TABLES,)


def test_without_any_report_all_of_it_is_timed(job, word2vec):
    outcome = program.train(job(word2vec(PAUSE, WRITES)))
    assert outcome.seconds > 0.4
    assert outcome.notes == (program.ALL_OF_IT,)


def test_an_output_that_is_opened_first_does_not_mark_the_end(job, word2vec):
    first = 'open(flags["-output"], "wb").close()\n'
    outcome = program.train(job(word2vec(first, REPORTS, PAUSE, WRITES)))
    assert outcome.seconds > 0.4


def test_separate_trainings_all_train_and_their_speeds_add_up(job, monkeypatch):
    of_one = job(Path())
    started = []

    def start(*request: object) -> Run:
        started.append(own.start(*request))
        return started[-1]

    monkeypatch.setattr(separate, "start", start)
    wanted = replace(of_one, live=replace(of_one.live, workers=3), wants_vectors=True)
    outcome = separate.train(wanted)
    done = [run.snapshot() for run in started]
    assert [shot.settings.workers for shot in done] == [1, 1, 1]
    assert {shot.progress.tokens for shot in done} == {done[0].progress.tokens_planned}
    assert 1 / outcome.seconds == pytest.approx(sum(1 / shot.progress.seconds for shot in done))
    assert outcome.notes == (separate.NOTE,)
    assert len(load_vectors(wanted.output)) == 26


def test_our_clock_ends_with_the_last_stretch():
    watch, began = StopWatch(), time.monotonic()
    watch.start()
    worked_until = time.monotonic()
    time.sleep(0.05)
    watch.stop(worked_until)
    assert 0 <= watch.seconds <= worked_until - began


def test_a_job_comes_through_json_whole(job):
    made = job(Path("p"))
    assert Job.from_json(made.to_json()) == made


def test_peak_memory_is_what_a_process_itself_held():
    code = """
from w2vtui.bench.job import peak_memory
before = peak_memory()
held = b"1" * (64 << 20)
print(before, peak_memory())
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    before, after = map(int, said.split())
    assert 1 << 20 < before < 64 << 20  # this process, which started it, holds more
    assert after - before > 60 << 20


# ---- failures

COMPLAINS = 'print("no \\x1b[31mroom", file=sys.stderr)\nsys.exit(3)\n'


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((REPORTS, COMPLAINS), r"failed with exit code 3: no \x1b[31mroom"),
        ((REPORTS, "os.kill(os.getpid(), 11)\n"), "killed by signal 11"),
        (("print('file not found!')\n",), "wrote no vectors: file not found!"),
        ((WRITES.replace("size = ", "size = 1 + "),), "vectors of 8 numbers"),
    ],
)
def test_a_program_that_fails_keeps_nobody_from_a_result(
    quick, word2vec, topical_corpus, tmp_path, steps, message
):
    bad, good = word2vec(*steps, name="bad"), word2vec(name="good")
    result = quick(
        topical_corpus, *ONE, "--repeat", 2, "--against", bad, "--against", good,
        "--json", tmp_path / "o.json",
    )  # fmt: skip
    assert result.code == 1
    assert message in result.err
    assert "\x1b" not in result.out + result.err
    assert "bad failed: " in result.out
    assert len(flags_of(bad)) == 1  # it is not tried again
    runs = json.loads((tmp_path / "o.json").read_text())["runs"]
    assert [run["tool"] for run in runs] == ["w2vtui", "bad", "good", "w2vtui", "good"]
    assert "error" in runs[1]
    assert "seconds" not in runs[1]


def test_a_program_that_cannot_be_started_is_reported(job, word2vec):
    path = word2vec()
    path.write_bytes(b"\x00\x01 no program")
    with pytest.raises(ChildError, match="cannot be started"):
        program.train(job(path))


def test_vectors_that_cannot_be_scored_keep_their_speed(quick, topical_corpus, tmp_path):
    (tmp_path / "pairs").write_text("ship sailor 9\n")
    result = quick(topical_corpus, *ONE, "--quality", tmp_path / "pairs")  # ours writes none here
    assert result.code == 1
    assert "cannot read" in result.err
    assert "w2vtui" in result.lines[5]


@pytest.mark.parametrize("kind", ["missing", "not executable", "folder"])
def test_what_is_not_a_program_is_refused_first(quick, tmp_path, kind):
    path = tmp_path / "word2vec"
    if kind == "not executable":
        path.write_text("")
    if kind == "folder":
        path.mkdir()
    result = quick(tmp_path / "no corpus", *ONE, "--against", path)
    assert result.code == 2
    assert str(path) in result.err
    assert quick.asked == []


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot read"), ("a b c\n", "neither analogies nor word pairs"), ("", "neither")],
)
def test_unreadable_questions_are_refused_first(quick, topical_corpus, tmp_path, content, message):
    path = tmp_path / "questions"
    if content is not None:
        path.write_text(content)
    result = quick(topical_corpus, *ONE, "--quality", path)
    assert result.code == 3
    assert message in result.err
    assert quick.asked == []


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--mode", "cbow-negative-samplin"], "did you mean cbow-negative-sampling?"),
        (["--mode", "softmax"], "must be one of skip-gram-negative-sampling,"),
        (["--threads", "0"], "must be 1 to 512, got 0"),
        (["--threads", "1,,2"], "got ''"),
        (["--vector-size", "many"], "vector size must be 1 to 65,536 numbers, got 'many'"),
        (["--repeat", "0"], "must be a whole number of 1 or more, got '0'"),
        (["--ns-exponent", "0"], "unknown option --ns-exponent"),
    ],
    ids=str,
)
def test_a_wrong_command_line_is_refused(quick, argv, message):
    result = quick(*argv)
    assert result.code == 2
    assert message in result.err


def test_lists_are_read_in_order_and_each_value_once():
    arguments = parse(["bench", "--threads", "2, 1,2", "--mode", f"{NS},{NS}"])
    assert (arguments.threads, arguments.mode) == ([2, 1], [NS])


def test_json_that_cannot_be_written_is_refused_first(quick, topical_corpus, tmp_path):
    result = quick(topical_corpus, *ONE, "--json", tmp_path / "none" / "o.json")
    assert result.code == 5
    result = quick(topical_corpus, *ONE, "--json", topical_corpus)
    assert result.code == 2
    assert "would be overwritten" in result.err
    assert quick.asked == []


def test_json_replaces_nothing_but_a_report(quick, topical_corpus, tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text(topical_corpus.read_text())
    (tmp_path / "hard.json").hardlink_to(texts / "a.txt")
    (tmp_path / "soft.json").symlink_to(texts / "a.txt")
    (tmp_path / "diary.json").write_text("dear diary\n")
    (tmp_path / "other.json").write_text('{"complete": true}')
    for name, message in (
        ("hard.json", "is a text of the corpus"),
        ("soft.json", "is a text of the corpus"),
        ("texts/a.txt", "is a text of the corpus"),
        ("diary.json", "exists and is not a report of w2vtui bench"),
        ("other.json", "or replace it with --overwrite"),
    ):
        result = quick(texts, *ONE, "--json", tmp_path / name)
        assert (result.code, message in result.err) == (2, True), result.err
    refused = quick(texts, *ONE, "--json", tmp_path / "soft.json", "--overwrite")
    assert "is a text of the corpus" in refused.err
    assert quick.asked == []
    assert quick(texts, *ONE, "--json", tmp_path / "diary.json", "--overwrite").code == 0
    assert quick(texts, *ONE, "--json", tmp_path / "diary.json").code == 0  # now it is a report


# ---- interruption


def test_what_is_measured_before_ctrl_c_is_shown(quick, word2vec, topical_corpus, tmp_path):
    stops = f"os.kill({os.getpid()}, {signal.SIGINT:d})\ntime.sleep(60)\n"
    result = quick(
        topical_corpus, *ONE, "--against", word2vec(stops), "--json", tmp_path / "o.json"
    )
    assert result.code == 130
    assert "incomplete" in result.out
    assert "w2vtui" in result.lines[5]
    known = json.loads((tmp_path / "o.json").read_text())
    assert known["complete"] is False
    assert [run["tool"] for run in known["runs"]] == ["w2vtui"]


def test_sigterm_does_as_ctrl_c(quick, word2vec, topical_corpus):
    stops = f"os.kill({os.getpid()}, {signal.SIGTERM:d})\ntime.sleep(60)\n"
    result = quick(topical_corpus, *ONE, "--against", word2vec(stops))
    assert result.code == 143
    assert "incomplete" in result.out


def test_an_interrupted_child_takes_its_program_with_it(job, word2vec, tmp_path):
    note = tmp_path / "pid"
    path = word2vec(f"open({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    code = (
        "import sys; from w2vtui.bench.child import ask; ask('w2vtui.bench.program', sys.argv[1])"
    )
    paths = os.pathsep.join(sys.path)
    asking = subprocess.Popen(
        [sys.executable, "-c", code, job(path).to_json()],
        env=os.environ | {"PYTHONPATH": paths}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: note.exists() and note.read_text())
    asking.send_signal(signal.SIGINT)
    assert asking.wait(DEADLINE) != 0
    until(lambda: not is_running(int(note.read_text())))


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc/self").exists()


# ---- numbers

OURS, OTHER = Tool("w2vtui", "m"), Tool("other [b]", "m")


def report(*runs: tuple[Tool, int, float], complete: bool = True) -> Report:
    """A report on runs of (tool, threads, seconds) over 1,000,000 tokens."""
    measurements = [
        Measurement(
            Trial(tool, Setup(NS, 100, threads), 1, True),
            1_000_000,
            Outcome(
                seconds=seconds, peak_memory=5 << 20, multiply_adds=1e9 if tool is OURS else None
            ),
        )
        for tool, threads, seconds in runs
    ]
    rates = {"1": 4e9, "2": 8e9}
    return Report(
        bench=Bench(
            sources=("a",), text=Path("a"), corpus=CorpusSettings(), live=LiveSettings(),
            n_tokens=1_000_000,
        ),
        corpus={"name": "a", "tokens": 1_000_000, "words": 5},
        tools=[OURS, OTHER], machine=MACHINE | {"multiply_adds_per_second": rates}, repeats=3,
        measurements=measurements, complete=complete,
    )  # fmt: skip


def cells(made: Report) -> list[list[str]]:
    """The rows of the tables, as shown to a pipe."""
    from rich.console import Console

    console = Console(width=200)
    with console.capture() as drawn:
        console.print(made.tables())
    lines = (line.strip() for line in drawn.get().splitlines())
    return [re.split(r"\s{2,}", line) for line in lines]


def test_the_median_the_spread_and_the_ratio_are_shown():
    rows = cells(
        report(
            (OURS, 1, 0.5), (OTHER, 1, 2.0), (OURS, 1, 0.4), (OTHER, 1, 1.0), (OURS, 1, 1.0),
            (OTHER, 1, 4.0), (OURS, 2, 0.25), (OTHER, 2, 2.0),
        )
    )  # fmt: skip
    assert ["1", "w2vtui", "2,000k", "1,000k..2,500k", "-", "-", "50.0%", "5 MiB"] in rows
    assert ["other [b]", "500k", "250k..1,000k", "4.00x", "-", "-", "5 MiB"] in rows
    assert ["2", "w2vtui", "4,000k", "4,000k..4,000k", "-", "2.00x", "50.0%", "5 MiB"] in rows
    assert ["other [b]", "500k", "500k..500k", "8.00x", "1.00x", "-", "5 MiB"] in rows


def test_what_differs_between_the_tools_is_reported():
    assert [report_module.REUSED_NOISE] in cells(report((OURS, 1, 0.5), (OTHER, 1, 2.0)))
    assert parse(["bench"]).live_settings.noise_sharing == "centers"
    assert parse(["bench", "--noise-sharing", "none"]).live_settings.noise_sharing == "none"


def test_without_ours_there_is_no_ratio():
    assert ["1", "other [b]", "500k", "500k..500k", "-", "-", "-", "5 MiB"] in cells(
        report((OTHER, 1, 2.0))
    )


def test_missing_cores_and_runs_that_are_too_short_are_reported():
    quiet = report((OURS, 1, 1.5), (OURS, 2, 1.2))
    doubts = ("2 threads do only", "runs as short as")
    assert not [row for row in cells(quiet) if row[0].startswith(doubts)]
    quiet.machine["multiply_adds_per_second"] = {"1": 4e9, "2": 4.4e9}
    assert [row for row in cells(quiet) if row[0].startswith("2 threads do only 1.10x")]
    short = report((OURS, 1, 1.5), (OURS, 1, 0.25))
    assert [row for row in cells(short) if row[0].startswith("runs as short as 0.25 s are not")]


def test_nothing_measured_is_not_an_error():
    made = report(complete=False)
    assert ["incomplete: interrupted before everything was measured"] in cells(made)
    assert made.to_json()["runs"] == []


# ---- the roofline


def test_the_peak_is_above_what_numpy_reaches():
    x = np.ones(4096, np.float32)
    started, n = time.perf_counter(), 2000
    for _ in range(n):
        x = np.float32(0.999) * x + np.float32(0.001)
    naive = n * x.size / (time.perf_counter() - started)
    rate = roofline.multiply_add_rate(1)
    assert rate > 0
    if compiling.numba.config.DISABLE_JIT:
        return
    assert naive < rate < 1e12


def test_multiply_adds_are_those_of_the_formulas():
    shape = BlockShape(contexts=4, targets=6)
    assert roofline.multiply_adds("skip-gram", 10, shape, 100) == 10 * 6 * 3 * 100
    assert roofline.multiply_adds("cbow", 10, shape, 100) == 10 * (6 * 3 + 2 * 4) * 100


@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        ({}, 300 + 50 * 6),
        ({"objective": "hierarchical-softmax"}, 300 + 50 * 6),
        ({"model": "cbow"}, 300 * (6 + 6)),
        ({"noise_sharing": "none"}, 300 * (1 + 6)),
    ],
)
def test_a_gpu_moves_each_row_of_a_center_to_it_and_back(settings, rows):
    live = LiveSettings(**settings).resolved(1, 1)
    found = roofline.row_bytes(live, 300, BlockShape(contexts=6, targets=6), vector_size=100)
    assert found == 2 * 4 * 104 * rows


@pytest.mark.parametrize(
    "settings", [{"sample": 0.03}, {"sample": 0.0, "shrink_windows": False}], ids=str
)
def test_the_expected_windows_are_those_of_the_training(topical_corpus, settings):
    pairs = trained(run_of(topical_corpus, **settings)).snapshot().losses.pairs
    run = trained(run_of(topical_corpus, model="cbow", **settings))
    # The same windows: skip-gram counts their context words, CBOW those that have any.
    assert run.trained.block_shape().contexts == pytest.approx(
        pairs / run.snapshot().losses.pairs, rel=0.03
    )
    assert run.trained.block_shape().targets == 6


def test_the_expected_path_is_that_of_the_words_that_are_trained(topical_corpus):
    run = trained(run_of(topical_corpus, objective="hierarchical-softmax", sample=0.0))
    counts = open_corpus([topical_corpus], CorpusSettings()).vocab.counts
    # Huffman's: a word's path is longer than none and shorter than an even tree's, on the mean.
    entropy = -np.sum(counts / counts.sum() * np.log2(counts / counts.sum()))
    assert entropy <= run.trained.block_shape().targets < entropy + 1


def run_of(path: Path, **settings) -> Run:
    return Run(
        lambda progress, stop: open_corpus([path], CorpusSettings()),
        TrainingSettings(vector_size=8, probe=False),
        LiveSettings(epochs=1, workers=1, **settings),
    )


def test_blocks_are_asked_for_too_early():
    run = Run(lambda progress, stop: None)
    with pytest.raises(SettingsError, match="still being read"):
        run.trained.block_shape()


# ---- gensim


def test_gensim_is_measured_where_it_is_installed(topical_corpus, tmp_path):
    if gensim_peer.version() is None:
        pytest.skip("it is not installed")
    (tmp_path / "folder").mkdir()
    measuring = Bench(
        sources=(str(topical_corpus),),
        text=plain_text([topical_corpus], tmp_path / "folder"),
        corpus=CorpusSettings(), live=LiveSettings(epochs=1), n_tokens=14_000,
    )  # fmt: skip
    tool = Tool(gensim_peer.NAME, "w2vtui.bench.gensim_peer")
    measured = measuring.measure(Trial(tool, Setup("cbow-hierarchical-softmax", 8, 1), 1, True))
    assert measured.error == ""
    assert measured.speed > 0
    assert measured.outcome is not None
    assert measured.outcome.peak_memory > 1 << 20


def test_gensim_that_is_missing_is_left_out(quick, topical_corpus):
    result = quick(topical_corpus, *ONE)
    assert result.code == 0
    assert gensim_peer.NAME not in result.out
