"""word2vec.c's spellings of the options of `w2vtui train`."""

from __future__ import annotations

import pytest

from tests.support.processes import QUICK
from w2vtui.cli.parser import parse
from w2vtui.formats import load_vectors, read_vocab
from w2vtui.settings import LiveSettings


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
        (["-negative", "-1"], "K must be 1 to 256 noise words, got -1"),
        (["-negative", "0"], "nothing to train"),
        (["-hs", "0", "-negative", "0"], "nothing to train"),
        (["-size", "0"], "--vector-size: vector size must be"),
        (["-iter", "x"], "epochs must be"),
        (["-binary", "0"], "contradicts v.bin: the extension decides; name a .txt or .vec file"),
        (["-output", "v.txt", "-binary", "1"], "contradicts"),
        (["-read-vocab", "counts"], "-read-vocab counts: the vocabulary is always built from"),
        (["-classes", "500"], "unknown option -classes"),
    ],
    ids=str,
)
def test_options_of_word2vec_c_without_an_equal_are_reported(w2v, unread, argv, message):
    output = [] if "-output" in argv else ["-output", "v.bin"]
    result = w2v("train", "-train", "notes.txt", *output, *argv)
    assert result.code == 2
    assert message in result.err


def test_the_case_of_an_extension_does_not_matter(w2v, topical_corpus, tmp_path):
    output = tmp_path / "V.BIN"
    result = w2v("train", "-train", topical_corpus, "-output", output, "-binary", 1, *QUICK)
    assert result.code == 0, result.err
    assert len(load_vectors(output)) == 26
