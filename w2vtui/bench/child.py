"""Child processes: asked on stdin, they answer on stdout with JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from w2vtui.errors import ChildError

_TOLD_LINES = 3


def ask(module: str, question: str) -> dict[str, Any]:
    """What `python -m module` answers to a question, both JSON.

    A child, and what it started, is ended when this is interrupted. Ctrl-C comes to this process
    alone: a child that is to be shown has been ended by us, not by the terminal.

    Raises:
        ChildError: it failed; the message says how.
    """
    with subprocess.Popen(
        # -P: what lies in the folder we were started in must not be taken for a module.
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        text=True, encoding="utf-8", errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, complaints = process.communicate(question)
        except BaseException:
            _end(process)
            raise
    if process.returncode != 0:
        raise ChildError(f"{_ending(process.returncode)}: {_last_lines(complaints)}")
    answer = json.loads(said.splitlines()[-1])
    if "error" in answer:
        raise ChildError(answer["error"])
    return answer


def _end(process: subprocess.Popen[str]) -> None:
    """End a child and what it started, at once."""
    with suppress(OSError):  # it has ended by itself
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session, and so a group, of its own
        else:
            process.kill()
    process.wait()


def _ending(code: int) -> str:
    if code == -getattr(signal, "SIGKILL", 0):
        return "it was killed, maybe for want of memory"
    return f"it was ended by signal {-code}" if code < 0 else f"it failed with exit code {code}"


def _last_lines(complaints: str) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    return " / ".join(lines[-_TOLD_LINES:]) or "it said nothing"
