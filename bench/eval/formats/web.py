"""What web applications send: forms, multipart uploads, tables, logs."""

import csv
import io
import json
from urllib.parse import quote, quote_plus

from bench.eval.document import Document
from bench.eval.formats.case import Case
from bench.eval.formats.records import key_styles, row


def _unmarked(value: str) -> tuple[str, str, str]:
    """Split a marked value into its opening mark, its text and its closing mark."""
    if ord(value[0]) >= 0xF0000:
        return value[0], value[1:-1], value[-1]
    return "", value, ""


def _quoted(value: str, plus: bool) -> str:
    opening, text, closing = _unmarked(value)
    return f"{opening}{quote_plus(text) if plus else quote(text, safe='')}{closing}"


def form(seed: str) -> Document:
    """`application/x-www-form-urlencoded`, flat or with brackets."""
    case = Case(seed, "form")
    style = case.inv.pick(*key_styles())
    holder = case.inv.pick("", "", "patient[{}]", "patient.{}", "form[patient][{}]")
    plus = case.inv.chance(0.5)
    pairs = [
        ((holder or "{}").format(key_styles()[style](label)), value) for label, value in row(case)
    ]
    text = "&".join(f"{quote_plus(k)}={_quoted(v, plus)}" for k, v in pairs)
    return case.document(
        text,
        case.inv.pick(
            "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"
        ),
        style=f"{style} {holder}",
    )


def multipart(seed: str) -> Document:
    """`multipart/form-data` with fields, and often with a file: a table or a JSON document."""
    case = Case(seed, "multipart")
    inv = case.inv
    boundary = inv.pick(
        "----WebKitFormBoundary" + inv.digits(16), "-" * 26 + inv.digits(12), f"b{inv.digits(8)}"
    )
    parts = []
    if inv.chance(0.7):
        style = inv.pick(*key_styles().values())
        parts += [
            f'Content-Disposition: form-data; name="{style(label)}"\r\n\r\n{value}'
            for label, value in row(case)
        ]
    if not parts or inv.chance(0.4):
        wanted = ("given", "family", "born", "mrn", "diagnosis")
        rows = [row(case, wanted) for _ in range(3)]
        if inv.chance(0.5):
            body = "\n".join(
                [
                    ",".join(label for label, _ in rows[0]),
                    *(",".join(f'"{v}"' for _, v in r) for r in rows),
                ]
            )
            parts.append(
                f'Content-Disposition: form-data; name="file"; '
                f'filename="export.csv"\r\nContent-Type: text/csv\r\n\r\n{body}'
            )
        else:
            body = json.dumps(
                [{k.replace(" ", "_"): v for k, v in r} for r in rows], ensure_ascii=False
            )
            parts.append(
                f'Content-Disposition: form-data; name="upload"; '
                f'filename="data.json"\r\nContent-Type: application/json\r\n\r\n{body}'
            )
    text = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return case.document(
        text, f"multipart/form-data; boundary={boundary}", style=f"{len(parts)} parts"
    )


def table(seed: str) -> Document:
    """A table with commas, tabs, semicolons or bars, quoted where needed."""
    case = Case(seed, "csv")
    inv = case.inv
    style = inv.pick("snake", "words", "upper", "camel", "flat")
    delimiter = inv.pick(",", ",", ",", "\t", ";", "|")
    wanted = (
        "given",
        "family",
        *inv.rng.sample(
            (
                "born",
                "ssn",
                "mrn",
                "member",
                "phone",
                "email",
                "street",
                "zip",
                "account",
                "doctor",
            ),
            4,
        ),
        inv.pick("diagnosis", "drug", "lab"),
    )
    rows = [row(case, wanted) for _ in range(inv.rng.randint(1, 12))]
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        lineterminator=inv.pick("\n", "\r\n"),
        quoting=inv.pick(csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL),
    )
    writer.writerow([key_styles()[style](label) for label, _ in rows[0]])
    for values in rows:
        writer.writerow([value for _, value in values])
    return case.document(
        out.getvalue(),
        inv.pick(
            "text/csv",
            "text/csv",
            "text/tab-separated-values" if delimiter == "\t" else "text/csv",
            "text/plain",
            "",
        ),
        style=f"{style} {delimiter!r}",
    )


def log(seed: str) -> Document:
    """Log lines with PHI that an application should not have logged."""
    case = Case(seed, "log")
    inv = case.inv
    lines = []
    style = inv.pick("logfmt", "json lines", "prose", "access")
    for i in range(inv.rng.randint(3, 8)):
        stamp = (
            f"2025-{inv.rng.randint(1, 12):02d}-{inv.rng.randint(1, 28):02d}T10:{i:02d}:11."
            f"{inv.digits(3)}Z"
        )
        if i % 3:
            lines.append(
                f"{stamp} INFO [main] com.site.App - request {inv.digits(8)} served in "
                f"{inv.digits(2)} ms status=200 bytes={inv.digits(5)}"
            )
            continue
        p, v = inv.patient(), inv.visit()
        name, mrn = f"{p.given} {p.family}", case.phi("MEDICAL_RECORD_NUMBER", p.mrn)
        born, ssn = (
            case.phi("DATE_OF_BIRTH", p.born.isoformat()),
            case.phi("US_SOCIAL_SECURITY_NUMBER", p.ssn),
        )
        marked = case.phi("PERSON_NAME", name)
        lines.append(
            {
                "logfmt": f'time={stamp} level=info msg="saved" patient_name="{marked}" mrn={mrn} '
                f'dob={born} diagnosis="{v.diagnosis[1]}"',
                "json lines": json.dumps(
                    {
                        "ts": stamp,
                        "level": "info",
                        "msg": "saved patient",
                        "patient": {"name": marked, "mrn": mrn, "ssn": ssn},
                        "diagnosis": v.diagnosis[0],
                    },
                    ensure_ascii=False,
                ),
                "prose": f"{stamp} DEBUG PatientService - Updating patient {marked} MRN={mrn} "
                f"SSN={ssn} diagnosis={v.diagnosis[0]}",
                "access": f'10.0.3.7 - - [04/Mar/2025:10:{i:02d}:11 +0000] "GET '
                f'/patients?ssn={ssn}&dob={born}&diagnosis={v.diagnosis[0]} HTTP/1.1" '
                f'200 {inv.digits(4)} "-" "curl/8.5"',
            }[style]
        )
    return case.document("\n".join(lines) + "\n", inv.pick("text/plain", ""), style=style)
