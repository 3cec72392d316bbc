"""Text to numbers: files -> lines -> tokens -> Vocab -> EncodedCorpus.

    files, stdin   files.py      which files; sources/  their bytes and text, see there
                   charsets.py   which encoding a text is in, if it is not the one named
                   saved_vectors.py   which files in a folder of texts are vectors or counts
    first pass     counting.py   number the distinct runs between white space, the types, on several
                   threads (side_by_side.py), each with a table (type_table.py)
                   kmers.py      the same for k-mers of sequences; first_pass.py  which of them
                   sentences.py  the same for tokens that come from Python; token_ids.py
                   how those become text for the same kernel
                   long_tokens.py  leaves out what is too long to be a word
    vocabulary     tokens.py     what tokens each type stands for; vocab.py  count, choose, order
    second pass    encoding.py   ids of types become ids of words
    result         encoded.py    memory-mapped; storage.py  its files, checked; array_files.py
                   those of arrays; draft.py  where they are written; cache.py  saved for later
    all of it      reading.py    open_corpus, encode_sentences
    counts alone   raw_counts.py count_files, count_sentences
    as words       pieces.py     lists of words in Python instead of ids
    beforehand     sample.py     a quick sample; statistics.py  what it shows

Work that Unicode makes slow is done once per type, not once per token: 17 million tokens of English
have 250,000 types. The two passes over all tokens are kernels, w2v_kernels/text_to_ids.py and
ids_to_words.py.
"""

from __future__ import annotations

from w2vtui.bundled import SAMPLE, sample_path
from w2vtui.corpus.encoded import EncodedCorpus
from w2vtui.corpus.files import find_files, text_in_folder, without
from w2vtui.corpus.progress import ReadingProgress, ReadingStopped
from w2vtui.corpus.raw_counts import RawCounts, count_files, count_sentences
from w2vtui.corpus.reading import encode_sentences, open_corpus
from w2vtui.corpus.saved_vectors import is_vector_file, is_vocab_file
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
