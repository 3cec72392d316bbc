"""Held-out items are ranked as a slow, obvious reading says, whatever the vectors are."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.evaluation import held_out
from w2vtui.evaluation.next_item import KnownSessions, NextItem, evaluate_next_item
from w2vtui.evaluation.sessions import read_sessions
from w2vtui.vectors import WordVectors

random = np.random.default_rng(3)
WORDS = [f"i{n}" for n in range(40)]
VECTORS = random.normal(size=(40, 6)).astype(np.float32)
VECTORS[7] = 0
VECTORS[11] = np.nan
VECTORS[13] = VECTORS[14]  # a tie
VECTORS[20] *= 1e30
OUTPUT = random.normal(size=(40, 6)).astype(np.float32)
COUNTS = np.repeat([50, 20, 20, 9], 10)
SESSIONS = [
    tuple(f"i{n}" for n in random.integers(0, 44, size=random.integers(2, 9))) for _ in range(300)
] + [("i7", "i3"), ("i7", "i11"), ("i11", "i5"), ("i1", "i13"), ("i13", "i14"), ("I2", "i7")]


def slow_ranks(scores_of, repeats: bool, context: int) -> list[float]:
    """scores_of(rows): a score for each word, from some rows."""
    ranks = []
    for session in SESSIONS:
        rows = [WORDS.index(item.lower()) if item.lower() in WORDS else -1 for item in session]
        *before, last = [row for row in rows if row >= 0] or [-1]
        if rows[-1] < 0 or not before or (last in before and not repeats):
            continue
        left_out = set() if repeats else set(before)
        scores = scores_of(before[-context:])
        if not np.isfinite(scores[last]):
            ranks.append(len(WORDS) - len(left_out))
            continue
        others = [s for row, s in enumerate(scores) if row != last and row not in left_out]
        better = sum(s > scores[last] + 1e-6 for s in others)
        equal = sum(abs(s - scores[last]) <= 1e-6 for s in others)
        ranks.append(1 + better + equal / 2)
    return ranks


def cosines(rows: list[int]) -> np.ndarray:
    exact = VECTORS.astype(np.float64)
    lengths = np.sqrt((exact**2).sum(axis=1))
    units = exact / np.where(lengths > 0, lengths, 1)[:, None]
    return units @ length_1(np.nan_to_num(units[rows]).sum(axis=0))


def products(rows: list[int]) -> np.ndarray:
    return OUTPUT.astype(np.float64) @ length_1(
        np.nan_to_num(VECTORS[rows].astype(np.float64)).sum(axis=0)
    )


def length_1(vector: np.ndarray) -> np.ndarray:
    return vector / (np.sqrt(vector @ vector) or 1)


@pytest.mark.parametrize(("repeats", "context"), [(False, 10), (True, 2)])
def test_ranks_are_those_of_the_definition(monkeypatch, repeats: bool, context: int) -> None:
    monkeypatch.setattr(held_out, "_QUESTIONS_A_BLOCK", 100)  # several blocks of both
    monkeypatch.setattr(held_out, "_SCORES_A_BLOCK", 700)
    known = KnownSessions(WORDS, SESSIONS, COUNTS, context=context, repeats=repeats)
    by_cosine, by_output = known.ranks_by_cosine(VECTORS), known.ranks_by_output(VECTORS, OUTPUT)
    np.testing.assert_allclose(by_cosine, slow_ranks(cosines, repeats, context), atol=0.6)
    assert np.mean(by_cosine == slow_ranks(cosines, repeats, context)) > 0.98  # but for rounding
    assert np.mean(by_output == slow_ranks(products, repeats, context)) > 0.98
    by_count = slow_ranks(lambda rows: COUNTS, repeats, context)
    np.testing.assert_array_equal(known.ranks_by_count(), by_count)


def test_each_session_is_covered_or_it_is_said_why_not() -> None:
    sessions = [("i1", "i2"), ("i1", "new"), ("new", "i2"), ("i1", "i2", "i1"), ("old", "i1", "i3")]
    result = KnownSessions(WORDS, sessions).score(VECTORS)
    counts = (result.covered, result.unknown, result.nothing_before, result.repeated, result.total)
    assert counts == (2, 1, 1, 1, 5)
    assert result.output is None
    assert len(KnownSessions(WORDS, sessions, repeats=True)) == 3


def test_measures_are_those_of_the_ranks() -> None:
    found = NextItem.of(np.array([1.0, 10, 11, 3]))
    assert found.hit_rate == 0.75
    assert found.mrr == pytest.approx((1 + 1 / 10 + 1 / 11 + 1 / 3) / 4)
    assert found.ndcg == pytest.approx((1 + 1 / math.log2(11) + 1 / 2) / 4)


def test_vectors_that_say_nothing_guess_nothing() -> None:
    """Equal, zero and broken vectors have the ranks of chance, or none at all."""
    words = [f"w{n}" for n in range(1_000)]
    sessions = [(words[n], words[n + 1]) for n in range(500)]
    known = KnownSessions(words, sessions)
    for filled in (0.0, 1.0, np.nan, np.inf):
        vectors = np.full((1_000, 2), filled, dtype=np.float32)
        result = known.score(vectors, vectors)
        assert result.output is not None
        assert result.cosine.hit_rate == result.output.hit_rate == 0
        assert result.cosine.mrr < 0.01


def test_without_questions_there_is_no_score() -> None:
    one = WordVectors(["a"], np.ones((1, 2)))
    result = evaluate_next_item(one, [("a", "a"), ("a", "b")])
    assert (result.covered, result.total) == (0, 2)
    assert all(math.isnan(value) for value in (*result.cosine, *result.popular))
    with pytest.raises(SettingsError, match="context must be 1 item or more, got 0"):
        KnownSessions(["a"], [], context=0)


# ---- files


@pytest.mark.parametrize(
    "text",
    [
        "a b  c\nd\te\n",
        "a\tb\tc\nd\te\t\n\n",
        "a,b,c\r\nd,e,,\r\n",
        "\ufeffa; b;c\nd;e",
        "a b c\nd e",
    ],
)
def test_a_line_is_a_session(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sessions.txt"
    path.write_text(text, encoding="utf-8")
    assert read_sessions(path) == [("a", "b", "c"), ("d", "e")]


def test_what_is_left_out_of_sessions_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sessions.txt"
    path.write_text("#cat #dog\n#cat\nlone\n#cat #cow #dog\n")
    said: list[str] = []
    assert len(read_sessions(path, report=said.append)) == 2
    assert said == [f"{path}: 2 lines of one item are left out: first line 2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no sessions: give a file of lines `item item item`"),
        ("\n\nlone\nother\n", "line 3: a session of two items or more is expected, got 'lone'"),
        ("a b\n" + "c " * (1 << 21) + "\n\n" + "d", "line 2: it has 4,194,305 characters"),
    ],
)
def test_a_file_without_sessions_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sessions.txt"
    path.write_text(text)
    with pytest.raises(CorpusError, match=message):
        read_sessions(path)
