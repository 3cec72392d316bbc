"""Reading the formats of the original word2vec, with gensim's arguments."""

from __future__ import annotations

import codecs
import math
import os
import warnings
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.formats import load_vectors
from w2vtui.formats.opening import Wanted, reading
from w2vtui.formats.rows.blocks import StartOverError
from w2vtui.formats.rows.records import EncodingErrors
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.keyed_vectors.editing import Editing
from w2vtui.keyed_vectors.saving import check_there


class Word2VecReading(Editing):
    """word2vec's text and binary files, and GloVe's."""

    @classmethod
    def load_word2vec_format(  # noqa: PLR0913, PLR0917 - gensim's
        cls,
        fname: AnyPath,
        fvocab: AnyPath | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read words and vectors in word2vec's text or binary format, or GloVe's; under gzip too.

        fvocab           the file with the words' counts; if not given, `FNAME.vocab`, where it is
                         there and belongs to the vectors. Counts are not made up
        binary           take the file for binary; if not, its content shows what it is
        encoding         of the words
        unicode_errors   what to do with words that are not valid in it
        limit            read the first words only
        datatype         the numbers are rounded to this type, and held in float32
        no_header        the file begins with a word, as GloVe's

        Words that are there again are left out, with a warning. Numbers that are not finite, rows
        of other lengths and a header that is wrong are errors that name the line.

        Raises:
            NoVectorsFileError: the file is not there.
            VectorsError: the file is not what it says.
            SettingsError: limit is below 1, or an argument is not one.
        """
        if binary and no_header:
            raise SettingsError("no_header=True needs text: binary files have a header")
        check_there(fname)
        loaded = load_vectors(
            fname,
            limit=limit,
            vocab_path=fvocab,
            encoding=_codec(encoding),
            encoding_errors=_handler(unicode_errors),
            layout="binary" if binary else "glove" if no_header else None,
            report=_warn_caller,
        )
        made = cls.of(loaded)
        made._round_to(datatype)
        return made

    def intersect_word2vec_format(
        self,
        fname: AnyPath,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> int:
        """Take the vectors of a file for the words that are here too; return how many there were.

        lockf   how much of each update these vectors take in further training: 0 leaves them as
                they are in the file, 1 trains them

        The other arguments are those of `load_word2vec_format`. Nothing is changed when an error is
        raised.

        Raises:
            NoVectorsFileError: the file is not there.
            VectorsError: the file is not what it says, or its vectors are of another length.
            SettingsError: lockf is not a number of 0 or more.
        """
        if not (math.isfinite(lockf) and lockf >= 0):
            raise SettingsError(f"lockf must be a number of 0 or more, got {lockf}")
        check_there(fname)
        wanted = Wanted(
            encoding_errors=_handler(unicode_errors),
            layout="binary" if binary else None,
            encoding=_codec(encoding),
        )
        remarks = Remarks()
        with reading(Path(fname), wanted, remarks) as reader:
            if reader.shape.vector_size != self.vector_size:
                raise VectorsError(
                    f"{os.fspath(fname)} holds vectors of {reader.shape.vector_size} numbers, and "
                    f"these have {self.vector_size}"
                )
            found: dict[int, NDArray[np.float32]] | None = None
            while found is None:
                try:
                    found = {
                        self.key_to_index[word]: row.copy()
                        for block in reader.blocks()
                        for word, row in zip(block.words, block.vectors, strict=True)
                        if word in self.key_to_index
                    }
                except StartOverError:
                    continue
        for line in remarks.lines():
            warnings.warn(f"{os.fspath(fname)}: {line}", stacklevel=2)
        self._merge(found, lockf)
        return len(found)

    def _merge(self, found: dict[int, NDArray[np.float32]], lockf: float) -> None:
        """Set rows of vectors, and how far they are trained."""
        if not found:
            return
        self._grow([])
        rows = list(found)
        self.vectors[rows] = np.stack(list(found.values()))
        if len(self.vectors_lockf) != len(self):
            self.vectors_lockf = np.full(len(self), self.vectors_lockf[0], dtype=np.float32)
        self.vectors_lockf[rows] = lockf
        self._norms = None

    def _round_to(self, datatype: Any) -> None:
        """Round the numbers to a type of fewer digits.

        Raises:
            SettingsError: it is not a type of floating-point numbers.
        """
        dtype = np.dtype(datatype)
        if dtype.kind != "f":
            raise SettingsError(f"datatype must be a floating-point type, got {dtype}")
        if dtype != np.float32:
            warnings.warn(f"datatype {dtype}: vectors are held in float32", stacklevel=3)
            with np.errstate(over="ignore"):
                self.vectors[:] = self.vectors.astype(dtype)


def _codec(encoding: str) -> str:
    """The name of an encoding.

    Raises:
        SettingsError: there is none of this name, or it does not hold ASCII as it is.
    """
    try:
        name = codecs.lookup(encoding).name
        is_ascii = " \n".encode(name) == b" \n"
    except (LookupError, ValueError, TypeError):
        is_ascii = False
    if not is_ascii:
        raise SettingsError(
            f"encoding must be one in which ASCII is as it is, such as latin1 or cp1252, got "
            f"{safe_text(str(encoding), 40)!r}"
        )
    return name


def _handler(unicode_errors: str) -> EncodingErrors:
    """The name of what is done with words that are not valid.

    Raises:
        SettingsError: Python knows no such handler.
    """
    try:
        codecs.lookup_error(unicode_errors)
    except (LookupError, ValueError, TypeError) as error:
        raise SettingsError(
            "unicode_errors must be strict, ignore, replace or another of Python's, got "
            f"{safe_text(str(unicode_errors), 40)!r}"
        ) from error
    return cast("EncodingErrors", unicode_errors)


def _warn_caller(remark: str) -> None:
    """Warn the caller of `load_word2vec_format`, which calls the reader that calls this."""
    warnings.warn(remark, stacklevel=4)
