"""Every setting, declared once: default, range, help, and whether a running training may change it.

Command line flags, the controls of the screens and the documentation are made from the fields here.
Names are gensim 4's where gensim has the setting.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from w2vtui.errors import SettingsError
from w2vtui.settings.spec import Checked, WithoutLimit, setting, spec_of

Model = Literal["skip-gram", "cbow"]
Objective = Literal["negative-sampling", "hierarchical-softmax", "softmax"]
NoiseSharing = Literal["centers", "pairs", "none"]
Tokenizer = Literal["whitespace", "words", "characters", "chinese", "korean"]
EncodingErrors = Literal["strict", "replace", "ignore"]
RecordErrors = Literal["strict", "skip"]
Marker = Literal["braille", "block", "ascii"]
Device = Literal["cpu", "cuda", "auto"]

MAX_WINDOW = 10_000
ALL_WORDS = WithoutLimit(MAX_WINDOW + 1)
"""The window of the whole sentence, of which up to MAX_WINDOW words on each side are trained."""
MAX_NEGATIVE = 256
MAX_WORKERS = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusSettings(Checked):
    """How text becomes tokens and a vocabulary. Fixed for a run."""

    min_count: int = setting(
        5,
        low=0,
        high=2**31 - 1,
        unit="occurrences",
        help="ignore words that occur fewer times than this",
    )
    max_final_vocab: int | None = setting(
        None,
        low=1,
        high=2**31 - 2,
        unit="words",
        auto="no limit",
        help="keep at most this many words, the most frequent ones",
    )
    lowercase: bool = setting(False, help="lower-case every token")
    tokenizer: Tokenizer = setting(
        "whitespace",
        help="whitespace: tokens are separated by white space; "
        "words: runs of letters and digits, without punctuation; characters: each one, with the "
        "marks on it; chinese: words found by jieba; korean: morphemes found by kiwipiepy",
    )
    encoding: str = setting("utf-8", help="encoding of the text files")
    encoding_errors: EncodingErrors = setting(
        "strict",
        help="how to handle bytes that are not valid in the encoding",
    )
    field: str | None = setting(
        None,
        auto="none: lines of text",
        help="read this field of JSON lines, CSV, TSV or Parquet: a name, a.b for one inside "
        "another, a column's number, or several with commas",
    )
    record_errors: RecordErrors = setting(
        "strict",
        help="strict: a record that cannot be read, or lacks the field, is an error; skip: it is "
        "left out, and counted",
    )
    kmer: int | None = setting(
        None,
        low=1,
        high=31,
        unit="letters",
        auto="none: text",
        steps=(*range(1, 13), 15, 18, 21, 25, 31),
        help="read FASTA or FASTQ: each run of this many letters of a sequence is a token",
    )
    kmer_stride: int = setting(
        1, low=1, high=31, unit="letters", help="letters from one k-mer to the next"
    )

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if self.kmer is None:
            return
        if self.field is not None:
            raise SettingsError("kmer reads sequences, and field reads records: drop one of them")
        if self.tokenizer != "whitespace":
            raise SettingsError(
                f"kmer makes the tokens itself: drop the tokenizer {self.tokenizer}, or kmer"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveSettings(Checked):
    """Settings that may change while a training runs. A change takes effect at the next span."""

    model: Model = setting(
        "skip-gram",
        label="model",
        help="skip-gram: each context word predicts the center; cbow: their mean does",
        side_effect="losses before and after are not comparable",
    )
    objective: Objective = setting(
        "negative-sampling",
        label="objective",
        help="how the softmax is approximated; softmax itself is exact, for small vocabularies",
        side_effect="its output vectors start at 0, or where it left them: expect a dip",
    )
    negative: int = setting(
        5,
        low=1,
        high=MAX_NEGATIVE,
        unit="noise words",
        label="K",
        steps=(1, 2, 3, 5, 8, 10, 15, 20, 25, 32, 48, 64, 96, 128, 192, 256),
        help="noise words K of negative sampling",
    )
    window: int = setting(
        5,
        low=1,
        high=MAX_WINDOW,
        unit="words",
        label="window",
        steps=(*range(1, 11), 12, 15, 20, 25, 32, 48, 64, 100, 200, 500, 1000, 2000, 5000, 10_000,
               ALL_WORDS),
        beyond=ALL_WORDS,
        help="context words on each side of the center; all, or more than 10,000: every pair of "
        "a sentence, as fits baskets (of a longer one, pairs up to 10,000 words apart)",
    )  # fmt: skip
    alpha: float | None = setting(
        None,
        low=0.0,
        low_open=True,
        high=1000.0,
        label="learning rate",
        auto="0.025 for skip-gram; for cbow 0.075, and 0.05 without negative sampling",
        steps=(*(1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.015, 0.02, 0.025, 0.035, 0.05),
               *(0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)),
        help="learning rate at the start; it falls linearly to the min rate",
    )  # fmt: skip
    min_alpha: float = setting(
        1e-4,
        low=0.0,
        high=1000.0,
        label="min rate",
        steps=(0.0, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.025),
        help="learning rate at the end",
    )
    sample: float = setting(
        1e-3,
        low=0.0,
        high=1.0,
        label="subsample",
        steps=(0.0, 1e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.1, 1.0),
        help="randomly skip words more frequent than this share of the text; 0 keeps every word",
    )
    ns_exponent: float = setting(
        0.75,
        low=-1.0,
        high=1.5,
        label="noise exponent",
        steps=(-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5),
        help="draw noise words by count ** exponent: 1 as often as in the text, 0 evenly, "
        "below 0 rare words more often",
    )
    epochs: int | None = setting(
        None,
        low=1,
        high=1_000_000,
        unit="passes",
        label="epochs",
        auto="5, more for small text",
        steps=(1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 75, 100, 200, 500, 1000),
        help="passes over the corpus",
    )
    workers: int | None = setting(
        None,
        low=1,
        high=MAX_WORKERS,
        label="threads",
        auto="the available cores",
        steps=(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128),
        help="training threads; 1 is reproducible bit for bit, more are with deterministic",
    )
    noise_sharing: NoiseSharing = setting(
        "centers",
        label="noise sharing",
        help="draw noise words once for K centers two windows apart (fastest, equally good), for "
        "all pairs of one center, or for every pair (none)",
    )
    shrink_windows: bool = setting(
        True,
        label="shrink windows",
        help="draw each center's window evenly from 1 to window",
    )
    cbow_mean: bool = setting(
        True,
        label="cbow mean",
        help="cbow: average the context vectors; off: sum them",
    )
    cbow_divide: bool = setting(
        False,
        label="cbow divide",
        help="cbow: divide the step by the number of context words (the mean's exact gradient); "
        "off: as word2vec.c does",
    )

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        alpha = default_alpha(self.model, self.objective) if self.alpha is None else self.alpha
        if self.min_alpha > alpha:
            raise SettingsError(
                f"min_alpha must not be above alpha ({alpha:g}), got {self.min_alpha:g}"
            )

    @property
    def draws_noise(self) -> bool:
        """Whether targets are noise words drawn at random: negative sampling."""
        return self.objective == "negative-sampling"

    @property
    def draws_for_each_pair(self) -> bool:
        """Whether every pair has noise words of its own."""
        return self.draws_noise and self.model == "skip-gram" and self.noise_sharing == "none"

    @property
    def walks_tree(self) -> bool:
        """Whether targets are the nodes of a word's Huffman path: hierarchical softmax."""
        return self.objective == "hierarchical-softmax"

    @property
    def shrinks(self) -> bool:
        """Whether each center's window is drawn, from 1 to `window`: not where all words count."""
        return self.shrink_windows and self.window != ALL_WORDS

    @property
    def reach(self) -> int:
        """Context words on each side of the center, at most."""
        return min(self.window, MAX_WINDOW)

    @property
    def without_effect(self) -> dict[str, str]:
        """The settings that have no part under these settings, and which of those is why."""
        idle = without_effect(self.model, self.objective)
        return idle | ({"shrink_windows": "window all"} if self.window == ALL_WORDS else {})

    def changed(self, **settings: Any) -> Self:
        """A copy with some settings replaced.

        Raises:
            SettingsError: a setting does not exist, or its value is out of range.
        """
        for name in settings:
            spec_of(LiveSettings, name)
        return dataclasses.replace(self, **settings)

    def resolved(self, n_tokens: int, cores: int) -> ResolvedSettings:
        """Every `auto` replaced by the value it stands for on a corpus of `n_tokens`."""
        values = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        if self.alpha is None:
            values["alpha"] = default_alpha(self.model, self.objective)
        if self.epochs is None:
            values["epochs"] = auto_epochs(n_tokens)
        if self.workers is None:
            values["workers"] = min(cores, MAX_WORKERS)
        return ResolvedSettings(**values)


def _never_auto(name: str) -> Any:
    """The same live setting, but `auto` is no longer allowed."""
    return field(metadata={"spec": spec_of(LiveSettings, name)})


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedSettings(LiveSettings):
    """Live settings without any `auto`: what a run trains with once its text is read."""

    alpha: float = _never_auto("alpha")
    epochs: int = _never_auto("epochs")
    workers: int = _never_auto("workers")

    def requested(self) -> LiveSettings:
        """The same values as a request, which may set one to `auto` again."""
        return LiveSettings(**dataclasses.asdict(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings(Checked):
    """Settings that shape the vectors and are fixed for a run."""

    vector_size: int = setting(
        100,
        low=1,
        high=65_536,
        unit="numbers",
        label="vector size",
        help="length D of a vector",
    )
    seed: int = setting(1, low=0, high=2**63 - 1, label="seed", help="seed of every random choice")
    probe: bool = setting(
        True,
        label="probe",
        help="hold out up to 1 % of the text and measure the probe loss on it",
    )
    probe_seed: int = setting(
        1,
        low=0,
        high=2**63 - 1,
        label="probe seed",
        help="chooses the lines that are held out: runs with the same one answer the same "
        "questions, whatever their seed",
    )
    deterministic: bool = setting(
        False,
        label="deterministic",
        help="get the same vectors bit for bit in every run with the same number of threads "
        "(slower; each thread needs a copy of the vectors)",
    )
    device: Device = setting(
        "cpu",
        label="device",
        help="what trains: this machine's processor, or an NVIDIA GPU (cuda: needs "
        "pip install '.[cuda]'); auto: a GPU if there is one",
    )

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if self.deterministic and self.device == "cuda":
            raise SettingsError(
                "deterministic needs device cpu: a GPU adds the steps of thousands of threads in "
                "an order that is left to chance; drop deterministic, or device cuda"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings(Checked):
    """Where runs are saved, and how often."""

    runs_dir: str | None = setting(
        None, auto="the user's data folder", help="the folder where runs are saved"
    )
    checkpoints: bool = setting(
        True, help="save checkpoints of each run, so that it can be resumed after any interruption"
    )
    checkpoint_seconds: float = setting(
        60.0,
        low=0.1,
        high=86_400.0,
        unit="seconds",
        help="longest time between two checkpoints; one is also saved every 5 % of a run, "
        "at every pause and before every change",
    )
    history: int = setting(
        512,
        low=0,
        high=1 << 20,
        unit="MB",
        help="size of the time machine: the vectors at up to 128 past moments of a run, in its "
        "folder; a run without checkpoints keeps a quarter of this in memory; 0 keeps none",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreenSettings(Checked):
    """How the screens look, and what ends with them."""

    theme: str = setting(
        "w2vtui",
        help="colors: w2vtui, w2vtui-light, w2vtui-contrast, or a theme of Textual's such as nord",
    )
    marker: Marker = setting(
        "braille",
        help="characters of the curves: braille if the font has it; ascii works anywhere",
    )
    fps: float | None = setting(
        None,
        low=0.5,
        high=30.0,
        unit="updates a second",
        auto="5, or 2 over SSH",
        help="most updates of the screen per second",
    )
    hints: bool = setting(True, help="show hints at the bottom of the training screen")
    own_process: bool = setting(
        True,
        help="train in a process of its own, which the end of the screen need not end: "
        "w2vtui attach returns to it",
    )


AUTO_EPOCHS_TOKENS = 8_000_000
"""Token presentations that `epochs auto` aims at on a small corpus."""


def auto_epochs(n_tokens: int) -> int:
    """5 passes over a large corpus; over a small one enough for 8 million tokens, 100 at most."""
    return max(5, min(100, math.ceil(AUTO_EPOCHS_TOKENS / max(n_tokens, 1))))


def without_effect(model: Model, objective: Objective) -> dict[str, str]:
    """The live settings that have no part under a model and an objective, and which of the two."""
    idle: dict[str, str] = {}
    if objective != "negative-sampling":
        noise = ("negative", "ns_exponent", "noise_sharing")
        idle |= dict.fromkeys(noise, objective.replace("-", " "))
    if model == "skip-gram":
        idle |= dict.fromkeys(("cbow_mean", "cbow_divide"), "skip-gram")
    return idle


def default_alpha(model: Model, objective: Objective) -> float:
    """The learning rate to start with: word2vec.c's, but for cbow under negative sampling.

    There 0.075 gives better vectors than 0.05 (docs/performance.md), elsewhere it does not.
    """
    if model == "skip-gram":
        return 0.025
    return 0.075 if objective == "negative-sampling" else 0.05
