"""The sample corpus: reproducible, varied, and consistent with its ground truth."""

import math
import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
FILES = ("atlas.txt", "atlas-analogies.txt", "atlas-pairs.txt")
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
MIN_COUNT = 5


def generate(folder: Path, *options: str) -> Path:
    command = [sys.executable, "-W", "error", str(SAMPLES / "make_atlas.py"), "--out", str(folder)]
    subprocess.run([*command, *options], check=True)
    return folder


def read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    return read_lines(SAMPLES / "atlas.txt")


@pytest.fixture(scope="module")
def counts(sentences: list[str]) -> Counter[str]:
    return Counter(word for sentence in sentences for word in sentence.split(" "))


@pytest.fixture(scope="module")
def sections() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in read_lines(SAMPLES / "atlas-analogies.txt"):
        if line.startswith(": "):
            current = found.setdefault(line[2:], [])
        else:
            current.append(line.split(" "))
    return found


@pytest.fixture(scope="module")
def pairs() -> list[list[str]]:
    return [line.split("\t") for line in read_lines(SAMPLES / "atlas-pairs.txt")]


def test_default_seed_gives_the_bundled_files(tmp_path: Path) -> None:
    generate(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes(), name


def test_another_seed_gives_another_text(tmp_path: Path) -> None:
    size = ("--tokens", "5000")
    texts = [
        (generate(tmp_path / name, "--seed", seed, *size) / "atlas.txt").read_text("utf-8")
        for name, seed in (("first", "1"), ("again", "1"), ("other", "2"))
    ]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
    assert 5000 <= len(texts[2].split()) <= 5040


def test_lines_are_lower_case_tokens(sentences: list[str], counts: Counter[str]) -> None:
    assert all(TOKEN.fullmatch(word) and word == word.lower() for word in counts)
    lengths = [sentence.count(" ") + 1 for sentence in sentences]
    assert min(lengths) >= 4
    assert max(lengths) <= 40
    assert 10 <= statistics.mean(lengths) <= 20
    assert statistics.stdev(lengths) > 4


def test_size_of_text_and_vocabulary(counts: Counter[str]) -> None:
    assert 300_000 <= counts.total() <= 500_000
    assert 2_000 <= sum(count >= MIN_COUNT for count in counts.values()) <= 6_000


def test_sentences_hardly_repeat(sentences: list[str]) -> None:
    repeated = len(sentences) - len(set(sentences))
    assert repeated / len(sentences) < 0.02


def test_frequencies_fall_as_in_zipfs_law(counts: Counter[str]) -> None:
    top = [count for _, count in counts.most_common(2000)]
    ranks = [math.log(rank) for rank in range(1, len(top) + 1)]
    logs = [math.log(count) for count in top]
    assert -1.3 < statistics.linear_regression(ranks, logs).slope < -0.7
    assert statistics.correlation(ranks, logs) < -0.97
    assert 0.04 < top[0] / counts.total() < 0.12


def test_analogies(sections: dict[str, list[list[str]]], counts: Counter[str]) -> None:
    questions = [question for section in sections.values() for question in section]
    assert len(sections) >= 8
    assert sum(name.startswith("gram") for name in sections) >= 4
    assert min(map(len, sections.values())) >= 40
    assert len(questions) >= 500
    assert all(len(question) == len(set(question)) == 4 for question in questions)
    assert len({tuple(question) for question in questions}) == len(questions)
    assert min(counts[word] for question in questions for word in question) >= MIN_COUNT


def test_pairs(pairs: list[list[str]], counts: Counter[str]) -> None:
    scores = [float(score) for _, _, score in pairs]
    assert len(pairs) >= 200
    assert all(0 <= score <= 10 for score in scores)
    assert min(scores) < 1
    assert max(scores) > 8
    assert len(set(scores)) >= 8
    assert all(first != second for first, second, _ in pairs)
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs)
    assert min(counts[word] for first, second, _ in pairs for word in (first, second)) >= MIN_COUNT
