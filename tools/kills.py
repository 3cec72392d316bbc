"""Kill runs with -9 at random moments, resume them and compare what they train.

python tools/kills.py [KILLS] [SEED]    every case in turn, a line each; 1,200 kills in all
python tools/kills.py --case NAME KILLS SEED FOLDER    one case, reported as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.kills import CASES, report_of


def main(n_kills: int, seed: int) -> None:
    """Every case in turn, a line each."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as place:
            began = time.monotonic()
            report = report_of(case, -(-n_kills // len(CASES)), seed, Path(place))
            counts = ", ".join(f"{name} {count:g}" for name, count in sorted(report.items()))
            print(f"{case:<16} {counts}, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        _, _, name, kills, number, where = sys.argv
        print(json.dumps(report_of(name, int(kills), int(number), Path(where))))
    else:
        main(int((sys.argv[1:2] or ["1200"])[0]), int((sys.argv[2:3] or ["1"])[0]))
