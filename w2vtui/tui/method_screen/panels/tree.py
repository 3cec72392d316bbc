"""The Tree tab: the Huffman path of a word, and the sum over all leaves."""

from __future__ import annotations

from w2vtui.tui.method_screen.pane import MethodPane


class TreePane(MethodPane):
    """The tree of hierarchical softmax."""

    NAME = "tree"
    TITLE = "Tree  P(w | c)"
    ABOUT = "The Huffman path of a word, and its probability as the product along the path."
