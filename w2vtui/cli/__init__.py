"""The command line: flags to settings, verbs to actions.

    arguments.py   the flags, made from the fields of settings.py
    legacy.py      word2vec.c's spellings
    train.py       a run without a screen     progress.py   what it shows meanwhile
                                              scores.py     what it says of its vectors
    resume.py      resume, replay                 runs.py       runs, export
    places.py      files read and written
    look.py        neighbors, analogy, evaluate
    bench.py       how fast this machine trains
    config.py      settings files: show, path, init
    output.py      stdout and stderr, which may go away

`--help` imports neither Numba nor Textual.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vtui.cli.output import flush_results, let_go, report, show_any_character
from w2vtui.cli.parser import VERBS, parse
from w2vtui.display import safe_text
from w2vtui.errors import DiskError, W2vtuiError

if TYPE_CHECKING:
    from w2vtui.tui.session import RunLike

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def run_command_line(argv: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code.

    0 done, 1 internal error or a measured tool that failed, 2 usage, 3 unreadable corpus or
    vectors, 4 diverged, 5 disk, 130 or 143 interrupted with what was learned saved. Bugs keep
    their traceback.
    """
    show_any_character()
    try:
        try:
            return _run(argv)
        finally:
            flush_results()
    except W2vtuiError as error:
        report(f"w2vtui: {safe_text(str(error))}")
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        report("w2vtui: interrupted")
        return interrupt.args[0] if interrupt.args else 130
    except BrokenPipeError:  # whoever read stdout has gone, as `head` does
        let_go(sys.stdout)
        return 0
    except OSError as error:
        if error.filename is not None or error.errno not in _NO_ROOM:
            raise  # not of stdout: a bug
        let_go(sys.stdout)
        report(f"w2vtui: cannot write to stdout: {(error.strerror or str(error)).lower()}")
        return DiskError.exit_code


def _run(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    if arguments.verb in ("neighbors", "analogy", "evaluate"):
        from w2vtui.cli.verbs import look

        return getattr(look, arguments.verb)(arguments)
    if arguments.verb in ("runs", "export"):
        from w2vtui.cli.verbs import runs

        return getattr(runs, arguments.verb)(arguments)
    if arguments.verb in ("resume", "replay"):
        from w2vtui.cli.verbs import resume

        return getattr(resume, arguments.verb)(arguments)
    if arguments.verb == "bench":
        from w2vtui.cli.verbs.bench import bench

        return bench(arguments)
    if arguments.verb.startswith("config "):
        from w2vtui.cli.verbs import config

        return getattr(config, arguments.action)(arguments)
    if arguments.verb == "app" and _has_screen():
        from w2vtui.tui.app import run_app
        from w2vtui.tui.keys import check_keys
        from w2vtui.tui.themes import check_theme

        check_theme(arguments.settled["theme"])
        check_keys(arguments.config.keys)
        return run_app(
            arguments.corpus,
            arguments.corpus_settings,
            arguments.training_settings,
            arguments.live_settings,
            arguments.output,
            look=arguments.screen_settings,
            config=arguments.config,
            pairs=arguments.pairs,
            analogies=arguments.analogies,
            run_settings=arguments.run_settings,
            go_on=_go_on,
        )
    from w2vtui.cli.verbs.train import train

    return train(arguments)


def _go_on(run: RunLike) -> int:
    from w2vtui.cli.verbs.train import go_on  # takes a second, which a screen does not wait for

    return go_on(run)


def _has_screen() -> bool:
    """Whether a full screen can be drawn: a terminal on both ends that can move its cursor."""
    if os.environ.get("TERM", "") in ("", "dumb"):
        return False
    # A stream that was closed before Python started is None.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


__all__ = ["VERBS", "run_command_line"]
