"""The files that a command reads and writes, looked at before there is work to lose."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from w2vtui.corpus import find_files
from w2vtui.errors import SettingsError
from w2vtui.formats import check_writable, vocab_beside
from w2vtui.formats.atomic import check_target
from w2vtui.settings import CorpusSettings


def check_outputs(path: str | None, vocab_path: str | None, sources: Sequence[str]) -> list[str]:
    """Find out before the training that it can be saved, and over nothing that is still needed.

    Returns the files that will be written, as real paths.
    """
    if not path:
        if vocab_path:
            raise SettingsError(f"--save-vocab {vocab_path} needs -o FILE: give both")
        return []
    check_writable(path)
    if vocab_path:
        check_target(vocab_path)
    written = [os.path.realpath(path), os.path.realpath(vocab_path or vocab_beside(path))]
    if written[0] == written[1]:
        raise SettingsError(f"{path} cannot hold the vectors and the counts: name two files")
    for source in sources:
        if os.path.realpath(source) in written:
            raise SettingsError(
                f"{source} is the corpus, and would be overwritten: name another file"
            )
    return written


def without(
    sources: Sequence[str], outputs: Sequence[str], settings: CorpusSettings
) -> Sequence[str | Path]:
    """The sources; a folder that holds vectors from an earlier time becomes its other files."""
    if not outputs or not any(Path(source).is_dir() for source in sources):
        return sources
    files = find_files(sources, encoding=settings.encoding)
    others = [file for file in files if os.path.realpath(file) not in outputs]
    return others if len(others) < len(files) else sources
