"""From a request to a sweep that can be started: everything checked, read and forecast before."""

from __future__ import annotations

import dataclasses
import math
import threading
from dataclasses import dataclass
from pathlib import Path

from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.corpus.files import find_texts, is_regular
from w2vtui.errors import CorpusError, RunError, SettingsError
from w2vtui.files.reports import Report
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.root import check_root, runs_folder
from w2vtui.settings import CorpusSettings, RunSettings
from w2vtui.sweeping.forecast import PART_TOKENS, Forecast, SweepCost
from w2vtui.sweeping.space import Settled
from w2vtui.sweeping.store import SavedSweep, SweepStore, all_sweeps, new_store
from w2vtui.sweeping.sweep_request import SweepRequest
from w2vtui.sweeping.text_part import settings_of_part, write_part
from w2vtui.sweeping.watched_sweep import About
from w2vtui.sweeping.yardstick import check_comparable
from w2vtui.training.measuring.probe import MAX_SHARE, MIN_TOKENS

HISTORY_OF_TRIALS = 0
"""Megabytes: the past moments of a trial are not kept."""


@dataclass(frozen=True)
class Texts:
    """What trials train on: the text, or a part of it."""

    sources: tuple[str, ...]
    """As named; their encoded forms are read once for each way of reading them."""
    part: str | None
    """A file with a part of the text; None where trials train on all of it."""
    _read: dict[tuple[str, ...], dict[CorpusSettings, EncodedCorpus]]

    def request(self, settled: Settled, *, whole: bool) -> tuple[tuple[str, ...], CorpusSettings]:
        """The sources of a run, and how they are read."""
        if self.part is None or whole:
            return self.sources, settled.corpus
        return (self.part,), settings_of_part(settled.corpus)

    def read(
        self, request: RunRequest, progress: ReadingProgress, stop: threading.Event
    ) -> EncodedCorpus:
        """The text of a run, which is read the first time."""
        known = self._read.setdefault(request.sources, {})
        settings = request.corpus_settings
        if settings not in known:
            known[settings] = request.read(progress, stop)
        return known[settings]


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """A sweep that can be started."""

    request: SweepRequest
    run_settings: RunSettings
    root: Path
    """The folder of all runs."""
    store: SweepStore
    texts: Texts
    corpus_name: str
    n_tokens: int
    """Of the whole text."""
    n_words: int
    trial_tokens: int
    """That a trial sees in an epoch."""
    cost: SweepCost
    is_resumed: bool

    @property
    def n_trials(self) -> int:
        """Trials that are planned: no more than there are points."""
        limits, n_points = self.request.limits, self.request.space.n_points
        return limits.trials if n_points is None else min(limits.trials, n_points)

    @property
    def about(self) -> About:
        """What stays the same of the sweep from its start to its end."""
        return About(
            request=self.request,
            folder=self.store.folder,
            corpus_name=self.corpus_name,
            n_tokens=self.n_tokens,
            trial_tokens=self.trial_tokens,
        )

    @property
    def sees_part(self) -> bool:
        """Whether trials train on a part of the text."""
        return self.texts.part is not None


def check(request: SweepRequest, run_settings: RunSettings) -> Path:
    """Refuse what can be refused before anything is read; return the folder of all runs.

    Raises:
        SettingsError: nothing varies, values contradict each other, or the text comes through a
            pipe.
        CorpusError: there is no text.
        DiskError: runs cannot be saved.
        RunError: there is no folder for them.
    """
    request.space.check()
    check_comparable(request.space, request.yardstick)
    if not run_settings.checkpoints:
        raise SettingsError("every trial of a sweep is a saved run: drop --no-checkpoints")
    files, _ = find_texts(request.sources, request.space.corpus)
    for path in files:
        if not is_regular(path):
            raise CorpusError(
                f"a sweep reads its text again when it is resumed, but {path} can be read only "
                "once: name a file"
            )
    root = runs_folder(run_settings.runs_dir)
    check_root(root)
    return root


def set_up(
    request: SweepRequest,
    run_settings: RunSettings,
    report: Report,
    *,
    saved: SavedSweep | None = None,
    starts_again: bool = False,
    stop: threading.Event | None = None,
) -> SetUp:
    """Read the text, decide how much of it trials see, and find or make the sweep's folder.

    saved          the sweep to resume; None looks for one that was asked the same
    starts_again   makes a new one in any case

    Raises:
        W2vtuiError: as `check` does, the text cannot be read, or the runs do not fit in memory.
    """
    root = check(request, run_settings)
    texts = Texts(request.sources, None, {})
    whole = RunRequest(sources=request.sources, corpus_settings=request.space.corpus)
    report("reading the text")
    corpus = texts.read(whole, ReadingProgress(), stop or threading.Event())
    for hint in corpus.hints:
        report(f"hint: {hint}")
    forecast = Forecast(corpus, request.space)
    forecast.check_memory()
    mark = fingerprint(corpus)
    if saved is None and not starts_again:
        saved = next((one for one in all_sweeps(root) if _is_same(one, request, mark)), None)
    if saved is not None:
        _check_text(saved, mark)
    if saved is not None:
        store, part_tokens = SweepStore(saved.folder), saved.part_tokens
    else:
        part_tokens = _part_tokens(request, forecast, len(corpus.ids))
        _check_probe(request, part_tokens or len(corpus.ids))
        store = new_store(root, corpus.name)
    try:
        part = _part(store, corpus, part_tokens)
        store.write_request(request, mark, part_tokens)
    except BaseException:
        store.release()
        raise
    trial_tokens, limits = part_tokens or len(corpus.ids), request.limits
    return SetUp(
        request=request,
        run_settings=dataclasses.replace(run_settings, history=HISTORY_OF_TRIALS),
        root=root,
        store=store,
        texts=dataclasses.replace(texts, part=part),
        corpus_name=corpus.name,
        n_tokens=len(corpus.ids),
        n_words=len(corpus.vocab),
        trial_tokens=trial_tokens,
        cost=forecast.cost(trial_tokens, limits.trials, limits.whole),
        is_resumed=saved is not None,
    )


def _is_same(saved: SavedSweep, request: SweepRequest, mark: str) -> bool:
    return saved.request.digest == request.digest and saved.fingerprint == mark


def _check_text(saved: SavedSweep, mark: str) -> None:
    """
    Raises:
        RunError: a sweep is about another text.
    """
    if saved.fingerprint != mark:
        raise RunError(
            f"the text of sweep {saved.folder.name} has changed: its trials cannot be compared "
            "with new ones; without --resume a new sweep starts"
        )


def _part_tokens(request: SweepRequest, forecast: Forecast, n_tokens: int) -> int:
    """How much of the text trials see; 0 for all of it."""
    wanted, minutes = request.tokens, request.limits.minutes
    if request.space.varies_text:
        return 0  # a part is written as it was read in one way
    if wanted is None and minutes is not None:
        wanted = forecast.tokens_for(60 * minutes, request.limits.trials)
    elif wanted is None:
        wanted = PART_TOKENS if n_tokens > 2 * PART_TOKENS else n_tokens
    return wanted if wanted < n_tokens else 0


def _check_probe(request: SweepRequest, n_tokens: int) -> None:
    """
    Raises:
        SettingsError: trials are compared by the probe, and too small a text has none.
    """
    if request.yardstick.is_loss and n_tokens * MAX_SHARE < MIN_TOKENS:
        least = math.ceil(MIN_TOKENS / MAX_SHARE)
        raise SettingsError(
            f"{n_tokens:,} tokens are too few for a probe loss, which needs {least:,}: give --by "
            "FILE, word pairs or analogies" + ", or more --tokens" * (request.tokens is not None)
        )


def _part(store: SweepStore, corpus: EncodedCorpus, n_tokens: int) -> str | None:
    if not n_tokens:
        return None
    if not store.part.is_file():
        write_part(corpus, n_tokens, store.part)
    return str(store.part)
