"""Fields of JSON lines, tables and Parquet as text."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.support.texts import keep_all, sentences_of, standard_input, written
from w2vtui.corpus import ReadingProgress, open_corpus, reading
from w2vtui.corpus.file_hints import hints_on_files
from w2vtui.corpus.sample import take_sample
from w2vtui.corpus.sources import records
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.settings import CorpusSettings
from w2vtui.tui.first_screen.preview import look_at


def read(path, field: str, **settings) -> list[list[str]]:
    return sentences_of(open_corpus([path], keep_all(field=field, **settings), cache=False))


def refused(path, field: str, **settings) -> str:
    with pytest.raises(CorpusError) as caught:
        read(path, field, **settings)
    return str(caught.value).removeprefix(f"{path}, ")


def in_json(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


KINGS = [["the", "king"], ["and", "queen"]]


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.jsonl", in_json({"text": "the king"}, {"text": "and queen"}), "text"),
        ("a.jsonl", in_json({"text": "the king\nand queen", "id": 3}), "text"),
        ("a.jsonl", in_json({"text": "the king\r\n\r\nand queen"}, {"text": None}), "text"),
        ("a.ndjson", in_json({"a": {"b": "the king"}}, {"a": {"b": "and queen"}}), "a.b"),
        ("a.json", in_json([{"a": "the king"}, {"a": "and queen"}]), "a"),
        ("a.jsonl", in_json({"a.b": "the king"}, {"a.b": "and queen"}), "a.b"),
        ("a.jsonl", in_json({"m": [{"c": "the king"}, {"c": "and queen"}]}), "m.c"),
        ("a.jsonl", in_json({"tokens": ["the", "king"]}, {"tokens": ["and", "queen"]}), "tokens"),
        ("a.jsonl", in_json({"t": [["the", "king"], ["and", "queen"]]}), "t"),
        ("a.jsonl", in_json({"a": "the king", "b": "and queen"}), "a,b"),
        ("a.jsonl", "\ufeff\n" + in_json({"t": "the king"}) + '{"t": "and queen"}', "t"),
        ("a.csv", "id,text\n1,the king\n2,and queen\n", "text"),
        ("a.csv", '\ufeffid,text\r\n1,"the king\r\nand queen"\r\n', "text"),
        ("a.csv", "id;my text\n1;the king\n\n2;and queen", "my text"),
        ("a.csv", "id,text\r1,the king\r2,and queen\r", "text"),
        ("a.csv", "1,the king\n2,and queen\n", "2"),
        ("a.csv", 'a,b\n"the ""king""","and, queen"\n', "a,b"),
        ("a.tsv", "id\ttext\n1\tthe king\n2\tand queen\n", "text"),
        ("a.log", in_json({"text": "the king"}, {"text": "and queen"}), "text"),
        ("a.txt", "id|text\n1|the king\n2|and queen\n", "text"),
    ],
)  # fmt: skip
def test_a_field_is_the_text(tmp_path, monkeypatch, name, content, field):
    path = written(tmp_path, content, name)
    expected = KINGS
    if '""king""' in content:
        expected = [["the", '"king"'], ["and,", "queen"]]
    for block in (1, 1 << 20):
        monkeypatch.setattr(reading, "BLOCK_BYTES", block)
        monkeypatch.setattr(records, "_BLOCK_BYTES", block)
        assert read(path, field) == expected
    assert read(written(tmp_path, gzip.compress(content.encode()), f"{name}.gz"), field) == expected


def test_records_come_through_a_pipe(monkeypatch):
    for content in ('{"text": "the king"}\n{"text": "and queen"}\n', "text\nthe king\nand queen\n"):
        standard_input(monkeypatch, content.encode())
        assert read("-", "text") == KINGS


@pytest.mark.parametrize(
    ("name", "content", "field", "message"),
    [
        ("a.jsonl", '{"text": "a"}\n\n{"tex": 1\n', "text", "line 3: not JSON (Expecting ',' "),
        ("a.jsonl", '{"title": "a", "id": 3}\n', "titel", "line 1: there is no field titel: did "
         "you mean title?"),
        ("a.jsonl", '{"id": 3, "a": {"b": "x"}}\n', "text", "line 1: there is no field text; it "
         "has id, a.b"),
        ("a.jsonl", '"text"\n', "text", "line 1: expected an object with fields, got text"),
        ("a.jsonl", '{"a": {"b": "x"}}\n', "a", "line 1: a is an object: name a field in it, as "
         "a.b"),
        ("a.json", '[\n {"a": 1}\n]\n', "a", "line 1: a JSON value of several lines: "
         "put each record on a line of its own, as with: jq -c '.[]' FILE"),
        ("a.jsonl", "[" * 100_000 + "\n", "a", "line 1: it is JSON within JSON, too deep"),
        ("a.csv", "id,text\n1,a\n2\n", "text", "line 3: it has 1 column, the heading 2"),
        ("a.csv", "id,text\n1,a, b\n", "text", "line 2: it has 3 columns, the heading 2"),
        ("a.csv", "id,body\n1,a\n", "boddy", "line 1: there is no field boddy: did you mean body?"),
        ("a.csv", "id,text\n1,a\n", "3", "line 1: it has 2 columns, not 3"),
        ("a.csv", 'id,text\n1,"a\n2,b\n', "text", "line 2: a quote is opened that is never closed"),
        ("a.csv", 'id,text\n1,"a" b\n', "text", "line 2: not a row of a table"),
        ("a.jsonl", b'{"a": "x"}\n{"a": "\xff"}\n', "a", "byte 0xFF at offset 18 "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, name, content, field, message):
    said = refused(written(tmp_path, content, name), field)
    assert message in said


def test_bad_records_are_left_out_and_counted(tmp_path):
    content = '{"a": "the king"}\n{"a"\n{"b": 1}\n[3, {"a": "and queen"}]\n'
    path = written(tmp_path, content, "a.jsonl")
    assert "--record-errors skip leaves such records out" in refused(path, "a")
    rules = keep_all(field="a", record_errors="skip")
    corpus = open_corpus([path], rules)
    assert sentences_of(corpus) == KINGS
    (hint,) = [hint for hint in corpus.hints if "left out" in hint]
    assert hint.startswith(f"3 records were left out of {path}: the first in line 2: not JSON")
    assert hint in open_corpus([path], rules).hints  # from the cache
    path = written(tmp_path, "t\nthe king\na,b\nand queen\n", "a.csv")
    (hint,) = open_corpus([path], keep_all(field="t", record_errors="skip")).hints
    assert hint == f"1 record was left out of {path}: line 3: it has 2 columns, the heading 1"


def test_halves_of_characters_are_replaced(tmp_path):
    path = written(tmp_path, r'{"a": "x\ud83d y\ud83d\ude00"}', "a.jsonl")
    assert read(path, "a") == [["x\ufffd", "y\U0001f600"]]


def test_a_record_without_an_end_does_not_fill_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MOST_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(records, "_BLOCK_BYTES", 1 << 16)
    path = written(tmp_path, '{"a": "' + "x " * (1 << 20), "a.jsonl")
    assert "line 1: it is longer than 1 MiB" in refused(path, "a")


def test_another_encoding(tmp_path):
    path = written(tmp_path, '{"a": "né à"}\n'.encode("utf-16"), "a.jsonl")
    assert read(path, "a", encoding="utf-16") == [["né", "à"]]


def test_a_folder_gives_its_records_and_says_what_it_leaves_out(tmp_path):
    written(tmp_path, '{"a": "the king"}', "1.jsonl")
    written(tmp_path, "a\nand queen\n", "2.csv")
    written(tmp_path, "read me", "readme.txt")
    corpus = open_corpus([tmp_path], keep_all(field="a"))
    assert sentences_of(corpus) == KINGS
    assert any("neither JSON lines nor a table: readme.txt" in hint for hint in corpus.hints)


def test_the_field_is_a_part_of_the_key(tmp_path):
    path = written(tmp_path, in_json({"a": "the king", "b": "and queen"}), "x.jsonl")
    for field, expected in (("a", KINGS[:1]), ("b", KINGS[1:]), ("a", KINGS[:1])):
        assert sentences_of(open_corpus([path], keep_all(field=field))) == expected
    (tmp_path / "x.jsonl").rename(tmp_path / "x.csv")
    with pytest.raises(CorpusError, match="no field a"):
        open_corpus([tmp_path / "x.csv"], keep_all(field="a"))


def test_progress_goes_by_the_bytes_of_the_file(tmp_path):
    path = written(tmp_path, in_json(*[{"a": "the king", "b": "x" * 99}] * 500), "x.jsonl")
    progress = ReadingProgress()
    open_corpus([path], keep_all(field="a"), progress=progress, cache=False)
    assert progress.tokens == 1000


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.jsonl", in_json({"id": "x", "body": "the king", "n": 12345678901}), "body"),
        ("a.csv", "id,body,n\n1,the king,12345678901\n", "body"),
        ("a.tsv.gz", gzip.compress(b"id\tmy text\n1\tthe king\n", mtime=0), "my text"),
    ],
)
def test_the_field_with_the_most_text_is_proposed(tmp_path, name, content, field):
    path = written(tmp_path, content, name)
    sample = take_sample([path], keep_all())
    (hint,) = sample.hints
    assert (hint.setting, hint.value) == ("field", field)
    rules = keep_all(field=field)
    assert not sample.fits(rules)
    sample = take_sample([path], rules)
    assert sample.types == [b"the", b"king"]
    assert not sample.hints
    assert look_at(str(path), rules).lines == ("the king",)
    assert "--field" in open_corpus([path], keep_all()).hints[0]


def test_a_table_of_one_column_is_text(tmp_path):
    path = written(tmp_path, "the king\nand queen\n", "a.csv")
    assert sentences_of(open_corpus([path], keep_all())) == KINGS
    assert not hints_on_files([path], keep_all())


# Parquet


@pytest.fixture
def table():
    """Write a Parquet file with these columns."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def write(path, **columns):
        parquet.write_table(pyarrow.table(columns), path, row_group_size=2)
        return path

    return write


def test_a_parquet_field_is_the_text(tmp_path, table):
    path = table(
        tmp_path / "a.parquet",
        id=[1, 2, 3],
        text=["the king", None, "and queen"],
        inner=[{"x": "the king"}, {"x": None}, {"x": "and queen"}],
        tokens=[["the", "king"], [], ["and", "queen"]],
    )
    for field in ("text", "inner.x", "tokens"):
        assert read(path, field) == KINGS
    assert read(path, "text,id") == [["the", "king"], ["1"], ["2"], ["and", "queen"], ["3"]]
    assert refused(path, "txt") == f"{path}: there is no field txt: did you mean text?"
    assert take_sample([path], keep_all(field="text")).types == [b"the", b"king", b"and", b"queen"]


def test_a_parquet_file_without_a_field_says_which_it_has(tmp_path, table):
    path = table(tmp_path / "a.parquet", id=["1", "2"], body=["the king", "and queen"])
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all())
    assert str(caught.value) == (
        f"{path} is a Parquet file: --field body reads one of its fields: id, body"
    )
    preview = look_at(str(path), keep_all())
    assert preview.problem == str(caught.value)
    assert [(hint.setting, hint.value) for hint in preview.offers] == [("field", "body")]
    assert look_at(str(path), keep_all(field="body")).lines == ("the king", "and queen")


def test_a_damaged_parquet_file_is_an_error(tmp_path, table):
    path = table(tmp_path / "a.parquet", text=["the king"] * 1000)
    data = path.read_bytes()
    for cut in (data[:-9], b"x" * 50, data[:40] + b"\0" * 60 + data[100:]):
        assert "damaged, or not a Parquet file" in refused(
            written(tmp_path, cut, "cut.parquet"), "text"
        )


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    from w2vtui.corpus.sources import parquet

    monkeypatch.setattr(parquet, "is_installed", lambda package: False)
    path = written(tmp_path, "PAR1", "a.parquet")
    assert refused(path, "text") == (
        "reading Parquet needs a library: pip install '.[parquet]' in the clone of w2vtui"
    )


def test_settings_that_contradict_each_other_are_refused():
    with pytest.raises(SettingsError, match="kmer reads sequences, and field reads records"):
        CorpusSettings(kmer=6, field="a")
    with pytest.raises(SettingsError, match="drop the tokenizer words, or kmer"):
        CorpusSettings(kmer=6, tokenizer="words")
