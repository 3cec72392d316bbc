"""What happens to a run while it trains: changes, breakpoints and checkpoints.

changes.py        live settings: requested, costed, applied between spans, undone, replayed
requested.py      a change from its request to its report
undo_history.py   the changes that can be undone
speed_check.py    the speed predicted for a change, compared with what was measured
conditions.py     what a breakpoint waits for: `probe < 3.2`
breakpoints.py    the text of a condition, read
waiting.py        the breakpoints that a run waits for: each pauses or ends it when it is met
checkpointing.py  when a checkpoint is due, and how it is taken
"""
