"""Files damaged at random and headers that lie: sound vectors or an error, in bounded memory."""

from __future__ import annotations

import ast
import contextlib
import gzip
import tempfile
import tracemalloc
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import w2vtui.formats
from tests.support.inner_loop import examples
from tests.support.vector_files import (
    GENSIM_BINARY,
    GLOVE_TEXT,
    TEXT,
    WORD2VEC_C_BINARY,
    WORD2VEC_C_TEXT,
    WORDS,
    load,
    written,
)
from w2vtui.errors import VectorsError
from w2vtui.formats import (
    load_vectors,
    save_vectors,
)
from w2vtui.vectors import WordVectors

pytestmark = pytest.mark.slow


def wide(words: list[str], extension: str) -> bytes:
    """A file of vectors long enough to tell its layout."""
    numbers = np.linspace(-1, 1, 12 * len(words), dtype=np.float32).reshape(-1, 12)
    with tempfile.TemporaryDirectory() as folder:
        save_vectors(WordVectors(words, numbers), Path(folder, f"v{extension}"))
        return Path(folder, f"v{extension}").read_bytes()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of vectors with pieces changed, put in, taken out or repeated."""
    content = draw(st.sampled_from([*SOUND, gzip.compress(SOUND[0]), gzip.compress(SOUND[-1])]))
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(content)))
        past = draw(st.integers(first, min(first + 20, len(content))))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(content[first:past]))
        content = content[:first] + piece + content[draw(st.sampled_from([first, past])) :]
    return content


SOUND = [
    *(TEXT, WORD2VEC_C_TEXT, GLOVE_TEXT, WORD2VEC_C_BINARY, GENSIM_BINARY),
    *(wide(WORDS, ".txt"), wide(WORDS, ".bin")),
]
PIECES = [
    b" ",
    b"\n",
    b"\r",
    b"\0",
    b"\x1c",
    b"9",
    b"-",
    b"e",
    b"nan",
    b"999999999999",
    b"3 2\n",
    b"a 1 2\n",
]


@given(damaged(), st.sampled_from(["v.txt", "v.bin"]), st.sampled_from([None, 1, 2]))
@settings(
    deadline=None,
    max_examples=examples(300),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_damaged_file_gives_sound_vectors_or_an_error(
    tmp_path: Path, content: bytes, name: str, limit: int | None
) -> None:
    path = written(tmp_path, name, content)
    refused = ""
    try:
        loaded, said = load(path, limit=limit)
    except VectorsError as error:
        refused = str(error)
    if refused:
        assert refused.isprintable()
        assert str(path) in refused
        return
    assert 1 <= len(loaded) <= (limit or len(content))
    assert len(set(loaded.index_to_key)) == len(loaded) == len(loaded.vectors)
    assert all(loaded.index_to_key)
    assert all(map(str.isprintable, said))
    assert np.isfinite(loaded.vectors).all() or any("NaN or infinity" in line for line in said)


class Large(NamedTuple):
    """A large file as text and as binary, whole and without its header."""

    text: bytes
    rows: bytes
    binary: bytes
    records: bytes


@cache
def large() -> Large:
    text, binary = (wide([f"w{row}" for row in range(20_000)], end) for end in (".txt", ".bin"))
    return Large(text, text.partition(b"\n")[2], binary, binary.partition(b"\n")[2])


LIES: dict[str, Callable[[Large], tuple[str, bytes]]] = {
    "nothing": lambda of: ("v.txt", of.text),
    "no header": lambda of: ("v.txt", of.rows),
    "nothing, binary": lambda of: ("v.bin", of.binary),
    "many rows": lambda of: ("v.txt", b"%d 12\n" % (len(of.text) // 25 - 9) + of.rows),
    "long rows": lambda of: ("v.txt", b"1 %d\n" % (len(of.text) // 2 - 9) + of.rows),
    "many records": lambda of: ("v.bin", b"%d 1\n" % (len(of.binary) // 6 - 9) + of.records),
    "long records": lambda of: ("v.bin", b"1 %d\n" % (len(of.binary) // 4 - 9) + of.records),
    "all but one record": lambda of: ("v.bin", b"19999 12\n" + of.records),
}
"""The worst that a header can say of a file of its size."""


@pytest.mark.parametrize("lie", LIES)
def test_no_header_takes_more_memory_than_the_file_accounts_for(tmp_path: Path, lie: str) -> None:
    """Twice the file, and what the reading of blocks takes whatever the file."""
    path = written(tmp_path, *LIES[lie](large()))
    sound = lie.startswith(("nothing", "no header"))
    tracemalloc.start()
    try:
        with contextlib.nullcontext() if sound else pytest.raises(VectorsError):
            load_vectors(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * path.stat().st_size + (24 << 20)


@given(st.binary(max_size=200), st.sampled_from([b"", b"2 2\n", b"1 3\na ", b"\x1f\x8b\x08"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_vectors_or_a_vectors_error(
    tmp_path: Path, content: bytes, start: bytes
) -> None:
    path = written(tmp_path, "v.bin" if content[:1] < b"\x80" else "v.txt", start + content)
    try:
        loaded, said = load(path)
    except VectorsError:
        return
    assert np.isfinite(loaded.vectors).all() or any("NaN or infinity" in line for line in said)
    assert all(loaded.index_to_key)


def test_nothing_here_can_unpickle() -> None:
    package = Path(w2vtui.formats.__file__).parent
    sources = [*package.rglob("*.py"), *(package.parent / "vectors").glob("*.py")]
    assert len(sources) > 5
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            else:
                names = {node.module} if isinstance(node, ast.ImportFrom) else set()
            assert not names & {"pickle", "shelve", "marshal", "dill", "joblib"}, source
