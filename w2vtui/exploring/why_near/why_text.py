"""What an answer to `why near?` says in words."""

from __future__ import annotations

from w2vtui.display import number, safe_text
from w2vtui.exploring.why_near.why import Evidence, Why
from w2vtui.settings import LiveSettings

LONGEST_WORD = 40


def findings(why: Why) -> list[str]:
    """What was found, a sentence each, the most important first."""
    if any(not one.n_contexts for one in why.evidence):
        return [_without_contexts(one) for one in why.evidence if not one.n_contexts]
    first, last = (_shown(word) for word in (why.words[0], why.words[-1]))
    if len(why.words) == 1:
        return [
            f"{first} has {why.n_contexts:,} contexts more often than by chance"
            if why.n_contexts
            else f"{first} has no context more often than by chance"
        ]
    if not why.n_contexts:
        shared = f"{first} and {last} share no context that each has more often than by chance"
    else:
        contexts = "context" if why.n_contexts == 1 else "contexts"
        shared = (
            f"{first} and {last} share {why.n_contexts:,} {contexts}: {100 * why.overlap:.0f} % of "
            "what sets theirs apart from chance"
        )
    if why.line is None:
        return [shared, f"{last} is never in a window of {first}"]
    return [shared, f"{last} is in the windows of {first} {times_text(why.together)} as often as "
                    "by chance"]  # fmt: skip


def basis(why: Why, settings: LiveSettings) -> list[str]:
    """What the answer is based on, a sentence each."""
    counted = " · ".join(map(_counted, {one.word: one for one in why.evidence}.values()))
    sentences = [f"counted {counted}", settings_text(settings)]
    if why.searched < 1:
        sentences.append(f"{100 * why.searched:.0f} % of the text was searched, spread over it")
    return sentences


def settings_text(settings: LiveSettings) -> str:
    """The settings that make windows of a text."""
    width = "" if settings.shrinks else " for every center"
    return f"window {settings.window}{width}, subsample {number(settings.sample)}"


def times_text(times: float) -> str:
    """How many times as often: `×52`, `×1.4`."""
    return f"×{times:.0f}" if times >= 9.95 else f"×{times:.1f}"


def _counted(one: Evidence) -> str:
    word = _shown(one.word)
    if one.count is None:
        return f"{one.used:,} places of {word}"
    if one.used == one.count:
        return f"all {one.used:,} of {word}"
    if one.is_sample:
        return f"a sample of {one.used:,} of {one.count:,} of {word}"
    return f"{one.used:,} of {one.count:,} of {word} (the others are held out)"


def _without_contexts(one: Evidence) -> str:
    word = _shown(one.word)
    if one.used:
        return f"{word} has no contexts: no other word is in its sentences"
    if one.count:
        return f"{word} has no contexts: its {one.count:,} places were held out or not searched"
    return f"{word} does not occur in this text"


def _shown(word: str) -> str:
    return safe_text(word, LONGEST_WORD)
