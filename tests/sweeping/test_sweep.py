"""Sweeps over real trainings: what is kept, resumed, shown and refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.corpora import topical_sentences
from tests.support.sweeps import space_of
from w2vtui.cli.verbs import sweep as verb
from w2vtui.errors import RunError
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.record import RunRecord
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.sweep_request import Limits, SweepRequest, request_from_json
from w2vtui.sweeping.yardstick import Yardstick

pytest.importorskip("optuna")

from tests.support.wait import DEADLINE
from w2vtui.sweeping.setting_up import set_up
from w2vtui.sweeping.store import SavedSweep, SweepStore, find_sweep
from w2vtui.sweeping.sweep import Sweep
from w2vtui.sweeping.trial import Trial

PART = 24_000
SHORT = ("--epochs", "1", "--workers", "1", "--vector-size", "8", "--min-count", "1")


@pytest.fixture
def text(tmp_path):
    """About 38,000 tokens, of which enough can be held out."""
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(" ".join(words) for words in topical_sentences(4000)) + "\n")
    return path


def runs_dir() -> Path:
    return Path(os.environ["W2VTUI_RUNS_DIR"])


def asked(text, trials=4, **options) -> SweepRequest:
    """Four points, trained one after the other by one worker."""
    space = space_of(window="2,4", negative="2,4")
    small = Space(
        space.varied,
        space.corpus,
        TrainingSettings(vector_size=8),
        LiveSettings(epochs=1, workers=1),
    )
    return SweepRequest(
        sources=(str(text),),
        space=small,
        yardstick=Yardstick(kind="probe"),
        gives_up=False,
        limits=Limits(trials=trials, **options),
    )


def started(request: SweepRequest, **options) -> Sweep:
    plan = set_up(request, RunSettings(runs_dir=str(runs_dir())), lambda text: None, **options)
    return Sweep(plan)


def swept(request: SweepRequest, **options) -> Sweep:
    work = started(request, **options)
    work.start()
    work.wait()
    return work


def test_a_sweep_ends_with_a_table_the_best_line_and_its_runs(w2v, text):
    argv = ("sweep", text, "--window", "2,4", "--negative", "2..4", "--train-all", *SHORT)

    ended = w2v(*argv)

    assert ended.code == 0, ended.err
    assert "sweep topics-" in ended.err
    assert "6 trials of 6 combinations of window, K" in ended.err
    assert "about 00:0" in ended.err  # the cost, before it starts
    lines = ended.out.splitlines()
    assert lines[0].split()[:4] == ["trial", "window", "K", "probe"]
    assert "  best  " in lines[1]
    values = [float(line.split()[3]) for line in lines[1:7]]
    assert values == sorted(values)
    assert any(line.startswith("setting") for line in lines)
    best = lines[1].split()
    line = next(one for one in lines if one.startswith("best: "))
    assert line.startswith(f"best: w2vtui train {text}")
    assert f"--window {best[1]}" in line or best[1] == "5"
    assert f"its run: w2vtui explore {best[-1]}" in lines

    names = sorted(path.name for path in all_runs(runs_dir()))
    assert len(names) == 6
    sweep = find_sweep(runs_dir(), "last").folder.name
    assert names == [f"{sweep}-{number:02}" for number in range(1, 7)]
    for number, name in enumerate(names, start=1):
        request = RunRecord.read(runs_dir() / name).request
        assert (request.sweep, request.trial) == (sweep, number)
        assert len(list((runs_dir() / name / "checkpoints").iterdir())) == 1

    assert w2v("runs", "!trials", "--json").out == ""
    listed = [json.loads(line) for line in w2v("runs", "trials", "--json").out.splitlines()]
    assert {one["sweep"] for one in listed} == {sweep}

    again = w2v(*argv, "--json")

    found = json.loads(again.out)
    assert found["name"] == sweep
    assert [one["run"] for one in found["trials"]] == [line.split()[-1] for line in lines[1:7]]
    assert found["best"]["run"] == best[-1]
    assert "6 trials of it are over" in again.err
    assert len(list(all_runs(runs_dir()))) == 6  # nothing was trained again


@pytest.mark.slow
def test_a_sweep_that_was_stopped_continues_where_it_was(text, monkeypatch):
    whole = swept(asked(text)).shot().results
    train = Trial.train
    work = started(asked(text), starts_again=True)

    def stop_in_the_third(trial, judge, stopping, deadline):
        if trial.number != 3:
            return train(trial, judge, stopping, deadline)
        trial._run.limit_speed(20_000)  # else it would be over before it is stopped
        return train(trial, lambda step, value: work.stop(), stopping, deadline)

    monkeypatch.setattr(Trial, "train", stop_in_the_third)
    work.start()
    work.wait()
    assert work.shot().state == "stopped"
    assert work.shot().n_over == 2
    assert 0.1 < work._results[-1].fraction < 1
    monkeypatch.setattr(Trial, "train", train)

    continued = swept(asked(text), saved=find_sweep(runs_dir(), work.plan.store.name))

    assert continued.shot().state == "done"
    results = continued.shot().results
    assert [(one.point, one.value) for one in results] == [(one.point, one.value) for one in whole]


def test_a_run_that_a_person_trained_to_its_end_stays_and_counts(text):
    work = swept(asked(text, trials=1))
    result = work.shot().results[0]
    lines = work.plan.store.folder / "trials.jsonl"
    lines.write_bytes(lines.read_bytes().split(b"\n")[0] + b"\n")  # killed before it was noted
    files = list((runs_dir() / result.run).rglob("*"))

    again = swept(asked(text, trials=1), saved=find_sweep(runs_dir(), work.plan.store.name))

    (found,) = again.shot().results
    assert (found.state, found.value, found.run) == ("done", result.value, result.run)
    assert list((runs_dir() / result.run).rglob("*")) == files


def test_a_run_that_cannot_be_resumed_stays_and_another_begins(text):
    work = swept(asked(text, trials=1))
    result = work.shot().results[0]
    lines = work.plan.store.folder / "trials.jsonl"
    lines.write_bytes(lines.read_bytes().split(b"\n")[0] + b"\n")
    record = runs_dir() / result.run / "run.json"
    record.write_text("damaged")

    again = swept(asked(text, trials=1), saved=find_sweep(runs_dir(), work.plan.store.name))

    (found,) = again.shot().results
    assert (found.state, found.value) == ("done", result.value)
    assert found.run != result.run
    assert record.read_text() == "damaged"
    assert any(f"{result.run} stays" in one for one in again.shot().messages)


def test_an_error_of_the_program_stops_the_run(text, monkeypatch):
    def broken(trial, judge):
        trial._run.limit_speed(100)  # else it would be over soon
        raise ZeroDivisionError

    monkeypatch.setattr(Trial, "_is_behind", broken)
    monkeypatch.setattr("w2vtui.sweeping.trial.POLL_SECONDS", 0.0)  # before it is over
    work = started(asked(text, trials=1))
    work.start()

    assert work.is_over(DEADLINE)
    assert work.shot().state == "failed"


def test_a_sweep_that_is_stopped_before_it_begins_ends_as_stopped(text):
    work = started(asked(text, trials=1))
    work.stop()
    assert work.shot().state == "stopping"

    work.start()
    work.wait()

    assert work.shot().state == "stopped"
    assert not work.shot().results


def test_the_best_of_a_part_is_trained_again_on_the_whole(w2v, text):
    argv = (text, "--window", "2,4", "--tokens", "24k", "--minutes", "5", *SHORT)

    ended = w2v("sweep", *argv, "--json")

    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["tokens_of_trials"] == PART
    assert found["best"]["is_whole"]
    record = RunRecord.read(runs_dir() / found["best"]["run"])
    assert record.request.sources == (str(text),)
    assert record.n_tokens == found["tokens"]
    trial = next(one for one in found["trials"] if not one["is_whole"])
    part = RunRecord.read(runs_dir() / trial["run"])
    assert abs(part.n_tokens - PART) < PART / 10
    assert Path(part.request.sources[0]).is_file()  # the run can be read and resumed like any other
    assert "trials see 24,000 of the" in ended.err
    assert "for the best on the whole text" in ended.err


def test_trials_that_fail_are_kept_apart_and_end_the_sweep_where_all_do(text):
    request = asked(text)
    diverging = Space(
        request.space.varied | space_of(alpha="900,1000").varied,
        request.space.corpus,
        request.space.training,
        request.space.live,
    )
    work = started(
        SweepRequest(
            sources=request.sources,
            space=diverging,
            yardstick=request.yardstick,
            limits=request.limits,
        )
    )

    work.start()
    with pytest.raises(RunError, match=r"3 trials in a row failed, the last one: .*"):
        work.wait()

    assert {one.state for one in work.shot().results} == {"failed"}
    assert work.best is None


def test_what_was_asked_comes_back_as_it_was(text):
    request = SweepRequest(
        sources=("a.txt",),
        space=space_of(window="3,all", alpha="0.01..0.1", model="skip-gram,cbow", epochs="auto,9"),
        yardstick=Yardstick(kind="scores", files=QuestionFiles(("p.txt",), ("q.txt",), ("s.txt",))),
        tokens=5000,
        limits=Limits(trials=7, minutes=2.5, whole=0),
    )

    again = request_from_json(json.loads(json.dumps(request.as_json())))

    assert again == request
    assert again.digest == request.digest


def test_lines_that_were_cut_short_or_damaged_are_left_out(text):
    work = swept(asked(text, trials=2))
    store = SavedSweep.read(work.plan.store.folder).folder / "trials.jsonl"
    content = store.read_bytes()
    store.write_bytes(content.replace(b'"number": 1', b'"number": 7', 1) + b'{"crc": 5, "numb')

    results = SweepStore(work.plan.store.folder).results()

    assert [one.number for one in results] == [1, 2]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "name a text to sweep, or a sweep with --resume NAME"),
        (["a.txt"], "nothing varies: give a setting several values"),
        (["a.txt", "--window", "3,10"], "a.txt"),
        (["a.txt", "--window", "3,0"], "argument --window: window must be 1 to 10,000 words"),
        (["a.txt", "--probe-seed", "1,2"], "argument --probe-seed: probe seed must be"),
        (["a.txt", "--min-count", "1,5"], "runs with another min count have other probe"),
        (
            ["a.txt", "--window", "3,5", "--by", "none.txt"],
            "--by takes probe, next-item, or a file of word",
        ),
        (["a.txt", "--window", "3,5", "--by", "probe", "--by", "x"], "compares by the probe loss"),
        (["a.txt", "--window", "3,5", "--by", "next-item"], "give --sessions FILE"),
        (["a.txt", "--window", "3,5", "--minutes", "0"], "must be a number of minutes above 0"),
        (["-", "--window", "3,5"], "which a pipe gives once: name a file"),
        (["a.txt", "--resume", "last"], "with the text and the values that it has"),
        (["--resume", "nothing"], "there is no sweep 'nothing'"),
        (["a.txt", "--windo", "3,5"], "did you mean --window?"),
    ],
)
def test_what_is_refused(w2v, argv, message):
    refused = w2v("sweep", *argv)

    assert refused.code in (2, 3)
    assert message in refused.err


def test_without_optuna_it_says_what_to_install(w2v, monkeypatch):
    monkeypatch.setattr(verb, "is_installed", lambda package: False)

    refused = w2v("sweep", "a.txt", "--window", "3,5")

    assert refused.code == 2
    assert "w2vtui sweep needs a library: pip install '.[sweep]'" in refused.err


def test_runs_are_compared_by_guesses_of_the_next_item(w2v, text, tmp_path):
    held_out = tmp_path / "sessions.txt"
    held_out.write_text("\n".join(" ".join(words) for words in topical_sentences(300, seed=9)))
    by = ("--by", "next-item", "--sessions", held_out)

    ended = w2v("sweep", text, "--window", "2,all", *by, *SHORT, "--json")

    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert len(found["trials"]) == 2
    assert 0 < found["best"]["value"] < 100
    assert "NDCG@10 of the next item" in ended.err
    assert f"--sessions {held_out}" not in found["command"]
