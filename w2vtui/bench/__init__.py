"""Measures how fast this machine trains: our modes, and the other trainers that are installed.

    job.py         one training: the request to a child process, and its answer
    own.py         w2vtui's        |
    gensim_peer.py gensim's        |  each runs in its own process (`python -m w2vtui.bench.own`),
    program.py     word2vec.c's    |  so that memory, threads and crashes are kept apart
    machine.py     the processor   |
    gpu.py         a GPU's memory  |
    child.py       starts these processes, and ends them
    roofline.py    multiply-adds that a training needs, and that the processor can do; bytes of rows
    plan.py        which trainings run, in which order
    quality.py     how good their vectors are
    report.py      the results, as tables (tables.py) and JSON

job.py, child.py and program.py load neither NumPy nor Numba: a process that measures the memory of
another should be small.
"""
