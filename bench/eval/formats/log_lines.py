"""Documents that a log wrote line by line, each line behind a prefix or in a record of its own.

The writers follow what they stand for: Kubernetes CRI, RFC 3164 and RFC 5424, Docker's json-file,
the journal (text, JSON, lists of bytes), log4j, logfmt, CloudWatch, Loki, OTLP. Beside the PHI,
every writer also writes ordinary lines, some of which mention formats of health care.

Values have other ranges within lines, so the verdict alone is measured.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

from bench.eval.document import Document, Kind, Label
from bench.eval.formats import fhir, hl7v2, web, x12, xml_health
from bench.eval.people import Invent
from phiscan.finding import Verdict

Lines = Sequence[str]
Writer = Callable[[Lines, Invent], str]


def _second(number: int) -> str:
    return f"{number // 60 % 60:02d}:{number % 60:02d}"


def _prefixed(lines: Lines, prefix: Callable[[int], str]) -> str:
    return "".join(f"{prefix(number)}{line}\n" for number, line in enumerate(lines))


def _stamp(number: int) -> str:
    return f"2025-03-02T10:{_second(number)}.{number * 7919 % 10**9:09d}Z"


def _cri(lines: Lines, inv: Invent) -> str:
    stream, longest = inv.pick("stdout", "stderr"), inv.pick(60, 120, 16_384)
    out: list[str] = []
    for number, line in enumerate(lines):
        parts = [line[i : i + longest] for i in range(0, len(line), longest)] or [""]
        tags = ["P"] * (len(parts) - 1) + ["F"]
        out += [
            f"{_stamp(number)} {stream} {tag} {part}\n"
            for tag, part in zip(tags, parts, strict=True)
        ]
    return "".join(out)


def _rfc3164(lines: Lines, inv: Invent) -> str:
    tag = f"{inv.pick('node-3', '10.2.0.9')} {inv.pick('api', 'ehr')}[{inv.digits(4)}]"
    priority = inv.pick("", f"<{inv.pick(13, 134)}>")
    return _prefixed(lines, lambda n: f"{priority}Mar  2 10:{_second(n)} {tag}: ")


def _rfc5424(lines: Lines, inv: Invent) -> str:
    data = inv.pick("-", '[meta@32473 pod="api-7d9"]')
    mark = inv.pick("", "\ufeff")
    return _prefixed(lines, lambda n: f"<165>1 {_stamp(n)} node-3 api 77 ID{n} {data} {mark}")


def _log4j(lines: Lines, inv: Invent) -> str:
    name = f"[{inv.pick('main', 'exec-3')}] {inv.pick('INFO ', 'DEBUG')} {inv.pick('c.x.A', 'Api')}"
    return _prefixed(lines, lambda n: f"2025-03-02 10:{_second(n)},{n:03d} {name} - ")


def _logfmt(lines: Lines, inv: Invent) -> str:
    key = inv.pick("msg", "message", "body")
    return _prefixed(
        [f"{key}={json.dumps(line)}" for line in lines], lambda n: f"ts={_stamp(n)} level=info "
    )


def _tool(lines: Lines, inv: Invent) -> str:
    prefix = inv.pick("> ", "api-1  | ", "[pod/api-7d9/api] ", "app.log:{n}:", "{n:4d}  ")
    return _prefixed(lines, lambda n: prefix.format(n=n + 1))


def _records(lines: Lines, inv: Invent) -> str:
    key, end = inv.pick(("log", "\n"), ("MESSAGE", ""), ("message", ""), ("short_message", ""))
    return "".join(
        json.dumps({"time": _stamp(n), key: line + end, "stream": "stdout"}) + "\n"
        for n, line in enumerate(lines)
    )


def _bytes(lines: Lines, _: Invent) -> str:
    return "".join(
        json.dumps({"__CURSOR": f"s=1;i={n}", "MESSAGE": list(line.encode())}) + "\n"
        for n, line in enumerate(lines)
    )


def _journal(lines: Lines, _: Invent) -> str:
    return _prefixed(lines, lambda n: f"__CURSOR=s=1;i={n}\nPRIORITY=6\n_PID=77\nMESSAGE=")


def _cloudwatch(lines: Lines, _: Invent) -> str:
    events = [{"id": str(n), "timestamp": n, "message": line} for n, line in enumerate(lines)]
    return json.dumps({"logGroup": "api", "logEvents": events})


def _loki(lines: Lines, _: Invent) -> str:
    values = [[f"{1740909600 + n}000000000", line] for n, line in enumerate(lines)]
    return json.dumps({"streams": [{"stream": {"app": "api"}, "values": values}]})


def _otlp(lines: Lines, _: Invent) -> str:
    records = [
        {"timeUnixNano": f"{1740909600 + n}000000000", "body": {"stringValue": line}}
        for n, line in enumerate(lines)
    ]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})


_TEXTS: Final[tuple[Writer, ...]] = (
    _cri, _rfc3164, _rfc5424, _log4j, _logfmt, _tool, _journal,
)  # fmt: skip
_JSON: Final[tuple[Writer, ...]] = (_records, _bytes, _cloudwatch, _loki, _otlp)
_ORDINARY: Final = (
    "request {} served in {} ms",
    "GET /fhir/metadata 200 {} {}",
    "schema: \"resourceType\" is required, line {} of {}",
    "parser: ISA*00* expected at {}, got {}",
    "MSH|^~\\& is the first segment, see page {} of {}",
    "columns id,created_at,updated_at: {} rows in {} ms",
    "<?xml version=\"1.0\"?> <status code=\"{}\" took=\"{}\"/>",
    "{{'resourceType': 'CapabilityStatement', 'status': 'active'}} {} {}",
    "cache: {} hits, {} misses",
    "{{",
    "}}",
)  # fmt: skip


def _printed(document: Document, inv: Invent) -> Lines:
    """The lines of a document; FHIR may be indented, or printed as Python does."""
    text = document.data.decode()
    if document.format == "fhir-json":
        value = json.loads(text)
        if inv.chance(0.3):
            return [f"saved {value!r}"]
        return json.dumps(value, indent=inv.pick(2, 4)).splitlines()
    if document.format.startswith("x12"):
        return text.replace("~\n", "~").replace("~", "~\n").splitlines()
    return text.replace("><", ">\n<").splitlines()


def _ordinary_lines(inv: Invent, most: int) -> list[str]:
    return [
        inv.pick(*_ORDINARY).format(inv.digits(3), inv.digits(2))
        for _ in range(inv.rng.randint(1, most))
    ]


def _wrapped(name: str, lines: Lines, inv: Invent, verdict: Verdict, style: str) -> Document:
    writer = inv.pick(*_TEXTS, *_JSON)
    data = writer(lines, inv).encode()
    media = (
        inv.pick("application/json", "application/x-ndjson") if writer in _JSON else "text/plain"
    )
    anywhere = Label("UNIQUE_CODE", Kind.OPTIONAL, 0, len(data))
    labels = (anywhere,) if verdict is Verdict.PHI else ()
    style = f"{writer.__name__.strip('_')} of {style}"
    return Document(name, style, data, media, verdict, labels, textual=False)


def spread(seed: str) -> Document:
    """A document with PHI, written line by line, between ordinary lines of its log."""
    inv = Invent(seed)
    maker = inv.pick(
        fhir.single, hl7v2.message, xml_health.ccda, web.table, *map(x12.maker, x12.FORMATS)
    )
    document = maker(seed)
    while not document.textual or b"\x00" in document.data or document.verdict is not Verdict.PHI:
        seed += "+"
        document = maker(seed)
    before = [f"request {inv.digits(5)} begins"] * inv.pick(0, 1, 2)
    behind = [f"request {inv.digits(5)} took {inv.digits(2)} ms"] * inv.pick(0, 1)
    lines = [*before, *_printed(document, inv), *behind]
    return _wrapped("log-lines", lines, inv, Verdict.PHI, document.format)


def ordinary(seed: str) -> Document:
    """Lines of programs that name nobody, by the same writers."""
    inv = Invent(seed)
    return _wrapped("log-clean", _ordinary_lines(inv, 30), inv, Verdict.NONE, "lines")
