"""Settings: what is out of range or of the wrong type is refused, in words that help."""

from __future__ import annotations

import dataclasses
import json
import math
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.config.writing import toml_value
from w2vtui.errors import SettingsError
from w2vtui.settings import (
    ALL_WORDS,
    CorpusSettings,
    LiveSettings,
    Objective,
    ResolvedSettings,
    TrainingSettings,
    auto_epochs,
    choices_of,
    default_alpha,
    field_default,
    field_types,
    spec_of,
    value_from_text,
)

CLASSES = (CorpusSettings, LiveSettings, TrainingSettings)


def base_of(kind):
    """int, float, bool or str; Literal fields are "choice"."""
    if choices_of(kind):
        return "choice"
    return next((option for option in get_args(kind) if option is not type(None)), kind)


def fields_of(*bases):
    return [
        pytest.param(settings, name, id=name)
        for settings in CLASSES
        for name, kind in field_types(settings).items()
        if base_of(kind) in bases
    ]


NUMBERS = fields_of(int, float)
WHOLE = fields_of(int)
REAL = fields_of(float)
SWITCHES = fields_of(bool)
CHOICES = fields_of("choice")
ALL = fields_of(int, float, bool, str, "choice")
OPTIONAL = [p for p in ALL if type(None) in get_args(field_types(p.values[0])[p.values[1]])]


def others(settings, name):
    """What must be set too, so that only the field itself can be at fault."""
    if name == "alpha":
        return {"min_alpha": 0.0}
    return {"alpha": 1000.0} if name == "min_alpha" else {}


def made(settings, name, value):
    return getattr(settings(**{name: value}, **others(settings, name)), name)


def refusal(settings, name, value) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(**{name: value}, **others(settings, name))
    return str(caught.value)


# ---- range


def test_every_number_has_a_range():
    """Without one, the tests below would pass over it."""
    assert len(NUMBERS) == 15
    for settings, name in (p.values for p in NUMBERS):
        spec = spec_of(settings, name)
        assert spec.low is not None
        assert spec.high is not None


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
def test_the_ends_of_a_range_belong_to_it(settings, name):
    spec = spec_of(settings, name)
    assert made(settings, name, spec.high) == spec.high
    if not spec.low_open:
        assert made(settings, name, spec.low) == spec.low


@pytest.mark.parametrize(("settings", "name"), WHOLE)
def test_a_whole_number_out_of_range_is_refused_by_name_range_and_value(settings, name):
    spec = spec_of(settings, name)
    above = () if spec.beyond else (spec.high + 1, 10**30)
    for value in (spec.low - 1, -(10**30), *above):
        message = refusal(settings, name, value)
        expected = f"{name} must be {spec.low:,} to {spec.high:,}"
        assert message.startswith(expected), message
        assert message.endswith(f"got {value}")


@pytest.mark.parametrize(("settings", "name"), REAL)
def test_a_real_number_out_of_range_is_refused_by_name_range_and_value(settings, name):
    spec = spec_of(settings, name)
    below = spec.low if spec.low_open else math.nextafter(spec.low, -math.inf)
    above = math.nextafter(spec.high, math.inf)
    for value in (below, above, -1e300, 1e300, math.inf, -math.inf, math.nan):
        message = refusal(settings, name, value)
        assert message.startswith(f"{name} must be ")
        assert spec.range_text() in message
        assert message.endswith(f"got {value!r}")


def test_an_open_bound_is_named_as_open():
    assert "above 0 and at most 1000" in refusal(LiveSettings, "alpha", 0.0)


def test_a_whole_number_too_large_for_a_float_is_refused_as_any_other():
    assert "sample must be 0 to 1, got 1000" in refusal(LiveSettings, "sample", 10**400)


def test_large_bounds_are_shown_with_all_their_digits():
    """`1e+06` is nothing that could be typed back, and 9.22337e+18 is out of range itself."""
    assert "1 to 1,000,000 passes" in refusal(LiveSettings, "epochs", 0)
    assert "0 to 9,223,372,036,854,775,807" in refusal(TrainingSettings, "seed", -1)


# ---- type


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
def test_what_is_not_a_number_is_refused(settings, name):
    texts, switches = ("1", "0.5", b"1", np.str_("1")), (True, False, np.bool_(True))
    for value in (*texts, *switches, [1], (1,), {}, 1j, object):
        message = refusal(settings, name, value)
        assert message.startswith(f"{name} must be ")
        assert message.endswith(f"got {value!r}")


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
def test_an_array_is_not_a_number(settings, name):
    for value in (np.array([1]), np.array([1, 2]), np.array(1)):
        assert refusal(settings, name, value).startswith(f"{name} must be ")


@pytest.mark.parametrize(("settings", "name"), WHOLE)
def test_an_integer_is_not_a_float(settings, name):
    for value in (2.0, 2.5, math.nan, math.inf, Fraction(2)):
        assert refusal(settings, name, value).endswith(f"got {value!r}")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(np.int64(3), int), (np.uint8(3), int), (np.float32(0.5), float), (1, float)],
)
def test_numbers_of_numpy_become_the_fields_own_type(value, kind):
    name = "window" if kind is int else "sample"
    stored = made(LiveSettings, name, value)
    assert type(stored) is kind
    assert stored == value


@pytest.mark.parametrize(("settings", "name"), ALL)
def test_none_is_for_settings_with_auto_alone(settings, name):
    if type(None) in get_args(field_types(settings)[name]):
        assert made(settings, name, None) is None
        assert spec_of(settings, name).auto  # the help says what None stands for
    elif not spec_of(settings, name).beyond:
        assert refusal(settings, name, None).startswith(f"{name} must be ")


@pytest.mark.parametrize(("settings", "name"), SWITCHES)
def test_a_switch_is_true_or_false_and_nothing_else(settings, name):
    for value in (0, 1, "yes", "", None, np.bool_(True)):
        assert refusal(settings, name, value) == f"{name} must be true or false, got {value!r}"


@pytest.mark.parametrize(("settings", "name"), CHOICES)
def test_an_unknown_choice_is_refused_with_all_choices(settings, name):
    for value in (None, 1, "", "nonsense", ["strict"], {}):
        message = refusal(settings, name, value)
        assert f"got {value!r}" in message
        for choice in choices_of(field_types(settings)[name]):
            assert choice in message


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("model", "skipgram", "skip-gram"),
        ("model", "CBOW ", None),
        ("model", "cbow ", "cbow"),
        ("objective", "negative_sampling", "negative-sampling"),
        ("objective", "hierarchical", "hierarchical-softmax"),
        ("objective", "xyz", None),
    ],
)
def test_a_misspelled_choice_is_answered_with_the_nearest(name, value, meant):
    message = refusal(LiveSettings, name, value)
    assert message.endswith(f"(did you mean {meant}?)" if meant else f"got {value!r}")


@pytest.mark.parametrize("value", ["", None, 8, b"utf-8"], ids=repr)
def test_an_encoding_is_text(value):
    assert refusal(CorpusSettings, "encoding", value) == f"encoding must be text, got {value!r}"


def test_settings_cannot_be_changed_in_place():
    for settings in CLASSES:
        name = next(iter(field_types(settings)))
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(settings(), name, 1)


@pytest.mark.parametrize(("settings", "name"), ALL)
def test_every_setting_has_help_and_a_valid_default(settings, name):
    spec, default = spec_of(settings, name), field_default(settings, name)
    assert spec.help
    assert getattr(settings(), name) == default
    if default is not None and isinstance(default, bool | int | float):
        assert made(settings, name, default) == default


@pytest.mark.parametrize(
    ("settings", "name"), [p for p in NUMBERS if spec_of(*p.values).steps], ids=str
)
def test_every_step_of_a_control_is_in_range_and_they_ascend(settings, name):
    steps = spec_of(settings, name).steps
    assert list(steps) == sorted(set(steps))
    for step in steps:
        assert made(settings, name, step) == step


# ---- text


@pytest.mark.parametrize(("settings", "name"), OPTIONAL)
def test_auto_and_none_are_read_where_there_is_an_auto(settings, name):
    for text in ("auto", "none", "AUTO", " None "):
        assert value_from_text(settings, name, text) is None


@pytest.mark.parametrize(("settings", "name"), [p for p in NUMBERS if p not in OPTIONAL])
def test_auto_is_refused_where_there_is_none(settings, name):
    for text in ("auto", "none"):
        with pytest.raises(SettingsError, match=rf"{name} must be .*, got '{text}'"):
            value_from_text(settings, name, text)


@pytest.mark.parametrize(("settings", "name"), SWITCHES)
def test_switches_are_read_in_the_usual_words(settings, name):
    for text in ("true", "yes", "on", "1", "True", " YES "):
        assert value_from_text(settings, name, text) is True
    for text in ("false", "no", "off", "0", "False", " No "):
        assert value_from_text(settings, name, text) is False
    for text in ("", "2", "maybe", "none", "auto", "y"):
        with pytest.raises(SettingsError, match=f"{name} must be true or false"):
            value_from_text(settings, name, text)


@pytest.mark.parametrize(("settings", "name"), CHOICES)
def test_choices_are_read_as_they_are_spelled(settings, name):
    for choice in choices_of(field_types(settings)[name]):
        assert value_from_text(settings, name, choice) == choice
    with pytest.raises(SettingsError, match=f"{name} must be"):
        value_from_text(settings, name, "nonsense")


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
def test_text_that_is_not_a_number_is_refused_by_name_and_quoted(settings, name):
    for text in ("", " ", "x", "1 2", "1,5", "0x10", "--1", "True"):
        with pytest.raises(SettingsError) as caught:
            value_from_text(settings, name, text)
        assert str(caught.value).startswith(f"{name} must be ")
        assert str(caught.value).endswith(f"got {text!r}")


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
def test_text_for_what_is_not_finite_is_refused(settings, name):
    for text in ("nan", "inf", "-inf", "1e999"):
        with pytest.raises(SettingsError, match=f"^{name} must be .*, got "):
            value_from_text(settings, name, text)


@pytest.mark.parametrize(("settings", "name"), WHOLE)
def test_text_with_a_fraction_is_not_an_integer(settings, name):
    for text in ("2.0", "2.5", "1e1"):
        with pytest.raises(SettingsError, match=f"got '{text}'"):
            value_from_text(settings, name, text)


def test_a_setting_that_does_not_exist_is_answered_with_the_nearest():
    with pytest.raises(SettingsError, match=r"no setting 'windw': did you mean window\?"):
        value_from_text(LiveSettings, "windw", "5")
    with pytest.raises(SettingsError, match=r"no setting 'zzz': known are vector_size, seed"):
        spec_of(TrainingSettings, "zzz")


@pytest.mark.parametrize(("settings", "name"), NUMBERS)
@given(data=st.data())
def test_a_number_survives_being_written_and_read(settings, name, data):
    spec = spec_of(settings, name)
    whole = base_of(field_types(settings)[name]) is int
    value = data.draw(
        st.integers(spec.low, spec.high)
        if whole
        else st.floats(spec.low, spec.high, exclude_min=spec.low_open)
    )
    read = value_from_text(settings, name, str(value))
    assert read == value
    assert type(read) is (int if whole else float)
    assert value_from_text(settings, name, f" {value!r}\n") == value


@given(
    field=st.sampled_from([p.values for p in ALL]),
    text=st.one_of(
        st.text(max_size=20),
        st.text(alphabet="0123456789.eE+-_ ", max_size=12),
        st.floats().map(repr),
        st.integers().map(str),
        st.sampled_from(["9" * 5000, "1" + "0" * 400, "1e999", "\ud800", "٣", "auto", "on"]),
    ),
)
def test_any_text_is_read_as_a_valid_value_or_refused(field, text):
    settings, name = field
    message = ""
    try:
        value = value_from_text(settings, name, text)
    except SettingsError as error:
        message = str(error)
    if message:
        assert message.startswith(f"{name} must be ")
    else:
        assert made(settings, name, value) == value


# ---- live settings


def test_the_rates_must_not_cross():
    with pytest.raises(
        SettingsError, match=r"min_alpha must not be above alpha \(0\.01\), got 0\.02"
    ):
        LiveSettings(alpha=0.01, min_alpha=0.02)
    assert LiveSettings(alpha=0.01, min_alpha=0.01).min_alpha == 0.01


@pytest.mark.parametrize(("model", "alpha"), [("skip-gram", 0.025), ("cbow", 0.075)])
def test_the_rates_must_not_cross_where_alpha_is_auto_either(model, alpha):
    """Found when the settings are made, not once a large corpus is read."""
    assert LiveSettings(model=model, min_alpha=alpha).resolved(10, 1).alpha == alpha
    with pytest.raises(SettingsError, match=rf"above alpha \({alpha}\), got 0\.09"):
        LiveSettings(model=model, min_alpha=0.09)


def test_a_change_leaves_the_rest_and_the_original_as_they_were():
    before = LiveSettings(window=7, negative=3)
    after = before.changed(negative=9, model="cbow")
    assert (before.window, before.negative, before.model) == (7, 3, "skip-gram")
    assert after == dataclasses.replace(before, negative=9, model="cbow")
    assert before.changed() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"windw": 3}, "no setting 'windw': did you mean window"),
        ({"vector_size": 3}, "no setting 'vector_size'"),
        ({"window": 0}, "window must be 1 to 10,000 words, or all, got 0"),
        ({"alpha": 0.00001}, "min_alpha must not be above alpha"),
        ({"model": "cbw"}, r"got 'cbw' \(did you mean cbow\?\)"),
    ],
)
def test_a_change_is_checked_as_a_new_setting_is(change, message):
    with pytest.raises(SettingsError, match=message):
        LiveSettings().changed(**change)


def test_every_auto_is_resolved():
    resolved = LiveSettings().resolved(n_tokens=400_000, cores=7)
    assert (resolved.alpha, resolved.epochs, resolved.workers) == (0.025, 20, 7)
    assert None not in dataclasses.asdict(resolved).values()
    assert LiveSettings(model="cbow").resolved(10**9, 1).alpha == 0.075


def test_what_is_given_is_not_resolved_away():
    given_values = {"alpha": 0.2, "epochs": 3, "workers": 2, "window": 9}
    settings = LiveSettings(**given_values)
    resolved = settings.resolved(n_tokens=1, cores=64)
    assert dataclasses.asdict(resolved) == dataclasses.asdict(settings)


def test_resolved_settings_stay_resolved():
    resolved = LiveSettings(epochs=3).resolved(n_tokens=400_000, cores=7)
    assert type(resolved.changed(window=9)) is ResolvedSettings
    assert resolved.resolved(n_tokens=1, cores=64) == resolved
    with pytest.raises(SettingsError, match="epochs must be 1 to 1,000,000 passes, got None"):
        resolved.changed(epochs=None)


def test_a_resolved_setting_can_be_requested_as_auto_again():
    resolved = LiveSettings(epochs=3).resolved(n_tokens=400_000, cores=7)
    again = resolved.requested().changed(epochs=None).resolved(n_tokens=400_000, cores=1)
    assert (again.epochs, again.workers) == (20, 7)


@pytest.mark.parametrize("objective", get_args(Objective))
def test_each_objective_draws_noise_or_walks_a_tree_or_neither(objective):
    settings = LiveSettings(objective=objective)
    assert settings.draws_noise == (objective == "negative-sampling")
    assert settings.walks_tree == (objective == "hierarchical-softmax")


def test_a_machine_with_more_cores_than_threads_are_allowed_is_served():
    assert LiveSettings().resolved(100, cores=2048).workers == 512


@pytest.mark.parametrize(
    ("n_tokens", "epochs"),
    [
        (0, 100),
        (1, 100),
        (80_000, 100),
        (80_001, 100),
        (100_000, 80),
        (160_001, 50),
        (440_000, 19),
        (1_600_000, 5),
        (1_600_001, 5),
        (10**12, 5),
    ],
)
def test_auto_epochs_aim_at_8_million_tokens_within_5_to_100(n_tokens, epochs):
    assert auto_epochs(n_tokens) == epochs


@given(st.integers(1, 10**10), st.integers(1, 10**10))
def test_more_text_never_takes_more_epochs(a, b):
    assert auto_epochs(max(a, b)) <= auto_epochs(min(a, b))


def test_the_learning_rates_are_those_of_word2vec_c_but_for_one():
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax"):
        assert default_alpha("skip-gram", objective) == 0.025
    assert default_alpha("cbow", "hierarchical-softmax") == 0.05
    assert default_alpha("cbow", "negative-sampling") == 0.075


@pytest.mark.parametrize(
    "value", [None, "all", " ALL ", 10_001, 10**30, np.int64(20_000), ALL_WORDS]
)
def test_a_window_above_its_range_is_all_words_of_a_sentence(value):
    live = LiveSettings(window=value)
    assert live.window is ALL_WORDS
    assert (live.reach, live.shrinks) == (10_000, False)
    assert f"{live.window} {live.window:,} {live.window!r}" == "all all all"
    assert live.without_effect["shrink_windows"] == "window all"
    assert LiveSettings(**json.loads(json.dumps(dataclasses.asdict(live)))).window is ALL_WORDS
    assert toml_value(live.window) == '"all"'


def test_the_widest_window_in_range_is_drawn_like_any_other():
    live = LiveSettings(window=10_000)
    assert (live.reach, live.shrinks) == (10_000, True)
    assert "shrink_windows" not in live.without_effect
    assert refusal(LiveSettings, "window", "everything").startswith("window must be 1 to 10,000")
