"""Training: from an encoded corpus to vectors, on threads, watched and steered while it runs.

run.py       a run, and the only class its viewers need
crew.py      the workers and their clock         route.py     clock to place in the corpus
backend.py   the only door to the kernels        schedule.py  the learning rate
observer.py  probe loss and watched words        probe.py, watch.py
snapshot.py  what viewers read                   history.py, meters.py
breakpoints.py  conditions at which a run pauses by itself: conditions.py, lookout.py
doctor.py       plain remarks on what is wrong with a run
"""
