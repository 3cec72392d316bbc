"""A sample of a text and its figures: exact if all of it was read, else near."""

from __future__ import annotations

import bz2
import gzip
import threading

import numpy as np
import pytest

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import ReadingStopped, open_corpus, sample_path
from w2vtui.corpus.sample import take_sample
from w2vtui.corpus.sample_pieces import pieces_of
from w2vtui.corpus.statistics import statistics_of
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

WORDS = CorpusSettings(tokenizer="words", lowercase=True, min_count=2)
ODD = (
    "The cat's tail — no, 2 tails!\r\n\r\n  \t\nΟΔΟΣ a\xa0b soft\xadhyphen _x_\x0bend\nThe the THE"
)


def figures(files, settings, subsample=1e-3, **options):
    return statistics_of(take_sample(files, settings, **options), settings, subsample)


def check_exact(files, settings, subsample=1e-3):
    """Figures of the sample are those of the corpus that a run would train."""
    seen = figures(files, settings, subsample)
    corpus = open_corpus(files, settings, cache=False)
    assert seen.exact
    assert seen.n_tokens == corpus.n_raw_tokens
    assert seen.n_types == corpus.n_raw_types
    assert seen.n_words == len(corpus.vocab)
    assert seen.n_kept == len(corpus.ids)
    assert seen.most_common == tuple(corpus.vocab.words[:12])
    assert seen.rarest_kept == tuple(corpus.vocab.words[::-1][:12])
    assert seen.rarest_count == corpus.vocab.counts[-1]
    kept = keep_probabilities(corpus.vocab.counts, subsample)
    share = (kept * corpus.vocab.counts).sum() / corpus.vocab.n_tokens
    assert seen.subsampled_share == pytest.approx(share)


@pytest.mark.parametrize("settings", [CorpusSettings(), WORDS, CorpusSettings(max_final_vocab=9)])
def test_the_figures_of_the_bundled_sample_are_those_of_its_training(settings):
    check_exact([sample_path("atlas.txt")], settings)


@pytest.mark.parametrize("settings", [CorpusSettings(min_count=1), WORDS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_odd_text_is_split_as_the_training_splits_it(tmp_path, settings, encoding):
    path = tmp_path / "odd.txt"
    path.write_bytes((ODD * 3).encode(encoding))
    named = "utf-8" if encoding == "utf-8-sig" else encoding
    settings = CorpusSettings(
        encoding=named, **{n: getattr(settings, n) for n in ("tokenizer", "lowercase", "min_count")}
    )
    check_exact([path], settings)


def test_several_files_packed_and_plain_are_one_text(tmp_path, topical_corpus):
    text = topical_corpus.read_bytes()
    packed, squeezed = tmp_path / "b.txt.gz", tmp_path / "c.txt.bz2"
    packed.write_bytes(gzip.compress(text))
    squeezed.write_bytes(bz2.compress(text))
    check_exact([topical_corpus, packed, squeezed], CorpusSettings())


def test_the_length_of_a_line_counts_those_that_hold_anything(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("a b c\n\n \t\nd\n" + "e " * 80_000)
    seen = figures([path], CorpusSettings(min_count=1))
    assert seen.sentence_length == pytest.approx(80_004 / 3)


def zipf_text(n_tokens: int) -> bytes:
    draw = np.random.default_rng(3)
    words = np.minimum(draw.zipf(1.4, n_tokens), 10**9)
    lines = (b" ".join(b"w%d" % word for word in words[at : at + 20])
             for at in range(0, n_tokens, 20))  # fmt: skip
    return b"\n".join(lines) + b"\n"


def test_a_large_text_is_estimated_from_stretches_of_it(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(zipf_text(400_000))
    true = figures([path], CorpusSettings(), n_bytes=1 << 30)
    seen = figures([path], CorpusSettings(), n_bytes=1 << 18)
    assert true.exact
    assert not seen.exact
    assert seen.n_tokens == pytest.approx(true.n_tokens, rel=0.02)
    assert seen.n_words == pytest.approx(true.n_words, rel=0.15)
    assert seen.n_types == pytest.approx(true.n_types, rel=0.15)
    assert seen.kept_share == pytest.approx(true.kept_share, abs=0.01)
    assert seen.subsampled_share == pytest.approx(true.subsampled_share, abs=0.02)
    assert seen.sentence_length == pytest.approx(20, rel=0.02)
    assert seen.most_common[:3] == true.most_common[:3]
    assert seen.counts[0] == pytest.approx(true.counts[0], rel=0.05)


@pytest.mark.slow
def test_what_cannot_be_entered_is_read_from_its_beginning(tmp_path):
    text = zipf_text(300_000)
    packed, wide = tmp_path / "large.txt.gz", tmp_path / "large.txt"
    packed.write_bytes(gzip.compress(text))
    wide.write_bytes(text.decode().encode("utf-16"))
    for path, encoding in ((packed, "utf-8"), (wide, "utf-16")):
        seen = figures([path], CorpusSettings(encoding=encoding), n_bytes=1 << 18)
        assert not seen.exact
        assert seen.n_tokens == pytest.approx(300_000, rel=0.1)


def test_little_is_read_of_much(tmp_path):
    for number in range(300):
        (tmp_path / f"{number:03}.txt").write_text(f"only{number} " + "and more words\n" * 200)
    files = sorted(tmp_path.iterdir())
    sample = take_sample(files, CorpusSettings(), n_bytes=1 << 17)
    assert sum(map(len, sample.types)) < 1 << 17
    assert sample.share < 0.2
    everywhere = {bytes(one) for one in sample.types}
    assert any(one == b"only0" for one in everywhere) or sample.n_lines > 1000


def test_stretches_cover_both_ends_and_stay_within_files():
    sizes = [10_000, 0, 500_000, 3, 2_000_000]
    found = pieces_of(sizes, 1 << 18)
    assert found[0][0][0] == 0
    assert found[4][-1][1] == sizes[4]
    for index, pieces in found.items():
        for first, past in pieces:
            assert 0 <= first < past <= sizes[index]
    total = sum(past - first for pieces in found.values() for first, past in pieces)
    assert total <= 1 << 18


def test_a_line_without_end_is_cut_between_tokens(tmp_path):
    path = tmp_path / "one-line.txt"
    path.write_text("alpha beta gamma " * 100_000)
    sample = take_sample([path], CorpusSettings(), n_bytes=1 << 17)
    assert set(sample.types) == {b"alpha", b"beta", b"gamma"}
    assert sample.share == pytest.approx((1 << 17) / path.stat().st_size, rel=0.01)


def test_other_settings_need_no_second_look_at_the_text(tmp_path, topical_corpus):
    sample = take_sample([topical_corpus], CorpusSettings())
    topical_corpus.unlink()
    many = statistics_of(sample, CorpusSettings(), 0.0)
    few = statistics_of(sample, CorpusSettings(min_count=480), 1e-3)
    assert (many.n_words, many.subsampled_share) == (26, 1.0)
    assert 0 < few.n_words < many.n_words
    assert few.kept_share < 1
    none = statistics_of(sample, CorpusSettings(min_count=10**6), 1e-3)
    assert (none.n_words, none.n_kept, none.rarest_kept) == (0, 0, ())


def test_the_tokens_are_counted_once_for_as_long_as_they_are_split_so(topical_corpus):
    sample = take_sample([topical_corpus], CorpusSettings())
    once = sample.census(CorpusSettings())
    assert sample.census(CorpusSettings(min_count=99)) is once
    assert sample.census(CorpusSettings(lowercase=True)) is not once


def test_a_stop_ends_the_reading(topical_corpus):
    stop = threading.Event()
    stop.set()
    with pytest.raises(ReadingStopped):
        take_sample([topical_corpus], CorpusSettings(), stop=stop)
    with pytest.raises(ReadingStopped):
        take_sample([topical_corpus], CorpusSettings()).census(CorpusSettings(), stop)


def test_text_in_another_encoding_is_reported(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("größe über alles\n".encode("latin-1") * 5)
    with pytest.raises(CorpusError, match="is not utf-8: byte 0x"):
        figures([path], CorpusSettings())
    assert figures([path], CorpusSettings(encoding="latin-1")).most_common[0] == "alles"
    with pytest.raises(CorpusError, match="there is no file"):
        figures([tmp_path / "missing"], CorpusSettings())


def test_an_empty_text_has_figures_too(tmp_path):
    path = tmp_path / "empty.txt"
    path.touch()
    seen = figures([path], CorpusSettings())
    assert (seen.n_tokens, seen.n_words, len(seen.counts)) == (0, 0, 0)
