import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.exchange.body_forms import PIECE, cutter
from mesh.exchange.events import Head
from mesh.message.facts import Direction, Facts
from mesh.message.headers import Headers

GRPC, EVENTS, NDJSON = "application/grpc", "text/event-stream", "application/x-ndjson"
CSV, PARTS = "text/csv", 'multipart/form-data; boundary="x y"'


def cut(kind, *chunks, direction=Direction.RESPONSE, **headers):
    """The pieces that each chunk completes, and the rest."""
    pairs = (("content-type", kind), *((k.replace("_", "-"), v) for k, v in headers.items()))
    body = cutter(Head(Facts(direction=direction), Headers(pairs)))
    taken = []
    for chunk in chunks:
        body.feed(chunk)
        if (piece := body.take()) is not None:
            taken.append(piece)
            body.released(piece.body)
    return taken, body.rest()


def bodies(kind, *chunks, **options):
    taken, rest = cut(kind, *chunks, **options)
    return [piece.body for piece in taken], rest.body


def frame(message, flags=b"\0"):
    return flags + len(message).to_bytes(4) + message


@pytest.mark.parametrize(
    ("kind", "chunks", "taken", "rest"),
    [
        (GRPC, [frame(b"a") + frame(b"")], [frame(b"a") + frame(b"")], b""),
        ("application/grpc-web+proto", [frame(b"a")], [frame(b"a")], b""),
        (GRPC, [b"\0\0\0", b"\0\2a", b"b\0"], [frame(b"ab")], b"\0"),
        (GRPC, [frame(b"a"), frame(b"b")], [frame(b"a"), frame(b"b")], b""),
        (EVENTS, [b"data: 1\n\ndata: 2"], [b"data: 1\n\n"], b"data: 2"),
        (EVENTS, [b"data: 1\r\n", b"\r", b"\n"], [b"data: 1\r\n\r\n"], b""),
        (EVENTS, [b"data: 1\r\rdata"], [b"data: 1\r\r"], b"data"),
        (EVENTS, [b"data: 1\n", b"data: 2\n"], [], b"data: 1\ndata: 2\n"),
        (NDJSON, [b'{"a":1}\n{"b"', b":2}\n"], [b'{"a":1}\n', b'{"b":2}\n'], b""),
        (NDJSON, [b'{"a":1}\n\r\n{}\n'], [b'{"a":1}\n\r\n{}\n'], b""),
        (EVENTS, [b"\xef\xbb\xbfid\n: hi\nretry:1\r\n\r\n"], None, b""),
        ('multipart/x; boundary="a"', [b"--a\n"], [], b"--a\n"),
    ],
)
def test_whole_elements_of_a_live_form_are_taken_at_once(kind, chunks, taken, rest):
    assert bodies(kind, *chunks) == (chunks if taken is None else taken, rest)


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("application/json", b"{}\n{}\n", "one document may have line breaks"),
        ("text/plain", b"a\n\nb\n\n", "a text is read as a whole"),
        ("", b"{}\n", "nothing says what it is"),
        ("application/grpc-web-text", b"AAAAAAA=", "base64 hides where a message ends"),
        (NDJSON, b'{"ssn":\n"536-22-8790"}\n', "a document that is called NDJSON"),
        ("multipart/mixed", b"--a\r\n\r\n1\r\n--a\r\n", "the boundary is not known"),
        (f"{NDJSON}, text/plain", b"{}\n", "the type has two meanings"),
        (NDJSON, b'["name","ssn"]\n["Ana",536228790]\n', "the first array names the others"),
        (NDJSON, b'"ssn"\n"536228790"\n', "a string may name the next"),
        (NDJSON, b'{"columns":["ssn"]}\n{"row":[536228790]}\n', "the first line names columns"),
        (NDJSON, b'{"meta":{"Fields":["ssn"]}}\n{"row":[1]}\n', "so does an object in it"),
        (EVENTS, b'{"ssn":\n\n"536228790"}', "a document that is called events"),
        (EVENTS, b"ssn:\n\n  536228790\n\n", "a text that is called events"),
        (EVENTS, b" data: 1\n\n", "a blank makes another name"),
    ],
)
def test_what_cannot_be_cut_stays_whole(kind, body, why):
    assert bodies(kind, body) == ([], body), why


LONG = b"x" * 1000 + b"\n"


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        (CSV, b'\r\n {"a":\n' + LONG * 1100, "a document in braces"),
        (CSV, b"\xef\xbb\xbf<a>\n" + LONG * 1100, "a document in tags"),
        (CSV, b"\n" * (PIECE + 9), "nothing says what it is"),
        (CSV, ("ssn\n" + "a\u0a0a\n" * PIECE).encode("utf-16-le"), "half a letter is a break"),
        (f"{CSV}; charset=UTF-16BE", LONG * 1100, "so the charset says"),
        (f"{CSV}; charset=utf-8; charset=utf-7", LONG * 1100, "two charsets"),
        (CSV, b"a," * 40_000 + b"\n" + LONG * 1100, "a first row too long to be read again"),
        ("multipart/x; boundary=a", (b"--ab\r\n" + LONG) * 1100, "the boundary goes on"),
        ('multipart/x; q="; boundary=a"; boundary=b', (b"--a\r\n" + LONG) * 1100, "a value"),
        ("multipart/x; boundary=a; boundary=b", (b"--a\r\n" + LONG) * 1100, "two boundaries"),
        ('multipart/x; boundary="a\\"b"', (b"--a\\\r\n" + LONG) * 1100, "an escaped quote"),
    ],
)
def test_a_long_body_that_is_not_what_it_is_called_stays_whole(kind, body, why):
    half = len(body) // 2
    assert bodies(kind, body[:half], body[half:], direction=Direction.REQUEST)[0] == [], why


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"-- \t\r\n"])
@pytest.mark.parametrize("cut_at", [1, 3, 4, 5, 7])
def test_a_delimiter_in_two_chunks_is_seen(end, cut_at):
    part = b"--x y\r\n\r\n" + b"a" * PIECE + b"\r\n"
    delimiter = b"--x y" + end
    taken, rest = bodies(PARTS, part + delimiter[:cut_at], delimiter[cut_at:] + b"b")
    assert (taken, rest) == ([part], delimiter + b"b")


def test_once_a_line_is_no_object_nothing_more_is_cut():
    assert bodies(NDJSON, b"{}\n", b"{\n", b"{}\n") == ([b"{}\n"], b"{\n{}\n")


@pytest.mark.parametrize(
    "headers",
    [
        {"content_encoding": "gzip"},
        {"content_range": "bytes 10-20/100"},
        {"content_encoding": "identity, br"},
    ],
)
def test_a_coded_body_and_a_part_of_a_document_stay_whole(headers):
    assert bodies(NDJSON, b"{}\n", **headers) == ([], b"{}\n")


def test_the_coding_identity_changes_nothing():
    assert bodies(NDJSON, b"{}\n", content_encoding="identity") == ([b"{}\n"], b"")


def test_two_content_types_stay_whole():
    pairs = (("content-type", NDJSON), ("content-type", "text/plain"))
    body = cutter(Head(Facts(), Headers(pairs)))
    body.feed(b"1\n")
    assert (body.take(), body.is_live) == (None, False)


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        (NDJSON, b'{"note":"' + b"a" * 990 + b'"}\n'),
        (CSV, b"a" * 990 + b',"line\nbreak"\n'),
        (PARTS, b"--x y\r\n\r\n" + b"a" * 990 + b"\r\n"),
    ],
)
def test_other_forms_are_taken_by_the_mebibyte(kind, element):
    few, many = 900, 1200
    taken, rest = bodies(kind, element * few, direction=Direction.REQUEST)
    assert (taken, len(rest)) == ([], few * len(element))

    taken, rest = bodies(kind, element * many, element, direction=Direction.REQUEST)
    assert len(taken) == 1
    assert len(taken[0]) >= PIECE
    assert len(taken[0]) % len(element) == 0
    assert taken[0] + rest == element * (many + 1)


def test_later_rows_are_read_with_the_first_ones():
    first, row = b'sep=,\n\nname,"a\nb"\n', b"Ana,1\n" * 1000
    taken, rest = cut(CSV, first, *[row] * 360, direction=Direction.REQUEST)

    lead = first + b"Ana,1\n" * 13
    assert [p.before for p in taken] == [b"", lead]
    assert rest.before == lead
    assert rest.document == lead + rest.body


def test_first_rows_are_read_again_as_they_went_on():
    body = cutter(Head(Facts(direction=Direction.REQUEST), Headers((("content-type", CSV),))))
    body.feed(b"a,1\n" * PIECE)
    body.take()
    body.released(b"****\n" * PIECE)
    assert body.rest().before == b"****\n" * 16


def test_few_long_rows_are_enough():
    row = b"a" * 60_000 + b"\n"
    taken, rest = cut(CSV, row * 20, row, direction=Direction.REQUEST)
    assert (len(taken), rest.before) == (1, row)


def test_a_part_is_read_with_the_end_of_the_body():
    part = b"--x y\r\n\r\n" + b"a" * PIECE + b"\r\n"
    taken, rest = cut(PARTS, part, part[:20], direction=Direction.REQUEST)

    assert taken[0].document == part + b"--x y--\r\n"
    assert (rest.document, rest.after) == (part[:20], b"")


def test_the_last_message_of_grpc_says_that_it_is_cut_off():
    assert cut(GRPC, frame(b"abc")[:-1])[1].is_whole is False
    assert cut(GRPC, frame(b"abc"))[1].is_whole is True


ELEMENTS = {
    GRPC: (st.binary(max_size=20).map(frame), None),
    EVENTS: (
        st.from_regex(rb"(?:data: [a-z]{0,5}(?:\n|\r\n)){1,3}", fullmatch=True).map(
            lambda e: e + b"\n"
        ),
        re.compile(rb"\n\r?\n\Z"),
    ),
    NDJSON: (
        st.sampled_from([b"{}\n", b'{"a":"\\n"}\r\n', b"\n", b"\r\n"]),
        re.compile(rb"\n\Z"),
    ),
}


@pytest.mark.parametrize("kind", ELEMENTS)
@given(data=st.data())
def test_however_it_is_chunked_no_byte_is_lost_and_no_element_is_cut(kind, data):
    elements = data.draw(st.lists(ELEMENTS[kind][0], max_size=8))
    body = b"".join(elements)
    at = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    chunks = [body[a:b] for a, b in zip([0, *at], [*at, len(body)], strict=True)]
    taken, rest = bodies(kind, *chunks)
    ends, end = {0}, 0
    for element in elements:
        end += len(element)
        ends.add(end)

    assert b"".join(taken) + rest == body
    end = 0
    for piece in taken:
        end += len(piece)
        assert end in ends
