r"""Texts of labelled lines in the strings of JSON: YAML, forms and charts that a message carries.

    {"body": "fullName: Omar Bondarenko\nprimaryDiagnosis: C50.911"}

The detectors read every string, but they know few labels. As a document of its own, such a text is
read by all labels of its lines. Ranges are mapped back through the escapes.

Cost: one look at each string that has a labelled line. A string is read again if two of its lines
have labels with a meaning.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from phiscan.embedded.json_strings import REST, as_document, string_begins
from phiscan.evidence import Nested
from phiscan.words.labels import read_label

MARK: Final = r"\\n[ -]*'?[A-Za-z][\w .#-]*'?: "
"""Hyperscan expression for a labelled line behind another line. Matches rb'\n  dob: '."""
# The same for `re`. matches rb"\n  dob: "; not rb"\nhttp://"
_BEHIND: Final = re.compile(rb"\\n[ -]{0,40}'?[A-Za-z][\w .#-]{0,40}'?: ")
# The label of a line, in a text in which each line has its end in front of it.
# matches rb"\n- dob: 1961"; not rb"\ndob:"
_LABEL: Final = re.compile(rb"\\n[ -]{0,40}'?([A-Za-z][\w .#-]{1,40}?)'?: ?(?=[^\\\s])")
_FEWEST: Final = 2
"""Different labels with a meaning that make a text of labelled lines."""
_MOST: Final = 200
"""The most lines of one string that are looked at."""


def find(data: bytes) -> Iterator[Nested | None]:
    """Yield the strings of JSON that are texts of labelled lines, and None for others."""
    at = 0
    while (line := _BEHIND.search(data, at)) is not None:
        begin = string_begins(data, at, line.start())
        rest = REST.match(data, line.end())
        if rest is None or rest[1] is None:
            return  # the string does not end, so no string after its begin does
        at = rest.end()
        if begin < 0 or not _has_labels(data[begin:at]):
            yield None
            continue
        yield as_document(data, begin, at, "text/plain")


def _has_labels(string: bytes) -> bool:
    """Whether two lines have different labels that say what their values are."""
    found: set[str] = set()
    for line in islice(_LABEL.finditer(rb"\n" + string), _MOST):
        rule = read_label(line[1].decode("latin-1")).rule
        if rule is not None and not rule.weak:
            found.add(line[1].decode("latin-1").lower())
            if len(found) == _FEWEST:
                return True
    return False
