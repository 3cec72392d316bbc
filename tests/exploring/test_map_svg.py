"""Pictures of maps: whole XML whatever the tokens, every word there, marked words labeled."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from w2vtui.errors import DiskError, MissingLibraryError, SettingsError, TargetTakenError
from w2vtui.exploring.maps import map_files
from w2vtui.exploring.maps.map_files import check_picture, picture_bytes, write_picture
from w2vtui.exploring.maps.map_svg import Picture, caption_of, svg_of
from w2vtui.exploring.maps.projection import axes_map, pca_map
from w2vtui.vectors import WordVectors

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ['<script>alert("1")</script>', "&amp;", "]]>", "\x1b[31m", "\u202eabc", "\ud800", "東京"]
WORDS = [*HOSTILE, *(f"word{row}" for row in range(300))]
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 8)).astype(np.float32)
VECTORS = WordVectors(WORDS, ROWS)
MAP = pca_map(VECTORS, 200)


def drawn(**options) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(Picture(name="notes.bin", **{"map": MAP} | options)))


def texts(root: ElementTree.Element, kind: str) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text") if one.get("class") == kind]


def test_every_word_has_a_dot_that_says_it():
    dots = [dot.findtext(f"{SVG}title") for dot in drawn().iter(f"{SVG}circle") if len(dot)]
    assert len(dots) == 200
    shown = {'<script>alert("1")</script>', "&amp;", "]]>", r"\x1b[31m", r"\u202eabc", r"\ud800"}
    assert shown <= set(dots)


def test_labels_do_not_overlap_and_frequent_words_come_first():
    root = drawn()
    labels = [one for one in root.iter(f"{SVG}text") if one.get("class") == "word"]
    assert labels[0].text == HOSTILE[0]
    boxes = [(float(one.get("x")), float(one.get("y")), 6.2 * len(one.text)) for one in labels]
    for i, (x, y, width) in enumerate(boxes):
        for other_x, other_y, other_width in boxes[:i]:
            apart = x + width < other_x or other_x + other_width < x or abs(y - other_y) > 11
            assert apart


def test_marked_words_are_labeled_even_where_all_lie_on_one_spot():
    same = pca_map(WordVectors(["a", "b", "c", "d", "e", "f"], np.ones((6, 3))))
    root = drawn(map=same, labels=["f", "e", "d", "c", "b", "a", "a", "stranger"])
    assert sorted(texts(root, "asked")) == ["a", "b", "c", "d", "e", "f"]


def test_picture_follows_the_viewer_or_stays_dark():
    both = svg_of(Picture(map=MAP, name="x"))
    assert "prefers-color-scheme:dark" in both
    assert "#fbfbfa" in both
    dark = svg_of(Picture(map=MAP, name="x", ground="dark"))
    assert "prefers-color-scheme" not in dark
    assert "#fbfbfa" not in dark


def test_clusters_have_letters_shapes_and_a_legend():
    clusters = np.arange(200) % 3
    clusters[5] = -1
    root = drawn(clusters=clusters)
    assert texts(root, "letter c0") == ["A"]
    assert texts(root, "legend")[1].startswith("B &amp;")
    paths = {dot.get("class"): dot.get("d") for dot in root.iter(f"{SVG}path") if len(dot)}
    assert set(paths) == {"dot c0", "dot c1", "dot c2"}
    shapes = {d.lstrip("M.-0123456789 ") for d in paths.values()}
    assert len(shapes) == 3
    assert len([dot for dot in root.iter(f"{SVG}circle") if len(dot)]) == 1


def test_axes_are_named():
    made = axes_map(VECTORS, (("word1", "word2"), ("word3", '<script>alert("1")</script>')))
    root = drawn(map=made)
    assert 'word3 → <script>alert("1")</script>' in texts(root, "note")
    assert "x: word1 → word2" in caption_of(made)


@pytest.mark.parametrize("n_words", [1, 2])
def test_few_words_have_a_picture(n_words):
    made = pca_map(WordVectors(["a", "b"][:n_words], np.eye(2)[:n_words]))
    assert len(texts(drawn(map=made), "word")) == n_words


# ---- files


def test_files_that_cannot_be_written_are_refused_first(tmp_path, monkeypatch):
    taken = tmp_path / "notes.svg"
    taken.write_text("mine")
    with pytest.raises(TargetTakenError, match="exists: name another file"):
        check_picture(taken)
    check_picture(taken, overwrite=True)
    with pytest.raises(SettingsError, match=r"must end in \.svg or \.png, got 'map.pdf'"):
        check_picture(tmp_path / "map.pdf")
    with pytest.raises(DiskError, match="create the folder first"):
        check_picture(tmp_path / "no" / "map.svg")
    monkeypatch.setattr(map_files, "is_installed", lambda package: False)
    with pytest.raises(MissingLibraryError, match=r"'\.\[png\]' in .*; or name a .svg"):
        check_picture(tmp_path / "map.png")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingLibraryError, match=r"'\.\[png\]'"):
        write_picture(tmp_path / "map.png", "<svg/>")
    assert list(tmp_path.iterdir()) == [taken]
    assert taken.read_text() == "mine"


def test_png_is_the_svg():
    pytest.importorskip("resvg_py")
    png = picture_bytes(svg_of(Picture(map=MAP, name="x")), ".png")
    assert png.startswith(b"\x89PNG")
    assert png[16:24] == (2400).to_bytes(4, "big") + (1800).to_bytes(4, "big")
