"""Bytes to text: compression, pipes, standard input, encodings."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import os
import sys
import threading
import types
import zlib

import numpy as np
import pytest

from tests.support.inner_loop import outside
from tests.support.texts import (
    check_against_hand,
    compressed,
    keep_all,
    posix_only,
    sentences_of,
    standard_input,
    written,
)
from tests.support.wait import DEADLINE
from w2vtui.corpus import (
    ReadingProgress,
    ReadingStopped,
    open_corpus,
    reading,
)
from w2vtui.corpus.sources import compressed as packings
from w2vtui.errors import CorpusError, SettingsError


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_compressed_text(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    text = "\n".join(f"word{n % 50} again" for n in range(1000))
    path = written(tmp_path, compressed(text.encode(), ending), f"notes.txt{ending}")
    progress = ReadingProgress()
    corpus = open_corpus([path], keep_all(), progress=progress)
    check_against_hand(corpus, text, keep_all())
    assert open_corpus([path], keep_all()).from_cache


def read_by(reader, data: bytes) -> tuple[bytes, str]:
    """What a reader of gzip makes of a file, and what is wrong with it."""
    found, file = b"", reader(io.BytesIO(data))
    try:
        while block := file.read(10_000):
            found += block
    except (EOFError, OSError, zlib.error) as error:
        return found, f"{type(error)} {error}"
    finally:
        file.close()
    return found, ""


@pytest.fixture(params=["isal", "a stand-in"])
def fast_gzip(request, monkeypatch):
    """The fast reader of gzip, with its library or one that fails half-way."""

    class Failing(gzip.GzipFile):
        n_reads = 0

        def read(self, size=-1):
            self.n_reads += 1
            if self.n_reads == 3:
                raise ArithmeticError("an error of its own")
            return super().read(size)

    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        library = types.SimpleNamespace(igzip=types.SimpleNamespace(IGzipFile=Failing))
        monkeypatch.setitem(sys.modules, "isal", library)
        monkeypatch.setattr(packings, "is_installed", lambda name: name == "isal")
    return packings.COMPRESSED[".gz"]


def test_gzip_is_the_same_by_either_library(fast_gzip):
    text = np.random.default_rng(1).bytes(25_000).hex(" ").encode()
    good = gzip.compress(text)
    damaged, wrong_sum = bytearray(good), bytearray(good)
    damaged[len(good) // 2] ^= 0xFF
    wrong_sum[-6] ^= 1
    bad_block = good[:10] + b"\x07" + good[11:]
    files = [good, good * 2, good + b"\0" * 9, good + b"more", good[:-1000], b"", text]
    for data in [*files, bytes(damaged), bytes(wrong_sum), bad_block]:
        standard = read_by(lambda file: gzip.GzipFile(fileobj=file, mode="rb"), data)
        assert read_by(fast_gzip, data) == standard
    assert read_by(fast_gzip, good) == (text, "")


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_compressed_file_cut_short_is_an_error(tmp_path, folders, ending, share):
    data = compressed(np.random.default_rng(1).bytes(20_000).hex(" ").encode(), ending)
    path = written(tmp_path, data[: max(1, int(share * len(data)))], f"cut{ending}")
    with pytest.raises(CorpusError, match=rf"cut\{ending} is damaged or cut short after \d+ bytes"):
        open_corpus([path], keep_all())
    assert not list(folders.cached.iterdir())


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("damage", ["middle", "all"])
def test_a_damaged_compressed_file_is_an_error(tmp_path, ending, damage):
    data = bytearray(compressed(np.random.default_rng(1).bytes(5_000).hex(" ").encode(), ending))
    if damage == "all":
        data[:] = np.random.default_rng(2).bytes(5_000)
    else:
        data[len(data) // 2] ^= 0xFF
    path = written(tmp_path, bytes(data), f"bad{ending}")
    with pytest.raises(CorpusError, match=rf"bad\{ending} is damaged"):
        open_corpus([path], keep_all())


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"plain text\tnot compressed\r\n", "is not compressed, as its name says, but plain text"),
        ("né à Orléans\n".encode("latin-1"), "is not compressed, as its name says, but plain text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"PK\x03\x04", "a zip archive"),
    ],
)
def test_a_file_that_is_not_compressed_is_called_what_it_is(tmp_path, ending, content, message):
    path = written(tmp_path, content, f"notes{ending}")
    with pytest.raises(CorpusError, match=message):
        open_corpus([path], keep_all())


def test_stdin_is_read_and_not_cached(monkeypatch, folders):
    standard_input(monkeypatch, b"a b\na")
    progress = ReadingProgress()
    corpus = open_corpus(["-"], keep_all(), progress=progress)
    assert sentences_of(corpus) == [["a", "b"], ["a"]]
    assert (corpus.name, corpus.from_cache) == ("stdin", False)
    assert not folders.cached.exists()
    assert not list(folders.temporary.iterdir())  # what is there has no name


def test_a_file_named_with_a_dash_is_a_file(tmp_path, monkeypatch):
    written(tmp_path, "a", "-")
    monkeypatch.chdir(tmp_path)
    standard_input(monkeypatch, b"b")
    assert open_corpus(["./-"], keep_all()).vocab.words == ["a"]


@posix_only
def test_a_pipe_is_read_like_stdin(tmp_path, folders):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a b " * 50_000,))
    writer.start()
    corpus = open_corpus([pipe], keep_all())
    writer.join()
    assert (len(corpus.ids), corpus.vocab.words) == (100_000, ["a", "b"])
    assert not folders.cached.exists()


@posix_only
@pytest.mark.parametrize("content", [None, b"", b"a b\na"], ids=["no writer", "silent", "paused"])
def test_waiting_for_a_pipe_can_be_stopped(tmp_path, folders, content):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    looked = threading.Event()

    class Stop(threading.Event):
        def is_set(self):
            looked.set()
            return super().is_set()

    stop, caught = Stop(), []

    def read():
        with pytest.raises(ReadingStopped) as ended:
            open_corpus([pipe], keep_all(), stop=stop)
        caught.append(ended.value)

    reader = threading.Thread(target=read)
    reader.start()
    assert looked.wait(DEADLINE)
    with contextlib.ExitStack() as open_files:
        if content is not None:
            writer = open_files.enter_context(pipe.open("wb", buffering=0))
            writer.write(content)
        stop.set()
        reader.join(DEADLINE)
    assert len(caught) == 1
    assert not list(folders.temporary.iterdir())


@posix_only
def test_a_compressed_pipe_is_unpacked(tmp_path):
    pipe = tmp_path / "pipe.gz"
    os.mkfifo(pipe)
    packed = gzip.compress(b"a b " * 50_000)
    writer = threading.Thread(target=pipe.write_bytes, args=(packed,))
    writer.start()
    assert len(open_corpus([pipe], keep_all()).ids) == 100_000
    writer.join()


def test_an_invalid_byte_is_named_with_its_file_place_and_two_ways_out(tmp_path):
    files = [
        written(tmp_path, codecs.BOM_UTF8 + "caf\xe9 ".encode() * 100, "1.txt"),
        written(tmp_path, codecs.BOM_UTF8 + b"ok " * 100 + b"caf\xe9 caf\xff", "2.txt"),
    ]
    with pytest.raises(CorpusError) as caught:
        open_corpus(files, keep_all())
    message = str(caught.value)
    assert "2.txt is not utf-8: byte 0xE9 at offset 306 " in message
    assert "--encoding-errors replace" in message
    assert "--encoding cp1252 reads it, as in 'café" in message


@pytest.mark.parametrize("block_bytes", [3, 1000, *outside([1, 2, 7])])
@pytest.mark.parametrize(
    ("encoding", "data", "found"),
    [
        ("ascii", b"abc d\xe9f", "byte 0xE9 at offset 5"),
        ("cp1252", b"abc \x81", "byte 0x81 at offset 4"),
        ("shift_jis", "\u65e5\u672c ".encode("shift_jis") + b"\x82\x00", "byte 0x82 at offset 5"),
        ("utf-16-le", "ab ".encode("utf-16-le") + b"\x00\xd8a\0", "byte 0x00 at offset 6"),
        ("utf-16-le", "ab ".encode("utf-16-le") + b"a", "byte 0x61 at offset 6"),
        ("utf-32-be", "ab".encode("utf-32-be") + b"\xff\0\0\0", "byte 0xFF at offset 8"),
    ],
)
def test_invalid_bytes_of_other_encodings(
    tmp_path, monkeypatch, block_bytes, encoding, data, found
):
    monkeypatch.setattr(reading, "BLOCK_BYTES", block_bytes)
    with pytest.raises(CorpusError, match=rf"notes\.txt is not {encoding}: {found} "):
        open_corpus([written(tmp_path, data)], keep_all(encoding=encoding))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "base64", "utf\0", "\ud800", "\xe9"])
def test_an_unknown_encoding_is_a_settings_error(tmp_path, encoding):
    with pytest.raises(SettingsError, match="encoding must be one that Python knows"):
        open_corpus([written(tmp_path, "a")], keep_all(encoding=encoding))
