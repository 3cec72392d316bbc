"""`w2vtui convert`: every layout to every other, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.inner_loop import outside
from tests.support.vector_files import assert_same
from w2vtui.cli.verbs import convert as verb
from w2vtui.formats import Conversion, Held, Wanted, convert, load_vectors, save_vectors
from w2vtui.formats.vector_folders.vector_folder import write_vector_folder
from w2vtui.vectors import WordVectors

WORDS = ["the", "日本", "don't", "👨\u200d👩\u200d👧", "x"]
MATRIX = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)
COUNTS = np.array([50, 20, 9, 9, 5])
OUT = ["v.txt", "v.bin", "v.glove", "v.w2v", "v.model2vec", "v.npy", "v.tsv", "v.parquet", "v.csv",
       "v.jsonl", "v.vec.gz", "v.bin.gz", "v.csv.gz"]  # fmt: skip


@pytest.fixture(scope="module")
def _every_layout(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("layouts")
    for name in OUT:
        save_vectors(WordVectors(WORDS, MATRIX, COUNTS), folder / name)
    return folder


@pytest.fixture(autouse=True)
def place(_every_layout, tmp_path, monkeypatch) -> Path:
    """The current folder, with vectors and counts in every layout."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(_every_layout, "in")
    return tmp_path


@pytest.mark.parametrize("source", [*OUT[:2], *outside(OUT[2:])])
def test_every_layout_becomes_every_other(w2v, source):
    for target in OUT:
        result = w2v("convert", Path("in", source), target)
        assert (result.code, result.out) == (0, ""), result.err
        assert result.err.startswith(f"saved {target}: 5 words x 3, layout ")
        loaded = load_vectors(target)
        assert_same(loaded, WORDS, MATRIX)
        has_counts = "model2vec" not in source + target
        assert (loaded.counts is not None) == has_counts
    assert not [path.name for path in Path().rglob("*w2vtui*")]


def test_fewer_words_than_announced_are_counted_in_every_header(w2v):
    lines = ["10 2", *(f"w{n} {n} 1" for n in range(8)), "w1 0 0", " 0 0"]
    Path("v.txt").write_text("\n".join(lines) + "\n")
    for name in ("v.bin", "w.txt", "v.txt.gz", "v.npy", "v.w2v", "v.model2vec", "v.parquet"):
        result = w2v("convert", "v.txt", "-o", name)
        assert result.code == 0, result.err
        assert "hint: v.txt: 1 word occurs a second time" in result.err
        assert "saved " + name + ": 8 words x 2" in result.err
        assert len(load_vectors(name)) == 8
    assert Path("w.txt").read_text().startswith("08 2\n")


def test_a_word_with_a_blank_is_refused_or_left_out(w2v):
    Path("v.vec").write_text("2 2\nnew york 1.5 2\nx 1 2\n")
    refused = w2v("convert", "v.vec", "v.bin")
    assert (refused.code, "contains white space" in refused.err) == (3, True)
    assert not Path("v.bin").exists()
    assert w2v("convert", "v.vec", "v.parquet").code == 0
    assert load_vectors("v.parquet").index_to_key == ["new york", "x"]
    skipped = w2v("convert", "v.vec", "v.bin", "--skip-bad-rows")
    assert "1 word cannot be held by the new layout and is left out: 'new york'" in skipped.err
    assert load_vectors("v.bin").index_to_key == ["x"]


def test_a_word_with_a_blank_in_a_binary_file_is_read_after_all(w2v):
    """What was written before it was found out is dropped."""
    rows = np.random.default_rng(0).standard_normal((40, 12)).astype("<f4")
    words = [f"w{n}" if n != 30 else "new york" for n in range(40)]
    records = [
        word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(words, rows, strict=True)
    ]
    Path("v.bin").write_bytes(b"40 12\n" + b"".join(records))
    for name in ("v.jsonl", "v.w2v", "v.tsv"):
        assert w2v("convert", "v.bin", name).code == 0
        assert_same(load_vectors(name), words, rows.astype(np.float32))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("in/v.txt", "in/v.txt"), 2, "cannot be converted to itself"),
        (("in/v.txt", "in/../in/v.txt"), 2, "cannot be converted to itself"),
        (("in/v.w2v", "in/v.w2v/"), 2, "cannot be converted to itself"),
        (("in/v.txt", "in/v.txt.vocab"), 2, "in/v.txt.vocab is read by this run"),
        (("in/v.txt", "in/"), 2, "a folder with v.bin in it"),
        (("in/v.txt", "notes.csv"), 2, "notes.csv exists and is not a file of word vectors"),
        (("in/v.txt", "notes/"), 2, "a folder with a.txt in it"),
        (("in/v.txt", "v.doc"), 2, "must end in .txt, .vec, .bin"),
        (("in/v.txt", "v.txt", "--to", "glov"), 2, "did you mean glove?"),
        (("in/v.txt", "no/v.bin"), 5, "create the folder first"),
        (("in/v.txt",), 2, "convert writes one file, got none: w2vtui convert in/v.txt OUT"),
        (("in/v.txt", "v.bin", "-o", "v.vec"), 2, "one file, got v.bin and v.vec"),
        (("in/none.txt", "v.bin"), 3, "no such file"),
        (("in/v.txt", "v.bin", "--from", "csv"), 3, "in/v.txt"),
        (("in/v.txt", "v.bin", "--vectors", "sum"), 2, "holds input vectors alone"),
        (("in/v.w2v", "v.bin", "--vectors", "output"), 2, "holds no output vectors"),
        (("in/v.model2vec", "v.bin", "--sif"), 2, "need counts"),
        (("in/v.model2vec", "v.vocab"), 2, "no counts to write"),
        (("in/v.txt", "v.bin", "--sif", "-1"), 2, "above 0"),
        (("in/v.txt.vocab", "v.bin"), 3, "holds words and counts but no vectors"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(w2v, arguments, code, message):
    Path("notes.csv").write_text("name,height,age\nann,1.5,4\n")
    Path("notes").mkdir()
    Path("notes/a.txt").write_text("mine")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    result = w2v("convert", *arguments)
    assert (result.code, message in result.err) == (code, True), result.err
    after = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert after == before


def test_other_files_are_replaced_when_asked_and_vectors_always(w2v):
    Path("notes.csv").write_text("name,height\nann,1.5\n")
    assert w2v("convert", "in/v.txt", "notes.csv", "--overwrite").code == 0
    for name in (*OUT, "v.vocab"):
        for _ in range(2):
            assert w2v("convert", "in/v.csv" if name != "v.csv" else "in/v.txt", name).code == 0


def test_counts_alone_are_written_to_a_vocabulary_file(w2v):
    assert "5 words, layout vocab" in w2v("convert", "in/v.bin", "v.vocab").err
    assert Path("v.vocab").read_bytes() == Path("in/v.txt.vocab").read_bytes()


def test_counts_of_other_words_are_not_taken(w2v):
    Path("in/v.bin.vocab").write_text("the 5\nother 4\n")
    assert w2v("convert", "in/v.bin", "v.parquet").code == 0
    assert load_vectors("v.parquet").counts is None
    assert w2v("convert", "in/v.bin", "v.csv.gz").code == 0
    assert_same(load_vectors("v.csv.gz"), WORDS, MATRIX)


def test_output_vectors_and_sums_are_chosen(w2v):
    tensors = {"vectors": MATRIX, "output_vectors": MATRIX * 3}
    write_vector_folder("both", WORDS, tensors)
    for matrix, factor in (("input", 1), ("output", 3), ("sum", 4)):
        assert w2v("convert", "both", "v.bin", "--vectors", matrix).code == 0
        assert np.allclose(load_vectors("v.bin").vectors, MATRIX * factor)
    held = Held.of(WordVectors(WORDS, MATRIX, None, MATRIX), "sum", "x")
    convert(held, "w.bin")
    assert np.allclose(load_vectors("w.bin").vectors, MATRIX * 2)


def test_vectors_are_weighted_by_frequency_and_lose_their_common_part(w2v):
    assert w2v("convert", "in/v.txt", "v.bin", "--sif", "0.01", "--remove-common").code == 0
    weighted = MATRIX * (0.01 / (0.01 + COUNTS / COUNTS.sum()))[:, None]
    common = np.linalg.svd(weighted)[2][0]
    assert np.allclose(
        load_vectors("v.bin").vectors, weighted - np.outer(weighted @ common, common), atol=1e-6
    )


@pytest.mark.parametrize("target", ["v.bin.gz", "v.w2v", "v.parquet", "v.tsv", "v.npy"])
def test_an_interrupt_leaves_nothing_and_the_old_file(place, monkeypatch, target):
    monkeypatch.setattr("w2vtui.formats.rows.blocks.BLOCK_NUMBERS", 3)
    save_vectors(WordVectors(WORDS[:1], MATRIX[:1]), target)
    before = sorted(place.rglob("*"))

    def interrupt(done: int, most: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert("in/v.txt", target, progress=interrupt)
    assert sorted(place.rglob("*")) == before
    assert len(load_vectors(target)) == 1


def test_progress_is_reported(monkeypatch):
    monkeypatch.setattr("w2vtui.formats.rows.blocks.BLOCK_NUMBERS", 6)
    seen = []
    how = Conversion(wanted=Wanted(limit=4))
    convert("in/v.glove", "v.bin", how, progress=lambda *at: seen.append(at))
    assert seen == [(2, 4), (4, 4)]


def test_help_names_every_layout():
    for name in ("parquet", "model2vec", ".npy", ".jsonl", "binary-plain", "GloVe"):
        assert name in verb.HELP
