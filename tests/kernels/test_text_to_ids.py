"""The two kernels that number text, against plain Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v_kernels import ids_to_words, text, text_to_ids, type_tables
from w2v_kernels.machine.compiling import kernel
from w2vtui.corpus.counting.long_tokens import end_of_tokens
from w2vtui.corpus.counting.type_table import TypeTable

ASCII_SPACE = rb"[\t-\r\x1c-\x20]+"

spaces = [b" ", b"\n", b"\r", b"\r\n", b"\t", b"\x0b", b"\x1c", b"\x1f"]
no_spaces = [b"a", b"b", b"ab", b"\0", b"\x08", b"\x0e", b"\x1b", b"\xff\xfe", b"\xc3\xa9"]
pieces = st.sampled_from([*spaces, *no_spaces, b"seven77", b"eight888", b"xeight888"])
raw_texts = st.lists(pieces, max_size=60).map(b"".join) | st.binary(max_size=80)


any_speed = settings(deadline=None)  # a busy machine is not a failure


def plain_python(kernel):
    """The kernel's lines without compilation."""
    return getattr(kernel, "py_func", kernel)


def expected_stream(data: bytes) -> tuple[list[bytes], list[int]]:
    """Types in order of first appearance, and each token's type, ~type where a sentence begins."""
    types: dict[bytes, int] = {}
    stream = []
    for line in re.split(rb"[\r\n]", data):
        tokens = [token for token in re.split(ASCII_SPACE, line) if token]
        ids = [types.setdefault(token, len(types)) for token in tokens]
        stream += [~index if place == 0 else index for place, index in enumerate(ids)]
    return list(types), stream


def numbered(data: bytes, cuts: list[int], n_at_once: int = 3):
    """The same from the kernel, with the text cut at these places and tables that start tiny."""
    table = TypeTable(n_types=1, n_pool_bytes=1, n_at_once=n_at_once)
    stream: list[int] = []
    rest, base = b"", 0
    for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        block = rest + data[begin:end]
        ids, n_whole = table.scan(block, base)
        stream += ids.tolist()
        rest, base = block[n_whole:], base + n_whole
    stream += table.scan(rest + b"\n", base).ids.tolist()
    return table, stream


def types_of(table: TypeTable) -> list[bytes]:
    return [part for _, batch in table.texts() for part in batch.split(b"\n")]


@any_speed
@given(raw_texts, st.data())
def test_types_and_stream_do_not_depend_on_where_blocks_are_cut(data, draw):
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=6)))
    types, stream = expected_stream(data)
    table, got = numbered(data, cuts)
    assert got == stream
    assert types_of(table) == types
    assert table.counts.tolist() == [
        sum(index in (t, ~t) for index in stream) for t in range(len(types))
    ]


@any_speed
@given(raw_texts)
def test_first_offset_of_every_byte_of_every_type(data):
    table, _ = numbered(data, [len(data) // 2])
    in_pool = 0
    for encoded in types_of(table):
        first = re.search(
            rb"(?:^|(?<=[\t-\r\x1c-\x20]))" + re.escape(encoded) + rb"(?=[\t-\r\x1c-\x20]|\Z)", data
        ).start()
        for place in range(len(encoded)):
            assert table.offset_of(in_pool + place) == first + place
        in_pool += len(encoded) + 1


def test_many_types_in_tables_that_begin_with_room_for_one():
    words = [f"{n:03}".encode() for n in range(200)]
    table, stream = numbered(b" ".join(words * 2), [])
    assert types_of(table) == words
    assert stream == [~0, *range(1, 200), *range(200)]


@pytest.mark.parametrize("place", [0, 6, 7, 8, 13, 14, 29, 39])
def test_long_types_that_differ_in_one_byte_stay_apart(place):
    one = b"s" * 40
    other = one[:place] + b"t" + one[place + 1 :]
    data = b" ".join([one, other, one, one[:place]])
    assert expected_stream(data) == (types_of(numbered(data, [])[0]), numbered(data, [])[1])


@pytest.mark.parametrize("length", [7, 8, 13, 14, 15, 21, 22])
def test_types_that_differ_in_their_last_byte_or_end_before_it_stay_apart(length):
    shorter = b"s" * (length - 1)
    data = b" ".join([shorter + b"a", shorter + b"b", shorter, shorter + b"a", shorter + b"b"])
    table, stream = numbered(data, [])
    assert (types_of(table), stream) == expected_stream(data)


def test_long_types_that_begin_one_another_stay_apart():
    data = b" ".join(b"s" * length for length in [7, 8, 14, 126, 127, 128, 134, 255, 256, 126, 127])
    table, stream = numbered(data, [])
    assert (types_of(table), stream) == expected_stream(data)


@any_speed
@given(raw_texts, st.integers(1, 9))
def test_it_matters_not_how_many_tokens_are_looked_up_at_once(data, n_at_once):
    table, stream = numbered(data, [], n_at_once=n_at_once)
    assert (types_of(table), stream) == expected_stream(data)


def test_a_full_table_stops_before_the_token_without_room():
    state = text_to_ids.new_scan_state()
    ids, found = np.zeros(8, np.int32), np.zeros((2, type_tables.N_FOUND_COLUMNS), np.int64)
    types, slots = np.zeros((1, type_tables.N_COLUMNS), np.int64), np.zeros(2, np.int64)
    pool, first_at = np.zeros(99, np.uint8), np.zeros(1, np.int64)
    block = b"aa aa\nbb aa "
    ended = text_to_ids.scan_block(block, 0, 0, pool, types, first_at, slots, found, ids, state)
    assert tuple(ended) == (6, 2, True)
    assert types[0, type_tables.COUNT] == 2
    assert state.tolist() == [1, 3, 1]  # a type, its bytes and a newline, and bb begins a line


def test_a_token_cut_off_by_the_block_is_left_for_the_next():
    table = TypeTable()
    ids, n_whole = table.scan(b"whole cut", 0)
    assert (ids.tolist(), n_whole) == ([~0], len("whole "))
    assert end_of_tokens(b"whole cut") == n_whole


@kernel
def looked_at(block, at):
    marks = text.white_space(block, at)
    return marks, text.seven_bytes(block, at), text.first_bit(marks)


@any_speed
@given(st.binary(min_size=31, max_size=31), st.integers(0, 9))
def test_many_bytes_are_looked_at_as_one_by_one(data, at):
    block = b"x" * at + data + b" "
    marks, number, first = looked_at(block, at)
    assert marks == sum((byte in text.WHITE) << i for i, byte in enumerate(block[at:]))
    assert number == int.from_bytes(block[at : at + 7], "little")
    assert marks >> first & 1
    assert marks % (1 << first) == 0


@any_speed
@given(raw_texts, st.integers(0, 400))
def test_a_text_is_cut_where_the_kernel_would_end(data, n_more):
    data += b"x" * n_more  # more than is searched at once
    assert end_of_tokens(data) == TypeTable().scan(data, 0).n_bytes


@any_speed
@given(raw_texts, st.data())
def test_tables_of_parts_merge_into_that_of_the_whole(data, draw):
    whole, stream = numbered(data, [])
    table = TypeTable(n_types=1, n_pool_bytes=1)
    other = TypeTable(n_types=1, n_pool_bytes=1)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4)))
    parts, base = [], 0
    for end in (end_of_tokens(data[:cut]) for cut in [*cuts, len(data)]):
        if end > base:
            one = draw.draw(st.sampled_from([table, other]))
            parts.append((one, one.scan(data[base:end], base).ids))
            base = end
    parts.append((other, other.scan(data[base:] + b"\n", base).ids))
    numbers_of_other = table.absorb(other)
    final = table.order()
    assert types_of(table) == types_of(whole)
    assert table.counts.tolist() == whole.counts.tolist()
    n_pool = sum(len(encoded) + 1 for encoded in types_of(whole))
    assert all(table.offset_of(at) == whole.offset_of(at) for at in range(n_pool))
    got = []
    for one, ids in parts:
        numbers = final if one is table else final[numbers_of_other]
        got += numbers[np.maximum(ids, ~ids)].tolist()
    assert got == [max(one, ~one) for one in stream]


expansions = st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=5)


@pytest.mark.parametrize(
    "expand", [ids_to_words.expand_block, plain_python(ids_to_words.expand_block)]
)
@any_speed
@given(expansions=expansions, draw=st.data(), room=st.integers(1, 7), cut=st.integers(0, 30))
def test_expansion_in_any_number_of_steps(expand, expansions, draw, room, cut):
    """Types become their words; sentences begin where they did, and empty ones vanish."""
    lengths = draw.draw(st.lists(st.integers(1, 4), max_size=8))
    n_types = len(expansions)
    sentences = [
        draw.draw(st.lists(st.integers(0, n_types - 1), min_size=n, max_size=n)) for n in lengths
    ]
    provisional = np.array(
        [~t if i == 0 else t for sentence in sentences for i, t in enumerate(sentence)], np.int32
    )
    starts = np.cumsum([0] + [len(words) for words in expansions])
    words = np.array([word for part in expansions for word in part], np.int32)
    single = [part[0] if len(part) == 1 else -1 - (len(part) > 1) for part in expansions]
    of_types = np.array(single, np.int32)
    assert (ids_to_words.NO_WORD, ids_to_words.SEVERAL_WORDS) == (-1, -2)
    numbers = np.arange(n_types, dtype=np.int32)
    ids, sentence_starts = np.zeros(room, np.int32), np.zeros(room, np.int64)
    state = ids_to_words.new_expand_state()
    got: list[int] = []
    got_starts: list[int] = []
    for block in (provisional[:cut], provisional[cut:]):
        position = 0
        while position < len(block):
            position, n_ids, n_starts = expand(
                block, position, of_types, numbers, starts, words, ids, sentence_starts, state
            )
            got += ids[:n_ids].tolist()
            got_starts += sentence_starts[:n_starts].tolist()

    full = [[word for t in sentence for word in expansions[t]] for sentence in sentences]
    kept = [sentence for sentence in full if sentence]
    assert got == [word for sentence in kept for word in sentence]
    assert [*got_starts, len(got)] == np.cumsum([0] + [len(s) for s in kept]).tolist()
    assert state[ids_to_words.N_EXPANDED] == len(got)
    assert state[ids_to_words.N_BEGUN] == len(sentences)
