"""The record of a run, its words and its fingerprint."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.corpora import topical_sentences
from tests.support.run_folders import (
    counts,
    json_values,
    live,
    many,
    places,
    resealed,
    schedules,
    small_checkpoint,
    small_record,
    words,
)
from w2vtui.cli import run_command_line
from w2vtui.corpus import encode_sentences
from w2vtui.errors import DamagedRunError
from w2vtui.runs.disk.checked_json import write_checked
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    checkpoint_folders,
    read_manifest,
    write_checkpoint,
)
from w2vtui.runs.disk.dataclass_json import as_json, from_json
from w2vtui.runs.disk.journal import EVENTS
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.recording.remains import what_remains
from w2vtui.runs.words import VOCAB, read_vocab, write_vocab
from w2vtui.settings import CorpusSettings, TrainingSettings


@many
@given(
    record=st.builds(
        small_record,
        sources=st.tuples(words, words),
        corpus_name=words,
        settings=live,
        schedule=schedules,
        output=st.none() | words,
        pairs=st.lists(words).map(tuple),
    )
)
def test_a_record_comes_back_as_it_was(record, tmp_path):
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record


def test_the_largest_seeds_come_back():
    largest = TrainingSettings(seed=2**63 - 1, probe_seed=2**63 - 1)
    assert from_json(TrainingSettings, as_json(largest)) == largest


@many
@given(draw=st.data())
def test_a_well_sealed_record_of_nonsense_is_damage(draw, run):
    content = (run / RECORD).read_bytes()

    def spoil(body):
        *outer, last = draw.draw(st.sampled_from(list(places(body))))
        for key in outer:
            body = body[key]
        body[last] = draw.draw(json_values)

    resealed(run / RECORD, spoil)
    try:
        record = RunRecord.read(run)
    except DamagedRunError:
        assert status_of(run).state == "damaged"
    else:
        record.write(run)
        assert RunRecord.read(run) == record
    (run / RECORD).write_bytes(content)


@pytest.mark.parametrize("folder", [RECORD, FOLDER])
def test_a_run_of_an_earlier_version_held_out_the_lines_of_its_seed(folder, run):
    """The record, or its checkpoint, has no seed of the probe: it was the seed of the run."""
    path = run / RECORD if folder == RECORD else checkpoint_folders(run)[0] / MANIFEST

    def of_earlier_version(body):
        body["training"]["seed"] = 5
        del body["training"]["probe_seed"]

    resealed(path, of_earlier_version)
    read = RunRecord.read(run).request if folder == RECORD else read_manifest(path.parent)
    assert read.training.probe_seed == 5


@many
@given(found=st.lists(words, unique=True), draw=st.data())
def test_words_of_any_kind_come_back(found, draw, tmp_path):
    numbers = draw.draw(st.lists(counts, min_size=len(found), max_size=len(found)))
    write_vocab(tmp_path, found, np.array(numbers, np.int64))
    again, kept = read_vocab(tmp_path)
    assert (again, kept.tolist()) == (found, numbers)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"words": ["a"], "counts": []},
        {"words": ["a", "a"], "counts": [1, 1]},
        {"words": [1], "counts": [1]},
        {"words": ["a"], "counts": ["1"]},
        {"words": ["a"], "counts": [1.5]},
        {"words": ["a"], "counts": [True]},
        {"words": ["a"], "counts": [2**70]},
        {"words": "ab", "counts": [1, 1]},
        {"words": [["a"]], "counts": [1]},
    ],
)
def test_malformed_words_are_reported_as_damage(body, tmp_path):
    write_checked(tmp_path / VOCAB, "vocabulary", body)
    with pytest.raises(DamagedRunError, match="is not a vocabulary"):
        read_vocab(tmp_path)


# ---- fingerprints


def test_a_fingerprint_is_of_the_text_and_its_words():
    def of(sentences):
        return fingerprint(encode_sentences(sentences, CorpusSettings(min_count=1)))

    sentences = topical_sentences(50)
    assert of(sentences) == of(topical_sentences(50))
    assert of(sentences) != of(sentences[1:] + sentences[:1])
    assert of(sentences) != of([*sentences[:-1], [*sentences[-1], "the"]])
    assert of([["a", "b"], ["c"]]) != of([["a"], ["b", "c"]])
    assert of([["a", "b"]]) != of([["a", "bb"]])


@pytest.mark.parametrize(
    "changed",
    [
        {"training": {"vector_size": 3}},
        {"training": {"seed": 7}},
        {"training": {"probe": False}},
        {"settings": {"workers": 2}},
        {"settings": {"window": 9}},
        {"n_words": 4},
        {"n_tokens": 4_999},
    ],
    ids=str,
)
def test_a_record_that_does_not_fit_its_checkpoint_is_refused(changed, run, capsys):
    shutil.rmtree(run / FOLDER)
    write_checkpoint(run, small_checkpoint(100, events=(), past=()))
    (run / EVENTS).unlink()
    write_vocab(run, ["a", "b", "c"], np.array([3, 2, 1]))

    def change(body):
        for key, value in changed.items():
            body[key] = body[key] | value if isinstance(value, dict) else value

    resealed(run / RECORD, change)
    output = run.parent / "v.bin"
    for verb in ("resume", "replay", "export"):
        argv = [verb, run.name, "--runs-dir", str(run.parent), "-o", str(output)]
        assert run_command_line(argv) == 3
        err = capsys.readouterr().err
        assert "record and checkpoint do not belong together" in err
        assert "Traceback" not in err
    assert not output.exists()


def test_what_remains_of_a_run_without_its_last_checkpoint_is_what_resume_takes(run):
    assert what_remains(run).endswith(f"w2vtui resume {run.name} continues from the one before it")
    shutil.rmtree(run / FOLDER)
    assert what_remains(run).endswith(f"w2vtui resume {run.name} starts again from the beginning")
    (run / RECORD).unlink()
    for folder in (run, None):
        assert what_remains(folder).endswith("written: this run cannot be resumed")
