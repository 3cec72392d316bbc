"""Presets: they are complete, they say what they do, and they differ."""

from __future__ import annotations

import textwrap

import pytest

from w2vtui.errors import SettingsError
from w2vtui.presets import GOVERNED, PRESETS, Settings, preset_in, preset_named
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, field_default

DEFAULTS = Settings(CorpusSettings(), TrainingSettings(), LiveSettings())
CHANGED = Settings(
    CorpusSettings(min_count=77, lowercase=True, tokenizer="words"),
    TrainingSettings(vector_size=7, seed=42, probe=False),
    LiveSettings(
        model="cbow", objective="softmax", window=2, alpha=0.5, min_alpha=0.4, workers=3, epochs=9
    ),
)
NAMES = [preset.name for preset in PRESETS]


@pytest.mark.parametrize("preset", PRESETS, ids=NAMES)
@pytest.mark.parametrize("before", [DEFAULTS, CHANGED])
def test_a_preset_sets_all_it_decides_on_and_nothing_else(preset, before):
    after = preset.applied(before)
    differing = {**preset.corpus, **preset.training, **preset.live}
    governed = {name for names in GOVERNED.values() for name in names}
    assert set(differing) <= governed
    for old, new in zip(before, after, strict=True):
        for name in type(old).__dataclass_fields__:
            if name in governed:
                expected = differing.get(name, field_default(type(old), name))
            else:
                expected = getattr(old, name)
            assert getattr(new, name) == expected, name
    assert preset.changes_in(after) == ()


@pytest.mark.parametrize("preset", PRESETS, ids=NAMES)
def test_a_preset_names_only_what_differs_from_the_defaults(preset):
    for part, differing in zip(
        DEFAULTS, (preset.corpus, preset.training, preset.live), strict=True
    ):
        for name, value in differing.items():
            assert value != field_default(type(part), name), name


def test_each_preset_is_recognized_by_its_settings_alone():
    assert len(set(NAMES)) == len(NAMES)
    for preset in PRESETS:
        assert preset_in(preset.applied(CHANGED)) is preset
    assert preset_in(DEFAULTS).name == "default"
    assert preset_in(CHANGED) is None


def test_a_changed_setting_is_named():
    preset = preset_named("demo-word.sh")
    corpus, training, live = preset.applied(DEFAULTS)
    other = live.changed(negative=5, workers=1)
    assert preset.changes_in(Settings(corpus, training, other)) == ("negative",)
    assert preset_in(Settings(corpus, training, other)) is None


def test_the_presets_that_copy_others_hold_their_values():
    corpus, training, live = preset_named("demo-word.sh").applied(CHANGED)
    assert (live.model, live.objective, live.window) == ("cbow", "negative-sampling", 8)
    assert (live.negative, live.sample, live.epochs) == (25, 1e-4, 15)
    assert (training.vector_size, corpus.min_count) == (200, 5)
    _, training, live = preset_named("gensim default").applied(CHANGED)
    assert (live.model, live.alpha, live.min_alpha, live.epochs) == ("cbow", 0.025, 1e-4, 5)
    assert (live.negative, live.window, training.vector_size) == (5, 5, 100)
    assert preset_named("recommender").live["ns_exponent"] == -0.5


def test_the_summary_is_short_enough_for_a_list():
    assert preset_named("demo-word.sh").summary == "cbow, K 25, window 8"
    assert preset_named("rare words").summary == "skip-gram, tree, window 5"
    assert all(len(preset.summary) <= 26 for preset in PRESETS)
    assert all(1 <= len(textwrap.wrap(preset.why, 42)) <= 2 for preset in PRESETS)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(SettingsError, match="did you mean recommender"):
        preset_named("recomender")
    with pytest.raises(SettingsError, match="known are default"):
        preset_named("xyz")
    for unclear in ("", "-", "g"):
        with pytest.raises(SettingsError, match="there is no preset"):
            preset_named(unclear)


@pytest.mark.parametrize(
    ("text", "name"),
    [("recommender", "recommender"), ("graph", "graph walks"), ("kmer", "k-mers"),
     ("K-mers", "k-mers"), ("logs", "logs"), ("small", "small corpus"), ("rare", "rare words"),
     ("demo-word.sh", "demo-word.sh"), ("gensim", "gensim default")],
)  # fmt: skip
def test_the_beginning_of_a_name_is_enough(text, name):
    assert preset_named(text).name == name
