"""What is kept of a run: files that tell their own damage, journals, names, locks, lists."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import save_file

from tests.support.corpora import topical_sentences
from tests.support.permissions import NO_LISTING, NOTHING, READING, closed
from w2vtui.cli import run_command_line
from w2vtui.corpus import encode_sentences
from w2vtui.errors import DamagedRunError, DiskError, RunError
from w2vtui.formats import load_vectors
from w2vtui.runs import record as kept_folders
from w2vtui.runs.disk import checked_json
from w2vtui.runs.disk import checkpoint_files as stored
from w2vtui.runs.disk.checked_json import dumped, loaded, read_sealed, write_sealed
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    TENSORS,
    generations,
    newest_whole,
    read_checkpoint,
    read_manifest,
    write_checkpoint,
)
from w2vtui.runs.disk.dataclass_json import event_as_plain, event_from_plain
from w2vtui.runs.disk.journal import (
    EVENTS,
    LineFile,
    changes_after,
    changes_in,
    event_line,
    metrics_rows,
    read_events,
)
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.names import new_name
from w2vtui.runs.record import (
    RECORD,
    STATUS,
    VOCAB,
    LiveStatus,
    RunRecord,
    all_runs,
    draft_beside,
    find_run,
    read_vocab,
    remove_run,
    status_of,
    sweep,
    write_vocab,
)
from w2vtui.settings import CorpusSettings, LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint, PastSettings
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.snapshot import Event, Probe

posix = pytest.mark.skipif(os.name != "posix", reason="locks and pipes are POSIX'")
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(codec=None), min_size=1)  # lone surrogates among them
counts = st.integers(0, 2**53)
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
schedules = st.builds(Schedule, clock=counts, rate=numbers, min_rate=numbers, planned=counts)
live = st.builds(
    ResolvedSettings,
    model=st.sampled_from(["skip-gram", "cbow"]),
    objective=st.sampled_from(["negative-sampling", "hierarchical-softmax", "softmax"]),
    negative=st.integers(1, 256),
    window=st.integers(1, 64),
    alpha=st.floats(1e-3, 1.0),
    epochs=st.integers(1, 1000),
    workers=st.integers(1, 512),
    shrink_windows=st.booleans(),
)
notes = st.builds(
    Event,
    seconds=numbers,
    tokens=counts,
    kind=st.sampled_from(["note", "error"]),
    text=words,
    acknowledged_ms=st.none() | numbers,
)
changes = st.builds(
    Event,
    seconds=numbers,
    tokens=counts,
    kind=st.just("change"),
    text=words,
    number=st.integers(1, 1000),
    settings=live,
    schedule=schedules,
    undoes=st.none() | st.integers(1, 1000),
)
events = notes | changes


def change(number, tokens, window=5):
    return Event(
        seconds=0.0,
        tokens=tokens,
        kind="change",
        text="",
        number=number,
        settings=LiveSettings(window=window).resolved(100, 1),
        schedule=Schedule(clock=0, rate=0.1, min_rate=0.0, planned=10_000),
    )


def small_checkpoint(clock=100, **other):
    draw = np.random.default_rng(clock)
    fields = {
        "reason": "while training",
        "state": "training",
        "training": TrainingSettings(vector_size=2),
        "settings": LiveSettings(epochs=2, workers=1, alpha=0.05).resolved(100, 1),
        "schedule": Schedule(clock=0, rate=0.05, min_rate=0.0, planned=10_000),
        "clock": clock,
        "tokens_per_epoch": 5_000,
        "seconds": 1.5,
        "tallies": np.arange(8.0),
        "diverged": False,
        "probe": Probe(tokens=clock, loss=3.5, standard_error=0.1),
        "events": (change(1, 50),),
        "past": (
            PastSettings(
                number=1,
                settings=LiveSettings().resolved(100, 1),
                schedule=Schedule(clock=0, rate=0.1, min_rate=0.0, planned=10_000),
            ),
        ),
        "breakpoints": (("probe < 2", False),),
        "curves": {"loss": SavedCurve(draw.random((3, 5)), 2)},
        "vectors": {
            "input_vectors": draw.random((3, 2), dtype=np.float32),
            "node_vectors": draw.random((2, 2), dtype=np.float32),
        },
    }
    return Checkpoint(**(fields | other))


def same(one, other):
    plain = ("reason", "state", "training", "settings", "schedule", "clock", "tokens_per_epoch",
             "seconds", "diverged", "probe", "events", "past", "breakpoints")  # fmt: skip
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and one.tallies.tobytes() == other.tallies.tobytes()
        and one.curves.keys() == other.curves.keys()
        and all(
            curve.merge == other.curves[name].merge
            and curve.rows.tobytes() == other.curves[name].rows.tobytes()
            for name, curve in one.curves.items()
        )
        and one.vectors.keys() == other.vectors.keys()
        and all(m.tobytes() == other.vectors[name].tobytes() for name, m in one.vectors.items())
    )


def small_record(**other):
    fields = {
        "created": 1.0,
        "sources": ("/a/text.txt", "-"),
        "corpus_settings": CorpusSettings(min_count=1),
        "training": TrainingSettings(vector_size=2),
        "settings": LiveSettings(epochs=2, workers=1, alpha=0.05).resolved(100, 1),
        "schedule": Schedule(clock=0, rate=0.05, min_rate=0.0, planned=10_000),
        "corpus_name": "text.txt",
        "n_words": 3,
        "n_tokens": 5_000,
        "fingerprint": "0" * 64,
        "output": None,
    }
    return RunRecord(**(fields | other))


@pytest.fixture
def run(tmp_path):
    """A run's folder with two checkpoints, of 100 and 200 tokens, and a journal."""
    folder = tmp_path / "runs" / "text-brisk-otter"
    folder.mkdir(parents=True)
    small_record().write(folder)
    write_vocab(folder, ["a", "b", "\udc80"], np.array([3, 2, 1]))
    for clock in (100, 200):
        write_checkpoint(folder, small_checkpoint(clock))
    LineFile(folder / EVENTS).append([event_line(change(1, 50)), event_line(change(2, 250))])
    return folder


# ---- sealed files


@many
@given(
    body=st.dictionaries(
        words, st.recursive(words | counts | numbers | st.none() | st.booleans(), st.lists)
    )
)
def test_what_is_sealed_comes_back(body, tmp_path):
    write_sealed(tmp_path / "file", "thing", body)
    assert read_sealed(tmp_path / "file", "thing") == body


def test_a_seal_of_another_kind_or_of_a_later_program_is_told(tmp_path):
    path = tmp_path / "file"
    write_sealed(path, "thing", {"a": 1})
    with pytest.raises(DamagedRunError, match="is no w2vtui run: it says 'w2vtui thing'"):
        read_sealed(path, "run")
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))
    with pytest.raises(DamagedRunError, match="schema 2, this program reads 1: use the program"):
        read_sealed(path, "thing")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(checked_json.MOST_BYTES + 1)
    with pytest.raises(DamagedRunError, match="67,108,865 bytes, more than"):
        read_sealed(tmp_path / "file", "thing")


@posix
@pytest.mark.parametrize("kind", ["a folder", "a pipe"])
def test_what_is_no_file_is_closed_again(kind, tmp_path, monkeypatch):
    path = tmp_path / "other"
    path.mkdir() if kind == "a folder" else os.mkfifo(path)
    was_opened, real = [], os.open

    def open_and_note(*arguments, **named):
        was_opened.append(real(*arguments, **named))
        return was_opened[-1]

    with monkeypatch.context() as noted:
        noted.setattr(os, "open", open_and_note)
        with pytest.raises(OSError, match="not a regular file"):
            checked_json.opened(path)
    (descriptor,) = was_opened
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_what_is_small_is_laid_out_to_be_read_and_what_is_large_is_not(tmp_path):
    for n_words, indented in ((10, True), (20_000, False)):
        body = {"words": [f"word{i}" for i in range(n_words)]}
        write_sealed(tmp_path / "x.json", "vocabulary", body)
        assert (len((tmp_path / "x.json").read_text().splitlines()) > 10) == indented
        assert read_sealed(tmp_path / "x.json", "vocabulary") == body


@posix
def test_a_pipe_in_place_of_a_file_is_not_waited_for(run):
    for path in (run / RECORD, run / VOCAB, run / EVENTS, run / STATUS):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    newest = generations(run)[0]
    (newest / MANIFEST).unlink()
    os.mkfifo(newest / MANIFEST)
    with pytest.raises(DamagedRunError, match="not a regular file"):
        RunRecord.read(run)
    with pytest.raises(DamagedRunError, match="not a regular file"):
        read_vocab(run)
    assert "not a regular file" in read_events(run / EVENTS)[1][0]
    assert newest_whole(run)[0].clock == 100
    assert status_of(run).state == "damaged"


# ---- events and the journal


@many
@given(event=events)
def test_an_event_comes_back_as_it_was(event, tmp_path):
    assert event_from_plain(loaded(dumped(event_as_plain(event)))) == event
    path = tmp_path / EVENTS
    path.unlink(missing_ok=True)
    LineFile(path).append([event_line(event)])
    assert read_events(path) == ([event], [])


@many
@given(event=events, place=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_journal_costs_its_line_alone(event, place, bit, tmp_path):
    line, path = event_line(event), tmp_path / EVENTS
    place %= len(line) - 1
    spoiled = bytearray(line)
    spoiled[place] ^= 1 << bit
    path.write_bytes(line + spoiled + line)
    found, troubles = read_events(path)
    assert found[0] == found[-1] == event
    assert all(one == event for one in found)  # a space for another does no harm
    assert troubles or len(found) == 3


def test_a_journal_cut_short_at_any_byte_has_its_whole_lines_and_takes_more(tmp_path):
    path, lines = tmp_path / EVENTS, [event_line(change(n, n)) for n in (1, 2, 3)]
    content = b"".join(lines)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert [one.number for one in read_events(path)[0]] == list(range(1, whole + 1))
        assert read_events(path)[1] == []
        assert LineFile(path).append([event_line(change(4, 4))])
        assert [one.number for one in read_events(path)[0]] == [*range(1, whole + 1), 4]


@many
@given(content=st.binary() | st.builds(lambda v: dumped(v) + b"\n", st.dictionaries(words, counts)))
def test_any_journal_is_read(content, tmp_path):
    (tmp_path / EVENTS).write_bytes(content)
    found, troubles = read_events(tmp_path / EVENTS)
    assert not found
    assert len(troubles) == content.count(b"\n")
    metrics_rows(tmp_path / EVENTS)


def test_lines_that_were_removed_are_noticed(tmp_path):
    file = LineFile(tmp_path / EVENTS)
    assert file.append([b"one\n"])
    (tmp_path / EVENTS).unlink()
    assert not file.append([b"two\n"])
    file.rewrite([b"one\n", b"two\n"])
    assert file.append([b"three\n"])
    (tmp_path / EVENTS).write_bytes(b"one\n")
    assert not file.append([b"four\n"])


def test_a_full_disk_leaves_a_journal_as_it_was(tmp_path, monkeypatch):
    file = LineFile(tmp_path / EVENTS)
    file.append([b"one\n"])

    def fsync(descriptor):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fsync)
        with pytest.raises(DiskError, match="no space left"):
            file.append([b"two\n"])
    assert (tmp_path / EVENTS).read_bytes() == b"one\n"
    file.append([b"two\n"])
    assert (tmp_path / EVENTS).read_bytes() == b"one\ntwo\n"


def test_changes_that_are_made_again_count_once():
    first, second, third = change(1, 10), change(2, 20), change(3, 30)
    assert changes_in([first, second, first, second, third]) == [first, second, third]


def test_a_change_that_came_instead_takes_the_place_of_all_that_followed():
    first, second, third = change(1, 10), change(2, 20), change(3, 30)
    instead = change(2, 15, window=9)
    assert changes_in([first, second, third, first, instead]) == [first, instead]


def test_changes_after_a_checkpoint_are_those_of_its_own_time():
    first, second, instead = change(1, 10), change(2, 120), change(2, 90, window=9)
    before = small_checkpoint(100, events=(first,))
    assert changes_after(None, [first, second]) == [first, second]
    assert changes_after(before, [first, second]) == [second]
    # The journal is older than a checkpoint that went another way.
    beyond = small_checkpoint(100, events=(first, instead))
    assert changes_after(beyond, [first, second, change(3, 130)]) == []
    # A line is lost: the others stand.
    assert changes_after(before, [second]) == [second]


# ---- checkpoints


def test_a_checkpoint_comes_back_as_it_was(run):
    for clock, folder in zip((200, 100), generations(run), strict=True):
        assert same(read_checkpoint(folder), small_checkpoint(clock))
        assert read_manifest(folder).events == small_checkpoint(clock).events


def test_only_the_newest_checkpoints_are_kept_and_drafts_go(run):
    draft = run / FOLDER / "000009.tmp"
    draft.mkdir()
    (draft / TENSORS).touch()
    for clock in (300, 400, 500):
        write_checkpoint(run, small_checkpoint(clock))
    assert sorted(path.name for path in (run / FOLDER).iterdir()) == ["000004", "000005"]
    assert newest_whole(run)[0].clock == 500


def test_a_damaged_checkpoint_goes_before_a_whole_one(run):
    damaged = generations(run)[0]
    (damaged / MANIFEST).write_bytes(b"")
    _, spoiled = newest_whole(run)
    write_checkpoint(run, small_checkpoint(300), spoiled.keys())
    assert [newest.clock for newest in map(read_checkpoint, generations(run))] == [300, 100]


def test_a_full_disk_gives_up_the_oldest_checkpoint_and_never_the_newest(run, monkeypatch):
    save, there = stored.save_file, generations(run)

    def refuse(tensors, path):
        if any(folder.exists() for folder in full):
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        save(tensors, path)

    monkeypatch.setattr(stored, "save_file", refuse)
    full = there[1:]
    write_checkpoint(run, small_checkpoint(300))
    assert [read_checkpoint(one).clock for one in generations(run)] == [300, 200]
    full = generations(run)[:1]
    with pytest.raises(DiskError, match="no space left"):
        write_checkpoint(run, small_checkpoint(400))
    assert newest_whole(run)[0].clock == 300


@pytest.mark.parametrize("place", ["header", "first number", "last number", "size"])
def test_what_a_disk_did_not_take_as_given_is_no_checkpoint(place, run, monkeypatch):
    def save(tensors, path):
        save_file(tensors, path)
        written = bytearray(path.read_bytes())
        begin = 8 + int.from_bytes(written[:8], "little")
        if place == "size":
            del written[-1]
        else:
            written[{"header": 10, "first number": begin, "last number": -1}[place]] ^= 1
        path.write_bytes(written)

    before = content(run)
    with monkeypatch.context() as broken:
        broken.setattr(stored, "save_file", save)
        with pytest.raises(DiskError, match="what is read is not what was written"):
            write_checkpoint(run, small_checkpoint(300))
    assert content(run) == before
    write_checkpoint(run, small_checkpoint(300))
    assert newest_whole(run)[0].clock == 300


def test_vectors_that_hold_no_numbers_are_not_kept(run):
    vectors = {"input_vectors": np.full((3, 2), np.nan, np.float32)}
    with pytest.raises(FloatingPointError):
        write_checkpoint(run, small_checkpoint(300, vectors=vectors))
    assert newest_whole(run)[0].clock == 200


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_a_checkpoint_cut_short_at_any_byte_gives_way_to_the_one_before(name, run):
    path = generations(run)[0] / name
    content = path.read_bytes()
    for length in range(len(content) - 1):  # the last is the end of the last line
        path.write_bytes(content[:length])
        found, spoiled = newest_whole(run)
        assert found.clock == 100
        assert path.parent.name in spoiled[path.parent]
    path.unlink()
    assert newest_whole(run)[0].clock == 100


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_a_flipped_bit_gives_way_to_the_checkpoint_before(name, run):
    path = generations(run)[0] / name
    content = path.read_bytes()
    whole = small_checkpoint(200)
    for place in range(len(content)):
        bit = 1 << (place * 5) % 8
        path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        found, spoiled = newest_whole(run)
        # Spaces between values, and the name of the program, are not what is sealed.
        assert (found.clock == 100 and spoiled) or (name == MANIFEST and same(found, whole))
    assert path.read_bytes() != content


def resealed(path: Path, change) -> None:
    """Change the body of a sealed file, and seal it again."""
    outer = loaded(path.read_bytes())
    change(outer["body"])
    write_sealed(path, outer["format"].removeprefix("w2vtui "), outer["body"])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value, here=()):
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*here, key)
        if isinstance(one, dict | list):
            yield from places(one, (*here, key))


@many
@given(draw=st.data())
def test_a_well_sealed_manifest_of_nonsense_is_damage(draw, run):
    """Whatever stands at any place of it: the types and shapes are not believed."""
    folder = generations(run)[0]
    body = read_sealed(folder / MANIFEST, "checkpoint")
    content = (folder / MANIFEST).read_bytes()

    def spoil(body):
        *outer, last = draw.draw(st.sampled_from(list(places(body))))
        for key in outer:
            body = body[key]
        body[last] = draw.draw(json_values)

    resealed(folder / MANIFEST, spoil)
    try:
        found = read_checkpoint(folder)
    except DamagedRunError:
        pass
    else:  # nonsense that is none: another number of seconds
        write_checkpoint(run, found)
    status_of(run)
    newest_whole(run)
    for newer in generations(run):
        if newer > folder:
            shutil.rmtree(newer)
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).write_bytes(content)
    assert body == read_sealed(folder / MANIFEST, "checkpoint")


def lying(**entry):
    """The header of a file of tensors that says something of one."""
    told = {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]} | entry
    header = json.dumps({"input_vectors": told}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(24)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(7),
        (2**63).to_bytes(8, "little") + b"{}",
        (2**40).to_bytes(8, "little") + b"{}",
        lying(shape=[10**9, 10**9]),
        lying(shape=[-3, -2]),
        lying(shape=[2**62, 4]),
        lying(shape=[0, 10**12], data_offsets=[0, 0]),
        lying(data_offsets=[0, 2**50]),
        lying(data_offsets=[24, 0]),
        lying(dtype="F64"),
        lying(dtype="BF16"),
        lying(dtype=3),
        lying(shape="3"),
        lying(shape=[6]),
        b"\x80\x05\x95" + bytes(40),
    ],
)
def test_a_header_that_lies_is_damage_and_takes_no_memory(content, run):
    folder = generations(run)[0]
    (folder / TENSORS).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    resealed(
        folder / MANIFEST,
        lambda body: body.update(tensors={"bytes": len(content), "sha256": digest}),
    )
    with pytest.raises(DamagedRunError):
        read_checkpoint(folder)
    assert newest_whole(run)[0].clock == 100


# ---- any bytes at all


@many
@given(
    name=st.sampled_from([RECORD, VOCAB, EVENTS, STATUS, MANIFEST, TENSORS]),
    content=st.binary(max_size=300)
    | st.builds(dumped, json_values)
    | st.builds(lambda depth: b"[" * depth, st.integers(1, 100_000)),
)
def test_any_bytes_in_place_of_a_file_are_damage_at_most(name, content, run):
    folder = generations(run)[0] if name in (MANIFEST, TENSORS) else run
    before = (folder / name).read_bytes() if (folder / name).exists() else None
    (folder / name).write_bytes(content)
    readers = {
        RECORD: lambda: RunRecord.read(run),
        VOCAB: lambda: read_vocab(run),
        MANIFEST: lambda: read_checkpoint(folder),
        TENSORS: lambda: read_checkpoint(folder),
    }
    if name in readers:
        with pytest.raises(DamagedRunError, match=r"cannot be read|is damaged|is no |has no "):
            readers[name]()
    assert newest_whole(run)[0].clock == (100 if folder != run else 200)
    assert status_of(run).state == ("damaged" if name == RECORD else "interrupted")
    assert read_events(run / EVENTS)[0] or name == EVENTS
    (folder / name).unlink()
    if before is not None:
        (folder / name).write_bytes(before)


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
def test_words_that_are_none_are_damage(body, tmp_path):
    write_sealed(tmp_path / VOCAB, "vocabulary", body)
    with pytest.raises(DamagedRunError, match="no vocabulary"):
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


# ---- names, the list of runs, their removal


@many
@given(corpus=st.text(st.characters(codec=None)))
def test_a_name_is_easy_to_type_and_a_good_folder(corpus):
    name = new_name(corpus)
    stem, how, what = name.rsplit("-", 2)
    assert 1 <= len(stem) <= 24
    assert how.isalpha()
    assert what.isalpha()
    assert not set(name) & set("/\\.\0 \n\t:*?'\"")
    assert name[0] not in "-."


def test_a_run_is_found_by_its_name_a_part_of_it_a_path_or_as_the_last(run, tmp_path):
    root = run.parent
    other = root / "text-calm-heron"
    shutil.copytree(run, other)
    os.utime(other / RECORD, (2**31, 2**31))
    assert find_run(root, "text-brisk-otter") == run
    assert find_run(root, "otter") == run
    assert find_run(root, "last") == other
    assert find_run(tmp_path / "elsewhere", str(run)) == run
    with pytest.raises(RunError, match=r"may be text-.*: give more of the name"):
        find_run(root, "text")
    with pytest.raises(RunError, match="did you mean text-brisk-otter"):
        find_run(root, "text-brisk-oter")
    with pytest.raises(RunError, match="w2vtui runs lists those in"):
        find_run(root, "\x1b[31mxyz")


@pytest.mark.parametrize("damage", ["garbled", "gone", "unreadable", "pipe", "a folder"])
def test_a_damaged_run_is_listed_and_hides_no_other(damage, run, capsys):
    other = run.parent / "text-calm-heron"
    shutil.copytree(run, other)
    path = other / RECORD
    content = path.read_bytes()
    path.unlink()
    if damage == "garbled":
        path.write_bytes(content[:-50])
    elif damage == "unreadable":
        path.symlink_to(path)
    elif damage == "pipe":
        os.mkfifo(path)
    elif damage == "a folder":
        path.mkdir()
    for status in ('{"state": "done", "tokens": "many"}', '{"state": []}', "\x00", '{"tokens": 1}'):
        (run / STATUS).write_text(status)
        states = {one.name: status_of(one).state for one in all_runs(run.parent)}
        assert states == {run.name: "interrupted", other.name: "damaged"}
    for argv in (["runs"], ["runs", "--json"]):
        assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 0
        out = capsys.readouterr().out
        assert run.name in out
        assert "damaged" in out
    for argv in (["resume", other.name], ["export", other.name, "-o", str(run.parent / "o.bin")]):
        assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 3


def test_a_run_on_a_disk_that_has_gone_hides_no_other(run, monkeypatch):
    other = run.parent / "text-calm-heron"
    other.mkdir()
    real = os.stat

    def stat(path, *arguments, **named):
        if not isinstance(path, int) and Path(path).is_relative_to(other):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "stat", stat)
    states = {one.name: status_of(one).state for one in all_runs(run.parent)}
    assert states == {run.name: "interrupted", other.name: "damaged"}


def test_a_place_of_runs_that_is_none_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert run_command_line(["runs", "--runs-dir", str(tmp_path / "file")]) == 2
    assert "runs cannot be looked for" in capsys.readouterr().err
    assert run_command_line(["runs", "--runs-dir", str(tmp_path / "none")]) == 0


def test_a_run_that_is_removed_leaves_nothing(run, capsys):
    arguments = ["--runs-dir", str(run.parent)]
    assert run_command_line(["runs", "--remove", run.name, *arguments]) == 0
    assert not list(run.parent.iterdir())
    assert run_command_line(["runs", "--remove", run.name, *arguments]) == 2


@posix
def test_what_killed_processes_left_is_removed_and_what_is_in_use_is_not(run):
    root = run.parent
    left, busy, fresh = (draft_beside(run) for _ in range(3))
    for draft in (left, busy, fresh):
        draft.mkdir()
        (draft / "large").write_text("x")
    RunLock(left).release()
    held = RunLock(busy)
    (run / ".w2vtui-0123.tmp").touch()
    sweep(root, run)
    assert sorted(root.iterdir()) == sorted([busy, fresh, run])
    assert not list(run.glob("*.tmp"))
    assert busy not in all_runs(root)
    held.release()


@posix
@pytest.mark.parametrize("at", ["the look at its lock", "its first file"])
def test_what_another_process_removes_meanwhile_hinders_no_sweep(at, run, monkeypatch):
    left = draft_beside(run)
    left.mkdir()
    (left / RECORD).touch()
    RunLock(left).release()

    def in_use(draft):
        shutil.rmtree(draft)
        return False

    def unlink(path, missing_ok=False):
        shutil.rmtree(path.parent)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    with monkeypatch.context() as raced:
        if at == "the look at its lock":
            raced.setattr(kept_folders, "in_use", in_use)
        else:
            raced.setattr(Path, "unlink", unlink)
        sweep(run.parent, run)
    assert list(run.parent.iterdir()) == [run]


@posix
def test_a_run_whose_removal_was_killed_is_swept(run, tmp_path):
    """The lock stays until last: without it nobody would know that the rest may go."""
    other = tmp_path / "other"
    shutil.copytree(run, other)
    left_after = []

    class KilledError(BaseException):
        """Stands for a kill: nothing more is done."""

    for n_files in range(100):
        shutil.copytree(other, run, dirs_exist_ok=True)
        removed = []

        def unlink(*arguments, n_files=n_files, removed=removed, real=os.unlink, **named):
            if len(removed) == n_files:
                raise KilledError
            removed.append(arguments)
            real(*arguments, **named)

        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(os, "unlink", unlink)
            try:
                remove_run(run)
            except KilledError:
                left_after.append(n_files)
            else:
                break
        assert not run.exists()
        sweep(run.parent, other)
        assert list(run.parent.glob(".*")) == []
    assert len(left_after) > 3
    assert not run.exists()


# ---- the lock


@posix
def test_a_run_is_locked_for_others_until_it_is_released(tmp_path):
    lock = RunLock(tmp_path)
    assert in_use(tmp_path)
    with pytest.raises(RunError, match=f"in use by process {os.getpid()}: wait until it ends"):
        RunLock(tmp_path)
    lock.release()
    lock.release()
    assert not in_use(tmp_path)
    RunLock(tmp_path).release()


@posix
def test_a_lock_goes_with_its_process_however_it_ends(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from w2vtui.runs.disk.lock import RunLock;"
        "lock = RunLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(1000)"
    )
    root = Path(__file__).resolve().parents[2]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "kernels")])}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=variables
    ) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match=f"process {process.pid}:"):
            RunLock(tmp_path)
        process.kill()
        process.wait()
    RunLock(tmp_path).release()


@posix
def test_a_lock_whose_file_is_gone_or_another_is_lost(tmp_path):
    lock = RunLock(tmp_path)
    assert not lock.lost
    (tmp_path / "lock").rename(tmp_path / "away")
    assert lock.lost
    (tmp_path / "lock").touch()
    assert lock.lost
    lock.release()


@posix
@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[1]", b'{"pid": "x", "host": 1}'])
def test_a_lock_that_says_nothing_holds_all_the_same(content, tmp_path):
    lock = RunLock(tmp_path)
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(RunError, match="in use by another process"):
        RunLock(tmp_path)
    lock.release()


def test_words_and_vectors_of_two_runs_are_told_apart(run, capsys):
    write_vocab(run, ["a", "b"], np.array([2, 1]))
    arguments = ["--runs-dir", str(run.parent), "-o", str(run.parent / "out.bin")]
    assert run_command_line(["export", run.name, *arguments]) == 3
    assert "2 words and 3 vectors" in capsys.readouterr().err


def test_an_export_tells_of_damage_and_saves_what_is_whole(run, capsys):
    (generations(run)[0] / TENSORS).write_bytes(b"")
    write_vocab(run, ["a", "b", "c"], np.array([3, 2, 1]))
    output = run.parent / "out.bin"
    assert (
        run_command_line(["export", run.name, "--runs-dir", str(run.parent), "-o", str(output)])
        == 0
    )
    assert "is not what was written: 0 bytes, not " in capsys.readouterr().err
    found = small_checkpoint(100).vectors["input_vectors"]
    assert np.array_equal(load_vectors(output).vectors, found)


def test_removing_a_run_in_use_is_refused(run):
    lock = RunLock(run)
    with pytest.raises(RunError, match="in use"):
        remove_run(run)
    lock.release()
    assert run.exists()


def content(run):
    """All that is kept of a run."""
    files = [path for path in run.rglob("*") if path.is_file() and path.name != "lock"]
    return {path: path.read_bytes() for path in files}


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("of_all", [True, False])
def test_a_run_that_may_not_be_removed_stays_whole(of_all, run):
    before = content(run)
    with closed(run.parent if of_all else run, READING), pytest.raises(DiskError, match="denied"):
        remove_run(run)
    assert content(run) == before
    assert all_runs(run.parent) == [run]
    remove_run(run)
    assert not list(run.parent.iterdir())


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("mode", [NOTHING, NO_LISTING])
def test_checkpoints_that_may_not_be_looked_for_are_not_taken_for_none(mode, run, capsys):
    before = content(run)
    LiveStatus(
        state="done", tokens=200, tokens_planned=200, seconds=1.0, words_per_second=9.0,
        probe_loss=None, error=None, pid=1,
    ).write(run)  # fmt: skip
    with closed(run / FOLDER, mode):
        with pytest.raises(DamagedRunError, match="checkpoints cannot be read: Permission denied"):
            write_checkpoint(run, small_checkpoint(300))
        status = status_of(run)
        assert (status.state, status.can_resume) == ("damaged", False)
        assert "checkpoints cannot be read: Permission denied" in status.error
        for argv in (["resume", run.name], ["export", run.name, "-o", str(run.parent / "o.bin")]):
            assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 3
            assert "checkpoints cannot be read: Permission denied" in capsys.readouterr().err
    assert newest_whole(run)[0].clock == 200
    assert {path: was for path, was in content(run).items() if path in before} == before


def test_who_may_read_a_run_may_read_its_tensors(run):
    newest = generations(run)[0]
    modes = {name: (newest / name).stat().st_mode for name in (TENSORS, MANIFEST)}
    assert modes[TENSORS] == modes[MANIFEST]
