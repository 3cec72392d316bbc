"""What a run is asked to do, before there is one.

choices   what is chosen for it       given_vocab   a vocabulary that need not be counted
request   all of it, checked once     targets       the files that it will write
saved     the files that it saved its vectors to, which it may replace

Loads nothing: choices are needed before anything slow.
"""
