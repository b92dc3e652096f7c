"""The tokens of MessagePack, CBOR and BSON, and how the formats are recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packed_writers import BIRTH, WRITERS

from phiscan import packed
from phiscan.packed import NotPackedError, PackedKind


def shown(kind, data):
    return [
        token.shown or token.text(data).decode("latin-1") or token.kind.value
        for token in packed.TOKENS[kind](data)
    ]


@pytest.mark.parametrize("kind", WRITERS)
def test_every_item_is_a_token(kind):
    data = WRITERS[kind](
        {"name": "Añ", "n": [1, 300, -70000], "f": 40.7125, "t": BIRTH, "no": None, "m": {"k": "v"}}
    )
    assert " ".join(shown(kind, data)).encode("latin-1").decode() == (
        "{ name Añ n [ 1 300 -70000 end f 40.7125 t 1961-04-02T00:00:00+00:00 no other m { k v end end"
    )


def test_cbor_without_lengths_and_with_tags():
    data = b"\xbf\x61a\x7f\x62SS\x61N\xff\x61b\x9f\x01\xff\x61c\xc2\x44\x07\x5b\xcd\x14\x61d\xd8\x18\x43abc\xff"
    assert shown("cbor", data) == [
        "{",
        "a",
        "SSN",
        "b",
        "[",
        "1",
        "end",
        "c",
        "123456788",
        "d",
        "abc",
        "end",
    ]


def test_bson_of_every_type():
    data = (
        b"\x05a\0\x10\0\0\0\x04"
        + bytes(range(16))
        + b"\x07b\0"
        + bytes(range(12))
        + b"\x0bc\0x\0i\0\x10d\0\x07\0\0\0\x11e\0"
        + bytes(8)
        + b"\x13f\0"
        + bytes(16)
    )
    data = (len(data) + 5).to_bytes(4, "little") + data + b"\0"
    assert shown("bson", data) == [
        "{",
        "a",
        bytes(range(16)).hex(),
        "b",
        bytes(range(12)).hex(),
        "c",
        "other",
        "d",
        "7",
        "e",
        "other",
        "f",
        "other",
        "end",
    ]


@pytest.mark.parametrize(
    ("media", "kind"),
    [("application/msgpack", "msgpack"), ("application/x-msgpack", "msgpack"), ("application/fhir+msgpack", "msgpack"), ("application/cbor", "cbor"),
     ("application/fhir+cbor", "cbor"), ("application/bson", "bson"), ("text/plain", ""), ("application/json", ""), ("msgpack", "")],
)  # fmt: skip
def test_a_media_type_names_its_format(media, kind):
    assert packed.declared(media) == kind


@pytest.mark.parametrize("kind", WRITERS)
def test_the_bytes_show_the_format(kind):
    data = WRITERS[kind]({"patientName": "Ana Ruiz", "ssn": 123456780})
    assert packed.sniff(data) == kind
    assert packed.sniff(data[:-1]) == ""


@pytest.mark.parametrize(
    "data",
    [b"plain text", b'{"a": 1}', "Über dich".encode("cp1252"), "¡Hola!".encode("cp1252"), "€ 12,50 für Öl".encode("cp1252"), b"\x89PNG\r\n\x1a\n" + bytes(40),
     b"\x93NUMPY\x01\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x84\x01\x02\x03\x04\x05\x06\x07\x08", b"\xa0", b"\x80", b"\x05\0\0\0\0"],
)  # fmt: skip
def test_other_bytes_do_not(data):
    assert packed.sniff(data) == ""


@given(st.sampled_from(list(WRITERS)), st.binary(min_size=1, max_size=60))
def test_any_bytes_are_tokens_or_refused(kind, data):
    try:
        tokens = list(packed.TOKENS[kind](data))
    except NotPackedError:
        return
    assert all(0 <= start <= end <= len(data) for token in tokens for start, end in token.spans)


_ITEMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 40), 1 << 31)
    | st.floats(allow_nan=False)
    | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(list(WRITERS)), st.dictionaries(st.text("abc", max_size=4), _ITEMS, max_size=4)
)
def test_what_is_written_by_the_specification_is_read_to_its_end(kind, value):
    data = WRITERS[kind](value)
    opened = [0]
    for token in packed.TOKENS[kind](data):
        opened.append(
            opened[-1]
            + (token.kind in (PackedKind.MAP, PackedKind.ARRAY))
            - (token.kind is PackedKind.END)
        )
    assert opened[-1] == 0
    assert min(opened) == 0


@pytest.mark.parametrize(
    ("kind", "unit"), [("msgpack", b"\x91"), ("cbor", b"\x81"), ("cbor", b"\x9f")]
)
def test_depth_is_bounded(kind, unit):
    with pytest.raises(NotPackedError) as refused:
        list(packed.TOKENS[kind](unit * 100_000))
    assert refused.value.deep
