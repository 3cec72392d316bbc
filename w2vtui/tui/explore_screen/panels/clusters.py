"""The clusters pane: groups of words whose vectors point the same way."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import ClassVar
from weakref import ref

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import cell_width, safe_text, whole_parts
from w2vtui.exploring.clusters import Clusters, Grouping, clusters
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.tsv import tsv
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

LIVE_SECONDS = 5.0
"""From one grouping of vectors that train to the next."""
MOST_CLUSTERS = 200
_NAMES = 30
"""Words that name a cluster, of which as many are shown as fit."""
_LATER_ROUNDS = 2
"""Of k-means that begins at the centers of a moment ago."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """Clusters, of which vectors, and when they were made."""

    clusters: Clusters
    vectors: ref[WordVectors]
    """Those that were asked, not kept for it."""
    k: int
    made: float


class ClustersPane(ExplorePane):
    """Groups of the most frequent words, named by the words nearest to their centers."""

    PANE_NAME = "Clusters"
    HELP = "The most frequent words in groups by k-means; each is named by its central words."
    HELP_TITLE = "Clusters"
    EXPORTS = (".tsv",)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Ask", id="explore.cluster_follow",
                tooltip="ask for the nearest words of the central word"),
        Binding("up", "point(-1)", "cluster above", show=False, id="explore.cluster_up"),
        Binding("down", "point(1)", "cluster below", show=False, id="explore.cluster_down"),
        Binding("plus", "more(1)", "More", id="explore.cluster_more", key_display="+",
                tooltip="make more clusters"),
        Binding("minus", "more(-1)", "Fewer", id="explore.cluster_fewer", key_display="-",
                tooltip="make fewer clusters"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._how = Grouping(n=_NAMES)
        self._at = 0
        self._grouped: Grouped | None = None

    def compute(self, view: View, question: Question | None, shape: Shape) -> Clusters:
        """The clusters; of vectors that train, a few seconds old at most."""
        how, before = self._how, self._grouped
        if before is not None and before.k == how.k:
            age = time.monotonic() - before.made
            if before.vectors() is view.vectors or (view.kind == "live" and age < LIVE_SECONDS):
                return before.clusters
            how = replace(how, n_rounds=_LATER_ROUNDS)
        # Of another number too: what stays a group stays the same one.
        found = clusters(view.vectors, how, None if before is None else before.clusters.centers)
        self._grouped = Grouped(found, ref(view.vectors), how.k, time.monotonic())
        return found

    def take(self, result: Clusters) -> None:
        """Show clusters; the one that was pointed at stays so, by its central word."""
        if self.result is not None:
            word = self.result.clusters[self._at].words[0].word
            names = [[near.word for near in one.words] for one in result.clusters]
            self._at = next((at for at, words in enumerate(names) if word in words), self._at)
            self._at = min(self._at, len(names) - 1)
        super().take(result)

    def drawn(self, result: Clusters, shape: Shape) -> Text:
        """A cluster a line: its number of words, their mean cosine with its center, its names."""
        width, height = shape
        title = f"{len(result.clusters)} clusters"
        subtitle = whole_parts(
            f"{result.searched:,} of {result.total:,} words · mean cosine {result.cohesion:.2f}",
            width - 2,
        )
        self.write_frame(title, subtitle)
        self._at = min(self._at, len(result.clusters) - 1)
        first = min(max(self._at - height // 2, 0), max(len(result.clusters) - height, 0))
        shown = list(enumerate(result.clusters))[first : first + height]
        return joined(
            [
                cluster_line(
                    one.n_words,
                    one.cohesion,
                    [word.word for word in one.words],
                    width,
                    pointed=at == self._at,
                )
                for at, one in shown
            ]
        )

    def exported(self, result: Clusters, ending: str) -> bytes:
        """A cluster a line, as tab-separated values."""
        rows = [["words", "mean cosine", "central words"]]
        for one in result.clusters:
            names = " ".join(word.word for word in one.words)
            rows.append([str(one.n_words), f"{one.cohesion:.6f}", names])
        return tsv(rows)

    # ---- keys

    def action_point(self, by: int) -> None:
        """Point at another cluster."""
        if self.result is not None:
            self._at = min(max(self._at + by, 0), len(self.result.clusters) - 1)
            self.redraw()

    def action_follow(self) -> None:
        """Ask for the nearest words of the central word of the cluster."""
        if self.result is not None:
            self.ask(self.result.clusters[self._at].words[0].word)

    def action_more(self, by: int) -> None:
        """Make more clusters, or fewer: by a fifth, and by 1 at least."""
        k = self._how.k
        k += by * max(k // 5, 1)
        self._how = replace(self._how, k=min(max(k, 2), MOST_CLUSTERS))
        self.recompute()


def cluster_line(
    n_words: int, cohesion: float, names: list[str], width: int, *, pointed: bool
) -> Text:
    """A cluster with as many names as fit."""
    line = Text("▸ " if pointed else "  ", "bold", no_wrap=True, overflow="ellipsis")
    line.append(f"{n_words:5,} {cohesion:5.2f}  ", "not bold dim")
    room = width - cell_width(line.plain)
    shown: list[str] = []
    for name in names:
        word = safe_text(name, 40)
        if shown and cell_width(" ".join([*shown, word])) > room:
            break
        shown.append(word)
    line.append(" ".join(shown), "bold" if pointed else "not bold")
    line.truncate(width, overflow="ellipsis")
    return line
