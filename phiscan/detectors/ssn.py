"""US social security and individual taxpayer numbers (42 CFR 422.103; IRS Publication 1915)."""

import re
from typing import Final

from phiscan import checks
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

_LABELS = words(
    r"s\.?s\.?n\.?s?",
    r"soc(?:ial)?\.?[ _-]?sec(?:urity)?(?:[ _-]?(?:number|num|no|nbr|\#))?",
    r"ss\s?[#]",
    r"tax\s?id",
    "tin",
)

SPOKEN = r"\(?(?:dash|hyphen|minus|slash|point|dot|period)\)?"
"""Separators between digits, spelled as words. matches "dash" and "(dot)"; not "dashed"."""


def _spelled(text: str) -> bool:
    return checks.ssn("".join(c for c in text if c.isdigit()))


_THINGS: Final = ("part", "stock", "section", "sku", "model", "catalog", "item", "lot")
# What names a number of goods or of a law right before it. Some words alone do not: a bill has
# items, and what stands behind one may be anything.
# matches "Stock: ", "part no. ", "Section "; not "parts: ", "item "
_OF_THINGS: Final = "".join(
    rf"(?<!\b{word}{sign})"
    for signs, things in (
        ((":", ": ", " #", "#", " no ", " no. ", " number "), _THINGS),
        ((" ",), ("part", "stock", "section", "sku")),
    )
    for word in things
    for sign in signs
)
# Not within a longer code: a part number (`PN-541-27-8860`) or an id (`541-27-8860-aaaa`). A claim
# number of Medicare is an SSN with one or two further characters (`541-27-8860-C1`).
# matches "123-45-6780", "123-45-6780-A", "user-123-45-6780", "ssn_123-45-6780"; not
# "PN-123-45-6780", "sku-123-45-6780", "part_123-45-6780", "123-45-6780-aaaa"
_ALONE: Final = re.compile(
    rb"(?<![A-Z0-9]-)(?<!\bpn[-_])(?<!\bsku[-_])(?<!part[-_])(?<!item[-_])(?<!model[-_])"
    rb"(?<!\blot[-_])(?i:" + _OF_THINGS.encode() + rb")(\d{3}-\d{2}-\d{4})(?!-[A-Za-z0-9]{3})"
)
# matches b"123456780" in b"_123456780_"; not b"12345678", nor the number of every example behind
# words for one
_DIGITS: Final = re.compile(
    rb"(?:(?!123-?45-?6789)|(?i:"
    + b"".join(
        rb"(?<!%b)" % said
        for said in (
            rb"e\.g\. ",
            rb"e\.g\., ",
            rb"example ",
            rb"example: ",
            rb"such as ",
            rb"like ",
        )
    )
    + rb"))(\d(?:[-. /_\s]{0,3}\d){8})"
)
# a number within a name of a file or a variable: `_` is a letter to `\b`
_EDGE: Final = r"(?:\b|_)"
DASHED = Detector(
    name="ssn_dashed",
    info_type="US_SOCIAL_SECURITY_NUMBER",
    # matches "123-45-6780" and "ssn_123-45-6780_a"; not "123-456-780"
    pattern=rf"{_EDGE}\d{{3}}-\d{{2}}-\d{{4}}{_EDGE}",
    value=_ALONE,
    validate=checks.ssn,
    bare=Likelihood.LIKELY,
    context=_LABELS,
)
LABELLED = Detector(
    name="ssn_labelled",
    info_type="US_SOCIAL_SECURITY_NUMBER",
    # matches 123456780, 123 45 6780, 123 . 45 . 6780, 1 2 3 4 5 6 7 8 0, and the parts on three
    # lines; not 12345678. It counts only beside a label: without one, nine digits can be anything.
    pattern=(
        rf"{_EDGE}(?:\d{{3}}[-. /_\s]{{0,3}}\d{{2}}[-. /_\s]{{0,3}}\d{{4}}"
        rf"|\d(?:[-. _]\d){{8}}){_EDGE}"
    ),
    value=_DIGITS,
    validate=checks.ssn_shape,
    bare=Likelihood.VERY_UNLIKELY,
    context=_LABELS,
)
SPELLED = Detector(
    name="ssn_spelled",
    info_type="US_SOCIAL_SECURITY_NUMBER",
    # A number as it is read out. matches "123 dash 45 dash 6780"; not "123 dash 45"
    pattern=rf"\b\d{{3}} ?{SPOKEN} ?\d{{2}} ?{SPOKEN} ?\d{{4}}\b",
    validate=_spelled,
    bare=Likelihood.LIKELY,
)
ITIN = Detector(
    name="itin",
    info_type="US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
    # matches "912-70-1234"; not "812-70-1234"
    pattern=r"\b9\d{2}-\d{2}-\d{4}\b",
    value=_ALONE,
    validate=checks.itin,
    bare=Likelihood.POSSIBLE,
    context=words("itin", "taxpayer", r"tax\s?id"),
)
DETECTORS = (DASHED, LABELLED, SPELLED, ITIN)
