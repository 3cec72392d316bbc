"""The files of a run folder: whole, checked, and safe from other processes.

checked_json.py      small JSON files with a checksum
checkpoint_files.py  checkpoints: vectors, curves, and the state to resume from
dataclass_json.py    dataclasses as JSON, and back
journal.py           what happened, a line each, appended
lock.py              one process at a time on a run
"""
