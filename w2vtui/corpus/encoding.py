"""The second pass: provisional ids become ids of the vocabulary."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from w2v_kernels import text_to_ids
from w2vtui.corpus.draft import Draft
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.storage import IDS, PROVISIONAL, STARTS, ArrayFile, ArrayReader
from w2vtui.corpus.vocab import Expansion
from w2vtui.display import printable
from w2vtui.errors import DiskError


class Encoded(NamedTuple):
    """What was written."""

    n_tokens: int
    n_alone: int
    """tokens alone on a line"""
    n_raw_sentences: int
    """sentences that hold a token, whether or not it is in the vocabulary"""


def write_ids(
    draft: Draft,
    expansion: Expansion,
    progress: ReadingProgress,
    stop: threading.Event | None,
    *,
    block_ids: int,
) -> Encoded:
    """From the provisional ids of a draft write the ids of the vocabulary and the sentence starts.

    Raises:
        DiskError: they cannot be written, or the provisional ids are not those that were.
        ReadingStopped: the event was set.
    """
    provisional = ArrayReader(draft, PROVISIONAL, np.int32)
    n_types = len(expansion.starts) - 1
    progress.begin("encoding", provisional.nbytes)
    state = text_to_ids.new_expand_state()
    ids = np.empty(block_ids, dtype=np.int32)
    starts = np.empty(block_ids, dtype=np.int64)
    n_alone = n_raw_sentences = 0
    last_start = -2  # nothing ends at the first start
    with (
        ArrayFile(draft, IDS, np.int32) as id_file,
        ArrayFile(draft, STARTS, np.int64) as start_file,
    ):
        for block in provisional.blocks(block_ids):
            if np.maximum(block, ~block).max() >= n_types:  # an address, to the kernel
                raise DiskError(
                    f"{printable(draft.folder)} reads back differently from what was written: "
                    "name another folder with W2VTUI_CACHE_DIR or TMPDIR"
                )
            n_raw_sentences += int(np.count_nonzero(block < 0))
            position = 0
            while position < len(block):  # several rounds where a type stands for many words
                check_stop(stop)
                position, n_ids, n_starts = text_to_ids.expand_block(
                    block, position, expansion.starts, expansion.words, ids, starts, state
                )
                id_file.append(ids[:n_ids])
                start_file.append(starts[:n_starts])
                if n_starts:
                    lengths = np.diff(starts[:n_starts], prepend=last_start)
                    n_alone += int(np.count_nonzero(lengths == 1))
                    last_start = int(starts[n_starts - 1])
            progress.bytes_done += block.nbytes
        n_expanded = int(state[text_to_ids.N_EXPANDED])
        start_file.append(np.array([n_expanded], dtype=np.int64))
    n_alone += n_expanded - last_start == 1
    return Encoded(n_expanded, n_alone, n_raw_sentences)
