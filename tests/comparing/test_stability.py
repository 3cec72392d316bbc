"""Which nearest words another seed gives again."""

from __future__ import annotations

import json
from itertools import count

import numpy as np
import pytest

from tests.support.corpora import topical_sentences
from w2vtui import Word2Vec
from w2vtui.cli import run_command_line
from w2vtui.comparing.stability import NeighborTally
from w2vtui.errors import SettingsError, UnknownWordError, VectorsError, WrongTypeError
from w2vtui.vectors import WordVectors

N_WORDS = 60
WORDS = [f"w{n}" for n in range(N_WORDS)]


def vectors(seed: int, n_firm: int = 0, words=WORDS) -> WordVectors:
    """Vectors of words, the first of which are the same for every seed."""
    matrix = np.random.default_rng(seed).normal(size=(len(words), 8))
    matrix[:n_firm] = np.random.default_rng(0).normal(size=(n_firm, 8))
    counts = np.where(np.arange(len(words)) < 20, 500, 7)
    return WordVectors(words, matrix.astype(np.float32), counts)


def stability(*of, words=()):
    tally = NeighborTally(words)
    for one in of:
        tally.add(one)
    return tally.stability()


def test_the_same_vectors_agree_on_all_neighbors():
    found = stability(vectors(1), vectors(1), words=["w3"])
    assert [band.occurs for band in found.bands] == ["500 times", "7 times"]
    assert [band.n_words for band in found.bands] == [20, 40]
    assert {(band.overlap, band.spread, band.n_trusted) for band in found.bands} == {(10, 0, 10)}
    (word,) = found.words
    nearest = [near for near, _ in vectors(1).most_similar("w3", topn=10)]
    assert [near for near, seeds in word.neighbors if seeds == 2] == nearest
    assert f"  all 2 seeds: {' '.join(nearest)}" in found.lines()


def test_vectors_at_random_share_neighbors_by_chance_alone():
    found = stability(*map(vectors, range(6)))
    assert found.overlap == pytest.approx(10 * 10 / (N_WORDS - 1), abs=0.3)
    assert {band.n_trusted for band in found.bands} == {0}
    assert sum(share for share in found.bands[1].by_rank) == pytest.approx(found.bands[1].overlap)


def test_what_is_nearest_is_found_again_more_often_than_what_is_tenth():
    """Each seed moves every word a little."""
    base = vectors(1).vectors
    moved = [
        WordVectors(WORDS, base + 0.2 * vectors(seed).vectors, vectors(1).counts)
        for seed in range(5)
    ]
    for band in stability(*moved).bands:
        assert band.by_rank[0] > 0.8 > band.by_rank[-1]
        assert 1 <= band.n_trusted < 10


def test_of_few_words_all_others_are_compared():
    found = stability(vectors(1, words=WORDS[:3]), vectors(2, words=WORDS[:3]))
    assert (found.top, found.overlap) == (2, 2)
    assert "2 of the 2" in found.lines()[0].replace("2.0", "2")


@pytest.mark.parametrize(
    ("of", "why"),
    [
        ([vectors(1)], "needs two trainings, got 1"),
        ([vectors(1, words=WORDS[:1])], "needs two words or more"),
        ([vectors(1), vectors(1, words=WORDS[:30])], "the words differ"),
        ([vectors(1).with_vectors(vectors(1).vectors * np.float32("nan"))], "is not numbers"),
    ],
)
def test_what_cannot_be_compared_is_said(of, why):
    with pytest.raises(VectorsError, match=why):
        stability(*of)


def test_zero_vectors_are_compared():
    zeros = vectors(1).with_vectors(np.zeros((N_WORDS, 8), np.float32))
    assert stability(zeros, zeros).overlap == 10


def test_python_trains_a_model_for_each_seed(monkeypatch):
    made, sentences = [], topical_sentences(150)
    first = Word2Vec.__init__

    def noted(self, *given, **settings):
        made.append(settings["seed"])
        first(self, *given, **settings)

    monkeypatch.setattr(Word2Vec, "__init__", noted)
    settings = {"vector_size": 8, "epochs": 1, "workers": 1, "seed": 3}
    found = Word2Vec.stability(sentences, seeds=2, words=["ship"], **settings)
    assert made == [3, 4]
    assert found.words[0].word == "ship"
    assert json.loads(json.dumps(found.as_json()))["n_seeds"] == 2
    with pytest.raises(WrongTypeError, match="generator"):
        Word2Vec.stability(iter(["a"]) and (one for one in sentences))
    with pytest.raises(SettingsError, match="seeds"):
        Word2Vec.stability(sentences, seeds=1)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("\n".join(map(" ".join, topical_sentences(200))))
    return path


ARGV = ("--epochs", "1", "--vector-size", "8", "--workers", "1", "--no-probe")


def test_the_verb_keeps_runs_only_where_asked(text, tmp_path, capsys):
    runs = tmp_path / "runs"
    where = ("--runs-dir", str(runs))
    assert run_command_line(["stability", str(text), "--seeds", "2", *ARGV, *where]) == 0
    assert "2 seeds: on average" in capsys.readouterr().out
    assert not runs.exists() or not list(runs.iterdir())
    argv = ["stability", str(text), "--seeds", "2", "--words", "ship,cow", "--keep", "--json"]
    assert run_command_line([*argv, *ARGV, *where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seeds"] == [1, 2]
    assert [word["word"] for word in found["words"]] == ["ship", "cow"]
    assert sorted(found["runs"]) == sorted(path.name for path in runs.iterdir())


def test_what_is_wrong_is_said_before_the_training(text, capsys, monkeypatch):
    monkeypatch.setattr("w2vtui.comparing.seeds.POLL_SECONDS", 0.01)
    argv = ["stability", str(text), *ARGV, "--words", "shop"]
    assert run_command_line(argv) == UnknownWordError.exit_code
    assert "ship" in capsys.readouterr().err
    assert run_command_line(["stability", str(text), *ARGV, "--seeds", "1"]) == 2
    assert "seeds must be 2 to 100, got 1" in capsys.readouterr().err


@pytest.mark.parametrize(("after", "code", "shown"), [(1, 130, False), (2, 130, True)])
def test_ctrl_c_ends_with_the_seeds_that_are_trained(after, code, shown, text, capsys, monkeypatch):
    """A signal arrives while the seed after these trains."""
    from w2vtui.comparing.seeds import SeedRuns

    follow, numbers = SeedRuns._follow, count(1)

    def stopped(self, run, recorder):
        if next(numbers) > after:
            import signal

            signal.raise_signal(signal.SIGINT)
        follow(self, run, recorder)

    monkeypatch.setattr(SeedRuns, "_follow", stopped)
    assert run_command_line(["stability", str(text), *ARGV]) == code
    out, err = capsys.readouterr()
    assert ("2 seeds: on average" in out) is shown
    assert ("interrupted after 1 of 5 seeds: 2 are needed" in err) is not shown
