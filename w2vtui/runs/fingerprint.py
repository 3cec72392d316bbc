"""The fingerprint of a text, which shows whether it is the one that a run began with."""

from __future__ import annotations

import hashlib

import numpy as np

from w2vtui.corpus import EncodedCorpus

_BLOCK = 1 << 22


def fingerprint(corpus: EncodedCorpus) -> str:
    """sha256 of the words, their counts, and every token and sentence of an encoded text."""
    digest = hashlib.sha256()
    for word in corpus.vocab.words:
        token = word.encode("utf-8", "surrogatepass")
        digest.update(len(token).to_bytes(8, "little"))
        digest.update(token)
    arrays = (corpus.vocab.counts, "<i8"), (corpus.sentence_starts, "<i8"), (corpus.ids, "<i4")
    for array, dtype in arrays:
        digest.update(len(array).to_bytes(8, "little"))
        for first in range(0, len(array), _BLOCK):
            block = np.ascontiguousarray(array[first : first + _BLOCK], dtype=dtype)
            digest.update(block.data)
    return digest.hexdigest()
