"""Figures of a text before training, as lines of a panel, and what a run would need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from w2vtui.display import cell_width, pad, safe_text, short, size_text
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings

if TYPE_CHECKING:
    from w2vtui.corpus.statistics import TextStatistics
    from w2vtui.training.costs.memory_check import Shortfall

LABEL_CELLS = 13
_WORD_CELLS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a run would take."""

    n_bytes: int
    seconds: float
    shortfall: Shortfall | None
    """What memory it lacks, if any."""

    @property
    def too_large(self) -> bool:
        """Whether it needs more memory than there is."""
        return self.shortfall is not None


def needs_of(statistics: TextStatistics, training: TrainingSettings, live: LiveSettings) -> Needs:
    """What a run over such a text would take."""
    from w2vtui.training.costs.estimate import (  # loads NumPy
        SCREEN_BYTES,
        estimate_memory,
        estimate_reading_memory,
        estimate_seconds,
    )
    from w2vtui.training.costs.memory_check import shortfall

    words, tokens = statistics.n_words, statistics.n_kept
    training_bytes = estimate_memory(words, tokens, training, live, screen=True).total
    reading_bytes = estimate_reading_memory(statistics.n_types) + SCREEN_BYTES
    return Needs(
        n_bytes=max(training_bytes, reading_bytes),
        seconds=estimate_seconds(
            words,
            tokens,
            training,
            live,
            subsampled_share=statistics.subsampled_share,
            sentence_length=statistics.sentence_length * statistics.kept_share,
        ),
        shortfall=shortfall(words, statistics.counts, training, live, screen=True),
    )


def warning(statistics: TextStatistics, needs: Needs, corpus: CorpusSettings) -> str:
    """What to change if a run would have no words or not fit into memory; else empty."""
    if not statistics.n_words:
        return f"✗ no word occurs {corpus.min_count:,} times or more: lower min_count"
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
    return f"{memory} · {duration(needs.seconds)} · {words}"


def word_lines(statistics: TextStatistics, needs: Needs, width: int) -> list[Text]:
    """The figures, one a line, the most useful first."""
    about = "" if statistics.exact else "about "
    seen = statistics
    if seen.n_words:
        vocabulary = f"{about}{_count(seen, seen.n_words)} of {_count(seen, seen.n_types)}"
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
        ("rarest kept", _rarest(seen, width - LABEL_CELLS)),
        ("memory", f"{mark}about {size_text(needs.n_bytes)}"),
        ("training", duration(needs.seconds)),
    ]
    lines = []
    for label, value in rows:
        line = Text(pad(label, LABEL_CELLS), "dim", no_wrap=True)
        line.append(pad(value, max(width - LABEL_CELLS, 1)), "not dim")
        lines.append(line)
    return lines


def duration(seconds: float) -> str:
    """A rough time: `about 4 s`, `about 12 min`, `about 3 h`, `about 2 days`."""
    if seconds < 1:
        return "less than a second"
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


def _rarest(statistics: TextStatistics, width: int) -> str:
    if not statistics.rarest_kept:
        return ""
    about = "" if statistics.exact else "about "
    count = f" ({about}{_count(statistics, statistics.rarest_count)})"
    return _words(statistics.rarest_kept, width - len(count)) + count
