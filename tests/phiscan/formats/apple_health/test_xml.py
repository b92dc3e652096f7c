"""Exports of Apple Health: everything is about the person whose telephone made them."""

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Subject, Verdict

DTD = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT ExportDate EMPTY>
]>"""
ME = '<Me HKCharacteristicTypeIdentifierDateOfBirth="1950-02-11" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeAPositive"/>'
RECORD = (
    '<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Noor’s Apple Watch" '
    'unit="count/min" startDate="2024-01-05 10:11:12 +0100" value="72"/>'
)
CLINICAL = (
    '<ClinicalRecord type="AllergyIntolerance" identifier="T18EOB" sourceName="Alder Clinic" '
    'receivedDate="2020-08-06 05:01:22 -0800" resourceFilePath="/clinical-records/a.json"/>'
)


def export(*parts, dtd=DTD):
    inner = "".join(parts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{dtd}\n<HealthData locale="en_US">'
        f'<ExportDate value="2024-02-03 04:05:06 +0100"/>{inner}</HealthData>'
    ).encode()


def found(data):
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize("dtd", ["", DTD])
def test_dates_and_owners_are_found(dtd):
    report, values = found(export(ME, RECORD, CLINICAL, dtd=dtd))
    assert values == {
        ("DATE_OF_BIRTH", "1950-02-11"),
        ("PERSON_NAME", "Noor"),
        ("SERVICE_DATE", "2024-01-05 10:11:12 +0100"),
        ("SERVICE_DATE", "2020-08-06 05:01:22 -0800"),
        ("UNIQUE_CODE", "T18EOB"),
    }
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


@pytest.mark.parametrize(
    "data",
    [
        export(),  # an export of nothing
        export('<Record type="x" sourceName="Scale"/>'),  # no day and no owner
        b"<HealthData><Status>ok</Status><Uptime>12</Uptime></HealthData>",  # of a server
        b'<Record type="invoice" startDate="2024-01-05" value="72"/>',  # of another program
    ],
)
def test_near_misses_are_silent(data):
    report, values = found(data)
    assert report.verdict is not Verdict.PHI
    assert not values


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY n "Noor">',
        '<!ATTLIST Me name CDATA "Noor">',  # a default value is text of the document
        '<!ENTITY % p "x"> %p;',
        '<!ELEMENT a EMPTY><!ENTITY n "Noor">',
        "<!-- - --><!ENTITY n 'Noor'>",
    ],
)
def test_a_dtd_that_defines_text_stays_a_gap(subset):
    report, _ = found(export(dtd=f"<!DOCTYPE HealthData [{subset}]>"))
    assert report.gap is Gap.MALFORMED


def test_masked_attributes_are_found_no_more():
    data = export(ME, RECORD)
    masked = phiscan.redact(data, phiscan.scan(data))
    assert "XXX’s Apple Watch".encode() in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH
