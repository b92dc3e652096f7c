"""Records and notes in everyday formats: YAML, HTML pages, e-mail with MIME, SQL dumps."""

import base64
import html
import quopri

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.records import key_styles, row
from bench.eval.formats.texts.notes import note_text


def yaml(seed: str) -> Document:
    """A record as YAML, flat or nested under a key."""
    case = Case(seed, "yaml")
    style = key_styles()[case.inv.pick("snake", "camel", "kebab")]
    holder = case.inv.pick("", "patient", "record", "member")
    quote = case.inv.pick("", "", '"', "'")
    indent = "  " if holder else ""
    lines = [f"{indent}{style(label)}: {quote}{value}{quote}" for label, value in row(case)]
    text = "\n".join([*([f"{holder}:"] if holder else []), *lines]) + "\n"
    return case.document(
        text,
        case.inv.pick("application/yaml", "text/yaml", "application/x-yaml", "text/plain"),
        style=f"{holder} {quote}",
    )


def page(seed: str) -> Document:
    """A portal page with a record: a table, a definition list or a filled form."""
    case = Case(seed, "html")
    values = [(label.title(), _escaped(value)) for label, value in row(case)]
    kind = case.inv.pick("table", "list", "form", "wide table")
    if kind == "table":
        body = (
            "<table>"
            + "".join(f"<tr><th>{k}</th><td>{v}</td></tr>" for k, v in values)
            + "</table>"
        )
    elif kind == "wide table":
        head = "".join(f"<th>{k}</th>" for k, _ in values)
        body = (
            f"<table><thead><tr>{head}</tr></thead><tbody><tr>"
            f"{''.join(f'<td>{v}</td>' for _, v in values)}</tr></tbody></table>"
        )
    elif kind == "list":
        body = "<dl>" + "".join(f"<dt>{k}:</dt><dd>{v}</dd>" for k, v in values) + "</dl>"
    else:
        body = (
            "<form>"
            + "".join(
                f'<label>{k}</label><input name="{k.lower().replace(" ", "_")}" value="{v}">'
                for k, v in values
            )
            + "</form>"
        )
    text = (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Patient '
        f"chart</title><style>td {{ padding: 2px "
        f"}}</style></head>\n<body><h1>Chart</h1>{body}</body></html>\n"
    )
    return case.document(text, case.inv.pick("text/html", "text/html; charset=utf-8"), style=kind)


def _escaped(value: str) -> str:
    return html.escape(value, quote=False)


def mail(seed: str) -> Document:
    """An Internet message (RFC 5322) that holds a note, in any transfer encoding.

    The note is the whole body or one part of it.
    """
    case = Case(seed, "e-mail")
    inv = case.inv
    text, style = note_text(case, inv.patient(), inv.provider())
    encoding = inv.pick("7bit", "7bit", "quoted-printable", "base64")
    if encoding != "7bit":
        inner = Case(f"{seed}/inner", "inner")
        text, style = note_text(inner, inner.inv.patient(), inner.inv.provider())
        plain, labels = inner.marks.finish(text)
        raw = base64.encodebytes(plain) if encoding == "base64" else quopri.encodestring(plain)
        text = case.marks.enclosing(raw.decode().strip(), labels)
    sender, reader = (
        case.may("EMAIL_ADDRESS", address)
        for address in ("inspections@fernmail.net", "team@fernmail.net")
    )
    head = (
        f"MIME-Version: 1.0\r\nFrom: {sender}\r\nTo: {reader}\r\nSubject: Follow up\r\nDate: "
        f"Tue, 04 Mar 2025 10:11:12 +0000\r\n"
    )
    kind = (
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    if inv.chance(0.4):
        edge = f"=_{inv.digits(10)}"
        text = (
            f"{head}Content-Type: multipart/mixed; "
            f'boundary="{edge}"\r\n\r\n--{edge}\r\n{kind}{text}\r\n--{edge}--\r\n'
        )
    else:
        text = f"{head}{kind}{text}\r\n"
    return case.document(text, "message/rfc822", style=f"{encoding} {style}")


def sql(seed: str) -> Document:
    """INSERT statements with column names."""
    case = Case(seed, "sql")
    wanted = (
        "given",
        "family",
        *case.inv.rng.sample(("born", "ssn", "mrn", "member", "phone", "email"), 3),
        "diagnosis",
    )
    lines = []
    for _ in range(case.inv.rng.randint(1, 4)):
        values = row(case, wanted)
        columns = ", ".join(label.replace(" ", "_") for label, _ in values)
        quoted = ", ".join(f"'{value.replace(chr(39), chr(39) * 2)}'" for _, value in values)
        # S608: this is a document, and nothing runs it
        lines.append(f"INSERT INTO patients ({columns}) VALUES ({quoted});")  # noqa: S608
    return case.document(
        "\n".join(lines) + "\n", case.inv.pick("application/sql", "text/plain", "text/x-sql")
    )
