"""DICOM data sets as XML and as tools print them: attributes by their tags."""

import pytest
from lxml import etree

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
<DicomAttribute tag="00080020" vr="DA" keyword="StudyDate"><Value number="1">20240105</Value>
</DicomAttribute>
<DicomAttribute tag="00080090" vr="PN" keyword="ReferringPhysicianName"><PersonName number="1">
<Alphabetic><FamilyName>Osei</FamilyName>
</Alphabetic></PersonName></DicomAttribute>
<DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1"><Alphabetic>
<FamilyName>Sandoval</FamilyName>
<GivenName>Rosa</GivenName></Alphabetic></PersonName></DicomAttribute>
<DicomAttribute tag="00100020" vr="LO" keyword="PatientID"><Value number="1">A10017</Value>
</DicomAttribute>
<DicomAttribute tag="00280010" vr="US" keyword="Rows"><Value number="1">512</Value>
</DicomAttribute></NativeDicomModel>"""
DCMDUMP = b"""# Dicom-Data-Set
(0008,0020) DA [20240105]                               #   8, 1 StudyDate
(0008,0090) PN [Osei^Kwame]                             #  10, 1 ReferringPhysicianName
(0010,0010) PN [Sandoval^Rosa]                          #  14, 1 PatientName
(0010,0020) LO [A10017]                                 #   6, 1 PatientID
(0028,0010) US 512                                      #   2, 1 Rows
"""
PYDICOM = b"""(0008, 0020) Study Date                          DA: '20240105'
(0008, 0090) Referring Physician's Name          PN: 'Osei^Kwame'
(0010, 0010) Patient's Name                      PN: 'Sandoval^Rosa'
(0010, 0020) Patient ID                          LO: 'A10017'
"""
DCM4CHE = b"""132: (0008,0020) DA #8 [20240105] StudyDate
148: (0008,0090) PN #10 [Osei^Kwame] ReferringPhysicianName
160: (0010,0010) PN #14 [Sandoval^Rosa] PatientName
182: (0010,0020) LO #6 [A10017] PatientID
"""


@pytest.mark.parametrize(
    "data", [MODEL, DCMDUMP, PYDICOM, DCM4CHE], ids=["xml", "dcmdump", "pydicom", "dcm4che"]
)
def test_attributes_are_read_by_their_tags(data):
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    patients = {
        (f.info_type, data[f.location.start : f.location.end].decode().partition("^")[0])
        for f in report.findings
        if f.subject is Subject.PATIENT and f.identifier
    }
    assert patients >= {
        ("PERSON_NAME", "Sandoval"),
        ("MEDICAL_RECORD_NUMBER", "A10017"),
        ("SERVICE_DATE", "20240105"),
    }
    assert "Osei" not in {value for _, value in patients}


def test_masked_xml_stays_well_formed_and_names_nobody():
    masked = phiscan.redact(MODEL, phiscan.scan(MODEL))
    etree.fromstring(masked)
    assert not [v for v in (b"Sandoval", b"Rosa", b"A10017") if v in masked]


@pytest.mark.parametrize(
    "text",
    [
        b"(0028,0010) US [512]\n(0008,0060) CS [CT]\n",  # no patient's tag
        b"The tag (0010,0010) holds the name of the patient.\n",
        b"f(0010, 2) = [3, 4]\n",
    ],
    ids=["image", "manual", "program"],
)
def test_what_names_no_patient_by_tag_is_nobodys(text):
    assert not [f for f in phiscan.scan(text).findings if f.identifier]
