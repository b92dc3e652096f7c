"""Accession numbers: an imaging study's, a specimen's or an order's, found by their label.

Such a number is a unique code of its patient (class R), and no account. Libraries, museums and gene
databases number their items so too. So it counts only beside words of a patient's examination, and
not in the form of a public database.
"""

from typing import Final

from phiscan.checks import public_accession
from phiscan.detectors.labelled_number import Numbered
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

_EXPRESSIONS: Final = Numbered(
    labels=r"accession(?:[ ._-]?(?:number|num|no\.?|nbr))?|acc[ ._-]?no\.?",
    before_hash="accession|acc",
    shortest=4,
)


def _is_a_patients(text: str) -> bool:
    return not public_accession(text)


DETECTORS = (
    Detector(
        name="accession_labelled",
        info_type="UNIQUE_CODE",
        # matches "MRN 1234567  Accession: CT25-0048812"; not "Accession: NM_000492", and not
        # "accession 1987.12 of the museum"
        pattern=_EXPRESSIONS.pattern,
        hint=_EXPRESSIONS.pattern,
        value=_EXPRESSIONS.value,
        validate=_is_a_patients,
        bare=Likelihood.VERY_UNLIKELY,
        context=words(
            "patients?", "pt", "mrn", "mr", "dob", "exam(?:ination)?", "study", "radiology",
            "specimen", "pathology", "ordered", "ordering", "collected", "ct", "mri", "x-?ray",
            "ultrasound",
        ),
        supported=Likelihood.LIKELY,
    ),
)  # fmt: skip
