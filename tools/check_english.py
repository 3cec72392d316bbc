"""Find phrases that this project has a plainer word for: `python tools/check_english.py`.

Reads the strings, comments and names of the sources, the prose of the pages and the subjects of
commits.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("w2vtui", "kernels", "tests", "tools")
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md")
LAST_UNCHECKED_COMMIT = "d1b4d54"
PLAIN_WORDS = {
    r"went on": "resumed",
    r"(?:take|takes|taken|took|taking) back": "undo",
    r"foresees?|foreseen|foresaw": "predict",
    r"(?:bring|brings|brought|come|comes|came) into force": "apply",
    r"stands? still|stood still": "pause, stop",
    r"(?!there )[a-z]\w* (?:is|are|was|were) no (?!longer|more|less|fewer)\w+": "is not a",
    r"that (?:is|are) none": "is not a",
    r"(?:that|those|ones?|settings|runs?) of before": "earlier, previous",
    r"(?:has|have) to say": "reports",
    r"crews?": "workers",
    r"stretch(?:es)? of (?:text|tokens)": "span",
    r"told by": "reported by, shown by",
    r"le(?:ave|aves|ft) (?:it|them) away": "omit",
    r"(?:lay|lays|laid) down": "put",
    r"kept runs?|keepers?": "saved run, store",
    r"prices?|priced": "cost",
    r"lockstep": "rounds",
    r"nobody can tell": "unknown",
    r"in vain": "without success",
    r"(?:go|goes|going|gone) on (?!to|stderr|stdout|line)[a-z]+": "continue, resume",
    r"in force": "current, applied",
    r"anew": "again",
    r"meanwhile": "while ..., in that time",
    r"so many": "a number of, n",
    r"(?:it|them) (?:is|are) told": "reported",
    r"told": "reported, shown",
    r"lets? go of?": "release",
    r"of before": "earlier, previous",
    r"such as (?:is|are)": "those that",
    r"(?:a|by|for) whoever": "who reads, who asks",
    r"(?:comes|come|came) to stand": "be",
    r"at the speed of now": "at the present speed",
    r"speed to go by": "measured speed",
    r"what there is to": "say it",
    r"judge (?:a|by|it by)": "compare by, look at",
    r"yardstick stays": "stays comparable",
    r"let(?:s|ting)? .{1,20} stand still": "freeze",
    r"comes? in a moment": "soon, say what is being done",
    r"training goes on": "training continues",
    r"with strangers": "with other users",
    # American spelling; a quoted name is what somebody types
    r"[a-z]*(?:colour|behaviour|favour|honour|centre)\w*": "color, behavior, favor, center",
    r"(?<![\"'])neighbour\w*": "neighbor",
    r"[a-z]*(?:modell|travell|labell)ed": "modeled, labeled",
    r"judgements?|towards|whilst|learnt|misspelt": "judgment, toward, while, learned, misspelled",
    r"[a-z]*(?:[a-z]{2}l|gn|gan|tim|nim|mar|dom)is(?:e|es|ed|ing|ation)": "-ize",
}
GAP = r'[\s#"]+'
PHRASES = [
    (re.compile(rf"\b(?:{phrase})\b".replace(" ", GAP), re.IGNORECASE), plain)
    for phrase, plain in PLAIN_WORDS.items()
]


def prose_of_source(source: str) -> str:
    """The strings, comments and names of a source, each on its own line of it."""
    names = ("STRING", "COMMENT", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    kinds = {getattr(tokenize, name, None) for name in names}  # f-strings: from Python 3.12 on
    prose, line = "", 1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in kinds or ("_" in token.string and token.type == tokenize.NAME):
            is_name = token.type == tokenize.NAME
            words = f"|{token.string.replace('_', ' ')}|" if is_name else token.string
            prose += "\n" * (token.start[0] - line) + words
            line = token.end[0]
    return prose


def prose_of_page(page: str) -> str:
    """A page without its pieces of code, line by line."""
    code = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
    return code.sub(lambda piece: "`" + "\n" * piece[0].count("\n"), page)


def texts() -> Iterator[tuple[str, str]]:
    """What there is to read: where each text is from, and what it says."""
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        if path != Path(__file__).resolve():
            yield str(path.relative_to(ROOT)), prose_of_source(path.read_text(encoding="utf-8"))
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        yield str(path.relative_to(ROOT)), prose_of_page(path.read_text(encoding="utf-8"))
    log = ["git", "-C", str(ROOT), "log", "--format=%s", f"{LAST_UNCHECKED_COMMIT}..HEAD"]
    # It fails, and says nothing, where the history is not there.
    yield "commits", subprocess.run(log, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Print each phrase found, with its place and a plainer word; 1 if there is one."""
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}: say {plain!r}"
        for name, text in texts()
        for phrase, plain in PHRASES
        for match in phrase.finditer(text)
    ]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
