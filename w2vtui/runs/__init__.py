"""Saved runs: requested, recorded as they train, listed, resumed, replayed.

present.py      what a run would be asked for now
choices.py      what is chosen for a run                      targets.py       files it will write
request.py      what a run is asked to do                     opening.py       makes the run
record.py       the request and the text, in its folder       fingerprint.py   compares texts
recorder.py     follows a run, writes its checkpoints         run_log.py       what a run reports
run_folder.py   creates and locks the folder of a run         disk/            the files themselves
history_recorder.py   writes the vectors of past moments
root.py         the folder of all runs                        status.py        how far a run is
listing.py      lists and finds runs                          removing.py      removes runs
names.py        names for runs
branching.py    leaves a run at a checkpoint                  lineage.py       lists branches
table.py        runs as a table, the best marked              choosing.py      which, in order
labels.py       a note, a star, earlier names                 renaming.py      renames a run
measured.py     the scores of a run                           statuses.py      the states of all
resuming.py     resumes a run                                 replaying.py     replays a run
wanted_changes.py  other settings where a run resumes
text_changes.py a text that moved or changed                        trained_text.py  reads it again
"""
