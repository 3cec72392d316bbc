"""Files of word vectors: word2vec's text (.txt, .vec) and binary (.bin) layouts.

Files of gensim, fastText (.vec) and GloVe can be read too, each also under gzip. Where counts are
known, a vocabulary file `NAME.vocab` is written beside the vectors.
"""

from w2vtui.formats.classes_file import save_classes
from w2vtui.formats.converting import Conversion, convert
from w2vtui.formats.drafts.atomic import atomic_write
from w2vtui.formats.layouts import files_of
from w2vtui.formats.loading import load_vectors
from w2vtui.formats.opening import Wanted
from w2vtui.formats.own_files import holds_vectors, holds_words_of
from w2vtui.formats.rows.blocks import Held
from w2vtui.formats.saving import check_words, check_writable, save_vectors, saved_layout
from w2vtui.formats.vector_folders.vector_folder import (
    VectorFolder,
    read_vector_folder,
    write_vector_folder,
)
from w2vtui.formats.vocab_file import read_vocab, vocab_beside, write_vocab
from w2vtui.vector_layouts import LAYOUTS, Layout

__all__ = [
    "LAYOUTS",
    "Conversion",
    "Held",
    "Layout",
    "VectorFolder",
    "Wanted",
    "atomic_write",
    "check_words",
    "check_writable",
    "convert",
    "files_of",
    "holds_vectors",
    "holds_words_of",
    "load_vectors",
    "read_vector_folder",
    "read_vocab",
    "save_classes",
    "save_vectors",
    "saved_layout",
    "vocab_beside",
    "write_vector_folder",
    "write_vocab",
]
