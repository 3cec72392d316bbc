"""The word doctor's rules: what each looks for in a run, and what it advises.

A rule is a function from a case to a line of text, empty where there is nothing to say; its
thresholds stand above it. What is not known (None, or too few values) never gives a remark.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from w2vtui.settings import ALL_WORDS, LiveSettings, default_alpha, field_default, spec_of
from w2vtui.training.measuring.doctor.doctor_case import Case
from w2vtui.training.measuring.doctor.worth import (
    loss_exploded,
    nothing_learned,
    too_few_tokens,
    worse_than_chance,
)
from w2vtui.training.state.measurements import has_risen
from w2vtui.training.state.snapshot import Remark, Urgency


def remarks(case: Case) -> tuple[Remark, ...]:
    """The remarks on a run, most urgent first."""
    said = [Remark(name, rule(case), urgency) for name, urgency, rule in RULES]
    return tuple(sorted((one for one in said if one.text), key=lambda one: -one.urgency))


# ---- the run is being spoiled

LEAST_LOSSES = 12
"""The fewest values in a quarter: fewer say too little about their noise."""
RISE = 1.2
"""The rise that counts: parts of a text differ in loss by a few percent, not by a fifth."""


def _diverging(case: Case) -> str:
    """All losses of the last quarter exceed all of the lowest quarter, by a fifth in the mean."""
    losses, quarter = case.losses, len(case.losses) // 4
    if len(losses) < LEAST_LOSSES or not all(map(math.isfinite, losses)):
        return ""
    edges = range(len(losses) - 4 * quarter, len(losses) + 1, quarter)
    quarters = [losses[first:stop] for first, stop in pairwise(edges)]
    lowest, last = min(quarters[:3], key=sum), quarters[3]
    before, now = sum(lowest) / quarter, sum(last) / quarter
    if now <= RISE * before or min(last) <= max(lowest):
        return ""
    return (
        f"the loss rose from {before:.3g} to {now:.3g}: "
        f"pause, undo the last change, {case.lower_rate}"
    )


RISING_PROBES = 3
"""Two rises in a row come by chance in a long run; three beyond two standard errors do not."""
LEARNED = math.log(64)
"""The probe of untrained vectors. A sound run may first rise above it, for a second or so."""


def _probe_rising(case: Case) -> str:
    """CBOW is left out: its probe also moves when its vectors do not get worse."""
    if case.settings.model == "cbow" or not has_risen(case.probes, RISING_PROBES):
        return ""
    first, last = case.probes[-1 - RISING_PROBES].loss, case.probes[-1].loss
    if first >= LEARNED:
        return ""
    return (
        f"the probe rose {RISING_PROBES} times in a row, {first:.3f} to {last:.3f}: "
        "overfitting, or too high a learning rate: lower it or stop"
    )


MOST_SATURATED = 0.25
"""A right score beyond +-6 moves by less than 0.25 % of the rate: a quarter of the work is lost."""


def _saturated(case: Case) -> str:
    share = None if case.shot.health is None else case.shot.health.saturated
    if share is None or share <= MOST_SATURATED:
        return ""
    return (
        f"{share:.0%} of the scores are beyond ±6, where little is learned: "
        f"vectors too long: {case.lower_rate}"
    )


# ---- the run gives less than it could

FLOOR_LEFT = 0.2
"""The last fifth of a linear schedule is slow by design."""
SLOW_RATE = 0.1
"""Of the usual start: below it vectors hardly move, above it a constant rate is a choice."""


def _rate_at_floor(case: Case) -> str:
    settings, left = case.settings, case.left_share
    slow = SLOW_RATE * default_alpha(settings.model, settings.objective)
    if left <= FLOOR_LEFT or case.shot.rate > settings.min_alpha or case.shot.rate >= slow:
        return ""
    return (
        f"the learning rate is at its floor, {case.shot.rate:.3g}, with {left:.0%} still to train: "
        "raise it or stop here"
    )


LEAST_KEPT = 0.25
"""The default keeps more than half of ordinary text; below a quarter, contexts are far apart."""


def _subsampling(case: Case) -> str:
    kept = case.kept_share
    if kept is None or kept >= LEAST_KEPT:
        return ""
    return (
        f"subsampling drops {1 - kept:.0%} of the tokens: raise sample ({case.settings.sample:g}) "
        "unless text is plenty"
    )


def _window(case: Case) -> str:
    """A window that reaches past the whole sentence adds work but no contexts."""
    window, mean = case.settings.window, case.mean_sentence
    if mean is None or window <= mean or window == ALL_WORDS:
        return ""
    return (
        f"window {window} reaches past most sentences, {mean:.1f} kept words on average: "
        "lower it, or join lines"
    )


ANALOGY_TOKENS = 300_000
"""In less text, a word of rank 1,000 occurs some 30 times: too few contexts for a direction."""


def _little_text(case: Case) -> str:
    if case.shot.progress.tokens_per_epoch >= ANALOGY_TOKENS:
        return ""
    return (
        f"{case.shot.progress.tokens_per_epoch:,} tokens are too little text for analogies: "
        "look at nearest words, or add text"
    )


MOST_DROPPED = 0.3
"""min_count 5 drops a percent or two of a large text, and a tenth of a small one."""
LEAST_WORDS = 100
"""With fewer, everything is near everything."""


def _vocabulary(case: Case) -> str:
    dropped = case.dropped_share
    if dropped is None:
        return ""
    if dropped <= MOST_DROPPED and (case.shot.n_words >= LEAST_WORDS or not dropped):
        return ""
    return (
        f"the vocabulary of {case.shot.n_words:,} words leaves out {dropped:.0%} of the text: "
        "lower min_count, or raise max_final_vocab"
    )


LEAST_UPDATES = 100
"""Tokens trained for each word, on average. `epochs auto` plans for a thousand and more; half of
all words occur less than a tenth as often as the average.
"""


def _few_updates(case: Case) -> str:
    updates = case.shot.progress.tokens_planned / max(case.shot.n_words, 1)
    if updates >= LEAST_UPDATES:
        return ""
    epochs = math.ceil(case.settings.epochs * LEAST_UPDATES / max(updates, 1e-9))
    return (
        f"the plan trains only {updates:.0f} tokens for each of {case.shot.n_words:,} words: "
        f"epochs {epochs:,}, or a higher min_count"
    )


USEFUL_NOISE = 20
"""5 to 20 for small text, 2 to 5 for large: Mikolov et al. 2013, section 2.2."""
NOISE_SHARE = 0.05
"""The largest K as a share of the vocabulary: more would push related words apart."""


def _many_noise_words(case: Case) -> str:
    settings = case.settings
    useful = max(min(USEFUL_NOISE, int(NOISE_SHARE * case.shot.n_words)), 2)
    if not settings.draws_noise or settings.negative <= useful:
        return ""
    return (
        f"K {settings.negative} is more than {case.shot.n_words:,} words need, "
        f"and each noise word costs time: try {useful}"
    )


LARGE_TEXT = 1_000_000
"""From this many tokens per epoch on, skipping frequent words saves time worth having."""


def _no_subsampling(case: Case) -> str:
    if case.settings.sample > 0 or case.shot.progress.tokens_per_epoch < LARGE_TEXT:
        return ""
    return "without subsampling frequent words take most of the work: slow; try sample 0.001"


CBOW_TOKENS = 2_000_000
"""CBOW takes one step for a center where skip-gram takes one for each context word."""


def _cbow_little_text(case: Case) -> str:
    if case.settings.model != "cbow" or case.shot.progress.tokens_per_epoch >= CBOW_TOKENS:
        return ""
    return (
        f"CBOW learns little from {case.shot.progress.tokens_per_epoch:,} tokens: "
        "skip-gram takes more steps on the same text"
    )


def _threads(case: Case) -> str:
    workers = case.settings.workers
    if workers <= case.cores or case.shot.gpu:
        return ""
    cores = f"{case.cores} core{'s' * (case.cores != 1)}"
    return f"{workers} threads take turns on {cores}: no faster than {case.cores}; lower threads"


# ---- good to know

RECENT_SHARE = 0.05
"""The share of the planned tokens for which the step in the loss curve needs an explanation."""
MOVES_LOSS = ("model", "objective", "negative", "window", "sample", "ns_exponent", "cbow_mean")
"""Settings that change what the objective loss sums up."""


def _loss_moved(case: Case) -> str:
    since = case.tokens_since_change
    moved = [
        name
        for name in MOVES_LOSS
        if name in case.changed and name not in case.settings.without_effect
    ]
    if since is None or not moved or since > RECENT_SHARE * case.shot.progress.tokens_planned:
        return ""
    labels = [spec_of(LiveSettings, name).label for name in moved]
    if len(labels) > 3:
        labels[2:] = [f"{len(labels) - 2} more"]
    what = " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
    judge = "the probe" if case.probes else "nearest words"
    return f"{what} changed: the objective loss is not comparable: look at {judge}"


def _unused_noise(case: Case) -> str:
    settings = case.settings
    usual = field_default(LiveSettings, "negative")
    if settings.draws_noise or settings.negative == usual:
        return ""
    return f"K {settings.negative} does nothing: {settings.objective} draws no noise words"


LEAST_SETTLED, MOST_CHURN = 0.9, 0.03
"""Nine words in ten keep their neighbors, and three neighbors in a hundred change."""
SETTLED_LEFT = 0.1
"""A run with less left to train is over soon anyway."""


def _settled(case: Case) -> str:
    churn, left = case.shot.churn, case.left_share
    if churn is None or left < SETTLED_LEFT:
        return ""
    if churn.settled < LEAST_SETTLED or churn.churn > MOST_CHURN:
        return ""
    return (
        f"{churn.settled:.0%} of the words are settled, churn {churn.churn:.1%}: "
        f"the {left:.0%} still to train may be saved: stop"
    )


RULES: tuple[tuple[str, Urgency, Callable[[Case], str]], ...] = (
    ("nothing-learned", 4, nothing_learned),
    ("worse-than-chance", 4, worse_than_chance),
    ("loss-exploded", 4, loss_exploded),
    ("too-few-tokens", 3, too_few_tokens),
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
