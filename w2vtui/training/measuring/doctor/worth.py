"""Whether a run can learn anything, before it begins, and whether it has: the word doctor's rules
for vectors that are worth nothing.

Vectors that were not trained score every word alike. Training that works lowers both losses from
there; one above twice that level says that the vectors are sure of the wrong words. Only a run that
went wrong gets there, so these rules decide the exit code of a run without a screen.
"""

from __future__ import annotations

import math

import numpy as np

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import EncodedCorpus
from w2vtui.corpus.hints import is_on_separators
from w2vtui.display import loss_text, safe_text
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.settings import LiveSettings, ResolvedSettings, field_default
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.measuring.doctor.doctor_case import Case

UNTRAINED_PROBE = math.log(64)
"""The probe of untrained vectors under negative sampling: one right word among 63 others."""
TOO_MUCH = 2.0
"""How many times the loss of untrained vectors a sound run never reaches."""
ABSURD = 1_000.0
"""How many times that loss the mean over a run never reaches, even if settings changed: what had
such scores once has vectors of absurd lengths.
"""
_TOKENS_AT_ONCE = 1 << 20
_WORD_CELLS = 40
LEAST_TOKENS = 1_000
"""Of fewer, the usual subsampling may leave no two neighbors by chance."""


def untrained_loss(settings: LiveSettings, n_words: int, shape: TextShape) -> float:
    """The objective loss of vectors that were not trained, in nats a pair.

    Each target of a block, labeled 0 or 1, costs log 2 at first; the exact softmax costs log V.
    """
    if settings.objective == "softmax":
        return math.log(n_words)
    return shape.targets(settings) * math.log(2)


def check_worth(corpus: EncodedCorpus, settings: ResolvedSettings) -> str:
    """Refuse a training that can find no pair of words; return a warning where it may find none.

    Raises:
        CorpusError: the text has a single word, or one in each of its lines.
        SettingsError: subsampling leaves no two words of a line.
    """
    words, n_tokens = corpus.vocab.words, len(corpus.ids)
    if len(words) == 1:
        word = safe_text(words[0], _WORD_CELLS)
        only, cure = f"the only one in {corpus.name}", "add text"
        if corpus.n_raw_types > 1:
            only = f"all that min_count and max_final_vocab leave of {corpus.name}"
            cure = f"lower min_count, raise max_final_vocab, or {cure}"
        raise CorpusError(f"nothing can be learned from a single word, '{word}', {only}: {cure}")
    if corpus.n_sentences == n_tokens:
        usual_cure = "give lines of several words, or lower min_count"
        cure = next(filter(is_on_separators, corpus.hints), usual_cure)
        raise CorpusError(
            f"no line of {corpus.name} has two words that occur often enough, so there is nothing "
            f"to learn from: {cure}"
        )
    usual: float = field_default(LiveSettings, "sample")
    if not settings.sample or (settings.sample >= usual and n_tokens >= LEAST_TOKENS):
        return ""
    if expected_pairs(corpus, settings.sample, enough=1 / settings.epochs) * settings.epochs >= 1:
        return ""
    if settings.sample < usual:
        raise SettingsError(
            f"sample {settings.sample:g} leaves no two words of a line of {corpus.name} "
            f"({n_tokens:,} tokens): raise it, or keep every word with sample 0"
        )
    return (
        f"subsampling may leave no pair of words of {n_tokens:,} tokens: "
        "--sample 0 keeps every word"
    )


def expected_pairs(corpus: EncodedCorpus, sample: float, enough: float = math.inf) -> float:
    """The pairs of words in one sentence that subsampling keeps in an epoch, on average.

    enough   do not count further than this
    """
    kept = keep_probabilities(corpus.vocab.counts, sample)
    starts, total = corpus.sentence_starts, 0.0
    for first in range(0, len(corpus.ids), _TOKENS_AT_ONCE):
        shares = kept[corpus.ids[first : first + _TOKENS_AT_ONCE]]
        past = first + len(shares)
        inside = starts[np.searchsorted(starts, first, "right") : np.searchsorted(starts, past)]
        cuts = np.concatenate([[0], inside - first])
        sums, squares = np.add.reduceat(shares, cuts), np.add.reduceat(shares**2, cuts)
        total += float((sums**2 - squares).sum())
        if total >= enough:
            break
    return total


def nothing_learned(case: Case) -> str:
    """No word was trained with another one, by the text or the settings, not by bad luck."""
    if case.pairs is None or not case.shot.progress.tokens:
        return ""
    if case.shot.n_words == 1:
        return "nothing is learned from a single word: lower min_count, or add text"
    if case.pairs or not (_drops_much(case) or _has_no_contexts(case) or not _is_short(case)):
        return ""
    advice = f"raise sample ({case.settings.sample:g})"
    if _has_no_contexts(case):
        advice = "give lines of several words"
    return (
        f"nothing is learned: {case.shot.progress.tokens:,} tokens gave no pair of words: {advice}"
    )


def too_few_tokens(case: Case) -> str:
    """Subsampling left no two neighbors of a text of a few words, which chance can do."""
    if case.pairs != 0 or case.shot.n_words == 1 or not case.shot.progress.tokens:
        return ""
    if nothing_learned(case):
        return ""
    return (
        f"nothing was learned yet: {case.shot.progress.tokens:,} tokens gave no pair of words: "
        "more epochs, or more text"
    )


def _drops_much(case: Case) -> bool:
    usual: float = field_default(LiveSettings, "sample")
    return 0 < case.settings.sample < usual


def _has_no_contexts(case: Case) -> bool:
    """Whether each sentence is one word, kept or not."""
    mean, kept = case.mean_sentence, case.kept_share
    return mean is not None and kept is not None and mean < 1.000_001 * kept


def _is_short(case: Case) -> bool:
    return case.shot.progress.tokens < LEAST_TOKENS


def worse_than_chance(case: Case) -> str:
    """The probe says that the vectors are sure of the wrong words.

    The scores are taken on their own scale here: scaled to fit, wrong ones count for nothing. CBOW
    is left out: it is trained with the mean of a whole window and asked with four words at most, so
    its scores are on another scale though it learns.
    """
    probe = case.shot.probe
    if probe is None or case.settings.model == "cbow" or not case.pairs:
        return ""
    loss = probe.loss if probe.unscaled_loss is None else probe.unscaled_loss
    if loss <= TOO_MUCH * UNTRAINED_PROBE:
        return ""
    return (
        f"the vectors hold nothing: unscaled probe {loss_text(loss)}, untrained "
        f"{UNTRAINED_PROBE:.2f}: {case.lower_rate}"
    )


def loss_exploded(case: Case) -> str:
    """Both the last loss and the mean are too high, or the mean is absurd.

    One of them alone may be high after a change of settings.
    """
    losses, untrained = case.shot.losses, case.untrained_loss
    if losses.now is None or losses.mean is None or untrained is None:
        return ""
    loss = losses.mean if losses.mean > ABSURD * untrained else min(losses.now, losses.mean)
    if loss <= TOO_MUCH * untrained:
        return ""
    return (
        f"the vectors hold nothing: loss {loss_text(loss)}, untrained {loss_text(untrained)}: "
        f"{case.lower_rate}"
    )
