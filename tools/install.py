"""Makes the virtual environment of this folder and installs w2vtui into it, for the Makefile.

With `tools` as its argument it adds what tests and checks need, and all optional libraries.

What pip prints is shown only if it fails; until then seconds show that it works.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

VENV = Path(".venv")
TICK_SECONDS = 1.0
LINE_SECONDS = 2.0
"""From one line to the next where they are not drawn in place."""
SHOWN_LINES = 20
"""Of what failed, at most."""
NO_NETWORK = ("NewConnectionError", "name resolution", "ConnectTimeout", "ProxyError", "SSLError")
"""In what pip prints if it cannot reach an index."""


class StepError(Exception):
    """A step failed; holds what to say of it."""


def main(argv: Sequence[str]) -> int:
    """Do each step; return the exit code."""
    scripts = VENV / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet"]
    pip += ["--no-input", "--disable-pip-version-check", "--retries", "3"]
    try:
        if "tools" in argv:
            do(
                "installing what the tests need (about a minute, once)",
                [*pip, "--editable", ".[all]", "--group", "dev"],
                "pip could not install it",
            )
            return 0
        do(
            "making a virtual environment (a few seconds, once)",
            [sys.executable, "-m", "venv", str(VENV)],
            "this Python cannot make one; some systems have a package for that, as python3-venv",
        )
        do(
            "renewing pip (a few seconds, once)",
            [*pip, "--upgrade", "pip"],
            "pip could not be renewed",
        )
        do(
            "installing w2vtui and its libraries (about 15 s, once)",
            [*pip, "--editable", "."],
            "pip could not install them",
        )
    except StepError as failure:
        print(f"w2vtui: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nw2vtui: interrupted; the same command tries again", file=sys.stderr)
        return 130
    return 0


def do(what: str, command: Sequence[str], advice: str) -> None:
    """Run a command and show its seconds.

    advice   what to say if it fails, after what it printed

    Raises:
        StepError: it did.
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        ) as process:
            try:
                _show_seconds(what, process)
            except BaseException:
                process.terminate()
                raise
        if process.returncode == 0:
            return
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
    own = [line for line in lines if not line.startswith("WARNING: ")]
    for line in (own or lines)[-SHOWN_LINES:]:
        print("".join(char for char in line if char.isprintable()), file=sys.stderr)
    if any(sign in line for line in lines for sign in NO_NETWORK):
        advice = "the libraries could not be downloaded: there may be no network"
    raise StepError(f"{advice}; the same command tries again")


def _show_seconds(what: str, process: subprocess.Popen[bytes]) -> None:
    """Show a step and its seconds until it ends: in place on a terminal, else a line at times."""
    is_drawn = sys.stderr.isatty()
    started = shown = time.monotonic()
    print(what, end="" if is_drawn else "\n", file=sys.stderr, flush=True)
    while True:
        try:
            process.wait(TICK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if is_drawn:
                print(f"\r{what}: {now - started:.0f} s", end="", file=sys.stderr, flush=True)
            elif now - shown >= LINE_SECONDS:
                print(f"{what}: {now - started:.0f} s", file=sys.stderr, flush=True)
                shown = now
    if is_drawn:
        print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
