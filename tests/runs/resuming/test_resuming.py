"""Resuming a run: what is refused, what --force does; and replaying one."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.run_folders import resealed
from tests.support.wait import until
from w2vtui.cli import run_command_line
from w2vtui.corpus import open_corpus
from w2vtui.errors import RunError
from w2vtui.formats import load_vectors
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    TENSORS,
    checkpoint_folders,
    newest_intact,
)
from w2vtui.runs.disk.journal import EVENTS, changes_in, read_events
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.resuming.replaying import largest_difference, replay_of
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.runs.words import VOCAB, read_vocab
from w2vtui.settings import CorpusSettings
from w2vtui.training.live.checkpointing import Checkpointing
from w2vtui.training.state.script import Script

pytestmark = pytest.mark.slow


@pytest.fixture
def text(topical_corpus):
    return topical_corpus


@pytest.fixture
def halfway(train_run, text):
    """A run that was stopped after 100,000 tokens of about 280,000."""
    return train_run(text, stop_at=100_000)


@pytest.fixture
def w2v(capsys):
    """Run a command line in this process: its exit code and what it said on stderr."""

    def run(*argv) -> tuple[int, str]:
        code = run_command_line([str(word) for word in argv])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.err

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """Everything that is saved of a run, except the text of its lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def final(folder: Path):
    checkpoint, spoiled = newest_intact(folder)
    assert not spoiled
    assert checkpoint.reason == "done"
    return checkpoint


# ---- what is refused


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        (RECORD, {"n_words": 25}),
        (RECORD, {"n_tokens": 20_000}),
        (VOCAB, {"counts": [9] * 26}),
        (VOCAB, {"words": ["a", "b"], "counts": [2, 1]}),
    ],
    ids=str,
)
def test_a_record_that_does_not_fit_the_text_is_refused(halfway, w2v, name, changed):
    resealed(halfway / name, lambda body: body.update(changed))
    before = contents(halfway)
    verbs = ["resume", "replay"] if name == RECORD else ["resume"]
    for verb in verbs:
        code, err = w2v(verb, halfway.name)
        assert (code, "do not belong together" in err) == (3, True), err
    if name == VOCAB and len(changed["counts"]) != 26:
        (halfway.parent.parent / "other.txt").write_text("other words\n" * 99)
        code, err = w2v(
            "resume", halfway.name, "--corpus", halfway.parent.parent / "other.txt", "--force"
        )
        assert (code, "2 words and 26 vectors" in err) == (3, True), err
    assert contents(halfway)[f"{FOLDER}/000001/{TENSORS}"] == before[f"{FOLDER}/000001/{TENSORS}"]


def replaced_word(text):
    lines = text.read_text().splitlines()
    place = len(lines) // 2
    first, *others = lines[place].split()
    lines[place] = " ".join(["ship" if first != "ship" else "sailor", *others])
    text.write_text("\n".join(lines) + "\n")


def swapped_words(text):
    lines = text.read_text().splitlines()
    place = len(lines) // 2
    first, second, *others = lines[place].split()
    other = next(word for word in others if word != first)
    lines[place] = " ".join([other, second, *(first if word is other else word for word in others)])
    text.write_text("\n".join(lines) + "\n")


def appended_line(text):
    with text.open("a") as file:
        file.write("a whale near the harbor\n")


def joined_lines(text):
    lines = text.read_text().splitlines()
    text.write_text("\n".join([f"{lines[0]} {lines[1]}", *lines[2:]]) + "\n")


@pytest.mark.parametrize(
    ("spoil", "difference"),
    [
        (replaced_word, "words that occur more or less often: 2"),
        (swapped_words, "the same words in another order"),
        (joined_lines, "the same words in another order"),
        (appended_line, "words: 1 new, 0 gone"),
    ],
)
def test_another_text_is_refused_with_what_differs(spoil, difference, halfway, text, w2v, tmp_path):
    before = contents(halfway)
    spoil(text)
    code, err = w2v("resume", "last", "-o", tmp_path / "out.bin")
    assert code == 2
    assert f"run {halfway.name} has another text: " in err
    assert difference in err
    assert "--corpus names where its text is now, --force resumes with this one" in err
    assert contents(halfway) == before
    assert not (tmp_path / "out.bin").exists()


def test_a_text_that_is_gone_is_named_and_found_elsewhere(halfway, train_run, text, w2v, tmp_path):
    usual = final(train_run(text))
    moved = tmp_path / "moved.txt"
    text.rename(moved)
    code, err = w2v("resume", halfway.name, "--neighbors", "ship")
    assert code == 3
    elsewhere = f"w2vtui resume {halfway.name} --corpus FILE"
    assert f"the text of run {halfway.name} is gone from {text}: {elsewhere} names where" in err
    assert w2v("resume", halfway.name, "--corpus", moved, "--neighbors", "ship")[0] == 0
    assert largest_difference(final(halfway).vectors, usual.vectors) == 0


def test_the_text_may_come_from_stdin(halfway, train_run, text, started):
    usual = final(train_run(text))
    with text.open("rb") as file:
        process = started("resume", halfway.name, "--corpus", "-", stdin=file)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert largest_difference(final(halfway).vectors, usual.vectors) == 0


def test_an_empty_pipe_in_place_of_the_text_is_refused_with_advice(halfway, started):
    process = started("resume", halfway.name, "--corpus", "-")
    _, err = process.communicate()
    assert process.returncode == 3
    assert f"there are no words in stdin: the text of run {halfway.name} came through" in err
    assert f"name its file with w2vtui resume {halfway.name} --corpus FILE" in err


def test_vectors_among_the_texts_do_not_count_as_text(text, root, w2v, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    text.rename(folder / "a.txt")
    output = folder / "v.txt"
    trained = w2v(
        "train", folder, "-o", output, "--save-vocab", folder / "counts.txt", "--min-count", 1,
        "--epochs", 100_000, "--vector-size", 8, "--workers", 1, "--stop-when", "tokens 100000",
    )  # fmt: skip
    assert trained[0] == 0
    assert output.exists()
    (run,) = all_runs(root)
    before = newest_intact(run)[0].clock
    assert w2v("resume", run.name, "--stop-when", f"tokens {before + 1}")[0] == 0
    assert newest_intact(run)[0].clock > before
    assert {path.name for path in folder.iterdir()} == {"a.txt", "v.txt", "counts.txt"}
    code, err = w2v("replay", run.name)
    assert (code, "bit for bit" in err) == (0, True)


@pytest.mark.parametrize(
    ("flags", "difference"),
    [
        (["--window", "3"], "was trained with other settings, window 5 → 3: drop the options"),
        (["--window", "3", "--alpha", "0.1"], "window 5 → 3, learning rate 0.025 → 0.1"),
        (["--min-count", "4"], "was trained with other settings, min count 1 → 4"),
        (["--vector-size", "16"], "vector size is 8 and fixed for a run, got 16"),
        (["--vector-size", "16", "--force"], "vector size is 8 and fixed for a run, got 16"),
        (["--seed", "9", "--force"], "seed is 3 and fixed for a run, got 9"),
        (["--epochs", "2", "--force"], "epochs must be more than the 7"),
        (["--window", "0"], "window must be 1 to 10,000"),
    ],
)
def test_other_settings_are_refused_with_what_differs(flags, difference, halfway, w2v):
    before = contents(halfway)
    code, err = w2v("resume", "last", "--neighbors", "ship", *flags)
    assert code == 2
    assert difference in err
    assert contents(halfway) == before


def test_naming_the_same_settings_again_makes_no_difference(halfway, train_run, text, w2v):
    usual = final(train_run(text))
    flags = ["--window", 5, "--vector-size", 8, "--min-count", 1, "--seed", 3, "--epochs", 20]
    assert w2v("resume", halfway.name, "--neighbors", "ship", *flags)[0] == 0
    assert largest_difference(final(halfway).vectors, usual.vectors) == 0


def test_a_run_that_is_done_is_not_resumed(train_run, text, w2v, tmp_path):
    folder = train_run(text)
    code, err = w2v("resume", "last")
    assert code == 2
    assert f"run {folder.name} is done: w2vtui export {folder.name} -o FILE saves" in err
    assert f"w2vtui resume {folder.name} --epochs 25 trains it further" in err
    assert w2v("export", "last", "-o", tmp_path / "out.bin")[0] == 0
    saved = load_vectors(tmp_path / "out.bin").vectors
    assert np.array_equal(saved, final(folder).vectors["input_vectors"])


def test_a_run_that_is_done_and_was_not_saved_is_saved(text, root, w2v, tmp_path):
    output = tmp_path / "v.bin"
    assert w2v("train", text, "-o", output, "--epochs", 2, "--vector-size", 8)[0] == 0
    (folder,) = all_runs(root)
    output.unlink()  # as if the process had been killed before it was there
    code, err = w2v("resume", "last")
    assert code == 0
    assert f"run {folder.name} is done\nsaved {output}: 26 words x 8" in err
    saved = load_vectors(output).vectors
    assert np.array_equal(saved, final(folder).vectors["input_vectors"])
    code, err = w2v("resume", "last")
    assert (code, "saved already" in err) == (0, True)
    assert w2v("resume", "last", "-o", tmp_path / "again.bin")[0] == 0
    assert np.array_equal(load_vectors(tmp_path / "again.bin").vectors, saved)


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize(
    ("flags", "difference"),
    [
        (["--window", 8], "is done after 20 epochs, got window 5 → 8"),
        (["--min-count", 4], "is done after 20 epochs, got min count 1 → 4"),
        (["--epochs", 10], "has trained 20 epochs already, got 10"),
    ],
)
def test_other_settings_of_a_run_that_is_done_take_more_epochs(
    flags, difference, force, train_run, text, w2v
):
    folder = train_run(text)
    code, err = w2v("resume", "last", *flags, *force)
    assert code == 2
    assert f"run {folder.name} {difference}: give more epochs in all, as in " in err
    assert f"w2vtui resume {folder.name} --epochs 25" in err


def test_an_unknown_run_is_refused_with_the_nearest_name(halfway, w2v):
    code, err = w2v("resume", f"{halfway.name}x")
    assert code == 2
    assert f"there is no run '{halfway.name}x': did you mean {halfway.name}?" in err
    shutil.copytree(halfway, halfway.with_name(f"{halfway.name}-too"))
    code, err = w2v("resume", halfway.name[:-1])
    assert code == 2
    assert "give more of the name" in err


# ---- what is started again, or repaired


@pytest.mark.parametrize("how", ["none yet", "all damaged"])
def test_a_run_without_a_checkpoint_starts_over(how, halfway, train_run, text, w2v):
    usual = final(train_run(text))
    if how == "none yet":
        shutil.rmtree(halfway / FOLDER)
    for generation in checkpoint_folders(halfway):
        (generation / MANIFEST).write_text("{}")
    if how == "all damaged":
        code, err = w2v("resume", halfway.name)
        assert code == 3
        assert f"w2vtui resume {halfway.name} --force starts it again" in err
    code, err = w2v("resume", halfway.name, *(["--force"] if how == "all damaged" else []))
    assert code == 0
    assert "has no checkpoint: it starts from the beginning" in err
    assert largest_difference(final(halfway).vectors, usual.vectors) == 0


def test_a_damaged_checkpoint_is_reported_and_the_one_before_used(halfway, train_run, text, w2v):
    usual = final(train_run(text))
    newest = checkpoint_folders(halfway)[0]
    path = newest / "tensors.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    code, err = w2v("resume", halfway.name)
    assert code == 0
    assert f"{newest} is not a valid checkpoint" in err
    assert "the previous checkpoint is used, at " in err
    assert largest_difference(final(halfway).vectors, usual.vectors) == 0
    assert newest not in checkpoint_folders(halfway)


def test_words_that_are_damaged_are_written_again_from_the_text(halfway, w2v):
    words = read_vocab(halfway)[0]
    (halfway / VOCAB).write_bytes(b"{")
    code, err = w2v("resume", halfway.name)
    assert code == 0
    assert "vocab.json is damaged" in err
    assert "written again" in err
    assert read_vocab(halfway)[0] == words


# ---- what is forced


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_another_text_is_a_new_run_and_the_old_one_stays(
    objective, train_run, text, root, w2v, tmp_path
):
    old = train_run(text, stop_at=100_000, objective=objective)
    before, words = contents(old), read_vocab(old)[0]
    with text.open("a") as file:
        file.write("a whale near the harbor\n" * 60)
    output = tmp_path / "out.bin"
    code, err = w2v("resume", old.name, "--force", "-o", output)
    assert code == 0, err
    assert contents(old) == before
    (new,) = [path for path in all_runs(root) if path != old]
    assert RunRecord.read(new).parent == old.name
    assert RunRecord.read(new).n_tokens == RunRecord.read(old).n_tokens + 300
    assert final(new).fraction == 1
    assert set(load_vectors(output).index_to_key) == {*words, "whale"}
    code, err = w2v("replay", new.name)
    assert code == 2
    assert f"began with the vectors of {old.name}" in err
    assert w2v("resume", old.name, "--force", "-o", output)[0] == 0  # it is there still


def test_another_text_begins_with_what_was_learned(train_run, text):
    old = train_run(text, stop_at=250_000)
    learned = newest_intact(old)[0].vectors["input_vectors"]
    text.write_text("".join(reversed(text.read_text().splitlines(keepends=True))))
    words = read_vocab(old)[0]
    taken = resumption(old, force=True)
    corpus = open_corpus([str(text)], CorpusSettings(min_count=1))
    vectors = taken.fit(corpus).vectors["input_vectors"]
    taken.recorder.close()
    rows = [words.index(word) for word in corpus.vocab.words]
    assert sorted(rows) == list(range(len(words)))
    assert np.array_equal(vectors, learned[rows])


def test_a_run_is_checkpointed_as_often_as_when_it_began_or_as_is_said(text, w2v, monkeypatch):
    seconds, began = [], Checkpointing.__init__

    def begin(checkpointing, *arguments, **named):
        seconds.append(named["seconds"])
        began(checkpointing, *arguments, **named)

    monkeypatch.setattr(Checkpointing, "__init__", begin)
    assert w2v("train", text, "--epochs", 3, "--checkpoint-seconds", 7)[0] == 0
    assert w2v("resume", "last", "--epochs", 5, "--force")[0] == 0
    further = ["--epochs", 7, "--force", "--checkpoint-seconds", 9]
    assert w2v("resume", "last", *further)[0] == 0
    assert seconds == [7.0, 7.0, 9.0]


def test_other_settings_are_a_change_where_the_run_resumes(halfway, w2v):
    code, err = w2v("resume", "last", "--window", 2, "--epochs", 22, "--force")
    assert code == 0
    assert "window 5 → 2" in err
    checkpoint = final(halfway)
    (change,) = [event for event in checkpoint.events if event.kind == "change"]
    assert (change.number, change.tokens) == (1, 100_000)
    assert (checkpoint.settings.window, checkpoint.settings.epochs) == (2, 22)
    assert checkpoint.tallies[3] == checkpoint.clock == 22 * checkpoint.tokens_per_epoch
    code, err = w2v("replay", "last")
    assert code == 0
    assert "bit for bit" in err


def test_a_run_that_is_done_takes_more_epochs(train_run, text, w2v):
    folder = train_run(text)
    code, err = w2v("resume", "last", "--epochs", 25)
    assert code == 0
    assert "trained on, from 20 to 25 epochs: 71.2k tokens more, about 00:00, rate 0.0001; " in err
    assert "--alpha 0.00508 is the rate of a run of 25 epochs there" in err
    assert final(folder).clock == 25 * final(folder).tokens_per_epoch
    assert status_of(folder).state == "done"
    code, err = w2v("resume", "last", "--epochs", 25)
    assert (code, f"run {folder.name} is done" in err) == (2, True)
    code, err = w2v("resume", "last", "--epochs", 30, "--alpha", 0.01, "--window", 3)
    assert code == 0
    assert "rate 0.01 to 0.0001\n" in err
    assert (final(folder).settings.window, final(folder).settings.epochs) == (3, 30)
    code, err = w2v("resume", "last", "--epochs", 35, "--min-count", 2)
    assert (code, "with other settings, min count 1 → 2: drop" in err) == (2, True)
    assert "bit for bit" in w2v("replay", "last")[1]


# ---- what is replayed


def until_shown(run, condition):
    until(lambda: condition(run.snapshot()))


def changed(run, **settings):
    """Change settings, or undo if none are named, and wait until that is applied."""
    until_shown(run, lambda shot: shot.state == "training" and shot.progress.tokens > 0)
    made = sum(event.kind == "change" for event in run.snapshot().events)
    run.change(**settings) if settings else run.undo()
    until_shown(run, lambda shot: sum(one.kind == "change" for one in shot.events) > made)
    tokens = run.snapshot().progress.tokens
    until_shown(run, lambda shot: shot.progress.tokens > tokens + 50_000 or shot.ended)


def steered(run):
    other = {"negative-sampling": "hierarchical-softmax"}
    changed(run, window=2, alpha=0.05)
    changed(run, objective=other.get(run.snapshot().settings.objective, "negative-sampling"))
    changed(run)
    changed(run, shrink_windows=False, negative=9)
    changed(run)
    run.stop()


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_a_run_is_repeated_bit_for_bit_with_every_change(model, objective, train_run, text, w2v):
    folder = train_run(text, model=model, objective=objective, epochs=100_000, steer=steered)
    code, err = w2v("replay", folder.name)
    assert code == 0
    assert f"the vectors are identical to those of {folder.name}, bit for bit" in err
    assert len(replay_of(folder).script.changes) == 5


def test_changing_deterministic_threads_replays_bit_for_bit(train_run, text, w2v):
    """A replay follows each change of the number of threads."""

    def steer(run):
        changed(run, workers=1)
        changed(run)
        changed(run, workers=3, window=2)
        run.stop()

    train_run(text, epochs=100_000, workers=2, deterministic=True, steer=steer)
    code, err = w2v("replay", "last")
    assert code == 0
    assert "bit for bit" in err


def test_a_run_of_several_threads_for_a_while_is_repeated_within_reason(train_run, text, w2v):
    def steer(run):
        changed(run, workers=2)
        changed(run, workers=1)
        run.stop()

    folder = train_run(text, epochs=100_000, steer=steer)
    code, err = w2v("replay", "last", "-o", folder.parent / "again.bin")
    assert code == 0
    if "bit for bit" not in err.splitlines()[-1]:  # two threads may happen never to meet
        assert "several threads differs from run to run: only" in err
    again = load_vectors(folder.parent / "again.bin").vectors
    then = newest_intact(folder)[0].vectors["input_vectors"]
    cosines = (again * then).sum(1) / np.linalg.norm(again, axis=1) / np.linalg.norm(then, axis=1)
    assert cosines.mean() > 0.8


def test_a_run_that_was_interrupted_is_repeated_bit_for_bit(train_run, text, root, w2v):
    """A copy of a run's folder is what a kill at that moment would have left."""
    copied = root / "copied"

    def steer(run):
        changed(run, window=3)
        changed(run, negative=7)
        (folder,) = all_runs(root)
        until_shown(run, lambda _: len(changes_in(read_events(folder / EVENTS)[0])) == 2)
        until_shown(run, lambda _: len(checkpoint_folders(folder)) == 2)  # before each change
        shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("*.tmp"))
        run.stop()

    train_run(text, epochs=100_000, steer=steer, checkpoint_seconds=3600.0)
    shutil.rmtree(checkpoint_folders(copied)[0])  # so that both changes come after the other
    code, err = w2v("resume", "copied", "--stop-when", f"tokens {newest_tokens(root, copied)}")
    assert code == 0, err
    assert "is applied again at" in err
    code, err = w2v("replay", "copied")
    assert code == 0
    assert "bit for bit" in err


def newest_tokens(root, copied):
    """Tokens that the run had trained which was copied, and then some."""
    (folder,) = [path for path in all_runs(root) if path != copied]
    return newest_intact(folder)[0].clock + 100_000


def test_a_run_is_repeated_on_its_own_text_alone(halfway, text, w2v):
    appended_line(text)
    code, err = w2v("replay", "last")
    assert code == 2
    assert "a run is replayed on its own text" in err


def test_a_replay_that_ends_elsewhere_is_reported_and_not_compared(halfway, w2v, monkeypatch):
    repeated = replay_of(halfway)
    earlier = dataclasses.replace(repeated, script=Script(stop_at=50_000))
    monkeypatch.setattr("w2vtui.runs.resuming.replaying.replay_of", lambda folder: earlier)
    code, err = w2v("replay", "last")
    assert code == 1
    assert "the replay ended at 50,000 tokens" in err
    assert f"the checkpoint of {halfway.name} at 100,000" in err


def test_a_run_without_a_checkpoint_has_nothing_to_be_compared_with(halfway, w2v):
    shutil.rmtree(halfway / FOLDER)
    code, err = w2v("replay", "last")
    assert code == 2
    assert "no checkpoint to compare with: it ended before one was due" in err


def test_a_forced_change_comes_after_those_that_are_made_again(train_run, text, root):
    """A copy of a run's folder is what a kill at that moment would have left."""
    copied = root / "copied"

    def steer(run):
        changed(run, negative=7)
        (folder,) = all_runs(root)
        until_shown(run, lambda _: len(changes_in(read_events(folder / EVENTS)[0])) == 1)
        until_shown(run, lambda _: checkpoint_folders(folder))  # written by another thread
        shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("*.tmp"))
        run.stop()

    train_run(text, epochs=100_000, steer=steer, checkpoint_seconds=3600.0)
    with pytest.raises(RunError, match="window 5 → 2"):
        resumption(copied, live={"window": 2})
    taken = resumption(copied, force=True, live={"window": 2, "negative": 7})
    taken.recorder.close()
    settings = [(one.number, one.settings) for one in taken.script.changes]
    assert [(n, one.negative, one.window) for n, one in settings] == [(1, 7, 5), (2, 7, 2)]


def test_another_text_by_force_leaves_the_vectors_of_the_old_run(halfway, text, root, w2v):
    saved = root.parent / "old.bin"
    code, err = w2v("resume", halfway.name, "-o", saved)
    assert code == 0
    record = RunRecord.read(halfway)
    request = record.request.to(str(saved))
    dataclasses.replace(record, request=request).write(halfway)
    before = saved.read_bytes()
    with text.open("a") as file:
        file.write("a line of other words\n")
    code, err = w2v("resume", halfway.name, "--force", "--epochs", "100", "--min-count", "1")
    assert code == 0, err
    assert saved.read_bytes() == before
    assert "w2vtui export" in err
