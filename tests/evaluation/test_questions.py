"""Word pairs and analogies from files: as they are published, and as spreadsheets save them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.evaluation.questions import Analogy, Pair, read_analogies, read_pairs


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "questions.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def pairs_of(path: Path, *columns: str, **options: Any) -> list[Pair]:
    return read_pairs(path, columns, report=lambda remark: None, **options)


def analogies_of(path: Path, *columns: str, **options: Any) -> dict[str, list[Analogy]]:
    return read_analogies(path, columns, report=lambda remark: None, **options)


def remarks_on(path: Path, *columns: str, **options: Any) -> list[str]:
    said: list[str] = []
    read_pairs(path, columns, report=said.append, **options)
    assert all(line.startswith(f"{path}: ") and line.isprintable() for line in said)
    return [line.removeprefix(f"{path}: ") for line in said]


@pytest.mark.parametrize(
    "content",
    [
        "love\tsex\t6.77\r\ntiger\tbig cat\t7\n",
        "Word 1\tWord 2\tHuman (mean)\nlove\tsex\t6.77\ntiger\tbig cat\t7",
        "# a comment\n\nlove,sex,6.77\n# another\ntiger, big cat ,7.0\n",
        "\ufefflove,sex,6.77\ntiger,big cat,7\n",
    ],
)
def test_pairs_are_read_with_tabs_commas_comments_and_a_heading(
    tmp_path: Path, content: str
) -> None:
    pairs = pairs_of(written(tmp_path, content))
    assert pairs == [("love", "sex", 6.77), ("tiger", "big cat", 7.0)]


def test_each_line_of_pairs_may_have_its_own_separator(tmp_path: Path) -> None:
    path = written(tmp_path, "love,sex,6.77\nold new 1.58\ntiger\tbig cat\t7\nup;down;2,5\n")
    pairs = pairs_of(path)
    assert pairs[:2] == [("love", "sex", 6.77), ("old", "new", 1.58)]
    assert pairs[2:] == [("tiger", "big cat", 7.0), ("up", "down", 2.5)]


def test_pairs_are_read_with_spaces(tmp_path: Path) -> None:
    assert pairs_of(written(tmp_path, "aged  new 1.58\na b -2e-1\n")) == [
        ("aged", "new", 1.58),
        ("a", "b", -0.2),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a b 1\nc d\n", "line 2: two words and a score are expected, got 'c d'"),
        ("# x\n\na b 1\nc d e f\n", "line 4: two words and a score"),
        ("a b 1\nc d nan\n", "line 2: two words and a score"),
        ("a b 1\nc d inf\n", "line 2: two words and a score"),
        ("a b 1 2\n", "line 1: two words and a score"),
        ("a\tb\tc\t1\n", "line 1: two words and a score"),
        ("a b 1\n\x1b[2J d 1 2\n", r"got '\x1b[2J d 1 2'"),
        ("a\t\t1\n", "line 1: two words and a score"),
        ("word word score\n", "holds no word pairs"),
        ("", "holds no word pairs"),
        (b"na\xefve word 1\n", "is not UTF-8"),
    ],
)
def test_lines_without_a_pair_are_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CorpusError) as caught:
        pairs_of(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_analogies_are_read_by_section(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ": capital cities\nA B C D\n# x\n\n: gram1\na b c d\ne\tf\tg\th\r\n"
        ": capital cities\nE F G H\n",
    )
    assert analogies_of(path) == {
        "capital cities": [("A", "B", "C", "D"), ("E", "F", "G", "H")],
        "gram1": [("a", "b", "c", "d"), ("e", "f", "g", "h")],
    }


def test_analogies_without_sections_are_of_one_that_has_the_files_name(tmp_path: Path) -> None:
    assert analogies_of(written(tmp_path, "a b c d\n")) == {"questions": [("a", "b", "c", "d")]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (": x\na b c d\na b c\n", "line 3: four words or `: section` are expected, got 'a b c'"),
        ("a b c d e\n", "line 1: four words"),
        (": x\n", "holds no questions"),
        ("", "holds no questions"),
    ],
)
def test_lines_without_a_question_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        analogies_of(written(tmp_path, content))
    assert message in str(caught.value)


@pytest.mark.parametrize("read", [read_pairs, read_analogies])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, read: object) -> None:
    with pytest.raises(CorpusError, match=r"cannot read .*absent: no such file"):
        read(tmp_path / "absent")
    with pytest.raises(CorpusError, match="is a directory"):
        read(tmp_path)


# Published sets and spreadsheets

EXPECTED = [("aged", "new", 1.58), ("smart", "clever", 9.2), ("hard", "easy", 0.95)]
SIMLEX = (
    "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)\n"
    "aged\tnew\tA\t1.58\t2.72\t2.81\t2\t7.25\t1\t0.41\n"
    "smart\tclever\tA\t9.2\t1.75\t2.46\t1\t7.11\t1\t0.67\n"
    "hard\teasy\tN\t0.95\t3.76\t2.21\t2\t5.94\t1\t1.18\n"
)
RARE_WORDS = (
    "aged\tnew\t1.58\t5\t5\t6\t6\t7\t9\t9\t9\t9\t8\nsmart\tclever\t9.2\t9\t9\t9\t9\t9\t9\t9\t9\t9\t9\n"
    "hard\teasy\t0.95\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n"
)
SIMVERB = (
    "aged\tnew\tV\t1.58\tNONE\nsmart\tclever\tV\t9.2\tSYNONYMS\nhard\teasy\tV\t0.95\tANTONYMS\n"
)
ANNOTATED = "# a comment\ni\taged\tnew\t1.58\nt\tsmart\tclever\t9.2\ni\thard\teasy\t0.95\n"
TAKEN = "words are read from {} and {}, scores from {}: --pairs-columns chooses others"


@pytest.mark.parametrize(
    ("content", "remarks"),
    [
        (
            SIMLEX,
            [
                "line 1 is taken for a heading: word1",
                "of 10 columns, " + TAKEN.format("1 (word1)", "2 (word2)", "4 (SimLex999)"),
            ],
        ),
        (RARE_WORDS, ["of 13 columns, " + TAKEN.format(1, 2, 3)]),
        (SIMVERB, ["of 5 columns, " + TAKEN.format(1, 2, 4)]),
        (
            "Word 1,Word 2,Human (mean),1,2\naged,new,1.58,3,2\nsmart,clever,9.2,9,9\n"
            "hard,easy,.95,1,1\n",
            [
                "line 1 is taken for a heading: Word 1,Word 2",
                "of 5 columns, " + TAKEN.format("1 (Word 1)", "2 (Word 2)", "3 (Human (mean))"),
            ],
        ),
        ("aged new 1.580000\nsmart clever 9.2\nhard easy 0.95", []),
        (
            '"word1";"word2";"score"\n"aged";"new";1,58\n"smart";"clever";9,2\n"hard";"easy";"0,95"\n',
            [
                'line 1 is taken for a heading: "word1";"word2";"score"',
                "commas in the scores are taken for decimal points",
            ],
        ),
        ('aged,new,"1,58"\nsmart,clever,"9,2"\nhard,easy,"0,95"\n', ["commas in the scores"]),
        ("aged new 1,58\nsmart clever 9,2\nhard easy 0,95\n", ["commas in the scores"]),
        ("sep=;\naged;new;1.58\nsmart;clever;9.2\nhard;easy;0.95\n;;\n;;\n", ["2 rows of empty"]),
        (
            ",a,b,score\n0,aged,new,1.58\n1,smart,clever,9.2\n2,hard,easy,0.95\n",
            [
                "line 1 is taken for a heading: ,a,b,score",
                "of 4 columns, " + TAKEN.format("2 (a)", "3 (b)", "4 (score)"),
            ],
        ),
        (
            "word1,word2,times,score\naged,new,7,1.58\nsmart,clever,8,9.2\nhard,easy,9,0.95\n",
            ["line 1", "of 4 columns, " + TAKEN.format("1 (word1)", "2 (word2)", "4 (score)")],
        ),
        ("# one\naged new 1.58\nsmart clever 9.2\n# two\nhard easy 0.95\n", ["2 lines with # at"]),
        ('"aged" "new" 1.58\n"smart" "clever" 9.2\n"hard" "easy" 0.95\n', []),
        ("aged\rnew".replace("\r", "\t") + "\t1.58\rsmart\tclever\t9.2\rhard\teasy\t0.95", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_pairs_as_they_are_in_circulation(
    tmp_path: Path, content: str, remarks: list[str], encoding: str
) -> None:
    path = written(tmp_path, content.encode(encoding))
    assert pairs_of(path) == EXPECTED
    said = remarks_on(path)
    assert len(said) == len(remarks)
    assert all(line.startswith(remark) for line, remark in zip(said, remarks, strict=True))


@pytest.mark.parametrize("columns", ["word1 word2 SimLex999", "1 2 4", "WORD1 2 simlex999"])
def test_columns_are_named_or_numbered(tmp_path: Path, columns: str) -> None:
    path = written(tmp_path, SIMLEX)
    assert pairs_of(path, *columns.split()) == EXPECTED
    assert pairs_of(path, "2", "1", "Assoc(USF)")[0] == ("new", "aged", 7.25)
    assert pairs_of(written(tmp_path, "x aged new 1.58 y\n"), "2", "3", "4") == EXPECTED[:1]
    assert pairs_of(written(tmp_path, "x,aged,new,1.58\n"), "2", "3", "4") == EXPECTED[:1]


def test_columns_that_are_not_clear_are_asked_for(tmp_path: Path) -> None:
    many = "".join(f"kind{n}\taged{n}\tnew{n}\t{n}\n" for n in range(9))
    with pytest.raises(CorpusError, match="--pairs-columns 1,2,4"):
        pairs_of(written(tmp_path, many))
    assert len(pairs_of(written(tmp_path, many), "2", "3", "4")) == 9
    with pytest.raises(CorpusError, match=r"the score may be 8 or 8\.1, .*--pairs-columns"):
        pairs_of(written(tmp_path, "king,queen,7,5\nman,woman,8,1\n"))
    with pytest.raises(SettingsError, match=r"has no column 'x'.*: word1, word2, POS, SimLex999"):
        pairs_of(written(tmp_path, SIMLEX), "1", "2", "x")
    with pytest.raises(SettingsError, match="has no column 11: it has 10"):
        pairs_of(written(tmp_path, SIMLEX), "1", "2", "11")


def test_a_kind_of_word_before_the_words_is_not_a_word(tmp_path: Path) -> None:
    assert pairs_of(written(tmp_path, ANNOTATED.replace("i\t", "t\t"))) == EXPECTED


def test_lines_that_cannot_be_read_are_skipped_when_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "aged\tnew\t1.58\nx\ty\t\nsmart\tclever\t9.2\nz\nhard\teasy\t0.95\n")
    with pytest.raises(CorpusError, match=r"line 2: .*--skip-bad-rows"):
        pairs_of(path)
    assert pairs_of(path, skip_bad_rows=True) == EXPECTED
    assert remarks_on(path, skip_bad_rows=True) == [
        "2 lines without a question are left out: first line 2"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x80\x04\x95", "pickle"),
        (b"<html>", "web page"),
        ("thé,café,1\n".encode("cp1252"), "iconv -f WINDOWS-1252"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(
    tmp_path: Path, content: bytes, message: str
) -> None:
    for read in (read_pairs, read_analogies):
        with pytest.raises(CorpusError, match=message):
            read(written(tmp_path, content))
    sheet = tmp_path / "pairs.xlsx"
    sheet.write_bytes(b"PK\x03\x04")
    with pytest.raises(CorpusError, match="is a spreadsheet: save it as CSV"):
        read_pairs(sheet)


@pytest.mark.parametrize(
    "content",
    [
        "a b c d\n",
        "a\tb\tc\td\n",
        "a;b;c;d\n",
        '"a","b","c","d"\n',
        "\ufeffword1,word2,word3,word4\na,b,c,d\n",
        "sep=,\na,b,c,d\n,,,\n",
        "a b c d",
    ],
)
def test_analogies_as_spreadsheets_save_them(tmp_path: Path, content: str) -> None:
    assert analogies_of(written(tmp_path, content)) == {"questions": [("a", "b", "c", "d")]}


def test_analogies_with_more_columns_or_bad_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "kind,w1,w2,w3,w4\nx,New York,USA,Paris,France\n")
    with pytest.raises(CorpusError, match="--analogies-columns"):
        analogies_of(path)
    expected = {"questions": [("New York", "USA", "Paris", "France")]}
    assert analogies_of(path, "w1", "w2", "w3", "w4") == expected
    path = written(tmp_path, ": x\na b c d\na b c\n")
    assert analogies_of(path, skip_bad_rows=True) == {"x": [("a", "b", "c", "d")]}
    said: list[str] = []
    read_analogies(path, skip_bad_rows=True, report=said.append)
    assert said == [f"{path}: 1 line without a question is left out: line 3"]


def test_what_is_left_out_is_warned_of_where_nobody_listens(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="taken for a heading"):
        read_pairs(written(tmp_path, "word1 word2 score\na b 1\n"))
