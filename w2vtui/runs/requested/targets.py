"""The files that a run will write, looked at before there is work to lose."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.corpus import is_vocab_file, text_in_folder
from w2vtui.corpus.patterns import is_pattern
from w2vtui.errors import SettingsError, TargetTakenError
from w2vtui.formats import (
    Layout,
    check_writable,
    files_of,
    holds_vectors,
    vocab_beside,
)
from w2vtui.formats.drafts.atomic import check_target
from w2vtui.vector_layouts import LAYOUTS

_Target = tuple[Path, Callable[[Path], bool], str, bool]
"""A file, whether what is there may be replaced, what it is then, and whether it was named earlier.
"""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a run reads."""

    sources: Sequence[str]
    """The files and folders of its text."""
    encoding: str
    inputs: Sequence[str | Path]
    """Other files: questions, settings, a vocabulary."""


def check_targets(
    vectors: Path,
    counts: Path | None,
    reads: Reads,
    *,
    overwrite: bool,
    are_counts_stored: bool,
    layout: Layout | None,
) -> None:
    """Find out that vectors and counts cannot be saved, or only over what is still needed.

    counts             None for the file beside the vectors
    reads              what the run reads; none of it is ever replaced
    overwrite          whether other files may be replaced
    are_counts_stored  whether the file of the counts was named earlier, and so replaces only counts
    layout             how the vectors are laid out; None if the classes of words go there, which
                       are text, and no counts beside them

    Raises:
        SettingsError: a name has an unknown ending, or is that of a file that is still needed.
        TargetTakenError: a file is there that is not vectors, or not counts.
        DiskError: a folder is missing or not writable.
    """
    if layout is None:
        check_target(vectors)
    else:
        check_writable(vectors, layout.name)
    if counts is not None:
        check_target(counts)
        if _same_file(vectors, counts):
            raise SettingsError(f"{vectors} cannot hold the vectors and the counts: name two files")
    if layout is not None and layout.is_folder:
        _check_folder_not_read(vectors, reads)
    targets = _targets_of_vectors(vectors, counts, layout)
    if counts is not None:
        targets.append((counts, is_vocab_file, "a file of word counts", are_counts_stored))
    for target, is_saved, what, is_stored in targets:
        check_not_read(target, reads, is_saved)
        if target.exists() and (is_stored or not overwrite) and not is_saved(target):
            if is_stored:
                raise SettingsError(
                    f"{target} exists and is not {what}: move it elsewhere, or name another file "
                    "for the vectors"
                )
            raise TargetTakenError(str(target), what)


def _targets_of_vectors(vectors: Path, counts: Path | None, layout: Layout | None) -> list[_Target]:
    """The files that are written, without the one that is named for counts; a folder is not among
    them, which is only replaced if it holds vectors and nothing else.
    """
    what, of_words = "a file of word vectors", "a file of words of such vectors"
    if layout is None:
        return [(vectors, lambda path: False, what, False)]
    if layout.is_folder:
        return []
    vectors, *words = files_of(vectors, layout)
    targets: list[_Target] = [(vectors, lambda path: holds_vectors(path, layout), what, False)]
    targets += [(one, lambda _: holds_vectors(vectors, layout), of_words, False) for one in words]
    beside = vocab_beside(vectors)
    is_free = counts is None or (not _same_file(beside, counts) and is_vocab_file(beside))
    if is_free and not (words or layout.holds_counts):
        # With counts elsewhere it may be kept in step with the vectors.
        targets.append((beside, is_vocab_file, "a file of word counts", False))
    return targets


def _check_folder_not_read(folder: Path, reads: Reads) -> None:
    """Refuse a folder of vectors that something is read from.

    Raises:
        SettingsError: it is.
    """
    place = os.path.realpath(folder)
    for path in (*reads.sources, *reads.inputs):
        if path != "-" and f"{os.path.realpath(path)}{os.sep}".startswith(place + os.sep):
            raise SettingsError(
                f"{folder} is read by this run and would be overwritten: name another folder"
            )


def check_conversion(source: Path, target: Path, layout: Layout, *, overwrite: bool) -> None:
    """Find out that what vectors are converted to cannot be written, or only over what is needed.

    Raises:
        SettingsError: the two are the same, or something is there that is never replaced.
        TargetTakenError: a file is there that is not vectors, or not counts.
        DiskError: a folder is missing or not writable.
    """
    if _same_file(source, target):
        raise SettingsError(f"{source} cannot be converted to itself: name another file")
    beside = (vocab_beside(source), *files_of(source, LAYOUTS["projector"])[1:])
    reads = Reads((), "utf-8", (source, *beside))
    if layout.holds_vectors:
        check_targets(
            target, None, reads, overwrite=overwrite, are_counts_stored=False, layout=layout
        )
        return
    check_target(target)
    check_not_read(target, reads)
    if target.exists() and not overwrite and not is_vocab_file(target):
        raise TargetTakenError(str(target), "a file of word counts")


def check_not_read(
    target: Path,
    reads: Reads,
    is_saved: Callable[[Path], bool] = lambda path: False,
) -> None:
    """Refuse a target that is read, by whatever name: a text of the corpus, or another input.

    is_saved   whether an earlier run saved a file of the corpus there, so it is not text

    Raises:
        SettingsError: it is read.
    """
    _check_sources(target, reads.sources, reads.encoding, is_saved)
    for path in reads.inputs:
        if _same_file(target, Path(path)):
            raise SettingsError(
                f"{target} is read by this run and would be overwritten: name another file"
            )


def _check_sources(
    target: Path, sources: Sequence[str], encoding: str, is_saved: Callable[[Path], bool]
) -> None:
    """Refuse a target that is a text of the corpus, by whatever name."""
    for source in sources:
        if source == "-":
            continue
        path = Path(source)
        if _same_file(target, path):
            raise SettingsError(
                f"{target} is the corpus and would be overwritten: name another file"
            )
        if (
            target.exists()
            and (path.is_dir() or is_pattern(path))
            and text_in_folder(path, target.stat(), encoding, is_saved)
        ):
            raise SettingsError(
                f"{target} is a text of the corpus {source} and would be overwritten: "
                "name another file"
            )


def _same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file, which need not be there yet."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there
        return os.path.realpath(one) == os.path.realpath(other)


def temporary_target(name: str) -> Path:
    """A file of this name in a new temporary folder, for vectors that cannot go elsewhere.

    Raises:
        OSError: there is no place for temporary files.
    """
    return Path(tempfile.mkdtemp(prefix="w2vtui-rescued-"), name)
