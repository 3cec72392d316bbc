"""Processes of the program that start warm: forks of one that has everything imported.

To import Numba and Textual takes a second or two of the processor, and hundreds of tests start
the program. A warm process is forked by a nursery, with streams, environment, folder and session
of its own, and becomes a child of the tests, as if they had started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tests.support.corpora import topical_sentences
from tests.support.wait import until

COMMAND_LINE = "from w2vtui.__main__ import main; main()"
"""What `python -m w2vtui` runs."""
OF_TERMINALS = (
    "PYTHONUNBUFFERED", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "LINES",
)  # fmt: skip
"""Variables that would tell the program of the terminal that the tests run in."""
_ROOT = Path(__file__).resolve().parents[2]
_COMMON = {
    "PYTHONPATH": os.pathsep.join([str(_ROOT), str(_ROOT / "kernels")]),
    "PYTHONWARNINGS": "error",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Where a process finds this program, and what it is strict about."""
_IMPORTED = (
    "w2vtui.__main__",
    "w2vtui.cli.headless",
    "w2vtui.cli.verbs.resume",
    "w2vtui.tui.launch",
    "w2vtui.tui.app",
    "w2vtui.tui.train_screen.screen",
)
_READ_LATE = ("W2VTUI_", "XDG_", "HOME", "TMPDIR", "FORCE_COLOR")
"""Variables that the program reads after it has imported everything."""
_PR_SET_CHILD_SUBREAPER = 36


def common_environment() -> dict[str, str]:
    """Variables of every process that a test starts: those of the tests, but for their terminal,
    and where it finds this program and its compiled kernels.
    """
    from w2v_kernels.machine import compiling  # loads Numba, as the program does

    kept = {name: value for name, value in os.environ.items() if name not in OF_TERMINALS}
    folder = compiling.CACHE_FOLDER
    return kept | _COMMON | ({} if folder is None else {"NUMBA_CACHE_DIR": str(folder)})


def can_be_warm(variables: Mapping[str, str], options: Mapping[str, Any]) -> bool:
    """Whether a process with these variables and options of Popen may be forked from another."""
    return (
        sys.platform == "linux"
        and all(name.startswith(_READ_LATE) for name in variables)
        and options.keys() <= {"stdin", "stdout", "stderr", "cwd", "start_new_session"}
    )


class WarmProcess(subprocess.Popen[str]):
    """A warm process, with the methods of any other.

    program    what it runs
    arguments  of sys.argv
    options    of Popen: those that `can_be_warm` allows, `env`, and those of its pipes
    """

    def __init__(self, program: str, arguments: Sequence[str], **options: Any) -> None:
        self._in_session = options.pop("start_new_session", False)
        self._program = program
        super().__init__(["w2vtui", *arguments], **options)

    def _execute_child(
        self, args: list[str], _executable: Any, _preexec: Any, _close: Any, _pass: Any,
        cwd: Any, env: dict[str, str], _startup: Any, _flags: Any, _shell: Any, *descriptors: int,
    ) -> None:  # fmt: skip
        streams = [descriptors[0], descriptors[3], descriptors[5]]
        streams = [one if one >= 0 else number for number, one in enumerate(streams)]
        request = {
            "program": self._program,
            "arguments": args,
            "folder": str(cwd or Path.cwd()),
            "environment": env,
            "in_session": self._in_session,
        }
        self.pid = _nursery().bear(request, streams)
        self._child_created = True
        self._close_pipe_fds(*descriptors[:6])  # type: ignore[attr-defined]


# ---- the side of the tests


class _Nursery:
    """The process that forks the others."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
        assert self._door.recv(64) == b"ready"

    def bear(self, request: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Fork a process and adopt it; return its number."""
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_CHILD_SUBREAPER, 1)
        try:
            socket.send_fds(self._door, [json.dumps(request).encode()], streams)
            return int(self._door.recv(64))
        finally:
            prctl(_PR_SET_CHILD_SUBREAPER, 0)


@functools.cache
def _nursery() -> _Nursery:
    return _Nursery(common_environment())


# ---- the nursery


def _serve(door: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Fork a process for each request; return in it."""
    while True:
        request, descriptors, _, _ = socket.recv_fds(door, 1 << 20, 3)
        if not request:
            sys.exit()
        told, tell = os.pipe()
        between = os.fork()  # its end makes an orphan of the process, which the tests adopt
        if between == 0:
            child = os.fork()
            if child:
                os.write(tell, str(child).encode())
                os._exit(0)
            door.detach()
            return json.loads(request), descriptors
        os.waitpid(between, 0)
        door.send(os.read(told, 64))
        for descriptor in (told, tell, *descriptors):
            os.close(descriptor)


def _become(request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
    """Take on what another process was asked to have."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    if request["in_session"]:
        os.setsid()
    sys.argv = request["arguments"]
    encoding = sys.stdout.encoding
    streams = {
        "stdin": os.fdopen(0, encoding=encoding, closefd=False),
        "stdout": os.fdopen(1, "w", 1 if os.isatty(1) else -1, encoding=encoding, closefd=False),
        "stderr": os.fdopen(2, "w", 1, encoding=encoding, errors="backslashreplace", closefd=False),
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _use_once() -> None:
    """Load what the first training and the screens load, which half of a short life is."""
    from tests.support.screens import TRAINING, scripted
    from w2vtui.cli import run_command_line
    from w2vtui.tui.app import W2vApp

    async def show() -> None:
        async with W2vApp().run_test(size=(120, 40)) as pilot:
            await pilot.pause()
        async with scripted(TRAINING, (120, 40)):
            pass

    with tempfile.TemporaryDirectory() as place:
        os.environ |= dict.fromkeys(("W2VTUI_CACHE_DIR", "W2VTUI_RUNS_DIR"), place)
        text = Path(place, "text.txt")
        text.write_text("\n".join(" ".join(words) for words in topical_sentences(40)))
        few = ["--epochs", "1", "--vector-size", "8", "--workers", "1"]
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            code = run_command_line(["train", str(text), "-o", f"{place}/v.bin", *few])
            asyncio.run(show())
    tempfile.tempdir = None  # that of each process is where its environment says
    assert code == 0
    # A process with threads cannot be forked.
    until(lambda: threading.active_count() == 1, lambda: f"the end of {threading.enumerate()}")


def _main() -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in _IMPORTED:
        importlib.import_module(name)
    from numba.core.registry import cpu_target

    cpu_target.target_context.refresh()  # as the first call of a kernel does
    _use_once()
    gc.freeze()  # what processes share they look through neither while they run nor at their end
    door = socket.socket(fileno=int(sys.argv[1]))
    door.send(b"ready")
    request, descriptors = _serve(door)
    _become(request, descriptors)
    exec(request["program"], {"__name__": "__main__"})
    sys.exit()


if __name__ == "__main__":
    _main()
