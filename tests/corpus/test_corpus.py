"""Files and sentences to an encoded corpus, against a plain Python reading of the same text."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import errno
import gc
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tracemalloc
import unicodedata
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from w2vtui.corpus import (
    EncodedCorpus,
    ReadingProgress,
    ReadingStopped,
    Vocab,
    cache,
    counting,
    encode_sentences,
    find_files,
    open_corpus,
    reading,
    sample_path,
)
from w2vtui.corpus.streams import ByteStream
from w2vtui.errors import CorpusError, DiskError, SettingsError
from w2vtui.settings import CorpusSettings

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Folders for kept and for temporary corpora of this test alone."""
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(kept))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return SimpleNamespace(kept=kept / "corpora", temporary=temporary)


# An example overwrites the file of the one before; a busy machine is no failure.
files_and_any_speed = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
compiled_only = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="megabytes, byte by byte in Python"
)


def keep_all(**changed) -> CorpusSettings:
    return CorpusSettings(**{"min_count": 1, **changed})


def written(folder: Path, content: str | bytes, name: str = "notes.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sentences_of(corpus: EncodedCorpus) -> list[list[str]]:
    starts = corpus.sentence_starts.tolist()
    words = [corpus.vocab.words[index] for index in corpus.ids.tolist()]
    return [words[a:b] for a, b in pairwise(starts)]


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def is_word_character(c: str) -> bool:
    return c.isalnum() or unicodedata.category(c).startswith("M")


def words_by_hand(line: str) -> list[str]:
    """The `words` tokenizer, one character after the other."""
    line = line.replace("\xad", "")
    words, word = [], ""
    for place, c in enumerate(line):
        following = line[place + 1 : place + 2]
        joins = c in "'\u2019-\u2010\u2011\u200c\u200d" and following.isalnum() and word
        if c.isalnum() or (word and is_word_character(c)) or joins:
            word += c
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def by_hand(text: str, rules: CorpusSettings) -> tuple[list[list[str]], list[str], list[int]]:
    """Sentences, words and counts from the plainest Python."""
    split = words_by_hand if rules.tokenizer == "words" else str.split
    sentences = [split(line.lower() if rules.lowercase else line) for line in lines_of(text)]
    counts = Counter(token for sentence in sentences for token in sentence)
    often = [(-n, word) for word, n in counts.items() if n >= rules.min_count]
    chosen = sorted(often)[: rules.max_final_vocab]
    words = {word for _, word in chosen}
    kept = [[token for token in sentence if token in words] for sentence in sentences]
    return [s for s in kept if s], [word for _, word in chosen], [-n for n, _ in chosen]


def check_against_hand(corpus: EncodedCorpus, text: str, rules: CorpusSettings) -> None:
    sentences, words, counts = by_hand(text, rules)
    assert corpus.vocab.words == words
    assert corpus.vocab.counts.tolist() == counts
    assert sentences_of(corpus) == sentences
    everything, all_words, all_counts = by_hand(
        text, CorpusSettings(min_count=1, lowercase=rules.lowercase, tokenizer=rules.tokenizer)
    )
    assert corpus.n_raw_tokens == sum(all_counts) == sum(map(len, everything))
    assert corpus.n_raw_types == len(all_words)


# What every way of reading promises


odd_characters = st.sampled_from(
    ["\r\n", *"aAbBİΣσहिक中_'-.,!", *" \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2028\u3000\0\xad"]
) | st.sampled_from("\u0301\u200b\u200d\ufe0f\ufeff\U0001f600")
odd_texts = st.lists(odd_characters | st.characters(exclude_categories=["Cs"]), max_size=50).map(
    "".join
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
all_rules = st.builds(
    CorpusSettings,
    min_count=st.integers(1, 3),
    max_final_vocab=st.none() | st.integers(1, 4),
    lowercase=st.booleans(),
    tokenizer=st.sampled_from(["whitespace", "words"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-7", "gb18030"]),
)


@settings(parent=files_and_any_speed, max_examples=300)
@given(text=odd_texts, rules=all_rules, block_bytes=st.integers(1, 20), block_ids=st.integers(1, 9))
def test_any_text_reads_as_by_hand(tmp_path, text, rules, block_bytes, block_ids):
    text = text.lstrip("\ufeff")  # in front of a text it is a mark, tested below
    path = written(tmp_path, text.encode(rules.encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        patch.setattr(reading, "BLOCK_IDS", block_ids)
        _, words, _ = by_hand(text, rules)
        if words:
            check_against_hand(open_corpus([path], rules, cache=False), text, rules)
        else:
            with pytest.raises(CorpusError, match=r"no words? "):
                open_corpus([path], rules, cache=False)


@settings(parent=files_and_any_speed)
@given(
    data=st.lists(
        st.sampled_from([b"a", b"\xc3\xa9", b"\xc3", b"\xa9", b"\xed\xa0\x80", b" ", b"\n"])
    )
    .map(b"".join)
    .map(lambda data: data + b" z"),
    errors=st.sampled_from(["strict", "replace", "ignore"]),
    encoding=st.sampled_from(["utf-8", "ascii"]),
    block_bytes=st.integers(1, 9),
    types_at_once=st.integers(1, 3),
)
def test_invalid_bytes_are_treated_as_python_does(
    tmp_path, data, errors, encoding, block_bytes, types_at_once
):
    path = written(tmp_path, data)
    rules = keep_all(encoding=encoding, encoding_errors=errors)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_TYPES_AT_ONCE", types_at_once)
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        try:
            text = data.decode(encoding, errors)
        except UnicodeDecodeError as error:
            found = f"byte 0x{data[error.start]:02X} at offset {error.start} "
            with pytest.raises(CorpusError, match=re.escape(found)):
                open_corpus([path], rules, cache=False)
        else:
            check_against_hand(open_corpus([path], rules, cache=False), text, rules)


def test_arrays_are_mapped_read_only_and_of_the_promised_types(tmp_path):
    corpus = open_corpus([written(tmp_path, "a b a\nb")], keep_all())
    assert corpus.ids.dtype == np.int32
    assert corpus.sentence_starts.dtype == np.int64
    assert corpus.vocab.counts.dtype == np.int64
    assert isinstance(corpus.ids.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        corpus.ids[0] = 1


def test_index_of_finds_every_word_and_no_other():
    vocab = Vocab(["the", "of"], np.array([3, 2]))
    assert [vocab.index_of(word) for word in ("the", "of", "and")] == [0, 1, None]
    assert (len(vocab), vocab.n_tokens) == (2, 5)


# White space, line ends, odd bytes


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
def test_line_ends(tmp_path, end):
    corpus = open_corpus([written(tmp_path, f"a b{end}c{end}")], keep_all())
    assert sentences_of(corpus) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    "space", "\t\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2003\u2028\u2029\u3000"
)
def test_white_space_of_every_kind_separates_and_only_newlines_end_a_line(tmp_path, space):
    corpus = open_corpus([written(tmp_path, f"a{space}b a")], keep_all())
    assert sentences_of(corpus) == [["a", "b", "a"]]


def test_nul_is_an_ordinary_character(tmp_path):
    corpus = open_corpus([written(tmp_path, "a\0b \0 a\0b \0\0")], keep_all())
    assert sentences_of(corpus) == [["a\0b", "\0", "a\0b", "\0\0"]]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF8, "UTF8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_BE, "utf-32"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 1000])
def test_a_byte_order_mark_is_dropped_from_every_file(
    tmp_path, monkeypatch, mark, encoding, block_bytes
):
    monkeypatch.setattr(reading, "BLOCK_BYTES", block_bytes)
    wide = {"utf-16": "utf-16-le", "utf-32": "utf-32-be"}.get(encoding, encoding)
    files = [
        written(tmp_path, mark + text.encode(wide), name)
        for name, text in [("1.txt", "caf\xe9 a"), ("2.txt", "caf\xe9 \ufeffa")]
    ]
    corpus = open_corpus(files, keep_all(encoding=encoding))
    assert sentences_of(corpus) == [["caf\xe9", "a"], ["caf\xe9", "\ufeffa"]]


def test_a_mark_alone_is_an_empty_text(tmp_path):
    with pytest.raises(CorpusError, match=r"there are no words in notes\.txt"):
        open_corpus([written(tmp_path, codecs.BOM_UTF8)], keep_all())


def test_the_last_line_of_a_file_ends_with_the_file(tmp_path):
    files = [written(tmp_path, "a b", "1.txt"), written(tmp_path, "c", "2.txt")]
    assert sentences_of(open_corpus(files, keep_all())) == [["a", "b"], ["c"]]


@compiled_only
@pytest.mark.parametrize("block_bytes", [1 << 10, 1 << 20])
def test_a_token_longer_than_a_block(tmp_path, monkeypatch, block_bytes):
    monkeypatch.setattr(reading, "BLOCK_BYTES", block_bytes)
    n_reads = 0

    def counted(source, n_bytes, read=ByteStream.read):
        nonlocal n_reads
        n_reads += 1
        return read(source, n_bytes)

    monkeypatch.setattr(ByteStream, "read", counted)
    giants = ["x" * 1_000_000 + "1", "x" * 1_000_000 + "2"]
    corpus = open_corpus([written(tmp_path, " ".join([*giants, "a", giants[0]]))], keep_all())
    assert sentences_of(corpus) == [[giants[0], giants[1], "a", giants[0]]]
    assert n_reads < 100  # each is scanned a few times, not once for every block


@compiled_only
def test_memory_does_not_grow_with_the_line(tmp_path):
    """One line of 4 MB and one of 16 MB; all that may grow lies on disk."""

    def peak_of(n_bytes: int) -> int:
        path = written(tmp_path, b"some words " * (n_bytes // 11), f"{n_bytes}.txt")
        tracemalloc.start()
        try:
            corpus = open_corpus([path], keep_all())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert corpus.n_sentences == 1
            assert len(corpus.ids) == 2 * (n_bytes // 11)

    peak_of(1000)  # imports and compiles
    assert peak_of(16_000_000) < peak_of(4_000_000) + 1_000_000


def test_lone_surrogates_survive(tmp_path):
    """UTF-7 can spell half a pair; two halves stay two characters."""
    lone, halves = "\ud800", "\ud83d\ude00"
    corpus = encode_sentences([[lone, halves, lone]], keep_all())
    assert corpus.vocab.words == [lone, halves]
    path = written(tmp_path, b"a +2AA- b")
    for _ in range(2):  # read, then from the cache
        assert sentences_of(open_corpus([path], keep_all(encoding="utf-7"))) == [["a", lone, "b"]]


# Tokens and the vocabulary


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop, Jean-Paul!", ["Don't", "stop", "Jean-Paul"]),
        ("'tis the dogs' -- rock'n'roll-", ["tis", "the", "dogs", "rock'n'roll"]),
        ("snake_case 3.14 (x)", ["snake", "case", "3", "14", "x"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("می\u200cخواهم،", ["می\u200cخواهم"]),
        ("e\u0301te\u0301 don’t \u2764\ufe0f", ["e\u0301te\u0301", "don’t"]),
        ("co\xadoperate 你好，世界。", ["cooperate", "你好", "世界"]),
    ],
)
def test_the_words_tokenizer_in_several_scripts(tmp_path, text, words):
    corpus = open_corpus([written(tmp_path, text)], keep_all(tokenizer="words"))
    assert sentences_of(corpus) == [words]


def test_tokens_that_lower_casing_makes_equal_share_a_count(tmp_path):
    path = written(tmp_path, "Paris paris PARIS \u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2")
    corpus = open_corpus([path], keep_all(lowercase=True))
    assert corpus.vocab.words == ["paris", "\u03bf\u03b4\u03bf\u03c2"]
    assert corpus.vocab.counts.tolist() == [3, 2]
    assert (corpus.n_raw_types, corpus.n_raw_tokens) == (2, 5)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, None])
def test_max_final_vocab_is_exact_and_breaks_ties_by_code_point(tmp_path, limit):
    path = written(tmp_path, "b b B B a a \U0001f600 \U0001f600 z z z \uffff")
    corpus = open_corpus([path], keep_all(max_final_vocab=limit))
    assert corpus.vocab.words == ["z", "B", "a", "b", "\U0001f600", "\uffff"][:limit]


def test_sentences_without_a_word_of_the_vocabulary_vanish(tmp_path):
    corpus = open_corpus([written(tmp_path, "x\na a\ny z\na\n")], keep_all(min_count=2))
    assert sentences_of(corpus) == [["a", "a"], ["a"]]
    assert (corpus.n_raw_tokens, corpus.n_raw_types, corpus.n_sentences) == (6, 4, 2)


@pytest.mark.parametrize(
    ("text", "changed", "hint"),
    [
        ("so it goes. and on, and on and on", {}, "22 % of the tokens carry punctuation"),
        ("So it goes and on", {}, "20 % of the tokens begin with a capital"),
        ("one\ntwo\nthree\nfour five", {}, "60 % of the tokens stand alone on their line"),
        ("one\ntwo\nthree four", {}, None),
        ("one\ntwo\nthree", {}, "100 % of the tokens stand alone on their line"),
        ("so it goes and on", {}, None),
        ("so it goes. and on.", {"tokenizer": "words"}, None),
        ("So It Goes", {"lowercase": True}, None),
    ],
)
@pytest.mark.parametrize("block_ids", [1, 1000])
def test_hints_name_the_setting_that_would_help(
    tmp_path, monkeypatch, text, changed, hint, block_ids
):
    monkeypatch.setattr(reading, "BLOCK_IDS", block_ids)
    hints = open_corpus([written(tmp_path, text)], keep_all(**changed)).hints
    assert len(hints) == (hint is not None)
    assert all(given.startswith(hint) for given in hints)


# Sources


def compressed(data: bytes, ending: str) -> bytes:
    return {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[ending](data)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_compressed_text(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    text = "\n".join(f"word{n % 50} again" for n in range(1000))
    path = written(tmp_path, compressed(text.encode(), ending), f"notes.txt{ending}")
    progress = ReadingProgress()
    corpus = open_corpus([path], keep_all(), progress=progress)
    check_against_hand(corpus, text, keep_all())
    assert open_corpus([path], keep_all()).from_cache


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_compressed_file_cut_short_is_an_error(tmp_path, folders, ending, share):
    data = compressed(np.random.default_rng(1).bytes(20_000).hex(" ").encode(), ending)
    path = written(tmp_path, data[: max(1, int(share * len(data)))], f"cut{ending}")
    with pytest.raises(CorpusError, match=rf"cut\{ending} is damaged or cut short after \d+ bytes"):
        open_corpus([path], keep_all())
    assert not list(folders.kept.iterdir())


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("damage", ["middle", "all"])
def test_a_damaged_compressed_file_is_an_error(tmp_path, ending, damage):
    data = bytearray(compressed(np.random.default_rng(1).bytes(5_000).hex(" ").encode(), ending))
    if damage == "all":
        data[:] = b"plain text, not compressed"
    else:
        data[len(data) // 2] ^= 0xFF
    path = written(tmp_path, bytes(data), f"bad{ending}")
    with pytest.raises(CorpusError, match=rf"bad\{ending} is damaged"):
        open_corpus([path], keep_all())


def tar_of(data: bytes, layout: int = tarfile.PAX_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=layout) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def zip_of(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", data)
    return packed.getvalue()


PACKED = {
    "gzip": (
        gzip.compress,
        "let its name end in .gz, or unpack it: gzip -dc FILE | w2vtui train -",
    ),
    "bzip2": (bz2.compress, "let its name end in .bz2"),
    "xz": (lzma.compress, "let its name end in .xz"),
    "Zstandard": (lambda data: b"\x28\xb5\x2f\xfd\x24" + data, "unpack it: zstd -dc FILE | "),
    "LZ4": (lambda data: b"\x04\x22\x4d\x18\x64" + data, "unpack it: lz4 -dc FILE | "),
    "7z": (lambda data: b"7z\xbc\xaf\x27\x1c\0\4" + data, "unpack it: 7z x -so FILE | "),
    "zip": (zip_of, "unpack it: unzip -p FILE | "),
    "tar": (tar_of, "unpack it: tar -xOf FILE | "),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("changed", [{}, {"encoding_errors": "replace"}, {"encoding": "latin-1"}])
def test_what_is_packed_is_told_by_what_unpacks_it_and_never_read_as_words(
    tmp_path, monkeypatch, folders, kind, changed
):
    """Its first odd byte would send one to other encodings, in which it is no text either."""
    pack, advice = PACKED[kind]
    data = pack(b"some words\n" * 9)
    path = written(tmp_path, data, "notes.txt.zst")
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all(**changed))
    assert str(caught.value).startswith(f"{path} is ")
    assert kind in str(caught.value)
    assert advice in str(caught.value)
    standard_input(monkeypatch, data)
    with pytest.raises(CorpusError, match=f"^stdin is .*{kind}"):
        open_corpus(["-"], keep_all(**changed))
    folder = tmp_path / "texts"
    folder.mkdir()
    path.rename(folder / path.name)
    written(folder, "words", "a.txt")
    assert find_files([folder]) == [folder / "a.txt"]
    assert not list(folders.kept.iterdir())


def test_an_archive_of_text_under_gzip_is_no_text(tmp_path):
    path = written(tmp_path, gzip.compress(tar_of(b"some words", tarfile.GNU_FORMAT)), "n.tar.gz")
    with pytest.raises(CorpusError, match=r"n\.tar\.gz is a tar archive"):
        open_corpus([path], keep_all())


def test_a_folder_is_searched_for_text(tmp_path):
    root = tmp_path / "texts"
    (root / "deep" / "er").mkdir(parents=True)
    (root / ".hidden").mkdir()
    written(root, "b", "b.txt")
    written(root, "a", "a.md")
    written(root / "deep" / "er", "c", "c")
    written(root / "deep", gzip.compress(b"d"), "d.txt.gz")
    written(root / "deep", gzip.compress(b"binary\0"), "archive.tar.gz")
    written(root, b"\x89PNG\0\0", "picture.png")
    written(root, "hidden", ".hidden.txt")
    written(root / ".hidden", "hidden", "h.txt")
    names = [path.relative_to(root).as_posix() for path in find_files([root])]
    assert names == ["a.md", "b.txt", "deep/d.txt.gz", "deep/er/c"]
    assert open_corpus([root], keep_all()).name == "4 files"


def test_a_folder_of_wide_text_is_text(tmp_path):
    written(tmp_path, "a b".encode("utf-16"))
    assert open_corpus([tmp_path], keep_all(encoding="utf-16")).vocab.words == ["a", "b"]


def test_sources_keep_their_order(tmp_path):
    second, first = written(tmp_path, "b", "1.txt"), written(tmp_path, "a", "2.txt")
    assert sentences_of(open_corpus([str(first), second], keep_all())) == [["a"], ["b"]]


@posix_only
def test_links_to_folders_are_not_followed_into_loops(tmp_path):
    written(tmp_path, "a")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone")
    assert find_files([tmp_path]) == [tmp_path / "notes.txt"]


def standard_input(monkeypatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_stdin_is_read_and_not_kept(monkeypatch, folders):
    standard_input(monkeypatch, b"a b\na")
    progress = ReadingProgress()
    corpus = open_corpus(["-"], keep_all(), progress=progress)
    assert sentences_of(corpus) == [["a", "b"], ["a"]]
    assert (corpus.name, corpus.from_cache) == ("stdin", False)
    assert not folders.kept.exists()
    assert len(list(folders.temporary.iterdir())) == 1
    del corpus
    gc.collect()
    assert not list(folders.temporary.iterdir())


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
    assert not folders.kept.exists()


@posix_only
@pytest.mark.parametrize("content", [None, b"", b"a b\na"], ids=["no writer", "silent", "paused"])
def test_waiting_for_a_pipe_ends_when_it_is_told_to(tmp_path, folders, content):
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
    assert looked.wait(30)
    with contextlib.ExitStack() as open_files:
        if content is not None:
            writer = open_files.enter_context(pipe.open("wb", buffering=0))
            writer.write(content)
        stop.set()
        reader.join(30)
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


def run_python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_temporary_folder_is_gone_when_python_ends(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    code = """
import tempfile, pathlib
from w2vtui.corpus import encode_sentences
from w2vtui.settings import CorpusSettings
kept = encode_sentences([["a", "b"]], CorpusSettings(min_count=1))
print(*(path.name for path in pathlib.Path(tempfile.gettempdir()).iterdir()))
"""
    assert run_python(code, TMPDIR=str(folder), NUMBA_DISABLE_JIT="1").startswith("w2vtui-")
    assert not list(folder.iterdir())


def test_a_corpus_from_the_cache_needs_no_compiler(tmp_path):
    path = written(tmp_path, "a b")
    open_corpus([path], keep_all())
    code = f"""
import sys
from w2vtui.corpus import open_corpus
from w2vtui.settings import CorpusSettings
print(open_corpus([{str(path)!r}], CorpusSettings(min_count=1)).from_cache, "numba" in sys.modules)
"""
    assert run_python(code) == "True False"


def test_the_bundled_samples_are_found():
    assert sample_path("atlas.txt").is_file()
    with pytest.raises(CorpusError, match=r"there is no sample 'atlus.txt': .*atlas\.txt"):
        sample_path("atlus.txt")


# Sentences from Python


@settings(parent=files_and_any_speed)
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "New York", "\n", "A", ""]), max_size=6)),
    st.booleans(),
)
def test_sentences_keep_their_tokens_whole(sentences, lowercase):
    expected = [[w.lower() if lowercase else w for w in words if w] for words in sentences]
    expected = [words for words in expected if words]
    if expected:
        corpus = encode_sentences(iter(sentences), keep_all(lowercase=lowercase))
        assert sentences_of(corpus) == expected
        counts = Counter(word for words in expected for word in words)
        assert dict(zip(corpus.vocab.words, corpus.vocab.counts.tolist(), strict=True)) == counts
    else:
        with pytest.raises(CorpusError, match="there are no words in the sentences"):
            encode_sentences(iter(sentences), keep_all())


def test_one_sentence_of_many_tokens_from_a_generator():
    words = [str(n % 70_001) for n in range(200_000)]
    corpus = encode_sentences([(word for word in words)], keep_all())
    assert sentences_of(corpus) == [words]
    assert corpus.vocab.counts.sum() == 200_000


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ("a text", "sentence 0 is str, not a list of words: split it first"),
        ([["a"], "a b"], "sentence 1 is str, not a list of words: split it first"),
        ([["a"], 7], "sentence 1 is int, not a list of words"),
        ([["a", 7]], "sentence 0 holds 7, which is no str"),
        ([["a", ["b"]]], "sentence 0 holds ['b'], which is no str"),
        ([["1", True]], "sentence 0 holds True, which is no str"),
    ],
)
def test_what_is_no_list_of_words_is_named(sentences, message):
    with pytest.raises(CorpusError, match=re.escape(message)):
        encode_sentences(sentences, keep_all())


@pytest.mark.parametrize("failure", [RuntimeError("broken"), TypeError("odd"), OSError(28, "full")])
@pytest.mark.parametrize("inner", [False, True])
def test_an_exception_of_the_iterator_passes_through(folders, failure, inner):
    def tokens():
        yield "a"
        raise failure

    def sentences():
        yield ["a"]
        if inner:
            yield tokens()
        raise failure

    with pytest.raises(type(failure)) as caught:
        encode_sentences(sentences(), keep_all())
    assert caught.value is failure
    assert not list(folders.temporary.iterdir())


# The cache


def entry_of(folders) -> Path:
    (entry,) = folders.kept.iterdir()
    return entry


def test_a_second_run_comes_from_the_cache_and_is_the_same(tmp_path, folders):
    path = written(tmp_path, "Some words. And some\nmore\n" * 9)
    first = open_corpus([path], keep_all())
    progress = ReadingProgress()
    second = open_corpus([path], keep_all(), progress=progress)
    assert (first.from_cache, second.from_cache) == (False, True)
    files = sorted(path.name for path in entry_of(folders).iterdir())
    assert files == ["counts.npy", "ids.npy", "starts.npy", "vocab.json"]
    assert (progress.phase, progress.fraction, progress.tokens) == ("cached", 1.0, 45)
    assert second.vocab.words == first.vocab.words
    for name in ("hints", "n_raw_tokens", "n_raw_types", "name", "n_sentences"):
        assert getattr(second, name) == getattr(first, name)
    assert first.hints
    np.testing.assert_array_equal(second.ids, first.ids)
    np.testing.assert_array_equal(second.sentence_starts, first.sentence_starts)
    np.testing.assert_array_equal(second.vocab.counts, first.vocab.counts)


def test_the_same_bytes_under_a_name_that_says_compressed_are_another_text(tmp_path):
    plain = written(tmp_path, gzip.compress(b"a b"), "notes.txt")
    packed = written(tmp_path, plain.read_bytes(), "notes.gz")
    os.utime(packed, ns=(plain.stat().st_atime_ns, plain.stat().st_mtime_ns))
    assert cache.key_of([plain], keep_all()) != cache.key_of([packed], keep_all())


def test_a_relative_cache_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("W2VTUI_CACHE_DIR", "near")
    path = written(tmp_path, "a b")
    assert [open_corpus([path], keep_all()).from_cache for _ in range(2)] == [False, True]


def test_the_cache_can_be_left_alone(tmp_path, folders):
    path = written(tmp_path, "a b")
    assert not open_corpus([path], keep_all(), cache=False).from_cache
    assert not folders.kept.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"min_count": 2},
        {"max_final_vocab": 1},
        {"lowercase": True},
        {"tokenizer": "words"},
        {"encoding": "latin-1"},
        {"encoding_errors": "replace"},
    ],
)
def test_other_settings_are_another_entry(tmp_path, changed):
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    assert not open_corpus([path], keep_all(**changed)).from_cache
    assert open_corpus([path], keep_all()).from_cache


def test_a_changed_file_is_read_again(tmp_path):
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    status = path.stat()
    path.write_text("a c c")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a clumsy copy leaves it
    assert open_corpus([path], keep_all()).vocab.words == ["c", "a"]


def test_a_file_with_another_time_of_change_is_read_again(tmp_path):
    """The change may lie between the blocks that are looked at."""
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    os.utime(path, (1000, 1000))
    assert not open_corpus([path], keep_all()).from_cache


def test_files_in_another_order_are_another_text(tmp_path):
    files = [written(tmp_path, "a b", "1.txt"), written(tmp_path, "b a", "2.txt")]
    open_corpus(files, keep_all())
    assert sentences_of(open_corpus(files[::-1], keep_all())) == [["b", "a"], ["a", "b"]]


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + bytes(16)),
    "header": lambda path: path.write_bytes(b"\x93NUMPX" + path.read_bytes()[6:]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.mark.parametrize("name", ["ids.npy", "starts.npy", "counts.npy", "vocab.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_built_again(tmp_path, folders, name, damage):
    path = written(tmp_path, "a b c\nd e f\n" * 3)
    expected = sentences_of(open_corpus([path], keep_all()))
    DAMAGES[damage](entry_of(folders) / name)
    rebuilt = open_corpus([path], keep_all())
    assert (rebuilt.from_cache, sentences_of(rebuilt)) == (False, expected)
    assert open_corpus([path], keep_all()).from_cache
    assert len(list(folders.kept.iterdir())) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"words": ["a"', '"words": ["a", "x"'),
        ('"words": ["a"', '"words": [1'),
        ('"hints": []', '"hints": 3'),
        ('"n_raw_tokens": 18', '"n_raw_tokens": "18"'),
        ('"n_raw_tokens": 18', '"n_raw_tokens": 17'),
        ('"version"', '"vision"'),
    ],
)
def test_inconsistent_words_are_built_again(tmp_path, folders, old, new):
    path = written(tmp_path, "a b c\nd e f\n" * 3)
    open_corpus([path], keep_all())
    words = entry_of(folders) / "vocab.json"
    before = words.read_text()
    assert old in before
    words.write_text(before.replace(old, new))
    assert not open_corpus([path], keep_all()).from_cache
    assert words.read_text() == before


def test_starts_that_do_not_rise_are_built_again(tmp_path, folders):
    path = written(tmp_path, "a b\nc d\ne f\n")
    open_corpus([path], keep_all())
    np.save(entry_of(folders) / "starts.npy", np.array([0, 4, 2, 6]))
    rebuilt = open_corpus([path], keep_all())
    assert (rebuilt.from_cache, rebuilt.sentence_starts.tolist()) == (False, [0, 2, 4, 6])


def test_the_entries_used_longest_ago_go_first(tmp_path, folders):
    files = [written(tmp_path, f"a word{n}", f"{n}.txt") for n in range(cache.KEPT_CORPORA + 2)]
    for age, path in enumerate(files[: cache.KEPT_CORPORA]):
        open_corpus([path], keep_all())
        newest = max(folders.kept.iterdir(), key=lambda entry: entry.stat().st_mtime_ns)
        os.utime(newest, (1000 + age, 1000 + age))
    assert open_corpus([files[0]], keep_all()).from_cache  # used again: now the newest
    for path in files[cache.KEPT_CORPORA :]:
        open_corpus([path], keep_all())
    assert len(list(folders.kept.iterdir())) == cache.KEPT_CORPORA
    assert [cache.find(cache.key_of([path], keep_all()), "") is None for path in files] == [
        n in (1, 2) for n in range(len(files))
    ]


def test_drafts_of_killed_processes_are_removed_after_a_day(tmp_path, folders):
    folders.kept.mkdir(parents=True)
    old, new = folders.kept / ".draft-old", folders.kept / ".draft-new"
    old.mkdir()
    new.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    open_corpus([written(tmp_path, "a b")], keep_all())
    assert (old.exists(), new.exists()) == (False, True)


def test_readers_at_the_same_time_agree(tmp_path, folders):
    text = " ".join(f"w{n % 999}" for n in range(20_000))
    path = written(tmp_path, text)
    barrier, corpora = threading.Barrier(4), []

    def read() -> None:
        barrier.wait()
        corpora.append(open_corpus([path], keep_all()))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sentences_of(corpus) for corpus in corpora] == [[text.split()]] * 4
    corpora.clear()
    gc.collect()
    assert not entry_of(folders).name.startswith(".")


def test_who_finishes_second_keeps_a_copy_only_while_it_is_used(tmp_path, folders, monkeypatch):
    path = written(tmp_path, "a b")
    open_corpus([path], keep_all())
    monkeypatch.setattr(cache, "find", lambda key, name: None)
    second = open_corpus([path], keep_all())
    assert sentences_of(second) == [["a", "b"]]
    del second
    gc.collect()
    assert not entry_of(folders).name.startswith(".")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, folders, monkeypatch):
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(written(tmp_path, "no folder", "file")))
    path = written(tmp_path, "a b")
    for _ in range(2):
        corpus = open_corpus([path], keep_all())
        assert (sentences_of(corpus), corpus.from_cache) == ([["a", "b"]], False)
    del corpus
    gc.collect()
    assert not list(folders.temporary.iterdir())


class CallAtFirstTokens(ReadingProgress):
    """Calls once, in the middle of reading."""

    def __init__(self, call) -> None:
        super().__init__()
        self.call = call

    def __setattr__(self, name, value) -> None:
        super().__setattr__(name, value)
        if name == "tokens" and value:
            call, self.call = self.call, lambda: None
            call()


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x y\n" * 99)


CHANGES = {
    "grown": append,
    "shrunk": lambda path: os.truncate(path, 100),
    "emptied": lambda path: os.truncate(path, 0),
    "replaced": lambda path: path.write_bytes(b"c d\n" * 999),
    "removed": Path.unlink,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read_is_used_as_found_but_not_kept(
    tmp_path, folders, monkeypatch, change
):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 64)
    path = written(tmp_path, "a b\n" * 999)
    progress = CallAtFirstTokens(lambda: CHANGES[change](path))
    corpus = open_corpus([path], keep_all(), progress=progress)
    assert set(corpus.vocab.words) <= set("abcdxy")
    assert len(corpus.ids) == corpus.vocab.counts.sum() == corpus.n_raw_tokens
    assert sentences_of(corpus)[:5] == [["a", "b"]] * 5
    assert any("changed while it was read" in hint for hint in corpus.hints)
    del corpus
    gc.collect()
    assert not list(folders.kept.iterdir())


# Progress and stopping


def test_progress_rises_to_the_end_of_each_phase(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    monkeypatch.setattr(reading, "BLOCK_IDS", 100)
    text = "\n".join(f"word{n % 50} again" for n in range(1000))
    files = [
        written(tmp_path, text, "1.txt"),
        written(tmp_path, gzip.compress(text.encode()), "2.txt.gz"),
    ]
    seen: dict[str, list[float]] = {"reading": [], "encoding": []}

    class Watched(ReadingProgress):
        def __setattr__(self, name, value) -> None:
            super().__setattr__(name, value)
            if name == "bytes_done" and self.fraction is not None:
                seen[self.phase].append(self.fraction)

    progress = Watched()
    open_corpus(files, keep_all(), progress=progress)
    for fractions in seen.values():
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
        assert len(set(fractions)) > 5
    assert progress.tokens == 4000
    assert progress.file.endswith("2.txt.gz")


def test_progress_is_unknown_for_stdin(monkeypatch):
    seen: list[float | None] = []
    progress = CallAtFirstTokens(lambda: seen.append(progress.fraction))
    standard_input(monkeypatch, b"a b")
    open_corpus(["-"], keep_all(), progress=progress)
    assert seen == [None]
    assert progress.file == "stdin"


class StopAfter(threading.Event):
    """Is found set at the n-th look."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_stopping_anywhere_leaves_nothing_behind(tmp_path, folders, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    monkeypatch.setattr(reading, "BLOCK_IDS", 100)
    path = written(tmp_path, "some words " * 100)
    looks, stopped = 0, True
    while stopped:
        try:
            open_corpus([path], keep_all(), stop=StopAfter(looks))
        except ReadingStopped:
            assert not list(folders.kept.iterdir())
            looks += 1
        else:
            stopped = False
    assert looks >= 1100 // 100 + 200 // 100  # a look at every block of both passes
    with pytest.raises(ReadingStopped):
        encode_sentences([["a"]], keep_all(), stop=StopAfter(0))
    assert not list(folders.temporary.iterdir())


# Errors


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no words in notes.txt"),
        (" \n\t\u3000\x85\r\n", "there are no words in notes.txt"),
        ("a a b b c", "no word occurs 3 times or more in notes.txt (5 tokens): lower min_count"),
    ],
)
def test_text_that_leaves_no_words(tmp_path, folders, content, message):
    with pytest.raises(CorpusError, match=re.escape(message)):
        open_corpus([written(tmp_path, content)], CorpusSettings(min_count=3))
    assert not list(folders.kept.iterdir())


def test_punctuation_alone_leaves_no_words(tmp_path):
    with pytest.raises(CorpusError, match="there are no words in"):
        open_corpus([written(tmp_path, "... -- !")], keep_all(tokenizer="words"))


def test_a_missing_file_suggests_the_nearest_name(tmp_path):
    written(tmp_path, "a", "moby-dick.txt")
    with pytest.raises(
        CorpusError, match=r"there is no file .*mobydick\.txt: did you mean .*moby-dick"
    ):
        open_corpus([tmp_path / "mobydick.txt"], keep_all())
    with pytest.raises(CorpusError, match=r"xyz$"):
        open_corpus([tmp_path / "xyz"], keep_all())
    with pytest.raises(CorpusError, match=r"there is no folder .*nowhere$"):
        open_corpus([tmp_path / "nowhere" / "a.txt"], keep_all())


@posix_only
def test_a_link_to_a_file_that_is_gone(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "b")
    with pytest.raises(CorpusError, match=r"a\.txt is a link to a file that is gone"):
        open_corpus([tmp_path / "a.txt"], keep_all())


@pytest.mark.parametrize("sources", [[], [""], ["a\0b"], ""])
def test_sources_that_name_nothing(sources):
    with pytest.raises(CorpusError, match=r"names? "):
        find_files(sources)


def test_a_folder_without_text(tmp_path):
    written(tmp_path, b"\0", "binary")
    with pytest.raises(CorpusError, match="holds no text files"):
        open_corpus([tmp_path], keep_all())


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EACCES, "Permission denied"), (errno.EIO, "Input/output error")]
)
def test_what_cannot_be_opened_is_named_with_the_reason(tmp_path, monkeypatch, number, reason):
    path = written(tmp_path, "a")

    real_open = Path.open

    def refuse(which, *rest, **named):
        if which == path:
            raise OSError(number, os.strerror(number))
        return real_open(which, *rest, **named)

    monkeypatch.setattr(Path, "open", refuse)
    for source in (path, tmp_path):
        with pytest.raises(CorpusError, match=rf"cannot read .*notes\.txt: {reason}"):
            open_corpus([source], keep_all(), cache=False)


@pytest.mark.usefixtures("unprivileged")
def test_what_may_not_be_read_is_named(tmp_path):
    path = written(tmp_path, "a")
    path.chmod(0)
    for source in (path, tmp_path):
        with pytest.raises(CorpusError, match=r"cannot read .*notes\.txt: Permission denied"):
            open_corpus([source], keep_all())


@posix_only
def test_a_link_that_leads_back_to_itself(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(CorpusError, match="is a link that leads back to itself"):
        open_corpus([tmp_path / "a"], keep_all())


@posix_only
@pytest.mark.parametrize("content", ["", b"\xff"])
def test_control_characters_of_a_name_never_reach_the_terminal(tmp_path, content):
    path = written(tmp_path, content, "evil\x1b[31m\n.txt")
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all())
    assert str(caught.value).isprintable()
    assert "evil\\x1b[31m\\n.txt" in str(caught.value)


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
    assert "--encoding latin-1" in message


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 1000])
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
def test_an_encoding_that_is_none_is_a_settings_error(tmp_path, encoding):
    with pytest.raises(SettingsError, match="encoding must be one that Python knows"):
        open_corpus([written(tmp_path, "a")], keep_all(encoding=encoding))


@posix_only
@pytest.mark.parametrize("n_bytes", [0, 100, 5000])
@pytest.mark.parametrize("keep", [True, False])
def test_a_full_disk_is_a_disk_error_and_leaves_nothing(tmp_path, folders, n_bytes, keep):
    """A limit on the size of files makes writing fail for real."""
    import resource

    path = written(tmp_path, "\n".join(f"word{n}" for n in range(2000)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
    try:
        with pytest.raises(DiskError, match=r"cannot write to .*: File too large; make room"):
            open_corpus([path], keep_all(), cache=keep)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(folders.temporary.iterdir())
    assert not folders.kept.exists() or not list(folders.kept.iterdir())


def test_a_disk_that_loses_what_was_written_is_a_disk_error(tmp_path, folders, monkeypatch):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskError, match="No space left on device"):
        open_corpus([written(tmp_path, "a b")], keep_all())
    assert not list(folders.kept.iterdir())


def test_no_place_for_temporary_files_is_a_disk_error(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(DiskError, match=r"cannot make a temporary folder: .*; set TMPDIR"):
        encode_sentences([["a"]], keep_all())
