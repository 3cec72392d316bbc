"""Runs that survive everything: each in a folder of its own, to go on from and to repeat.

folder.py       the folder of a run and of all runs      names.py        names for them
generations.py  checkpoints on disk                      sealed.py       files that tell damage
journal.py      events and metrics, line by line         plain.py        settings as JSON
recorder.py     keeps a run while it goes on             lock.py         one process at a time
resuming.py     goes on with a run, or repeats it        fingerprint.py  whether a text is the same
"""
