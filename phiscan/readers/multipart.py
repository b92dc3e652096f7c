"""Bodies made of parts: `multipart/*` (RFC 2046), forms with files (RFC 7578), MTOM/XOP, e-mail.

    entity              = [header lines, blank line] body
    body of multipart/* = preamble (delimiter entity)* closing-delimiter epilogue

E-mail is MIME (RFC 5322, RFC 2045). Every byte belongs to some document: the value of a form field,
a part, a header block, the preamble or the epilogue. A part without transfer encoding keeps its
byte ranges. A part in base64 or quoted-printable is masked as a whole.

The boundary is that of the Content-Type. Without one, the first line of the body shows it.

Cost: linear. Parts are nested up to `_MAX_DEPTH`.
"""

import base64
import binascii
import quopri
import re
from dataclasses import dataclass
from typing import Final

from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Gap, Location
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.readers import encoded_words
from phiscan.text.offsets import Derived, excerpt
from phiscan.text.possessive import repeated
from phiscan.words.name_shape import is_name

_HEAD: Final = 4096
"""The most bytes that `sniff` gets. A header block may be longer."""
_MAX_DEPTH: Final = 8
_MAX_PARTS: Final = 10_000
_PLAIN_VALUE: Final = 4096
"""The most bytes of a form field that counts as a value. A longer one is only a document."""
# The first delimiter and the first header line of a part.
# matches b"--b1\r\nContent-Type: text/plain\r\n"; not b"---\r\nname: a\r\n", which is YAML
_START: Final = re.compile(
    rb"(?:\r?\n)?--([^\s\x00-\x20][^\r\n\x00]{0,199}?)[ \t]*\r?\n"
    rb"(?:content|mime)-[!-9;-~]{2,60}:[^\r\n]*\r?\n",
    re.IGNORECASE,
)
# Two or more header lines.
# matches b"From: a@b.org\r\nTo: c@d.org\r\n"; not b"From: a@b.org\r\n"
_MAIL: Final = re.compile(rb"(?:[!-9;-~]{2,60}:[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*){2,}")
# matches b"Subject:"; not b"X-Subject:"
_MAIL_FIELDS: Final = re.compile(
    rb"^(?:mime-version|received|return-path|message-id|from|to|subject|date):",
    re.IGNORECASE | re.MULTILINE,
)
# The people of a mail (RFC 5322, section 3.6). matches "From: Ana Ruiz <a@b.org>"; not "Date: "
_PEOPLE: Final = re.compile(
    rb"^(?:from|to|cc|bcc|reply-to|sender):([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# matches 'Ana Ruiz' in ' "Ana Ruiz" <a@b.org>, '; not " a@b.org"
_DISPLAYED: Final = re.compile(rb"[ ,\"]([^\W\d_\x00][^<>@\"\r\n]{2,60}?)\"? <[^<>\s@]{1,64}@")
# A header field with its continuation lines.
# matches b"Subject: Ruiz\r\n Ana\r\n" whole; not b"no colon\r\n"
_HEADER: Final = re.compile(
    rb"([!-9;-~]{1,60}):[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|\Z)"
)
# matches '; name="dob"', "; filename*0=a" and "; charset=utf-8"; not "; name"
_PARAMETER: Final = re.compile(
    r";\s*+([\w-]++)(?:\*\d*+\*?+)?\s*+=\s*+(?:\"("
    + repeated(r"[^\"\\]|\\.", "*")
    + r")\"|([^\s;]*+))"
)
# The name of a part or of its file, whole or in numbered pieces (RFC 2231 section 3).
# matches b'; filename="a.pdf"' and b"; filename*1=a.pdf"; not b"; charset=utf-8"
_BYTE_PARAMETER: Final = re.compile(
    rb";\s*+(?:file)?name(?:\*(\d*+)\*?+)?\s*+=\s*+(?:\"("
    + repeated(rb"[^\"\\]|\\.", "*")
    + rb")\"?|([^\s;]*+))",
    re.IGNORECASE,
)
# A character of a name that is more than the word for a field.
# matches in b"ruiz_ana.pdf"; not in b"attachment"
_TELLING: Final = re.compile(rb"[\d@ %=_]")
_STRUCTURAL: Final = frozenset(
    (
        b"content-type",
        b"content-transfer-encoding",
        b"content-disposition",
        b"content-id",
        b"content-length",
        b"mime-version",
        b"dkim-signature",
        b"arc-seal",
    )
)
"""Header fields about the message itself. Every other field may be about a patient."""
_IDENTITY: Final = frozenset(("", "7bit", "8bit", "binary"))


@dataclass(frozen=True, slots=True)
class _Entity:
    """A part or a message.

    Args:
        headers: values by field name in lower case. The first of equal names counts.
        start: the offset of the body.
        end: the end of the body.
    """

    headers: dict[str, str]
    start: int
    end: int

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def media(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def coding(self) -> str:
        return self.headers.get("content-transfer-encoding", "").partition(";")[0].strip().lower()

    def parameter(self, header: str, name: str) -> str:
        found = parameters(self.headers.get(header, ""))
        return next((value for key, value in found if key == name), "")


def parameters(field: str) -> list[tuple[str, str]]:
    """Return the parameters of a header field, such as Content-Type: names in lower case, values.

    A value keeps its backslashes. The pieces of one value (RFC 2231, section 3) have the same name.
    """
    found = _PARAMETER.findall(field)
    return [(name.lower(), quoted or bare) for name, quoted, bare in found]


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is a multipart body or an e-mail message."""
    if b"\n" not in head:
        return False
    if _START.match(head):
        return True
    mail = _MAIL.match(head)
    if mail is None or not (
        mail.end() == len(head) >= _HEAD or head.startswith((b"\n", b"\r\n"), mail.end())
    ):
        return False
    fields = {name.lower() for name in _MAIL_FIELDS.findall(mail[0])}
    return b"mime-version:" in fields or len(fields) >= 3


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the parts of `data` as nested documents and its form fields as labelled values."""
    reader = _Reader(data, evidence)
    declared = _Entity({"content-type": evidence.context.content_type}, 0, len(data))
    boundary = (
        declared.parameter("content-type", "boundary")
        if declared.media.startswith("multipart/")
        else ""
    )
    first = _START.match(data)
    if boundary:
        gap = reader.parts(declared, boundary.encode("latin-1", "replace"), 0)
    elif first is not None:
        gap = reader.parts(declared, first[1], 0)
    else:
        gap = reader.entity(0, len(data), 0)
    read_records(reader.values, evidence, "form_field")
    return gap


class _Reader:
    """Walks the entities. It collects the form fields, because together they are one record."""

    def __init__(self, data: bytes, evidence: Evidence) -> None:
        self._data = data
        self._evidence = evidence
        self.values: list[Labelled] = []

    def parts(self, whole: _Entity, boundary: bytes, depth: int) -> Gap:
        """Read the parts between the delimiters.

        MALFORMED when there is no delimiter or no closing one (RFC 2046 section 5.1.1).
        """
        if depth > _MAX_DEPTH:
            return Gap.OVER_LIMIT
        delimiter = re.compile(
            rb"(?:\A|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
        )
        gap, at, opened, closed = Gap.NONE, whole.start, 0, False
        for match in delimiter.finditer(self._data, whole.start, whole.end):
            found = (
                self.entity(at, self._before(match.start()), depth + 1)
                if opened and not closed
                else self._text(at, match.start())
            )
            gap = gap or found
            opened, closed, at = opened + 1, closed or match[1] is not None, match.end()
            if opened > _MAX_PARTS:
                return Gap.OVER_LIMIT
        rest = (
            self.entity(at, whole.end, depth + 1)
            if opened and not closed
            else self._text(at, whole.end)
        )
        return gap or rest or (Gap.NONE if closed else Gap.MALFORMED)

    def entity(self, start: int, end: int, depth: int) -> Gap:
        """Read a part or a message: its header block and its body."""
        entity = self._headers(start, end)
        self._header_texts(start, entity)
        if entity.media.startswith("multipart/") and (
            boundary := entity.parameter("content-type", "boundary")
        ):
            return self.parts(entity, boundary.encode("latin-1", "replace"), depth)
        if entity.media.endswith("/encrypted") or "enveloped" in entity.parameter(
            "content-type", "smime-type"
        ):
            return Gap.ENCRYPTED
        return self._body(entity)

    def _body(self, entity: _Entity) -> Gap:
        name = entity.parameter("content-disposition", "name")
        raw = self._data[entity.start : entity.end]
        location = Location(shown_path((name,)) if name else "part", entity.start, entity.end)
        origin = (
            excerpt(self._data, entity.start, entity.end) if entity.coding in _IDENTITY else None
        )
        content = raw if origin else _decoded(raw, entity.coding)
        if content is None:
            return Gap.MALFORMED if entity.coding == "base64" else Gap.UNKNOWN_ENCODING
        is_value = bool(name) and len(content) <= _PLAIN_VALUE
        if is_value:
            start, end = _trimmed(raw, entity.start) if origin else (entity.start, entity.end)
            self.values.append(Labelled(_labels(name), _plain(content), start, end, 0))
        # like a field of any other form, a short text without a type is a value and no document
        is_part = not is_value or bool(
            entity.content_type or entity.parameter("content-disposition", "filename")
        )
        self._nest(Nested(content, location, entity.content_type, origin=origin, is_part=is_part))
        return Gap.NONE

    def _headers(self, start: int, end: int) -> _Entity:
        headers: dict[str, str] = {}
        at = start
        while match := _HEADER.match(self._data, at, end):
            headers.setdefault(
                match[1].decode("latin-1").lower(),
                re.sub(r"\r?\n[ \t]", " ", match[2].decode("utf-8", "replace")),
            )
            at = match.end()
        blank = re.compile(rb"\r?\n").match(self._data, at, end)
        # without a blank line after them, these lines are the body and not headers
        if blank is None and at < end:
            return _Entity({}, start, end)
        return _Entity(headers, blank.end() if blank else at, end)

    def _header_texts(self, start: int, entity: _Entity) -> None:
        """Add the header texts as a nested document.

        A subject, an address, the name of a file and a field that nobody has defined may hold
        anything.
        """
        self._correspondents(start, entity.start)
        texts = Derived()
        for match in _HEADER.finditer(self._data, start, entity.start):
            if match[1].lower() not in _STRUCTURAL:
                texts.copy(self._data, match.start(), match.end(2))
            elif match[1].lower() == b"content-id":
                texts.copy(self._data, *match.span(2))
            for parameter in _BYTE_PARAMETER.finditer(self._data, *match.span(2)):
                self._name(parameter, texts)
            # a blank line after each, so that this text is not taken for an e-mail message
            texts.put(b"\n\n", match.end(2), match.end(2))
        decoded = Derived()
        for words in encoded_words.find(self._data, start, entity.start):
            decoded.put(f"{words.text}\n\n".encode("utf-8", "replace"), words.start, words.end)
        for found in (texts, decoded):
            if (text := found.text()).strip():
                where = Location("headers", start, entity.start)
                self._nest(Nested(text, where, "text/plain", origin=found))

    def _correspondents(self, start: int, end: int) -> None:
        """Note the people whom the header names. Only a mail about health makes them patients."""
        for field in _PEOPLE.finditer(self._data, start, end):
            for name in _DISPLAYED.finditer(self._data, *field.span(1)):
                at, until = name.span(1)
                if is_name(self._data[at:until].decode("utf-8", "replace")):
                    self._evidence.correspondents.append(Location("headers", at, until))

    def _name(self, parameter: re.Match[bytes], texts: Derived) -> None:
        """Add a name to `texts`, with blanks for `_`: `ruiz_ana_dob_1961-04-02.pdf` has none."""
        if not parameter[1] or parameter[1] == b"0":
            texts.put(b"\n\n", parameter.start(), parameter.start())
        at, end = parameter.span(2 if parameter[2] is not None else 3)
        if _TELLING.search(self._data, at, end) is None:
            return
        while (blank := self._data.find(b"_", at, end)) >= 0:
            texts.copy(self._data, at, blank)
            texts.put(b" ", blank, blank + 1)
            at = blank + 1
        texts.copy(self._data, at, end)

    def _text(self, start: int, end: int) -> Gap:
        if self._data[start:end].strip():
            self._nest(
                Nested(
                    self._data[start:end],
                    Location("", start, end),
                    "text/plain",
                    origin=excerpt(self._data, start, end),
                    is_part=True,
                )
            )
        return Gap.NONE

    def _nest(self, nested: Nested) -> None:
        self._evidence.nested.append(nested)

    def _before(self, delimiter: int) -> int:
        """Return the offset of the line end before a delimiter. It belongs to the delimiter."""
        at = delimiter - 1 if self._data[delimiter - 1 : delimiter] == b"\n" else delimiter
        return at - 1 if self._data[at - 1 : at] == b"\r" else at


def _decoded(raw: bytes, coding: str) -> bytes | None:
    if coding == "quoted-printable":
        return quopri.decodestring(raw)
    if coding != "base64":
        return None
    try:
        return base64.b64decode(raw.translate(None, b" \t\r\n"), validate=True)
    except binascii.Error:
        return None


def _plain(content: bytes) -> str:
    """Return the value of a field as text. A JSON string loses its quotes."""
    text = content.decode("utf-8", "replace").strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _labels(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\]\[.]+", name)) or ("*",)


def _trimmed(raw: bytes, start: int) -> tuple[int, int]:
    text = raw.strip()
    at = start + (raw.find(text) if text else 0)
    return at, at + len(text)


MEDIA: Final = MediaKind(
    "multipart", read, is_searchable=False, is_container=True, masking=Masking(same_length=True)
)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the head of the document or its Content-Type says that it is made of parts."""
    declared = sample.declared.startswith("multipart/") or sample.declared == "message/rfc822"
    return MEDIA if declared or sniff(sample.head) else None
