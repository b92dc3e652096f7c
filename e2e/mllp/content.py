"""Ways that write the message so that a scanner reads it otherwise than its receiver."""

import base64
import gzip
from typing import Final

from e2e.mllp.way import CLOSED, Value, framed, one, unread


def _with_msh(value: Value, head: str) -> bytes:
    return framed(value.message(head=head.replace("TOKEN", value.token)))


def _delimiters(value: Value) -> bytes:
    """Write the number with the component separator between its parts."""
    head = f"MSH|-~\\&|EHR|CLINIC|LAB|LAB|2026||ORU-R01|{value.token}|P|2.5.1"
    return framed(value.message(head=head))


def _hexadecimal(value: Value) -> bytes:
    digits = "".join(f"{byte:02X}" for byte in value.text.encode())
    return value.frame(f"NTE|1||\\X{digits}\\")


def _highlighted(value: Value) -> bytes:
    return value.frame("NTE|1||" + "\\H\\\\N\\".join(value.text))


def _base64(value: Value) -> bytes:
    data = base64.b64encode(value.text.encode()).decode()
    return value.frame(f"OBX|1|ED|NOTE^Note^L||LAB^TEXT^PLAIN^Base64^{data}||||||F")


def _batch(value: Value) -> bytes:
    head = "FHS|^~\\&|EHR|CLINIC|LAB|LAB\rBHS|^~\\&|EHR|CLINIC|LAB|LAB\r"
    other = value.message("NTE|1||shelf").decode().replace(value.token, "OTHER")
    return framed(f"{head}{other}{value.message().decode()}BTS|2\rFTS|1\r".encode())


def _behind_batch(value: Value) -> bytes:
    other = value.message("NTE|1||shelf").decode().replace(value.token, "OTHER")
    head = "BHS|^~\\&|EHR|CLINIC|LAB|LAB\r"
    return framed(f"{head}{other}BTS|1\r{value.message().decode()}".encode())


def _two_heads(value: Value) -> bytes:
    other = value.message("NTE|1||shelf").decode().replace(value.token, "OTHER")
    return framed(other.encode() + value.message())


def _as(codec: str, value: Value) -> bytes:
    return framed(value.message().decode().encode(codec))


WAYS: Final = (
    one(
        "line feeds end segments",
        "one long segment",
        lambda v: v.frame().replace(b"\r", b"\n").replace(b"\x1c\n", b"\x1c\r"),
    ),
    one(
        "carriage returns and line feeds",
        "segments begin with a line feed",
        lambda v: framed(v.message().replace(b"\r", b"\r\n")),
    ),
    one(
        "other delimiters",
        "the usual ones are not there",
        lambda v: framed(
            v.message().replace(b"^~\\&", b"#*!@").replace(b"^", b"#").replace(b"~", b"*")
        ),
    ),
    one("the number in components", "its parts are fields", _delimiters),
    one("hexadecimal escapes", "the digits are not there", _hexadecimal),
    one("highlighting in the number", "the digits are apart", _highlighted),
    one("Base64 in an ED", "the document is not read", _base64),
    one("a segment of one's own", "nobody knows Z segments", lambda v: v.frame(f"ZPI|1|{v.text}")),
    one(
        "in the name of the application",
        "the header is not read",
        lambda v: _with_msh(v, f"MSH|^~\\&|{v.text}|CLINIC|LAB|LAB|2026||ORU^R01|TOKEN|P|2.5.1"),
    ),
    one("in the second message of a batch", "the first one counts", _batch),
    one("behind a batch", "a batch ends the reading", _behind_batch),
    one("two heads in one frame", "the first one counts", _two_heads),
    unread(
        "no header",
        "a message without one is no HL7",
        lambda v: framed("\r".join((*v.segments, v.token, "")).encode()),
    ),
    unread(
        "a header in lower case",
        "it is no header",
        lambda v: framed(v.message().replace(b"MSH", b"msh")),
    ),
    unread("UTF-16", "the letters are apart", lambda v: _as("utf-16-le", v)),
    unread("UTF-16 with a mark", "the letters are apart", lambda v: _as("utf-16", v)),
    unread(
        "a mark of UTF-8 before the header",
        "the header is not at the start",
        lambda v: _as("utf-8-sig", v),
    ),
    unread(
        "NUL between the digits",
        "the digits are apart",
        lambda v: framed(b"".join(b"%c\0" % byte for byte in v.message())),
    ),
    unread(
        "not the charset of MSH-18",
        "the scan stops at a byte",
        lambda v: framed(
            v.message(
                head=f"MSH|^~\\&|EHR|CLINIC|LAB|LAB|2026||ORU^R01|{v.token}|P"
                "|2.5.1||||||UNICODE UTF-8"
            )
            + b"NTE|9||\xff\xe9\r"
        ),
    ),
    unread(
        "a charset that nobody knows",
        "the guard cannot decode it",
        lambda v: _with_msh(
            v, "MSH|^~\\&|EHR|CLINIC|LAB|LAB|2026||ORU^R01|TOKEN|P|2.5.1||||||KLINGON"
        ),
    ),
    unread(
        "compressed in a frame",
        "nobody can read it",
        lambda v: framed(gzip.compress(v.message(), mtime=0).translate(None, b"\x0b\x1c")),
    ),
    unread(
        "compressed without a frame",
        "nobody can read it",
        lambda v: gzip.compress(v.message(), mtime=0),
        CLOSED,
    ),
    one(
        "a type that the policy does not know",
        "it has no rule",
        lambda v: v.frame(type_="ZZZ^Z99^ZZZ_Z99"),
    ),
    one("two types", "the first one counts", lambda v: v.frame(type_="ADT^A01~ORU^R01")),
    one("no type", "it has no rule", lambda v: v.frame(type_="")),
    unread(
        "as XML",
        "it is another format",
        lambda v: framed(f"<ORU_R01><NTE.3>{v.text} {v.token}</NTE.3></ORU_R01>".encode()),
    ),
    unread(
        "as FHIR",
        "it is another format",
        lambda v: framed(
            f'{{"resourceType":"Patient","id":"{v.token}","name":"{v.text}"}}'.encode()
        ),
    ),
)
