"""Texts on disk, and the plain Python reading that a corpus is compared with."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba
import pytest
from hypothesis import HealthCheck, settings

from w2vtui.corpus import (
    EncodedCorpus,
)
from w2vtui.corpus.sources.segmenting import by_character
from w2vtui.settings import CorpusSettings

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


# An example overwrites the file of the one before; a busy machine is not a failure.
files_and_any_speed = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
compiled_only = pytest.mark.skipif(
    bool(vars(numba.config)["DISABLE_JIT"]), reason="megabytes, byte by byte in Python"
)


def keep_all(**changed: Any) -> CorpusSettings:
    return CorpusSettings(**{"min_count": 1, **changed})


def written(folder: Path, content: str | bytes, name: str = "notes.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sentences_of(corpus: EncodedCorpus) -> list[list[str]]:
    starts = corpus.sentence_starts.tolist()
    words = [corpus.vocab.words[index] for index in corpus.ids.tolist()]
    return [words[a:b] for a, b in pairwise(starts)]


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def is_word_character(c: str) -> bool:
    return c.isalnum() or unicodedata.category(c).startswith("M")


def words_by_hand(line: str) -> list[str]:
    """The `words` tokenizer, one character after the other."""
    line = line.replace("\xad", "")
    words, word = [], ""
    for place, c in enumerate(line):
        following = line[place + 1 : place + 2]
        joins = c in "'\u2019-\u2010\u2011\u200c\u200d" and following.isalnum() and word
        if c.isalnum() or (word and is_word_character(c)) or joins:
            word += c
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def by_hand(text: str, rules: CorpusSettings) -> tuple[list[list[str]], list[str], list[int]]:
    """Sentences, words and counts from the plainest Python."""
    split = words_by_hand if rules.tokenizer == "words" else str.split
    lines = lines_of(text)
    if rules.tokenizer == "characters":  # in which a sigma is never at the end of a word
        lines = [by_character(line) for line in lines]
    sentences = [split(line.lower() if rules.lowercase else line) for line in lines]
    counts = Counter(token for sentence in sentences for token in sentence)
    often = [(-n, word) for word, n in counts.items() if n >= rules.min_count]
    chosen = sorted(often)[: rules.max_final_vocab]
    words = {word for _, word in chosen}
    kept = [[token for token in sentence if token in words] for sentence in sentences]
    return [s for s in kept if s], [word for _, word in chosen], [-n for n, _ in chosen]


def check_against_hand(corpus: EncodedCorpus, text: str, rules: CorpusSettings) -> None:
    sentences, words, counts = by_hand(text, rules)
    assert corpus.vocab.words == words
    assert corpus.vocab.counts.tolist() == counts
    assert sentences_of(corpus) == sentences
    everything, all_words, all_counts = by_hand(
        text, CorpusSettings(min_count=1, lowercase=rules.lowercase, tokenizer=rules.tokenizer)
    )
    assert corpus.n_raw_tokens == sum(all_counts) == sum(map(len, everything))
    assert corpus.n_raw_types == len(all_words)


# Sources


def compressed(data: bytes, ending: str) -> bytes:
    compress: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
    }
    if ending == ".zst":
        return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(data))
    return compress[ending](data)


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def run_python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return run.stdout.strip()
