"""Saved runs that train again.

resuming        from the newest checkpoint      replaying     from the beginning
branching       as a run of its own, from a checkpoint
wanted_changes  with other settings             text_changes  on a text that moved or changed
trained_text    the text that a run was trained on, read again
"""
