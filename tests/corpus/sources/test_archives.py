"""Texts in zip archives, and patterns of names."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest

from tests.support.texts import keep_all, sentences_of, written
from w2vtui.corpus import ReadingProgress, find_files, open_corpus
from w2vtui.corpus.patterns import is_there
from w2vtui.corpus.sample import take_sample
from w2vtui.errors import CorpusError
from w2vtui.line_sentences import LineSentence, Text8Corpus
from w2vtui.runs.requested.targets import Reads, check_not_read
from w2vtui.tui.first_screen.preview import look_at

KINGS = [["the", "king"], ["and", "queen"]]


def zipped(path, members: dict[str, str | bytes], **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_texts_of_an_archive_are_read_in_the_order_of_their_names(tmp_path):
    path = zipped(
        tmp_path / "a.zip",
        {
            "b/two.txt": "and queen",
            "a.txt": b"\xef\xbb\xbfthe king",  # without a line end
            "b/": "",
            "__MACOSX/._a.txt": "not meant",
            ".hidden/c.txt": "not meant",
            "photo.jpg": b"\xff\xd8\xff\0\0",
            "c.txt.gz": gzip.compress(b"the king"),
        },
    )
    progress = ReadingProgress()
    corpus = open_corpus([path], keep_all(), progress=progress)
    assert sentences_of(corpus) == [*KINGS, ["the", "king"]]
    remark = f"{path}: 1 file was left out, not text: photo.jpg"
    assert remark in corpus.hints
    assert remark in open_corpus([path], keep_all()).hints  # from the cache
    assert take_sample([path], keep_all()).types == [b"the", b"king", b"and", b"queen"]
    assert look_at(str(path), keep_all()).lines == ("the king",)
    assert find_files([tmp_path]) == [path]


def test_records_in_an_archive(tmp_path):
    path = zipped(
        tmp_path / "a.zip",
        {"1.jsonl": '{"t": "the king"}\n', "2.csv": "t,n\nand queen,1\n", "about.txt": "x"},
    )
    corpus = open_corpus([path], keep_all(field="t"))
    assert sentences_of(corpus) == KINGS
    assert any("about.txt" in hint for hint in corpus.hints)
    broken = zipped(tmp_path / "b.zip", {"in/1.jsonl": "{"})
    with pytest.raises(CorpusError, match=r"b.zip/in/1.jsonl, line 1: a JSON value"):
        open_corpus([broken], keep_all(field="t"))


def test_an_archive_without_texts_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"photo.jpg": b"\xff\0", "in.zip": b"PK\3\4"})
    with pytest.raises(CorpusError, match=r"a.zip holds no text files; 2 files were left out"):
        open_corpus([path], keep_all())


def test_a_damaged_archive_is_an_error(tmp_path):
    noise = np.random.default_rng(1).bytes(5_000).hex(" ")
    data = bytearray(zipped(tmp_path / "a.zip", {"a.txt": noise}).read_bytes())
    with pytest.raises(CorpusError, match="is damaged or cut short"):
        open_corpus([written(tmp_path, bytes(data[:3000]), "cut.zip")], keep_all())
    data[4000] ^= 0xFF
    with pytest.raises(CorpusError, match=r"bad.zip/a.txt is damaged or cut short after \d+ bytes"):
        open_corpus([written(tmp_path, bytes(data), "bad.zip")], keep_all())
    with pytest.raises(CorpusError, match="is not a zip archive, as its name says"):
        open_corpus([written(tmp_path, "plain", "text.zip")], keep_all())
    with pytest.raises(CorpusError, match=r"let its name end in \.zip"):
        open_corpus([written(tmp_path, b"PK\3\4", "notes.txt")], keep_all())


def test_an_encrypted_archive_is_refused(tmp_path):
    data = bytearray(zipped(tmp_path / "a.zip", {"a.txt": "the king"}).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(CorpusError, match=r"locked.zip is encrypted \(a.txt\): unpack it"):
        open_corpus([written(tmp_path, bytes(data), "locked.zip")], keep_all())


def test_members_that_overlap_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "the king " * 99)
        for number in range(9):  # the same bytes by other names
            info = zipfile.ZipInfo(f"{number}.txt")
            first = archive.infolist()[0]
            for name in ("header_offset", "CRC", "compress_size", "file_size"):
                setattr(info, name, getattr(first, name))
            archive.filelist.append(info)
    with pytest.raises(CorpusError, match=r"a.zip holds files that overlap"):
        open_corpus([path], keep_all())


# Patterns


def test_a_pattern_that_no_shell_expanded_is_a_folder_of_its_matches(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("in/b.txt", "in/deep/a.txt", "c.txt", "in/x.md"):
        written(tmp_path, "the king\n", name)
    written(tmp_path, b"\0\0", "in/photo.txt")

    def found(pattern: str) -> list[str]:
        paths = find_files([tmp_path / pattern])
        return [path.relative_to(tmp_path).as_posix() for path in paths]

    assert found("**/*.txt") == ["c.txt", "in/b.txt", "in/deep/a.txt"]
    assert found("*.txt") == ["c.txt"]
    assert found("in/[ab].txt") == ["in/b.txt"]
    assert found("i?") == ["in/b.txt", "in/deep/a.txt", "in/x.md"]
    corpus = open_corpus([f"{tmp_path}/**/*.txt"], keep_all())
    assert corpus.name == f"{tmp_path.name}/ (3 files)"
    assert any("not text: photo.txt" in hint for hint in corpus.hints)
    with pytest.raises(CorpusError, match=r"there is no file that matches .*\*\.rst"):
        open_corpus([f"{tmp_path}/**/*.rst"], keep_all())
    assert is_there(f"{tmp_path}/*.txt")
    assert not is_there(f"{tmp_path}/*.rst")


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    path = written(tmp_path, "the king\n", "a[b].txt")
    written(tmp_path, "and queen\n", "ab.txt")
    assert find_files([path]) == [path]


def test_a_text_that_a_pattern_matches_is_not_written_over(tmp_path):
    path = written(tmp_path, "the king\n")
    with pytest.raises(Exception, match="is a text of the corpus"):
        check_not_read(path, Reads(sources=(f"{tmp_path}/*.txt",), encoding="utf-8", inputs=()))


def test_the_classes_for_sentences_read_archives(tmp_path):
    path = zipped(tmp_path / "a.zip", {"1.txt": "the king", "2.txt": "and queen\n"})
    assert list(LineSentence(path)) == KINGS
    assert list(Text8Corpus(path)) == [["the", "king", "and", "queen"]]
