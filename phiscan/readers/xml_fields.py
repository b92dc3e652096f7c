"""The element or attribute of an XML document that holds a place.

Theory. A walk over the whole document would cost as much as reading it again. The innermost element
is found from the place itself, backwards: the nearest start tag that no end tag between closes.

Cost: linear. A place costs at most 64 steps from tag to tag, and no byte is in the way of more than
64 tags.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from phiscan.evidence import shown_path
from phiscan.syntax.xml_tokens import local_name

_LAYOUT: Final = frozenset(
    "p br b i u em strong span a td th tr tbody thead table ul ol li dl dd dt sup sub h1 h2 h3 h4 "
    "h5 h6 pre code tt small paragraph list content linkHtml caption colgroup col".split()
)
"""Elements that lay out a text. The field is the element around them."""
_MOST_TAGS: Final = 64
_LONGEST_TAG: Final = 8192
"""Bytes of the longest tag that is looked into."""
# matches b"<a:note", b"</note"; not b"<!--"
_TAG: Final = re.compile(rb"<(/?)([A-Za-z_][^\s/><\"'=]{0,80})")
# The last attribute that a tag begins. matches b' note="call'; not b' note="call" '
_ATTRIBUTE: Final = re.compile(rb"""[\s"']([A-Za-z_][\w:.-]{0,80})\s?=\s?(?:"[^"]*|'[^']*)\Z""")


def fields(known: frozenset[str]) -> Callable[[bytes, Sequence[int]], Iterator[str]]:
    """Return what names the element or attribute at each offset of a document.

    Args:
        known: names that may be shown besides those of `shown_path`.
    """

    def of(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
        mark, reached, name = -1, 0, ""
        for offset in offsets:
            found = data.rfind(b"<", reached, offset)
            reached = offset
            if found >= 0:
                mark, name = found, _element(data, found)
            own = _attribute(data, mark, offset) if mark >= 0 else ""
            yield shown_path((own or name,), known) if own or name else ""

    return of


def _element(data: bytes, mark: int) -> str:
    """The innermost element that is open behind the tag at `mark`; empty if none is near."""
    closed = 0
    for _ in range(_MOST_TAGS):
        tag = _TAG.match(data, mark)
        if tag is not None and tag[1]:
            closed += 1
        elif tag is not None and not _is_empty(data, mark):
            name = local_name(tag[2])
            if not closed and name not in _LAYOUT:
                return name
            closed = max(0, closed - 1)
        mark = data.rfind(b"<", 0, mark)
        if mark < 0:
            break
    return ""


def _is_empty(data: bytes, mark: int) -> bool:
    """Whether the tag at `mark` has no content."""
    end = data.find(b">", mark, mark + _LONGEST_TAG)
    return end >= 0 and data[end - 1 : end] == b"/"


def _attribute(data: bytes, mark: int, offset: int) -> str:
    """The attribute that holds the offset, if the tag at `mark` has not ended before it."""
    if offset - mark > _LONGEST_TAG or b">" in (tag := data[mark:offset]) or tag[1:2] == b"!":
        return ""
    found = _ATTRIBUTE.search(tag)
    return local_name(found[1]) if found is not None else ""
