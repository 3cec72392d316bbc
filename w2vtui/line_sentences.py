"""Sentences from files, for `Word2Vec`, `Phrases` and whatever takes lists of words.

The names are gensim's. Each can be iterated over any number of times, and then reads its files.
Where `corpus_files` names files, their lines are exactly these sentences, so that `Word2Vec` can
read the files itself, which is faster.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import IO, Any

from w2vtui.corpus.files import STDIN, find_texts
from w2vtui.corpus.pieces import Piece, pieces_of
from w2vtui.corpus.sources.opening import opened_bytes
from w2vtui.corpus.sources.text_stream import not_in_encoding
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.settings import CorpusSettings, EncodingErrors


class LineSentence:
    """The sentences of a text file: a line each, of words separated by white space.

    source               a path, also of a packed file, or an open file, of text or bytes, which is
                         rewound before each iteration where it can be
    max_sentence_length  words of the longest sentence: longer lines are cut into several. None, the
                         default, leaves lines whole (gensim cuts them at 10,000 words)
    limit                read this many lines only
    encoding, encoding_errors   of the text, as in CorpusSettings; a byte that has no meaning in it
                         is an error with its place unless `replace` or `ignore` is given

    Lines without words are passed over.

    Raises:
        SettingsError: max_sentence_length or limit is below 1, or the encoding is unknown.
        CorpusError: on iteration, the file cannot be read.
    """

    def __init__(
        self,
        source: AnyPath | IO[Any],
        max_sentence_length: int | None = None,
        limit: int | None = None,
        *,
        encoding: str = "utf-8",
        encoding_errors: EncodingErrors = "strict",
    ) -> None:
        _check("max_sentence_length", max_sentence_length, "words")
        _check("limit", limit, "lines")
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        self._settings = CorpusSettings(encoding=encoding, encoding_errors=encoding_errors)

    @property
    def corpus_files(self) -> tuple[Path, ...] | None:
        """The files whose lines are exactly these sentences, in UTF-8; None if there are none."""
        is_cut = self.max_sentence_length is not None or self.limit is not None
        if is_cut or self._settings != CorpusSettings() or not isinstance(self.source, _PATHS):
            return None
        path = Path(self.source)
        return (path.absolute() if path == STDIN else path,)

    def __iter__(self) -> Iterator[list[str]]:
        lines = filter(None, self._lines())
        if self.max_sentence_length is None:
            yield from lines
            return
        for words in lines:
            yield from _parts(words, self.max_sentence_length)

    def __repr__(self) -> str:
        source = str(self.source) if isinstance(self.source, _PATHS) else self.source
        return f"{type(self).__name__}({source!r})"

    def _lines(self) -> Iterator[list[str]]:
        if isinstance(self.source, _PATHS):
            lines = _lines_of(Path(self.source), self._settings)
        else:
            lines = _lines_of_file(self.source, self._settings)
        return islice(lines, self.limit)


def files_instead(sentences: object, settings: CorpusSettings) -> tuple[Path, ...] | None:
    """The files to read in place of sentences, if that gives the same words under these settings.

    sentences   anything; those of a class with `corpus_files` may be read from files
    """
    files = getattr(sentences, "corpus_files", None)
    defaults = CorpusSettings()
    of_lists = dataclasses.replace(
        settings,
        min_count=defaults.min_count,
        max_final_vocab=defaults.max_final_vocab,
        lowercase=defaults.lowercase,
    )
    return files if of_lists == defaults and isinstance(files, tuple) else None


class PathLineSentences(LineSentence):
    """The sentences of all files of a folder, in the order of their names: a line each.

    source   a folder, whose own folders and hidden files are passed over; or one file

    The other arguments are those of `LineSentence`; `limit` holds for each file.

    Raises:
        CorpusError: the folder does not exist, or holds no files.
    """

    def __init__(
        self,
        source: AnyPath,
        max_sentence_length: int | None = None,
        limit: int | None = None,
        *,
        encoding: str = "utf-8",
        encoding_errors: EncodingErrors = "strict",
    ) -> None:
        super().__init__(
            source, max_sentence_length, limit, encoding=encoding, encoding_errors=encoding_errors
        )
        self.input_files = _files_in(Path(source))

    @property
    def corpus_files(self) -> tuple[Path, ...] | None:
        """The files whose lines are exactly these sentences, in UTF-8; None if there are none."""
        return None if super().corpus_files is None else tuple(self.input_files)

    def _lines(self) -> Iterator[list[str]]:
        for path in self.input_files:
            yield from islice(_lines_of(path, self._settings), self.limit)


class Text8Corpus:
    """The words of a text without sentences, such as text8, in lists of `max_sentence_length`.

    fname                a path, also of a compressed file
    max_sentence_length  words of a list; the last one may hold fewer

    Raises:
        SettingsError: max_sentence_length is below 1.
        CorpusError: on iteration, the file cannot be read.
    """

    corpus_files: tuple[Path, ...] | None = None
    """No file has these sentences as its lines."""

    def __init__(self, fname: AnyPath, max_sentence_length: int = 10_000) -> None:
        _check("max_sentence_length", max_sentence_length, "words")
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        waiting: list[str] = []
        for words, _ in _pieces(Path(self.fname), CorpusSettings()):
            waiting += words
            if len(waiting) >= self.max_sentence_length:
                *full, waiting = _parts(waiting, self.max_sentence_length)
                yield from full
        yield from _parts(waiting, self.max_sentence_length)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.fname)!r})"


_PATHS = (str, os.PathLike)


def _check(name: str, value: int | None, unit: str) -> None:
    if value is not None and value < 1:
        raise SettingsError(f"{name} must be 1 or more {unit}, or None, got {value}")


def _parts(words: list[str], length: int) -> Iterator[list[str]]:
    for first in range(0, len(words), length):
        yield words[first : first + length]


def _regular(path: Path) -> Path:
    """A path that is not taken for stdin, and not that of a folder.

    Raises:
        CorpusError: it is a folder.
    """
    if path.is_dir():
        raise CorpusError(f"{path} is a folder: PathLineSentences reads all files of a folder")
    return path.absolute() if path == STDIN else path


def _files_in(source: Path) -> list[Path]:
    """The files of a folder, or the one file that is named."""
    if not source.is_dir():
        return find_texts([source]).files
    files = [path for path in source.iterdir() if path.is_file() and path.name[0] != "."]
    if not files:
        raise CorpusError(f"{source} holds no files: name a folder of texts")
    return sorted(files)


def _lines_of(path: Path, settings: CorpusSettings) -> Iterator[list[str]]:
    """The words of each line of a file."""
    line: list[str] = []
    for words, is_end in _pieces(path, settings):
        if is_end and not line:
            yield words
            continue
        line += words
        if is_end:
            yield line
            line = []
    if line:
        yield line


def _pieces(path: Path, settings: CorpusSettings) -> Iterator[Piece]:
    """The words of a file, or of each text in an archive, in pieces of lines."""
    with closing(opened_bytes(_regular(path), settings)) as sources:
        for number, source in enumerate(sources):
            if number:  # the end of a text ends its last line
                yield [], True
            yield from pieces_of(source, settings)


def _lines_of_file(file: Iterable[str | bytes], settings: CorpusSettings) -> Iterator[list[str]]:
    """The words of each line of an open file.

    Raises:
        CorpusError: a line is not in the encoding; the message has its number.
    """
    seek = getattr(file, "seek", None)
    if seek is not None and getattr(file, "seekable", lambda: True)():
        seek(0)
    for number, line in enumerate(file, start=1):
        if isinstance(line, str):
            yield line.split()
            continue
        try:
            yield line.decode(settings.encoding, settings.encoding_errors).split()
        except UnicodeDecodeError as error:
            name = f"line {number} of {getattr(file, 'name', 'the file')}"
            raise not_in_encoding(name, settings.encoding, error, error.start) from None
