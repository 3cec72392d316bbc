"""`python -m w2vtui` and the `w2vtui` command."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the command line; exits with its code."""
    clone = Path(__file__).resolve().parent.parent / "kernels"
    if (clone / "w2v_kernels").is_dir():  # a clone that is not installed
        sys.path.insert(0, str(clone))
    from w2vtui.cli import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
