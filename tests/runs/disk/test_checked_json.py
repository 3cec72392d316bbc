"""JSON files that tell their own damage."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from tests.support.run_folders import counts, many, numbers, posix, words
from w2vtui.errors import DamagedRunError
from w2vtui.runs.disk import checked_json
from w2vtui.runs.disk.checked_json import read_checked, write_checked
from w2vtui.runs.disk.checkpoint_files import (
    MANIFEST,
    checkpoint_folders,
    newest_intact,
)
from w2vtui.runs.disk.journal import (
    EVENTS,
    read_events,
)
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, STATUS, RunRecord
from w2vtui.runs.words import VOCAB, read_vocab

pytestmark = pytest.mark.slow

# ---- sealed files


@settings(many, max_examples=examples(40))
@given(
    body=st.dictionaries(
        words, st.recursive(words | counts | numbers | st.none() | st.booleans(), st.lists)
    )
)
def test_what_is_sealed_comes_back(body, tmp_path):
    write_checked(tmp_path / "file", "thing", body)
    assert read_checked(tmp_path / "file", "thing") == body


def test_a_seal_of_another_kind_or_of_a_later_program_is_refused(tmp_path):
    path = tmp_path / "file"
    write_checked(path, "thing", {"a": 1})
    with pytest.raises(
        DamagedRunError, match=r"is not a w2vtui run file .found format 'w2vtui thing'"
    ):
        read_checked(path, "run")
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))
    with pytest.raises(DamagedRunError, match="schema 2, this program reads 1: use the program"):
        read_checked(path, "thing")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(checked_json.MOST_BYTES + 1)
    with pytest.raises(DamagedRunError, match="67,108,865 bytes, more than"):
        read_checked(tmp_path / "file", "thing")


def test_what_is_small_is_laid_out_to_be_read_and_what_is_large_is_not(tmp_path):
    for n_words, indented in ((10, True), (20_000, False)):
        body = {"words": [f"word{i}" for i in range(n_words)]}
        write_checked(tmp_path / "x.json", "vocabulary", body)
        assert (len((tmp_path / "x.json").read_text().splitlines()) > 10) == indented
        assert read_checked(tmp_path / "x.json", "vocabulary") == body


@posix
def test_a_pipe_in_place_of_a_file_is_not_waited_for(run):
    for path in (run / RECORD, run / VOCAB, run / EVENTS, run / STATUS):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    newest = checkpoint_folders(run)[0]
    (newest / MANIFEST).unlink()
    os.mkfifo(newest / MANIFEST)
    with pytest.raises(DamagedRunError, match="not a regular file"):
        RunRecord.read(run)
    with pytest.raises(DamagedRunError, match="not a regular file"):
        read_vocab(run)
    assert "not a regular file" in read_events(run / EVENTS)[1][0]
    assert newest_intact(run)[0].clock == 100
    assert status_of(run).state == "damaged"
