"""Labels that are paths, or that a program wrote around a label.

lab.patient_name   Cases[ssn]   patient__ssn__exact   Health__MRN__c
"""

import re
from typing import Final

from phiscan.words.labels import Rule, read_label

# Between the steps of a path that is written as one label.
# matches "." in "lab.patient_name", "[" in "Cases[patient_name]", "__" in "patient__ssn"; not "_"
_STEP: Final = re.compile(r"[./:>\[\]]+|(?<=[A-Za-z0-9])__+(?=[A-Za-z0-9])")
_SUFFIXES: Final = frozenset(
    "c pc exact iexact contains icontains startswith istartswith in".split()
)
"""Last steps that are a program's: custom fields (`Primary_Diagnosis__c`), look-ups."""


def rule_of(label: str) -> Rule | None:
    """The rule of a label, or of the last step of a label that is a path."""
    rule = read_label(label).rule
    if rule is not None or _STEP.search(label) is None:
        return rule
    return read_label(_steps_of(label)[-1]).rule


def steps(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Split labels that are paths: `("lab.patient_name",)` becomes `("lab", "patient_name")`.

    A label whose last step means something else or nothing stays whole: `Soc. Sec. No.`, `a/b`.
    """
    if not any(map(_STEP.search, labels)):
        return labels
    return tuple(step for label in labels for step in _steps_of(label))


def _steps_of(label: str) -> list[str]:
    parts = [part for part in _STEP.split(label) if part.strip()]
    if len(parts) < 2:
        return [label]
    if parts[-1].lower() in _SUFFIXES:
        parts.pop()
    whole, last = read_label(label), read_label(parts[-1])
    if last.rule is None or whole.rule not in (None, last.rule):
        return [label]
    return parts
