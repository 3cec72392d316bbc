"""A training that learned nothing, or nonsense, says so and ends with exit code 4."""

from __future__ import annotations

import itertools

import pytest

from tests.support.processes import QUICK
from w2vtui.formats import load_vectors

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
    ("text", "settings", "said"),
    [
        ("a a a a a a\n", (), "a single word: lower min_count"),
        ("a " * 5_000 + "\n", ("--sample", 0), "a single word: lower min_count"),
        (TINY * 99, ("--sample", 1e-12), "gave no pair of words: raise sample (1e-12)"),
        ("cat\ndog\nmat\n" * 99, ("--sample", 0), "tokens gave no pair of words: give lines of"),
        *((TINY * 99, ("--objective", objective, *EXPLODES), "the vectors hold nothing: loss ")
          for objective in ("negative-sampling", "hierarchical-softmax", "softmax")),
    ],
    ids=["one word", "one word, repeated", "all dropped", "lines of a word", "exploded",
         "exploded tree", "exploded softmax"],
)  # fmt: skip
def test_a_training_that_learned_nothing_ends_with_an_alarm(w2v, tmp_path, text, settings, said):
    source = tmp_path / "text.txt"
    source.write_text(text)
    for name, json_lines in (("v.bin", ()), ("w.bin", ("--json",))):
        result = w2v(
            "train", source, "-o", tmp_path / name, "--min-count", 1, *QUICK, *settings, *json_lines
        )
        assert result.code == 4
        assert said in alarms(result)[0]
        assert result.err.splitlines()[-1] == alarms(result)[-1]
        assert f"saved {tmp_path / name}" in result.err
        load_vectors(tmp_path / name)


@pytest.mark.parametrize(("model", "objective"), MODES)
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


def test_a_resumed_run_that_learned_nothing_ends_with_it_too(w2v, tmp_path):
    source = tmp_path / "text.txt"
    source.write_text("cat\ndog\nmat\n" * 3_000)
    stop = ("--stop-when", "epoch 2")
    for argv in (
        ("train", source, "-o", tmp_path / "v.bin", *QUICK, "--epochs", 500, *stop),
        ("resume", "last", "-o", tmp_path / "w.bin", "--stop-when", "epoch 499"),
        ("export", "last", "-o", tmp_path / "x.bin"),
    ):
        result = w2v(*argv)
        assert result.code == (0 if argv[0] == "export" else 4)
        assert len(alarms(result)) == (argv[0] != "export")
        load_vectors(argv[argv.index("-o") + 1])
