"""Text to numbers: files -> lines -> tokens -> Vocab -> EncodedCorpus.

    files, stdin   files.py     which files; saved_vectors.py  which of them are vectors or counts
                   titles.py    what a text is called
                   sources/     their bytes and text
    first pass     counting/    number the types, the distinct runs between white space
    vocabulary     tokens.py    what tokens each type stands for; vocab.py  count, choose, order
    second pass    encoding.py  ids of types become ids of words
    result         stored/      memory-mapped, checked, saved for later
    all of it      reading.py   open_corpus, encode_sentences
    counts alone   raw_counts.py  count_files, count_sentences
    as words       pieces.py    lists of words in Python instead of ids
    beforehand     sample.py    a quick sample, of the pieces that sample_pieces.py reads;
                   statistics.py  what it shows
    remarks        hints.py     on tokens; file_hints.py  on files

Work that Unicode makes slow is done once per type, not once per token: 17 million tokens of English
have 250,000 types. The two passes over all tokens are kernels, w2v_kernels/text_to_ids.py and
ids_to_words.py.
"""

from __future__ import annotations

from w2vtui.bundled import SAMPLE, sample_path
from w2vtui.corpus.files import check_sources, find_files, text_in_folder, without
from w2vtui.corpus.progress import ReadingProgress, ReadingStopped
from w2vtui.corpus.raw_counts import RawCounts, count_files, count_sentences
from w2vtui.corpus.reading import encode_sentences, open_corpus
from w2vtui.corpus.saved_vectors import is_vector_file, is_vocab_file
from w2vtui.corpus.stored.encoded import EncodedCorpus
from w2vtui.corpus.vocab import Census, Vocab, by_frequency

__all__ = [
    "SAMPLE",
    "Census",
    "EncodedCorpus",
    "RawCounts",
    "ReadingProgress",
    "ReadingStopped",
    "Vocab",
    "by_frequency",
    "check_sources",
    "count_files",
    "count_sentences",
    "encode_sentences",
    "find_files",
    "is_vector_file",
    "is_vocab_file",
    "open_corpus",
    "sample_path",
    "text_in_folder",
    "without",
]
