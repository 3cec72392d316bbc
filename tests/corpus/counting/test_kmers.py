"""FASTA and FASTQ: sequences as k-mers."""

from __future__ import annotations

import gzip
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from tests.support.texts import files_and_any_speed, keep_all, sentences_of, written
from w2vtui.corpus import find_files, open_corpus, reading
from w2vtui.corpus.file_hints import hints_on_files
from w2vtui.corpus.sample import take_sample
from w2vtui.corpus.statistics import statistics_of
from w2vtui.errors import CorpusError


def by_hand(fasta: str, k: int, stride: int = 1) -> list[list[str]]:
    """K-mers of nucleotides, the plainest way."""
    sequences, letters = [], ""
    for line in [*re.split("[\r\n]", fasta), ">"]:
        if line[:1] in (">", ";"):
            sequences.append(letters)
            letters = ""
        else:
            letters += re.sub(r"\s", "", line).upper().replace("U", "T")
    runs = [run for sequence in sequences for run in re.split("[^ACGT]+", sequence)]
    found = [[run[at : at + k] for at in range(0, len(run) - k + 1, stride)] for run in runs]
    return [sentence for sentence in found if sentence]


def read(path, **settings) -> list[list[str]]:
    return sentences_of(open_corpus([path], keep_all(**settings), cache=False))


@settings(parent=files_and_any_speed, max_examples=examples(60))
@given(
    body=st.lists(
        st.sampled_from(["ACGT", "acg", "TTu", "N", "nR", "\n", "\r\n", " ", "\n>x A\n", "\n;c\n"]),
        max_size=30,
    ).map("".join),
    k=st.integers(1, 5),
    stride=st.integers(1, 3),
    block_bytes=st.integers(1, 30),
)
def test_any_fasta_reads_as_by_hand(tmp_path, body, k, stride, block_bytes):
    text = f">first\n{'ACGT' * 100}{body}"  # so much that it is never taken for amino acids
    path = written(tmp_path, text, "a.fa")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", block_bytes + 30)
        assert read(path, kmer=k, kmer_stride=stride) == by_hand(text, k, stride)


def test_many_kmers_are_distinguished(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)  # so that the tables grow
    draw = random.Random(1)
    text = ">x\n" + "\n".join("".join(draw.choices("ACGT", k=60)) for _ in range(200))
    path = written(tmp_path, text, "a.fa")
    for k in (9, 31):
        assert read(path, kmer=k) == by_hand(text, k)


def test_fastq_is_read_without_its_qualities(tmp_path):
    text = "@r1\nACGTA\n+r1\n@+>II\n@empty\n\n+\n\n@r2 x\r\nAC\r\nGT\r\n+\r\n@C\r\n+T\r\n"
    text += "@r3\nTTTT\n+\nACGT"
    path = written(tmp_path, gzip.compress(text.encode()), "a.fq.gz")
    assert read(path, kmer=4) == [["ACGT", "CGTA"], ["ACGT"], ["TTTT"]]


def test_proteins_have_kmers_of_amino_acids(tmp_path):
    path = written(tmp_path, ">p\nMKVLA\nAG*\n>q\nmkvXla\n", "p.faa")
    expected = [["MKV", "KVL", "VLA", "LAA", "AAG"], ["MKV"]]
    assert read(path, kmer=3) == expected
    with pytest.raises(CorpusError, match="k-mers of amino acids have at most 12 letters, got"):
        read(path, kmer=13)


def test_letters_that_break_kmers_are_said(tmp_path):
    path = written(tmp_path, ">x\nACGTACGTNNNNNNNNACGT\n", "a.fa")
    (hint,) = open_corpus([path], keep_all(kmer=3)).hints
    assert hint == "33 % of the text are letters that stand for no nucleotide: no k-mer goes " \
                   "across them"  # fmt: skip


def test_what_is_not_a_sequence_is_refused(tmp_path):
    path = written(tmp_path, "ACGT\n", "a.fa")
    with pytest.raises(CorpusError, match="is neither FASTA nor FASTQ: it begins with 'A': put a"):
        read(path, kmer=3)
    written(tmp_path, ">x\nACGTTGCA\n", "b.fa")
    written(tmp_path, ">p\nMKVLAWWYQ\n", "c.faa")
    rules = keep_all(kmer=3)
    assert find_files([tmp_path], rules) == [tmp_path / "b.fa", tmp_path / "c.faa"]
    with pytest.raises(CorpusError, match=r"c.faa holds amino acids, and what was read before"):
        open_corpus([tmp_path], rules)
    with pytest.raises(CorpusError, match=r"there are no words in b.fa"):
        read(tmp_path / "b.fa", kmer=9)


def test_min_count_and_the_sample_go_by_kmers(tmp_path):
    path = written(tmp_path, ">x\n" + "ACGT" * 300 + "\n>y\nGGG\n", "a.fa")
    rules = keep_all(kmer=3, min_count=2)
    corpus = open_corpus([path], rules)
    assert sorted(corpus.vocab.words) == ["ACG", "CGT", "GTA", "TAC"]
    assert open_corpus([path], rules).from_cache
    assert not open_corpus([path], keep_all(kmer=4, min_count=2)).from_cache
    sample = take_sample([path], rules)
    assert sample.exact
    assert not sample.fits(keep_all())
    assert statistics_of(sample, rules, 0.0).n_types == 5
    assert sample.n_lines == 2


@pytest.mark.parametrize(
    ("text", "k"),
    [
        (">x\nACGTNacgt\n", 6),
        ("@r\nACGT\n+\nIIII\n", 6),
        (">p\nMKVLAW*\n", 3),
        ("> quoted\nHello there\n", None),
        ("@name hello\nYes\n@other\n", None),
        (">x\n", None),
    ],
)
def test_kmers_are_proposed_for_fasta(tmp_path, text, k):
    path = written(tmp_path, text, "a.fasta")
    proposed = [(hint.setting, hint.value) for hint in hints_on_files([path], keep_all())]
    assert proposed == ([("kmer", k)] if k else [])
    assert not hints_on_files([path], keep_all(kmer=3))
