"""Figures of a text before training, as lines of a panel, and what a run would need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from w2vtui.display import cell_width, pad, safe_text, short, size_text, wrapped
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.engine.devices import may_train_on_gpu
from w2vtui.tui.chosen.controls import value_text

if TYPE_CHECKING:
    from w2vtui.corpus.hints import Hint
    from w2vtui.corpus.statistics import TextStatistics
    from w2vtui.training.costs.memory_check import Shortfall

LABEL_CELLS = 13
IDLE = " (idle machine)"
"""What a predicted time assumes of the machine."""
ON_GPU = "not predicted on a GPU"
"""In place of such a time."""
_WORD_CELLS = 16
TAKE_KEY = "space"
_LOW, _HIGH_EXPONENT, _LEAST_GROWTH = 0.87, 0.2, 1.05
"""Of an extrapolated size: texts had from 0.87 to growth ** 0.2 times as many words as that. Topics
that come and go make a sample poorer in words than the law expects.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a run would take."""

    n_bytes: int
    seconds: float | None
    """None where a GPU may train: nothing is known of its speed."""
    shortfall: Shortfall | None
    """What memory it lacks, if any."""

    @property
    def too_large(self) -> bool:
        """Whether it needs more memory than there is."""
        return self.shortfall is not None


def needs_of(
    statistics: TextStatistics, training: TrainingSettings, live: LiveSettings, **keeps: int
) -> Needs:
    """What a run over such a text would take.

    keeps   `checkpoints` and `history`, as of `estimate_memory`
    """
    from w2vtui.training.costs.estimate import (  # loads NumPy
        SCREEN_BYTES,
        estimate_memory,
        estimate_reading_memory,
        estimate_seconds,
    )
    from w2vtui.training.costs.memory_check import shortfall

    words, tokens = statistics.n_words, statistics.n_kept
    training_bytes = estimate_memory(words, tokens, training, live, screen=True, **keeps).total
    reading_bytes = estimate_reading_memory(statistics.n_types) + SCREEN_BYTES
    return Needs(
        n_bytes=max(training_bytes, reading_bytes),
        seconds=None
        if may_train_on_gpu(training)
        else estimate_seconds(
            words,
            tokens,
            training,
            live,
            subsampled_share=statistics.subsampled_share,
            sentence_length=statistics.sentence_length * statistics.kept_share,
        ),
        shortfall=shortfall(words, statistics.counts, training, live, screen=True, **keeps),
    )


def warning(statistics: TextStatistics, needs: Needs, corpus: CorpusSettings) -> str:
    """What to change if a run would have nothing to learn or not fit into memory; else empty."""
    from w2vtui.corpus.hints import is_on_separators  # loads NumPy

    grave = next(filter(is_on_separators, statistics.hints), None)
    cure = grave.cure if grave else "lower min_count"
    if not statistics.n_words:
        return f"✗ no word occurs {corpus.min_count:,} times or more: {cure}"
    if statistics.n_words == 1 and not statistics.is_extrapolated:
        return f"✗ nothing can be learned from a single word: {cure}"
    if statistics.sentence_length <= 1:
        cure = grave.cure if grave else "put a sentence on each line"
        return f"✗ nothing can be learned from lines of one token: {cure}"
    lacks = needs.shortfall
    if lacks is None:
        return ""
    return (
        f"✗ needs about {size_text(lacks.needed)} of memory; {size_text(lacks.available)} is "
        f"available: {lacks.advice}"
    )


def needs_text(statistics: TextStatistics, needs: Needs) -> str:
    """What a run would take, in a line."""
    about = "" if statistics.exact else "about "
    words = f"{about}{_count(statistics, statistics.n_words)} words"
    memory = f"{'✗ ' * needs.too_large}about {size_text(needs.n_bytes)} of memory"
    seconds = needs.seconds
    time = f"time {ON_GPU}" if seconds is None else f"{duration(seconds)}{IDLE}"
    return f"{memory} · {time} · {words}"


def hint_lines(hints: Sequence[Hint], width: int, picked: int | None) -> list[tuple[Text, int]]:
    """What would fit the text better, a line or two for each hint, with the number of the hint.

    picked   the hint that is taken next, if the panel has the focus
    """
    lines = []
    for number, hint in enumerate(hints):
        marks = Text("! ", "bold"), Text("  ")
        what = wrapped(safe_text(hint.what.replace(" of the tokens", "")), width - 2, 2)
        lines += [(mark + Text(line), number) for mark, line in zip(marks, what, strict=False)]
        way = f"{TAKE_KEY}: {way_text(hint)}" if hint.setting else safe_text(hint.cure)
        line = Text("▸ " if number == picked else "  ")
        line.append(way, "bold" if number == picked else "")
        lines.append((line, number))
    return [(Text(pad(line.plain, width), spans=line.spans, no_wrap=True), n) for line, n in lines]


def way_text(hint: Hint) -> str:
    """The setting that a hint would change, as the settings show it: `tokenizer words`."""
    return f"{hint.setting} {value_text(hint.value)}"


def word_lines(statistics: TextStatistics, needs: Needs, width: int) -> list[Text]:
    """The figures, one a line, the most useful first."""
    about = "" if statistics.exact else "about "
    seen = statistics
    if seen.n_words:
        words = _vocabulary(seen, seen.n_words, extrapolated=seen.is_extrapolated)
        vocabulary = f"{words} of {_vocabulary(seen, seen.n_types, extrapolated=not seen.exact)}"
        vocabulary += " types" * (len(vocabulary) + 6 <= width - LABEL_CELLS)
    else:
        vocabulary = "✗ no word this frequent"
    mark = "✗ " if needs.too_large else ""
    rows = [
        ("tokens", f"{about}{_count(seen, seen.n_tokens)}"),
        ("vocabulary", vocabulary),
        ("min count", f"keeps {_percent(seen.kept_share)} of tokens"),
        ("subsampling", f"keeps {_percent(seen.subsampled_share)} of those"),
        ("line", f"{seen.sentence_length:.1f} tokens"),
        ("most common", _words(seen.most_common, width - LABEL_CELLS)),
        *[("rarest kept", _rarest(seen, width - LABEL_CELLS))] * seen.exact,
        ("memory", f"{mark}about {size_text(needs.n_bytes)}"),
        ("training", _time_text(needs.seconds, width - LABEL_CELLS)),
    ]
    lines = []
    for label, value in rows:
        line = Text(pad(label, LABEL_CELLS), "dim", no_wrap=True)
        line.append(pad(value, max(width - LABEL_CELLS, 1)), "not dim")
        lines.append(line)
    return lines


def _time_text(seconds: float | None, width: int) -> str:
    """A predicted time, and what it assumes of the machine as far as there is room for that."""
    if seconds is None:
        return ON_GPU
    time = duration(seconds)
    forms = (f"{time} (idle machine; longer on a busy one)", f"{time}{IDLE}", f"{time} if idle")
    return next((form for form in forms if cell_width(form) <= width), time)


def duration(seconds: float) -> str:
    """A rough time: `about 4 s`, `about 12 min`, `about 3 h`, `about 2 days`."""
    if seconds < 1:
        return "under a second"
    for unit, length, limit in (("s", 1, 90), ("min", 60, 90), ("h", 3600, 48)):
        if seconds < limit * length:
            return f"about {seconds / length:.0f} {unit}"
    return f"about {seconds / 86_400:,.0f} days"


def _count(statistics: TextStatistics, value: int) -> str:
    return f"{value:,}" if statistics.exact else short(value)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share > 0.9995 else f"{100 * share:.1f} %"


def _words(words: Sequence[str], width: int) -> str:
    """As many words as fit."""
    text = ""
    for word in words:
        longer = f"{text} {safe_text(word, _WORD_CELLS)}".strip()
        if cell_width(longer) > width:
            break
        text = longer
    return text


def _vocabulary(statistics: TextStatistics, value: int, *, extrapolated: bool) -> str:
    """A number of words; a range where the law of a sample's growth says it."""
    if not extrapolated or statistics.growth < _LEAST_GROWTH:
        return ("" if statistics.exact else "about ") + _count(statistics, value)
    factors = _LOW, max(statistics.growth**_HIGH_EXPONENT, _LEAST_GROWTH)
    low, high = (short(float(f"{factor * value:.1e}")) for factor in factors)
    return f"{low}-{high}".replace(".0", "")


def _rarest(statistics: TextStatistics, width: int) -> str:
    if not statistics.rarest_kept:
        return ""
    count = f" ({_count(statistics, statistics.rarest_count)})"
    return _words(statistics.rarest_kept, width - len(count)) + count
