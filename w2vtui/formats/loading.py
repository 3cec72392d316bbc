"""Reading vectors into the memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from w2vtui.files.reports import Report, warn
from w2vtui.formats.detecting import layout_of_folder, place_of
from w2vtui.formats.drafts.atomic import AnyPath
from w2vtui.formats.opening import Wanted, reading
from w2vtui.formats.rows.blocks import Progress, collected
from w2vtui.formats.rows.records import EncodingErrors
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.formats.rows.settling import refuse_bad_rows
from w2vtui.formats.vector_folders.folder_stream import FolderReader
from w2vtui.formats.vector_folders.vector_folder import read_vector_folder
from w2vtui.formats.vocab_file import counts_beside, counts_in
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import first_not_finite


def load_vectors(  # noqa: PLR0913 - each by name
    path: AnyPath,
    *,
    limit: int | None = None,
    vocab_path: AnyPath | None = None,
    encoding: str = "utf-8",
    encoding_errors: EncodingErrors = "strict",
    skip_bad_rows: bool = False,
    layout: str | None = None,
    report: Report = warn,
    progress: Progress | None = None,
) -> WordVectors:
    """Read vectors in any of `LAYOUTS`, as the content shows.

    limit            read the first words only
    vocab_path       a vocabulary file with the words' counts. When not given, `PATH.vocab` is
                     taken where it is there and belongs to them; else counts are those that the
                     layout holds, or None
    encoding         of the words
    encoding_errors  what to do with words that are not valid in it, other than those that
                     word2vec.c cut within a character
    skip_bad_rows    leave out rows that are not a word and finite numbers
    layout           the name of the layout, where the content is not to be trusted
    report           gets what was left out or mended, with counts; without it, that is warned of
    progress         gets how much is read, 0..1

    Words that are there again, and blanks for words, are left out.

    Raises:
        VectorsError: the file cannot be read or is not what it says; nothing is guessed.
        SettingsError: limit is below 1, or there is no such layout.
    """
    path = Path(path)
    remarks = Remarks()
    wanted = Wanted(limit, encoding_errors, skip_bad_rows, layout=layout, encoding=encoding)
    if _is_our_folder(path, layout) and limit is None and vocab_path is None:
        found_all = _from_folder(path, wanted, remarks)
        for line in remarks.lines():
            report(f"{path}: {line}")
        return found_all
    read_from = _identity(path)
    with reading(path, wanted, remarks) as reader:
        found = collected(reader, progress)
    for line in remarks.lines():
        report(f"{path}: {line}")
    complete = limit is None and not remarks
    if vocab_path is not None:
        counts = counts_in(vocab_path, found.words, complete, encoding_errors, encoding)
        return WordVectors(found.words, found.vectors, counts)
    if found.counts is not None:
        return WordVectors(found.words, found.vectors, found.counts)
    beside = counts_beside(path, found.words, complete, encoding_errors)
    if _identity(path) != read_from:  # written again since: the counts may be the new ones
        beside = None
    return WordVectors(found.words, found.vectors, beside)


def _is_our_folder(path: Path, layout: str | None) -> bool:
    place = place_of(path)
    return layout is None and place.is_dir() and layout_of_folder(place).name == "folder"


def _from_folder(path: Path, wanted: Wanted, remarks: Remarks) -> WordVectors:
    """All that a folder of ours holds.

    Raises:
        VectorsError: it cannot be read, or a number is not one.
    """
    held = read_vector_folder(place_of(path))
    output, counts = held.tensors.get("output_vectors"), held.tensors.get("counts")
    vectors = WordVectors(
        held.words,
        held.tensors["vectors"],
        None if counts is None else np.asarray(counts, dtype=np.int64),
        output,
    )
    if first_not_finite(vectors.vectors) is None:
        return vectors
    bad = ~np.isfinite(vectors.norms)
    with reading(path, wanted, remarks) as reader:
        assert isinstance(reader.of_layout, FolderReader)
        source = reader.of_layout.source
        refuse_bad_rows(held.words, vectors.vectors, bad, source, keeps_blank=True)
    kept = np.flatnonzero(~bad)
    return WordVectors(
        [held.words[row] for row in kept.tolist()],
        vectors.vectors[kept],
        None if vectors.counts is None else vectors.counts[kept],
        None if vectors.output_vectors is None else vectors.output_vectors[kept],
    )


def _identity(path: Path) -> tuple[int, ...]:
    """What changes when a file is written again."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
