"""Training: from an encoded corpus to vectors, on threads, watched and steered while it runs.

run.py       a run, and the only class its viewers need
trainer.py   all of it that there is once its text is read
counters.py    its clock, loss and speed           event_log.py  what happened
pool.py      the workers and their clock         order.py     clock to place in the corpus
lockstep.py  the same bits from several workers
backend.py   the only door to the kernels        schedule.py  the learning rate
observer.py  probe loss and watched words        probe.py, watch.py
snapshot.py  what viewers read                   history.py, meters.py
checkup.py       what the word doctor is told: doctor.py, plain remarks on what is wrong
breakpoints.py   conditions at which a run pauses by itself: conditions.py, lookout.py
checkpointing.py   when a run is kept, and how: checkpoint.py, what there is to keep
live_changes.py      settings asked for in mid-run, costed, brought into force, taken back
cost.py          what a change of settings costs: shape.py, what a center meets; work.py
estimate.py      memory and time, before a run: fitting.py, a refusal with what would fit
"""
