import json

from canary_samples import signed

import phiscan
from mesh.posture.canary.record import MEDIA, record_of, values_of
from phiscan.finding import Coverage, Verdict


def test_a_record_is_phi_to_the_detectors_and_says_that_it_is_nobodys():
    report = phiscan.scan(record_of(signed().text), content_type=MEDIA)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert json.loads(record_of(signed().text))["about"].startswith("phiguard canary: a synthetic")


def test_each_nonce_has_a_record_of_its_own():
    texts = [signed(random=letter * 32).text for letter in "abcdefghijklmnop"]
    assert len({record_of(text) for text in texts}) == len(texts)
    assert record_of(texts[0]) == record_of(texts[0])


def test_the_values_of_a_person_are_those_in_the_record():
    record = record_of(signed().text)
    assert all(value in record for value in values_of(signed().text))
    found = phiscan.scan(record, content_type=MEDIA).findings
    persons = [f for f in found if f.identifier is not None and f.info_type != "PATIENT_RECORD"]
    spans = {record[f.location.start : f.location.end].strip(b'"') for f in persons}
    assert spans == set(values_of(signed().text))


def test_no_record_holds_its_nonce():
    assert signed().text.encode() not in record_of(signed().text)
