"""The constructor's arguments, under gensim's names, as settings of this program.

Every value is checked before anything is read: a wrong one is a SettingsError, which names the
argument and its range.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from w2vtui.errors import SettingsError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    Objective,
    TrainingSettings,
    field_types,
    unknown_name_message,
)

CORPUS_NAMES = tuple(
    name for name in field_types(CorpusSettings) if name not in ("min_count", "max_final_vocab")
)
"""Settings of a text that gensim does not have."""
FIXED_DEFAULTS = {"deterministic": False, "probe": False, "probe_seed": 1, "device": "cpu"}
"""Settings that are fixed for a model, which gensim does not have, and their defaults here."""
OLD_NAMES = {"size": ("vector_size", 100), "iter": ("epochs", 5)}
"""gensim 3's names: the present one, and its default."""
_MOST_COUNT = 10**18
_NO_GENSIM_NAME = ("model", "objective", "noise_sharing", "cbow_divide")
_ALL_NAMES = [
    *(
        "sg",
        "hs",
        "vector_size",
        "seed",
        *FIXED_DEFAULTS,
        "progress",
        "runs_dir",
        "checkpoint_seconds",
        "history",
        "max_vocab_size",
        "null_word",
    ),
    *("sorted_vocab", "batch_words", "compute_loss", "callbacks", "comment", "trim_rule"),
    *field_types(CorpusSettings),
    *field_types(LiveSettings),
]


def renamed(further: dict[str, Any], given: dict[str, Any]) -> None:
    """Move what stands under an old name in `further` to its present name in `given`.

    Raises:
        SettingsError: both names are given.
    """
    for old in [name for name in OLD_NAMES if name in further]:
        new, default = OLD_NAMES[old]
        value = further.pop(old)
        if given[new] != default:
            raise SettingsError(
                f"give {new} or {old}, one of them; got {given[new]!r} and {value!r}"
            )
        warnings.warn(f"{old} is {new} since gensim 4", DeprecationWarning, stacklevel=3)
        given[new] = value


def further_settings(further: Mapping[str, Any]) -> dict[str, Any]:
    """Live settings that gensim has no name for.

    Raises:
        SettingsError: there is no such setting.
    """
    for name in further:
        if name not in _NO_GENSIM_NAME:
            raise SettingsError(unknown_name_message(name, _ALL_NAMES))
    return dict(further)


def live_settings(named: Mapping[str, Any], further: Mapping[str, Any]) -> LiveSettings:
    """The settings that a training may change.

    named     sg, hs and the others of gensim's names
    further   those that it has no name for; model and objective go before sg and hs

    Raises:
        SettingsError: a value is out of range.
    """
    sg, cbow_mean = flag("sg", named["sg"]), flag("cbow_mean", named["cbow_mean"])
    negative = named["negative"]
    values: dict[str, Any] = {
        "model": "skip-gram" if sg else "cbow",
        "objective": _objective(named["hs"], negative),
        "negative": 1 if negative == 0 else negative,  # hs=1, negative=0, as gensim has it
        "sample": checked_sample(named["sample"]),
        "cbow_mean": cbow_mean,
    }
    same = ("window", "alpha", "min_alpha", "ns_exponent", "epochs", "workers", "shrink_windows")
    values |= {name: named[name] for name in same}
    values["sample"] = min(values["sample"], 1.0)  # as a count it needs the text first
    return LiveSettings(**(values | dict(further)))


def training_settings(vector_size: int, seed: int, fixed: Mapping[str, Any]) -> TrainingSettings:
    """The settings that are fixed for a model.

    fixed   those of them that gensim has no name for

    Raises:
        SettingsError: a value is out of range.
    """
    return TrainingSettings(vector_size=vector_size, seed=seed, **fixed)


def checked_sample(sample: Any) -> float:
    """0 to 1, a share; or a count above.

    Raises:
        SettingsError: neither.
    """
    is_number = isinstance(sample, Real) and not isinstance(sample, bool)
    if not is_number or not 0 <= sample <= _MOST_COUNT:
        raise SettingsError(
            f"sample must be 0 to 1, a share of the text, or a count of words above, got {sample!r}"
        )
    return float(sample)


def flag(name: str, value: Any) -> bool:
    """0 or 1.

    Raises:
        SettingsError: neither.
    """
    if not isinstance(value, Integral) or value not in (0, 1):
        raise SettingsError(f"{name} must be 0 or 1, got {value!r}")
    return bool(value)


def whole(name: str, value: Any, unit: str, *, low: int = 1) -> int:
    """A whole number from `low` on.

    Raises:
        SettingsError: it is not.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < low:
        raise SettingsError(f"{name} must be {low:,} {unit} or more, got {value!r}")
    return int(value)


def _objective(hs: Any, negative: Any) -> Objective:
    if flag("hs", hs):
        return "hierarchical-softmax"
    if negative == 0:
        raise SettingsError("hs=0 and negative=0 leave nothing to train: set hs=1 or negative=5")
    return "negative-sampling"
