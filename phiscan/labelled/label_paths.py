"""Reads a string that names another value: a column, a question, or the path of a field.

    ssn   Date of birth   patients.ssn   create.patient.lastName   /patient/0/ssn
    $.patient['ssn']   Patients[SSN]   Patient.identifier[0].value

The last step is the label, and the steps before it say whose the value is.
"""

import re
from typing import Final, NamedTuple

from phiscan.finding import Subject
from phiscan.labelled.json_wrappers import is_wrapper
from phiscan.words.labels import Rule, read_label

_LONGEST: Final = 160
"""Characters of the longest path."""
_STEPS: Final = 24
# Between the steps of a path. matches "." and "['" ; not "_" or " "
_BETWEEN: Final = re.compile(r"[./\\\[\](){}'\"`$#>:|]+")
# matches "lastName", "Date of birth"; not "2024", "is not a valid date of birth"
_STEP: Final = re.compile(r"[^\W\d][\w-]*(?: [\w-]+){0,4}")
# A sentence, and no path. matches ". P" in "Not found. Patient"; not "patient.ssn"
_SENTENCE: Final = re.compile(r"[.:,;] |://")


class LabelPath(NamedTuple):
    """What a string names.

    Args:
        labels: its steps; the last one is the label of the value.
        rule: the rule of the last step; None if the path only names a patient.
    """

    labels: tuple[str, ...]
    rule: Rule | None


def read_path(text: str) -> LabelPath | None:
    """What `text` names; None if it is neither a label with a rule nor a patient's path."""
    if len(text) > _LONGEST or _SENTENCE.search(text) is not None:
        return None
    whole = read_label(text)
    if whole.rule is not None:
        return LabelPath((text,), whole.rule)
    steps = [step.strip() for step in _BETWEEN.split(text)]
    return read_steps([step for step in steps if step and not step.isdigit()])


def read_steps(steps: list[str]) -> LabelPath | None:
    """What a path names that is a list of steps: `["body", "patient", "ssn"]`."""
    if not steps or len(steps) > _STEPS or not all(map(_STEP.fullmatch, steps)):
        return None
    while len(steps) > 1 and is_wrapper(steps[-1]) and read_label(steps[-1]).rule is None:
        steps = steps[:-1]
    last = read_label(steps[-1])
    if last.rule is None and last.subject is not Subject.PATIENT:
        return None
    return LabelPath(tuple(steps), last.rule)
