"""HL7 v2: subcomponents of names and addresses, the components of XTN, rarer segments."""

import pytest

import phiscan
from phiscan.finding import Subject

HEADER = "MSH|^~\\&|LAB|H|EHR|H|20240102030405||ADT^A08|77|P|2.5.1\r"


def field(segment, number, value):
    return segment + "|" * number + value


def found(*segments):
    data = (HEADER + "\r".join(segments) + "\r").encode()
    report = phiscan.scan(data)
    return {
        (f.info_type, data[f.location.start : f.location.end].decode(), f.subject)
        for f in (*report.findings, *report.providers)
        if f.identifier
    }


def patients(*segments):
    return {
        (kind, value)
        for kind, value, subject in found(*segments)
        if subject is not Subject.PROVIDER
    }


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (field("PID", 5, "van Houten&van&Houten^MILA"), ("PERSON_NAME", "van Houten")),
        (field("PID", 5, "&van&Houten&de&Ruiz^MILA"), ("PERSON_NAME", "Houten")),
        (field("PID", 5, "&van&Houten&de&Ruiz^MILA"), ("PERSON_NAME", "Ruiz")),  # the partner's
        (field("PID", 11, "&Quarry Road&9^^AMES"), ("STREET_ADDRESS", "Quarry Road")),
        (field("PID", 11, "&Quarry Road&9^^AMES"), ("STREET_ADDRESS", "9")),
        (field("PID", 13, "^^PH^+4569001122"), ("PHONE_NUMBER", "+4569001122")),
        (field("PID", 13, "^PRN^CP^^^^^^^(085)6667788"), ("PHONE_NUMBER", "(085)6667788")),
        (field("PID", 13, "^PRN^PH^^^515^234-8890"), ("PHONE_NUMBER", "234-8890")),
        # local numbers are shorter elsewhere
        (field("PID", 13, "^PRN^PH^^44^1632^96007"), ("PHONE_NUMBER", "96007")),
    ],
)
def test_a_value_is_found_in_any_part_that_the_data_type_has(segment, expected):
    assert expected in patients(segment)


@pytest.mark.parametrize(
    ("segment", "value"),
    [
        (field("PID", 5, "van Houten&van&Houten^MILA"), "van"),  # a prefix
        (field("PID", 13, "(000)000-0000"), "(000)000-0000"),  # a field without a value
        (field("PID", 19, "000-00-0000"), "000-00-0000"),
        (field("PID", 13, "^PRN^PH^^^^^^call after 5"), "call after 5"),
        (field("PID", 7, "1944"), "1944"),
        (field("RXA", 16, "20271231"), "20271231"),  # the day the batch expires
        (field("OBX", 12, "20200101"), "20200101"),  # the day from which a reference range holds
    ],
)
def test_what_identifies_nobody_is_no_finding(segment, value):
    assert value not in {v for _, v in patients(segment)}


@pytest.mark.parametrize(
    ("segment", "number", "value", "info_type"),
    [
        ("IN1", 10, "EMP5501", "UNIQUE_CODE"),
        ("FT1", 30, "PAY5502", "ACCOUNT_NUMBER"),
        ("IN2", 49, "MORENO^LUZ", "PERSON_NAME"),
        ("IN2", 50, "5152340001", "PHONE_NUMBER"),
        ("SPM", 30, "ACC5503", "ACCOUNT_NUMBER"),
        ("SCD", 33, "77120^^^H^MR", "MEDICAL_RECORD_NUMBER"),
        ("DON", 17, "19610304", "DATE_OF_BIRTH"),
        ("IAM", 14, "SANDOVAL^LUIS", "PERSON_NAME"),
        *((segment, number, "20240105", "SERVICE_DATE") for segment, number in [
            ("ORC", 9), ("PV1", 25), ("PV2", 46), ("IN1", 24), ("IN2", 44), ("IN3", 22),
            ("GT1", 31), ("NK1", 8), ("PD1", 13), ("DG1", 19),
            ("PRB", 15), ("GOL", 19), ("RF1", 13), ("ROL", 5), ("PRT", 11), ("UB1", 14),
            ("RXA", 22), ("AUT", 26), ("REL", 11),
        ]),
    ],
)  # fmt: skip
def test_a_field_of_the_standard_is_the_patients(segment, number, value, info_type):
    assert (info_type, value.split("^")[0]) in patients(field(segment, number, value))


@pytest.mark.parametrize(
    ("segment", "street"),
    [
        (field("PV1", 3, "W^1^2^H^^^900 Clinic Street"), "900 Clinic Street"),
        (field("RXA", 11, "^^^H^^^^^900 Clinic Street^^AMES^IA^50010"), "900 Clinic Street"),
        (field("FAC", 3, "900 Clinic Street^^AMES^IA^50010"), "900 Clinic Street"),
        (field("RXE", 41, "900 Clinic Street^^AMES^IA^50010"), "900 Clinic Street"),
        (field("PES", 3, "900 Clinic Street^^AMES^IA^50010"), "900 Clinic Street"),
        (field("STF", 11, "900 Clinic Street^^AMES^IA^50010"), "900 Clinic Street"),
    ],
    ids=["location", "administered-at", "facility", "pharmacy", "sender", "staff"],
)
def test_where_care_is_given_is_no_patients_address(segment, street):
    assert street not in {v for _, v in patients("PID|1||77120^^^H^MR", segment)}


@pytest.mark.parametrize(
    ("code", "info_type"),
    [
        ("RR", "HEALTH_PLAN_BENEFICIARY_NUMBER"),  # railroad retirement
        ("JHN", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("ACSN", "ACCOUNT_NUMBER"),
        ("BCT", "UNIQUE_CODE"),
        ("PRC", "UNIQUE_CODE"),  # permanent resident card
        ("CZ", "UNIQUE_CODE"),  # citizenship card
        ("XX", "MEDICAL_RECORD_NUMBER"),  # tells nothing; the field PID-3 tells
    ],
)
def test_a_number_is_what_table_0203_says(code, info_type):
    assert (info_type, "A5501") in patients(field("PID", 3, f"A5501^^^H^{code}"))
