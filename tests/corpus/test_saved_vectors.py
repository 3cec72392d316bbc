"""Files of vectors and of counts are distinguished from text by their content."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from w2vtui.corpus import find_files, is_vector_file, is_vocab_file
from w2vtui.errors import CorpusError
from w2vtui.formats import save_vectors
from w2vtui.settings import CorpusSettings
from w2vtui.vectors import WordVectors


def some_vectors(n_words=300, size=8) -> WordVectors:
    numbers = np.random.default_rng(1).normal(size=(n_words, size)).astype(np.float32)
    return WordVectors(
        [f"word{row}" for row in range(n_words)], numbers, counts=np.arange(n_words, 0, -1)
    )


def binary(*rows, line_end=b"\n", header=None) -> bytes:
    """word2vec's binary layout, as word2vec.c writes it, or gensim without line ends."""
    records = [b"%b " % word + np.array(row, "<f4").tobytes() + line_end for word, row in rows]
    return (header or b"%d %d\n" % (len(rows), len(rows[0][1]))) + b"".join(records)


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec"])
@pytest.mark.parametrize(
    ("n_words", "size"),
    [(1, 1), (2, 3), (300, 8), pytest.param(20_000, 30, marks=pytest.mark.slow)],
)
def test_our_own_files_are_known(tmp_path, name, n_words, size):
    save_vectors(some_vectors(n_words, size), tmp_path / name)
    assert is_vector_file(tmp_path / name)
    assert not is_vocab_file(tmp_path / name)
    assert is_vocab_file(tmp_path / f"{name}.vocab")
    assert not is_vector_file(tmp_path / f"{name}.vocab")


@pytest.mark.parametrize(
    "content",
    [
        b"2 3\n</s> 0.1 0.2 -0.3 \nking 1e-05 2 3 \n",  # word2vec.c
        b"2 3\nking 1 2 3\nqueen 4 5 6\n",
        b"the 0.418 0.24968 -0.41242\n, 0.013441 0.23682 -0.16899\n",  # GloVe
        binary((b"</s>", [0.1, -0.2, 0.004]), (b"king", [0.5, 0.25, 0.7])),
        binary((b"king", [0.1, -0.2, 0.3]), (b"queen", [0.5, 0.25, 0.7]), line_end=b""),
        gzip.compress(b"2 3\nking 0.1 0.2 0.3\nqueen 0.4 0.5 0.6\n", mtime=0),
    ],
)
def test_files_of_other_programs_are_known(tmp_path, content):
    path = tmp_path / "v"
    path.write_bytes(content)
    assert is_vector_file(path)


CYRILLIC = "Все счастливые семьи похожи друг на друга каждая несчастливая по своему ".encode()
TEXTS = [
    b"",
    b"\n\n",
    b"It was the best of times, it was the worst of times\n" * 9,
    b"1984 2\nIt was a bright cold day in April\n",
    b"71290 100\n" + b"anarchism originated as a term of abuse first used against " * 90 + b"\n",
    b"3 5\nking queen man woman river bread paris rome walk run and on\n",
    b"2024 100\n" + CYRILLIC * 90,
    b"12 4\n" + CYRILLIC * 90,
    b"2 1\nchapter 1\nchapter 2\n",
    b"3 1\neggs 12\nmilk 2\nbread 1\n",
    b"2 2\nhouse 3 rooms\ngarden 2 trees\n",
    b"5 2\nking 0.1 0.2\nqueen 0.3 0.4\n",  # fewer than it says
    b"1 2\nking 0.1 0.2\nand then he walked to the river\n",
    b"apples 3 4\npears 5 6\n",
    b"0.1 0.2 0.3\n0.4 0.5 0.6\n",
    b"king 8.5\nqueen 7.5\n",
    b"king queen 8.5\nman woman 7.5\n",
    b"king 0.1 0.2\nking 0.3 0.4\n",
    b"\x80\x04pickle",
    b"\x1f\x8bnot gzip",
]


@pytest.mark.parametrize("content", TEXTS, ids=lambda content: content[:20].decode("latin-1"))
def test_text_is_never_taken_for_vectors(tmp_path, content):
    path = tmp_path / "t.txt"
    path.write_bytes(content)
    assert not is_vector_file(path)
    path.write_bytes(gzip.compress(content, mtime=0))
    assert not is_vector_file(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"It was the best of times\n",
        b"chapter 1\nchapter 2\n",
        b"chapter 1\nverse 2\n",
        b"king 9\nqueen 8",
        b"9 king\n8 queen\n",
    ],
)
def test_text_is_never_taken_for_counts(tmp_path, content):
    path = tmp_path / "t.vocab"
    path.write_bytes(content)
    assert not is_vocab_file(path)


def test_vectors_saved_in_a_folder_of_texts_are_left_out(tmp_path):
    """Every text of the folder is read."""
    (tmp_path / "a.txt").write_text("to be or not to be\n")
    (tmp_path / "a.txt.vocab").write_text("notes on the text a\n")
    (tmp_path / "b.txt").write_text("to be or not to be\n")
    (tmp_path / "b.txt.vocab").write_text("to 2\nbe 2\n")
    save_vectors(some_vectors(), tmp_path / "v.txt")
    found = [path.name for path in find_files([tmp_path])]
    assert found == ["a.txt", "a.txt.vocab", "b.txt", "b.txt.vocab"]


@pytest.mark.parametrize("name", ["v.csv", "v.jsonl"])
def test_tables_of_vectors_are_refused_as_a_text_unless_a_field_is_named(tmp_path, name):
    path = tmp_path / name
    save_vectors(some_vectors(), path)
    with pytest.raises(CorpusError, match="holds vectors, not text"):
        find_files([path])
    assert find_files([path], CorpusSettings(field="word")) == [path]
    text = tmp_path / f"other-{name}"
    text.write_text("word,x\nking,1\n" if name == "v.csv" else '{"word": "king", "text": "a"}\n')
    assert find_files([text]) == [text]
