"""As many trainings as threads, sharing only the text: `python -m w2vtui.bench.separate`.

One training on N threads cannot be faster than N trainings of one thread each, side by side on the
same cores. How near it comes is what sharing the vectors costs.
"""

from __future__ import annotations

import dataclasses

from w2vtui.bench.job import Job, Outcome, peak_memory, serve
from w2vtui.bench.own import start
from w2vtui.corpus import open_corpus
from w2vtui.formats import save_vectors

NAME = "separate"
NOTE = "trainings of one thread each, side by side, their speeds added up"


def train(job: Job) -> Outcome:
    """Train as many times as the job has threads, all at once.

    The time is that of one training at the sum of their speeds; the vectors are those of the first.
    """
    corpus = open_corpus(job.sources, job.corpus)
    live = dataclasses.replace(job.live, workers=1)
    runs = [
        start(lambda progress, stop: corpus, job.training, live) for _ in range(job.live.workers)
    ]
    for run in runs:
        run.wait()
    memory = peak_memory()
    if job.wants_vectors:
        save_vectors(runs[0].trained.vectors(), job.output)
    speeds = [1.0 / run.snapshot().progress.seconds for run in runs]
    return Outcome(seconds=1.0 / sum(speeds), peak_memory=memory, notes=(NOTE,))


if __name__ == "__main__":
    serve(train)
