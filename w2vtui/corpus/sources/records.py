"""The text in records: fields of JSON lines and of tables, a line for each line of a field.

    json_lines.py   a JSON value a line
    delimited.py    CSV and TSV
    parquet.py      Parquet, which is not text itself

A field is named by its key or the heading of its column; `a.b` is b inside a, of each entry where
a is a list. A list of words is a line of tokens. A field that is empty or null gives no line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from w2vtui.corpus.sources.text_stream import Text, decoder_of, not_in_encoding
from w2vtui.display import safe_text
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

MOST_LINE_BYTES = 1 << 26
"""The longest record: one without an end would be held in memory whole."""
_BLOCK_BYTES = 1 << 20
_SHOWN_FIELDS = 12
_SHOWN_CELLS = 40
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of a character, which JSON can name one by one."""


class RecordProblems:
    """What is wrong with the records of a source: an error, or a count of what was left out."""

    def __init__(self, name: str, settings: CorpusSettings, unit: str = "line") -> None:
        self._name = name
        self._unit = unit
        self._skips = settings.record_errors == "skip"
        self._n_left_out = 0
        self._first = ""

    def found(self, number: int, what: str) -> None:
        """Note a record that cannot be used.

        Raises:
            CorpusError: such records are not left out.
        """
        if not self._skips:
            raise CorpusError(
                f"{self._name}, {self._unit} {number}: {what}; --record-errors skip leaves such "
                "records out"
            )
        self._n_left_out += 1
        self._first = self._first or f"{self._unit} {number}: {what}"

    def fatal(self, number: int, what: str) -> CorpusError:
        """The error for what nothing can be read after."""
        return CorpusError(f"{self._name}, {self._unit} {number}: {what}")

    @property
    def remarks(self) -> list[str]:
        """How many records were left out, and why the first of them."""
        if not self._n_left_out:
            return []
        one = self._n_left_out == 1
        n = "1 record was" if one else f"{self._n_left_out:,} records were"
        first = "" if one else "the first in "
        return [f"{n} left out of {self._name}: {first}{self._first}"]


class RecordText:
    """The text of the records of one source."""

    n_skipped = 0

    def __init__(self, text: Text, records: Iterator[str], problems: RecordProblems) -> None:
        self.name = text.name
        self._text = text
        self._records = records
        self._problems = problems

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far."""
        return self._text.n_done

    @property
    def remarks(self) -> list[str]:
        """What was left out."""
        return [*self._text.remarks, *self._problems.remarks]

    def read(self, n_bytes: int) -> bytes:
        """The next records, about as many bytes as asked for; none at the end.

        Raises:
            CorpusError: the source cannot be read, or a record is not what it should be.
        """
        return joined(self._records, n_bytes)


def joined(records: Iterator[str], n_bytes: int) -> bytes:
    """The next records as UTF-8, a line end after each, until there are this many bytes."""
    taken: list[bytes] = []
    n_left = n_bytes
    while n_left > 0 and (record := next(records, None)) is not None:
        try:
            line = record.encode()
        except UnicodeEncodeError:
            line = _HALVES.sub("\ufffd", record).encode()
        taken.append(line)
        n_left -= len(line) + 1
    return b"\n".join(taken) + b"\n" * bool(taken)


def lines_of(
    text: Text, settings: CorpusSettings, problems: RecordProblems, head: bytes = b""
) -> Iterator[str]:
    r"""The lines of a text, each with the \n that ends it.

    head   what was read of the text already

    Raises:
        CorpusError: a line is too long, or a byte is not in the encoding.
    """
    decoded = decoder_of(settings) is not None
    errors = "surrogatepass" if decoded else settings.encoding_errors
    number, n_taken, rest = 0, text.n_skipped, head
    while True:
        block = text.read(_BLOCK_BYTES)
        *lines, rest = (rest + block).split(b"\n")
        if not block and rest:
            lines.append(rest)
        for line in lines:
            number += 1
            try:
                yield line.decode("utf-8", errors) + "\n"
            except UnicodeDecodeError as error:
                at = n_taken + error.start
                raise not_in_encoding(text.name, settings.encoding, error, at) from None
            n_taken += len(line) + 1
        if not block:
            return
        if len(rest) > MOST_LINE_BYTES:
            raise problems.fatal(
                number + 1, f"it is longer than {MOST_LINE_BYTES >> 20} MiB: is each record a line?"
            )


class Fields:
    """The fields that a setting names."""

    def __init__(self, field: str) -> None:
        self.name = field
        self.parts = [part.strip() for part in field.split(",")]
        self._paths = [tuple(part.split(".")) for part in self.parts]

    def chosen_from(self, names: Sequence[str]) -> list[int] | None:
        """The places of the fields among these names; None if one of them is missing."""
        parts = [self.name] if self.name in names else self.parts
        return [names.index(part) for part in parts] if set(parts) <= set(names) else None

    def of_record(self, record: Any) -> tuple[list[str], str]:
        """The lines of text in the fields of a record, and what is wrong with it, if anything."""
        if not isinstance(record, dict):
            return [], f"expected an object with fields, got {_kind(record)}"
        lines: list[str] = []
        paths = [(self.name,)] if self.name in record else self._paths
        for path in paths:
            found = list(_values(record, path))
            if not found:
                return [], missing_field(".".join(path), leaves_of(record))
            for value in found:
                if isinstance(value, dict):
                    return [], _is_object(path, value)
                lines += [] if value is None else [_text_of(value)]
        return lines, ""


def _is_object(path: Sequence[str], value: dict[str, Any]) -> str:
    inner = ".".join((*path, next(iter(value), "NAME")))
    return f"{safe_text('.'.join(path))} is an object: name a field in it, as {safe_text(inner)}"


def missing_field(field: str, known: Collection[str]) -> str:
    """What to say of a field that is not there, with the nearest that is or all."""
    near = difflib.get_close_matches(field, list(known), n=1)
    what = f"there is no field {safe_text(field, _SHOWN_CELLS)}"
    if near:
        return f"{what}: did you mean {safe_text(near[0], _SHOWN_CELLS)}?"
    return f"{what}; it has {listed(known)}"


def listed(names: Iterable[str]) -> str:
    """Names of fields for a message."""
    known = [safe_text(name, _SHOWN_CELLS) for name in names]
    more = ", ..." if len(known) > _SHOWN_FIELDS else ""
    return ", ".join(known[:_SHOWN_FIELDS]) + more if known else "none"


def leaves_of(record: Any, before: str = "") -> dict[str, int]:
    """The fields of a record that are not objects, as `a.b`, and the characters of text in them."""
    found: dict[str, int] = {}
    for name, value in record.items() if isinstance(record, dict) else ():
        path = f"{before}.{name}" if before else str(name)
        entries = value if isinstance(value, list) else [value]
        inner = [leaves_of(entry, path) for entry in entries if isinstance(entry, dict)]
        for one in inner:
            for leaf, n in one.items():
                found[leaf] = found.get(leaf, 0) + n
        if not inner:
            found[path] = sum(len(entry) for entry in entries if isinstance(entry, str))
    return found


def _values(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """What is at a path in a value, of each entry of the lists on the way."""
    if not path:
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _values(entry, path)
    elif isinstance(value, dict):
        whole = ".".join(path)
        if whole in value:
            yield value[whole]
        elif path[0] in value:
            yield from _values(value[path[0]], path[1:])


def _text_of(value: Any) -> str:
    """A value as text; the entries of a list are tokens, those of a list of lists lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        between = "\n" if any(isinstance(entry, list) for entry in value) else " "
        return between.join(_text_of(entry) for entry in value if entry is not None)
    return "" if isinstance(value, dict) else str(value)


def _kind(value: Any) -> str:
    names = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
