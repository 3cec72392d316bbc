"""The settings: declared.py declares them all, spec.py describes and checks one.

`LiveSettings` may change while a training runs; `ResolvedSettings` are those without any `auto`,
which is what a run trains with. The others are fixed for a run.
"""

from w2vtui.settings.declared import (
    AUTO_EPOCHS_TOKENS,
    MAX_NEGATIVE,
    MAX_WINDOW,
    MAX_WORKERS,
    CorpusSettings,
    EncodingErrors,
    LiveSettings,
    Marker,
    Model,
    Objective,
    ResolvedSettings,
    RunSettings,
    ScreenSettings,
    Tokenizer,
    TrainingSettings,
    auto_epochs,
    default_alpha,
)
from w2vtui.settings.spec import (
    Spec,
    checked_value,
    choices_of,
    field_default,
    field_types,
    spec_of,
    unknown_name_message,
    value_from_text,
)

__all__ = [
    "AUTO_EPOCHS_TOKENS",
    "MAX_NEGATIVE",
    "MAX_WINDOW",
    "MAX_WORKERS",
    "CorpusSettings",
    "EncodingErrors",
    "LiveSettings",
    "Marker",
    "Model",
    "Objective",
    "ResolvedSettings",
    "RunSettings",
    "ScreenSettings",
    "Spec",
    "Tokenizer",
    "TrainingSettings",
    "auto_epochs",
    "checked_value",
    "choices_of",
    "default_alpha",
    "field_default",
    "field_types",
    "spec_of",
    "unknown_name_message",
    "value_from_text",
]
