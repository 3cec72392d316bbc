"""Searches words for a regular expression in a process of its own, which can be ended.

Python's `re` holds the interpreter while it matches, and a pattern such as (a+)+$ may take years.
Reads and writes with marshal: first the pattern and its flags, then lists of words, each answered
with the places of those in which it is found. Run by its path, so it imports nothing else.
"""

from __future__ import annotations

import marshal
import re
import sys


def main() -> None:
    """Answer lists of words until there are no more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    pattern, flags = marshal.load(asked)
    search = re.compile(pattern, flags).search
    while words := marshal.load(asked):
        marshal.dump([place for place, word in enumerate(words) if search(word)], answers)
        answers.flush()


if __name__ == "__main__":
    main()
