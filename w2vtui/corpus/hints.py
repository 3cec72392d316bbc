"""Remarks on what the tokens of a text look like, and what would fit it better."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import contains
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.sources.segmenting import has_library
from w2vtui.corpus.tokens import split_lines
from w2vtui.corpus.vocab import Census
from w2vtui.display import safe_text
from w2vtui.settings import CorpusSettings

HINT_SHARE = 0.03
"""A remark on punctuation or capitals is made from this share of the tokens."""
MOST_SHARE = 0.5
"""A remark that tokens are not words, or alone on their line, is made from this share of them."""

_LOOKED_AT = 20_000
"""Distinct tokens, the first of the text, that tell what separates its words."""
_JOINED_AT_ONCE = 1 << 16
"""Tokens whose letters are looked at in one array."""
_EXAMPLES = 100
_WHOLE_SHARE = 0.95
"""Of what separators join, the share that has to stay whole for a tokenizer to be advised."""
_LEAST_JSON = 0.02
"""Tokens that begin a line of JSON: the lines may be long."""
_SHOWN_CELLS = 24

_Letters: TypeAlias = NDArray[np.uint32]
"""Code points."""

_ENDS_IN_PUNCTUATION = frozenset(".,;:!?\"'\u2019\u201d\u00bb\u2026\u3002\uff0c")
_SEPARATORS = {
    ",": "commas", ";": "semicolons", "|": "bars", "\uff0c": "commas", "\u3001": "commas",
    "\uff1b": "semicolons", "/": "slashes", ":": "colons", "&": "ampersands", "+": "pluses",
}  # fmt: skip
_BEGIN_OF_JSON = re.compile(r'^[\[{]+"[^"]+("|$)')
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KOREAN_PARTICLE = re.compile(
    "[\uac00-\ud7a3](?:은|는|이|가|을|를|의|에|와|과|도|로|다|고|서|한|할|하는)[.,!?]?$"
)
"""How words of Korean often end, after another syllable: particles, and endings of verbs."""
_PARTICLE_SHARE = 0.3
"""Of words of a text from which these were not split off; of its morphemes far fewer."""
_KANA = re.compile("[\u3041-\u30fe]")
_NOT_SEPARATED = "nothing separates the words"
_ALL_READ = "all of its fields are read as words"
_PIPE = "FILE | w2vtui train - ..."


class _Script(NamedTuple):
    """A script in which there are no blanks between words."""

    name: str
    letters: re.Pattern[str]
    word_letters: float
    """Letters in a row, in the mean, that only a text which has not been cut into words has."""


_SCRIPTS = (
    _Script(
        "Chinese or Japanese",
        re.compile("[\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+"),
        4.0,
    ),
    _Script(
        "Thai, Lao, Burmese or Khmer",
        re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"),
        12.0,
    ),
)


class Hint(NamedTuple):
    """A remark, what would help, and the setting that does, if one does."""

    what: str
    cure: str
    setting: str = ""
    value: Any = None

    def __str__(self) -> str:
        return f"{self.what}: {self.cure}"


def hints_on(census: Census, settings: CorpusSettings) -> list[Hint]:
    """What the tokens look like and which setting would change that; the gravest first, and one
    value for a setting.
    """
    joined = _on_separators(census, settings)
    proposed = {hint.setting for hint in joined if hint.setting}
    shapes = [hint for hint in _on_shapes(census, settings) if hint.setting not in proposed]
    return [*joined, *_on_zeros(census), *shapes]


def hints_on_lines(n_alone: int, n_tokens: int) -> list[Hint]:
    """A remark on text whose lines are too short to learn from."""
    if n_alone <= MOST_SHARE * n_tokens:
        return []
    what = (
        f"{_percent(n_alone / n_tokens)} of the tokens are alone on their line, without any "
        "context to learn from"
    )
    return [Hint(what, "put a sentence on each line")]


def on_records(kind: str, field: str, known: str, *, is_text: bool = True) -> Hint:
    """A remark on text that is made of records.

    kind    what the text is
    field   the one with the most text
    known   all of them
    is_text whether it can be read as lines of text
    """
    name = safe_text(shlex.quote(field))
    cure = f"--field {name} reads one of its fields: {known}"
    what = _ALL_READ if is_text else "the words are in one of its fields"
    return Hint(f"the text is {kind}, and {what}", cure, "field", field)


def is_on_separators(hint: object) -> bool:
    """Whether a hint says that tokens are not the words of the text."""
    return _NOT_SEPARATED in str(hint) or _ALL_READ in str(hint)


def _on_separators(census: Census, settings: CorpusSettings) -> list[Hint]:
    """What joins the words of most tokens, or that nothing separates them."""
    tokens = census.tokens[:_LOOKED_AT]
    if not tokens:
        return []
    if _share(census, [bool(_BEGIN_OF_JSON.search(token)) for token in tokens]) > _LEAST_JSON:
        cure = "--field NAME reads the field of that name in each line"
        return [Hint(f"the text is JSON, and {_NOT_SEPARATED} of its values", cure)]
    for script in _SCRIPTS:
        runs = [_longest(script.letters, token) for token in tokens]
        share = _share(census, [run > 0 for run in runs])
        if share > MOST_SHARE and np.average(runs, weights=census.counts[: len(runs)]) > (
            script.word_letters * share
        ):
            return [_on_unsegmented(max(tokens[:_EXAMPLES], key=len), script, share)]
    if settings.tokenizer == "whitespace":
        inner = [token[1:-1] for token in tokens]
        for separator, name in _SEPARATORS.items():
            joined = list(map(contains, inner, repeat(separator)))
            if _share(census, joined) > MOST_SHARE:
                examples = [token for token, is_joined in zip(tokens, joined, strict=True)
                            if is_joined]  # fmt: skip
                return [_on_joined(examples, separator, name, _share(census, joined))]
    return []


def _longest(letters: re.Pattern[str], token: str) -> int:
    """The longest run of letters of a script in a token; no script here is ASCII."""
    return 0 if token.isascii() else max(map(len, letters.findall(token)), default=0)


def _on_joined(examples: Sequence[str], separator: str, name: str, share: float) -> Hint:
    what = (
        f"{_percent(share)} of the tokens are several joined by {name}, such as "
        f"'{safe_text(examples[0], _SHOWN_CELLS)}': but for those {_NOT_SEPARATED}"
    )
    words = CorpusSettings(tokenizer="words")
    parts = [part for token in examples[:_EXAMPLES] for part in token.split(separator) if part]
    n_whole = sum(split_lines(part, words)[0] == [part] for part in parts)
    if n_whole > _WHOLE_SHARE * len(parts):
        return Hint(what, "--tokenizer words splits there", "tokenizer", "words")
    return Hint(what, f"put blanks there, as with: sed 's/{separator}/ /g' {_PIPE}")


def _on_unsegmented(example: str, script: _Script, share: float) -> Hint:
    what = (
        f"{_NOT_SEPARATED}, as in '{safe_text(example, _SHOWN_CELLS)}': "
        f"{_percent(share)} of the tokens are {script.name} without blanks"
    )
    if script is not _SCRIPTS[0]:
        return Hint(what, "put blanks between words first, with a segmenter of the language")
    characters = "--tokenizer characters makes each character a token"
    if _KANA.search(example):
        cure = f"{characters}; mecab puts blanks between words: mecab -O wakati {_PIPE}"
        return Hint(what, cure, "tokenizer", "characters")
    return _by_library(what, "chinese", "splits it into words", characters)


def _by_library(what: str, tokenizer: str, does: str, instead: str) -> Hint:
    """A hint that proposes a tokenizer, or `characters` if its library is not installed."""
    cure = f"--tokenizer {tokenizer} {does}"
    if has_library(tokenizer):
        return Hint(what, cure, "tokenizer", tokenizer)
    library = f"pip install '.[{tokenizer}]' in the clone of w2vtui"
    cure += f" once its library is installed, {library}; {instead}"
    return Hint(what, cure, "tokenizer", "characters")


def _on_zeros(census: Census) -> list[Hint]:
    """A remark on byte 0, which is hardly ever meant."""
    if "\0" not in "".join(census.tokens):
        return []
    with_zeros = ["\0" in token for token in census.tokens]
    n = int(census.counts[np.array(with_zeros)].sum())
    tokens = "1 token holds" if n == 1 else f"{n:,} tokens hold"
    return [Hint(f"{tokens} NUL, byte 0", "is all of it text?")]


def _on_shapes(census: Census, settings: CorpusSettings) -> list[Hint]:
    hints = _on_particles(census, settings)
    first, last = _outer_letters(census.tokens)
    if settings.tokenizer == "whitespace" and not hints:
        share = _share(census, _are(last, _ENDS_IN_PUNCTUATION.__contains__))
        if share > HINT_SHARE:
            what = f"{_percent(share)} of the tokens carry punctuation"
            hints.append(Hint(what, "--tokenizer words drops it", "tokenizer", "words"))
    if not settings.lowercase:
        share = _share(census, _are(first, str.isupper))
        if share > HINT_SHARE:
            what = f"{_percent(share)} of the tokens begin with a capital"
            hints.append(Hint(what, "--lowercase merges Paris and paris", "lowercase", True))
    return hints


def _outer_letters(tokens: Sequence[str]) -> tuple[_Letters, _Letters]:
    """The first and the last letter of each token, (n,) each; no token holds a newline."""
    first, last = [np.zeros(0, np.uint32)], [np.zeros(0, np.uint32)]
    for at in range(0, len(tokens), _JOINED_AT_ONCE):
        lines = "\n".join([*tokens[at : at + _JOINED_AT_ONCE], ""])
        letters = np.frombuffer(lines.encode("utf-32-le", "surrogatepass"), np.uint32)
        ends = np.flatnonzero(letters == ord("\n"))
        first.append(letters[np.concatenate(([0], ends[:-1] + 1))])
        last.append(letters[ends - 1])
    return np.concatenate(first), np.concatenate(last)


def _are(letters: _Letters, test: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Which letters pass a test, (n,), which is asked once for each distinct one."""
    passes = np.zeros(int(letters.max(initial=0)) + 1, dtype=np.bool_)
    for letter in np.flatnonzero(np.bincount(letters)).tolist():
        passes[letter] = test(chr(letter))
    return passes[letters]


def _on_particles(census: Census, settings: CorpusSettings) -> list[Hint]:
    """A remark on Korean, whose particles and endings stay on the words."""
    tokens = census.tokens[:_LOOKED_AT]
    if settings.tokenizer not in ("whitespace", "words"):
        return []
    hangul = _share(census, [bool(_HANGUL.search(token)) for token in tokens])
    if hangul <= MOST_SHARE:
        return []
    with_particle = [bool(_KOREAN_PARTICLE.search(token)) for token in tokens]
    if _share(census, with_particle) <= _PARTICLE_SHARE * hangul:
        return []
    example = safe_text(tokens[with_particle.index(True)], _SHOWN_CELLS)
    what = (
        f"{_percent(hangul)} of the tokens are Korean words with their particles and endings, "
        f"such as '{example}'"
    )
    instead = "--tokenizer characters makes each syllable a token"
    return [_by_library(what, "korean", "splits those off", instead)]


def _share(census: Census, chosen: Iterable[bool]) -> float:
    """The share of tokens that these make up, of the first distinct tokens of the text or all."""
    # Of a list NumPy makes an array item by item, in five times the time.
    is_chosen = np.frombuffer(bytearray(chosen), np.bool_)
    counts = census.counts[: len(is_chosen)]
    return int(counts[is_chosen].sum()) / max(int(counts.sum()), 1)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
