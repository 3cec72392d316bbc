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

    vector_size      the length D of a vector; or V different words
    count            how many words to make room for; or their vectors, float32 (V, D), not copied
    counts           int64 (V,), how often each word occurs
    output_vectors   float32 (V, D), the words' vectors as targets of the prediction
    dtype            float32, in which vectors are held

    Row i of `vectors` belongs to the word `index_to_key[i]`; `key_to_index` has the row of each
    word, `counts` and `expandos` its attributes, `norms` its length, `vectors_lockf` how much of
    each update it takes in training. Where gensim answers wrongly, hangs or crashes, this does not;
    docs/moving-from-gensim.md lists what differs. A word is always text: `wv["5"]` is the vector of
    the word 5, `wv.vectors[5]` that of row 5.

    Raises:
        SettingsError: vector_size is below 1, or dtype is another.
        VectorsError: a word occurs twice, or an array has the wrong shape.
    """
