"""Training: from an encoded corpus to vectors, on threads; can be watched and steered.

run.py       a run, and the only class its viewers need; which thread may call what
run_life.py  it from its birth to its end: its thread, and how it looks
control.py   its state; pausing, resuming, stopping it
preparing.py from a corpus to a training that can begin
trainer.py   the parts of a run once its text is read
showing.py   what a snapshot shows of them
trained_vectors.py  what it has trained: vectors, their text, single steps on copies
loop.py      what the run's thread does while workers train
run_breakpoints.py  its breakpoints, checked against what it measures
measuring/   what is measured during training: probe loss, nearest words, churn, quality, the doctor
live/        what happens during training: changes, breakpoints, checkpoints
state/       frozen values that viewers, files and the other rooms share
history/     the vectors at past moments
engine/      the workers, their clock, and the one door to the kernels
costs/       memory and time, predicted

Imports run downwards only.
"""
