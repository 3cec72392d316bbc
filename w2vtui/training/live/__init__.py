"""What happens to a run while it trains: changes, breakpoints and checkpoints.

changes.py        live settings: requested, costed, applied between spans, undone, replayed
undo_history.py   the changes that can be undone
speed_check.py    the speed predicted for a change, compared with what was measured
conditions.py     what a breakpoint waits for: `probe < 3.2`
breakpoints.py    pauses or ends a run when a condition is met
checkpointing.py  when a checkpoint is due, and how it is taken
"""
