"""The files that a run will write, looked at before there is work to lose."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.corpus import is_vector_file, is_vocab_file, text_in_folder
from w2vtui.errors import SettingsError, TargetTakenError
from w2vtui.formats import check_writable, vocab_beside
from w2vtui.formats.atomic import check_target

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
    has_vectors: bool = True,
) -> None:
    """Find out that vectors and counts cannot be saved, or only over what is still needed.

    counts             None for the file beside the vectors
    reads              what the run reads; none of it is ever replaced
    overwrite          whether other files may be replaced
    are_counts_stored  whether the file of the counts was named earlier, and so replaces only counts
    has_vectors        whether vectors go there, and not the classes of words, which are text; no
                       counts go beside those

    Raises:
        SettingsError: a name has an unknown ending, or is that of a file that is still needed.
        TargetTakenError: a file is there that is not vectors, or not counts.
        DiskError: a folder is missing or not writable.
    """
    (check_writable if has_vectors else check_target)(vectors)
    if counts is not None:
        check_target(counts)
    beside = vocab_beside(vectors)
    if has_vectors:
        targets: list[_Target] = [(vectors, is_vector_file, "a file of word vectors", False)]
        counts = counts or beside
    else:
        targets = [(vectors, lambda path: False, "a file of word vectors", False)]
    if counts is not None:
        if _same_file(vectors, counts):
            raise SettingsError(f"{vectors} cannot hold the vectors and the counts: name two files")
        targets.append((counts, is_vocab_file, "a file of word counts", are_counts_stored))
        if has_vectors and not _same_file(beside, counts) and is_vocab_file(beside):
            # may be kept in step with the vectors
            targets.append((beside, is_vocab_file, "a file of word counts", False))
    for target, is_saved, what, is_stored in targets:
        check_not_read(target, reads, is_saved)
        if target.exists() and (is_stored or not overwrite) and not is_saved(target):
            if is_stored:
                raise SettingsError(
                    f"{target} exists and is not {what}: move it elsewhere, or name another file "
                    "for the vectors"
                )
            raise TargetTakenError(str(target), what)


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
            and path.is_dir()
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
