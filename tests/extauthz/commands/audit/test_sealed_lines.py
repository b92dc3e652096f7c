from itertools import chain as chained

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.commands.audit.sealed_lines import (
    are_sealed,
    is_sealed,
    lines,
    opened,
    time_of,
    times_of,
)
from extauthz.records.ledger.chain import ChainHead, seal, unseal

WORDS = st.text('ab"\\:,é\n', max_size=6)
RECORDS = st.dictionaries(
    st.sampled_from(["id", "audits", "hash2", "rules", "zz"]),
    WORDS
    | st.lists(WORDS, max_size=2)
    | st.dictionaries(st.just("hash") | WORDS, WORDS, max_size=2),
    max_size=4,
)
NEEDLES = st.lists(
    st.binary(min_size=1, max_size=2).filter(lambda b: b"\n" not in b), min_size=1, max_size=2
)


def sealed(*records, head=None):
    data, head = b"", head or ChainHead()
    for record in records:
        line, head = seal(record, head)
        data += line
    return data


@given(RECORDS)
def test_a_sealed_line_opens_as_its_record(record):
    line = sealed(record).rstrip(b"\n")
    assert opened(line) == unseal(line)
    assert opened(line)["seq"] == 1


@given(RECORDS, st.data())
def test_a_changed_line_does_not_open(record, data):
    line = sealed(record).rstrip(b"\n")
    at = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[at]))
    assert opened(line[:at] + bytes([other]) + line[at + 1 :]) is None


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'{"seq":1}', b'{"hash":"x"}', b'"hash":"' * 20]
)
def test_what_no_guard_wrote_does_not_open(line):
    assert opened(line) is None


@given(
    st.lists(st.binary(max_size=6).filter(lambda b: b"\n" not in b)), st.lists(NEEDLES, max_size=2)
)
def test_the_lines_are_those_that_hold_a_needle_of_each_group(written, needles):
    data = b"".join(line + b"\n" for line in written) + b"torn" * bool(written)
    assert list(lines(data, needles)) == [
        line for line in written if all(any(n in line for n in group) for group in needles)
    ]


def written(records):
    return sealed(*records).splitlines()


@given(st.lists(RECORDS, max_size=4), st.data())
def test_lines_are_sealed_together_when_each_is_alone(records, data):
    found = [line for line in written(records) if line.count(b'"hash":"') == 1]
    assert are_sealed(found)
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        line = found[at]
        byte = data.draw(st.integers(0, len(line) - 1))
        found[at] = line[:byte] + bytes([line[byte] ^ 1]) + line[byte + 1 :]
        assert not are_sealed(found)


@given(st.lists(st.binary(max_size=3) | st.just(b'"hash":"' + b"0" * 64 + b'",'), max_size=3))
def test_lines_that_no_guard_wrote_are_never_sealed_together(found):
    if are_sealed(found):
        assert all(map(is_sealed, found))


def test_a_line_whose_hash_stands_in_the_next_one_is_not_sealed():
    one, two = written([{}, {}])
    at = one.index(b'"hash":"') + 8
    short, long = one[: at + 60], one[at + 60 :]
    assert not are_sealed([short, long + two])


PLAIN_TIMES = st.sampled_from([f"2026-11-0{day}T00:00:00.000000Z" for day in range(1, 4)])
# as many bytes as a time has
NOT_ASCII = "2026-11-01T00:00:00.0000éZ"
TIMES = PLAIN_TIMES | st.sampled_from([NOT_ASCII, "", "é", 'x"Z', "2026-11-01T00:00:00.00000\\Z"])


@given(
    st.lists(
        TIMES.map(lambda time: written([{"time": time}])[0])
        | TIMES.map(lambda time: f'"time":"{time}"'.encode())
        | st.binary(max_size=30),
        max_size=4,
    )
)
def test_the_times_of_lines_are_that_of_each(found):
    assert times_of(found) == list(map(time_of, found))


@given(st.lists(PLAIN_TIMES))
def test_a_plain_time_is_told_by_the_bytes(times):
    assert times_of(list(chained.from_iterable(written([{"time": t}]) for t in times))) == times
