"""A first look at a text before it is read."""

from __future__ import annotations

import codecs
import dataclasses
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.display import safe_text, short, size_text
from w2vtui.errors import CorpusError, W2vtuiError
from w2vtui.settings import CorpusSettings, EncodingErrors, auto_epochs
from w2vtui.tui.chosen.sources import is_sample, sources_of

if TYPE_CHECKING:
    from w2vtui.corpus.hints import Hint

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
    offers: tuple[Hint, ...] = ()
    """What solves the problem, if a setting does."""
    sources: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    """Files that can be read twice, and so before the run."""
    epochs: int | None = None
    """What `epochs auto` is likely to choose."""


def look_at(text: str, settings: CorpusSettings) -> Preview:
    """Read the first lines of what the corpus field names, as these settings read them.

    Reads files: not for the thread that draws.
    """
    from w2vtui.corpus.file_hints import hints_on_files, refusal_of
    from w2vtui.corpus.files import find_files, is_regular
    from w2vtui.corpus.sources.compressed import is_packed
    from w2vtui.corpus.titles import title_of

    try:
        sources = tuple(sources_of(text))
        files = find_files(sources, settings)
        regular = [path for path in files if is_regular(path)]
        n_bytes = sum(path.stat().st_size for path in regular)
        if not regular:  # a pipe can be read only once
            return Preview(sources=sources, summary="a pipe: no preview")
        first = next((path for path in regular if path.stat().st_size), regular[0])
        refusal = refusal_of([first], settings)
        if refusal is not None:
            return Preview(problem=str(refusal), offers=tuple(hints_on_files([first], settings)))
        decoded, n_head, problem = _beginning_of(first, settings)
    except W2vtuiError as error:
        return Preview(problem=str(error))
    except OSError as error:
        return Preview(problem=f"cannot read {safe_text(text)}: {error.strerror}")
    lines = [
        line for line in decoded.removeprefix("\ufeff").splitlines()[:_SHOWN_LINES] if line.strip()
    ]
    what = "bundled sample" if is_sample(text) else safe_text(title_of(regular, sources), 40)
    n_tokens = len(decoded.split()) * n_bytes / max(n_head, 1)
    packed = any(map(is_packed, regular)) or settings.field is not None
    known = decoded and not packed
    words = f" · about {short(n_tokens)} words" if known else ""
    return Preview(
        lines=tuple(safe_text(line.expandtabs(4), _SHOWN_CHARACTERS) for line in lines),
        summary=f"{what} · {size_text(n_bytes)}{words}",
        problem=problem if n_bytes else "this file is empty",
        sources=sources,
        files=tuple(regular),
        epochs=auto_epochs(round(n_tokens)) if known else None,
    )


def _beginning_of(path: Path, settings: CorpusSettings) -> tuple[str, int, str]:
    """The first text in a file, how many bytes of it were read, and why they cannot be trained on,
    empty if they can.
    """
    from w2vtui.corpus.sources.opening import opened_bytes, opened_texts

    if settings.field is not None:
        plain = dataclasses.replace(settings, tokenizer="whitespace")
        with closing(opened_texts(path, plain)) as texts:
            head = next(texts).read(_LOOKED_AT_BYTES)
        return head.decode("utf-8", errors="replace"), len(head), ""
    with closing(opened_bytes(path, settings)) as sources:
        source = next(sources)
        head = source.read(_LOOKED_AT_BYTES)
    problem = _problem_with(head, source.name, settings.encoding, settings.encoding_errors)
    return head.decode(settings.encoding, errors="replace"), len(head), problem


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
