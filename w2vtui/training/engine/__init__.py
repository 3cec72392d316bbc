"""The engine: worker threads that train spans of text, and the interface to what trains them.

backend.py        the protocols: `Backend` trains and scores, `StepsBackend` trains single tokens
devices.py        which device trains, and why not; device_backends.py   its backend
cpu_backend.py    `CpuBackend`, on cpu_loop.py, the kernels' loop over a span of text
cuda_backend.py   `CudaBackend`, on gpu_turns.py, who uses the GPU now, and gpu_copies.py, what is
                  copied from it
matrices.py       the vectors in memory
plan.py           settings with the tables and vectors they need; the rates along a span
tallies.py        what is counted while training
workers.py        the worker threads
dispatcher.py     which worker trains which tokens next, by the one clock
rounds.py         deterministic training with several workers, on replicas.py
token_order.py    from the clock to a span of the corpus
trained_text.py   the text trained so far, with which settings, and its noise drawn again
learning_rate.py  the line of the learning rate
private_turns.py  which rows each worker trains copies of, and when it shares them
private_steps.py  single tokens, trained on private copies of the rows that they move
clocks.py         training time and speed, without pauses
"""
