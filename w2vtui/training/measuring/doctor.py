"""The word doctor: plain remarks on a run, on what is wrong or surprising and what to do about it.

Each rule is a function from the facts to a line of text, empty where there is nothing to say, and
its thresholds stand above it. What is not known (None, or too few values) never gives a remark.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from w2vtui.settings import LiveSettings, ResolvedSettings, default_alpha, field_default, spec_of
from w2vtui.training.live.conditions import has_risen
from w2vtui.training.state.snapshot import Probe, Remark, Urgency


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the rules look at. Shares are 0..1; None is what is not known (yet)."""

    settings: ResolvedSettings
    """In force, every `auto` resolved."""
    n_words: int
    """V"""
    tokens: int
    """Training tokens seen, all epochs together."""
    tokens_planned: int
    tokens_per_epoch: int
    rate: float
    """Learning rate now."""
    cores: int
    """Cores this process may use."""
    dropped_share: float | None = None
    """Share of the text's tokens that are not in the vocabulary."""
    mean_sentence: float | None = None
    """Mean words of a sentence that are left after min_count and subsampling."""
    kept_share: float | None = None
    """Share of the tokens that subsampling kept."""
    saturated_share: float | None = None
    """Share of the scores lately beyond +-6."""
    losses: tuple[float, ...] = ()
    """Objective losses since the last change of a setting, oldest first, each of as much text."""
    probes: tuple[Probe, ...] = ()
    """The last probes since the last change of a setting, oldest first."""
    changed: tuple[str, ...] = ()
    """Settings that the last change named."""
    tokens_since_change: int | None = None
    """Training tokens since then."""
    churn: float | None = None
    """Share of nearest neighbours that changed lately."""
    settled: float | None = None
    """Share of words whose nearest neighbours stay."""

    @property
    def left_share(self) -> float:
        """Share of the planned training that is still to come."""
        return max(1 - self.tokens / self.tokens_planned, 0.0) if self.tokens_planned else 0.0


def remarks(facts: Facts) -> tuple[Remark, ...]:
    """What there is to say of a run, most urgent first."""
    said = [Remark(name, rule(facts), urgency) for name, urgency, rule in RULES]
    return tuple(sorted((one for one in said if one.text), key=lambda one: -one.urgency))


# ---- the run is being spoiled

LEAST_LOSSES = 12
"""Quarters of fewer values say too little of their noise."""
RISE = 1.2
"""Parts of a text differ by a few percent in loss, not by a fifth."""


def _diverging(facts: Facts) -> str:
    """All the last quarter of the losses lies above all the lowest one, by a fifth in the mean."""
    losses, quarter = facts.losses, len(facts.losses) // 4
    if len(losses) < LEAST_LOSSES or not all(map(math.isfinite, losses)):
        return ""
    edges = range(len(losses) - 4 * quarter, len(losses) + 1, quarter)
    quarters = [losses[first:stop] for first, stop in pairwise(edges)]
    lowest, last = min(quarters[:3], key=sum), quarters[3]
    before, now = sum(lowest) / quarter, sum(last) / quarter
    if now <= RISE * before or min(last) <= max(lowest):
        return ""
    return (
        f"the loss rose by itself from {before:.3g} to {now:.3g}: "
        f"pause, undo the last change, lower alpha ({facts.rate:.3g})"
    )


RISING_PROBES = 3
"""Two rises in a row come by chance in a long run; three beyond two standard errors do not."""
LEARNED = math.log(64)
"""The probe of untrained vectors. A sound run may first rise above it, for a second or so."""


def _probe_rising(facts: Facts) -> str:
    """CBOW's probe is left out: it moves for reasons that its vectors do not share."""
    if facts.settings.model == "cbow" or not has_risen(facts.probes, RISING_PROBES):
        return ""
    first, last = facts.probes[-1 - RISING_PROBES].loss, facts.probes[-1].loss
    if first >= LEARNED:
        return ""
    return (
        f"the probe rose {RISING_PROBES} times in a row, {first:.3f} to {last:.3f}: "
        "overfitting or too high a rate: lower alpha or stop"
    )


MOST_SATURATED = 0.25
"""A right score beyond +-6 moves by less than 0.25 % of the rate: a quarter of the work is lost."""


def _saturated(facts: Facts) -> str:
    share = facts.saturated_share
    if share is None or share <= MOST_SATURATED:
        return ""
    return (
        f"{share:.0%} of the scores are beyond ±6, where little is learned: "
        f"vectors grow too long: lower alpha ({facts.rate:.3g})"
    )


# ---- the run gives less than it could

FLOOR_LEFT = 0.2
"""The last fifth of a linear schedule is slow by design."""
SLOW_RATE = 0.1
"""Of the usual start: below it vectors hardly move, above it a constant rate is a choice."""


def _rate_at_floor(facts: Facts) -> str:
    settings, left = facts.settings, facts.left_share
    slow = SLOW_RATE * default_alpha(settings.model, settings.objective)
    if left <= FLOOR_LEFT or facts.rate > settings.min_alpha or facts.rate >= slow:
        return ""
    return (
        f"the learning rate is at its floor, {facts.rate:.3g}, with {left:.0%} still to train: "
        "raise alpha or stop here"
    )


LEAST_KEPT = 0.25
"""The default keeps more than half of ordinary text; below a quarter contexts lie far apart."""


def _subsampling(facts: Facts) -> str:
    kept = facts.kept_share
    if kept is None or kept >= LEAST_KEPT:
        return ""
    return (
        f"subsampling drops {1 - kept:.0%} of the tokens: raise sample ({facts.settings.sample:g}) "
        "unless text is plenty"
    )


def _window(facts: Facts) -> str:
    """A window on one side as long as the whole sentence adds work for no more contexts."""
    window, mean = facts.settings.window, facts.mean_sentence
    if mean is None or window <= mean:
        return ""
    return (
        f"window {window} reaches past most sentences, {mean:.1f} kept words on average: "
        "lower it, or join lines"
    )


ANALOGY_TOKENS = 300_000
"""In less, a word of rank 1,000 occurs some 30 times: too few contexts for a direction."""


def _little_text(facts: Facts) -> str:
    if facts.tokens_per_epoch >= ANALOGY_TOKENS:
        return ""
    return (
        f"{facts.tokens_per_epoch:,} tokens are too little text for analogies: "
        "judge by nearest words, or add text"
    )


MOST_DROPPED = 0.3
"""min_count 5 drops a percent or two of a large text, and a tenth of a small one."""
LEAST_WORDS = 100
"""With fewer, everything is near everything."""


def _vocabulary(facts: Facts) -> str:
    dropped = facts.dropped_share
    if dropped is None:
        return ""
    if dropped <= MOST_DROPPED and (facts.n_words >= LEAST_WORDS or not dropped):
        return ""
    return (
        f"the vocabulary of {facts.n_words:,} words leaves out {dropped:.0%} of the text: "
        "lower min_count, or raise max_final_vocab"
    )


LEAST_UPDATES = 100
"""Tokens trained for each word, on average. `epochs auto` plans for a thousand and more; half of
all words occur less than a tenth as often as the average.
"""


def _few_updates(facts: Facts) -> str:
    updates = facts.tokens_planned / max(facts.n_words, 1)
    if updates >= LEAST_UPDATES:
        return ""
    epochs = math.ceil(facts.settings.epochs * LEAST_UPDATES / max(updates, 1e-9))
    return (
        f"the plan trains only {updates:.0f} tokens for each of {facts.n_words:,} words: "
        f"epochs {epochs:,}, or a higher min_count"
    )


USEFUL_NOISE = 20
"""5 to 20 for small text, 2 to 5 for large: Mikolov et al. 2013, section 2.2."""
NOISE_SHARE = 0.05
"""Of the vocabulary: more would push away what belongs together."""


def _many_noise_words(facts: Facts) -> str:
    settings = facts.settings
    useful = max(min(USEFUL_NOISE, int(NOISE_SHARE * facts.n_words)), 2)
    if not settings.draws_noise or settings.negative <= useful:
        return ""
    return (
        f"K {settings.negative} is more than pays for {facts.n_words:,} words, "
        f"and each noise word costs time: try {useful}"
    )


LARGE_TEXT = 1_000_000
"""Tokens an epoch from which the frequent words' share of the work is worth saving."""


def _no_subsampling(facts: Facts) -> str:
    if facts.settings.sample > 0 or facts.tokens_per_epoch < LARGE_TEXT:
        return ""
    return "without subsampling frequent words take most of the work: slow; try sample 0.001"


CBOW_TOKENS = 2_000_000
"""CBOW takes one step for a center where skip-gram takes one for each context word."""


def _cbow_little_text(facts: Facts) -> str:
    if facts.settings.model != "cbow" or facts.tokens_per_epoch >= CBOW_TOKENS:
        return ""
    return (
        f"CBOW learns little from {facts.tokens_per_epoch:,} tokens: "
        "skip-gram takes more steps on the same text"
    )


def _threads(facts: Facts) -> str:
    workers = facts.settings.workers
    if workers <= facts.cores:
        return ""
    cores = f"{facts.cores} core{'s' * (facts.cores != 1)}"
    return f"{workers} threads take turns on {cores}: no faster than {facts.cores}; lower threads"


# ---- good to know

RECENT_SHARE = 0.05
"""Of the planned tokens: as long as the step of the loss curve is what one looks at."""
MOVES_LOSS = ("model", "objective", "negative", "window", "sample", "ns_exponent", "cbow_mean")
"""Settings under which the objective loss is another sum."""


def _loss_moved(facts: Facts) -> str:
    since = facts.tokens_since_change
    moved = [name for name in MOVES_LOSS if name in facts.changed]
    if since is None or not moved or since > RECENT_SHARE * facts.tokens_planned:
        return ""
    labels = [spec_of(LiveSettings, name).label for name in moved]
    if len(labels) > 3:
        labels[2:] = [f"{len(labels) - 2} more"]
    what = " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
    judge = f"the probe ({facts.probes[-1].loss:.3f})" if facts.probes else "nearest words"
    return f"{what} changed, so the objective loss moved by itself: judge by {judge}"


def _unused_noise(facts: Facts) -> str:
    settings = facts.settings
    usual = field_default(LiveSettings, "negative")
    if settings.draws_noise or settings.negative == usual:
        return ""
    return f"K {settings.negative} does nothing: {settings.objective} draws no noise words"


LEAST_SETTLED, MOST_CHURN = 0.9, 0.03
"""Nine words in ten keep their neighbours, and of a hundred neighbours three change."""
SETTLED_LEFT = 0.1
"""Less is over soon anyway."""


def _settled(facts: Facts) -> str:
    settled, churn, left = facts.settled, facts.churn, facts.left_share
    if settled is None or churn is None or left < SETTLED_LEFT:
        return ""
    if settled < LEAST_SETTLED or churn > MOST_CHURN:
        return ""
    return (
        f"{settled:.0%} of the words are settled, churn {churn:.1%}: "
        f"the {left:.0%} still to train may be saved: stop"
    )


RULES: tuple[tuple[str, Urgency, Callable[[Facts], str]], ...] = (
    ("diverging", 3, _diverging),
    ("probe-rising", 3, _probe_rising),
    ("saturated", 3, _saturated),
    ("rate-at-floor", 2, _rate_at_floor),
    ("vocabulary", 2, _vocabulary),
    ("few-updates", 2, _few_updates),
    ("subsampling", 2, _subsampling),
    ("window", 2, _window),
    ("little-text", 2, _little_text),
    ("cbow-little-text", 2, _cbow_little_text),
    ("many-noise-words", 2, _many_noise_words),
    ("no-subsampling", 2, _no_subsampling),
    ("threads", 2, _threads),
    ("loss-moved", 1, _loss_moved),
    ("unused-noise", 1, _unused_noise),
    ("settled", 1, _settled),
)
"""Name, urgency, rule; of equal urgency the first comes first."""
