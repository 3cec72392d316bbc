"""Files of phrases: JSON, which runs nothing when it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from w2vtui.display import safe_text
from w2vtui.errors import CorpusError
from w2vtui.files.regular_files import AnyPath, TooLargeError, content_of, opened
from w2vtui.formats.drafts.atomic import atomic_write, check_replaceable

_FORMAT = "w2vtui"
_VERSION = 1
_MOST_BYTES = 1 << 34
_TYPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "phrases": {
        "min_count": (int, float),
        "threshold": (int, float),
        "max_vocab_size": int,
        "delimiter": str,
        "progress_per": int,
        "corpus_word_count": int,
        "min_reduce": int,
        "connector_words": list,
        "scoring": (str, type(None)),
        "vocab": dict,
    },
    "frozen phrases": {
        "min_count": (int, float),
        "threshold": (int, float),
        "delimiter": str,
        "connector_words": list,
        "phrasegrams": dict,
    },
}
"""What each kind of file holds."""


def write(path: AnyPath, kind: str, body: dict[str, Any]) -> None:
    """Write a file of phrases.

    Raises:
        SettingsError: a file is there that does not hold phrases.
        DiskError: it cannot be written; what was there is untouched.
    """
    check_replaceable(path, _holds_phrases, "a file of phrases")
    content = {"format": f"{_FORMAT} {kind}", "version": _VERSION} | body
    text = json.dumps(content, ensure_ascii=False, indent=0, allow_nan=True)
    with atomic_write(path) as file:
        file.write(text.encode("utf-8", "surrogatepass"))


def read(path: AnyPath, kind: str) -> dict[str, Any]:
    """What `write` wrote, its types checked.

    Raises:
        CorpusError: the file cannot be read, or is not a file of this kind.
    """
    try:
        content = content_of(path, _MOST_BYTES)
        body = json.loads(content.decode("utf-8", "surrogatepass"))
    except (OSError, TooLargeError) as error:
        raise CorpusError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{path} is not a file of {kind}: {error}") from error
    wanted = f"{_FORMAT} {kind}"
    if not isinstance(body, dict) or body.pop("format", None) != wanted:
        raise CorpusError(
            f"{path} is not a file of {kind}: it does not say {wanted!r}; Phrases.load and "
            "FrozenPhrases.load each read what their save wrote"
        )
    if (version := body.pop("version", None)) != _VERSION:
        raise CorpusError(f"{path} is of version {version!r:.20}, this w2vtui reads {_VERSION}")
    _check_types(path, kind, body)
    return body


def _holds_phrases(path: Path) -> bool:
    """Whether a file begins as `write` begins one."""
    beginning = f'{{\n"format": "{_FORMAT} '.encode()
    with opened(path) as file:
        return file.read(len(beginning)) == beginning


def _check_types(path: AnyPath, kind: str, body: dict[str, Any]) -> None:
    types = _TYPES[kind]
    for name in types.keys() ^ body.keys():
        what = "is missing" if name in types else "is unknown"
        raise CorpusError(f"{path} is not a file of {kind}: {safe_text(name, 40)!r} {what}")
    for name, value in body.items():
        fits = isinstance(value, types[name]) and not isinstance(value, bool)
        if fits and isinstance(value, list):
            fits = all(isinstance(item, str) for item in value)
        if fits and isinstance(value, dict):
            number = int if name == "vocab" else (int, float)
            fits = all(
                type(item) is not bool and isinstance(item, number) for item in value.values()
            )
        if not fits:
            raise CorpusError(f"{path} is not a file of {kind}: {name} is damaged")
