"""What a text is called: by its file, or by the folder of its files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from w2vtui.corpus.files import STDIN
from w2vtui.display import printable


def title_of(files: Sequence[Path], sources: Sequence[str | Path] = ()) -> str:
    """A name for the text made of these files: `notes.txt`, `notes/ (3 files)`, `stdin`.

    sources   what the files were found by; a folder gives its name, as does the one that all files
              lie in
    """
    if list(files) == [STDIN]:
        return "stdin"
    if isinstance(sources, str | Path):  # as `find_files` takes it
        sources = [sources]
    is_folder = len(sources) == 1 and Path(sources[0]) != STDIN and Path(sources[0]).is_dir()
    n = len({path.absolute() for path in files})
    if n == 1 and not is_folder:
        return printable(files[0].name)
    n_files = f"{n} file{'s' * (n != 1)}"
    folder = _folder_name(Path(sources[0]) if is_folder else _common_folder(files))
    return f"{folder}/ ({n_files})" if folder else n_files


def _common_folder(files: Sequence[Path]) -> Path | None:
    """The folder that all files lie in; None if only the root of a disk does."""
    if STDIN in files:
        return None
    try:
        return Path(os.path.commonpath([path.absolute().parent for path in files]))
    except ValueError:  # on different drives
        return None


def _folder_name(folder: Path | None) -> str:
    """The name of a folder, that of `.` and `..` too; empty for the root."""
    if folder is not None and folder.name in ("", ".."):  # `.` is no name either
        folder = folder.resolve()
    return "" if folder is None else printable(folder.name)
