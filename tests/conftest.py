"""Shared fixtures: encoded corpora go to a temporary folder, small corpora to train on."""

from __future__ import annotations

import os
import random
import signal

import numba
import numpy as np
import pytest
from hypothesis import settings

import w2v_kernels.compiling  # fixes the folder of compiled kernels before the variable below moves

assert w2v_kernels.compiling.kernel

# A shell ignores it in what it starts in the background; tests send it to their children.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("any speed", deadline=None)  # a busy machine is no failure
settings.load_profile("any speed")

if numba.config.DISABLE_JIT:
    # 64-bit hashes wrap around and NaN is looked for on purpose; NumPy's scalars would warn of it.
    np.seterr(all="ignore")


@pytest.fixture(autouse=True)
def _private_places(tmp_path_factory, monkeypatch):
    """Keep corpora and runs out of the user's folders, and the user's settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("W2VTUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(tmp_path_factory.mktemp("runs")))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("W2VTUI_CONFIG", os.devnull)


TOPICS = {
    "sea": "ship sailor harbor wave anchor captain",
    "farm": "cow barn farmer field plough harvest",
    "town": "street baker market tower bridge mayor",
}


def topical_sentences(n_sentences: int, seed: int = 0) -> list[list[str]]:
    """Sentences that each keep to one of three topics, among common words."""
    draw = random.Random(seed)
    common = ["the", "a", "of", "and", "to", "in", "was", "near"]
    sentences = []
    for _ in range(n_sentences):
        topic = draw.choice(list(TOPICS.values())).split()
        sentences.append(
            [
                draw.choice(topic if draw.random() < 0.6 else common)
                for _ in range(draw.randint(5, 14))
            ]
        )
    return sentences


@pytest.fixture
def topical_corpus(tmp_path):
    """A file of 1,500 sentences, about 14,000 tokens, 26 words."""
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(" ".join(words) for words in topical_sentences(1500)) + "\n")
    return path
