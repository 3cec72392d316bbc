"""word2vec.c's command line: `-train text8 -output vectors.bin -cbow 0 -negative 5` parses too."""

from __future__ import annotations

from pathlib import Path

from w2vtui.errors import SettingsError

_SAME = {
    "-output": "--output",
    "-size": "--vector-size",
    "-window": "--window",
    "-sample": "--sample",
    "-threads": "--workers",
    "-iter": "--epochs",
    "-min-count": "--min-count",
    "-alpha": "--alpha",
    "-save-vocab": "--save-vocab",
}
_OTHER = ("-train", "-hs", "-negative", "-cbow", "-binary", "-debug", "-read-vocab")


def from_word2vec_c(argv: list[str]) -> list[str]:
    """The arguments with word2vec.c's spellings turned into ours; others pass as they are.

    Raises:
        SettingsError: a spelling without its value, or something that has no counterpart here.
    """
    out: list[str] = []
    by_tree = no_noise = False
    rest = iter(argv)
    for word in rest:
        if word not in _SAME and word not in _OTHER:
            out.append(word)
            continue
        value = next(rest, None)
        if value is None:
            raise SettingsError(f"{word} needs a value after it")
        if word in _SAME:
            out += [_SAME[word], value]
        elif word == "-train":
            out.append(value)
        elif word == "-cbow":
            out += ["--model", "cbow" if _switch(word, value) else "skip-gram"]
        elif word == "-hs":
            by_tree = _switch(word, value)
        elif word == "-negative":
            no_noise = value == "0"
            if not no_noise:
                out += ["--negative", value]
        elif word == "-binary":
            _check_binary(_switch(word, value), argv)
        elif word == "-read-vocab":
            raise SettingsError(
                f"-read-vocab {value}: the vocabulary is always made from the corpus; leave it out"
            )
    if by_tree:
        out += ["--objective", "hierarchical-softmax"]
    elif no_noise:
        raise SettingsError(
            "-hs 0 and -negative 0 leave nothing to train: give -negative 5 or -hs 1"
        )
    return out


def _switch(word: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise SettingsError(f"{word} must be 0 or 1, got {value!r}")
    return value == "1"


def _check_binary(binary: bool, argv: list[str]) -> None:
    """The layout goes by the file's extension; say so where the two differ."""
    for flag in ("-output", "--output", "-o"):
        if flag in argv[:-1]:
            name = argv[argv.index(flag) + 1]
            if (Path(name).suffix.lower() == ".bin") != binary:
                wanted = ".bin" if binary else ".txt or .vec"
                raise SettingsError(
                    f"-binary {int(binary)} and {name} disagree: the extension decides, name a "
                    f"{wanted} file"
                )
