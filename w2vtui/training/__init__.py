"""Training: from an encoded corpus to vectors, on threads, watched and steered while it runs.

run.py      a run, and the only class its viewers need
trainer.py  everything a run consists of once its text is read

Rooms, each of which may import those below it:

measuring/  probe loss, neighbors, churn, quality, vector health, and the word doctor
live/       changes, breakpoints and checkpoints of a running training
state/      snapshots, curves, events and checkpoints
engine/     workers, and the one door to what trains them
costs/      memory and time, predicted
"""
