"""The synthetic documents have the sizes and contents that the scenarios rely on."""

import gzip
import json

import pytest

from extauthz.demo import payloads
from phiscan import checks


@pytest.mark.parametrize("size", [1024, 65536, 1048576])
def test_documents_of_a_size_never_exceed_it(size: int) -> None:
    for document in (payloads.patient_bundle_of(size), payloads.clean_document_of(size)):
        json.loads(document)
        assert 0.8 * size < len(document) <= size


def test_the_number_is_in_the_bundle_only_when_asked_for() -> None:
    assert payloads.SSN.encode() in payloads.patient_bundle(with_ssn=True)
    assert payloads.SSN.encode() not in payloads.patient_bundle()
    json.loads(payloads.patient_bundle(with_ssn=True))


def test_the_broken_document_is_broken() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(payloads.BROKEN)


def test_the_compressed_bundle_is_the_bundle() -> None:
    assert gzip.decompress(payloads.gzipped_bundle()) == payloads.patient_bundle()


def test_every_canary_of_the_bundle_is_in_it() -> None:
    bundle = payloads.patient_bundle(with_ssn=True).decode()

    assert [
        value
        for value in (payloads.SSN, payloads.PATIENT_NAME, payloads.MEMBER_NUMBER, payloads.MRN)
        if value not in bundle
    ] == []


def test_the_number_could_have_been_issued() -> None:
    assert checks.ssn(payloads.SSN)
