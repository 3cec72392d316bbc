"""`python -m w2vtui` and the `w2vtui` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line; exits with its code."""
    try:
        code = _run()
    except KeyboardInterrupt:  # while this program is loaded: here only what is loaded already
        os._exit(130)
    gc.freeze()  # at the end Python would look through all that was loaded, for a third of a second
    sys.exit(code)


def _run() -> int:
    package = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 (pathlib takes a while)
    clone = f"{package}/../kernels"
    if os.path.isdir(f"{clone}/w2v_kernels"):  # noqa: PTH112 - a clone that is not installed
        sys.path.insert(0, os.path.realpath(clone))
    from w2vtui.cli import run_as_process

    return run_as_process(sys.argv[1:])


if __name__ == "__main__":
    main()
