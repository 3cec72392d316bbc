"""`w2vtui train`: what is trained, on which text, and what is shown of it at the end."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys

import pytest

from tests.support.corpora import TOPICS
from tests.support.processes import QUICK, finish, posix
from tests.support.wait import DEADLINE
from w2vtui.cli import run_command_line
from w2vtui.corpus.stored.cache import cache_folder
from w2vtui.formats import load_vectors, read_vocab
from w2vtui.runs.requested import request

pytestmark = pytest.mark.slow

# ---- training and saving


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec"])
def test_vectors_are_saved_with_their_counts(w2v, topical_corpus, tmp_path, name):
    result = w2v("train", topical_corpus, "-o", tmp_path / name, *QUICK)
    assert (result.code, result.out) == (0, "")
    assert f"saved {tmp_path / name}: 26 words x 8" in result.err
    loaded = load_vectors(tmp_path / name)
    assert loaded.vectors.shape == (26, 8)
    words, counts = read_vocab(tmp_path / f"{name}.vocab")
    text = topical_corpus.read_text().split()
    assert words == loaded.index_to_key
    assert counts.tolist() == [text.count(word) for word in words]
    assert (tmp_path / name).read_bytes().startswith(b"26 8\n")


def test_an_option_that_does_nothing_is_reported(w2v, tmp_path):
    missing = ("train", tmp_path / "no.txt", "-o", tmp_path / "v.bin")
    tree = ("--objective", "hierarchical-softmax", "--negative", 7, "--cbow-mean")
    assert "--negative has no part in hierarchical softmax\n" in w2v(*missing, *tree).err
    assert "--cbow-mean has no part in skip-gram\n" in w2v(*missing, *tree).err
    assert "no part" not in w2v(*missing, "--negative", 7).err


def test_one_worker_and_a_seed_write_the_same_file_twice(w2v, topical_corpus, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        w2v("train", topical_corpus, "-o", tmp_path / f"{name}.bin", *QUICK, "--seed", seed)
    a, b, c = ((tmp_path / f"{name}.bin").read_bytes() for name in "abc")
    assert a == b != c


def test_the_counts_go_where_they_are_wanted(w2v, topical_corpus, tmp_path):
    counts = tmp_path / "counts.txt"
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", "--save-vocab", counts, *QUICK)
    assert result.code == 0
    assert len(read_vocab(counts)[0]) == 26
    assert not (tmp_path / "v.bin.vocab").exists()


def test_what_is_trained_means_something(w2v, topical_corpus, tmp_path):
    settings = ("--epochs", 10, "--vector-size", 16, "--alpha", 0.05)
    result = w2v(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *settings, "--neighbors", "cow", "ship"
    )
    assert result.code == 0
    assert [line for line in result.lines if not line.startswith(" ")] == ["cow", "ship"]
    nearest = [line.split()[0] for line in result.lines[1:4]]
    assert set(nearest) <= set(TOPICS["farm"].split())
    again = w2v("neighbors", tmp_path / "v.bin", "cow", "ship", "-n", 8)
    assert again.lines == result.lines
    assert len(result.lines[1].split()) == 3  # a word, its cosine and its count


def test_an_unknown_neighbor_is_reported_and_the_others_are_shown(w2v, topical_corpus, tmp_path):
    output = tmp_path / "v.bin"
    result = w2v(
        "train", topical_corpus, "-o", output, *QUICK, "--neighbors", "shipp", "", "+", "cow"
    )
    assert result.code == 0
    assert result.lines[0] == "cow"
    assert "no vector for 'shipp': did you mean ship" in result.err
    assert output.exists()


def test_several_files_and_folders_are_read(w2v, tmp_path):
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("alpha beta\n" * 5)
    (folder / "deep" / "b.txt").write_text("gamma beta\n" * 5)
    (folder / "image").write_bytes(b"\0\1\2" * 100)
    (tmp_path / "c.txt").write_text("delta\n" * 5)
    result = w2v("train", folder, tmp_path / "c.txt", "-o", tmp_path / "v.txt", *QUICK)
    assert result.code == 0
    assert set(load_vectors(tmp_path / "v.txt").index_to_key) == {"alpha", "beta", "gamma", "delta"}


@pytest.mark.parametrize(
    ("suffix", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_compressed_text_trains_as_the_text_does(w2v, topical_corpus, tmp_path, suffix, compress):
    packed = tmp_path / f"packed.txt.{suffix}"
    packed.write_bytes(compress(topical_corpus.read_bytes()))
    for source, name in ((topical_corpus, "a.bin"), (packed, "b.bin")):
        assert w2v("train", source, "-o", tmp_path / name, *QUICK).code == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_stdin_trains_as_the_file_does(w2v, started, topical_corpus, tmp_path):
    assert w2v("train", topical_corpus, "-o", tmp_path / "a.bin", *QUICK).code == 0
    with topical_corpus.open() as text:
        result = finish(started("train", "-", "-o", tmp_path / "b.bin", *QUICK, stdin=text))
    assert (result.code, result.out) == (0, "")
    assert "stdin: " in result.err
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_the_encoded_corpus_is_cached_by_default(w2v, topical_corpus, tmp_path):
    command = ("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert "already encoded" not in w2v(*command, "--no-cache").err
    assert "already encoded" not in w2v(*command).err
    assert "already encoded" in w2v(*command).err
    assert "already encoded" not in w2v(*command, "--min-count", 2).err


@pytest.mark.parametrize("name", ["ids.npy", "counts.npy", "vocab.json"])
def test_a_damaged_cache_is_reported_and_changes_no_vector(w2v, topical_corpus, tmp_path, name):
    command = ("train", topical_corpus, *QUICK)
    first = w2v(*command, "-o", tmp_path / "first.bin")
    assert "cached copy" not in first.err
    (path,) = (cache_folder() or tmp_path).glob(f"*/{name}")
    content = bytearray(path.read_bytes())
    content[-7] ^= 0x40
    path.write_bytes(content)
    again = w2v(*command, "-o", tmp_path / "again.bin")
    assert again.code == 0
    assert "hint: the cached copy of this text was damaged" in again.err
    assert (tmp_path / "again.bin").read_bytes() == (tmp_path / "first.bin").read_bytes()
    assert "already encoded" in w2v(*command, "-o", tmp_path / "again.bin").err


def test_the_text_settings_shape_the_vocabulary(w2v, tmp_path):
    text = tmp_path / "prose.txt"
    text.write_bytes("Thé, the THÉ.\nRare\n".encode("latin-1") * 3)
    result = w2v(
        "train", text, "-o", tmp_path / "v.txt", "--tokenizer", "words", "--lowercase",
        "--encoding", "latin-1", "--min-count", 3, "--max-final-vocab", 2, *QUICK,
    )  # fmt: skip
    assert result.code == 0
    assert load_vectors(tmp_path / "v.txt").index_to_key == ["thé", "rare"]


def test_a_folder_is_read_in_the_encoding_that_was_named(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("to be or not to be\n" * 40, encoding="utf-16")
    out = tmp_path / "v.txt"
    command = ["train", str(folder), "-o", str(out), "--encoding", "utf-16", *QUICK]
    assert run_command_line(command) == 0
    assert len(load_vectors(out)) == 4


def test_vectors_in_the_corpus_folder_are_not_read_as_text(tmp_path, capsys):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("to be or not to be\n" * 40)
    command = ["train", str(folder), "-o", str(folder / "v.txt"), *QUICK]
    assert run_command_line(command) == 0
    (folder / "v.txt.vocab").read_text()  # the second file that must not be taken for text
    assert run_command_line(command) == 0
    assert len(load_vectors(folder / "v.txt")) == 4
    other = ["train", str(folder), "-o", str(tmp_path / "w.txt"), *QUICK]
    assert run_command_line(other) == 0
    assert len(load_vectors(tmp_path / "w.txt")) == 4


def test_unicode_words_are_learned_and_shown(w2v, tmp_path):
    corpus = tmp_path / "unicode.txt"
    corpus.write_text("北京 東京 한국어 naïve Ελλάδα мир 🙂\n" * 30, encoding="utf-8")
    result = w2v("train", corpus, "-o", tmp_path / "v.bin", *QUICK, "--neighbors", "北京", "🙂")
    assert result.code == 0
    shown = [line for line in result.lines if not line.startswith(" ")]
    assert shown == ["北京", "🙂"]
    assert {line.split()[0] for line in result.lines[1:7]} == {
        "東京", "한국어", "naïve", "Ελλάδα", "мир", "🙂",
    }  # fmt: skip


# ---- without a screen


def test_without_a_terminal_the_sample_is_trained_and_words_are_shown(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = w2v("--epochs", 1, "--vector-size", 8)
    assert result.code == 0
    scores, words = result.lines[:4], result.lines[4:]
    assert all(line.startswith("atlas-") for line in scores)
    shown = [line for line in words if not line.startswith(" ")]
    assert shown == ["king", "paris", "river", "bread", "walked"]
    assert len(words) == 5 * 9
    assert "atlas.txt: " in result.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_a_text_is_trained_and_its_own_words_are_shown(
    w2v, topical_corpus, tmp_path
):
    output = tmp_path / "v.bin"
    result = w2v(*QUICK, topical_corpus, "-o", output)
    assert result.code == 0
    shown = [line for line in result.lines if not line.startswith(" ")]
    assert len(shown) == 5
    assert set(shown) <= set(load_vectors(output).index_to_key)


@posix
def test_streams_closed_from_the_start_do_not_count_as_a_terminal(
    environment, topical_corpus, tmp_path
):
    """A service may start without them."""
    output = tmp_path / "v.bin"
    for closed in ("<&- 2>&-", ">&-"):
        output.unlink(missing_ok=True)
        command = [sys.executable, "-m", "w2vtui", topical_corpus, "-o", output, *QUICK]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *map(str, command)],
            env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (closed, done.stderr)
        assert output.exists()
        assert "saved" not in done.stdout  # progress never ends up among the results


# ---- a corpus that cannot be read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no words in corpus.txt"),
        (" \n\n\t \n", "there are no words in corpus.txt"),
        ("one two three\n", "no word occurs 5 times or more in corpus.txt (3 tokens): lower min_c"),
    ],
)
def test_a_corpus_with_nothing_to_learn_is_refused(w2v, tmp_path, content, message):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(content)
    result = w2v("train", corpus, "-o", tmp_path / "v.bin")
    assert result.code == 3
    assert message in result.err
    assert list(tmp_path.iterdir()) == [corpus]


def test_a_missing_file_is_reported_with_the_nearest_name(w2v, topical_corpus, tmp_path):
    for verb in (["train"], []):
        result = w2v(*verb, tmp_path / "topcis.txt", "-o", tmp_path / "v.bin")
        assert result.code == 3
        assert f"did you mean {topical_corpus}?" in result.err


def test_a_folder_without_text_is_refused(w2v, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG\0\0")
    (folder / ".hidden").write_text("text")
    result = w2v("train", folder, "-o", tmp_path / "v.bin")
    assert result.code == 3
    assert f"{folder} holds no text files" in result.err


def test_invalid_bytes_are_reported_with_their_place(w2v, tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_bytes(b"good words \n" * 9 + b"bad w\xffrds\n" * 9)
    command = ("train", corpus, "-o", tmp_path / "v.txt", *QUICK)
    result = w2v(*command)
    assert result.code == 3
    assert "not utf-8: byte 0xFF at offset 113" in result.err
    assert "--encoding-errors replace" in result.err
    assert w2v(*command, "--encoding-errors", "replace").code == 0
    assert "w\ufffdrds" in load_vectors(tmp_path / "v.txt")
    assert w2v(*command, "--encoding", "latin-1").code == 0
    assert "wÿrds" in load_vectors(tmp_path / "v.txt")


def test_a_truncated_archive_is_refused(w2v, topical_corpus, tmp_path):
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(topical_corpus.read_bytes())[:-200])
    result = w2v("train", packed, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == 3
    assert "packed.txt.gz is damaged or cut short" in result.err
    assert not list(tmp_path.glob("v.bin*"))


def test_an_unknown_encoding_is_refused(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", "--encoding", "utf-88")
    assert result.code == 2
    assert "got 'utf-88'" in result.err


# ---- bugs


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError("x"), OSError(22, "invalid"), FileNotFoundError(2, "no", "file")]
)
def test_a_bug_keeps_its_traceback(monkeypatch, tmp_path, topical_corpus, bug):
    def broken(*arguments, **named):
        raise bug

    monkeypatch.setattr(request, "open_corpus", broken)
    with pytest.raises(type(bug)) as caught:
        run_command_line(["train", str(topical_corpus), "-o", str(tmp_path / "v.bin"), *QUICK])
    assert caught.value is bug
