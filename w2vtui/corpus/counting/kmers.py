"""The first pass over FASTA and FASTQ: number the k-mers of their sequences, and count them.

As in dna2vec (Ng 2017, arXiv:1701.06279): k-mers overlap, letters other than A, C, G and T break a
sequence, and case does not matter. U counts as T. A text of proteins has amino acids instead, as in
ProtVec (Asgari, Mofrad 2015). Each unbroken run is a sentence.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import kmers
from w2vtui.corpus.counting.type_table import Run
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.sources.byte_stream import ByteStream
from w2vtui.corpus.sources.looks import SEQUENCE_MARKS
from w2vtui.corpus.stored.storage import IdSink
from w2vtui.corpus.vocab import Census, Split, check_room
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

_TYPES_AT_ONCE = 1 << 16
_LEAST_CAPACITY = 1 << 12
_BITS = 62
"""Bits of an integer for the letters of a k-mer."""
_OTHER_SHARE = 0.03
"""A remark on letters outside the alphabet is made from this share of them."""
_NOT_SEQUENCE = re.compile(rb"^[>;@].*$|\s", re.MULTILINE)
_MOSTLY = 0.9


class Alphabet(NamedTuple):
    """The letters of sequences."""

    name: str
    letters: str
    bits: int
    """Bits for a letter."""

    @property
    def codes(self) -> NDArray[np.int64]:
        """(256,) the number of each byte's letter, for the kernel"""
        codes = np.full(256, kmers.OTHER, dtype=np.int64)
        for number, letter in enumerate(self.letters):
            codes[[ord(letter), ord(letter.lower())]] = number
        if self is NUCLEOTIDES:
            codes[[ord("U"), ord("u")]] = self.letters.index("T")
        codes[list(b" \t\v\f")] = kmers.PASSED_OVER
        return codes


NUCLEOTIDES = Alphabet("nucleotides", "ACGT", 2)
AMINO_ACIDS = Alphabet("amino acids", "ACDEFGHIKLMNOPQRSTUVWY", 5)


def alphabet_of(head: bytes) -> Alphabet:
    """The alphabet of sequences that begin like this."""
    if head.lstrip().startswith(b"@"):
        return NUCLEOTIDES
    letters = _NOT_SEQUENCE.sub(b"", head).upper()
    n = len(letters) - len(letters.translate(None, b"ACGTUN"))
    return NUCLEOTIDES if n >= _MOSTLY * len(letters) else AMINO_ACIDS


class KmerCount:
    """The k-mers of one or several sources read one after another."""

    def __init__(self, settings: CorpusSettings, block_bytes: int) -> None:
        assert settings.kmer is not None
        self._k, self._stride = settings.kmer, settings.kmer_stride
        self._block_bytes = block_bytes
        self._alphabet: Alphabet | None = None
        self._codes = np.empty(0, dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)
        self._slots = np.zeros(1, dtype=np.int32)
        self._state = kmers.new_state()
        self._n_bytes = 0

    runs: Sequence[Run] = ()
    """None: all provisional ids have the numbers of the types."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._counts[: self._n_types]

    @property
    def n_runs(self) -> int:
        """Unbroken runs of letters that have a k-mer: sentences."""
        return int(self._state[kmers.N_RUNS])

    @property
    def _n_types(self) -> int:
        return int(self._state[kmers.N_TYPES])

    def read(
        self,
        source: ByteStream,
        out: IdSink,
        progress: ReadingProgress,
        stop: threading.Event | None,
        most_bytes: int | None = None,
    ) -> int:
        """Count one source and write its provisional ids; return how many bytes were read.

        most_bytes   read no more than about this

        Raises:
            CorpusError: it cannot be read, or is not FASTA or FASTQ.
            ReadingStopped: the event was set.
        """
        bytes_before, n_read = progress.bytes_done, 0
        progress.file = source.name
        while most_bytes is None or n_read < most_bytes:
            check_stop(stop)
            block = source.read(self._block_bytes)
            if not block:
                break
            if not n_read:
                block = block.removeprefix(b"\xef\xbb\xbf")
                codes = self._letters(block, source.name)
            n_read += len(block)
            ids = self._numbered(block, codes)
            out.append(ids)
            progress.tokens += len(ids)
            progress.bytes_done = bytes_before + source.n_done
        kmers.end_source(self._state)
        self._n_bytes += n_read
        return n_read

    def splits(self) -> Iterator[Split]:
        """What the types stand for, one token each, in batches of types in order."""
        for first in range(0, self._n_types, _TYPES_AT_ONCE):
            tokens = self._texts(first, min(first + _TYPES_AT_ONCE, self._n_types))
            yield tokens, np.ones(len(tokens), dtype=np.int64)

    def hints_on(self, _census: Census) -> list[str]:
        """Remarks on the sequences."""
        n_other, n_bytes = int(self._state[kmers.N_OTHER]), max(self._n_bytes, 1)
        if self._alphabet is None or n_other <= _OTHER_SHARE * n_bytes:
            return self.left_out
        return [
            f"{100 * n_other / n_bytes:.0f} % of the text are letters that stand for no "
            f"{self._alphabet.name[:-1]}: no k-mer goes across them"
        ]

    @property
    def left_out(self) -> list[str]:
        """Nothing: other letters only end a run."""
        return []

    @property
    def n_too_long(self) -> int:
        """None: a k-mer has at most 31 letters."""
        return 0

    @property
    def _bits(self) -> int:
        return 0 if self._alphabet is None else self._alphabet.bits

    def _numbered(self, block: bytes, letters: NDArray[np.int64]) -> NDArray[np.int32]:
        """The provisional ids of the k-mers in a block."""
        found = np.empty(len(block), dtype=np.int8)
        found = found[: kmers.find_letters(block, letters, found, self._state)]
        self._make_room(len(found))
        ids = np.empty(len(found), dtype=np.int32)
        n_ids = kmers.number_kmers(
            found, self._k, self._stride, self._bits,
            self._codes, self._counts, self._slots, ids, self._state,
        )  # fmt: skip
        return ids[:n_ids]

    def _letters(self, head: bytes, name: str) -> NDArray[np.int64]:
        """The codes of the alphabet; the first source decides on it.

        Raises:
            CorpusError: the source is not FASTA or FASTQ, or has another alphabet.
        """
        begin = head.lstrip()[:1]
        if begin not in SEQUENCE_MARKS:
            found = begin.decode("ascii", "backslashreplace")
            raise CorpusError(
                f"{name} is neither FASTA nor FASTQ: it begins with '{found}': put a line such as "
                ">name before each sequence"
            )
        alphabet = alphabet_of(head)
        if self._alphabet not in (None, alphabet):
            raise CorpusError(
                f"{name} holds {alphabet.name}, and what was read before it other letters: train "
                "on one of the two"
            )
        self._alphabet = alphabet
        if self._k * alphabet.bits > _BITS:
            raise CorpusError(
                f"k-mers of {alphabet.name} have at most {_BITS // alphabet.bits} letters, got "
                f"kmer {self._k}"
            )
        return alphabet.codes

    def _make_room(self, n_more: int) -> None:
        """Have room for as many more types as a block may add."""
        assert self._alphabet is not None
        most = min(self._n_types + n_more, len(self._alphabet.letters) ** self._k)
        if most <= len(self._codes):
            return
        capacity = max(_LEAST_CAPACITY, 1 << (most - 1).bit_length())
        check_room(capacity, 24)
        codes, counts = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
        codes[: self._n_types] = self._codes[: self._n_types]
        counts[: self._n_types] = self._counts[: self._n_types]
        self._codes, self._counts = codes, counts
        self._slots = np.zeros(2 * capacity, np.int32)
        kmers.enter_codes(codes, self._n_types, self._slots)

    def _texts(self, first: int, past: int) -> list[str]:
        """The k-mers of some types."""
        assert self._alphabet is not None
        letters = np.frombuffer(self._alphabet.letters.encode(), np.uint8)
        shifts = self._alphabet.bits * np.arange(self._k - 1, -1, -1, dtype=np.int64)
        places = (self._codes[first:past, None] >> shifts) & ((1 << self._alphabet.bits) - 1)
        together = letters[places].tobytes().decode("ascii")
        return [together[at : at + self._k] for at in range(0, len(together), self._k)]
