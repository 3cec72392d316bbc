"""The texts that come with the program; does not load NumPy, unlike the package `corpus`."""

from __future__ import annotations

from pathlib import Path

from w2vtui.errors import CorpusError

SAMPLE = "atlas.txt"
"""The bundled sample to train on if no text is named."""


def sample_path(name: str) -> Path:
    """The file `name` of the bundled samples.

    Raises:
        CorpusError: there is no such sample.
    """
    package = Path(__file__).resolve().parent
    folder = package / "samples"  # in an installed package
    if not folder.is_dir():
        folder = package.parent / "samples"  # in a clone
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if name not in names:
        known = ", ".join(names) or "none are installed"
        raise CorpusError(f"there is no sample {name!r}: {known}")
    return folder / name
