"""A first look at a text before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.settings import auto_epochs
from w2vtui.tui.figures import short, size
from w2vtui.tui.sources import is_sample, sources_of

_LOOKED_AT_BYTES = 1 << 16
_SHOWN_LINES = 60
_SHOWN_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Preview:
    """The first lines of a text, or why there are none."""

    lines: tuple[str, ...] = ()
    """Safe to draw."""
    summary: str = ""
    problem: str = ""
    sources: tuple[str, ...] = ()
    epochs: int | None = None
    """What `epochs auto` is likely to choose."""


def look_at(text: str, encoding: str) -> Preview:
    """Look at what the corpus field names. Touches the disk: not for the thread that draws."""
    from w2vtui.corpus.files import find_files, is_regular
    from w2vtui.corpus.streams import COMPRESSED, ByteStream

    try:
        sources = tuple(sources_of(text))
        files = find_files(sources, encoding=encoding)
        regular = [path for path in files if is_regular(path)]
        n_bytes = sum(path.stat().st_size for path in regular)
        if not regular:  # a pipe can be read only once
            return Preview(sources=sources, summary="a pipe: no preview")
        with ByteStream(regular[0]) as stream:
            head = stream.read(_LOOKED_AT_BYTES)
    except W2vtuiError as error:
        return Preview(problem=str(error))
    except OSError as error:
        return Preview(problem=f"cannot read {safe_text(text)}: {error.strerror}")
    decoded = head.decode(encoding, errors="replace")
    lines = [line for line in decoded.splitlines()[:_SHOWN_LINES] if line.strip()]
    what = "bundled sample" if is_sample(text) else _what(regular)
    n_tokens = len(decoded.split()) * n_bytes / max(len(head), 1)
    packed = any(path.suffix.lower() in COMPRESSED for path in regular)
    known = head and not packed
    return Preview(
        lines=tuple(safe_text(line.expandtabs(4), _SHOWN_CHARACTERS) for line in lines),
        summary=f"{what} · {size(n_bytes)}" + f" · about {short(n_tokens)} words" * bool(known),
        problem="" if n_bytes else "this file is empty",
        sources=sources,
        epochs=auto_epochs(round(n_tokens)) if known else None,
    )


def _what(files: list[Path]) -> str:
    return f"{len(files)} files" if len(files) > 1 else safe_text(files[0].name, 40)
