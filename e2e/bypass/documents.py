"""Documents of text, and places of them that nobody reads."""

import json
from collections.abc import Callable
from typing import Final

from e2e.bypass.technique import Value, body

_JSON: Final = "application/json"
_XML: Final = "application/xml"


def _lines(value: Value) -> str:
    line = json.dumps({"articleName": "gauze rolls", "shelf": "A12"})
    return "\n".join([*[line] * 9999, json.dumps(dict(value.record))])


def _xml(value: Value, write: Callable[[str], str] = str) -> str:
    return "<r>" + "".join(f"<{n}>{write(t)}</{n}>" for n, t in value.record.items()) + "</r>"


def _cut(text: str, mark: str) -> str:
    return mark.join(text)


def _csv(value: Value) -> str:
    fields = "\r\n".join(f'"{name}","{text}"' for name, text in value.record.items())
    return f'note,count\r\n"first line\r\n{fields.replace(chr(34), chr(34) * 2)}",3\r\n'


def _sql(value: Value) -> str:
    names = ", ".join(value.record)
    values = ", ".join(f"'{text}'" for text in value.record.values())
    return f"INSERT INTO t ({names}) VALUES ({values});"  # noqa: S608 - a body, never run


TECHNIQUES: Final = (
    body(
        "last of ten thousand lines",
        "the guard reads the first lines",
        "application/x-ndjson",
        _lines,
    ),
    body(
        "list of letters", "no string holds two letters", _JSON, lambda v: json.dumps(list(v.text))
    ),
    body(
        "keys instead of values", "only values are read", _JSON, lambda v: json.dumps({v.text: 1})
    ),
    body(
        "one key twice",
        "the receiver takes the first, the guard the last",
        _JSON,
        lambda v: (
            json.dumps(dict(v.record))[:-1] + ', "ssn": "1", "patientName": "", "diagnosis": ""}'
        ),
    ),
    body(
        "JSON with comments",
        "no JSON",
        _JSON,
        lambda v: f"// a\n{json.dumps(dict(v.record))}",
    ),
    body(
        "value in a comment of JSON",
        "comments are skipped",
        _JSON,
        lambda v: f'{{"a": 1 /* {v.text} */}}',
    ),
    body(
        "JSON with single quotes",
        "no JSON",
        _JSON,
        lambda v: str(dict(v.record)),
    ),
    body(
        "text behind JSON",
        "the receiver stops at the end",
        _JSON,
        lambda v: f'{{"a": 1}}\n{v.text}',
        clean="UNSCANNABLE",
    ),
    body(
        "JSON in a string of JSON",
        "strings are not parsed",
        _JSON,
        lambda v: json.dumps({"a": json.dumps({"b": json.dumps(dict(v.record))})}),
    ),
    body("CDATA", "markup within markup", _XML, lambda v: _xml(v, lambda t: f"<![CDATA[{t}]]>")),
    body(
        "CDATA in pieces",
        "no piece is a number",
        _XML,
        lambda v: _xml(v, lambda t: "".join(f"<![CDATA[{c}]]>" for c in t)),
    ),
    body(
        "entities of XML",
        "letters are numbers",
        _XML,
        lambda v: _xml(v, lambda t: "".join(f"&#{ord(c)};" for c in t)),
    ),
    body(
        "comments of XML",
        "the number is cut",
        _XML,
        lambda v: _xml(v, lambda t: _cut(t, "<!---->")),
    ),
    body(
        "value in a comment of XML",
        "comments are skipped",
        _XML,
        lambda v: f"<r><!-- {v.text} --></r>",
    ),
    body(
        "value in an instruction of XML",
        "instructions are skipped",
        _XML,
        lambda v: f"<?note {v.text}?><r/>",
    ),
    body(
        "attributes of XML",
        "only text is read",
        _XML,
        lambda v: "<r " + " ".join(f'{n}="{t}"' for n, t in v.record.items()) + "/>",
    ),
    body(
        "names of one's own namespace",
        "the label is no label",
        _XML,
        lambda v: (
            "<q:r xmlns:q='urn:q'>"
            + "".join(f"<q:{n}>{t}</q:{n}>" for n, t in v.record.items())
            + "</q:r>"
        ),
    ),
    body(
        "entities of a DTD",
        "the receiver puts the number together",
        _XML,
        lambda v: (
            "<!DOCTYPE r ["
            + "".join(f'<!ENTITY e{i} "{c}">' for i, c in enumerate(v.text))
            + "]><r>"
            + "".join(f"&e{i};" for i in range(len(v.text)))
            + "</r>"
        ),
        dirty="UNSCANNABLE",
        clean="UNSCANNABLE",
    ),
    body("lines within a field of CSV", "a row is a line", "text/csv", _csv),
    body("statement of SQL", "a language, not a document", "application/sql", _sql),
    body(
        "lines of YAML",
        "indented text",
        "application/yaml",
        lambda v: "\n".join(f"? {n}\n: >-\n  {t}" for n, t in v.record.items()),
    ),
)
