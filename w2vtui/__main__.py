"""`python -m w2vtui` and the `w2vtui` command."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path

from w2vtui.system.signals import ignore_all


def main() -> None:
    """Run the command line; exits with its code."""
    clone = Path(__file__).resolve().parent.parent / "kernels"
    if (clone / "w2v_kernels").is_dir():  # a clone that is not installed
        sys.path.insert(0, str(clone))
    code = 130
    with suppress(KeyboardInterrupt):  # while this program is loaded
        from w2vtui.cli import run_command_line

        code = run_command_line(sys.argv[1:])
    if code > 128:
        ignore_all()
    gc.freeze()  # at the end Python would look through all that was loaded, for a third of a second
    sys.exit(code)


if __name__ == "__main__":
    main()
