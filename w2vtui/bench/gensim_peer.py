"""gensim, if it is installed, as a process that is measured.

It writes its vectors in word2vec's format. Its own file format is not used, since reading such a
file can run code.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import time

from w2vtui.bench.job import Job, Outcome, peak_memory, serve

NAME = "gensim"


def version() -> str | None:
    """The installed version, found without importing gensim; None if it is not installed."""
    if importlib.util.find_spec(NAME) is None:
        return None
    try:
        return importlib.metadata.version(NAME)
    except importlib.metadata.PackageNotFoundError:  # a folder on the path, not installed
        return "unknown"


def train(job: Job) -> Outcome:
    """Train; only `Word2Vec.train` is timed, which reads the text while it trains."""
    from gensim.models import Word2Vec

    live = job.live
    by_tree = live.walks_tree
    model = Word2Vec(
        sg=int(live.model == "skip-gram"),
        hs=int(by_tree),
        negative=0 if by_tree else live.negative,
        vector_size=job.training.vector_size,
        window=live.reach,
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
