"""The files around the program agree with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import w2vtui

ROOT = Path(__file__).resolve().parent.parent


def test_the_version_is_written_once_and_cited():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == w2vtui.__version__


def test_every_path_that_contributing_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    places = [ROOT, ROOT / "w2vtui", ROOT / "kernels" / "w2v_kernels", ROOT / "tests"]
    places.append(ROOT / "w2vtui" / "tui" / "train_screen")
    places += [ROOT / "w2vtui" / "formats", ROOT / "w2vtui" / "cli" / "verbs"]
    named = re.findall(r"`([\w/]+(?:\.py|/))`", text)
    assert len(named) > 20
    missing = [name for name in named if not any((place / name).exists() for place in places)]
    assert not missing
