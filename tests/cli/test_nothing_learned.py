"""A training that learned nothing, or nonsense, says so and ends with exit code 4."""

from __future__ import annotations

import itertools

import pytest

from tests.support.corpora import encoded
from tests.support.processes import QUICK
from tests.support.wait import DEADLINE
from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import open_corpus
from w2vtui.errors import W2vtuiError
from w2vtui.formats import load_vectors
from w2vtui.settings import CorpusSettings, LiveSettings
from w2vtui.training import preparing
from w2vtui.training.measuring.doctor import worth
from w2vtui.training.measuring.doctor.worth import expected_pairs
from w2vtui.training.run import Run

TINY = "the cat sat on the mat\nthe dog sat on the log\na cat and a dog are pets\n"
EXPLODES = ("--model", "cbow", "--alpha", 1, "--sample", 0)
"""The loss grows to 1e5 and beyond, and stays a number."""
MODES = list(
    itertools.product(
        ("skip-gram", "cbow"), ("negative-sampling", "hierarchical-softmax", "softmax")
    )
)


def alarms(result) -> list[str]:
    return [line for line in result.err.splitlines() if line.startswith("!!")]


@pytest.mark.parametrize(
    ("objective", "alpha"),
    [("negative-sampling", 0.7), ("hierarchical-softmax", 1), ("softmax", 1)],
)
def test_a_training_that_learned_nothing_ends_with_an_alarm(w2v, tmp_path, objective, alpha):
    said = "the vectors hold nothing: loss "
    settings = (*EXPLODES, "--objective", objective, "--alpha", alpha)
    source = tmp_path / "text.txt"
    source.write_text(TINY * 99)
    for name, json_lines in (("v.bin", ()), ("w.bin", ("--json",))):
        result = w2v(
            "train", source, "-o", tmp_path / name, "--min-count", 1, *QUICK, *settings, *json_lines
        )
        assert result.code == 4
        assert said in alarms(result)[0]
        assert result.err.splitlines()[-1] == alarms(result)[-1]
        assert f"saved {tmp_path / name}" in result.err
        load_vectors(tmp_path / name)


NOTHING = [
    ("a a a a a a\n", (), 3, "nothing can be learned from a single word, 'a', the only one"),
    ("a " * 5_000 + "\n", ("--sample", 0), 3, "a single word, 'a'"),
    ("the cat\n" * 9 + "the dog\n" * 3, ("--min-count", 10), 3, "a single word, 'the'"),
    ("cat\ndog\nmat\n" * 99, ("--sample", 0), 3, "no line of text.txt has two words that occur"),
    ("".join(f"the {n}\n{n} dog\n" for n in range(9)), ("--min-count", 9), 3, "no line of"),
    (TINY * 99, ("--sample", 1e-12), 2, "sample 1e-12 leaves no two words of a line of text.txt"),
    ("cat\n" * 500 + TINY, ("--sample", 1e-9), 2, "raise it, or keep every word with sample 0"),
]


@pytest.mark.parametrize(
    ("text", "settings", "code", "said"), NOTHING,
    ids=["one word", "one word, repeated", "one frequent word", "lines of a word",
         "lines of a frequent word", "all dropped", "all dropped of few lines"],
)  # fmt: skip
def test_what_can_teach_nothing_is_refused_before_the_training(
    w2v, tmp_path, monkeypatch, text, settings, code, said
):
    def fail(*arguments, **named):
        raise AssertionError("vectors were made")

    monkeypatch.setattr(preparing, "make_backend", fail)
    source = tmp_path / "text.txt"
    source.write_text(text)
    result = w2v(
        "train", source, "-o", tmp_path / "v.bin", "--min-count", 1, "--epochs", 3, *settings
    )
    assert result.code == code
    assert said in result.err
    assert not (tmp_path / "v.bin").exists()
    # What is done without a screen the app does as well: the run itself refuses it.
    run = Run(lambda progress, stop: open_corpus([source], CorpusSettings(min_count=1)),
              live=LiveSettings(sample=1e-15))  # fmt: skip
    run.start()
    with pytest.raises(W2vtuiError, match=r"nothing can be|no line|no two words"):
        run.wait(DEADLINE)


def test_pairs_are_expected_in_every_part_of_a_long_text(monkeypatch):
    corpus = encoded([["a"]] * 700 + [["a", "b", "c"]] * 10 + [["b"]] * 90)
    assert expected_pairs(corpus, 0.0) == 60
    shares = keep_probabilities(corpus.vocab.counts, 1e-4)
    a, b, c = (shares[corpus.vocab.words.index(word)] for word in "abc")
    expected = pytest.approx(10 * 2 * (a * b + a * c + b * c))
    assert expected_pairs(corpus, 1e-4) == expected
    monkeypatch.setattr(worth, "_TOKENS_AT_ONCE", 3 * 35)
    assert expected_pairs(corpus, 0.0, enough=7) >= 7
    assert expected_pairs(corpus, 0.0) == pytest.approx(60, abs=8)


@pytest.mark.parametrize(
    ("model", "objective"),
    [MODES[0], *(pytest.param(*mode, marks=pytest.mark.slow) for mode in MODES[1:])],
)
def test_a_text_of_a_few_sentences_raises_no_alarm(w2v, tmp_path, model, objective):
    source = tmp_path / "text.txt"
    source.write_text(TINY)
    for epochs in (1, 100):
        result = w2v(
            "train", source, "-o", tmp_path / "v.bin", "--min-count", 1, *QUICK,
            "--epochs", epochs, "--model", model, "--objective", objective,
        )  # fmt: skip
        assert (result.code, alarms(result)) == (0, [])


def test_a_text_too_short_for_pairs_is_said_to_be(w2v, tmp_path):
    """Subsampling takes most of it, whatever the settings."""
    source = tmp_path / "text.txt"
    source.write_text("a b\n" * 9)
    result = w2v("train", source, "-o", tmp_path / "v.bin", *QUICK)
    assert (result.code, len(alarms(result))) == (0, 1)
    assert "18 tokens gave no pair of words: more epochs, or more text" in result.err
    hint = "hint: subsampling may leave no pair of words of 18 tokens: --sample 0 keeps every word"
    assert hint in result.err


def test_a_resumed_run_that_learned_nothing_ends_with_it_too(w2v, tmp_path):
    source = tmp_path / "text.txt"
    source.write_text(TINY * 99)
    tree = ("--objective", "hierarchical-softmax", "--epochs", 3)
    stop = ("--stop-when", "tokens 700")
    for argv in (
        ("train", source, "-o", tmp_path / "v.bin", *QUICK, *EXPLODES, *tree, *stop),
        ("resume", "last", "-o", tmp_path / "w.bin", "--stop-when", "tokens 1k"),
        ("export", "last", "-o", tmp_path / "x.bin"),
    ):
        result = w2v(*argv)
        assert result.code == (0 if argv[0] == "export" else 4)
        assert bool(alarms(result)) == (argv[0] != "export")
        load_vectors(argv[argv.index("-o") + 1])
