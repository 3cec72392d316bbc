"""Command lines run as processes: start, follow, wait for, collect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.support.wait import DEADLINE
from tests.support.warm import WarmProcess, can_be_warm

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--epochs", "1", "--vector-size", "8", "--workers", "1")
ENDLESS = ("--epochs", "1000000", "--vector-size", "8", "--workers", "1")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX'")


@dataclass
class Result:
    """What a command line exited with and printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def finish(process: subprocess.Popen[str]) -> Result:
    """Wait for the end of a process; it must not end with a traceback."""
    out, err = process.communicate(timeout=DEADLINE)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    return Result(process.returncode, out or "", err)


def run_support(name: str, *arguments: object, environment: dict[str, str]) -> None:
    """Run a module of tests.support in a process of its own, which must end without an error."""
    program = f"import runpy; runpy.run_module('tests.support.{name}', run_name='__main__')"
    run_program(program, *arguments, environment=environment)


def run_tool(name: str, *arguments: object, environment: dict[str, str]) -> str:
    """What a program of tools/ prints, which must end without an error."""
    program = f"import runpy; runpy.run_path({str(ROOT / 'tools' / name)!r}, run_name='__main__')"
    return run_program(program, *arguments, environment=environment)


def run_program(program: str, *arguments: object, environment: dict[str, str]) -> str:
    """What a program prints in a process of its own, warm where it can be."""
    with start_program(program, *arguments, environment=environment) as process:
        try:
            out, err = process.communicate()
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 0, err
    return out


def start_program(
    program: str, *arguments: object, environment: dict[str, str], **options: Any
) -> subprocess.Popen[str]:
    """Start a program in a process of its own, warm where it can be, with pipes for its output.

    options   others of subprocess.Popen
    """
    words = list(map(str, arguments))
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    options = pipes | options
    texts: dict[str, Any] = {"env": environment, "text": True, "encoding": "utf-8"}
    if can_be_warm({}, options):
        return WarmProcess(program, words, **texts, **options)
    return subprocess.Popen([sys.executable, "-c", program, *words], **texts, **options)


def until_it_trains(process: subprocess.Popen[str], tokens: int = 1) -> None:
    """Read the JSON lines of a training until a number of words have been learned from."""
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        if json.loads(line)["tokens"] >= tokens:
            return
    pytest.fail(f"it ended before it trained: {process.stderr.read()}")


def until_it_says(process: subprocess.Popen[str], text: str) -> None:
    """Read stderr until a line holds the text."""
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    pytest.fail(f"it ended before it said {text!r}")


def leftovers(*folders: Path) -> list[Path]:
    """Temporary files and drafts that should have been removed."""
    return [path for folder in folders for path in folder.rglob("*w2vtui-*")]


def json_objects(text: str) -> list[dict[str, Any]]:
    """The objects of JSON lines, in JSON proper: no NaN, no Infinity."""

    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def read_terminal(descriptor: int, until: bytes = b"") -> bytes:
    """What is drawn until some text comes, or until the end."""
    drawn = b""
    while not until or until not in drawn:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # Linux says so when the other side has closed
            break
        if not piece:
            break
        drawn += piece
    return drawn
