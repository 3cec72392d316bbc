"""Saving a model in a folder, and loading it: all that training further needs."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError, WrongTypeError
from w2vtui.files.foreign_files import is_pickle
from w2vtui.files.regular_files import AnyPath, opened
from w2vtui.formats import VectorFolder, read_vector_folder, write_vector_folder
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.keyed_vectors.saving import check_there
from w2vtui.word2vec.state import LIVE_NAMES, Floats, ModelState

_KEY = "word2vec"
"""Under which the metadata of a folder of vectors hold what a model adds."""
_NODES, _RAW = "node_vectors", "raw_vocab"
_SETTINGS = (
    *LIVE_NAMES,
    *("vector_size", "seed", "min_count", "max_vocab_size", "max_final_vocab", "null_word"),
    *("sorted_vocab", "batch_words", "compute_loss", "comment"),
)
"""Arguments of the constructor that a model is made with again."""
_COUNTS = ("corpus_count", "corpus_total_words", "effective_min_count", "train_count")
_FIGURES = ("total_train_time", "running_training_loss", "min_alpha_yet_reached")


class SavingCalls(ModelState):
    """The model as files: tensors in safetensors, words and settings in JSON. No pickle."""

    def save(
        self,
        fname_or_handle: AnyPath,
        separately: Iterable[str] | None = None,
        sep_limit: int = 10 << 20,
        ignore: Iterable[str] = frozenset(),
        pickle_protocol: int | None = None,
    ) -> None:
        """Write a folder with the vectors, the output matrices, counts, settings and figures.

        It appears whole or not at all: an older model under this name stays until the new one is on
        the disk. `KeyedVectors.load` reads its vectors. Rules, callbacks and hashfxn are not saved.
        The other arguments are gensim's, have no effect and are warned of.

        Raises:
            SettingsError: something is there that is not a folder of vectors.
            DiskError: it cannot be written; what was there is untouched.
            WrongTypeError: an open file is given, not a path.
        """
        if not isinstance(fname_or_handle, str | os.PathLike):
            raise WrongTypeError(f"save needs a path, got {type(fname_or_handle).__name__}")
        if separately or ignore or pickle_protocol is not None or sep_limit != 10 << 20:
            warnings.warn(
                "separately, sep_limit, ignore and pickle_protocol have no effect: a model is a "
                "folder without pickles, with all matrices in one file",
                stacklevel=2,
            )
        tensors: dict[str, NDArray[Any]] = self.wv.tensors()
        if hasattr(self, "syn1"):
            tensors[_NODES] = self.syn1
        if self.raw_vocab:
            tensors[_RAW] = np.frombuffer(json.dumps(self.raw_vocab).encode(), dtype=np.uint8)
        write_vector_folder(
            fname_or_handle, self.wv.index_to_key, tensors, {_KEY: self._described()}
        )

    def _described(self) -> dict[str, Any]:
        """The settings and figures, as JSON takes them."""
        settings = {name: getattr(self, name) for name in _SETTINGS} | self._further | self._of_text
        figures = {name: getattr(self, name) for name in (*_COUNTS, *_FIGURES)}
        described = {"settings": settings | self._of_run, "figures": figures}
        return {
            part: {
                name: value.item() if isinstance(value, np.generic) else value
                for name, value in values.items()
            }
            for part, values in described.items()
        }

    @classmethod
    def load(cls, fname: AnyPath, mmap: Literal["r"] | None = None, rethrow: bool = False) -> Self:
        """Read a model that `save` wrote; it can be trained further.

        mmap      "r" maps the matrices into memory read-only; training copies them first
        rethrow   taken for gensim's sake

        Raises:
            NoVectorsFileError: nothing is there (a FileNotFoundError).
            VectorsError: it is not a model, or is damaged; of a pickle it says what to do.
        """
        if mmap not in (None, "r"):
            raise SettingsError(f"mmap must be 'r' or None, got {mmap!r}")
        check_there(fname)
        path = Path(fname)
        if not path.is_dir():
            raise VectorsError(_not_a_model(path))
        folder = read_vector_folder(path, mmap=mmap is not None)
        saved = folder.metadata.get(_KEY)
        if not isinstance(saved, dict):
            raise VectorsError(f"{path} holds vectors, not a model: KeyedVectors.load reads it")
        model: Self = _made(cls, path, _part(path, saved, "settings"))
        _set_figures(model, path, _part(path, saved, "figures"))
        model._set_matrices(folder, path)
        return model

    def _set_matrices(self, folder: VectorFolder, path: Path) -> None:
        """Take the words and matrices of a folder, checked to fit the settings."""
        if _RAW in folder.tensors:
            self.raw_vocab = _raw_vocab(path, folder.tensors[_RAW])
        if not folder.words:
            return
        self.wv = KeyedVectors.from_folder(folder)
        n_words = len(self.wv)
        if self._live().walks_tree:
            nodes = folder.tensors.get(_NODES)
            self.syn1 = _fitting(path, _NODES, nodes, (n_words - 1, self.vector_size))
        else:
            output = self.wv.output_vectors
            _fitting(path, "output_vectors", output, (n_words, self.vector_size))
        _fitting(path, "vectors", self.wv.vectors, (n_words, self.vector_size))


def _made(cls: type[Any], path: Path, settings: Mapping[str, Any]) -> Any:
    try:
        return cls(**settings)
    except (SettingsError, TypeError) as error:
        raise VectorsError(f"{path}: its settings cannot be used: {error}") from error


def _part(path: Path, saved: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = saved.get(name)
    if not isinstance(part, dict):
        raise VectorsError(f"{path}: config.json has no {name} of a model: it is damaged")
    return part


def _set_figures(model: ModelState, path: Path, figures: Mapping[str, Any]) -> None:
    for name in (*_COUNTS, *_FIGURES):
        value = figures.get(name)
        kinds = (int,) if name in _COUNTS else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise VectorsError(f"{path}: {name} must be a number, got {value!r:.40}: it is damaged")
        setattr(model, name, value)


def _fitting(path: Path, name: str, matrix: NDArray[Any] | None, shape: tuple[int, int]) -> Floats:
    """A matrix of this shape and of numbers.

    Raises:
        VectorsError: it is another, or missing.
    """
    found = "nothing" if matrix is None else f"{matrix.dtype} of shape {matrix.shape}"
    if matrix is None or matrix.shape != shape or matrix.dtype != np.float32:
        raise VectorsError(f"{path}: {name} must be float32 of shape {shape}, got {found}")
    if not np.isfinite(matrix.sum(dtype=np.float64)):
        raise VectorsError(f"{path}: {name} hold NaN or infinity: the file is damaged")
    return matrix


def _raw_vocab(path: Path, text: NDArray[Any]) -> dict[str, int]:
    try:
        counts = json.loads(text.astype(np.uint8).tobytes())
        return {str(word): int(count) for word, count in counts.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise VectorsError(f"{path}: {_RAW} is not JSON: the file is damaged") from error


def _not_a_model(path: Path) -> str:
    """What a file is that is not a model, and what to do with it."""
    with opened(path) as file:
        head = file.read(16)
    if is_pickle(head):
        return (
            f"{path} is a pickle (gensim's own format), which can run code when it is loaded: in "
            "gensim, write model.wv.save_word2vec_format('vectors.bin', binary=True), and load "
            "that with KeyedVectors"
        )
    return f"{path} is a file, and a saved model is a folder: KeyedVectors.load reads vectors"
