"""The time machine: the vectors of a run at some of its past moments, in bounded memory.

history.py   the moments of a run, thinned evenly as they grow
moments.py   one moment, and what stores its vectors
sizing.py    how many moments, of how many words, fit in a limit
half.py      vectors in half precision
"""
