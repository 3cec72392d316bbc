"""What clusters look like, on the screen and in pictures: a color and a letter each."""

from __future__ import annotations

# Eight hues that color-blind eyes tell apart (Okabe and Ito 2008), darker on light, lighter on dark
LIGHT_CLUSTERS = (
    "#0072b2", "#b34d00", "#00805e", "#a8447f", "#7a6a00", "#1f7fb8", "#4a4a4a", "#6b4fb0",
)  # fmt: skip
DARK_CLUSTERS = (
    "#5ab4f0", "#ff9a4d", "#3fd0a5", "#f09ac8", "#e8d64a", "#9ad8ff", "#c8c8c8", "#b7a3f0",
)  # fmt: skip


def letter_of(cluster: int) -> str:
    """The letter of a cluster: A to Z, then A2 and so on."""
    again, letter = divmod(cluster, 26)
    return chr(ord("A") + letter) + (str(again + 1) if again else "")
