"""word2vec.c's spellings of the options of `w2vtui train`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.processes import QUICK
from w2vtui.cli.parser import parse
from w2vtui.formats import load_vectors, read_vocab
from w2vtui.settings import LiveSettings


def test_the_command_line_of_word2vec_c_trains(w2v, topical_corpus, tmp_path):
    output, counts = tmp_path / "vectors", tmp_path / "counts"
    result = w2v(
        "train", "-train", topical_corpus, "-output", output, "-cbow", 1, "-size", 50,
        "-window", 8, "-hs", 1, "-negative", 0, "-threads", 2, "-iter", 1, "-binary", 1,
        "-debug", 2, "-min-count", 600, "-sample", "1e-4", "-alpha", 0.05, "-save-vocab", counts,
    )  # fmt: skip
    assert result.code == 0, result.err
    counted = Counter(topical_corpus.read_text().split())
    frequent = {word for word, count in counted.items() if count >= 600}
    loaded = load_vectors(output)
    assert loaded.vectors.shape == (len(frequent), 50)
    assert set(loaded.index_to_key) == frequent == set(read_vocab(counts)[0])


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], {}),
        (["-cbow", "1"], {"model": "cbow"}),
        (["-cbow", "0"], {"model": "skip-gram", "alpha": 0.025, "min_alpha": 2.5e-6}),
        (["-alpha", "0.1"], {"alpha": 0.1, "min_alpha": 1e-5}),
        (
            ["-cbow", "0", "--alpha", "0.1"],
            {"model": "skip-gram", "alpha": 0.1, "min_alpha": 2.5e-6},
        ),
        (["-hs", "1"], {"objective": "hierarchical-softmax"}),
        (["-hs", "0"], {"objective": "negative-sampling"}),
        (["-hs", "1", "-negative", "0"], {"objective": "hierarchical-softmax"}),
        (["-negative", "0", "-hs", "1"], {"objective": "hierarchical-softmax"}),
        (["-negative", "25"], {"negative": 25, "objective": "negative-sampling"}),
        (
            ["-window", "8", "-threads", "3", "-iter", "15"],
            {"window": 8, "workers": 3, "epochs": 15},
        ),
        (["-sample", "1e-4"], {"sample": 1e-4}),
        (["-debug", "0", "-binary", "1", "-classes", "0"], {}),
    ],
    ids=str,
)
def test_a_spelling_of_word2vec_c_reaches_its_setting(argv, expected):
    live = parse(["train", "-train", "notes.txt", "-output", "v.bin", *argv]).live_settings
    defaults = {"model": "cbow", "epochs": 5, "alpha": 0.05, "min_alpha": 5e-6}
    assert live == LiveSettings(**defaults | expected)


def test_the_whole_command_line_of_its_documentation():
    line = (
        "train -train text8 -output v.bin -cbow 0 -size 200 -window 8 -negative 25 -hs 0 "
        "-sample 1e-4 -threads 2 -binary 1 -iter 15 -min_count 7 -save-vocab counts -classes 40 "
        "-read-vocab words -debug 0"
    )
    asked = parse(line.split())
    assert asked.live_settings == LiveSettings(
        model="skip-gram", alpha=0.025, min_alpha=2.5e-6, window=8, negative=25, sample=1e-4,
        workers=2, epochs=15,
    )  # fmt: skip
    assert (asked.training_settings.vector_size, asked.corpus_settings.min_count) == (200, 7)
    assert (asked.corpus, asked.output) == (["text8"], "v.bin")
    assert (asked.save_vocab, asked.read_vocab, asked.classes) == ("counts", "words", 40)
    assert asked.quiet
    assert asked.notes == ()


def test_without_train_the_defaults_are_ours():
    asked = parse(["train", "notes.txt", "-o", "v.bin", "-window", "8", "-hs", "1"])
    assert asked.live_settings == LiveSettings(window=8, objective="hierarchical-softmax")


def test_two_objectives_at_once_are_said_to_be_one():
    line = ["train", "-train", "a", "-output", "v.bin", "-hs", "1"]
    for argv, k in ((line, 5), ([*line, "-negative", "3"], 3)):
        (note,) = parse(argv).notes
        assert f"negative sampling (-negative {k}) together; w2vtui trains one: hier" in note
    assert parse([*line, "-negative", "0"]).notes == ()


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
        (["-classes", "-1"], "--classes: must be a whole number of 1 or more, got '-1'"),
        (["-debug", "x"], "-debug must be 0 (no progress), 1 or 2, got 'x'"),
        (["-treads", "2"], "unknown option -treads: did you mean -threads?"),
        (["-dim", "2"], "unknown option -dim: did you mean -size?"),
        (["-epochs", "2"], "unknown option -epochs: did you mean -iter?"),
        (["-zzz", "2"], "unknown option -zzz: it has -train, -output, -size"),
        (["-save-vocab", "v.bin"], "v.bin cannot hold the vectors and the counts"),
        (["-read-vocab", "none"], "cannot read none: no such file or directory: check the name"),
        (["-read-vocab", "bad"], "bad, line 2: a word and its count are expected, got 'queen'"),
        (["-read-vocab", "good", "-min-count", "9"], "holds no word that occurs 9 times or more"),
        (["-read-vocab", "good", "-save-vocab", "good"], "good is read by this run"),
        (["-classes", "5", "-output", "good"], "good exists and is not a file of word vectors"),
    ],
    ids=str,
)
def test_options_of_word2vec_c_without_an_equal_are_reported(
    w2v, unread, tmp_path, monkeypatch, argv, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad").write_text("king 5\nqueen\n")
    (tmp_path / "good").write_text("king 5\n")
    output = [] if "-output" in argv else ["-output", "v.bin"]
    result = w2v("train", "-train", "notes.txt", *output, *argv)
    assert result.code == (3 if "-read-vocab" in argv and "read by" not in message else 2)
    assert message in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "good"]


def test_the_case_of_an_extension_does_not_matter(w2v, topical_corpus, tmp_path):
    output = tmp_path / "V.BIN"
    result = w2v("train", "-train", topical_corpus, "-output", output, "-binary", 1, *QUICK)
    assert result.code == 0, result.err
    assert len(load_vectors(output)) == 26


def test_a_vocabulary_is_read_and_kept_by_a_run_that_is_replayed_and_resumed(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = tmp_path / "words"
    words.write_text("</s> 9000\nrare 1\nship 50\nharbor 70\nthe 90\nnone 60\n")
    result = w2v(
        "train", "-train", topical_corpus, "-output", "v.bin", "-read-vocab", words, "-threads", 1,
        "-iter", 1, "-size", 8, "-debug", 0,
    )  # fmt: skip
    assert result.code == 0, result.err
    expected = (["the", "harbor", "none", "ship"], [90, 70, 60, 50])
    loaded = load_vectors("v.bin")
    assert (loaded.index_to_key, loaded.counts.tolist()) == expected
    assert "2 of 6 words left out: fewer than 5 times (min_count), or </s>" not in result.err

    words.unlink()
    result = w2v("replay", "last")
    assert "identical" in result.err
    assert result.code == 0
    result = w2v("resume", "last", "--epochs", 2, "--force", "--no-screen", "-o", "again.bin")
    assert result.code == 0, result.err
    assert "words left out" not in result.err
    assert load_vectors("again.bin").index_to_key == expected[0]


def test_words_are_saved_by_class(w2v, topical_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["train", "-train", topical_corpus, "-output", "classes", "-iter", 1, "-size", 8]
    result = w2v(*line, "-classes", 27)
    assert result.code == 2
    assert "--classes must be at most the 26 words of" in result.err
    assert not (tmp_path / "classes").exists()
    result = w2v(*line, "-classes", 3, "-save-vocab", "counts")
    assert result.code == 0, result.err
    assert "saved classes: 26 words in 3 classes" in result.err
    rows = [line.split(" ") for line in (tmp_path / "classes").read_text().splitlines()]
    assert [word for word, _ in rows] == read_vocab(tmp_path / "counts")[0]
    assert {number for _, number in rows} <= {"0", "1", "2"}
    assert "exists and is not a file of word vectors" in w2v(*line, "-classes", 3).err


@pytest.mark.parametrize(
    ("argv", "layout"),
    [
        (["-output", "v.txt", "-binary", "1"], "binary"),
        (["-output", "v.bin", "-binary", "0"], "text"),
        (["-output", "v.dat", "-binary", "1"], "binary"),
        (["-output", "v.bin"], None),
        (["-output", "vectors"], "text"),
        (["-output", "classes.bin", "-binary", "1", "-classes", "5"], None),
    ],
    ids=str,
)
def test_binary_decides_the_layout_whatever_the_name(argv, layout):
    assert parse(["train", "-train", "notes.txt", *argv]).layout == layout


def test_the_line_of_word2vec_c_means_train_without_the_verb():
    arguments = parse(["-train", "notes.txt", "-output", "v.bin", "-size", "20"])
    assert (arguments.verb, arguments.output) == ("train", "v.bin")
