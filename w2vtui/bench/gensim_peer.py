"""gensim, where it is installed, as a process that is measured.

It is asked to train and to write word2vec's own layout; its own files, which can run code when
they are read, are not touched.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import time

from w2vtui.bench.job import Job, Outcome, peak_memory, serve

NAME = "gensim"


def version() -> str | None:
    """The version that would be measured, found without importing it; None where there is none."""
    if importlib.util.find_spec(NAME) is None:
        return None
    try:
        return importlib.metadata.version(NAME)
    except importlib.metadata.PackageNotFoundError:  # a folder on the path, not installed
        return "unknown"


def train(job: Job) -> Outcome:
    """Do a job; timed is `Word2Vec.train`, which reads the text as it goes."""
    from gensim.models import Word2Vec

    live = job.live
    by_tree = live.walks_tree
    model = Word2Vec(
        sg=int(live.model == "skip-gram"),
        hs=int(by_tree),
        negative=0 if by_tree else live.negative,
        vector_size=job.training.vector_size,
        window=live.window,
        sample=live.sample,
        min_count=job.corpus.min_count,
        alpha=live.alpha,
        min_alpha=live.min_alpha,
        epochs=live.epochs,
        workers=live.workers,
        seed=job.training.seed,
    )
    model.build_vocab(corpus_file=job.text)
    started = time.perf_counter()
    model.train(
        corpus_file=job.text,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    seconds = time.perf_counter() - started
    memory = peak_memory()
    if job.wants_vectors:
        model.wv.save_word2vec_format(job.output, binary=True)
    return Outcome(seconds=seconds, peak_memory=memory)


if __name__ == "__main__":
    serve(train)
