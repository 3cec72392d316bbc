"""Remarks on files that are read as lines of text, though a setting reads what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from w2vtui.corpus.files import is_regular
from w2vtui.corpus.hints import Hint, on_records
from w2vtui.corpus.sources import parquet
from w2vtui.corpus.sources.compressed import inner_ending
from w2vtui.corpus.sources.delimited import fields_of_table
from w2vtui.corpus.sources.json_lines import fields_of_json
from w2vtui.corpus.sources.looks import TABLE_ENDINGS
from w2vtui.corpus.sources.opening import opened_texts
from w2vtui.corpus.sources.records import listed
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

_LOOKED_AT_BYTES = 1 << 16
_SEQUENCE = re.compile(r"[A-Za-z]+[*-]?")
_NUCLEOTIDES = re.compile("[ACGTUNacgtun]+")
_NUCLEOTIDE_K, _AMINO_ACID_K = 6, 3


def hints_on_files(files: Sequence[Path], settings: CorpusSettings) -> list[Hint]:
    """Remarks on what the first of the files is, with the setting that reads it.

    Raises:
        CorpusError: it cannot be read.
        SettingsError: the encoding cannot be had.
    """
    if settings.field is not None or settings.kmer is not None or not files:
        return []
    path = files[0]
    if not is_regular(path):
        return []
    if path.suffix.lower() in parquet.ENDINGS:
        return [_on_fields("Parquet", parquet.parquet_fields(path), is_text=False)]
    name, lines = _beginning(path, settings)
    ending = inner_ending(name)
    if lines and lines[0].lstrip()[:1] in ("{", "[") and ending not in TABLE_ENDINGS:
        fields = fields_of_json(lines)
        return [_on_fields("JSON", fields)] if fields else []
    if k := _kmer_of(lines):
        what = "the text is sequences of letters in FASTA, and its lines are read as words"
        return [Hint(what, f"--kmer {k} makes each run of {k} letters a word", "kmer", k)]
    if ending in TABLE_ENDINGS:
        fields = fields_of_table(lines, ending)
        return [_on_fields("a table", fields)] if len(fields) > 1 else []
    return []


def _kmer_of(lines: Sequence[str]) -> int:
    """The usual length of k-mers for a text that begins like this; 0 if it is not sequences."""
    if len(lines) < 2 or lines[0][0] not in ">@" or not _SEQUENCE.fullmatch(lines[1].strip()):
        return 0
    if lines[0][0] == "@" and not (len(lines) > 2 and lines[2].startswith("+")):
        return 0
    return _NUCLEOTIDE_K if _NUCLEOTIDES.fullmatch(lines[1].strip()) else _AMINO_ACID_K


def _beginning(path: Path, settings: CorpusSettings) -> tuple[str, list[str]]:
    """The name of the first text in a file, and its first whole lines."""
    plain = CorpusSettings(encoding=settings.encoding, encoding_errors="replace")
    with closing(opened_texts(path, plain)) as texts:
        text = next(texts, None)
        if text is None:
            return "", []
        head = text.read(_LOOKED_AT_BYTES)
        whole = head if not text.read(1) else head[: head.rfind(b"\n") + 1]
        return text.name, whole.decode("utf-8", "replace").splitlines(keepends=True)


def _on_fields(kind: str, fields: dict[str, int], *, is_text: bool = True) -> Hint:
    best = max(fields, key=fields.__getitem__, default="NAME")
    return on_records(kind, best, listed(fields), is_text=is_text)


def refusal_of(files: Sequence[Path], settings: CorpusSettings) -> CorpusError | None:
    """The error for a file that no other setting can read, if the first one is."""
    if settings.field is None and files and files[0].suffix.lower() in parquet.ENDINGS:
        return parquet.without_field(files[0])
    return None
