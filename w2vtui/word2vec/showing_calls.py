"""How a model shows itself: in a terminal, in a notebook, and its latest training as curves."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.word2vec.state import ModelState

_WORDS = 10
_LONGEST = 40


class ShowingCalls(ModelState):
    """Representations, and the curves of the latest training."""

    @property
    def curves(self) -> dict[str, NDArray[np.float64]]:
        """The latest training at up to 4,096 moments (n,), also while it runs: copies.

        `tokens`   trained by then, all epochs together
        `seconds`  of training
        `loss`     nats a pair, the mean since the moment before
        `alpha`    the learning rate
        `probe`    probe loss, nats, the last that was measured; NaN before any, and without
                   probe=True
        """
        rows = self._run_curves.loss.rows()
        tokens = rows[:, 0]
        alpha, probe = self._run_curves.alpha.rows(), self._run_curves.probe.rows()
        rates = np.interp(tokens, alpha[:, 0], alpha[:, 2]) if len(alpha) else tokens
        measured = np.append(np.nan, probe[:, 2])
        return {
            "tokens": tokens,
            "seconds": rows[:, 1],
            "loss": rows[:, 2],
            "alpha": rates,
            "probe": measured[np.searchsorted(probe[:, 0], tokens, side="right")],
        }

    def __str__(self) -> str:
        """The model's sizes, as gensim shows them."""
        return (
            f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, "
            f"alpha={self.alpha}>"
        )

    __repr__ = __str__

    def __rich_repr__(self) -> Iterator[Any]:
        """The settings, the figures and the first words, for Rich."""
        yield from self._facts().items()
        yield "first", [safe_text(word, _LONGEST) for word in self.wv.index_to_key[:_WORDS]]

    def _repr_html_(self) -> str:
        """A table of the settings and figures, for notebooks."""
        words = ", ".join(safe_text(word, _LONGEST) for word in self.wv.index_to_key[:_WORDS])
        facts = self._facts() | {"first words": words}
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
            for name, value in facts.items()
        )
        return (
            f"<table><caption>{escape(type(self).__name__)}</caption><tbody>{rows}</tbody></table>"
        )

    def _facts(self) -> dict[str, Any]:
        live = self._live()
        facts = {
            "vocab": len(self.wv),
            "vector_size": self.vector_size,
            "model": live.model,
            "objective": live.objective,
            "window": live.window,
            "negative": live.negative,
            "epochs": "auto" if live.epochs is None else live.epochs,
            "alpha": "auto" if live.alpha is None else live.alpha,
            "trained": f"{self.train_count} times, {self.total_train_time:.1f} s",
        }
        if not live.draws_noise:
            del facts["negative"]
        if self.running_training_loss:
            facts["loss"] = f"{self.running_training_loss:.4f} nats a pair"
        if self.run is not None:
            facts["run"] = self.run.snapshot().state
        return facts
