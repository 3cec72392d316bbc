"""Directives that make tables of what is declared in the source, so that they are never stale.

settings-tables    all settings, as w2vtui/settings declares them
layouts-table      the layouts of vectors, as w2vtui/vector_layouts.py declares them
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from w2vtui.cli.options.setting_options import option_of
from w2vtui.config import TABLES
from w2vtui.settings import (
    LiveSettings,
    ScreenSettings,
    choices_of,
    field_default,
    field_types,
    spec_of,
)
from w2vtui.vector_layouts import LAYOUTS, Layout

HEADINGS = ("option", "default", "range", "what it does")
WIDTHS = (22, 14, 18, 46)


class SettingsTables(Directive):
    """A section for each class of settings: what they are for, then each in a row."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        return [_section(table, settings) for table, settings in TABLES.items()]


class LayoutsTable(Directive):
    """Each layout of vectors in a row."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        rows = [
            [
                _literals(*layout.endings),
                _literals(layout.name),
                nodes.paragraph("", layout.title),
                nodes.paragraph("", layout.words),
                _gzip(layout),
            ]
            for layout in LAYOUTS.values()
        ]
        headings = ("ending", "name", "what it is", "its words hold", "under gzip")
        return [_table(headings, (14, 14, 40, 20, 12), rows)]


def _literals(*texts: str) -> nodes.paragraph:
    paragraph = nodes.paragraph()
    for place, text in enumerate(texts):
        paragraph += nodes.Text(" " if place else "")
        paragraph += nodes.literal("", text)
    return paragraph


def _gzip(layout: Layout) -> nodes.paragraph:
    return nodes.paragraph("", "with .gz" if layout.packs else "no")


def _section(name: str, settings: type) -> nodes.section:
    section = nodes.section(ids=[name])
    section += nodes.title("", name.capitalize())
    may_change = "can change during a run" if settings is LiveSettings else "fixed for a run"
    if settings is ScreenSettings:
        may_change = "for the app"
    section += nodes.paragraph(
        "", "", nodes.literal("", f"[{name}]"), nodes.Text(f" in a settings file; {may_change}.")
    )
    section += _table(HEADINGS, WIDTHS, [_cells(settings, name) for name in field_types(settings)])
    return section


def _table(
    headings: Sequence[str], widths: Sequence[int], rows: Iterable[list[nodes.Node]]
) -> nodes.table:
    table, group = nodes.table(), nodes.tgroup(cols=len(headings))
    table += group
    for width in widths:
        group += nodes.colspec(colwidth=width)
    head, body = nodes.thead(), nodes.tbody()
    group += head
    group += body
    head += _row([nodes.paragraph("", heading) for heading in headings])
    for cells in rows:
        body += _row(cells)
    return table


def _cells(settings: type, name: str) -> list[nodes.Node]:
    spec, kind = spec_of(settings, name), field_types(settings)[name]
    option = nodes.paragraph("", "", nodes.literal("", option_of(name)))
    help_text = spec.help
    if spec.side_effect:
        help_text += f". A change during a run: {spec.side_effect}"
    default = nodes.paragraph("", _default(settings, name))
    return [
        option,
        default,
        nodes.paragraph("", _range(kind, spec)),
        nodes.paragraph("", help_text),
    ]


def _default(settings: type, name: str) -> str:
    value = field_default(settings, name)
    if value is None:
        return f"auto: {spec_of(settings, name).auto}"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _range(kind: Any, spec: Any) -> str:
    if kind is bool:
        return "yes or no"
    if choices_of(kind):
        return ", ".join(choices_of(kind))
    return "text" if "str" in str(kind) else spec.range_text()


def _row(cells: list[nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        row += nodes.entry("", cell)
    return row


def setup(app: Any) -> dict[str, bool]:
    """Add the directives to Sphinx."""
    app.add_directive("settings-tables", SettingsTables)
    app.add_directive("layouts-table", LayoutsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
