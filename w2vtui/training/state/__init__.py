"""What a run shows and saves: values that viewers, files and the other rooms share.

snapshot.py     a run at one moment, as small frozen parts
measurements.py those that are measured of its vectors: probe loss, churn, quality, neighbors
events.py       what happened, and the log of it
curves.py       losses, speed and scores over tokens, in bounded memory
checkpoint.py   what a run can be resumed from
further.py      what more epochs of a run that has ended take
script.py       the changes that a run makes by itself, and where it stops
"""
