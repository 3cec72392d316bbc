"""A run is refused before anything is read if its files cannot be saved, or only over others."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.wait import DEADLINE
from w2vtui.errors import CorpusError, DiskError, SettingsError, TargetTakenError
from w2vtui.formats import load_vectors
from w2vtui.runs.opening import open_run
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings

PROSE = "the ship and the sailor near the harbor\n" * 60
OLD_VECTORS = "2 2\nold 0.5 1.5\nolder 0.25 -1\n"
OLD_COUNTS = "old 5\nolder 2\n"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch) -> Path:
    """A folder with a text, a folder of texts and some other files, as the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("notes.txt", "other.txt", "texts/a.txt", "texts/b.txt", "texts/deep/c.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(PROSE)
    Path("pairs.txt").write_text("ship sailor 7.5\n")
    Path("old.txt").write_text(OLD_VECTORS)
    Path("texts/old.txt").write_text(OLD_VECTORS)
    Path("counts").write_text(OLD_COUNTS)
    Path("w2vtui.toml").write_text("")
    return tmp_path


def asked(*sources, **parts) -> RunRequest:
    return RunRequest(sources=sources or ("notes.txt",), **parts)


def contents(folder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FORCED = pytest.mark.parametrize("overwrite", [False, True])


@FORCED
@pytest.mark.parametrize(
    ("sources", "parts", "error", "message"),
    [
        (["notes.txt"], {"output": ""}, SettingsError, "empty file name"),
        (["notes.txt"], {"save_vocab": "c"}, SettingsError, "needs -o FILE"),
        (["notes.txt"], {"output": "missing/v.bin"}, DiskError, "create the folder first"),
        (["notes.txt"], {"output": "v.doc"}, SettingsError, "must end in .txt, .vec, .bin"),
        (["notes.txt"], {"output": "v.bin", "save_vocab": "missing/c"}, DiskError, "create the"),
        (["notes.txt"], {"output": "v.txt", "save_vocab": "v.txt"}, SettingsError, "two files"),
        (["notes.txt"], {"output": "notes.txt"}, SettingsError, "is the corpus"),
        (["notes.txt"], {"output": "./texts/../notes.txt"}, SettingsError, "is the corpus"),
        (["notes.txt"], {"output": "v.bin", "save_vocab": "notes.txt"}, SettingsError, "corpus"),
        (["other.txt", "notes.txt"], {"output": "notes.txt"}, SettingsError, "is the corpus"),
        (["texts"], {"output": "texts/b.txt"}, SettingsError, "a text of the corpus texts"),
        (["texts"], {"output": "texts/deep/c.txt"}, SettingsError, "a text of the corpus texts"),
        (["texts"], {"output": "v.bin", "save_vocab": "texts/a.txt"}, SettingsError, "a text of"),
        (["old.txt"], {"output": "old.txt"}, SettingsError, "is the corpus"),
        (["notes.txt"], {"output": "pairs.txt", "pairs": ("pairs.txt",)}, SettingsError, "read by"),
        (
            ["notes.txt"],
            {"output": "pairs.txt", "analogies": ("./pairs.txt",)},
            SettingsError,
            "read by this run",
        ),
        (
            ["notes.txt"],
            {"output": "v.bin", "save_vocab": "w2vtui.toml"},
            SettingsError,
            "read by this run",
        ),
    ],
)
def test_what_cannot_be_saved_or_is_read_is_refused(
    place, sources, parts, error, message, overwrite
):
    before = contents(place)
    with pytest.raises(error, match=message):
        asked(*sources, **parts, overwrite=overwrite).check()
    with pytest.raises(error, match=message):
        open_run(asked(*sources, **parts, overwrite=overwrite))
    assert contents(place) == before


@FORCED
@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize(
    ("source", "text"), [("notes.txt", "notes.txt"), ("texts", "texts/deep/c.txt")]
)
def test_a_text_is_known_by_another_name_too(link, source, text, overwrite):
    link(Path(text).absolute(), "link.txt")
    with pytest.raises(SettingsError, match="corpus"):
        asked(source, output="link.txt", overwrite=overwrite).check()
    with pytest.raises(SettingsError, match="corpus"):
        asked("link.txt", output=text, overwrite=overwrite).check()


@FORCED
def test_a_text_that_the_folder_links_to_is_one_of_its_texts(overwrite):
    Path("texts/link.txt").symlink_to(Path("other.txt").absolute())
    with pytest.raises(SettingsError, match="a text of the corpus"):
        asked("texts", output="other.txt", overwrite=overwrite).check()


def test_the_home_folder_may_be_written_as_a_tilde(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place))
    with pytest.raises(SettingsError, match="is the corpus"):
        asked(str(place / "notes.txt"), output="~/notes.txt").check()
    assert asked(output="~/v.bin").check()[0] == os.path.realpath(place / "v.bin")


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"output": "other.txt"}, "other.txt exists and is not a file of word vectors"),
        ({"output": "counts.vec", "save_vocab": "c"}, "counts.vec exists and is not a file of wo"),
        ({"output": "v.bin", "save_vocab": "other.txt"}, "other.txt exists and is not a file of"),
        ({"output": "v.bin", "save_vocab": "old.txt"}, "old.txt exists and is not a file of word"),
        ({"output": "w.bin"}, "w.bin.vocab exists and is not a file of word counts"),
    ],
)
def test_another_file_is_replaced_only_with_overwrite(parts, what):
    Path("counts").rename("counts.vec")
    Path("w.bin.vocab").write_text(PROSE)
    with pytest.raises(TargetTakenError, match=what) as caught:
        asked(**parts).check()
    assert "--overwrite" in str(caught.value)
    assert asked(**parts, overwrite=True).check()


def test_old_vectors_and_counts_are_replaced():
    assert asked(output="old.txt", save_vocab="counts").check()
    assert asked("texts", output="texts/old.txt").check()


def test_what_does_not_exist_hinders_nothing():
    assert asked("missing.txt", "missing/", output="v.bin").check()
    assert asked("-", output="v.bin").check()
    assert asked().check() == ()


QUICK = {
    "training": TrainingSettings(vector_size=4),
    "live": LiveSettings(epochs=1, workers=1),
    "run_settings": RunSettings(checkpoints=False),
}


def trained(request: RunRequest):
    run, recorder = open_run(request)
    assert recorder is None
    run.start()
    assert run.wait(DEADLINE)
    return run.trained.vectors()


def test_vectors_in_a_folder_are_left_out_of_its_text_and_replaced():
    request = asked("texts", output="texts/old.txt", **QUICK)
    vectors = trained(request)
    request.save(vectors)
    assert "older" not in vectors
    assert load_vectors("texts/old.txt").index_to_key == vectors.index_to_key


@pytest.mark.parametrize("appears", ["prose", "source"])
def test_a_file_that_appeared_during_training_is_not_replaced(place, monkeypatch, appears):
    """The vectors are saved elsewhere."""
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    request = asked(output="v.txt", **QUICK)
    vectors = trained(request)
    if appears == "prose":
        Path("v.txt").write_text(PROSE)
    else:
        Path("v.txt").symlink_to(place / "notes.txt")
    with pytest.raises(DiskError, match="the vectors are safe in") as caught:
        request.save_somewhere(vectors)
    (rescued,) = place.glob("w2vtui-rescued-*/v.txt")
    assert str(rescued) in str(caught.value)
    assert load_vectors(rescued).index_to_key == vectors.index_to_key
    assert Path("v.txt").read_text() == Path("notes.txt").read_text() == PROSE


@pytest.mark.parametrize("below", ["runs", "runs/below"])
def test_a_named_folder_of_runs_that_cannot_be_written_is_refused(place, below):
    Path("runs").write_text(PROSE)
    before = contents(place)
    request = asked("missing.txt", run_settings=RunSettings(runs_dir=below))
    for refused in (request.check, lambda: open_run(request)):
        with pytest.raises(DiskError, match=r"runs is a file: name a folder"):
            refused()
    unsaved = RunSettings(runs_dir=below, checkpoints=False)
    assert asked("missing.txt", run_settings=unsaved).check() == ()
    assert asked("missing.txt", output="v.bin", run_settings=request.run_settings).check_outputs()
    assert contents(place) == before


def test_a_text_that_cannot_be_found_is_left_to_the_reader():
    run, _ = open_run(asked("missing.txt", output="v.bin", **QUICK))
    run.start()
    with pytest.raises(CorpusError, match=r"there is no file missing\.txt"):
        run.wait(DEADLINE)


def test_wide_encodings_are_texts_too():
    Path("texts/wide.txt").write_text(PROSE, encoding="utf-16")
    settings = CorpusSettings(encoding="utf-16")
    with pytest.raises(SettingsError, match="a text of the corpus"):
        asked("texts", output="texts/wide.txt", corpus_settings=settings, overwrite=True).check()
