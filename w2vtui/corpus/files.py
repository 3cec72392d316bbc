"""Which files a corpus is made of, and how they are named in messages."""

from __future__ import annotations

import difflib
import errno
import os
import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from w2vtui.corpus.patterns import is_pattern, matches
from w2vtui.corpus.saved_vectors import is_vector_file, is_vocab_file
from w2vtui.corpus.sources.compressed import ARCHIVE
from w2vtui.corpus.sources.looks import NOT_TEXT, looks_like_text, members, why_not_text
from w2vtui.display import printable
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

STDIN = Path("-")

_DEFAULTS = CorpusSettings()

_NAMES_COMPARED = 5000
_NAMES_SHOWN = 3
_VECTORS = "vectors or their counts"
_OF_RUN = ("run.json", "events.jsonl")
"""Files of a saved run."""
_OF_VECTORS = frozenset(("model.safetensors", "config.json"))
"""Files of a folder of vectors."""


class Texts(NamedTuple):
    """The files that sources stand for, and remarks on them."""

    files: list[Path]
    remarks: tuple[str, ...]
    """On files of folders that are not text, and files that are named several times."""


def find_files(sources: Sequence[str | Path], settings: CorpusSettings = _DEFAULTS) -> list[Path]:
    """The files that sources stand for, in order: those of `find_texts`."""
    return find_texts(sources, settings).files


def find_texts(sources: Sequence[str | Path], settings: CorpusSettings = _DEFAULTS) -> Texts:
    """The files that sources stand for, in order, and remarks on those that were left out, or stand
    there several times.

    A file stays, as often as it is named; a folder is searched through, in sorted order, for text,
    compressed or not, and so are the files and folders that a pattern matches, such as
    `texts/**/*.txt`; hidden files and folders are passed over, and so are links to folders, which
    may form loops, and vectors with the counts beside them, `NAME` and `NAME.vocab`, where they are
    that by content. "-" is stdin.

    Raises:
        CorpusError: a source does not exist, cannot be read, holds vectors or a saved run, or is a
            folder without text.
    """
    if isinstance(sources, str | Path):  # a str is a sequence too, but of characters
        sources = [sources]
    if not sources:
        raise CorpusError("no text given: name a file, a folder, or - for stdin")
    found: list[Path] = []
    remarks: list[str] = []
    for source in sources:
        if not str(source) or "\0" in str(source):
            raise CorpusError(f"{str(source)!r} does not name a file")
        path = Path(source)
        if path == STDIN and source not in ("-", STDIN):  # a file of that name, as ./-
            path = path.absolute()
        pattern = is_pattern(path)
        mode = 0 if path == STDIN or pattern else status_of(path).st_mode
        if pattern or stat.S_ISDIR(mode):
            texts, others = _text_files_below(path, settings)
            found += texts
            remarks += others
        else:
            if stat.S_ISREG(mode):
                _refuse_vectors(path, settings)
            found.append(path)
    for path in found:
        remarks += _left_out_of(path, settings)
    return Texts(found, (*remarks, *_repeated(found)))


def _repeated(files: Sequence[Path]) -> list[str]:
    """A remark on each file that stands there several times."""
    named: dict[Path, list[Path]] = {}
    for path in files:
        if path != STDIN:
            named.setdefault(path.absolute(), []).append(path)
    return [
        f"{printable(paths[0])} is named {len(paths):,} times, and is read as often"
        for paths in named.values()
        if len(paths) > 1
    ]


def _left_out_of(path: Path, settings: CorpusSettings) -> list[str]:
    """A remark on the files in an archive that are not read, if there are any.

    Raises:
        CorpusError: no file in it is.
    """
    if path.suffix.lower() != ARCHIVE or not path.is_file():
        return []
    texts, others = members(path, settings)
    remarks = [_left_out([Path(name) for name in others], NOT_TEXT)] if others else []
    if not texts:
        raise CorpusError("; ".join([f"{printable(path)} holds no text files", *remarks]))
    return [f"{printable(path)}: {remark}" for remark in remarks]


def without(
    sources: Sequence[str],
    outputs: Sequence[str],
    settings: CorpusSettings,
    is_saved: Callable[[Path], bool] = lambda path: False,
) -> Sequence[str | Path]:
    """The sources; a folder that holds vectors from an earlier time becomes its other files.

    outputs   real paths of vectors and counts; a file there that is neither is text
    is_saved  whether a file there was saved in another layout of vectors

    Raises:
        CorpusError: a folder cannot be read, or is without text.
    """
    if not outputs or not any(Path(source).is_dir() for source in sources):
        return sources
    files = find_files(sources, settings)
    others = [
        file
        for file in files
        if os.path.realpath(file) not in outputs
        or not (is_vector_file(file) or is_vocab_file(file) or is_saved(file))
    ]
    return others if len(others) < len(files) else sources


def text_in_folder(
    folder: Path, target: os.stat_result, encoding: str, is_saved: Callable[[Path], bool]
) -> bool:
    """Whether a text below a folder, or among what a pattern matches, is the same file as `target`.

    is_saved   whether an earlier run saved a file there, so it is not text

    Errors are left for the reading of the corpus to report.
    """
    try:
        for path in _candidates(folder):
            if os.path.samestat(path.stat(), target):
                return looks_like_text(path, encoding) and not is_saved(path)
    except (OSError, CorpusError):
        return False
    return False


def is_regular(path: Path) -> bool:
    """Whether a file can be read again: not stdin, a pipe or a device."""
    return path != STDIN and stat.S_ISREG(status_of(path).st_mode)


def check_sources(sources: Sequence[str | Path]) -> None:
    """Refuse files and folders that are not there, before anything is read.

    Raises:
        CorpusError: one of them does not exist, or cannot be reached.
    """
    for path in map(Path, sources):
        if path != STDIN and not is_pattern(path):
            status_of(path)


def status_of(path: Path) -> os.stat_result:
    """What the file system knows of a file.

    Raises:
        CorpusError: the file does not exist, or cannot be reached.
    """
    try:
        return path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise CorpusError(f"{printable(path)} is a broken link") from None
        raise CorpusError(f"there is no file {printable(path)}{_suggestion(path)}") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CorpusError(f"{printable(path)} is a link to itself") from None
        raise CorpusError(f"cannot read {printable(path)}: {error.strerror}") from error


def _suggestion(path: Path) -> str:
    """The nearest name in the folder that was meant, as the end of a message."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, _NAMES_COMPARED)]
    except OSError:
        return f": there is no folder {printable(path.parent)}"
    near = difflib.get_close_matches(path.name, names, n=1)
    return f": did you mean {printable(path.with_name(near[0]))}?" if near else ""


def _refuse_vectors(path: Path, settings: CorpusSettings) -> None:
    """Refuse a file of vectors, which would train on its numbers."""
    if is_vector_file(path, tables=settings.field is None):
        name = printable(path)
        raise CorpusError(
            f"{name} holds vectors, not text: w2vtui neighbors {shlex.quote(name)} WORD looks up "
            "words in it"
        )


def _refuse_run(folder: Path) -> None:
    """Refuse the folder of a saved run, whose files the person did not write."""
    if all((folder / name).exists() for name in _OF_RUN):
        name = printable(folder)
        raise CorpusError(
            f"{name} is a saved run, not text: w2vtui resume {shlex.quote(name)} resumes it, "
            f"w2vtui export {shlex.quote(name)} -o FILE saves its vectors"
        )


def _text_files_below(folder: Path, settings: CorpusSettings) -> tuple[list[Path], list[str]]:
    """The texts in a folder, or that a pattern matches, and remarks on what was left out."""
    _refuse_run(folder)
    present = set(_candidates(folder))
    if not present and is_pattern(folder):
        raise CorpusError(f"there is no file that matches {printable(folder)}")
    # Vectors saved among the texts are not text; neither are the counts beside them.
    counts = {
        path
        for path in present
        if path.suffix == ".vocab"
        and path.with_suffix("") in present
        and is_vector_file(path.with_suffix(""))
        and is_vocab_file(path)
    }
    vectors = {path.with_suffix("") for path in counts}
    kinds = dict.fromkeys(vectors | counts, _VECTORS)
    for path in present - kinds.keys():
        kinds[path] = why_not_text(path, settings) or _VECTORS * is_vector_file(path)
    files = sorted(path for path, kind in kinds.items() if not kind)
    remarks = [
        f"{printable(folder)}: {_left_out(sorted(p for p in kinds if kinds[p] == kind), kind)}"
        for kind in sorted(set(kinds.values()) - {""})
    ]
    if not files:
        verb = "matches" if is_pattern(folder) else "holds"
        raise CorpusError("; ".join([f"{printable(folder)} {verb} no text files", *remarks]))
    return files, remarks


def _left_out(paths: Sequence[Path], kind: str) -> str:
    """A remark on files that were left out, with the way to read them if there is one."""
    n = "1 file was" if len(paths) == 1 else f"{len(paths):,} files were"
    names = ", ".join(printable(path.name) for path in paths[:_NAMES_SHOWN])
    more = ", ..." if len(paths) > _NAMES_SHOWN else ""
    way = f": name such files alone, with --encoding {kind.lower()}" if kind[:3] == "UTF" else ""
    return f"{n} left out, {kind}: {names}{more}{way}"


def _candidates(source: Path) -> Iterator[Path]:
    """The files in a folder; those that a pattern matches, and those in the folders it matches."""
    for path in matches(source) if is_pattern(source) else (source,):
        if path.is_dir():
            yield from _files_below(path)
        elif path.is_file():
            yield path


def _files_below(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise CorpusError(f"cannot read {printable(error.filename)}: {error.strerror}") from error

    for parent, folders, names in os.walk(folder, onerror=fail):
        if _OF_VECTORS.issubset(names):  # a folder of vectors; its words are not text
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            # A dangling link, a socket or a pipe is not text; reading a pipe could wait for ever.
            if not name.startswith(".") and path.is_file():
                yield path
