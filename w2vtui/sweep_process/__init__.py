"""A sweep in a process of its own, which outlives the screen that began it.

starting.py   starts that process; main.py: what it does
viewer.py     a sweep of another process, read from its folder
at_work.py    which sweeps are at work, and which one a name means

There is no connection between the two: the folder of the sweep shows it, and
takes what viewers wish (sweeping/status.py).
"""
