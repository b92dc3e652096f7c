"""Findings without their places: how many there are of each kind.

A document of a megabyte has tens of thousands of findings of a few dozen kinds. Records and counts
ask for no more than the kinds.
"""

from collections.abc import Iterable

from phiscan.finding import Finding
from phiscan.identifiers import Identifier


def each_kind(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first finding of each kind, with the number of all that it stands for.

    Two findings are of one kind when they differ in nothing but their places, and both stand in
    the body or both outside of it.
    """
    numbers: dict[tuple[object, ...], int] = {}
    firsts: dict[tuple[object, ...], Finding] = {}
    for found in findings:
        name, identifier, likelihood, detector, (_, start, _), subject, means, number = found
        kind = name, identifier, likelihood, detector, subject, means, start < 0
        if kind in numbers:
            numbers[kind] += number
        else:
            numbers[kind], firsts[kind] = number, found
    return tuple([first._replace(number=numbers[kind]) for kind, first in firsts.items()])


def info_types(findings: Iterable[Finding]) -> dict[tuple[str, Identifier | None], int]:
    """The number of findings of each infoType, by its name and its identifier."""
    numbers: dict[tuple[str, Identifier | None], int] = {}
    for found in findings:
        counted = found[:2]
        numbers[counted] = numbers.get(counted, 0) + found.number
    return numbers
