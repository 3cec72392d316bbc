"""The files that a command reads and writes, looked at before there is work to lose."""

from __future__ import annotations

import os
from collections.abc import Sequence

from w2vtui.errors import SettingsError
from w2vtui.formats import check_writable, vocab_beside
from w2vtui.formats.atomic import check_target


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
