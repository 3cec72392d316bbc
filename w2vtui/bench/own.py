"""Our own trainer as a measured process: `python -m w2vtui.bench.own`."""

from __future__ import annotations

from w2vtui.bench.job import Job, Outcome, peak_memory, serve
from w2vtui.bench.roofline import multiply_adds, row_bytes
from w2vtui.corpus import encode_sentences, open_corpus
from w2vtui.formats import save_vectors
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.run import Run


def train(job: Job) -> Outcome:
    """Train; the run's own clock gives the time."""
    run = start(
        lambda progress, stop: open_corpus(
            job.sources,
            job.corpus,
            progress=progress,
            stop=stop,
            workers=job.live.workers,
        ),
        job.training,
        job.live,
    )
    run.wait()
    memory = peak_memory()
    if job.wants_vectors:
        save_vectors(run.trained.vectors(), job.output)
    snapshot = run.snapshot()
    pairs, shape = snapshot.losses.pairs, run.trained.block_shape()
    size = job.training.vector_size
    return Outcome(
        seconds=snapshot.progress.seconds,
        peak_memory=memory,
        multiply_adds=multiply_adds(job.live.model, pairs, shape, size),
        row_bytes=row_bytes(job.live, pairs, shape, size) if snapshot.gpu else None,
    )


def compile_kernels() -> None:
    """Compile the kernels by training on two words, if they are not compiled yet."""
    run = start(
        lambda progress, stop: encode_sentences([["two", "words"]], CorpusSettings(min_count=1)),
        TrainingSettings(vector_size=1, probe=False),
        LiveSettings(objective="hierarchical-softmax", epochs=1, workers=1),
    )
    run.wait()


def start(read: ReadCorpus, training: TrainingSettings, live: LiveSettings) -> Run:
    """Start a training that nobody looks at."""
    run = Run(read, training, live, looks_at_vectors=False)
    run.start()
    return run


if __name__ == "__main__":
    serve(train)
