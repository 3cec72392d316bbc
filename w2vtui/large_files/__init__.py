"""Vectors that stay in their file: opened in a second or two, and searched without being loaded.

opening.py    which files are opened so, and which are read into the memory
findings.py   what opening found out, kept in the cache for the next time
records.py    word2vec's binary layout: one pass that finds every word and measures every row
aligned.py    our folders of vectors, and NumPy arrays
words.py      the words, as bytes and an index of them
open_file.py  the file, read at any place
rows.py       the rows, read a few megabytes at a time
vectors.py    WordVectors of these

Rows are read with `pread`, not mapped: the memory stays bounded, and a file that becomes shorter is
an error of this program and not the end of it.
"""

from w2vtui.large_files.opening import open_vectors

__all__ = ["open_vectors"]
