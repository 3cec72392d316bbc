"""A dialog to pick a text: folders, and the text files in them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Static, Tree
from textual.widgets._directory_tree import DirEntry

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.tui.chosen.sources import sources_of

_NAME_CELLS = 60


class FilePicker(ModalScreen[str | None]):
    """Picks a file or a folder; returns the text for the corpus field."""

    HELP_TITLE = "Picking a text"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "close", show=False, id="picker.cancel"),
        Binding("backspace", "above", "folder above", show=False, id="picker.above"),
    ]

    def __init__(self, folder: Path, encoding: str) -> None:
        """folder: shown first; encoding: that of the texts, others are not listed"""
        super().__init__()
        self._folder, self._encoding = folder, encoding

    def compose(self) -> ComposeResult:
        """The tree, and a line on its keys."""
        with Vertical(id="dialog", classes="picker") as dialog:
            dialog.border_title = "Pick a text"
            dialog.border_subtitle = "esc closes"
            yield TextTree(self._folder, self._encoding)
            yield Static("", id="note", markup=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[DirEntry]) -> None:
        """Say what the keys do here."""
        is_folder = event.node.allow_expand
        acts = "enter opens  space picks the folder" if is_folder else "enter picks"
        self.query_one("#note", Static).update(Text(f"{acts}  backspace goes up"))

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Pick the file that was entered or clicked."""
        self.dismiss(field_text(event.path))

    def action_choose(self) -> None:
        """Pick the highlighted file or folder."""
        node = self.query_one(TextTree).cursor_node
        if node is not None and node.data is not None:
            self.dismiss(field_text(node.data.path))

    def action_above(self) -> None:
        """Show the parent folder."""
        tree = self.query_one(TextTree)
        tree.path = Path(tree.path).parent

    def action_cancel(self) -> None:
        """Pick nothing."""
        self.dismiss(None)


class TextTree(DirectoryTree):
    """Folders, and readable files that look like text, compressed or not; none hidden."""

    HELP_TITLE = "The tree of files"
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.choose", "pick this file or folder", show=False, id="tree.choose"),
        Binding("right,l", "open", "open the folder", show=False, id="tree.right"),
        Binding("left,h", "close", "close the folder", show=False, id="tree.left"),
        Binding("k", "cursor_up", "above", show=False, id="tree.up"),
        Binding("j", "cursor_down", "below", show=False, id="tree.down"),
    ]

    def __init__(self, folder: Path, encoding: str) -> None:
        super().__init__(folder.absolute(), id="tree")
        self._encoding = encoding
        self.guide_depth = 2

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """The paths to show. Reads files, so Textual calls it in a thread."""
        return [path for path in paths if not path.name.startswith(".") and self._is_text(path)]

    def _is_text(self, path: Path) -> bool:
        from w2vtui.corpus.sources.looks import looks_like_text

        try:
            if path.is_dir():
                return os.access(path, os.R_OK | os.X_OK)
            # Reading a pipe would wait for ever.
            return path.is_file() and looks_like_text(path, self._encoding)
        except (OSError, W2vtuiError):  # unreadable
            return False

    def process_label(self, label: str | Text) -> Text:
        """The name, safe to draw."""
        return Text(safe_text(str(label), _NAME_CELLS))

    def action_open(self) -> None:
        """Expand the folder."""
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_close(self) -> None:
        """Collapse the folder, or go to the one that holds this."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded:
            node.collapse()
        elif node.parent is not None:
            self.move_cursor(node.parent)


def field_text(path: Path) -> str:
    """A path as one would type it: relative to the current folder or to the home folder.

    If that would mean something else, as for a file named `-`, the full path is returned, quoted.
    """
    full = path.absolute()
    shown = [str(full)]
    for start, prefix in ((Path.home(), "~/"), (Path.cwd(), "")):
        if full.is_relative_to(start) and full != start:
            shown.insert(0, prefix + str(full.relative_to(start)))
    for text in shown:
        try:
            found = [Path(source).absolute() for source in sources_of(text)]
        except W2vtuiError:  # `-`
            continue
        if found == [full]:
            return text
    return shlex.quote(str(full))


def folder_of(text: str) -> Path:
    """The folder of the path in the corpus field; the current one if there is none."""
    try:
        path = Path(text.strip()).expanduser()
        folder = path if path.is_dir() else path.parent
        return folder.absolute() if folder.is_dir() else Path.cwd()
    except (OSError, ValueError, RuntimeError):  # not a path
        return Path.cwd()
