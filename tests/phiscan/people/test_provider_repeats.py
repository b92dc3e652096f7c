"""A value that the structure calls a provider's is the provider's in the narrative too."""

import base64

import pytest

import phiscan
from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject, Verdict
from phiscan.people.provider_repeats import mark_repeats
from phiscan.readers import registry

DOCUMENT = """<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>
<id root="1.2.3" extension="77120"/>
<addr><streetAddressLine>9 Quarry Road</streetAddressLine><city>Ames</city>
<postalCode>50010</postalCode></addr>
<patient><name><given>Rosa</given><family>Sandoval</family></name></patient></patientRole></recordTarget>
<author><assignedAuthor><addr><streetAddressLine>900 Clinic Street, Suite 4</streetAddressLine>
<city>Boone</city>
<postalCode>50036</postalCode></addr><telecom value="tel:+1(515)234-0100"/>
<assignedPerson><name><given>Ann</given><family>Wu</family></name></assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section>
<code code="10164-2" codeSystem="2.16.840.1.113883.6.1"/>
<text>{}</text></section></component></structuredBody></component></ClinicalDocument>"""


def found(narrative):
    data = DOCUMENT.format(narrative).encode()
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    start = data.index(b"<text>")
    return {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.identifier and f.location.start > start and f.subject is not Subject.PROVIDER
    }


@pytest.mark.parametrize(
    ("narrative", "value"),
    [
        ("Seen at 900 Clinic Street, Boone, IA 50036", "900 Clinic Street"),
        ("Seen at 900 Clinic Street, Ste 4", "900 Clinic Street, Ste 4"),
        ("Seen at 900 Clinic Street, Boone, IA 50036", "Boone"),
        ("Seen at 900 Clinic Street, Boone, IA 50036-1234", "50036-1234"),
        ("Call (515) 234-0100", "(515) 234-0100"),
        (
            (
                "<table><thead><tr><th>Full name</th></tr></thead><tbody><tr><td>ANN WU "
                "MD</td></tr></tbody></table>"
            ),
            "ANN WU MD",
        ),
    ],
)
def test_a_providers_value_is_no_patients_in_the_narrative(narrative, value):
    assert value not in found(narrative)


@pytest.mark.parametrize(
    ("narrative", "value"),
    [
        # somebody's home in that street
        ("Lives at 900 Clinic Street, Apt 4", "900 Clinic Street, Apt 4"),
        ("Lives at 77 Clinic Street", "77 Clinic Street"),
        ("Call (515) 234-0199", "(515) 234-0199"),
        ("Lives at 9 Quarry Road, Ames, IA 50010", "9 Quarry Road"),  # the patient's own
        (
            (
                "<table><thead><tr><th>Full name</th></tr></thead><tbody><tr><td>Luis Wu</td>"
                "</tr></tbody></table>"
            ),
            "Luis Wu",
        ),
    ],
)
def test_what_is_not_the_providers_alone_stays(narrative, value):
    assert value in found(narrative)


def test_a_record_without_a_health_format_gives_nothing_back():
    data = (
        b'{"patient": {"mrn": "77120"}, "provider": {"phone": "515-234-0100"}, "contact": '
        b'{"phone": "515-234-0100"}}'
    )
    report = phiscan.scan(data)
    assert "PHONE_NUMBER" in {f.info_type for f in report.findings}


def test_a_value_of_a_provider_and_of_a_patient_stays_a_patients():
    """A physician who is treated where she works: her name in the narrative stays a patient's."""
    shared = DOCUMENT.replace(
        "<given>Ann</given><family>Wu</family>", "<given>Rosa</given><family>Sandoval</family>"
    )
    data = shared.format(
        "<table><thead><tr><th>Full name</th></tr></thead>"
        "<tbody><tr><td>ROSA SANDOVAL MD</td></tr></tbody></table>"
    ).encode()
    start = data.index(b"ROSA")
    subjects = {
        f.subject
        for f in phiscan.scan(data).findings
        if f.info_type == "PERSON_NAME" and f.location.start <= start < f.location.end
    }
    assert subjects
    assert Subject.PROVIDER not in subjects


def test_a_document_in_base64_makes_no_private_persons_phone_a_providers():
    """All its values have one range, which says nothing of whose a number is."""
    data = base64.b64encode(DOCUMENT.encode())
    fhir, evidence = registry.MEDIA.kinds["fhir+json"], Evidence()
    for info_type, subject in (
        ("US_ZIP_CODE", Subject.PROVIDER),
        ("PERSON_NAME", Subject.PROVIDER),
        ("PERSON_NAME", Subject.PERSON),
    ):
        inner = Evidence()
        inner.add("structure", info_type, Location("", 0, 4), subject)
        evidence.absorb(inner, Location("encoded", 0, len(data)))
    mark_repeats(fhir, data, evidence)
    assert [f.subject for f in evidence.findings][-1] is Subject.PERSON
