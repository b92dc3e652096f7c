"""Accession numbers: unique codes of patients, and no accounts."""

import pytest

from phiscan.detectors import accession, account
from phiscan.finding import Likelihood


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MRN 4471902  Accession #: 2024-447190", "2024-447190"),
        ("CT chest  ACCESSION: CT25-0048812", "CT25-0048812"),
        ("Patient: Ana Ruiz  ACC#: 4471902", "4471902"),
        ("Specimen collected 0800. Accession number is S24-551020", "S24-551020"),
    ],
)
def test_a_number_beside_an_examination_is_a_unique_code(found, values, text, value):
    assert values(accession, text) == [("UNIQUE_CODE", value)]
    assert found(accession, text)[0][2] is Likelihood.LIKELY
    assert values(account, text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("specimen accession NM_000492.4", "a sequence of RefSeq"),
        ("study accession: GSE12345", "an experiment of GEO"),
        ("specimen accession: SAMN02981385", "a sample of BioSample"),
        ("study accession PRJNA257197", "a project of SRA"),
        ("Accession: 1987012, gift of the artist", "an item of a museum"),
        ("herbarium accession no. 200451", "a plant"),
        ("accession to the treaty in 2004", "no number"),
    ],
)
def test_items_of_collections_are_nobodys(values, text, reason):
    assert values(accession, text) == [], reason
