"""The windows that a run makes of its text; importing this loads Numba."""

from __future__ import annotations

from w2vtui.corpus import EncodedCorpus
from w2vtui.exploring.why_near.contexts import Windows
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.measuring.probe import choose_held_out


def trained_windows(
    corpus: EncodedCorpus, training: TrainingSettings, live: LiveSettings
) -> Windows:
    """The windows of a corpus under the settings of a run, without the lines that it held out."""
    held_out = None
    if training.probe:
        held_out = choose_held_out(corpus.sentence_starts, training.probe_seed)
    return Windows.of(corpus.vocab.counts, live, held_out)
