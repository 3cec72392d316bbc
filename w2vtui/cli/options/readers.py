"""Readers of the values of options, for argparse."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable
from typing import Any

_WHOLE_NUMBER = re.compile(r"0*[1-9][0-9]{0,17}")


def whole_number(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not _WHOLE_NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, got {text!r}")
    return int(text)


def list_of(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """A reader of values between commas; a repeated value counts once."""

    def read_all(text: str) -> list[Any]:
        return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))

    return read_all


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of these names, which suggests the nearest one for any other."""

    def read(text: str) -> str:
        if text not in names:
            near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise argparse.ArgumentTypeError(
                f"must be one of {', '.join(names)}, got {text!r}{hint}"
            )
        return text

    return read
