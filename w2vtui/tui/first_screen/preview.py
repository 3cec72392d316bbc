"""A first look at a text before it is read."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import safe_text, short, size_text
from w2vtui.errors import CorpusError, W2vtuiError
from w2vtui.settings import EncodingErrors, auto_epochs
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
    files: tuple[Path, ...] = ()
    """Files that can be read twice, and so before the run."""
    epochs: int | None = None
    """What `epochs auto` is likely to choose."""


def look_at(text: str, encoding: str, errors: EncodingErrors = "strict") -> Preview:
    """Read the first lines of what the corpus field names.

    Reads files: not for the thread that draws.
    """
    from w2vtui.corpus.files import find_files, is_regular, title_of
    from w2vtui.corpus.sources.byte_stream import ByteStream
    from w2vtui.corpus.sources.compressed import COMPRESSED

    try:
        sources = tuple(sources_of(text))
        files = find_files(sources, encoding=encoding)
        regular = [path for path in files if is_regular(path)]
        n_bytes = sum(path.stat().st_size for path in regular)
        if not regular:  # a pipe can be read only once
            return Preview(sources=sources, summary="a pipe: no preview")
        first = next((path for path in regular if path.stat().st_size), regular[0])
        with ByteStream(first) as stream:
            head = stream.read(_LOOKED_AT_BYTES)
            problem = _problem_with(head, stream.name, encoding, errors)
    except W2vtuiError as error:
        return Preview(problem=str(error))
    except OSError as error:
        return Preview(problem=f"cannot read {safe_text(text)}: {error.strerror}")
    decoded = head.decode(encoding, errors="replace")
    lines = [line for line in decoded.splitlines()[:_SHOWN_LINES] if line.strip()]
    what = "bundled sample" if is_sample(text) else safe_text(title_of(regular, sources), 40)
    n_tokens = len(decoded.split()) * n_bytes / max(len(head), 1)
    packed = any(path.suffix.lower() in COMPRESSED for path in regular)
    known = head and not packed
    words = f" · about {short(n_tokens)} words" if known else ""
    return Preview(
        lines=tuple(safe_text(line.expandtabs(4), _SHOWN_CHARACTERS) for line in lines),
        summary=f"{what} · {size_text(n_bytes)}{words}",
        problem=problem if n_bytes else "this file is empty",
        sources=sources,
        files=tuple(regular),
        epochs=auto_epochs(round(n_tokens)) if known else None,
    )


def _problem_with(head: bytes, name: str, encoding: str, errors: EncodingErrors) -> str:
    """Why a text with this beginning cannot be trained on; empty if it can."""
    from w2vtui.corpus.sources.text_stream import check_encoding, find_codec, not_in_encoding

    find_codec(encoding)
    try:
        check_encoding(head, name, encoding)
        codecs.getincrementaldecoder(encoding)(errors).decode(head)
    except CorpusError as error:
        return str(error)
    except UnicodeDecodeError as error:
        return str(not_in_encoding(name, encoding, error, error.start))
    except UnicodeError as error:  # a few codecs know no position
        return f"{name} is not in the encoding {encoding} ({error})"
    return ""
