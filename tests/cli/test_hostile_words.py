"""Words and names of files that would take over a terminal, were they printed as they are."""

from __future__ import annotations

import json

from tests.support.processes import QUICK

HOSTILE = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "evil\u202egnp.exe",
    "\x9b31m",
    "a\u200bb",
    "\x7f\x08",
    "\U000e0041",
]


def assert_harmless(*texts: str) -> None:
    for text in texts:
        raw = {c for c in text if not c.isprintable() and c != "\n"}
        assert not raw, f"{raw} in {text!r}"


def test_hostile_tokens_never_reach_the_terminal_raw(w2v, tmp_path):
    corpus, output = tmp_path / "hostile.txt", tmp_path / "v.bin"
    corpus.write_text((" ".join(HOSTILE) + " plain\n") * 20, encoding="utf-8")
    trained = w2v("train", corpus, "-o", output, *QUICK, "--neighbors", "plain", *HOSTILE, "\x1b[x")
    assert trained.code == 0
    assert "\\x1b[2J" in trained.out
    shown = w2v("neighbors", output, "plain", *HOSTILE, "\x1b[2K")
    assert shown.code == 3
    assert "no vector for '\\x1b[2K': did you mean \\x1b[2J" in shown.err
    for result in (
        trained,
        shown,
        w2v(corpus, *QUICK),
        w2v("train", corpus, "-o", output, *QUICK, "--json"),
        w2v("analogy", output, "plain", *HOSTILE[:2]),
        w2v("analogy", output, "plain", HOSTILE[0], "\x1b[2K"),
    ):
        assert result.out or result.err
        assert_harmless(result.out, result.err)


def test_hostile_tokens_in_json_are_escaped_and_come_back_whole(w2v, tmp_path):
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} 1\n" for place, word in enumerate(["plain", *HOSTILE]))
    path.write_text(f"{len(HOSTILE) + 1} 2\n{rows}", encoding="utf-8")
    result = w2v("neighbors", path, "plain", *HOSTILE, "--json", "-n", 20)
    assert result.code == 0
    assert_harmless(result.out)
    found = json.loads(result.out)
    assert list(found) == ["plain", *HOSTILE]
    assert {word for word, _ in found["plain"]} == set(HOSTILE)


def test_hostile_names_never_reach_the_terminal_raw(w2v, vectors, tmp_path):
    hostile = "\x1b[31m\u202e"
    section = tmp_path / f"{hostile}.txt"
    section.write_text(f": {hostile}\nman king woman queen\n", encoding="utf-8")
    (tmp_path / f"{hostile}.corpus").write_text("a b\n" * 9)
    results = [
        w2v("evaluate", vectors, "--analogies", section),
        w2v("evaluate", vectors, "--analogies", section, "--json"),
        w2v("evaluate", vectors, "--pairs", section),
        w2v("evaluate", tmp_path / hostile, "--pairs", section),
        w2v("train", tmp_path / f"{hostile}.corpus", "-o", tmp_path / f"{hostile}.bin", *QUICK),
        w2v("train", tmp_path / f"{hostile}.missing", "-o", tmp_path / "v.bin"),
        w2v("train", "x", "-o", tmp_path / hostile / "v.bin"),
        w2v("train", "x", "-o", f"v.{hostile}"),
        w2v("train", "x", f"--{hostile}"),
        w2v("train", "x", "--window", hostile),
        w2v(hostile),
        w2v("neighbors", vectors, hostile),
    ]
    assert [result.code for result in results] == [0, 0, 3, 3, 0, 3, 5, 2, 2, 2, 3, 3]
    for result in results:
        assert_harmless(result.out, result.err)
