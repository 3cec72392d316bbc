"""Tokens made safe to draw, text cut to terminal cells, and numbers as text.

A corpus is untrusted: a token may hold an escape sequence that moves the cursor, a control that
reverses the line, or a character that cannot be seen. Everything that draws or prints a token
passes it through `safe_text` first.
"""

from __future__ import annotations

import math
import unicodedata

ELLIPSIS = "…"
JOINERS = frozenset("\u200c\u200d")
"""Cannot be seen, but join the letters or emoji beside them."""

SHARES = ("total", "semantic", "syntactic", "hits", "hits-output", "popular")
"""Kinds of scores that are shares of right answers."""


def safe_text(token: str, limit: int | None = None) -> str:
    r"""`token` with every character that would not show as itself escaped, `\x1b` for ESC.

    Escaped is what Python's repr() escapes: controls, ANSI's ESC, format and direction characters,
    separators other than the plain space, lone surrogates, private and unassigned code points.
    The two joiners stay between the letters and emoji that they join. An escape says which
    character the corpus holds, where U+FFFD would not, and any terminal can show it.

    limit  the longest result, in characters; a longer one ends in an ellipsis
    """
    shown = token if limit is None else token[: limit + 1]  # a token may be megabytes long
    if not shown.isprintable():
        shown = "".join(
            char if char.isprintable() or _joins(shown, at) else _escaped(char)
            for at, char in enumerate(shown)
        )
    if limit is not None and len(shown) > limit:
        return shown[: limit - 1] + ELLIPSIS if limit > 0 else ""
    return shown


def printable(name: object) -> str:
    """A file name that is safe in a terminal: unchanged, or escaped and quoted."""
    text = str(name)
    return text if text.isprintable() else repr(text)


def cell_width(text: str) -> int:
    """How many terminal cells `text` takes: 2 for wide characters and emoji, 0 for combining."""
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len  # 20 ms to import; what draws has it loaded, --help does not

    return cell_len(text)


def pad(text: str, width: int) -> str:
    """`text` in exactly `width` terminal cells: cut with an ellipsis, or filled with spaces."""
    if width <= 0:
        return ""
    cells = cell_width(text)
    if cells <= width:
        return text + " " * (width - cells)
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1) + ELLIPSIS


def whole_parts(text: str, width: int) -> str:
    """As many parts of `text`, between `: `, `; ` or ` · `, as fit into `width` cells.

    If not even the first fits, it is cut with an ellipsis.
    """
    while cell_width(text) > width:
        end = max(text.rfind(between) for between in (": ", "; ", " · "))
        if end < 0:
            return pad(text, width)
        text = text[:end]
    return text


def wrapped(text: str, width: int, n_lines: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken between words.

    The last of `n_lines` ends in an ellipsis where there is more.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if cell_width(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    last = max(n_lines, 1) - 1
    if len(lines) > last:
        lines[last:] = [" ".join(lines[last:])]
    return [line if cell_width(line) <= width else pad(line, width) for line in lines]


def _joins(text: str, at: int) -> bool:
    """Whether the character at `at` is a joiner with something to join on both sides.

    Latin letters and digits never join: between them a joiner can only hide.
    """
    return text[at] in JOINERS and all(
        side and not side.isascii() and unicodedata.category(side)[0] in "LMS"
        for side in (text[at - 1 : at], text[at + 1 : at + 2])
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def short(value: float) -> str:
    """A count in at most 5 characters: `0`, `950`, `16.2k`, `353M`, `4e36`."""
    if abs(value) >= 999.5e12:
        return f"{value:.0e}".replace("e+", "e")
    for unit in ("", "k", "M", "G", "T"):
        if abs(value) < 999.5 or unit == "T":
            break
        value /= 1000
    if not unit:
        return f"{value:.0f}"
    return f"{value:.1f}{unit}" if abs(value) < 99.95 else f"{value:.0f}{unit}"


def size_text(n_bytes: int) -> str:
    """A number of bytes: `1.1 MB`."""
    text = short(n_bytes)
    return f"{text[:-1]} {text[-1]}B" if text[-1:].isalpha() else f"{text} bytes"


def clock_text(seconds: float | None) -> str:
    """A duration: `02:35`, `1:02:35`, `3d 04h`; dashes if it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "--:--"
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    if whole < 86_400:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 86_400}d {whole // 3600 % 24:02d}h"


def percent_text(share: float) -> str:
    """A share as a percentage, six characters or more wide; `  none` for NaN."""
    return "  none" if math.isnan(share) else f"{100 * share:5.1f}%"


def score_text(kind: str, value: float) -> str:
    """A score: a share of right answers in percent, a correlation or a mean of gains as a number
    between -1 and 1, as gensim prints it; `none` for NaN.
    """
    if math.isnan(value):
        return "none"
    return f"{100 * value:.1f} %" if kind in SHARES else f"{value:.3f}"


def ago_text(seconds: float) -> str:
    """How long ago something was, in its largest unit; a clock that was set back says `now`."""
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name} ago"
    return "now"


def number(value: float) -> str:
    """A setting's number: 3 digits, without padding: `0.025`, `1e-5`, `0.0123`."""
    text = f"{value:.3g}"
    if "e" in text:
        digits, exponent = text.split("e")
        return f"{digits}e{int(exponent)}"
    return text


def loss_text(loss: float) -> str:
    """A loss: `2.345`; a huge one in powers of ten, `3.93e36`."""
    return f"{loss:.3f}" if abs(loss) < 1e5 else number(loss)
