"""One set of vectors in every layout, and what is asserted of files of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats import load_vectors
from w2vtui.vectors import WordVectors

EXTENSIONS = [".txt", ".vec", ".bin"]

WORDS = ["</s>", "naïve", "日本"]
MATRIX = np.array([[0.5, -1.25], [0.1, 1e-7], [-0.0, 3.4e38]], dtype=np.float32)
TEXT = "3 2\n</s> 0.5 -1.25\nnaïve 0.1 1e-07\n日本 -0 3.4e+38\n".encode()
WORD2VEC_C_TEXT = (
    "3 2\n</s> 0.500000 -1.250000 \nnaïve 0.1 0.0000001 \n日本 -0.000000 3.4e38 \n".encode()
)
GLOVE_TEXT = TEXT.partition(b"\n")[2]
ROWS = [
    b"\x00\x00\x00\x3f\x00\x00\xa0\xbf",
    b"\xcd\xcc\xcc\x3d\x95\xbf\xd6\x33",
    b"\x00\x00\x00\x80\x9e\xc9\x7f\x7f",
]
WORD2VEC_C_BINARY = b"3 2\n" + b"".join(
    word.encode() + b" " + row + b"\n" for word, row in zip(WORDS, ROWS, strict=True)
)
GENSIM_BINARY = b"3 2\n" + b"".join(
    word.encode() + b" " + row for word, row in zip(WORDS, ROWS, strict=True)
)


def assert_same(loaded: WordVectors, words: list[str], matrix: NDArray[np.float32]) -> None:
    assert loaded.index_to_key == words
    assert loaded.vectors.dtype == np.float32
    assert np.array_equal(loaded.vectors.view(np.uint32), matrix.view(np.uint32))  # bit for bit


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def load(path: Path, **options: Any) -> tuple[WordVectors, list[str]]:
    """The vectors of a file, and what was said of them, without the name of the file."""
    said: list[str] = []
    loaded = load_vectors(path, report=said.append, **options)
    assert all(line.startswith(f"{path}: ") for line in said)
    return loaded, [line.removeprefix(f"{path}: ") for line in said]


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(VectorsError) as caught:
        load_vectors(path, **options)
    return str(caught.value)
