"""The run being set up: its text, its settings, and the preset that they came from."""

from __future__ import annotations

import dataclasses
from typing import Any

from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.presets import Settings, preset_in, preset_named
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    default_alpha,
    spec_of,
)
from w2vtui.training.engine.devices import may_have_gpu
from w2vtui.tui.chosen.controls import Control, controls_of, value_text
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.widgets.setting_row import Row

CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        *controls_of(LiveSettings, ("model", "objective")),
        *controls_of(TrainingSettings, ("vector_size",)),
        *controls_of(LiveSettings, ("window", "negative", "alpha", "sample")),
        *controls_of(CorpusSettings, ("min_count",)),
        *controls_of(LiveSettings, ("epochs", "workers")),
        *controls_of(TrainingSettings, ("deterministic",)),
        *controls_of(CorpusSettings, ("lowercase", "tokenizer")),
        *controls_of(TrainingSettings, ("device",)),
        *controls_of(CorpusSettings, ("field", "kmer")),
    )
}
"""The settings that matter most before a run; all others keep what the command line gave."""
_PARTS = {CorpusSettings: "corpus_settings", TrainingSettings: "training", LiveSettings: "live"}
_ON_DEMAND = ("field", "kmer")
"""Settings for texts of a special kind, which have rows while the text is one or they are set."""
_AUTO_STEPS_FROM = 5
"""Where stepping a setting begins that is `auto` and whose value is not known."""


class Draft:
    """A run that can still be changed in every respect."""

    def __init__(self, form: Form, n_cores: int) -> None:
        self.form = form
        self.n_cores = n_cores
        self.epochs: int | None = None
        """What `epochs auto` is likely to choose; None while the text is not known."""
        self.proposed: frozenset[str] = frozenset()
        """The settings that hints on the text name."""
        preset = None if form.preset else preset_in(_settings_of(form))
        if preset is not None:
            self.form = dataclasses.replace(form, preset=preset.name)

    def name_text(self, corpus: str) -> None:
        """Train on what this text of the corpus field names."""
        self.form = dataclasses.replace(self.form, corpus=corpus)

    def score_on(self, files: QuestionFiles) -> None:
        """Score the vectors on these files."""
        self.form = dataclasses.replace(
            self.form, pairs=files.pairs, analogies=files.analogies, sessions=files.sessions
        )

    def choose_preset(self, name: str) -> None:
        """Set every setting that the preset decides on."""
        corpus, training, live = preset_named(name).applied(_settings_of(self.form))
        self.form = dataclasses.replace(
            self.form, corpus_settings=corpus, training=training, live=live, preset=name
        )

    def step(self, name: str, by: int) -> None:
        """Step a setting up or down, from what `auto` stands for if it is auto.

        Raises:
            SettingsError: the value does not fit the other settings.
        """
        value = self._value(name)
        if not CONTROLS[name].has_steps:
            return
        if value is None:
            value = self._auto(name) or _AUTO_STEPS_FROM
        self._set(name, CONTROLS[name].stepped(value, by))

    def type(self, name: str, text: str) -> None:
        """Set a setting to a typed value.

        Raises:
            SettingsError: the text is not a value of the setting, or does not fit the others.
        """
        self._set(name, CONTROLS[name].from_text(text))

    def take(self, name: str, value: Any) -> None:
        """Set a setting to a value that was proposed."""
        self._set(name, value)

    def reset(self, name: str) -> None:
        """Set a setting to its default.

        Raises:
            SettingsError: the default does not fit the other settings.
        """
        self._set(name, CONTROLS[name].default)

    def changes(self) -> tuple[str, ...]:
        """Labels of the settings that were changed since the preset was chosen."""
        if not self.form.preset:
            return ()
        names = preset_named(self.form.preset).changes_in(_settings_of(self.form))
        return tuple(_label_of(name) for name in names)

    def rows(self) -> tuple[Row, ...]:
        """The settings as they are shown."""
        idle = self.form.live.without_effect
        return tuple(
            Row(
                name,
                control.label,
                self._value_text(name),
                help=control.help_text(),
                idle=f"no part in {idle[name]}" if name in idle else "",
            )
            for name, control in CONTROLS.items()
            if self._has_row(name)
        )

    def _has_row(self, name: str) -> bool:
        """Whether a setting is shown: some are of use in few places."""
        if name == "device":
            return self._value(name) != CONTROLS[name].default or may_have_gpu()
        return name not in _ON_DEMAND or name in self.proposed or self._value(name) is not None

    def _value(self, name: str) -> Any:
        return getattr(getattr(self.form, _PARTS[CONTROLS[name].owner]), name)

    def _set(self, name: str, value: Any) -> None:
        part = _PARTS[CONTROLS[name].owner]
        changed = dataclasses.replace(getattr(self.form, part), **{name: value})
        self.form = dataclasses.replace(self.form, **{part: changed})

    def _value_text(self, name: str) -> str:
        value = self._value(name)
        if value is not None:
            return value_text(value)
        if CONTROLS[name].spec.auto.startswith("none"):
            return "none"
        stands_for = self._auto(name)
        return "auto" if stands_for is None else f"auto ({value_text(stands_for)})"

    def _auto(self, name: str) -> Any:
        """What `auto` is likely to stand for; None while that is not known."""
        if name == "alpha":
            return default_alpha(self.form.live.model, self.form.live.objective)
        return {"workers": self.n_cores, "epochs": self.epochs}.get(name)


def _settings_of(form: Form) -> Settings:
    return Settings(form.corpus_settings, form.training, form.live)


def _label_of(name: str) -> str:
    """The label of a setting, by its name."""
    if name in CONTROLS:
        return CONTROLS[name].label
    return spec_of(LiveSettings, name).label or name
