"""Files of maps: SVG, and PNG, which a library makes of the same SVG."""

from __future__ import annotations

import os
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import MissingLibraryError, SettingsError, TargetTakenError
from w2vtui.extras import is_installed, missing
from w2vtui.formats.drafts.atomic import atomic_write, check_target

ENDINGS = (".svg", ".png")
_PNG_ZOOM = 2
"""Pixels of a PNG to one of the SVG: labels stay readable when it is enlarged."""


def check_picture(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Check that a picture can be written to a file, before there is one.

    overwrite   replace a file that is there

    Raises:
        SettingsError: the ending is not that of a picture.
        MissingLibraryError: it is `.png`, and the library is not installed.
        TargetTakenError: the file is there already.
        DiskError: it cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"a picture must end in {' or '.join(ENDINGS)}, got {safe_text(target.name, 80)!r}"
        )
    if target.suffix.lower() == ".png" and not is_installed("resvg_py"):
        raise MissingLibraryError(f"{missing('writing a PNG', 'png')}; or name a .svg file")
    check_target(target)
    if target.exists() and not overwrite:
        raise TargetTakenError(safe_text(str(target), 200))


def write_picture(path: str | os.PathLike[str], svg: str) -> None:
    """Write a picture, as the ending says; it appears whole or not at all.

    Raises:
        DiskError: it cannot be written.
        MissingLibraryError: it is `.png`, and the library is not installed.
    """
    content = picture_bytes(svg, Path(path).suffix.lower())
    with atomic_write(path) as file:
        file.write(content)


def picture_bytes(svg: str, ending: str) -> bytes:
    """The content of a file of a picture.

    ending   `.svg` or `.png`

    Raises:
        MissingLibraryError: it is `.png`, and the library is not installed.
    """
    if ending == ".svg":
        return svg.encode("utf-8")
    try:
        import resvg_py
    except ImportError:
        raise MissingLibraryError(missing("writing a PNG", "png")) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_PNG_ZOOM))
