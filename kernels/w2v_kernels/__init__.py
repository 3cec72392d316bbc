"""The hot loops of word2vec: arrays in, arrays changed in place, sums out.

Every step meets a block of input rows with a block of target rows, under labels 0 or 1, and moves
both by the logistic gradient. The variants differ only in who is in the blocks.

    input rows  C x D                          target rows  T x D         labels T
    -----------------                          ------------------         --------
    the context words' vectors                 negative sampling          1, 0, 0, ... 0
      skip-gram: each row by itself      x       the center word, K noise words       T = 1 + K
      CBOW:      the rows' mean                hierarchical softmax       1 - code bit of each
                                                 inner nodes, root to center word    T = path length
                                               exact softmax (small V)    one-hot, T = V

    error[c,t] = label[t] - sigmoid(u_t . v_c)      u_t += lr * sum_c error[c,t] * v_c
                                                    v_c += lr * sum_t error[c,t] * u_t

    V words   D numbers a vector   m window   K noise words   C input rows   T target rows
    v_w input vectors (V, D)   u_w output vectors (V, D)   u_n vectors of tree nodes (V - 1, D)

    logistic_block.py         the one step             tiles.py    its inner loops
    negative_sampling.py      objective 1              models.py   skip-gram and CBOW
    hierarchical_softmax.py   objective 2              windows.py  subsampling and windows
    private_nodes.py            for several workers    rng.py      random numbers by position
    exact_softmax.py          the reference            look.py     scores, cosines: nothing moves
    cpu.py                    the loop over a span     lanes.py    arithmetic on registers
    text.py                   bytes to word ids        peak.py     the most arithmetic there is
    compiling.py              how kernels are compiled

D2L: Zhang et al., "Dive into Deep Learning", 15.1 Word Embedding, 15.2 Approximate Training.
"""
