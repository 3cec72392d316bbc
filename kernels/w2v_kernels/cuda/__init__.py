"""The same training on an NVIDIA GPU: a warp, 32 lanes that run in step, takes a run of centers.

Which tokens are kept, how wide their windows are and which noise they meet is decided by the CPU's
own functions of seed, epoch and position, so both devices train the same pairs. What differs is
where rows are while a center is trained. A block of rows is held in the registers of a warp, and
the other rows stream past it, read from the L2 cache and moved there by atomic additions, so that
no step of another warp is lost:

    held                         streaming past                   where
    --------------------------   -----------------------------    ---------------------------------
    center and noise words       context words, one by one        skip-gram: few noise words
    context words, 8 at a time   nodes, or noise words            skip-gram: tree, many noise words
    targets, 8 at a time         the mean, or one context word    CBOW; noise words of each pair

    launch.py           `CudaTrainer`, what a program calls: vectors in, spans trained, vectors out
    training_loop.py    the loop of a warp over its centers
    models.py           skip-gram and CBOW           logistic_block.py  the one step
    objectives.py       the targets of a center      rows.py            rows of a matrix in a warp
    pieces.py           a text too large to fit      windows.py         kept tokens and windows
    warp.py             what 32 lanes can do: in NumPy here, in machine code by toolkit.py
    device.py           what a GPU must do            gpu.py             one, by numba-cuda
    compiled.py         kernels on disk               ptx.py             reading and adding by fours

Importing this package, and all in it but toolkit.py, compiled.py and gpu.py, needs neither
numba-cuda nor a GPU: the kernels are plain Python on arrays of 32 lanes, as tests run them.
"""
