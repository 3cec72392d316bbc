"""The characters that screens are drawn with: braille, blocks, or nothing outside ASCII.

The sets differ in how curves are drawn. For `ascii` a line filter replaces, cell by cell, every
frame, bar and sign that the app and Textual draw. Only signs that take more cells in ASCII are
replaced by the caller: numerals, arrows, plus-minus. Letters are never replaced, so that words of
the text stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from w2vtui.display import JOINERS, cell_width
from w2vtui.tui.looks.numbers import numeral

MarkerName = Literal["braille", "block", "ascii"]
MARKERS: tuple[MarkerName, ...] = get_args(MarkerName)


class AsciiFilter(LineFilter):
    """Replaces the app's signs by ASCII ones of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in ASCII."""
        return [
            segment if segment.text.isascii() else segment._replace(text=plain(segment.text))
            for segment in segments
        ]


class InertFilter(LineFilter):
    """Replaces control characters, and keeps the width of the line.

    The last guard, behind `safe_text`: Textual's fields draw their content as it is, such as a
    hostile file name.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without control characters."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else segment._replace(text="".join(map(self._drawn, segment.text)))
            for segment in segments
        ]

    def _drawn(self, char: str) -> str:
        return char if char.isprintable() or char in JOINERS else "?" * cell_width(char)


class EncodingFilter(LineFilter):
    """Draws question marks of the same width for characters that an encoding lacks.

    Python would write an escape instead: six characters for one cell.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in the encoding."""
        return [
            segment
            if can_be_written(segment.text, self._encoding)
            else segment._replace(text="".join(map(self._drawn, segment.text)))
            for segment in segments
        ]

    def _drawn(self, char: str) -> str:
        return char if can_be_written(char, self._encoding) else "?" * cell_width(char)


def can_be_written(text: str, encoding: str) -> bool:
    """Whether an encoding has every character of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One way to draw."""

    name: MarkerName
    bits: tuple[tuple[int, ...], ...]
    """What each dot of a cell adds to the number of its character, row by row."""
    curve: str
    """The characters of a cell by that number."""
    band: str
    """The characters of a cell that holds only dots of a band, by the same number."""

    @property
    def is_ascii(self) -> bool:
        """Whether nothing outside ASCII may be drawn."""
        return self.name == "ascii"

    @property
    def dots_across(self) -> int:
        """Dots side by side in a cell."""
        return len(self.bits[0])

    @property
    def dots_down(self) -> int:
        """Dots one above another in a cell."""
        return len(self.bits)

    @property
    def filters(self) -> tuple[LineFilter, ...]:
        """What every drawn line passes through."""
        return (_ASCII_FILTER,) if self.is_ascii else ()

    @property
    def curve_sign(self) -> str:
        """What stands for a curve beside its name."""
        return self.curve[-1] if self.is_ascii else "━"

    @property
    def band_sign(self) -> str:
        """What stands for a faint curve of dashes beside its name."""
        return "┄" if self.band == self.curve else 2 * self.band[-1]

    @property
    def dots_sign(self) -> str:
        """What stands for a faint curve of dots beside its name."""
        return "┈" if self.band == self.curve else f"{self.band[-1]} {self.band[-1]}"

    @property
    def rank_signs(self) -> tuple[str, str, str, str]:
        """Moved up, moved down, unchanged, new; not letters, since they follow a word."""
        return ("+", "-", "=", "*") if self.is_ascii else ("▲", "▼", "·", "+")

    def numeral(self, number: int) -> str:
        """The number of a marker."""
        return f"({number})" if self.is_ascii else numeral(number)

    def spelled(self, text: str) -> str:
        """A text of the app; in ASCII with its signs spelled out that take more than one cell."""
        if self.is_ascii and not text.isascii():
            for sign, spelling in _SPELLINGS:
                text = text.replace(sign, spelling)
        return text


def plain(text: str) -> str:
    """A text with the app's signs in ASCII, of the same width."""
    return text.translate(_PLAIN)


_SPELLINGS = (("→", "->"), ("←", "<-"), ("±", "+-"), ("…", "..."), ("ρ", "rho"), ("Δ", "change"))

_PLAIN: dict[int, str | int] = {
    **dict.fromkeys(range(0x2500, 0x2580), "+"),  # box drawing: corners, crossings
    **dict.fromkeys(range(0x2580, 0x25A0), "#"),  # blocks
    **dict.fromkeys(range(0x2800, 0x2900), "*"),  # braille
    **dict.fromkeys(range(0x2460, 0x2500), "#"),  # numerals in circles
    **str.maketrans("─╌┄┈╴╶═", "-" * 7),
    **str.maketrans("━╸╺╼╾", "=" * 5),
    **str.maketrans("│┃╎┆║▏▎▍▌▐▕", "|" * 11),
    **str.maketrans("┊┋╏", ":::"),
    **str.maketrans("▁▂▃▄▅▆▇█", "_.-=+*%#"),
    **str.maketrans("▸▶►→▾◂◀◄←", ">>>>v<<<<"),
    **str.maketrans("▲△↑▼▽↓↗↘↔↕", "^^^vvv/\\=|"),
    **str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    **str.maketrans("◌○●◐‖■✓✗×", "oo*~|#+xx"),
    **str.maketrans("□▪▫◆◇◉◎◦◑◒◓★☆", "o*o*o*oo~~~**"),
    **str.maketrans("·•∙–—−…±≈≤≥∈", "|*.---~~~<>e"),
    **str.maketrans("⏎⌫␣⇥", "<<_>"),
    ord("🔎"): "> ",
    0x2800: " ",
}
"""Every value takes as many cells as its key, so that a line keeps its width."""

_ASCII_FILTER = AsciiFilter()
_INERT_FILTER = InertFilter()

BRAILLE = Glyphs(
    name="braille",
    bits=((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)),
    curve="".join(map(chr, range(0x2800, 0x2900))),
    band="".join(map(chr, range(0x2800, 0x2900))),
)
BLOCK = Glyphs(name="block", bits=((1, 2), (4, 8)), curve=" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█", band=" " + "·" * 15)
ASCII = Glyphs(name="ascii", bits=((1,),), curve=" *", band=" .")

GLYPHS: dict[str, Glyphs] = {glyphs.name: glyphs for glyphs in (BRAILLE, BLOCK, ASCII)}
"""The ways to draw, by the names in `MARKERS`."""

_SIGNS = "".join(map(chr, (0x256D, 0x2501, 0x25CF, 0x2593)))
"""A frame, a rule, a mark and a bar: an encoding that has these has all signs."""


def glyphs_for(marker: MarkerName, encoding: str) -> tuple[Glyphs, tuple[LineFilter, ...]]:
    """How to draw on a terminal of this encoding, and what every drawn line passes through.

    Falls back to ASCII if the encoding lacks the signs of the marker.
    """
    glyphs = GLYPHS[marker]
    if not can_be_written(_SIGNS + glyphs.curve, encoding):
        glyphs = ASCII
    every = (_INERT_FILTER, *glyphs.filters)
    if not can_be_written(chr(0x10FFFF), encoding):
        every = (*every, EncodingFilter(encoding))
    return glyphs, every
