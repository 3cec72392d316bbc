"""The files that a run will write, looked at before there is work to lose."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from w2vtui.corpus import is_vector_file, is_vocab_file, text_in_folder
from w2vtui.errors import SettingsError, TargetTakenError
from w2vtui.formats import check_writable, vocab_beside
from w2vtui.formats.atomic import check_target


def check_targets(
    vectors: Path,
    counts: Path | None,
    *,
    sources: Sequence[str],
    encoding: str,
    inputs: Sequence[str | Path],
    overwrite: bool,
    are_counts_stored: bool,
) -> None:
    """Find out that vectors and counts cannot be saved, or only over what is still needed.

    counts             None for the file beside the vectors
    sources            the files and folders of the text; none of its texts is ever replaced
    inputs             other files that are read: questions, settings
    overwrite          whether other files may be replaced
    are_counts_stored  whether the file of the counts was named earlier, and so replaces only counts

    Raises:
        SettingsError: a name has an unknown ending, or is that of a file that is still needed.
        TargetTakenError: a file is there that is not vectors, or not counts.
        DiskError: a folder is missing or not writable.
    """
    check_writable(vectors)
    if counts is not None:
        check_target(counts)
    counts = counts or vocab_beside(vectors)
    if _same_file(vectors, counts):
        raise SettingsError(f"{vectors} cannot hold the vectors and the counts: name two files")
    targets = [
        (vectors, is_vector_file, "a file of word vectors", False),
        (counts, is_vocab_file, "a file of word counts", are_counts_stored),
    ]
    beside = vocab_beside(vectors)
    if not _same_file(beside, counts) and is_vocab_file(beside):  # may be kept in step with them
        targets.append((beside, is_vocab_file, "a file of word counts", False))
    for target, is_saved, what, is_stored in targets:
        check_not_read(target, sources, encoding, inputs, is_saved)
        if target.exists() and (is_stored or not overwrite) and not is_saved(target):
            if is_stored:
                raise SettingsError(
                    f"{target} exists and is not {what}: move it elsewhere, or name another file "
                    "for the vectors"
                )
            raise TargetTakenError(str(target), what)


def check_not_read(
    target: Path,
    sources: Sequence[str],
    encoding: str,
    inputs: Sequence[str | Path],
    is_saved: Callable[[Path], bool] = lambda path: False,
) -> None:
    """Refuse a target that is read, by whatever name: a text of the corpus, or another input.

    is_saved   whether an earlier run saved a file of the corpus there, so it is not text

    Raises:
        SettingsError: it is read.
    """
    _check_sources(target, sources, encoding, is_saved)
    for path in inputs:
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
