"""The command line: flags to settings, verbs to actions.

    arguments.py   the flags, made from the fields of settings.py
    legacy.py      word2vec.c's spellings
    train.py       a run without a screen     progress.py   what it shows meanwhile
    look.py        neighbors, analogy, evaluate

`--help` imports neither Numba nor Textual.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from w2vtui.cli.arguments import VERBS, parse
from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError


def run_command_line(argv: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code.

    0 done, 1 internal error, 2 usage, 3 unreadable corpus or vectors, 4 diverged, 5 disk,
    130 or 143 interrupted with what was learned saved. Bugs keep their traceback.
    """
    try:
        return _run(argv)
    except W2vtuiError as error:
        print(f"w2vtui: {safe_text(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("w2vtui: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read stdout has gone, as `head` does; a last flush at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    if arguments.verb in ("neighbors", "analogy", "evaluate"):
        from w2vtui.cli import look

        return getattr(look, arguments.verb)(arguments)
    if arguments.verb == "app" and _has_screen():
        from w2vtui.tui.app import run_app

        return run_app(
            arguments.corpus,
            arguments.corpus_settings,
            arguments.training_settings,
            arguments.live_settings,
            arguments.output,
        )
    from w2vtui.cli.train import train

    return train(arguments)


def _has_screen() -> bool:
    """Whether a full screen can be drawn: a terminal on both ends that can move its cursor."""
    dumb = os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdin.isatty() and sys.stdout.isatty() and not dumb


__all__ = ["VERBS", "run_command_line"]
