"""Sentences from files: what gensim's classes give, without what they leave out."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pytest

from w2vtui import LineSentence, PathLineSentences, Text8Corpus, Word2Vec
from w2vtui.corpus import encode_sentences, open_corpus
from w2vtui.corpus.pieces import BLOCK_BYTES
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.line_sentences import files_instead
from w2vtui.settings import CorpusSettings

TEXT = "\ufeffthe king  rules\n\nthe\tqueen\r\nold\rman\u00a0walks"
LINES = [["the", "king", "rules"], ["the", "queen"], ["old"], ["man", "walks"]]


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".txt", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)],
)
def test_a_line_is_a_sentence_in_each_kind_of_file(tmp_path, suffix, pack):
    path = tmp_path / f"notes{suffix}"
    path.write_bytes(pack(TEXT.encode()))
    sentences = LineSentence(path)
    assert list(sentences) == LINES == list(sentences)
    assert list(LineSentence(str(path), limit=3)) == LINES[:2]
    assert list(LineSentence(path, max_sentence_length=2)) == [
        ["the", "king"], ["rules"], ["the", "queen"], ["old"], ["man", "walks"],
    ]  # fmt: skip


def test_the_texts_of_an_archive_are_read(tmp_path):
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a b\nc")
        archive.writestr("b.txt", "d e\n")
    assert list(LineSentence(path)) == [["a", "b"], ["c"], ["d", "e"]]
    assert list(Text8Corpus(path, 3)) == [["a", "b", "c"], ["d", "e"]]


def test_open_files_of_text_and_of_bytes_are_rewound():
    for file in (io.StringIO("a b\nc"), io.BytesIO(b"a b\nc\n")):
        sentences = LineSentence(file)
        assert list(sentences) == [["a", "b"], ["c"]] == list(sentences)
        assert sentences.corpus_files is None


def test_a_long_line_stays_whole_and_words_are_whole_where_blocks_meet(tmp_path):
    words = [f"word{n}" for n in range(BLOCK_BYTES // 4)]
    path = tmp_path / "line.txt"
    path.write_text(" ".join(words) + "\nend")
    assert list(LineSentence(path)) == [words, ["end"]]
    assert [n for part in Text8Corpus(path, 1000) for n in part] == [*words, "end"]
    assert list(map(len, Text8Corpus(path, 1000)))[:-1] == [1000] * (len(words) // 1000)


def test_a_token_that_is_too_long_is_left_out(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(f"a {'x' * (3 * BLOCK_BYTES)} b\nc")
    assert list(LineSentence(path)) == [["a", "b"], ["c"]]


@pytest.mark.parametrize("prefix", [b"", (b"a" * 999 + b"\n") * (BLOCK_BYTES // 1000)])
def test_a_byte_that_is_not_in_the_encoding_is_an_error_with_its_place(tmp_path, prefix):
    path = tmp_path / "latin.txt"
    path.write_bytes(prefix + b"caf\xe9 noir\n")
    with pytest.raises(CorpusError, match=rf"latin.txt is not utf-8: .* offset {len(prefix) + 3} "):
        list(LineSentence(path))
    assert list(LineSentence(path, encoding="latin-1"))[-1] == ["caf\xe9", "noir"]
    assert list(LineSentence(path, encoding_errors="ignore"))[-1] == ["caf", "noir"]
    with pytest.raises(CorpusError, match="line 2 of the file is not utf-8: byte 0xE9"):
        list(LineSentence(io.BytesIO(b"a\ncaf\xe9\n")))


def test_files_that_training_reads_itself_hold_the_same_sentences(tmp_path):
    (tmp_path / "b.txt").write_text("new york\nold")
    (tmp_path / "a.txt").write_text("old york\n")
    (tmp_path / ".hidden").write_text("no\n")
    (tmp_path / "folder").mkdir()
    folder = PathLineSentences(tmp_path)
    assert list(folder) == [["old", "york"], ["new", "york"], ["old"]]
    assert list(PathLineSentences(tmp_path, limit=1)) == [["old", "york"], ["new", "york"]]
    assert list(PathLineSentences(tmp_path / "b.txt")) == [["new", "york"], ["old"]]
    for sentences in (folder, LineSentence(tmp_path / "b.txt")):
        settings = CorpusSettings(min_count=1)
        read = open_corpus(sentences.corpus_files, settings)
        given = encode_sentences(sentences, settings)
        assert read.vocab.words == given.vocab.words
        assert read.ids.tolist() == given.ids.tolist()
    for cut in ({"limit": 2}, {"max_sentence_length": 2}, {"encoding": "latin-1"}):
        assert LineSentence(tmp_path / "b.txt", **cut).corpus_files is None
        assert PathLineSentences(tmp_path, **cut).corpus_files is None
    assert Text8Corpus(tmp_path / "b.txt").corpus_files is None


def test_what_is_not_a_text_is_refused(tmp_path):
    for wrong in (lambda: list(LineSentence(tmp_path / "none")), lambda: PathLineSentences("none")):
        with pytest.raises(CorpusError, match="none"):
            wrong()
    with pytest.raises(CorpusError, match="PathLineSentences reads all files of a folder"):
        list(LineSentence(tmp_path))
    with pytest.raises(CorpusError, match="holds no files"):
        PathLineSentences(tmp_path)
    for name in ("max_sentence_length", "limit"):
        with pytest.raises(SettingsError, match=f"{name} must be 1 or more"):
            LineSentence("a", **{name: 0})
    with pytest.raises(SettingsError, match="max_sentence_length must be 1 or more"):
        Text8Corpus("a", 0)


def test_the_same_sentences_as_gensims(tmp_path, gensim_models):
    word2vec = gensim_models.word2vec
    path = tmp_path / "notes.txt"
    path.write_text("a b c\n\nd e f g\n" * 30)
    for name, arguments in (("LineSentence", (3, 40)), ("PathLineSentences", (3, 40)),
                            ("Text8Corpus", (11,))):  # fmt: skip
        source = tmp_path if name == "PathLineSentences" else path
        theirs = getattr(word2vec, name)(str(source), *arguments)
        ours = {"LineSentence": LineSentence, "PathLineSentences": PathLineSentences,
                "Text8Corpus": Text8Corpus}[name](source, *arguments)  # fmt: skip
        assert list(ours) == list(theirs), name


def test_word2vec_reads_the_file_itself(tmp_path, monkeypatch):
    path = tmp_path / "notes.txt"
    path.write_text("new york city\nold york\n" * 40)
    named = {"vector_size": 4, "min_count": 1, "epochs": 1, "workers": 1}
    from_lists = Word2Vec(list(LineSentence(path)), **named)
    monkeypatch.setattr(LineSentence, "_lines", lambda self: pytest.fail("read as lists"))
    from_file = Word2Vec(LineSentence(path), **named)
    assert np.array_equal(from_file.wv.vectors, from_lists.wv.vectors)
    assert from_file.wv.index_to_key == from_lists.wv.index_to_key
    assert from_file.corpus_count == from_lists.corpus_count == 80
    from_file.build_vocab(LineSentence(path))
    other = CorpusSettings(tokenizer="words")
    assert files_instead(LineSentence(path), other) is None
    assert files_instead([["a"]], CorpusSettings()) is None
