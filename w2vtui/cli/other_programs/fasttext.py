"""fastText's command lines, answered with the lines of ours that do the same."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from w2vtui.files.regular_files import opened
from w2vtui.vector_layouts import ENDINGS

_FLAGS = {
    "dim": "--vector-size",
    "ws": "--window",
    "minCount": "--min-count",
    "neg": "--negative",
    "thread": "--workers",
    "seed": "--seed",
    "lr": "--alpha",
    "epoch": "--epochs",
    "t": "--sample",
}
"""fastText's options of a training that have a counterpart, without the dash."""
_DEFAULTS = {"lr": "0.05", "epoch": "5", "t": "0.0001"}
"""Those of its defaults that are not ours."""
_OBJECTIVES = {"ns": "negative-sampling", "hs": "hierarchical-softmax", "softmax": "softmax"}
_NGRAMS = ("minn", "maxn", "bucket")
_WITHOUT_EFFECT = ("verbose", "lrUpdateRate")
"""Options that change nothing of the vectors."""
_MAGIC = b"\xba\x16\x4f\x2f"
_OPTION = re.compile(r"-([A-Za-z][A-Za-z-]*)")
_NO_CLASSIFIER = ("supervised", "quantize", "predict", "predict-prob", "test-label")


def answer(argv: Sequence[str]) -> str:
    """What to say of a command line of fastText; empty if it is not one.

    The line of ours comes last, ready to be copied.
    """
    verb, rest = argv[0], argv[1:]
    if verb in ("skipgram", "cbow"):
        return _training(verb, rest)
    if verb in ("nn", "analogies", "print-word-vectors"):
        return _question(verb, rest)
    if verb in _NO_CLASSIFIER:
        return f"fastText's {verb} is about classifying texts: w2vtui trains vectors of words only"
    return ""


def _training(verb: str, argv: Sequence[str]) -> str:
    given, odd = _options(argv)
    line = ["w2vtui", "train", given.pop("input", "TEXT"), "-o", _vectors(given.pop("output", ""))]
    line += ["--model", "cbow" if verb == "cbow" else "skip-gram"]
    loss = given.pop("loss", "ns")
    if loss in _OBJECTIVES:
        line += ["--objective", _OBJECTIVES[loss]] if loss != "ns" else []
    else:
        odd.append(f"-loss {loss}")
    has_ngrams = given.get("maxn") != "0"
    chosen = _DEFAULTS | {name: value for name, value in given.items() if name in _FLAGS}
    for name, value in chosen.items():
        line += [_FLAGS[name], value]
    line += ["--quiet"] if given.get("verbose") == "0" else []
    known = (*_FLAGS, *_NGRAMS, *_WITHOUT_EFFECT)
    odd += [f"-{name} {value}" for name, value in given.items() if name not in known]
    lacks = ["character n-grams (fastText's -maxn 0)"] if has_ngrams else []
    lacks += odd
    without = f", without {', '.join(lacks)}" if lacks else ""
    return f"fastText's {verb} is this in w2vtui{without}: {shlex.join(line)}"


def _question(verb: str, argv: Sequence[str]) -> str:
    model = _vectors(argv[0] if argv else "")
    n = ["-n", argv[1] if len(argv) > 1 else "10"]
    if verb == "nn":
        return f"fastText's nn is this in w2vtui: {shlex.join(['w2vtui', 'distance', model, *n])}"
    if verb == "analogies":
        line = shlex.join(["w2vtui", "word-analogy", model, *n])
        return (
            "fastText's analogies asks for A - B + C; this asks for the words in the order B A C: "
            f"{line}"
        )
    line = shlex.join(["w2vtui", "convert", model, "vectors.txt"])
    return f"fastText's print-word-vectors is this in w2vtui, for all words, a line each: {line}"


def _options(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values of options by their names without the dash, and what is not an option."""
    given: dict[str, str] = {}
    odd: list[str] = []
    rest = iter(argv)
    for word in rest:
        option = _OPTION.fullmatch(word)
        value = next(rest, None) if option else None
        if option is None or value is None:
            odd.append(word)
        else:
            given[option[1]] = value
    return given, odd


def _vectors(name: str) -> str:
    """The file of vectors that belongs to a model: fastText writes model.bin and model.vec."""
    if not name:
        return "MODEL.vec"
    if name.endswith(".bin"):
        return name if _is_another_binary(name) else f"{name[:-4]}.vec"
    return name if name.endswith(ENDINGS) else f"{name}.vec"


def _is_another_binary(name: str) -> bool:
    """Whether a file is there that fastText did not write."""
    try:
        with opened(name) as file:
            return file.read(len(_MAGIC)) != _MAGIC
    except OSError:
        return False
