"""`w2vtui map`: the picture, where words lie as JSON, and what is refused before reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def place(tmp_path, vectors, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_map_is_drawn_with_marked_words(w2v):
    result = w2v("map", "known.vec", "-o", "map.svg", "--words", 3, "--label", "zu")
    assert result.code == 0
    assert result.err.strip() == (
        "saved map.svg: two principal components of 4 words, 100% of the variance"
    )
    picture = Path("map.svg").read_text(encoding="utf-8")
    assert 'class="asked"' in picture
    assert ">zu</text>" in picture
    assert "北京" not in picture


def test_json_says_where_words_lie(w2v):
    result = w2v("map", "known.vec", "--json", "--axes", "man:woman", "king:queen")
    found = json.loads(result.out)
    assert (found["method"], found["axes"]) == ("axes", [["man", "woman"], ["king", "queen"]])
    assert found["variance"] is None
    at = {one["word"]: one["x"] for one in found["words"]}
    assert (at["man"], at["woman"], at["king"]) == (-1, 1, 0)
    assert found["words"][0]["count"] is None
    assert "the axes met at " in found["remark"]


def test_clusters_have_letters(w2v):
    result = w2v("map", "known.vec", "-o", "map.svg", "--json", "--clusters", 2)
    found = {one["word"]: one["cluster"] for one in json.loads(result.out)["words"]}
    assert set(found.values()) == {"A", "B"}
    assert found["king"] == found["queen"] != found["zu"]
    assert 'class="letter c1"' in Path("map.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "give -o FILE.svg, or --json"),
        (("-o", "map.pdf"), 2, "must end in .svg or .png"),
        (("-o", "mine.svg"), 2, "mine.svg exists: name another file"),
        (("-o", "no/map.svg"), 5, "create the folder first"),
        (("-o", "map.svg", "--words", "0"), 2, "--words"),
        (("-o", "map.svg", "--axes", "man", "king:queen"), 2, "two words with a colon"),
        (("-o", "map.svg", "--axes", "man:womn", "king:queen"), 3, "did you mean woman"),
        (("-o", "map.svg", "--axes", "man:woman", "woman:man"), 3, "point the same way"),
        (("-o", "map.svg", "--label", "quen"), 3, "did you mean queen"),
    ],
)
def test_what_cannot_be_drawn_is_refused(w2v, place, options, code, message):
    Path("mine.svg").write_text("mine")
    result = w2v("map", "known.vec", *options)
    assert result.code == code
    assert message in result.err
    assert not Path("map.svg").exists()
    assert Path("mine.svg").read_text() == "mine"


def test_vectors_are_never_replaced_by_their_map(w2v):
    Path("known.vec").rename("known.svg")
    result = w2v("map", "known.svg", "-o", "known.svg", "--overwrite")
    assert result.code == 2
    assert "known.svg is read by this run and would be overwritten" in result.err


def test_vectors_without_direction(w2v):
    Path("zero.vec").write_text("2 2\na 0 0\nb 0 0\n")
    result = w2v("map", "zero.vec", "-o", "map.svg")
    assert result.code == 3
    assert "none of the 2 vectors has a direction" in result.err
