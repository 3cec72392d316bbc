"""Searches words for a regular expression in a process of its own, which can be ended.

Python's `re` holds the interpreter while it matches, and a pattern such as (a+)+$ may take years.
Reads and writes lines of JSON: first the pattern and its flags, then words, as a list or joined by
line ends, each answered with the places of those in which it is found.
Run by its path, so it imports nothing of the program.
"""

from __future__ import annotations

import json
import re
import sys


def main() -> None:
    """Answer lists of words until there are no more."""
    pattern, flags = json.loads(sys.stdin.readline())
    search = re.compile(pattern, flags).search
    for line in sys.stdin:
        asked = json.loads(line)
        words = asked.split("\n") if isinstance(asked, str) else asked
        found = [place for place, word in enumerate(words) if search(word)]
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
