"""The hot loops of word2vec: arrays in, arrays changed in place, sums out.

Every step scores a block of input rows against a block of target rows, labeled 0 or 1, and both
move by the logistic gradient. The variants differ only in what is in the blocks.

    input rows  C x D                          target rows  T x D         labels T
    -----------------                          ------------------         --------
    the context words' vectors                 negative sampling          1, 0, 0, ... 0
      skip-gram: each row on its own     x       the center word, K noise words       T = 1 + K
      CBOW:      the rows' mean                hierarchical softmax       1 - code bit of each
                                                 inner nodes, root to center word    T = path length
                                               exact softmax (small V)    one-hot, T = V

    error[c,t] = label[t] - sigmoid(u_t . v_c)      u_t += lr * sum_c error[c,t] * v_c
                                                    v_c += lr * sum_t error[c,t] * u_t

    V words   D numbers a vector   m window   K noise words   C input rows   T target rows
    v_w input vectors (V, D)   u_w output vectors (V, D)   u_n vectors of tree nodes (V - 1, D)

    logistic_block.py         the one step             objectives.py     what an objective does when
    negative_sampling.py      objective 1              models.py         skip-gram and CBOW
    hierarchical_softmax.py   objective 2              training_loop.py  the loop over a span
    exact_softmax.py          the reference            windows.py        subsampling and windows
    tiles.py                  the step's inner loops   rng.py            random numbers by position
    layout.py                 the arrays               scratch.py        a worker's working memory
    scoring.py                scores and cosines       text_to_ids.py    bytes to ids of types
    noise_counts.py           the noise drawn so far   input_moves.py    gradients by one step
    kmers.py                  sequences to ids         word_positions.py where each word occurs
    type_tables.py            those types              ids_to_words.py   types to words
    raw_rows.py               rows in a file's bytes   text.py           many bytes at once
    sizes.py, formulas.py     constants and probabilities, without Numba

    machine/    compiling.py  how kernels are compiled and cached    lanes.py  vector registers
                sealed_cache.py  that cache, checked     peak.py  the most arithmetic of a core
                plain_forms.py   functions that are compiled as something else
    parallel/   private_rows.py   copies of the rows that move most  merging.py  merging replicas

D2L: Zhang et al., "Dive into Deep Learning", 15.1 Word Embedding, 15.2 Approximate Training.
"""
