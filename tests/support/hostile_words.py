"""Words that would do something to a terminal that shows them as they are."""

from __future__ import annotations

HOSTILE = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "evil\u202egnp.exe",
    "\x9b31m",
    "a\u200bb",
    "\x7f\x08",
    "\U000e0041",
]


def assert_harmless(*texts: str) -> None:
    """No character of these can do anything to a terminal."""
    for text in texts:
        raw = {c for c in text if not c.isprintable() and c != "\n"}
        assert not raw, f"{raw} in {text!r}"
