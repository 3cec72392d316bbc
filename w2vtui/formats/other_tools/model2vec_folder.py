"""The folder that model2vec and sentence-transformers' StaticEmbedding load: a sentence's vector is
the mean of its words' vectors.

    NAME/model.safetensors   `embeddings` float32 (V + 1, D), the last row that of unknown words, 0
    NAME/tokenizer.json      words between white space and their rows, as the tokenizers library
    NAME/config.json         what model2vec asks for
    NAME/modules.json        what sentence-transformers asks for

`mapping`, which sentence-transformers ignores, is never written; it is read.
https://github.com/MinishLab/model2vec
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, content_of
from w2vtui.formats.drafts.folder_drafts import CONFIG, FolderDraft, mark
from w2vtui.formats.layouts import checked_words
from w2vtui.formats.rows.blocks import Block, Shape, rows_a_block
from w2vtui.formats.rows.records import Source
from w2vtui.formats.rows.settling import Settler
from w2vtui.formats.vector_folders.safetensors_file import header_of, read_tensors
from w2vtui.vector_layouts import LAYOUTS

TENSORS = "model.safetensors"
TOKENIZER = "tokenizer.json"
MODULES = "modules.json"
_NAMES = ("embeddings", "embedding.weight")
_HEADER_BYTES = 256
_MOST_TOKENIZER_BYTES = 1 << 32
_WHITESPACE = {"type": "WhitespaceSplit"}
"""Splits at white space alone; the plain `Whitespace` would split `don't` too."""
_NOT_ONE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What a tokenizer.json of another shape raises."""


class Model2VecReader:
    """Reads such a folder; of others too, whose tokens may be parts of words.

    Raises:
        VectorsError: it is not one, or its files do not fit one another.
    """

    def __init__(self, folder: Path, source: Source, files: ExitStack) -> None:
        del files  # what is mapped stays so for as long as it is used
        self._source = source
        tensors = read_tensors(folder / TENSORS, mmap=True)
        found = next((tensors[name] for name in _NAMES if name in tensors), None)
        if found is None or found.ndim != 2 or 0 in found.shape:
            raise VectorsError(f"{folder / TENSORS} holds no matrix named embeddings")
        self._rows: NDArray[Any] = found
        self._mapping, self._weights = tensors.get("mapping"), tensors.get("weights")
        self._words, unknown = _vocabulary(folder / TOKENIZER)
        n_rows = len(found) if self._mapping is None else len(self._mapping)
        if len(self._words) != n_rows or not self._fits(n_rows):
            raise VectorsError(
                f"{folder}: {len(self._words):,} tokens and {n_rows:,} vectors do not belong "
                "together"
            )
        self._unknown = self._unknown_row(unknown)
        most = n_rows if source.limit is None else min(n_rows, source.limit)
        self.shape = Shape(most, found.shape[1])

    def _fits(self, n_rows: int) -> bool:
        """Whether mapping and weights are what they should be."""
        if self._weights is not None and self._weights.shape != (n_rows,):
            return False
        if self._mapping is None:
            return True
        rows = self._mapping
        is_list = rows.ndim == 1 and rows.dtype.kind in "iu"
        return is_list and bool(((rows >= 0) & (rows < len(self._rows))).all())

    def _unknown_row(self, unknown: str | None) -> int:
        """The row of unknown words, if it says nothing; else -1."""
        row = self._words.index(unknown) if unknown in self._words else -1
        return row if row >= 0 and not self._part(slice(row, row + 1)).any() else -1

    def blocks(self) -> Iterator[Block]:
        """Tokens and vectors.

        Raises:
            VectorsError: a number is not one.
        """
        self._source.remarks.clear()
        settler = Settler(self._source)
        n_rows = rows_a_block(self.shape.vector_size)
        for start in range(0, self.shape.most_words, n_rows):
            part = slice(start, min(start + n_rows, self.shape.most_words))
            words, rows = self._words[part], self._part(part)
            if part.start <= self._unknown < part.stop:
                at = self._unknown - part.start
                words, rows = words[:at] + words[at + 1 :], np.delete(rows, at, axis=0)
            yield settler.settle(words, rows, range(start + 1, start + 1 + len(words)))
        settler.check_any()

    def _part(self, part: slice) -> NDArray[np.float32]:
        """Some rows, as the model uses them."""
        rows = self._rows[part] if self._mapping is None else self._rows[self._mapping[part]]
        floats = np.array(rows, dtype=np.float32)
        if self._weights is not None:
            floats *= np.asarray(self._weights[part], dtype=np.float32)[:, None]
        return floats


def _vocabulary(path: Path) -> tuple[list[str], str | None]:
    """The tokens of tokenizer.json in the order of their rows, and the one of unknown words.

    Raises:
        VectorsError: it is not there, or not one.
    """
    try:
        content = json.loads(content_of(path, _MOST_TOKENIZER_BYTES))
        model = content["model"]
        unknown = model.get("unk_token")
        if isinstance(model["vocab"], list):  # of a Unigram model: tokens and their scores
            tokens = [str(token) for token, _ in model["vocab"]]
            return tokens, unknown
        rows: dict[str, int] = dict(model["vocab"])
        rows.update({one["content"]: one["id"] for one in content.get("added_tokens") or ()})
    except OSError as error:
        raise VectorsError(f"cannot read {path}: {(error.strerror or '').lower()}") from error
    except (TooLargeError, *_NOT_ONE) as error:
        raise VectorsError(f"{path} is not the description of a tokenizer") from error
    if sorted(rows.values()) != list(range(len(rows))):
        raise VectorsError(f"{path}: tokens must be numbered from 0 without gaps")
    return sorted(rows, key=rows.__getitem__), unknown


class Model2VecWriter:
    """Writes such a folder into a draft."""

    def __init__(self, draft: FolderDraft, shape: Shape, *, normalize: bool = True) -> None:
        """normalize: whether vectors of sentences are to have length 1."""
        self._draft, self._shape, self._normalize = draft, shape, normalize
        self._tensors, self._tokenizer = draft.create(TENSORS), draft.create(TOKENIZER)
        self._n_words = 0
        self._unknown_free = {_unknown(n) for n in range(3)}
        self._tensors.write(self._header(shape.most_words))
        before, self._after = _tokenizer_json()
        self._tokenizer.write(before)

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be looked up there.
        """
        checked_words(block.words, LAYOUTS["model2vec"], self._n_words + 1)
        self._unknown_free -= set(block.words)
        self._tensors.write(block.vectors.astype("<f4", copy=False).tobytes())
        for row, word in enumerate(block.words, start=self._n_words):
            self._tokenizer.write(f"{json.dumps(word, ensure_ascii=False)}:{row},\n".encode())
        self._n_words += len(block.words)

    def finish(self, n_words: int) -> None:
        """Write the row of unknown words, the shapes and the descriptions."""
        size = self._shape.vector_size
        if not self._unknown_free:
            raise VectorsError("the words hold every name that unknown words could have: [UNK] ...")
        unknown = json.dumps(min(self._unknown_free, key=lambda name: (len(name), name)))
        self._tokenizer.write(f"{unknown}:{n_words}".encode())
        self._tokenizer.write(self._after.replace(b'"[UNK]"', unknown.encode()))
        self._tensors.write(np.zeros(size, "<f4").tobytes())
        self._tensors.seek(0)
        self._tensors.write(self._header(n_words))
        self._draft.write_json(
            CONFIG,
            {
                "model_type": "model2vec",
                "architectures": ["StaticModel"],
                "hidden_dim": size,
                "normalize": self._normalize,
                "embedding_dtype": "float32",
                **mark(),
            },
        )
        kinds = ["StaticEmbedding", *(["Normalize"] if self._normalize else [])]
        self._draft.write_json(
            MODULES,
            [
                {
                    "idx": at,
                    "name": str(at),
                    "path": "." if not at else f"{at}_{kind}",
                    "type": f"sentence_transformers.models.{kind}",
                }
                for at, kind in enumerate(kinds)
            ],
        )

    def _header(self, n_words: int) -> bytes:
        shape = (n_words + 1, self._shape.vector_size)
        return header_of([("embeddings", np.dtype(np.float32), shape)], _HEADER_BYTES)


def _unknown(n: int) -> str:
    """A name for unknown words."""
    return f"[UNK{n or ''}]"


def _tokenizer_json() -> tuple[bytes, bytes]:
    """tokenizer.json before its words and after them."""
    described: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": _WHITESPACE,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {}, "unk_token": "[UNK]"},
    }
    before, after = json.dumps(described).encode().rsplit(b"{}", 1)
    return before + b"{\n", b"}" + after + b"\n"
