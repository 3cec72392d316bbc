"""Find files that are opened for reading without w2vtui/files/regular_files.py.

`python tools/check_opens.py`. Opened elsewhere, a pipe in place of a file is waited for without
end, and a device is read without end.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPENS = re.compile(
    r"(.*\.)?(open|read_bytes|read_text|fromfile|memmap|safe_open)|np\.load|(.*\.)?(Gzip|BZ2|LZMA)File"
)
"""Calls that open a file by its name."""
WRITES = re.compile(r"'[wax]b?'")
ALLOWED = {
    "bench/job.py": "files of the system",
    "bench/machine.py": "files of the system",
    "bench/program.py": "what a program that it started has written",
    "corpus/stored/array_files.py": "reads files that the door has opened",
    "corpus/stored/draft.py": "writes files of its own",
    "corpus/sample_pieces.py": "the text, which may be anything",
    "corpus/stored/storage.py": "reads and maps files that the door has opened",
    "corpus/sources/archives.py": "files in an archive that the door has opened",
    "corpus/sources/byte_stream.py": "the text, which may be anything",
    "downloads.py": "files in an archive that the door has opened",
    "files/regular_files.py": "the door itself",
    "formats/drafts/atomic.py": "writes, and syncs folders",
    "formats/drafts/file_drafts.py": "makes files of its own, and opens folders to lock them",
    "formats/drafts/folder_drafts.py": "writes files of its own, and opens folders to lock them",
    "formats/vector_folders/safetensors_file.py": "maps a file that the door has opened",
    "runs/disk/tensor_file.py": "maps a file that it has checked",
    "runs/disk/inside.py": "opens folders, and files for the door",
    "system/resources.py": "files of the system",
    "system/streams.py": "the null device, to write to",
}
"""Modules of w2vtui that open files themselves, and why they may."""


def opens(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls that open a file for reading by its name."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and OPENS.fullmatch(ast.unparse(node.func))):
            continue
        writes = any(WRITES.fullmatch(ast.unparse(given)) for given in node.args)
        has_door = any(keyword.arg in ("opener", "fileobj") for keyword in node.keywords)
        is_ours = ast.unparse(node.func).endswith("read_text") and bool(node.args)
        if not (writes or has_door or is_ours):
            yield node


def complaints() -> Iterator[str]:
    """The places that should use the door, and the permissions that nobody needs."""
    place = ROOT / "w2vtui"
    for path in sorted(place.rglob("*.py")):
        name = path.relative_to(place).as_posix()
        found = list(opens(ast.parse(path.read_text(encoding="utf-8"))))
        if name in ALLOWED and not found:
            yield f"w2vtui/{name}: opens no file itself: take it out of ALLOWED"
        if name not in ALLOWED:
            for node in found:
                yield f"w2vtui/{name}:{node.lineno}: use regular_files.py: {ast.unparse(node)}"


if __name__ == "__main__":
    found = list(complaints())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
