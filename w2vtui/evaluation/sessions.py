"""Sessions from files, whose last item vectors are to guess: a line a session, its items in order.

Baskets, playlists, walks through a graph and logs are such sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from w2vtui.errors import CorpusError
from w2vtui.files.regular_files import AnyPath
from w2vtui.files.reports import Report, warn
from w2vtui.files.tables import BLANKS, read_table

Session: TypeAlias = tuple[str, ...]
"""Items in order: two or more."""

_SEPARATORS = (BLANKS, "\t", ";", ",")
_LONGEST_LINE = 1 << 22


def read_sessions(path: AnyPath, *, report: Report = warn) -> list[Session]:
    """The sessions of a file: `-` for standard input.

    Items are separated by blanks, as in a text that is trained; where most lines have none, by
    tabs, semicolons or commas. Lines of one item ask nothing and are left out. A line that begins
    with # is a session as well.

    report   gets what was left out; without it, that is warned of

    Raises:
        CorpusError: the file cannot be read, or no line has two items.
    """

    def fits(fields: Sequence[str], separator: str) -> bool:
        return sum(map(bool, fields)) > 1

    table = read_table(path, _SEPARATORS, fits, report, longest=_LONGEST_LINE, comments=False)
    if not table.rows:
        raise CorpusError(f"{table.path} holds no sessions: give a file of lines `item item item`")
    sessions = [tuple(filter(None, row.fields)) for row in table.rows]
    alone = [row for row, session in zip(table.rows, sessions, strict=True) if len(session) < 2]
    if len(alone) == len(sessions):
        raise table.error(alone[0], "a session of two items or more is expected", "")
    if alone:
        one = len(alone) == 1
        report(
            f"{table.path}: {len(alone):,} {'line' if one else 'lines'} of one item "
            f"{'is' if one else 'are'} left out: {'' if one else 'first '}line "
            f"{alone[0].number:,}"
        )
    return [session for session in sessions if len(session) > 1]
