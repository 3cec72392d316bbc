"""A run, and what the screens remember beside it.

session        its thread, what is saved of it, how it ends
notes          events of the screens, among those of the run
saved_moment   the vectors that are saved, and of which moment they are
words          the words that are known, and those that are watched
trained_here   a run that this process trains
trained_apart  a run that another process trains: one that is started, or one that is at work
"""
