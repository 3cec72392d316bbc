"""Which files a source names: folders, archives, links, what is missing or closed."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.support.texts import keep_all, posix_only, sentences_of, standard_input, written
from w2vtui.corpus import (
    find_files,
    open_corpus,
    sample_path,
)
from w2vtui.corpus.files import STDIN
from w2vtui.corpus.titles import title_of
from w2vtui.errors import CorpusError
from w2vtui.formats import save_vectors
from w2vtui.settings import CorpusSettings
from w2vtui.tui.first_screen.preview import look_at
from w2vtui.vectors import WordVectors


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
def test_packed_files_are_refused_with_the_program_that_unpacks_them(
    tmp_path, monkeypatch, folders, kind, changed
):
    """Its first odd byte would send one to other encodings, in which it is not a text either."""
    pack, advice = PACKED[kind]
    data = pack(b"some words\n" * 9)
    path = written(tmp_path, data, "notes.txt.packed")
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
    assert not list(folders.cached.iterdir())


def test_a_gzipped_archive_is_not_text(tmp_path):
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
    assert open_corpus([root], keep_all()).name == "texts/ (4 files)"


def test_a_text_of_a_folder_is_named_after_it(tmp_path, monkeypatch):
    root = tmp_path / "notes"
    (root / "2024").mkdir(parents=True)
    files = [written(root / "2024", "a", "a.md"), written(root / "2024", "b", "b.md")]
    other = written(tmp_path, "c", "c.md")
    assert title_of(files, [root]) == "notes/ (2 files)"
    assert title_of(files[:1], [root]) == "notes/ (1 file)"
    assert title_of(files[:1], files[:1]) == "a.md"
    assert title_of(files, files) == "2024/ (2 files)"
    assert title_of([*files, other], [root, other]) == f"{tmp_path.name}/ (3 files)"
    assert title_of([*files, STDIN], [root, "-"]) == "3 files"
    assert title_of([files[0]] * 2, [files[0]] * 2) == "a.md"
    assert title_of([Path("/a"), Path("/b/c")]) == "2 files"
    monkeypatch.chdir(root / "2024")
    assert title_of(files, ["."]) == "2024/ (2 files)"
    assert title_of(files, [".."]) == "notes/ (2 files)"


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


def test_the_bundled_samples_are_found():
    assert sample_path("atlas.txt").is_file()
    with pytest.raises(CorpusError, match=r"there is no sample 'atlus.txt': .*atlas\.txt"):
        sample_path("atlus.txt")


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
    with pytest.raises(CorpusError, match=r"a\.txt is a broken link"):
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
    with pytest.raises(CorpusError, match="is a link to itself"):
        open_corpus([tmp_path / "a"], keep_all())


@posix_only
@pytest.mark.parametrize("content", ["", b"\xff"])
def test_control_characters_of_a_name_never_reach_the_terminal(tmp_path, content):
    path = written(tmp_path, content, "evil\x1b[31m\n.txt")
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all())
    assert str(caught.value).isprintable()
    assert "evil\\x1b[31m\\n.txt" in str(caught.value)


@posix_only
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/urandom"])
def test_a_device_that_never_ends_is_not_read(device):
    with pytest.raises(CorpusError, match=f"{device} is a device, which may never end"):
        open_corpus([device], keep_all())
    with pytest.raises(CorpusError, match="there are no words in null"):
        open_corpus([os.devnull], keep_all())


def test_files_of_a_folder_that_are_left_out_are_counted_and_named(tmp_path):
    root = tmp_path / "texts"
    root.mkdir()
    written(root, "some words here\n", "a.md")
    for name in "1234":
        written(root, b"\x89PNG\0\0", f"{name}.png")
    written(root, "wide words\n".encode("utf-16"), "wide.txt")
    save_vectors(WordVectors(["some", "words"], np.ones((2, 4), np.float32)), root / "v.vec")
    glove = written(root, "".join(f"w{n} 0.1 0.{n}\n" for n in range(9)), "glove.txt")
    for cached in (False, True):
        corpus = open_corpus([root], keep_all())
        assert corpus.from_cache == cached
        assert sorted(corpus.vocab.words) == ["here", "some", "words"]
        assert corpus.hints[:3] == (
            f"{root}: 1 file was left out, UTF-16: wide.txt: name such files alone, "
            "with --encoding utf-16",
            f"{root}: 4 files were left out, not text: 1.png, 2.png, 3.png, ...",
            f"{root}: 2 files were left out, vectors or their counts: glove.txt, v.vec",
        )
    for path in root.iterdir():
        if path != glove:
            path.unlink()
    with pytest.raises(CorpusError, match=r"holds no text files; .*1 file was left out, vectors"):
        open_corpus([root], keep_all())


def test_vectors_are_not_read_as_text(tmp_path):
    vectors = WordVectors(["king", "queen"], np.ones((2, 4), np.float32))
    for name in ("v.bin", "v.vec", "v.txt"):
        save_vectors(vectors, tmp_path / name)
    packed = written(tmp_path, gzip.compress((tmp_path / "v.vec").read_bytes()), "v.vec.gz")
    odd = (tmp_path / "v.bin").rename(tmp_path / "my vectors")
    for path in (odd, packed, tmp_path / "v.vec", tmp_path / "v.txt"):
        with pytest.raises(CorpusError) as caught:
            open_corpus([path], keep_all())
        known = f"'{path}'" if " " in path.name else str(path)
        assert str(caught.value).startswith(f"{path} holds vectors, not text: ")
        assert f"w2vtui neighbors {known} WORD looks up" in str(caught.value)
        assert look_at(f"'{path}'", CorpusSettings()).problem == str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x93NUMPY\x01\0v\0{'descr'", "holds numbers of NumPy"),
        (b"\x80\x04\x95\x00\x01", "is a Python pickle"),
        (b"%PDF-1.7\n", "pdftotext FILE - | w2vtui train -"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull gets it"),
    ],
)
def test_files_of_other_programs_are_named(tmp_path, content, said):
    path = written(tmp_path, content)
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all())
    assert said in str(caught.value)
    assert look_at(str(path), CorpusSettings()).problem == str(caught.value)


def test_a_saved_run_is_not_read_as_text(tmp_path):
    run = tmp_path / "brave-owl"
    (run / "checkpoints").mkdir(parents=True)
    for name in ("run.json", "events.jsonl"):
        written(run, "{}", name)
    problem = look_at(str(run), CorpusSettings()).problem
    assert f"is a saved run, not text: w2vtui resume {run} resumes it" in problem
    with pytest.raises(CorpusError, match="is a saved run"):
        find_files([run])


def test_a_file_that_is_named_twice_is_read_twice_with_a_remark(tmp_path):
    path = written(tmp_path, "a b\n", "notes.txt")
    corpus = open_corpus([path, tmp_path / "." / "notes.txt"], keep_all(), cache=False)
    assert sentences_of(corpus) == [["a", "b"]] * 2
    assert corpus.name == "notes.txt"
    assert f"{path} is named 2 times, and is read as often" in corpus.hints
