"""Checkpoints on disk: what comes back, what damage gives way to."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import save_file

from tests.support.run_folders import (
    content,
    json_values,
    many,
    places,
    resealed,
    same,
    small_checkpoint,
)
from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.runs.disk import tensor_file
from w2vtui.runs.disk.checked_json import dumped, read_checked
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    TENSORS,
    checkpoint_folders,
    newest_intact,
    read_checkpoint,
    read_manifest,
    write_checkpoint,
)
from w2vtui.runs.disk.journal import (
    EVENTS,
    read_events,
)
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, STATUS, RunRecord
from w2vtui.runs.words import VOCAB, read_vocab

pytestmark = pytest.mark.slow

# ---- checkpoints


def test_a_checkpoint_comes_back_as_it_was(run):
    for clock, folder in zip((200, 100), checkpoint_folders(run), strict=True):
        assert same(read_checkpoint(folder), small_checkpoint(clock))
        assert read_manifest(folder).events == small_checkpoint(clock).events


def test_only_the_newest_checkpoints_stay_and_drafts_go(run):
    draft = run / FOLDER / "000009.tmp"
    draft.mkdir()
    (draft / TENSORS).touch()
    for clock in (300, 400, 500):
        write_checkpoint(run, small_checkpoint(clock))
    assert sorted(path.name for path in (run / FOLDER).iterdir()) == ["000004", "000005"]
    assert newest_intact(run)[0].clock == 500


def test_a_damaged_checkpoint_goes_before_a_whole_one(run):
    damaged = checkpoint_folders(run)[0]
    (damaged / MANIFEST).write_bytes(b"")
    _, spoiled = newest_intact(run)
    write_checkpoint(run, small_checkpoint(300), spoiled.keys())
    assert [newest.clock for newest in map(read_checkpoint, checkpoint_folders(run))] == [300, 100]


def test_a_full_disk_gives_up_the_oldest_checkpoint_and_never_the_newest(run, monkeypatch):
    save, there = tensor_file.save_file, checkpoint_folders(run)

    def refuse(tensors, path):
        if any(folder.exists() for folder in full):
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        save(tensors, path)

    monkeypatch.setattr(tensor_file, "save_file", refuse)
    full = there[1:]
    write_checkpoint(run, small_checkpoint(300))
    assert [read_checkpoint(one).clock for one in checkpoint_folders(run)] == [300, 200]
    full = checkpoint_folders(run)[:1]
    with pytest.raises(DiskError, match="no space left"):
        write_checkpoint(run, small_checkpoint(400))
    assert newest_intact(run)[0].clock == 300


@pytest.mark.parametrize("place", ["header", "first number", "last number", "size"])
def test_what_a_disk_wrote_wrongly_is_not_a_checkpoint(place, run, monkeypatch):
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
        broken.setattr(tensor_file, "save_file", save)
        with pytest.raises(DiskError, match="the file reads back differently"):
            write_checkpoint(run, small_checkpoint(300))
    assert content(run) == before
    write_checkpoint(run, small_checkpoint(300))
    assert newest_intact(run)[0].clock == 300


def test_vectors_that_are_not_finite_are_not_saved(run):
    vectors = {"input_vectors": np.full((3, 2), np.nan, np.float32)}
    with pytest.raises(FloatingPointError):
        write_checkpoint(run, small_checkpoint(300, vectors=vectors))
    assert newest_intact(run)[0].clock == 200


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_a_checkpoint_cut_short_at_any_byte_gives_way_to_the_one_before(name, run):
    path = checkpoint_folders(run)[0] / name
    content = path.read_bytes()
    most = len(content) - 1  # the last is the end of the last line
    for length in sorted({*range(0, most, 7), *range(max(most - 40, 0), most)}):
        path.write_bytes(content[:length])
        found, spoiled = newest_intact(run)
        assert found.clock == 100
        assert path.parent.name in spoiled[path.parent]
    path.unlink()
    assert newest_intact(run)[0].clock == 100


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_a_flipped_bit_gives_way_to_the_checkpoint_before(name, run):
    path = checkpoint_folders(run)[0] / name
    content = path.read_bytes()
    whole = small_checkpoint(200)
    for place in range(0, len(content), 3):  # names and values are longer
        bit = 1 << (place * 5) % 8
        path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        found, spoiled = newest_intact(run)
        # Spaces between values, and the name of the program, are not what is sealed.
        assert (found.clock == 100 and spoiled) or (name == MANIFEST and same(found, whole))
    assert path.read_bytes() != content


@many
@given(draw=st.data())
def test_a_well_sealed_manifest_of_nonsense_is_damage(draw, run):
    """Whatever stands at any place of it: the types and shapes are not believed."""
    folder = checkpoint_folders(run)[0]
    body = read_checked(folder / MANIFEST, "checkpoint")
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
    else:  # a valid value: another number of seconds
        write_checkpoint(run, found)
    status_of(run)
    newest_intact(run)
    for newer in checkpoint_folders(run):
        if newer > folder:
            shutil.rmtree(newer)
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).write_bytes(content)
    assert body == read_checked(folder / MANIFEST, "checkpoint")


def lying(**entry):
    """The header of a file of tensors that says something of one."""
    entry_of_header = {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]} | entry
    header = json.dumps({"input_vectors": entry_of_header}).encode()
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
    folder = checkpoint_folders(run)[0]
    (folder / TENSORS).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    resealed(
        folder / MANIFEST,
        lambda body: body.update(tensors={"bytes": len(content), "sha256": digest}),
    )
    with pytest.raises(DamagedRunError):
        read_checkpoint(folder)
    assert newest_intact(run)[0].clock == 100


# ---- any bytes at all


@many
@given(
    name=st.sampled_from([RECORD, VOCAB, EVENTS, STATUS, MANIFEST, TENSORS]),
    content=st.binary(max_size=300)
    | st.builds(dumped, json_values)
    | st.builds(lambda depth: b"[" * depth, st.integers(1, 100_000)),
)
def test_any_bytes_in_place_of_a_file_are_damage_at_most(name, content, run):
    folder = checkpoint_folders(run)[0] if name in (MANIFEST, TENSORS) else run
    before = (folder / name).read_bytes() if (folder / name).exists() else None
    (folder / name).write_bytes(content)
    readers = {
        RECORD: lambda: RunRecord.read(run),
        VOCAB: lambda: read_vocab(run),
        MANIFEST: lambda: read_checkpoint(folder),
        TENSORS: lambda: read_checkpoint(folder),
    }
    if name in readers:
        with pytest.raises(DamagedRunError, match=r"cannot be read|is damaged|is not a |has no "):
            readers[name]()
    assert newest_intact(run)[0].clock == (100 if folder != run else 200)
    assert status_of(run).state == ("damaged" if name == RECORD else "interrupted")
    assert read_events(run / EVENTS)[0] or name == EVENTS
    (folder / name).unlink()
    if before is not None:
        (folder / name).write_bytes(before)
