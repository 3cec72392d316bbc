"""How fast this machine trains: with our modes, and with the other trainers that are installed.

    job.py         what one training is asked for, and what it answers
    own.py         ours            |
    gensim_peer.py gensim          |  each a process of its own, so that memory, threads and
    program.py     word2vec.c      |  crashes stay apart: `python -m w2vtui.bench.own`
    machine.py     the machine     |
    child.py       starts them, and ends them
    roofline.py    multiply-adds: how many training takes, how many the processor can do
    plan.py        which trainings, in which order      quality.py   how good their vectors are
    report.py      tables, and JSON

job.py, child.py and program.py need neither NumPy nor Numba: a process that measures another's
memory should be small.
"""
