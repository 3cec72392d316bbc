"""Signs of health as the counters show them."""

from __future__ import annotations

from w2vtui.training.state.snapshot import Vitals


def norms_text(vitals: Vitals | None) -> str:
    """Mean lengths of the input and output vectors: `|v| 2.31   |u| 0.88`."""
    if vitals is None:
        return "–"
    parts = [("v", vitals.input_norm), ("u", vitals.output_norm)]
    return "   ".join(f"|{name}| {value:.2f}" for name, value in parts if value is not None)


def saturated_text(vitals: Vitals | None) -> str:
    """The share of saturated scores, beside another value: `  |x|>6 0.7 %`."""
    if vitals is None or vitals.saturated is None:
        return ""
    return f"  |x|>6 {100 * vitals.saturated:.1f} %"
