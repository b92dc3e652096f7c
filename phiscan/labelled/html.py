"""Labelled values in HTML pages and in the narratives of clinical documents.

A label stands beside its value, in a table, a list or a form: `<td>Name</td><td>Ann</td>`, a column
under `<th>SSN</th>`, `<dt>MRN</dt><dd>1</dd>`, `<b>DOB:</b> 1/2/1950`, `<input name="ssn"
value="...">`. The names of tags mean nothing here: `<address>` is as often the publisher's. HTML is
never malformed, because browsers read all of it.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location, Subject
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind
from phiscan.syntax.xml_elements import Document
from phiscan.syntax.xml_tokens import Kind, Token, tokens
from phiscan.text.offsets import excerpt
from phiscan.words.labels import is_masked, read_label
from phiscan.words.name_shape import is_name

NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
_CELLS: Final = frozenset("td th dt dd label li option textarea".split())
_ROWS: Final = frozenset(("tr", "dl", "table"))
_BLOCKS: Final = _CELLS | _ROWS | frozenset(
    "p div br hr ul ol h1 h2 h3 h4 h5 h6 section article header footer main nav form fieldset "
    "legend pre blockquote tbody thead tfoot body html head title select button address figure "
    "aside paragraph item list caption".split()
)  # fmt: skip
# matches "<script src='x'>", "<STYLE>"; not "<scripts>"
_RAW: Final = re.compile(rb"<(script|style)\b[^<>]*>", re.IGNORECASE)
_CLOSING: Final = {name: re.compile(b"</" + name, re.IGNORECASE) for name in (b"script", b"style")}
_MAX_LABEL: Final = 60
"""Characters of the longest label."""
_MAX_VALUE: Final = 1024
"""Characters of a value that are compared with a label's shape, once for each text in it."""
_MAX_TEXTS: Final = 10_000
"""Texts between the tags of one block. No label and no value has more."""


class Labels:
    """Walks over a text's tokens and pairs values with their labels."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self.values: list[Labelled] = []
        self._texts: list[Token] = []
        self._cell = ""
        self._pending = ""
        self._headers: list[str] = []
        self._row = 0
        self._column = 0

    def walk(self, data: bytes, start: int, end: int) -> None:
        """Collect the labelled values in `data` from `start` to `end`.

        `data` is the document, or a copy of the same length.
        """
        for token in self._evidence.context.timed(tokens(data, start, end)):
            if token.kind <= Kind.CDATA:
                self._texts.append(token)
                if len(self._texts) == _MAX_TEXTS:
                    self._flush()
            elif token.kind in (Kind.OPEN, Kind.EMPTY, Kind.CLOSE):
                name = token.name.lower()
                if name in _BLOCKS:
                    self._flush()
                    self._block(name, token)
                if token.attributes[1] - token.attributes[0] > 3 and token.kind is not Kind.CLOSE:
                    self._attributes(token)
        self._flush()

    def _block(self, name: str, token: Token) -> None:
        if token.kind is Kind.CLOSE:
            self._column += name in ("td", "th")
            self._cell = ""
            return
        if name in _CELLS:
            self._cell = name
        if name in _ROWS:
            self._pending, self._column, self._row = "", 0, token.start
        if name == "table":
            self._headers = []

    def _flush(self) -> None:
        """Read a block of text that has ended: a label, a value, or `label: value`."""
        texts, self._texts = self._texts, []
        if not texts:
            return
        runs = [self._document.run(token) for token in self._evidence.context.timed(texts)]
        whole = " ".join(run.text for run in runs).strip()
        label, colon, rest = whole.partition(":")
        if (
            colon
            and len(label) <= _MAX_LABEL
            and rest.strip()
            and (read_label(label).rule is not None or _names(label, rest))
        ):
            self._after_colon(texts, label, rest.strip())
        elif self._cell == "th":
            self._header(whole)
        elif self._cell in ("dt", "label") or (colon and not rest.strip()):
            self._pending = label.strip()
        else:
            self._value(texts, whole)

    def _header(self, whole: str) -> None:
        self._headers += [""] * (self._column + 1 - len(self._headers))
        self._headers[self._column] = whole
        self._pending = whole

    def _value(self, texts: list[Token], whole: str) -> None:
        header = self._headers[self._column] if self._column < len(self._headers) else ""
        if self._cell == "td" and read_label(header).rule is not None and self._column:
            self._take(header, whole, texts)
        elif self._pending:
            self._take(self._pending, whole, texts)
        elif self._cell == "td" and header:
            self._take(header, whole, texts)
        elif self._cell == "td" and len(whole) <= _MAX_LABEL and _means_something(whole):
            self._pending = whole
            return
        self._pending = ""

    def _after_colon(self, texts: list[Token], label: str, value: str) -> None:
        """Keep the value behind a colon, in the same text or in the next ones.

        Examples: `<b>Name:</b> Ann`, `Name: Ann`.
        """
        data = self._document.data
        for index, token in enumerate(texts):
            at = data.find(b":", token.start, token.end)
            if at >= 0:
                rest = [token._replace(start=at + 1), *texts[index + 1 :]]
                self._take(label, value, [t for t in rest if data[t.start : t.end].strip()])
                return

    def _take(self, label: str, value: str, texts: list[Token]) -> None:
        """Keep a value once for each text in it, so that a mask leaves the tags between them."""
        labels: tuple[str, ...] = (label,)
        if len(label) <= _MAX_LABEL and _names(label, value):
            labels = (label, "name")
        rule = read_label(labels[-1]).rule if len(label) <= _MAX_LABEL else None
        # any page may have `Line: 12` or `Street View: on`; a street address has a number
        if rule is None or (
            rule.info_type == "STREET_ADDRESS" and not any(c.isdigit() for c in value)
        ):
            return
        for token in texts:
            run = self._document.run(token)
            if all(is_masked(word) for word in run.text.split()):
                continue
            self.values.append(Labelled(labels, value[:_MAX_VALUE], run.start, run.end, self._row))

    def _attributes(self, token: Token) -> None:
        """Form fields by their name, and `data-*` attributes by theirs."""
        attributes = self._document.attributes_in(*token.attributes)
        value = attributes.get("value")
        for name, named in attributes.items():
            if (
                name in ("name", "id", "placeholder", "aria-label")
                and value is not None
                and value.text
            ):
                if read_label(named.text).rule is not None:
                    self.values.append(
                        Labelled((named.text,), value.text, value.start, value.end, 0)
                    )
                    value = None
            elif name.startswith("data-") and named.text and read_label(name[5:]).rule is not None:
                self.values.append(
                    Labelled((name[5:],), named.text, named.start, named.end, self._row)
                )


def _means_something(label: str) -> bool:
    read = read_label(label)
    return read.rule is not None or read.subject in (Subject.PATIENT, Subject.PERSON)


def _names(label: str, value: str) -> bool:
    """Whether a label such as `Patient` stands before a name: `Ana Ruiz`, and not `stable`."""
    read = read_label(label)
    return (
        read.rule is None
        and read.subject in (Subject.PATIENT, Subject.PERSON)
        and is_name(value[:_MAX_VALUE].strip())
    )


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the labels of a page say; what its scripts hold as JSON is a document within it."""
    document = Document(data)
    labels = Labels(document, evidence)
    labels.walk(_without_scripts(data, evidence), 0, len(data))
    read_records(labels.values, evidence, "html_label")
    return Gap.OVER_LIMIT if document.gap is Gap.OVER_LIMIT else Gap.NONE


def _without_scripts(data: bytes, evidence: Evidence) -> bytes:
    """The page with its scripts and styles blank: their text is not markup."""
    pieces, at = [], 0
    while (match := _RAW.search(data, at)) is not None:
        closing = _CLOSING[match[1].lower()].search(data, match.end())
        end = closing.start() if closing else len(data)
        pieces += [data[at : match.end()], b" " * (end - match.end())]
        content = data[match.end() : end]
        if content.lstrip()[:1] in (b"{", b"["):
            location = Location("script", match.end(), end)
            evidence.nested.append(
                Nested(
                    content, location, "", declared=False, origin=excerpt(data, match.end(), end)
                )
            )
        at = end
    return b"".join([*pieces, data[at:]])


MEDIA: Final = MediaKind("html", read, may_hold_prose=True, is_markup=True)
