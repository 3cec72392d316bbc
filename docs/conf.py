"""Sphinx: the pages of this folder as a site, `make docs`. Nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "kernels")]

from w2vtui.version import VERSION  # noqa: E402 - the path comes first

project = "w2vtui"
copyright = "the authors of w2vtui"
release = version = VERSION

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "tools.sphinx_docstrings",
    "tools.sphinx_tables",
]

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_default_options = {"show-inheritance": True}
autodoc_typehints_format = "short"
autoclass_content = "class"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

highlight_language = "none"
html_theme = "furo"
html_title = f"w2vtui {VERSION}"
html_show_copyright = False
html_copy_source = False
