"""How often verdicts call runs different that differ by the seed alone, and those that do differ.

    python tools/seed_verdicts.py                         # the bundled sample, skip-gram
    python tools/seed_verdicts.py --seeds 40 "model='cbow'"
    python tools/seed_verdicts.py "epochs=1" "epochs=5"   # two settings against each other

Trains a run for each seed on the bundled sample, then gives verdicts on pairs of them. With one
list of settings, all pairs differ by the seed alone: at most 5 % may be called different. With two,
each run of the first stands against each of the second.
"""

from __future__ import annotations

import argparse
import ast
from collections import Counter
from itertools import combinations, product
from typing import Any

import numpy as np

from w2vtui.comparing.judging.probing import SharedProbe
from w2vtui.comparing.judging.verdict import judged
from w2vtui.comparing.judging.yardsticks import analogy_answers, pairs_answers
from w2vtui.comparing.shared import shared_vectors
from w2vtui.comparing.sides import Side, live_side
from w2vtui.corpus import SAMPLE, open_corpus, sample_path
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.run import Run

CORPUS = open_corpus([str(sample_path(SAMPLE))], CorpusSettings())
SETS = QualitySets.for_corpus([str(sample_path(SAMPLE))], QuestionFiles())


def settings_of(text: str) -> dict[str, Any]:
    """Live settings as keyword arguments of Python: `epochs=3, model='cbow'`."""
    call = ast.parse(f"dict({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}


def side_of(seed: int, size: int, live: dict[str, Any]) -> Side:
    """A trained run."""
    training = TrainingSettings(vector_size=size, seed=seed)
    settings = LiveSettings(**({"epochs": 3, "workers": 1} | live))
    run = Run(lambda progress, stop: CORPUS, training, settings, looks_at_vectors=False)
    run.start()
    run.wait()
    return live_side(RunSubject(f"seed {seed}", lambda: run), None)


def main() -> None:
    """Print how many verdicts call runs different, and by which yardstick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", nargs="*", default=[""], type=str)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--verdicts", type=int, default=200)
    parser.add_argument("--size", type=int, default=50)
    asked = parser.parse_args()
    groups = [
        [side_of(seed, asked.size, settings_of(text)) for seed in range(1, asked.seeds + 1)]
        for text in asked.settings
    ]
    sides = [side for group in groups for side in group]
    probe = SharedProbe(sides[0], sides[-1], print)
    losses = [probe.losses(side.subject.view(), side.subject.settings) for side in sides]
    n = asked.seeds
    pairs = list(combinations(range(n), 2))
    if len(groups) > 1:
        pairs = list(product(range(n), range(n, 2 * n)))
    chosen = np.random.default_rng(1).permutation(len(pairs))[: asked.verdicts]
    different: Counter[str] = Counter()
    for a, b in (pairs[one] for one in chosen):
        shared = shared_vectors([sides[one].subject.view().vectors for one in (a, b)])
        answers = [probe.answers(losses[a], losses[b])]
        answers += filter(None, (pairs_answers(*one, shared) for one in SETS.pairs.items()))
        for name, sections in SETS.analogies.items():
            answers += analogy_answers(name, sections, shared)
        calls = {one.title: one.call for one in judged(answers, samples=200)}
        different.update(title for title, call in calls.items() if call != "no difference")
        different["any"] += any(call != "no difference" for call in calls.values())
    for title, times in different.items():
        print(f"{title}: {times} of {len(chosen)} verdicts call them different")


if __name__ == "__main__":
    main()
