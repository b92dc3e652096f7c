"""X12 documents are split by the delimiters that they name; offsets are those of the bytes."""

import pytest

from phiscan.formats.x12.segments import X12Segment, interchanges, sniff

ISA = (
    b"ISA*00*          *00*          *ZZ*LAKESIDE       *ZZ*NORTHPLAN      *250301*0900*^*"
    b"00501*000000077*0*P*:~"
)
GS = b"GS*HC*LAKESIDE*NORTHPLAN*20250301*0900*7*X*005010X222A1~"
BODY = (
    b"ST*837*0001*005010X222A1~NM1*IL*1*OKAFOR*ADA****MI*NP5501238~SE*3*0001~GE*1*7~IEA*1*"
    b"000000077~"
)


def segments(data: bytes) -> list[X12Segment]:
    return [segment for part in interchanges(data) for segment in part]


def member_place(data: bytes) -> list[bytes]:
    locations = [s.location(9) for s in segments(data) if s.tag == "NM1"]
    return [data[location.start : location.end] for location in locations]


@pytest.mark.parametrize(
    ("element", "component", "end"),
    [
        (b"*", b":", b"~"),
        (b"*", b":", b"~\n"),
        (b"*", b":", b"~\r\n"),
        (b"*", b">", b"\n"),
        (b"*", b">", b"\r\n"),
        (b"*", b">", b"\r"),
        (b"|", b"^", b"~"),
        (b"\x1d", b"\x1f", b"\x1c"),
        (b"+", b":", b"'"),
    ],
)
def test_delimiters_are_those_that_isa_names(element, component, end):
    whole = (ISA + GS + BODY).replace(b":", b"\x00")
    data = whole.replace(b"*", element).replace(b"\x00", component).replace(b"~", end)
    assert sniff(data)
    assert [s.tag for s in segments(data)] == ["ISA", "GS", "ST", "NM1", "SE", "GE", "IEA"]
    assert member_place(data) == [b"NP5501238"]


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\r\n  ", b"\x00"])
def test_what_stands_before_the_header_is_skipped(lead):
    data = lead + ISA + GS + BODY
    assert sniff(data)
    assert member_place(data) == [b"NP5501238"]


def test_isa_without_fixed_width_is_read():
    data = b"ISA*00**00**ZZ*A*ZZ*B*250301*0900*^*00501*1*0*P*:~" + GS + BODY
    assert sniff(data)
    assert member_place(data) == [b"NP5501238"]


@pytest.mark.parametrize("end", [b"~", b"~\n", b"\n"])
def test_isa_without_its_last_element_still_ends_its_segment(end):
    data = (ISA.replace(b"*:~", b"*~") + GS + BODY).replace(b"~", end)
    assert member_place(data) == [b"NP5501238"]


def test_a_header_line_may_end_otherwise_than_the_lines_behind_it():
    data = ISA.replace(b"~", b"\r\n") + (GS + BODY).replace(b"~", b"\n")
    assert member_place(data) == [b"NP5501238"]


def test_interchanges_with_different_delimiters_follow_each_other():
    other = (
        (ISA + GS + BODY)
        .replace(b"*", b"|")
        .replace(b"~", b"\n")
        .replace(b"NP5501238", b"NP5501239")
    )
    data = ISA + GS + BODY + b"\n" + other
    assert member_place(data) == [b"NP5501238", b"NP5501239"]


def test_a_value_that_reads_isa_begins_no_interchange():
    data = ISA + GS + BODY.replace(b"OKAFOR*ADA", b"ISA*00*" + b"A*" * 20)
    assert len(interchanges(data)) == 1


@pytest.mark.parametrize(
    "data",
    [
        GS + BODY,
        BODY,
        BODY.replace(b"~", b"\r\n"),
        BODY.replace(b"*", b"|"),
        BODY.replace(b"*005010X222A1", b""),
        b"NM1*IL*1*OKAFOR*ADA****MI*NP5501238~\nN3*12 ELM CT~",
        b"HL*2*1*22*0\nNM1*IL*1*OKAFOR*ADA****MI*NP5501238\nDMG*D8*19700101\n",
    ],
)
def test_fragments_are_read(data):
    assert sniff(data)
    assert member_place(data) == [b"NP5501238"]


@pytest.mark.parametrize(
    "data",
    [
        (ISA + GS + BODY).lower(),
        (ISA + GS + BODY).swapcase().replace(b"nm1*", b"Nm1*"),
        (GS + BODY).lower(),
        BODY.lower(),
        b"hl*2*1*22*0~nm1*il*1*okafor*ada****mi*np5501238~\n",
    ],
)
def test_small_letters_are_read(data):
    assert sniff(data)
    assert [value.upper() for value in member_place(data)] == [b"NP5501238"]
    assert {s.tag for s in segments(data)} <= {"ISA", "GS", "ST", "HL", "NM1", "SE", "GE", "IEA"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"st-123-abc is a part number ", "no delimiters of a fragment"),
        (b"isa||||||||||||||||||\n", "no first element"),
        (b"per*a\nref*b\n", "pointers of a program"),
        (b"hi*there~ all", "one word"),
        (b"isabel*00*", "a longer word"),
    ],
)
def test_small_letters_alone_are_no_x12(data, why):
    assert not sniff(data), why


@pytest.mark.parametrize(
    "data",
    [
        ISA + b"\n" + (GS + BODY).replace(b"~", b"\n"),
        ISA.replace(b"~", b"\n") + GS + BODY,
        ISA + GS + BODY.replace(b"NM1*", b"REF*D9*12\nNM1*"),
        ISA + GS + BODY.replace(b"NM1*", b"REF*D9*12\r\n NM1*"),
        ISA.replace(b"~", b"|") + GS + BODY,
    ],
    ids=["LF for ~", "~ for LF", "LF in an element", "CRLF in an element", "~ for another"],
)
def test_what_other_receivers_read_as_a_segment_is_one(data):
    assert b"NP5501238" in {value.rstrip() for value in member_place(data)}


@pytest.mark.parametrize("word", [b"12\nStreet*5", b"12\nUSA*5", b"12\nNM1 is*5", b"a~b"])
def test_a_line_of_an_element_that_is_no_segment_is_none(word):
    data = ISA.replace(b"~", b"!") + (GS + BODY).replace(b"~", b"!").replace(b"ADA", word)
    assert [s.tag for s in segments(data)].count("NM1") == 1
    assert "USA" not in {s.tag for s in segments(data)}


@pytest.mark.parametrize("width", [80, 72, 9])
def test_lines_wrapped_inside_of_elements_keep_tags_and_values(width):
    whole = ISA + GS + BODY
    data = b"\n".join(whole[at : at + width] for at in range(0, len(whole), width))
    assert [s.tag for s in segments(data)] == ["ISA", "GS", "ST", "NM1", "SE", "GE", "IEA"]
    assert [s.text(9) for s in segments(data) if s.tag == "NM1"] == ["NP5501238"]


def test_a_counted_segment_may_hold_the_delimiters():
    data = GS.replace(b"HC", b"PI") + b"ST*275*0001~BIN*9*a~b*c~d*e~SE*3*0001~"
    binary = next(s for s in segments(data) if s.tag == "BIN")
    location = binary.location(2)
    assert data[location.start : location.end] == b"a~b*c~d*e"


@pytest.mark.parametrize("length", [b"500", b"1", b"x", b""])
def test_a_wrong_length_ends_the_segment_at_its_delimiter(length):
    data = GS + b"ST*275*0001~BIN*" + length + b"*XXX~SE*3*0001~"
    assert [s.tag for s in segments(data)] == ["GS", "ST", "BIN", "SE"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ISA",
        b"ISA*00*",  # cut in the header: nothing names the terminator
        b"ISA bus cards from 1990*",
        b"VISA*00*          *00*",
        b"ST*LOUIS*MO",
        b"GS*a*b*c",
        b"MSH|^~\\&|A|B|",
        b"NM1*only one segment",
        b"REFERENCE*A~NOTE*B~",
    ],
)
def test_look_alikes_are_not_x12(data):
    assert not sniff(data)
    assert segments(data) == []
