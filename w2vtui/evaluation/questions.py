"""Word pairs and analogies, the questions that vectors are scored on, from files."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import CorpusError
from w2vtui.files.regular_files import AnyPath
from w2vtui.files.reports import Report, warn
from w2vtui.files.tables import BLANKS, Row, Table, read_table, split

Pair: TypeAlias = tuple[str, str, float]
Analogy: TypeAlias = tuple[str, str, str, str]

_PAIR_SEPARATORS = ("\t", ";", ",", BLANKS)
_ANALOGY_SEPARATORS = (BLANKS, "\t", ";", ",")
_SCORE_NAME = re.compile(r"score|similar|human|mean|rating|related", re.IGNORECASE)
_WORD_NAME = re.compile(r"(word|term|w|phrase|token)[ _.-]?([12ab])", re.IGNORECASE)
_ANALOGY_HEADING = re.compile(r"\D*1 \D*2 \D*3 \D*4")
_SKIP = "; --skip-bad-rows (in Python skip_bad_rows=True) leaves such lines out"
_COLUMNS = "; --pairs-columns 1,2,4 (in Python columns) chooses three columns, by number or name"


def read_pairs(
    path: AnyPath,
    columns: Sequence[str] = (),
    *,
    skip_bad_rows: bool = False,
    report: Report = warn,
) -> list[Pair]:
    """Word pairs and people's scores from a file: a line a pair, `word word score`.

    Fields are separated by tabs, semicolons, commas or blanks, and may be quoted; a score may have
    a decimal comma. Where there are more columns, the scores are in the first that holds numbers,
    and the words are in the two columns before it that are not of a few values.

    columns        the columns of the words and of the score instead, by number, from 1, or name
    skip_bad_rows  leave out lines that are not a pair with a score
    report         gets what was left out, and which columns were taken; without it, that is
                   warned of

    Raises:
        CorpusError: the file cannot be read, a line is not a pair with a score, or which columns
            hold them is not clear.
        SettingsError: there is no such column.
    """
    n_columns = max((int(name) for name in columns if name.isdigit()), default=3)

    def fits(fields: Sequence[str], separator: str) -> bool:
        if columns:
            return len(fields) >= n_columns
        has_three = len(fields) == 3 if separator == BLANKS else len(fields) > 2
        return has_three and all(fields[:2]) and any(map(is_number, fields[2:]))

    table = read_table(path, _PAIR_SEPARATORS, fits, report)
    if not table.rows:
        raise CorpusError(
            f"{table.path} holds no word pairs: give a file of lines `word word score`"
        )
    places = [table.column(name) for name in columns] or _pair_columns(table)
    rows = _without_heading(table, places, report)
    pairs = []
    for a, b, score in _sound(table, rows, places, skip_bad_rows, report):
        pairs.append((a, b, number(score)))
    if not pairs:
        raise CorpusError(
            f"{table.path} holds no word pairs: give a file of lines `word word score`"
        )
    if any("," in row.fields[places[2]] for row in rows if len(row.fields) > places[2]):
        report(f"{path}: commas in the scores are taken for decimal points")
    return pairs


def read_analogies(
    path: AnyPath,
    columns: Sequence[str] = (),
    *,
    skip_bad_rows: bool = False,
    report: Report = warn,
) -> dict[str, list[Analogy]]:
    """Analogy questions by section: a line `: section`, then lines `a b c d`, a is to b as c to d.

    Questions before the first section are of a section with the file's name. Fields are separated
    as those of `read_pairs` are, and the arguments are those.

    Raises:
        CorpusError: the file cannot be read, or a line is not four words.
        SettingsError: there is no such column.
    """
    n_columns = max((int(name) for name in columns if name.isdigit()), default=4)

    def fits(fields: Sequence[str], separator: str) -> bool:
        return len(fields) >= n_columns if columns else len(fields) == 4

    table = read_table(path, _ANALOGY_SEPARATORS, fits, report)
    places = [table.column(name) for name in columns] if table.rows else []
    sections: defaultdict[str, list[Analogy]] = defaultdict(list)
    section = Path(table.path).stem
    n_left_out, first_left_out = 0, 0
    for row in table.rows:
        if row.line.startswith(":"):
            section = row.line.lstrip(": ").strip()
            continue
        words = _four_words(row, places)
        if row is table.rows[0] and _is_heading(words, columns):
            report(_heading_remark(table, row))
        elif words is not None:
            sections[section].append(words)
        elif skip_bad_rows:
            n_left_out, first_left_out = n_left_out + 1, first_left_out or row.number
        else:
            more = f"; --analogies-columns 1,2,3,4 chooses columns{_SKIP}"
            raise table.error(row, "four words or `: section` are expected", more)
    if n_left_out:
        report(_left_out_remark(table, n_left_out, first_left_out))
    if not sections:
        raise CorpusError(f"{table.path} holds no questions: give a file of lines `a b c d`")
    return dict(sections)


def number(text: str) -> float:
    """The finite number that a field is, with a point or a comma for decimals; else NaN."""
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def is_number(text: str) -> bool:
    """Whether a field is a finite number."""
    return not math.isnan(number(text))


# ---- columns


def _pair_columns(table: Table) -> list[int]:
    """The places of two words and their score.

    Raises:
        CorpusError: they are not clear.
    """
    first, rows = table.rows[0], table.rows[1:] or table.rows
    width = max(len(row.fields) for row in table.rows)
    if table.separator == BLANKS or width == 3:
        return [0, 1, 2]
    shares = [_share_of_numbers(rows, place) for place in range(width)]
    numeric = [place for place in range(2, width) if shares[place] > 0.5]
    if not numeric:
        raise table.error(first, "two words and a score are expected", _COLUMNS)
    names = first.fields if not is_number(_field(first, numeric[0])) else []
    named = [place for place in numeric if _SCORE_NAME.search("".join(names[place : place + 1]))]
    score = (named or numeric)[0]
    _check_decimal_comma(table, rows, score)
    words = [place for place, name in enumerate(names) if _WORD_NAME.fullmatch(name)]
    if len(words) != 2:
        words = list(range(min(score, numeric[0])))
    if len(words) != 2:
        words = [place for place in words if shares[place] < 0.5 and _varies(rows, place)]
    if len(words) != 2:
        raise table.error(first, "two words and a score are expected", _COLUMNS)
    return [*words, score]


def _field(row: Row, place: int) -> str:
    return row.fields[place] if place < len(row.fields) else ""


def _share_of_numbers(rows: Sequence[Row], place: int) -> float:
    return sum(is_number(_field(row, place)) for row in rows) / len(rows)


def _varies(rows: Sequence[Row], place: int) -> bool:
    """Whether a column has more than a few values, as one of words has and one of kinds has not."""
    return len({_field(row, place) for row in rows}) > max(len(rows) / 20, 1)


def _check_decimal_comma(table: Table, rows: Sequence[Row], score: int) -> None:
    """Refuse `word,word,7,5`: the score may be 7 or 7.5.

    Raises:
        CorpusError: a decimal comma is the same as the separator.
    """
    last_two = [row.fields[score:] for row in rows]
    if table.separator == "," and all(
        len(fields) == 2 and all(field.isdigit() for field in fields) for fields in last_two
    ):
        raise table.error(
            rows[0],
            f"the score may be {last_two[0][0]} or {'.'.join(last_two[0])}",
            ": quote it, separate by semicolons, or name columns with --pairs-columns 1,2,3",
        )


def _without_heading(table: Table, places: Sequence[int], report: Report) -> Sequence[Row]:
    """The rows after a heading; says which columns are taken of several."""
    rows, names = table.rows, []
    is_pair = is_number(_field(rows[0], places[2])) or _pair_of(table, rows[0], places)
    if not is_pair:
        report(_heading_remark(table, rows[0]))
        names, rows = rows[0].fields, rows[1:]
    width = max((len(row.fields) for row in rows), default=0)
    if width > 3 and (table.separator != BLANKS or max(places) > 2):
        taken = [
            f"{place + 1}" + (f" ({safe_text(names[place], 30)})" if place < len(names) else "")
            for place in places
        ]
        report(
            f"{table.path}: of {width} columns, words are read from {taken[0]} and {taken[1]}, "
            f"scores from {taken[2]}: --pairs-columns chooses others"
        )
    return rows


def _sound(
    table: Table, rows: Sequence[Row], places: Sequence[int], skips: bool, report: Report
) -> list[list[str]]:
    """The two words and the score of each row.

    Raises:
        CorpusError: one does not hold them.
    """
    sound: list[list[str]] = []
    bad: list[Row] = []
    for row in rows:
        if pair := _pair_of(table, row, places):
            sound.append(pair)
        else:
            bad.append(row)
    if bad and not skips:
        raise table.error(bad[0], "two words and a score are expected", _COLUMNS + _SKIP)
    if bad:
        report(_left_out_remark(table, len(bad), bad[0].number))
    return sound


def _pair_of(table: Table, row: Row, places: Sequence[int]) -> list[str]:
    """The two words and the score of a row; empty if it does not hold them."""
    ways = [[_field(row, place) for place in places]]
    if max(places) < 3:  # any separator may be that of a line
        fields = [split(row.line, separator) for separator in _PAIR_SEPARATORS]
        exact = [three for three in fields if len(three) == 3]
        ways = exact if table.separator == BLANKS else ways + exact
    return next((way for way in ways if way[0] and way[1] and is_number(way[2])), [])


# ---- analogies


def _four_words(row: Row, places: Sequence[int]) -> Analogy | None:
    """The words of a question; None if there are not four."""
    if places:
        words = [_field(row, place) for place in places]
    else:
        ways = (row.fields, *(split(row.line, separator) for separator in _ANALOGY_SEPARATORS))
        words = next((fields for fields in ways if len(fields) == 4), [])
    if len(words) != 4 or not all(words):
        return None
    return words[0], words[1], words[2], words[3]


def _is_heading(words: Analogy | None, columns: Sequence[str]) -> bool:
    """Whether the first row names the columns."""
    if any(not name.isdigit() for name in columns):
        return True
    return words is not None and _ANALOGY_HEADING.fullmatch(" ".join(words)) is not None


# ---- remarks


def _heading_remark(table: Table, row: Row) -> str:
    return f"{table.path}: line {row.number} is taken for a heading: {safe_text(row.line, 60)}"


def _left_out_remark(table: Table, n: int, first: int) -> str:
    one = n == 1
    return (
        f"{table.path}: {n:,} {'line' if one else 'lines'} without a question "
        f"{'is' if one else 'are'} left out: {'' if one else 'first '}line {first:,}"
    )
