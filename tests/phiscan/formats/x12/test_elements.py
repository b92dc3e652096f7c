"""X12: dates outside DTP, dates of death, entities and references that identify nobody."""

import pytest

import phiscan
from phiscan.finding import Subject

ISA = (
    "ISA*00*          *00*          *ZZ*LAKESIDE       *ZZ*NORTHPLAN      *250301*0900*^*"
    "00501*000000077*0*P*:~"
)


def found(kind, *body):
    lines = (
        f"GS*HC*LAKESIDE*NORTHPLAN*20250301*0900*7*X*005010~ST*{kind}*0001~",
        *(f"{line}~" for line in body),
    )
    data = (ISA + "".join(lines) + "SE*9*0001~GE*1*7~IEA*1*000000077~").encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
        if f.identifier and f.subject is not Subject.PROVIDER
    }


SUBSCRIBER = ("HL*2*1*22*0", "NM1*IL*1*OKAFOR*ADA****MI*NP5501238")


@pytest.mark.parametrize(
    ("kind", "lines", "expected"),
    [
        (
            "820",
            ("ENT*1*2J*EI*77120", "DTM*582****RD8*20251201-20251231"),
            ("SERVICE_DATE", "20251201-20251231"),
        ),
        (
            "837",
            (*SUBSCRIBER, "CR6*4*20250101*RD8*20250101-20250301*20241201"),
            ("SERVICE_DATE", "20250101-20250301"),
        ),
        (
            "837",
            (*SUBSCRIBER, "CR6*4*20250101*RD8*20250101-20250301*20241201"),
            ("SERVICE_DATE", "20241201"),
        ),
        ("837", (*SUBSCRIBER, "LX*1", "FRM*1A***20250105"), ("SERVICE_DATE", "20250105")),
        ("834", ("INS*Y*18*001*AI*A*C**TE***D8*20250105",), ("DATE_OF_DEATH", "20250105")),
        ("837", (*SUBSCRIBER, "PAT*****D8*20250105"), ("DATE_OF_DEATH", "20250105")),
        ("834", ("INS*Y*18", "REF*ZZ*KX77120"), ("UNIQUE_CODE", "KX77120")),
    ],
)
def test_an_element_outside_of_the_usual_segments_is_found(kind, lines, expected):
    assert expected in found(kind, *lines)


@pytest.mark.parametrize(
    ("kind", "lines", "value"),
    [
        # shifted by one element, so it is no date
        ("834", ("INS*Y*18*001*AI*A*C***TE***D8*20250105",), "D8"),
        # mutually defined, so it is no code
        ("834", ("INS*Y*18", "REF*ZZ*Medical only"), "Medical only"),
        ("834", ("INS*Y*18", "REF*19*DIV77120"), "DIV77120"),  # a division
        ("837", (*SUBSCRIBER, "CLM*A*1", "REF*1S*APG77120"), "APG77120"),  # a group of procedures
        # when the payer looked at the claim
        ("277", (*SUBSCRIBER, "STC*A1:20*20250620*WQ*100"), "20250620"),
    ],
)
def test_what_identifies_nobody_is_no_finding(kind, lines, value):
    assert value not in {v for _, v in found(kind, *lines)}


@pytest.mark.parametrize("code", "13 1X 3D AY LI OD QA TTP".split())
def test_laboratories_and_those_of_a_profession_are_no_patients(code):
    lines = (
        "INS*Y*18",
        "NM1*IL*1*OKAFOR*ADA****34*521447788",
        f"NM1*{code}*1*BRANDT*ELIAS",
        "N3*900 CLINIC PKWY",
    )
    assert not {"BRANDT", "900 CLINIC PKWY"} & {v for _, v in found("834", *lines)}
