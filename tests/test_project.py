"""The files around the program agree with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import w2vtui
from tools import install

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


# ---- the first minute


@pytest.mark.process
@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ERROR: NewConnectionError", "there may be no network; the same command tries again"),
        ("ERROR: no room", "no luck; the same command tries again"),
    ],
)
def test_a_step_that_fails_shows_what_was_said_and_what_to_do(said, advice, capfd):
    command = [sys.executable, "-c", f"print('WARNING: x'); print({said!r}); raise SystemExit(2)"]
    with pytest.raises(install.StepError, match=advice):
        install.do("trying", command, "no luck")
    assert capfd.readouterr().err == f"trying\n{said}\n"


@pytest.mark.process
def test_a_step_shows_its_seconds(monkeypatch, capfd):
    monkeypatch.setattr(install, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(install, "LINE_SECONDS", 0.0)
    install.do("waiting", [sys.executable, "-c", "import time; time.sleep(0.2)"], "")
    assert "waiting\nwaiting: 0 s\nwaiting: 0 s\n" in capfd.readouterr().err


_OF_MAKE = ("MAKE", "MFLAGS")
"""Variables by which a make tells another that it was started by it."""


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="make and sh")
@pytest.mark.parametrize(
    ("python", "found"), [("no-such-python", "there is no no-such-python"), ("./old", "Python 3.9")]
)
def test_make_says_which_python_it_needs(tmp_path, python, found):
    old = tmp_path / "old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9 || exit 1\n')
    old.chmod(0o755)
    (tmp_path / "pyproject.toml").touch()
    done = subprocess.run(
        ["make", "-f", ROOT / "Makefile", "run", f"PYTHON={python}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith(_OF_MAKE)},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"w2vtui: Python 3.11 or later is needed ({found})")
