"""Text as lists of words in Python, streamed: for what works with words instead of ids."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from w2vtui.corpus.counting.long_tokens import LongTokens
from w2vtui.corpus.sources.byte_stream import ByteStream
from w2vtui.corpus.sources.text_stream import TextStream, decoder_of, not_in_encoding
from w2vtui.settings import CorpusSettings

BLOCK_BYTES = 1 << 20

Piece = tuple[list[str], bool]
"""Words of a line, and whether the line ends after them."""


def pieces_of(source: ByteStream, settings: CorpusSettings) -> Iterator[Piece]:
    """The words of each line, in one piece; a line longer than a block comes in several.

    Lines end with LF, CR or CRLF; words are separated by all white space that Unicode has. Tokens
    of more than 64 KiB are left out. Of the settings, encoding and encoding_errors apply.

    Raises:
        CorpusError: the source cannot be read, or a byte has no meaning in the encoding; the
            message has its offset.
    """
    begun = ""
    for text in _decoded(source, settings):
        *lines, begun = (begun + text).split("\n")
        for line in lines:
            yield line.split(), True
        if len(begun) > BLOCK_BYTES:
            words = begun.split()
            # The next block may hold the rest of a token.
            begun = words.pop() if words and not begun[-1].isspace() else ""
            yield words, False
    if begun:
        yield begun.split(), False


def _decoded(source: ByteStream, settings: CorpusSettings) -> Iterator[str]:
    r"""The text in blocks, with \n for every end of a line."""
    stream, long_tokens = TextStream(source, settings), LongTokens(settings)
    # Another encoding than UTF-8 is UTF-8 by now, and what is wrong in it has been dealt with.
    is_checked = decoder_of(settings) is not None
    errors = "surrogatepass" if is_checked else settings.encoding_errors
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    lines = io.IncrementalNewlineDecoder(decoder, translate=True)
    n_decoded = 0
    while True:
        block = long_tokens.blanked(stream.read(BLOCK_BYTES))
        try:
            text = lines.decode(block, final=not block)
        except UnicodeDecodeError as error:
            # The decoder may still hold bytes of the block before, which then come first.
            at = stream.n_skipped + n_decoded + len(block) - len(error.object) + error.start
            raise not_in_encoding(stream.name, settings.encoding, error, at) from None
        n_decoded += len(block)
        if text:
            yield text
        if not block:
            return
