"""What came of the trials of a sweep.

results    each of them           table      as a table of text
effects    how much each setting mattered
readings   measurements of a run in training        finished   trials that ended unseen
"""
