"""The words in which a regular expression is found, in bounded time.

Patterns whose time cannot grow faster than the words are long are matched here. The others go to a
process of their own, which is ended when the time is over: `re` cannot be interrupted.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from w2vtui.errors import ChildError
from w2vtui.exploring.answers import Match, Matches
from w2vtui.exploring.forms import Search
from w2vtui.exploring.scores import count_of
from w2vtui.vectors import WordVectors

SECONDS = 3.0
"""How long a search takes at most."""
_BACKTRACKS = frozenset("*+?{|")
"""Without any of these, a pattern has one way to match at each place."""
_WORDS_A_TURN = 5000
"""Words that are searched between two looks at the clock."""
_CHILD = Path(__file__).with_name("search_child.py")


def matches(vectors: WordVectors, question: Search, n: int, seconds: float = SECONDS) -> Matches:
    """The n most frequent words in which the pattern is found, and how many there are.

    seconds   how long it may take; then what was found by then is the answer

    Raises:
        QuestionError: the pattern is not a regular expression.
        ChildError: there is no other process to match it in.
    """
    pattern = question.compiled()
    words = vectors.index_to_key
    search = _in_process if _BACKTRACKS.isdisjoint(question.pattern) else _in_child
    rows: list[int] = []
    searched = 0
    for found in search(pattern, words, seconds):
        rows += (searched + place for place in found)
        searched = min(searched + _WORDS_A_TURN, len(words))
    n_tokens = None if vectors.counts is None else int(np.sum(vectors.counts[rows]))
    shown = tuple(Match(words[row], count_of(vectors, row), row) for row in rows[:n])
    return Matches(question, shown, len(rows), n_tokens, searched, len(words))


def _turns(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[at : at + _WORDS_A_TURN] for at in range(0, len(words), _WORDS_A_TURN))


def _in_process(
    pattern: re.Pattern[str], words: Sequence[str], seconds: float
) -> Iterator[list[int]]:
    """The places in each turn of the words in which the pattern is found, until time is over."""
    end = time.monotonic() + seconds
    for turn in _turns(words):
        yield [place for place, word in enumerate(turn) if pattern.search(word)]
        if time.monotonic() > end:
            return


def _in_child(
    pattern: re.Pattern[str], words: Sequence[str], seconds: float
) -> Iterator[list[int]]:
    """As `_in_process`, in another process, which is killed when the time is over.

    Raises:
        ChildError: it cannot be started, or ends by itself.
    """
    command = [sys.executable, "-I", "-S", "-W", "ignore", str(_CHILD)]
    over = threading.Event()
    with _started(command) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        end = threading.Timer(seconds, _expire, (over, child))
        end.daemon = True
        end.start()
        try:
            _send((pattern.pattern, pattern.flags), child.stdin)
            for turn in _turns(words):
                joined = "\n".join(turn)  # a string is written much faster than a list
                is_sound = joined.count("\n") == len(turn) - 1
                _send(joined if is_sound else list(turn), child.stdin)
                yield json.loads(child.stdout.readline())
        except (OSError, ValueError) as error:  # the pipe is broken, or the line is
            if not over.is_set():
                raise ChildError("the process that searches the words has ended") from error
        finally:
            end.cancel()
            child.kill()
            with contextlib.suppress(OSError):  # it has not read all
                child.stdin.close()


def _expire(over: threading.Event, child: subprocess.Popen[str]) -> None:
    over.set()  # first, so that whoever sees that it has ended knows why
    child.kill()


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, encoding="ascii",
        )  # fmt: skip
    except OSError as error:
        raise ChildError(
            f"no process can be started to search the words: {error.strerror}: search for a "
            "pattern without any of * + ? { |"
        ) from error


def _send(value: Any, pipe: IO[str]) -> None:
    pipe.write(f"{json.dumps(value)}\n")
    pipe.flush()
