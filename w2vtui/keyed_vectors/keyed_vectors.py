"""The public class: all topics together."""

from __future__ import annotations

from w2vtui.keyed_vectors.batches import Batches
from w2vtui.keyed_vectors.evaluating import Evaluation
from w2vtui.keyed_vectors.groups import Groups
from w2vtui.keyed_vectors.old_names import OldNames
from w2vtui.keyed_vectors.saving import Saving
from w2vtui.keyed_vectors.showing import Showing
from w2vtui.keyed_vectors.sides import Sides
from w2vtui.keyed_vectors.word2vec_reading import Word2VecReading
from w2vtui.keyed_vectors.word2vec_writing import Word2VecWriting


class KeyedVectors(
    Batches, Groups, Evaluation, Sides, Saving, Word2VecReading, Word2VecWriting, Showing, OldNames
):
    """Words and their vectors, with the names and results of gensim 4's KeyedVectors.

    `KeyedVectors(100)` holds no words yet, and `add_vectors` adds them; `KeyedVectors(words,
    vectors)` holds these; `KeyedVectors.of(vectors)` shares what others hold.

    Where gensim answers wrongly, hangs or crashes, this does not; docs/moving-from-gensim.md lists
    what differs. A word is always text: `wv["5"]` is the vector of the word 5, `wv.vectors[5]` that
    of row 5.
    """
