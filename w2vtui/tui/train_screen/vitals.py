"""Signs of health as the counters show them."""

from __future__ import annotations

from w2vtui.training.state.snapshot import VectorHealth


def norms_text(health: VectorHealth | None) -> str:
    """Mean lengths of the input and output vectors: `|v| 2.31   |u| 0.88`."""
    if health is None:
        return "–"
    parts = [("v", health.input_norm), ("u", health.output_norm)]
    return "   ".join(f"|{name}| {value:.2f}" for name, value in parts if value is not None)


def saturated_text(health: VectorHealth | None) -> str:
    """The share of saturated scores, beside another value: `  |x|>6 0.7 %`."""
    if health is None or health.saturated is None:
        return ""
    return f"  |x|>6 {100 * health.saturated:.1f} %"
