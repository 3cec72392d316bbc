"""JSON lines: a JSON value on each line, or a list of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from w2vtui.corpus.sources.records import Fields, RecordProblems, leaves_of

_ONE_A_LINE = "put each record on a line of its own, as with: jq -c"


def json_records(lines: Iterable[str], fields: Fields, problems: RecordProblems) -> Iterator[str]:
    """The lines of text in the fields of each record.

    Raises:
        CorpusError: a record cannot be used, and such records are not left out.
    """
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.found(number, _not_json(line, error))
            continue
        for record in value if isinstance(value, list) else (value,):
            found, problem = fields.of_record(record)
            if problem:
                problems.found(number, problem)
            yield from found


def fields_of_json(lines: Iterable[str]) -> dict[str, int]:
    """The fields of some records, and the characters of text in each; none if it is not JSON."""
    found: dict[str, int] = {}
    for line in lines:
        try:
            value: Any = json.loads(line)
        except (ValueError, RecursionError):
            break
        for record in value if isinstance(value, list) else (value,):
            for name, n in leaves_of(record).items():
                found[name] = found.get(name, 0) + n
    return found


def _not_json(line: str, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is JSON within JSON, too deep to be read"
    begun = line.strip()
    if begun in ("[", "{") or begun.startswith(("[{", "[[")):
        shape = "'.[]'" if begun.startswith("[") else "."
        return f"a JSON value of several lines: {_ONE_A_LINE} {shape} FILE"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg} at character {min(error.pos, len(line.rstrip())) + 1})"
    return f"not JSON ({error})"
