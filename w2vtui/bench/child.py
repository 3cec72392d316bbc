"""Child processes that read a question from stdin and answer on stdout, both in JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from w2vtui.errors import ChildError

_SHOWN_LINES = 3


def ask(module: str, question: str) -> dict[str, Any]:
    """Run `python -m module` on a question; return its answer.

    If this is interrupted, the child and all that it started are ended. The child has its own
    session, so that Ctrl-C reaches this process alone.

    Raises:
        ChildError: the child cannot be started, or failed; the message says how.
    """
    with _started(module) as process:
        try:
            answer_text, complaints = process.communicate(question)
        except BaseException:
            _end(process)
            raise
    if process.returncode != 0:
        raise ChildError(f"{_ending(process.returncode)}: {_last_lines(complaints)}")
    answer: dict[str, Any] = json.loads(answer_text.splitlines()[-1])
    if "error" in answer:
        raise ChildError(answer["error"])
    return answer


def _started(module: str) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            # -P: a file in the current folder must not be imported in place of a module.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ChildError(f"{sys.executable} cannot be started: {error.strerror}") from error


def _end(process: subprocess.Popen[str]) -> None:
    """Kill a child and all that it started."""
    with suppress(OSError):  # it has ended already
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session, so its group is its own
        else:
            process.kill()
    process.wait()


def _ending(code: int) -> str:
    if code == -getattr(signal, "SIGKILL", 0):
        return "it was killed, perhaps because memory ran out"
    return f"it was killed by signal {-code}" if code < 0 else f"it failed with exit code {code}"


def _last_lines(complaints: str) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    return " / ".join(lines[-_SHOWN_LINES:]) or "it printed nothing"
