"""The files of a run folder: whole, checked, and safe from other processes.

checked_json.py      small JSON files with a checksum
checkpoint_files.py  checkpoints: vectors, curves, and the state to resume from
checkpoint_content.py  which of that goes into which file
tensor_file.py       the numbers of a checkpoint or of a moment
history_files.py     the vectors of past moments, in half precision
dataclass_json.py    dataclasses as JSON, and back
journal.py           what happened, a line each, appended
lock.py              one process at a time on a run
inside.py            opens that stay in the folder and follow no link
origin.py            whether a run was made by this person
own_files.py         what is written in these folders, and may be removed
"""
