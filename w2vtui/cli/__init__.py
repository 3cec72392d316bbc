"""The command line: options to settings, verbs to actions, errors to exit codes.

    verbs/        a module for each verb: its help, its options
    work/         what those do that do much
    parser.py     finds the verb, explains mistakes
    other_programs/  word2vec.c's and fastText's       options/      options that verbs share
    screens.py    shows the app, if there is a screen  completion.py  scripts for shells
    headless.py   trains without one                   progress.py    shows how far a run is
    piped.py      finds text on stdin                  console.py     tables and live lines
    results.py    prints words and cosines             scores.py      prints the scores of a run
    answers.py    prints answers to questions          output.py      stdout and stderr

`--help` loads neither NumPy nor Numba nor Textual.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

from w2vtui.cli.output import (
    flush_results,
    report,
    report_unwritten,
    show_any_character,
    silence,
)
from w2vtui.cli.parser import parse
from w2vtui.cli.verbs import VERBS
from w2vtui.errors import DiskError, W2vtuiError
from w2vtui.system.shortage import as_shortage, check_room
from w2vtui.system.signals import ignore_all, interrupting
from w2vtui.system.streams import wait_for_all

_ROOM_OF_NUMPY, _ROOM_OF_NUMBA = 200 << 20, 600 << 20
"""Bytes that the libraries map when they are loaded and first used."""
_ROOM = dict.fromkeys(("app", "learn", "train", "resume", "replay", "bench"), _ROOM_OF_NUMBA) | {
    "config": 0
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def run_command_line(argv: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code.

    0 done, 1 internal error or a measured tool that failed, 2 usage, 3 unreadable corpus or
    vectors, 4 diverged or nothing learned, 5 disk, 6 not enough memory, 130 or 143 interrupted
    after saving what was learned. Bugs keep their traceback.
    """
    with interrupting():
        return _run(argv)


def run_as_process(argv: Sequence[str]) -> int:
    """The same for a process that ends then, which the echo of a signal must not disturb."""
    code = run_command_line(argv)
    if code > 128:
        ignore_all()
    return code


def _run(argv: Sequence[str]) -> int:
    show_any_character()
    try:
        try:
            arguments = parse(argv)
            for note in (*arguments.notes, *arguments.config.notes):
                report(note)
            check_room(_ROOM.get(arguments.verb, _ROOM_OF_NUMPY))
            exit_code: int = arguments.run_verb(arguments)
            return exit_code
        except Exception as error:
            if (shortage := as_shortage(error)) is not None:
                raise shortage from error
            raise
        finally:
            flush_results()
    except W2vtuiError as error:
        report(f"w2vtui: {error}")
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        report("w2vtui: interrupted")
        return interrupt.args[0] if interrupt.args else 130
    except BrokenPipeError:  # the reader of stdout has gone, as `head` does
        silence(sys.stdout)
        return 0
    except OSError as error:
        if error.filename is not None or error.errno not in _NO_ROOM:
            raise  # a bug: it is not about stdout
        silence(sys.stdout)
        report_unwritten(error)
        return DiskError.exit_code
    finally:
        wait_for_all()


__all__ = ["VERBS", "run_as_process", "run_command_line"]
