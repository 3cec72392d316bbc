"""A sweep: many short runs on one text, each with other settings, to find those that fit it best.

values.py      what a setting is given to try: a list or a range, from text
space.py       the settings that vary together, and the points among them
yardstick.py   the number that runs are compared by: probe loss, scores
sweep_request.py  what a sweep is asked; setting_up.py: read, checked and forecast
text_part.py   a part of a large text, as a text of its own
forecast.py    what the whole will take, before it starts
proposing.py   which point is tried next, and whether a run is given up: Optuna
trial.py       one run: trained, measured, given up or kept
trial_opening.py  makes or resumes it
store.py       the folder of a sweep, which it is resumed from
outcome/       what came of the trials, and how much each setting mattered
sweep.py       all of it on a thread; viewers read a frozen snapshot: watched_sweep.py
publishing.py  writes that to the folder, as status.py describes, for viewers in other processes

Every trial is a run in the folder of runs, named after its sweep. Only proposing.py knows Optuna.
"""
