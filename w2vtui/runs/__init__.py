"""Saved runs: requested, recorded as they train, listed, resumed, replayed.

requested/      what a run is asked to do        opening.py      makes a run of it
recording/      writes a run while it trains     record.py       the request and the text, saved
listed/         all runs: found, shown, removed  resuming/       runs that train again, branches
disk/           the files themselves             root.py         the folder of all runs
names.py        names for runs                   fingerprint.py  compares texts
labels.py       a note, a star, earlier names    measured.py     the scores of a run
words.py        its words and their counts       agreement.py    what is saved, taken together
present.py      what a run would be asked now    past.py         its vectors at past moments
explored.py     a run as what can be explored
"""
