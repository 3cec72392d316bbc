"""Reads and writes the folder of vectors row by row, for conversions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.files.regular_files import opened
from w2vtui.formats.drafts.folder_drafts import CONFIG, FolderDraft
from w2vtui.formats.rows.blocks import Block, Matrix, Shape, rows_a_block
from w2vtui.formats.rows.records import Source
from w2vtui.formats.rows.settling import Settler
from w2vtui.formats.vector_folders.safetensors_file import (
    header_of,
    rows_of,
    tensor_values,
    tensors_in,
)
from w2vtui.formats.vector_folders.vector_folder import (
    TENSORS,
    WORDS,
    check_shapes,
    checked_config,
    config_for,
    words_in,
    write_words,
)

_HEADER_BYTES = 512


class FolderReader:
    """Reads a folder of vectors; its words are any text.

    matrix   the input vectors, the output vectors, or their sum

    Raises:
        VectorsError: it is not one, or its files do not fit one another.
        SettingsError: the output vectors are wanted, and there are none.
    """

    def __init__(self, folder: Path, source: Source, matrix: Matrix, files: ExitStack) -> None:
        config = checked_config(folder)
        self.folder, self.source = folder, source
        self.file = files.enter_context(opened(folder / TENSORS))
        self._other = files.enter_context(opened(folder / TENSORS))
        places = tensors_in(self.file, str(folder / TENSORS))
        check_shapes(folder, {name: place.shape for name, place in places.items()}, config)
        if matrix != "input" and "output_vectors" not in places:
            raise SettingsError(f"{folder} holds no output vectors: --vectors input")
        self.tensors = places
        """Where its tensors are in `file`."""
        self._places = [
            places[name]
            for name in {
                "input": ["vectors"],
                "output": ["output_vectors"],
                "sum": ["vectors", "output_vectors"],
            }[matrix]
        ]
        self.counts: NDArray[np.int64] | None = None
        if "counts" in places:
            self.counts = tensor_values(self.file, places["counts"])
        n_words, size = places["vectors"].shape
        most = n_words if source.limit is None else min(n_words, source.limit)
        self.shape = Shape(most, size, self.counts is not None)

    def blocks(self) -> Iterator[Block]:
        """Words, vectors and counts.

        Raises:
            VectorsError: a word is not one, or there again, or a number is not one.
        """
        self.source.remarks.clear()
        settler, most = Settler(self.source, keeps_blank=True), self.shape.most_words
        n_rows = rows_a_block(self.shape.vector_size)
        matrices = zip(
            *(
                rows_of(file, place, n_rows)
                for file, place in zip((self.file, self._other), self._places, strict=False)
            ),
            strict=True,
        )
        words: list[str] = []
        waiting = words_in(self.folder)
        n_done = 0
        for parts in matrices:
            rows = parts[0] if len(parts) == 1 else parts[0] + parts[1]
            while len(words) < len(rows) and (more := next(waiting, None)):
                words += more
            n = min(len(rows), most - n_done)
            if len(words) < n:
                raise VectorsError(f"{self.folder / WORDS}: there are more vectors than words")
            at = slice(n_done, n_done + n)
            counts = None if self.counts is None else self.counts[at]
            yield settler.settle(words[:n], rows[:n], range(n_done + 1, n_done + 1 + n), counts)
            words = words[n:]
            n_done += n
            if n_done == most:
                break
        if self.source.limit is None and (words or next(waiting, None)):
            raise VectorsError(f"{self.folder / WORDS}: there are more words than vectors")


class FolderWriter:
    """Writes vectors, words and counts into a draft of a folder."""

    def __init__(self, draft: FolderDraft, shape: Shape) -> None:
        self._draft, self._shape = draft, shape
        self._tensors, self._words = draft.create(TENSORS), draft.create(WORDS)
        self._counts: list[NDArray[np.int64]] = []
        self._tensors.write(self._header(shape.most_words))

    def write(self, block: Block) -> None:
        """Write more rows."""
        self._tensors.write(block.vectors.astype("<f4", copy=False).tobytes())
        write_words(self._words, block.words)
        if self._shape.has_counts and block.counts is not None:
            self._counts.append(block.counts)

    def finish(self, n_words: int) -> None:
        """Write the counts, the shapes and the description."""
        for counts in self._counts:
            self._tensors.write(counts.astype("<i8", copy=False).tobytes())
        self._tensors.seek(0)
        self._tensors.write(self._header(n_words))
        self._draft.write_json(CONFIG, config_for(n_words, self._shape.vector_size, None))

    def _header(self, n_words: int) -> bytes:
        shape = (n_words, self._shape.vector_size)
        described = [("vectors", np.dtype(np.float32), shape)]
        counts = [("counts", np.dtype(np.int64), (n_words,))] if self._shape.has_counts else []
        return header_of([*described, *counts], _HEADER_BYTES)
