"""word2vec's files with gensim's arguments: what is written, read, merged and refused."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from w2vtui import KeyedVectors
from w2vtui.errors import SettingsError, VectorsError

load = KeyedVectors.load_word2vec_format


def three(counts=(1, 2, 3)) -> KeyedVectors:
    matrix = np.float32([[0.5, -1.25], [1e-7, 3.5], [np.pi, 1234.5678]])
    return KeyedVectors(["a", "é", "c"], matrix, None if counts is None else np.array(counts))


@pytest.fixture(scope="module")
def gensims(gensim_models):
    return gensim_models.KeyedVectors


OPTIONS = [
    {},
    {"binary": True},
    {"write_header": False},
    {"write_header": False, "binary": True},
    {"prefix": "*dt_"},
    {"total_vec": 9},
    {"sort_attr": "size"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["v", "v.gz"])
def test_files_are_those_that_gensim_writes(tmp_path, gensims, name, options) -> None:
    ours = three()
    ours.set_vecattr("é", "size", 7)
    theirs = gensims(2)
    theirs.add_vectors(ours.index_to_key, ours.vectors)
    for word in ours:
        for attr in ("count", "size"):
            theirs.set_vecattr(word, attr, int(ours.get_vecattr(word, attr)))
    for vectors, folder in ((ours, tmp_path / "ours"), (theirs, tmp_path / "theirs")):
        folder.mkdir()
        vectors.save_word2vec_format(str(folder / name), str(folder / "counts"), **options)
        extra = {"append": True, **options, "write_header": False}
        vectors.save_word2vec_format(str(folder / name), **extra)
    opened = gzip.open if name.endswith(".gz") else open
    contents = []
    for folder in ("ours", "theirs"):
        with opened(tmp_path / folder / name, "rb") as file:
            contents.append(file.read())
        contents.append((tmp_path / folder / "counts").read_bytes())
    assert contents[0] == contents[2]
    if "sort_attr" not in options:  # gensim writes that attribute in place of the counts
        assert contents[1] == contents[3]
    assert sorted(path.name for path in (tmp_path / "ours").iterdir()) == ["counts", name]


@pytest.mark.parametrize("binary", [False, True])
def test_what_is_saved_is_loaded(tmp_path, binary) -> None:
    path = tmp_path / "vectors"
    three().save_word2vec_format(path, tmp_path / "counts", binary=binary)
    loaded = load(path, tmp_path / "counts", binary=binary)
    assert loaded.index_to_key == ["c", "é", "a"]
    assert loaded.counts.tolist() == [3, 2, 1]
    assert np.array_equal(loaded.vectors, three().vectors[::-1])
    assert load(path, limit=1).index_to_key == ["c"]
    assert load(path).counts is None  # none are made up
    three(None).save_word2vec_format(path, binary=binary)
    assert load(path, binary=binary).index_to_key == ["a", "é", "c"]


def test_words_added_to_loaded_vectors_are_saved(tmp_path) -> None:
    """D26: gensim fails, for its counts have not grown."""
    three().save_word2vec_format(tmp_path / "v", tmp_path / "counts")
    loaded = load(tmp_path / "v", tmp_path / "counts")
    loaded.add_vectors(["d"], [[1, 1]])
    loaded.save_word2vec_format(tmp_path / "w", tmp_path / "counts")
    again = load(tmp_path / "w", tmp_path / "counts")
    assert again.index_to_key == ["c", "é", "a", "d"]
    assert again.counts.tolist() == [3, 2, 1, 0]


def test_a_vocabulary_beside_is_not_left_with_other_counts(tmp_path) -> None:
    beside = tmp_path / "v.vocab"
    beside.write_text("c 30\né 20\na 10\n")
    three().save_word2vec_format(tmp_path / "v")
    assert load(tmp_path / "v").counts.tolist() == [3, 2, 1]


@pytest.mark.parametrize("word", ["a b", "", "a\n", "\ud800"])
@pytest.mark.parametrize("binary", [False, True])
def test_words_that_would_be_read_as_others_are_refused(tmp_path, word, binary) -> None:
    """D9, D10: gensim writes them, and reads other words with other numbers back."""
    path = tmp_path / "v"
    path.write_text("old")
    vectors = KeyedVectors(["x", word], np.ones((2, 2), np.float32))
    with pytest.raises(VectorsError, match="word 2"):
        vectors.save_word2vec_format(path, binary=binary)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fvocab": "counts"}, "no counts to write to counts"),
        ({"total_vec": 2}, "total_vec must be a whole number of 3 or more, got 2"),
        ({"append": True}, "write_header=False"),
        ({"sort_attr": "color"}, "sort_attr must be of numbers, got 'color'"),
    ],
)
def test_a_file_that_would_be_wrong_is_refused(tmp_path, arguments, message) -> None:
    path = tmp_path / "v"
    path.write_text("old")
    vectors = three(None)
    vectors.set_vecattr("a", "color", "red")
    with pytest.raises(SettingsError, match=message):
        vectors.save_word2vec_format(path, **arguments)
    with pytest.raises(VectorsError, match="no words to save"):
        KeyedVectors(3).save_word2vec_format(path)
    vectors.vectors[1, 1] = np.nan
    with pytest.raises(VectorsError, match="'é' holds nan"):
        vectors.save_word2vec_format(path)
    assert path.read_text() == "old"


def test_an_unknown_attribute_keeps_the_order_with_a_warning(tmp_path) -> None:
    with pytest.warns(UserWarning, match="no attribute 'size': saved in their order") as caught:
        three().save_word2vec_format(tmp_path / "v", sort_attr="size")
    assert caught[0].filename == __file__
    assert load(tmp_path / "v").index_to_key == ["a", "é", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"999999999 300\na 1\n", "more than the file's"),  # D11
        (b"2 2\na 1 nan\nb 1 2\n", "line 2: .*holds nan"),  # D12
        (b"2 2\na 1 2\nb inf 2\n", "line 3: .*holds inf"),
        (b"2 2\na 1 2\nb 7\n", "line 3"),  # D13
        (b"2 2\na 1 2\nb 3 4\nc 5 6\n", "continues after the 2 words"),  # D14
        (b"3 2\na 1 2\nb 3 4\n", "2 rows follow a header that gives 3"),
        (b"", "empty"),
        (b"\x80\x04\x95\x10\x00", "pickle"),  # D19
        (b"2 2\nna\xefve 1 2\nb 3 4\n", r"line 2: the word 'na\\xefve' is not UTF-8"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(tmp_path, text, message) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(text)
    with pytest.raises(ValueError, match=message):
        load(path)
    vectors = KeyedVectors(["a"], np.ones((1, 2), np.float32))
    with pytest.raises(ValueError, match=message):
        vectors.intersect_word2vec_format(path)
    assert vectors["a"].tolist() == [1, 1]


def test_words_in_other_encodings_are_read(tmp_path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes("2 2\ncafé 1 2\nb 3 4\n".encode("latin1"))
    (tmp_path / "counts").write_bytes("café 5\nb 3\n".encode("latin1"))
    assert load(path, tmp_path / "counts", encoding="latin1").get_vecattr("café", "count") == 5
    with pytest.warns(UserWarning, match="1 word is not UTF-8 and is changed") as caught:
        assert "caf" in load(path, unicode_errors="ignore")
    assert caught[0].filename == __file__
    path.write_bytes("1 2\n한국 1 2\n".encode("euc-kr"))
    assert load(path, encoding="EUC-KR").index_to_key == ["한국"]
    with pytest.raises(SettingsError, match="encoding must be one in which ASCII"):
        load(path, encoding="utf-16")
    with pytest.raises(SettingsError, match=r"encoding must be one .* got 'k'"):
        load(path, encoding="k")
    with pytest.raises(SettingsError, match="unicode_errors must be strict"):
        load(path, unicode_errors="k")


def test_other_arguments_of_loading(tmp_path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 0.1 2\nb 3 4\n")
    assert load(path, no_header=True).index_to_key == ["a", "b"]
    with pytest.warns(UserWarning, match="float16: vectors are held in float32") as caught:
        rounded = load(path, datatype=np.float16)
    assert caught[0].filename == __file__
    assert rounded["a"][0] == np.float32(np.float16(0.1))
    for arguments, message in (
        ({"no_header": True, "binary": True}, "no_header=True needs text"),
        ({"limit": 0}, "1 word or more, got 0"),
        ({"datatype": int}, "a floating-point type, got int64"),
    ):
        with pytest.raises(SettingsError, match=message):
            load(path, **arguments)
    with pytest.raises(FileNotFoundError, match="is not there"):
        load(tmp_path / "none")


@pytest.mark.parametrize("binary", [False, True])
def test_vectors_of_a_file_are_taken_for_the_words_that_are_here(tmp_path, binary) -> None:
    """D8: gensim raises IndexError for text, ValueError for binary files."""
    three().save_word2vec_format(tmp_path / "v", binary=binary)
    vectors = KeyedVectors(["x", "é", "a"], np.ones((3, 2), np.float32))
    assert vectors.most_similar("é")[0][1] == pytest.approx(1)
    assert vectors.intersect_word2vec_format(tmp_path / "v", lockf=0.5, binary=binary) == 2
    assert vectors.index_to_key == ["x", "é", "a"]
    assert vectors.vectors.tolist() == [[1, 1], three()["é"].tolist(), [0.5, -1.25]]
    assert vectors.vectors_lockf.tolist() == [1, 0.5, 0.5]
    assert vectors.similarity("x", "a") < 0
    vectors.intersect_word2vec_format(tmp_path / "v", binary=binary)
    assert vectors.vectors_lockf.tolist() == [1, 0, 0]
    with pytest.raises(VectorsError, match="holds vectors of 2 numbers, and these have 5"):
        KeyedVectors(5).intersect_word2vec_format(tmp_path / "v")
    with pytest.raises(SettingsError, match="lockf must be a number of 0 or more, got -1"):
        vectors.intersect_word2vec_format(tmp_path / "v", lockf=-1)


def test_a_text_is_not_replaced(tmp_path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("the king bowed\n")
    wv = KeyedVectors(["a"], np.ones((1, 2), dtype=np.float32), np.array([3]))
    for arguments in ({"fname": text}, {"fname": tmp_path / "new.vec", "fvocab": text}):
        with pytest.raises(SettingsError, match=r"notes.txt exists and is not a file of word"):
            wv.save_word2vec_format(**arguments)
    assert text.read_text() == "the king bowed\n"
    assert not (tmp_path / "new.vec").exists()
    text.write_text("")  # as tempfile leaves it
    wv.save_word2vec_format(text)
    wv.save_word2vec_format(text, binary=True)
