"""What holds of every layout: what goes in comes out, and what cannot be held is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.support.vector_files import assert_same, load, refusal, written
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats import LAYOUTS, check_words, check_writable, load_vectors, save_vectors
from w2vtui.vector_layouts import SAVED, layout_of
from w2vtui.vectors import WordVectors

NAMES = {
    "text": "v.txt", "binary": "v.bin", "binary-plain": "v.bin", "glove": "v.glove",
    "folder": "v", "model2vec": "v", "npy": "v.npy", "projector": "v.tsv", "parquet": "v.parquet",
    "csv": "v.csv", "jsonl": "v.jsonl",
}  # fmt: skip
PACKED = [layout.name for layout in SAVED if layout.packs]
WORDS = ["don't", "日本", "👨\u200d👩\u200d👧", "#", '"', "a,b", "=1+1", "[UNK]", "nan", "-1e5"]
MATRIX = np.random.default_rng(0).standard_normal((len(WORDS), 4)).astype(np.float32)
COUNTS = np.arange(len(WORDS), 0, -1)

tokens = st.text(
    st.characters(codec="utf-8", exclude_categories=("Zs", "Zl", "Zp", "Cc")), min_size=1,
    max_size=8,
).filter(lambda word: word[0] != "\ufeff")  # fmt: skip
finite = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(2, 4)),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


def test_every_layout_is_tried_here() -> None:
    assert set(NAMES) == {layout.name for layout in SAVED} == set(LAYOUTS) - {"vocab"}


@pytest.mark.parametrize("layout", sorted(set(NAMES) - {"binary-plain"}))  # refuses odd numbers
@given(matrix=finite, data=st.data())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_and_numbers_come_back(
    tmp_path: Path, layout: str, matrix: np.ndarray, data: st.DataObject
) -> None:
    words = data.draw(st.lists(tokens, min_size=len(matrix), max_size=len(matrix), unique=True))
    path = tmp_path / NAMES[layout]
    save_vectors(WordVectors(words, matrix), path, layout=layout)
    loaded = load_vectors(path, layout="glove" if layout == "glove" else None)
    assert_same(loaded, words, matrix)


@pytest.mark.parametrize("counts", [None, COUNTS])
@pytest.mark.parametrize("layout", NAMES)
def test_counts_come_back_where_they_are_known(
    tmp_path: Path, layout: str, counts: np.ndarray | None
) -> None:
    path = tmp_path / NAMES[layout]
    files = save_vectors(WordVectors(WORDS, MATRIX, counts), path, layout=layout)
    assert files[0].path == str(path)
    loaded = load_vectors(path)
    assert_same(loaded, WORDS, MATRIX)
    if counts is None or layout == "model2vec":
        assert loaded.counts is None
    else:
        assert loaded.counts.tolist() == counts.tolist()
    limited = load_vectors(path, limit=3)
    assert_same(limited, WORDS[:3], MATRIX[:3])
    assert not [one.name for one in tmp_path.iterdir() if "w2vtui" in one.name]


@pytest.mark.parametrize("layout", NAMES)
def test_many_blocks_are_as_one(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2vtui.formats.rows.blocks.BLOCK_NUMBERS", 30)
    monkeypatch.setattr("w2vtui.formats.other_tools.parquet_file._GROUP_NUMBERS", 100)
    matrix = np.random.default_rng(0).standard_normal((200, 12)).astype(np.float32)
    words = [f"w{row}" for row in range(200)]
    vectors = WordVectors(words, matrix, np.arange(200)[::-1] + 1)
    save_vectors(vectors, tmp_path / NAMES[layout], layout=layout)
    assert_same(load_vectors(tmp_path / NAMES[layout]), words, matrix)


@pytest.mark.parametrize("layout", PACKED)
def test_some_are_written_under_gzip(tmp_path: Path, layout: str) -> None:
    path = tmp_path / f"{NAMES[layout]}.gz"
    save_vectors(WordVectors(WORDS, MATRIX), path, layout=layout)
    assert path.read_bytes()[:2] == b"\x1f\x8b"
    assert_same(load_vectors(path), WORDS, MATRIX)
    save_vectors(WordVectors(WORDS, MATRIX), tmp_path / NAMES[layout], layout=layout)
    assert gzip.decompress(path.read_bytes()) == (tmp_path / NAMES[layout]).read_bytes()


@pytest.mark.parametrize("layout", NAMES)
@pytest.mark.parametrize("word", ["new york", "a\tb", "a\nb", "a\u3000b", "", " ", "\ud800"])
def test_a_word_comes_back_or_is_refused_before_anything_is_written(
    tmp_path: Path, layout: str, word: str
) -> None:
    path = tmp_path / NAMES[layout]
    vectors = WordVectors(["x", word], MATRIX[:2])
    try:
        save_vectors(vectors, path, layout=layout)
    except VectorsError:
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(VectorsError, match="word 2"):
            check_words(["x", word], LAYOUTS[layout])
    else:
        check_words(["x", word], LAYOUTS[layout])
        assert_same(load_vectors(path), ["x", word], MATRIX[:2])


@pytest.mark.parametrize("layout", ["glove", "projector"])
def test_a_byte_order_mark_cannot_begin_a_file_without_header(layout: str) -> None:
    with pytest.raises(VectorsError, match="byte order mark"):
        check_words(["\ufeffx", "y"], LAYOUTS[layout])
    check_words(["y", "\ufeffx"], LAYOUTS[layout])


@pytest.mark.parametrize("layout", sorted(set(NAMES) - {"model2vec", "folder", "parquet"}))
def test_a_file_cut_short_gives_all_or_an_error(tmp_path: Path, layout: str) -> None:
    path = tmp_path / NAMES[layout]
    save_vectors(WordVectors(WORDS[:3], MATRIX[:3]), path, layout=layout)
    content = path.read_bytes()
    for end in range(0, len(content) - 1, 7):
        path.write_bytes(content[:end])
        try:
            loaded, said = load(path)
        except VectorsError:
            continue
        assert len(loaded) < 3 or said or np.array_equal(loaded.vectors, MATRIX[:3])
        assert layout in ("csv", "jsonl", "glove", "text", "projector")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.csv", b"word,x1,x2\na,1,2\nb,3\n", "line 3: the row of 'b' has 1 numbers where 2"),
        ("v.csv", b"word,x1,x2\na,1,2\nb,3,x\n", "line 3: a word and numbers are expected"),
        ("v.csv", b"word,x1,x2\na,1,2\nb,3,inf\n", "the vector of 'b' holds inf"),
        ("v.csv", b'word,x1\n"a,1\n', "not CSV"),
        ("v.csv", b"word,x1\n", "no rows"),
        ("v.jsonl", b'{"word":"a","vector":[1]}\n[]\n', "line 2: an object such as"),
        ("v.jsonl", b'{"word":"a","vector":[NaN]}\n', "line 1: the vector of 'a' holds nan"),
        ("v.jsonl", b'{"word":1,"vector":[2]}\n', "line 1: an object such as"),
        ("v.jsonl", b'{"word":"a","vector":[1],"count":1e9}\n', "line 1: an object such as"),
        ("v.jsonl", b'{"vector":' + b"[" * 70_000 + b"\n", "line 1: an object such as"),
        ("v.npy", b"\x93NUMPY\x01\x00\x00", "not a NumPy array"),
        ("v.tsv", b"1\t2\n", "more than the file can hold"),
        ("v.tsv", b"1\t2.00\n1\n", "line 2: 1 numbers where 2 are expected"),
        ("v.tsv", b"1\t2\n1\tx\n", "line 2: 'x' is not a number"),
        ("v.tsv", b"1\t2\n1\t3\n4\t5\n", "more lines of numbers belong to 2 words"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    written(tmp_path, "metadata.tsv", b"a\nb\n")
    assert message in refusal(written(tmp_path, name, content))


def npy(array: np.ndarray) -> bytes:
    from io import BytesIO

    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[1, "a"]], dtype=object), "is a pickle"),
        (np.ones((2, 2), order="F"), "stored by columns"),
        (np.ones(2), "a row a word is expected, got float64 of shape (2,)"),
        (np.ones((2, 2), np.int64), "got int64"),
        (np.ones((3, 2)), "2 words are in the file beside it, and 3 rows here"),
        (np.array([[1, 2], [np.nan, 1]]), "row 2: the vector of 'b' holds nan"),
        (np.array([[1, 2], [1e300, 1]]), "row 2: the vector of 'b' holds inf"),
    ],
)
def test_arrays_that_are_not_vectors_are_refused(
    tmp_path: Path, array: np.ndarray, message: str
) -> None:
    written(tmp_path, "v.npy.vocab", b"a\nb\n")
    assert message in refusal(written(tmp_path, "v.npy", npy(array)))


def test_arrays_of_any_floats_are_read_with_words_beside_them(tmp_path: Path) -> None:
    for dtype in (np.float16, np.float64, ">f4"):
        path = written(tmp_path, "v.npy", npy(np.ones((2, 2), dtype)))
        (tmp_path / "vocab.txt").unlink(missing_ok=True)
        assert "write them, a word a line, to v.npy.vocab" in refusal(path)
        written(tmp_path, "vocab.txt", b"a\nb c")
        assert_same(load_vectors(path), ["a", "b c"], np.ones((2, 2), np.float32))


def test_tables_of_others_are_read(tmp_path: Path) -> None:
    rows = np.array([[1, 2], [3, 4]], np.float32)
    for name, content in {
        "v.csv": b"a,1,2\r\nb,3,4",
        "w.csv": b"\xef\xbb\xbfid,word,d0\nx1,a,1\n",
        "x.csv": b'frequency,token,d0,d1\n7,a,1,2\n5,"b",3,4\n',
        "v.jsonl": b'{"token": "a", "embedding": [1, 2]}\n\n{"embedding": [3, 4], "token": "b"}',
        "v.tsv": b"1\t2\n3.0\t4e0\n",
    }.items():
        written(tmp_path, "v_metadata.tsv", b"frequency\tword\n7\ta\n5\tb\n")
        path = written(tmp_path, name, content)
        if name == "w.csv":
            assert "line 2: a word and numbers" in refusal(path)
            continue
        loaded, _ = load(path)
        assert_same(loaded, ["a", "b"], rows)
        has_counts = name in ("x.csv", "v.tsv")
        assert (loaded.counts is not None and loaded.counts.tolist() == [7, 5]) == has_counts


def test_bad_rows_of_tables_are_left_out_when_asked(tmp_path: Path) -> None:
    content = b'{"word":"a","vector":[1,2]}\n{}\n{"word":"b","vector":[1]}\n'
    content += b'{"word":"c","vector":[1,Infinity]}\n{"word":"a","vector":[5,6]}\n'
    loaded, said = load(written(tmp_path, "v.jsonl", content), skip_bad_rows=True)
    assert_same(loaded, ["a"], np.array([[1, 2]], np.float32))
    assert said[0].startswith("3 rows cannot be read and are left out: first line 2, an object")
    assert said[1] == "1 word occurs a second time and is left out: 'a' in line 5"


def test_parquet_is_what_others_read(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    save_vectors(WordVectors(WORDS, MATRIX, COUNTS), tmp_path / "v.parquet")
    table = parquet.read_table(tmp_path / "v.parquet")
    assert table.schema.names == ["word", "count", "vector"]
    assert table.column("word").to_pylist() == WORDS
    assert np.array_equal(np.array(table.column("vector").to_pylist(), np.float32), MATRIX)


def test_parquet_of_others_is_read_or_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "v.parquet"
    parquet.write_table(
        pa.table({"id": [1, 2], "token": ["a", "b"], "e": [[1.0, 2], [3, 4]]}), path
    )
    assert_same(load_vectors(path), ["a", "b"], np.array([[1, 2], [3, 4]], np.float32))
    for columns, message in (
        ({"token": ["a", "b"]}, "a column of words and one of lists of numbers are expected"),
        ({"token": ["a", None], "e": [[1.0], [2.0]]}, "row 2: the word is missing"),
        ({"token": ["a", "b"], "e": [[1.0], [2.0, 3]]}, "row 2: 2 numbers where 1 are expected"),
        ({"token": ["a", "b"], "e": [[1.0], None]}, "row 2: 0 numbers where 1 are expected"),
        ({"token": ["a", "b"], "e": [[1.0], [float("nan")]]}, "row 2: the vector of 'b' holds nan"),
        ({"token": ["a", "b"], "e": [[1.0, 1], [None, 2.0]]}, "row 2: the vector of 'b' holds nan"),
    ):
        parquet.write_table(pa.table(columns), path)
        assert message in refusal(path)
    path.write_bytes(path.read_bytes()[:-9])
    assert "not a Parquet table, or damaged" in refusal(path)


def test_the_projector_gets_a_header_with_several_columns_alone(tmp_path: Path) -> None:
    save_vectors(WordVectors(["a", "b c"], MATRIX[:2]), tmp_path / "vectors.tsv")
    assert (tmp_path / "metadata.tsv").read_bytes() == b"a\nb c\n"
    assert_same(load_vectors(tmp_path), ["a", "b c"], MATRIX[:2])
    save_vectors(WordVectors(["a", "b"], MATRIX[:2], COUNTS[:2]), tmp_path / "w.tsv")
    assert (tmp_path / "w_metadata.tsv").read_bytes() == b"word\tcount\na\t10\nb\t9\n"


def test_output_vectors_are_kept_in_the_folder(tmp_path: Path) -> None:
    save_vectors(WordVectors(WORDS, MATRIX, COUNTS, MATRIX * 2), f"{tmp_path}/v/")
    loaded = load_vectors(tmp_path / "v")
    assert np.array_equal(loaded.output_vectors, MATRIX * 2)
    assert_same(load_vectors(tmp_path / "v" / "model.safetensors"), WORDS, MATRIX)


def test_a_layout_is_chosen_by_ending_or_by_name(tmp_path: Path) -> None:
    known = {"A.TXT.gz": "text", "a.vec": "text", "a.w2v": "folder", "a/": "folder"}
    assert {name: layout_of(name).name for name in known} == known
    assert layout_of("a", "GloVe").name == "glove"
    assert layout_of("a", "safetensors").name == "folder"
    for path, named, message in (
        ("a", "glovee", "did you mean glove"),
        ("a.npy.gz", None, "not written under gzip"),
        ("a.safetensors", None, "a folder: a/"),
        ("a", None, "--layout NAME"),
    ):
        with pytest.raises(SettingsError, match=message):
            layout_of(path, named)
    with pytest.raises(SettingsError, match="would hold no vectors"):
        check_writable(tmp_path / "a.vocab")


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    for call in (
        lambda: check_writable(tmp_path / "v.parquet"),
        lambda: load_vectors(written(tmp_path, "v.parquet", b"PAR1")),
    ):
        with pytest.raises(VectorsError, match=r"pip install '\.\[parquet\]'"):
            call()


def test_words_of_model2vec_are_looked_up_whole(tmp_path: Path) -> None:
    save_vectors(WordVectors(WORDS, MATRIX), tmp_path / "v.model2vec")
    described = json.loads((tmp_path / "v.model2vec" / "tokenizer.json").read_text("utf-8"))
    assert described["model"]["unk_token"] == "[UNK1]"
    assert len(described["model"]["vocab"]) == len(WORDS) + 1
    StaticModel = pytest.importorskip("model2vec", reason="not installed").StaticModel
    model = StaticModel.from_pretrained(tmp_path / "v.model2vec")
    sentence = "don't 日本 unknown a,b"
    rows = MATRIX[[0, 1, 5]].mean(axis=0)
    assert np.allclose(model.encode(sentence), rows / np.linalg.norm(rows), atol=1e-6)
