"""Text read by several threads is, byte for byte, what one thread makes of it."""

from __future__ import annotations

import gzip
import random
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples, outside
from tests.support.texts import files_and_any_speed, keep_all, standard_input, written
from w2vtui.corpus import (
    ReadingProgress,
    ReadingStopped,
    count_files,
    encoding,
    open_corpus,
    reading,
)
from w2vtui.corpus.counting import counting, first_pass, side_by_side
from w2vtui.corpus.counting.side_by_side import AHEAD, in_order
from w2vtui.errors import CorpusError, DiskError

words = ["a", "b", "ab", "A", "don't", "x-y", "c,d;e", "...", "\xe9", "long" * 9, "\0", "\ud800"]
spaces = [" ", "  ", "\t", "\u3000", "\n", "\r", "\r\n", "\n\n", "\x1c", "\x0b"]
texts = st.lists(st.sampled_from([*words, *spaces]), max_size=40).map(
    lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
)


@pytest.fixture
def tiny(monkeypatch):
    """Blocks of a few bytes and ids, tables of a few types, and threads from the first block on."""
    monkeypatch.setattr(reading, "BLOCK_BYTES", 16)
    monkeypatch.setattr(reading, "BLOCK_IDS", 3)
    monkeypatch.setattr(counting, "N_ALONE", 0)
    monkeypatch.setattr(encoding, "N_ALONE", 0)
    monkeypatch.setattr(counting, "MOST_OWN_TYPES", 4)


def outcome(sources, rules, **named):
    """All that is known of a text, or what is wrong with it."""
    try:
        corpus = open_corpus(sources, rules, cache=False, **named)
    except CorpusError as error:
        return str(error)
    arrays = [corpus.ids, corpus.sentence_starts, corpus.vocab.counts]
    facts = (corpus.n_raw_tokens, corpus.n_raw_types, corpus.n_raw_sentences, corpus.hints)
    return [array.tobytes() for array in arrays], corpus.vocab.words, facts


def at_random(seed: int):
    """In place of threads: one function gives each task to a worker by chance."""
    chance = random.Random(seed)

    def threaded(tasks, workers):
        for task in tasks:
            yield chance.choice(workers)(task)

    return threaded


@settings(parent=files_and_any_speed, max_examples=examples(40))
@given(
    parts=st.lists(texts, min_size=1, max_size=3),
    seed=st.integers(0, 999),
    workers=st.integers(2, 5),
    block_bytes=st.integers(1, 40),
    most_types=st.integers(1, 5),
    rules=st.sampled_from(
        [keep_all(), keep_all(encoding_errors="replace", lowercase=True, tokenizer="words")]
    ),
)
def test_whoever_numbers_a_piece_the_result_is_the_same(
    tmp_path, tiny, parts, seed, workers, block_bytes, most_types, rules
):
    files = [written(tmp_path, part, f"{number}.txt") for number, part in enumerate(parts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        patch.setattr(counting, "MOST_OWN_TYPES", most_types)
        patch.setattr(side_by_side, "_threaded", at_random(seed))
        assert outcome(files, rules, workers=workers) == outcome(files, rules, workers=1)


@pytest.fixture
def text() -> bytes:
    chance = random.Random(1)
    return b"".join(
        b"word%d%s" % (chance.randrange(300) ** 2, chance.choice([b" ", b"\n", b"\r\n", b", "]))
        for _ in range(2000)
    )


@pytest.mark.parametrize("workers", [3, *outside([2, 4, 5])])
def test_threads_find_what_one_finds(tmp_path, tiny, monkeypatch, text, workers):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 500)
    monkeypatch.setattr(reading, "BLOCK_IDS", 50)
    monkeypatch.setattr(counting, "MOST_OWN_TYPES", 100)
    third = len(text) // 3
    files = [
        written(tmp_path, gzip.compress(text[:third]), "a.txt.gz"),
        written(tmp_path, text[third:], "b.txt"),
    ]
    rules = keep_all(tokenizer="words")
    one = outcome(files, rules, workers=1)
    assert not isinstance(one, str)
    assert outcome(files, rules, workers=workers) == one
    raw = [count_files(files, rules, workers=n) for n in (1, workers)]
    assert raw[0].tokens == raw[1].tokens
    assert raw[0].counts.tolist() == raw[1].counts.tolist()
    assert raw[0].n_sentences == raw[1].n_sentences
    standard_input(monkeypatch, text)
    piped = outcome(["-"], rules, workers=workers)
    standard_input(monkeypatch, text)
    assert piped == outcome(["-"], rules, workers=1)


@pytest.mark.parametrize("spoil", ["a byte", "the end"])
def test_an_error_names_the_same_place(tmp_path, tiny, text, spoil):
    """Also where a bad byte is in a later file, and in a type that several threads find."""
    if spoil == "a byte":
        bad = text[:3000] + b" caf\xe9 " + text[3000:6000] + b" caf\xe9 zo\xeb " + text[6000:]
        files = [written(tmp_path, text, "a.txt"), written(tmp_path, bad, "b.txt")]
    else:
        files = [written(tmp_path, gzip.compress(text)[:-2000], "a.txt.gz")]
    one = outcome(files, keep_all(), workers=1)
    assert isinstance(one, str)
    assert ("at offset 3004" if spoil == "a byte" else "damaged or cut short") in one
    assert outcome(files, keep_all(), workers=3) == one


def test_progress_is_that_of_the_pieces_that_are_numbered(tmp_path, tiny, text):
    seen: dict[str, list[tuple[int, int]]] = {"reading": [], "encoding": []}

    class Watched(ReadingProgress):
        def __setattr__(self, name, value) -> None:
            super().__setattr__(name, value)
            if name == "bytes_done":
                seen[self.phase].append((self.bytes_done, self.tokens))

    files = [written(tmp_path, text, "a.txt"), written(tmp_path, text, "b.txt")]
    progress = Watched()
    corpus = open_corpus(files, keep_all(), progress=progress, workers=3, cache=False)
    for phase in seen.values():
        assert phase == sorted(phase)
        assert len(phase) > 100
    assert seen["reading"][-1] == (2 * len(text), corpus.n_raw_tokens)
    # Tokens are counted with the bytes that they are in, give or take a piece.
    assert all(abs(done / 10 - tokens) < 300 for done, tokens in seen["reading"])
    assert progress.fraction == 1.0
    assert progress.file.endswith("b.txt")


def test_a_stop_while_threads_work_leaves_nothing(tmp_path, folders, tiny, text):
    class StopAt(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 40

    before = set(threading.enumerate())
    with pytest.raises(ReadingStopped):
        open_corpus([written(tmp_path, text)], keep_all(), stop=StopAt(), workers=3)
    assert set(threading.enumerate()) <= before
    assert not list(folders.cached.iterdir())


def test_a_disk_that_fails_ends_the_threads(tmp_path, tiny, text, monkeypatch):
    class Full:
        n = 0

        def append(self, ids) -> None:
            self.n += len(ids)
            if self.n > 300:
                raise DiskError("full")

    before = set(threading.enumerate())
    with pytest.raises(DiskError, match="full"):
        first_pass.count_files(
            [written(tmp_path, text)], keep_all(), Full(), ReadingProgress(), None,
            block_bytes=64, n_workers=3,
        )  # fmt: skip
    assert set(threading.enumerate()) <= before


# ---- in_order


def test_results_come_in_the_order_of_the_tasks():
    own = [[], []]

    def worker(number: int):
        def work(task: int) -> int:
            time.sleep(0.002 * (task % 3 == number))
            own[number].append(task)
            return -task

        return work

    assert list(in_order(range(40), [worker(0), worker(1)])) == [-task for task in range(40)]
    assert sorted(own[0] + own[1]) == list(range(40))
    assert all(tasks == sorted(tasks) for tasks in own)


def test_tasks_are_asked_for_only_so_far_ahead():
    asked = -1

    def tasks():
        nonlocal asked
        while asked < 49:
            asked += 1
            yield asked

    for n_taken, task in enumerate(in_order(tasks(), [abs, abs])):
        assert task == n_taken
        assert asked - n_taken <= 2 * AHEAD
    assert asked == 49


def test_one_worker_and_the_first_tasks_take_no_thread():
    here = threading.get_ident()
    assert set(in_order(range(5), [lambda _: threading.get_ident()])) == {here}
    found = list(in_order(range(5), [lambda _: threading.get_ident()] * 2, n_alone=3))
    assert [one == here for one in found] == [True] * 3 + [False] * 2


def test_results_before_a_failure_still_come():
    def tasks():
        yield from range(5)
        raise ValueError("no more")

    got: list[int] = []
    with pytest.raises(ValueError, match="no more"):
        got.extend(in_order(tasks(), [abs, abs]))
    assert got == list(range(5))


def test_what_a_worker_raises_is_raised_in_its_place():
    got: list[int] = []
    with pytest.raises(ZeroDivisionError):
        got.extend(in_order([1, 2, 0, 4], [lambda task: 1 // task] * 2))
    assert got == [1, 0]
