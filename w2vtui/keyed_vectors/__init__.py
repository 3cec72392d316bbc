"""Word vectors with the surface of gensim 4's KeyedVectors, so that a script changes one import.

Each file is a topic, as a class that `KeyedVectors` inherits from:

    table              what is held; attributes of words
    editing            adding, replacing, choosing and sorting words
    comparing          how far words are from one another
    groups             means, the odd one out, Word Mover's Distance
    neighbors          the nearest words: 3CosAdd, 3CosMul
    batches            many questions at once
    sides              input vectors, output vectors, their sums
    evaluating         scores on analogies and word pairs; significance has their p-values
    saving             a folder with all that is held
    word2vec_reading   the original word2vec's files, read and merged
    word2vec_writing   and written
    showing            for Rich and notebooks
    old_names          gensim 3's
"""

from w2vtui.keyed_vectors.keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors"]
