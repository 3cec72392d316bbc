"""fastText's command lines are answered with ours."""

from __future__ import annotations

import pytest

from w2vtui.cli.parser import parse
from w2vtui.settings import LiveSettings

DEFAULTS = {"alpha": 0.05, "epochs": 5, "sample": 1e-4}


@pytest.mark.parametrize(
    ("line", "live", "lacks"),
    [
        ("skipgram -input a.txt -output model", {}, "without character n-grams"),
        ("cbow -input a.txt -output model -maxn 0 -loss hs",
         {"model": "cbow", "objective": "hierarchical-softmax"}, ""),
        ("skipgram -input a.txt -output model -lr 0.1 -dim 30 -ws 7 -epoch 9 -minCount 2 -neg 8 "
         "-thread 3 -t 1e-3 -maxn 0 -verbose 0 -lrUpdateRate 100",
         {"alpha": 0.1, "window": 7, "epochs": 9, "negative": 8, "workers": 3, "sample": 1e-3}, ""),
        ("cbow -input a.txt -output model -maxn 0 -wordNgrams 2 -loss ova x",
         {"model": "cbow"}, ", without x, -loss ova, -wordNgrams 2:"),
    ],
)  # fmt: skip
def test_a_training_is_answered_with_a_line_that_parses(w2v, line, live, lacks):
    result = w2v(*line.split())
    assert result.code == 2
    before, _, ours = result.err.rstrip("\n").partition(": w2vtui train ")
    assert lacks in before + ":"
    assert ("without" in before) == bool(lacks)
    asked = parse(["train", *ours.split()])
    assert asked.live_settings == LiveSettings(**DEFAULTS | live)
    assert (asked.corpus, asked.output) == (["a.txt"], "model.vec")
    if "-dim" in line:
        assert asked.training_settings.vector_size == 30
        assert asked.corpus_settings.min_count == 2
        assert asked.quiet


def test_names_are_quoted_for_a_shell(w2v):
    err = w2v("skipgram", "-input", "my text; rm -r x", "-output", "a b").err
    assert "w2vtui train 'my text; rm -r x' -o 'a b.vec' --model skip-gram" in err


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["nn", "model.bin"], "w2vtui distance model.vec -n 10"),
        (["nn", "model.vec", "5"], "w2vtui distance model.vec -n 5"),
        (["nn", "ours.bin"], "w2vtui distance ours.bin -n 10"),
        (["nn", "theirs.bin"], "w2vtui distance theirs.vec -n 10"),
        (["analogies", "model.bin"], "in the order B A C: w2vtui word-analogy model.vec -n 10"),
        (["print-word-vectors", "model.bin"], "w2vtui convert model.vec vectors.txt"),
        (["supervised", "-input", "x"], "w2vtui trains vectors of words only"),
    ],
)
def test_questions_are_answered(w2v, tmp_path, monkeypatch, argv, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours.bin").write_bytes(b"1 1\na \0\0\0\0\n")
    (tmp_path / "theirs.bin").write_bytes(b"\xba\x16\x4f\x2f....")
    result = w2v(*argv)
    assert result.code == 2
    assert result.err.endswith(line + "\n")


def test_a_file_named_like_a_verb_of_fasttext_is_a_corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cbow").write_text("a b\n")
    assert parse(["cbow"]).corpus == ["cbow"]
