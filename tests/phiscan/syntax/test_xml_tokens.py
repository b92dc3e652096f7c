"""Markup is cut into tokens at the right bytes, also with quotes, and in linear time."""

import time

import pytest

from phiscan.syntax.xml_tokens import Kind, local_name, tokens


def cut(data):
    return [(t.kind, data[t.start : t.end], t.name) for t in tokens(data)]


def test_tags_texts_and_cdata_have_their_bytes_and_comments_are_left_out():
    data = b'<?xml version="1.0"?><a><!-- <no/> --><b c="1>2"/>x<![CDATA[<y>]]></a>'
    assert cut(data) == [
        (Kind.OPEN, b"<a>", "a"),
        (Kind.EMPTY, b'<b c="1>2"/>', "b"),
        (Kind.TEXT, b"x", ""),
        (Kind.CDATA, b"<y>", ""),
        (Kind.CLOSE, b"</a>", "a"),
    ]


def test_a_namespace_prefix_is_no_part_of_a_name():
    assert [t.name for t in tokens(b"<cda:id/><sdtc:birthTime/>")] == ["id", "birthTime"]
    assert local_name(b"xmlns:cda") == "xmlns"


def test_a_smaller_than_sign_that_begins_no_tag_is_text():
    assert cut(b"<p>a < b and <3</p>")[1:-1] == [
        (Kind.TEXT, b"a ", ""),
        (Kind.TEXT, b"< b and ", ""),
        (Kind.TEXT, b"<3", ""),
    ]


@pytest.mark.parametrize(
    "data", [b"<a><!-- open", b"<a><![CDATA[ open", b"<?xml open", b"<!DOCTYPE a"]
)
def test_markup_that_does_not_end_is_broken(data):
    assert cut(data)[-1][0] is Kind.BROKEN


def test_a_dtd_with_declarations_is_told_from_one_that_is_only_named():
    assert cut(b"<!DOCTYPE html><a/>")[0][0] is Kind.DOCTYPE
    assert cut(b'<!DOCTYPE a [<!ENTITY x "y">]><a/>')[0][0] is Kind.SUBSET


def test_a_range_is_read_alone():
    data = b"<a><b>x</b></a>"
    assert [t.name for t in tokens(data, 3, 11)] == ["b", "", "b"]


@pytest.mark.parametrize(
    "unit",
    [
        b"<a ",
        b'<a "',
        b"<a '\"",
        b"<!--",
        b"<![CDATA[",
        b"<",
        b"</",
        b"<a b=",
        b"<?",
        b'<a """',
        b"<!DOCTYPE",
    ],
)
def test_hostile_markup_takes_linear_time(unit):
    def cost(size):
        data = unit * (size // len(unit))
        begin = time.process_time()
        for _ in tokens(data):
            pass
        return time.process_time() - begin

    small, large = min(cost(20_000) for _ in range(3)), cost(160_000)
    assert large < 8 * 6 * small + 0.05
