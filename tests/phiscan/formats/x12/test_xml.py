"""X12 as XML gives the findings of the same segments with delimiters."""

import pytest

import phiscan
from phiscan.finding import Subject, Verdict
from phiscan.formats.x12.notations import Place, place

ER = b"HL*3**22*0~NM1*IL*1*RUIZ*ANA****MI*W1234567~N3*17 OAK ST~DMG*D8*19800203~HI*ABK:E119~NM1*85*1*OSEI~"
SEGMENTS = [segment.split("*") for segment in ER.decode().strip("~").split("~")]


def by_name(words="", joint=""):
    """<NM1><NM103>RUIZ</NM103></NM1>, with words behind the numbers."""
    out = []
    for tag, *elements in SEGMENTS:
        inner = "".join(
            f"<{tag}{joint}{n:02d}{words}>{e}</{tag}{joint}{n:02d}{words}>"
            for n, e in enumerate(elements, 1)
            if e
        )
        out.append(f"<{tag}>{inner}</{tag}>")
    return "<Loop_2000B>" + "".join(out) + "</Loop_2000B>"


def by_attribute(segment="seg", element="ele", key="id"):
    out = []
    for tag, *elements in SEGMENTS:
        inner = "".join(
            f'<{element} {key}="{tag}{n:02d}">{e}</{element}>' for n, e in enumerate(elements, 1)
        )
        out.append(f'<{segment} {key}="{tag}">{inner}</{segment}>')
    return "<transaction>" + "".join(out) + "</transaction>"


def by_component():
    xml = by_name()
    return xml.replace(
        "<HI01>ABK:E119</HI01>", "<HI01><HI01_1>ABK</HI01_1><HI01_2>E119</HI01_2></HI01>"
    )


def identifiers(data):
    report = phiscan.scan(data)
    return {
        (
            f.info_type,
            f.location.field.rpartition(">")[2],
            f.subject,
            data[f.location.start : f.location.end],
        )
        for f in (*report.findings, *report.providers)
        if f.identifier or f.info_type == "DIAGNOSIS"
    }


@pytest.mark.parametrize(
    "xml",
    [
        by_name(),
        by_name(words="__Words_of_the_Schema"),
        by_name(joint="."),
        by_name(joint="_"),
        by_name().replace("<NM1>", "").replace("</NM1>", ""),  # no element around the segment
        by_attribute(),
        by_attribute("segment", "element", "Id"),
        by_component(),
    ],
)
def test_elements_are_read_as_the_segments_with_delimiters_are(xml):
    assert identifiers(xml.encode()) == identifiers(ER)
    assert phiscan.scan(xml.encode()).verdict is Verdict.PHI


def test_a_value_keeps_its_range_behind_entities():
    data = by_name().replace("RUIZ", "RU&amp;IZ").encode()
    assert ("PERSON_NAME", "NM1-03", Subject.PATIENT, b"RU&amp;IZ") in identifiers(data)


@pytest.mark.parametrize(
    "inner",
    [
        "<payload><![CDATA[\n{}]]></payload>",
        "<Payload>{}</Payload>",
        "<s:Envelope xmlns:s='urn:soap'><s:Body><PayloadType>X12_270</PayloadType>"
        "<Payload>{}</Payload></s:Body></s:Envelope>",
    ],
)
@pytest.mark.parametrize("begin", ["ST*270*0001~", "GS*HS*A*B*20240102*1200*1*X*005010X279A1~"])
def test_an_interchange_in_a_wrapper_is_read_from_any_segment_on(inner, begin):
    report = phiscan.scan(inner.format(begin + ER.decode()).encode())
    assert report.verdict is Verdict.PHI
    assert "PERSON_NAME" in {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    "xml",
    [
        # an order of goods
        "<po><ST><ST01>850</ST01></ST><N1><N101>BY</N101><N102>ACME</N102></N1>"
        "<NM1><NM101>BY</NM101><NM102>2</NM102><NM103>ACME</NM103></NM1></po>",
        "<schema><element name='NM101'/><element name='NM103'/></schema>",  # a schema
        "<parts><NM101A>bolt</NM101A></parts>",
    ],
)
def test_other_xml_names_no_patient(xml):
    report = phiscan.scan(xml.encode())
    assert report.verdict is not Verdict.PHI
    assert not [f for f in report.findings if f.subject is Subject.PATIENT]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("NM103", Place("NM1", 3, 0)),
        ("N301", Place("N3", 1, 0)),
        ("SV10102", Place("SV1", 1, 2)),
        ("HI0102_Code", Place("HI", 1, 2)),
        ("NM1.3", Place("NM1", 3, 0)),
        ("HI01-02", Place("HI", 1, 2)),
        ("NM103__MemberLastName", Place("NM1", 3, 0)),
        ("NM1", None),
        ("Loop_2010", None),
        ("name", None),
    ],
)
def test_a_number_names_segment_element_and_component(number, expected):
    assert place(number) == expected


def test_masked_elements_stay_xml():
    data = by_name().encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert b"<NM103>XXX</NM103>" in masked
    assert b"<NM103>OSEI</NM103>" in masked
    assert phiscan.scan(masked).verdict is not Verdict.PHI
