"""What of a checkpoint goes into which of its files, and what must fit together to be one again."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.sizes import N_TALLIES
from w2vtui.runs.disk.dataclass_json import (
    event_as_json,
    fields_from_json,
    training_of_any_version,
)
from w2vtui.runs.disk.tensor_file import Tensors
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.curves import CAPACITY, SavedCurve

_CURVE = "curve "
_MEMORY = "memory "
_TALLIES = "tallies"
_MATRICES = ("input_vectors", "output_vectors", "node_vectors")
_PLAIN = (
    "reason", "state", "clock", "tokens_per_epoch", "seconds", "diverged", "training", "settings",
    "schedule", "probe", "past", "breakpoints",
)  # fmt: skip


def tensors_of(checkpoint: Checkpoint) -> Tensors:
    """All numbers of a checkpoint that go into one file, by their names there."""
    tensors: Tensors = {
        name: np.ascontiguousarray(matrix) for name, matrix in checkpoint.vectors.items()
    }
    tensors[_TALLIES] = checkpoint.tallies
    for name, curve in checkpoint.curves.items():
        tensors[_CURVE + name] = np.ascontiguousarray(curve.rows)
    for name, numbers in checkpoint.memory.items():
        tensors[_MEMORY + name] = np.ascontiguousarray(numbers)
    return tensors


def manifest_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Everything else, as plain values."""
    return {
        **{name: _as_plain(getattr(checkpoint, name)) for name in _PLAIN},
        "events": [event_as_json(event) for event in checkpoint.events],
        "curves": {name: curve.merge for name, curve in checkpoint.curves.items()},
    }


def _as_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_plain(one) for one in value]
    is_plain = isinstance(value, type) or not dataclasses.is_dataclass(value)
    return value if is_plain else dataclasses.asdict(value)


def checkpoint_of(
    body: dict[str, Any], tensors: dict[str, NDArray[Any]] | None = None
) -> Checkpoint:
    """A checkpoint of these; without its tensors it has no vectors, tallies and curves.

    Raises:
        NOT_AS_WRITTEN: of the errors of checked_json.py; they are not what was written.
    """
    body = body | {"training": training_of_any_version(body["training"])}
    fields = fields_from_json(Checkpoint, {name: body[name] for name in (*_PLAIN, "events")})
    merges = {} if tensors is None else body["curves"]
    tensors = {_TALLIES: np.zeros(N_TALLIES)} if tensors is None else tensors
    checkpoint = Checkpoint(
        **fields,
        tallies=np.array(tensors[_TALLIES]),
        curves={
            name: SavedCurve(np.array(tensors[_CURVE + name]), merge)
            for name, merge in merges.items()
        },
        vectors={name: tensors[name] for name in _MATRICES if name in tensors},
        memory={
            name.removeprefix(_MEMORY): np.array(numbers)
            for name, numbers in tensors.items()
            if name.startswith(_MEMORY)
        },
    )
    _check(checkpoint)
    return checkpoint


def _check(checkpoint: Checkpoint) -> None:
    """Raise ValueError for numbers that do not fit together."""
    n_tokens, clock = checkpoint.tokens_per_epoch, checkpoint.clock
    if not (n_tokens > 0 and 0 <= clock <= checkpoint.schedule.planned > 0):
        raise ValueError(
            f"{clock:,} of {checkpoint.schedule.planned:,} tokens, {n_tokens:,} an epoch"
        )
    _check_tensor(_TALLIES, checkpoint.tallies, np.float64, (N_TALLIES,))
    for name, curve in checkpoint.curves.items():
        if type(curve.merge) is not int or curve.merge < 1:
            raise ValueError(f"a row of curve {name} stands for {curve.merge!r:.80} readings")
        _check_tensor(name, curve.rows, np.float64, (min(len(curve.rows), CAPACITY), 5))
    for name, numbers in checkpoint.memory.items():
        if numbers.dtype != np.float64 or not np.isfinite(numbers).all():
            raise ValueError(
                f"{_MEMORY}{name} holds {numbers.dtype}, or numbers that are not finite"
            )
    if checkpoint.vectors:
        n_words, size = len(checkpoint.vectors["input_vectors"]), checkpoint.training.vector_size
        for name, matrix in checkpoint.vectors.items():
            n_rows = n_words - 1 if name == "node_vectors" else n_words
            _check_tensor(name, matrix, np.float32, (n_rows, size))


def _check_tensor(name: str, tensor: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> None:
    if tensor.dtype != dtype or tensor.shape != shape:
        wanted = f"{np.dtype(dtype)} {shape}"
        raise ValueError(f"{name} are {tensor.dtype} {tensor.shape}, not {wanted}")
