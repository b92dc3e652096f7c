"""Medical terms: conditions, complaints, procedures and drugs.

A term identifies nobody, because articles hold terms too. Beside a patient's identifier it makes
the document PHI.
"""

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector
from phiscan.words.medical_terms import COMPLAINTS, CONDITIONS, DRUGS, PROCEDURES


def _terms(name: str, info_type: str, words: str) -> Detector:
    return Detector(
        name=name,
        info_type=info_type,
        pattern=rf"\b(?:{words})\b",
        bare=Likelihood.POSSIBLE,
        subject=Subject.NOBODY,
        neighbours=False,
    )


DETECTORS = (
    _terms("condition", "DIAGNOSIS", CONDITIONS),
    _terms("complaint", "DIAGNOSIS", COMPLAINTS),
    _terms("treatment", "PROCEDURE", PROCEDURES),
    _terms("drug", "MEDICATION", DRUGS),
)
