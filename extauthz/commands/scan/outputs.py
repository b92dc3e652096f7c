"""What a scan prints for programs and for CI servers: JSON, JSON lines, JUnit and HTML.

They hold locations and classes, never a value of a document.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from extauthz.commands.pages.html import Markup, document, element, numbers, section, table
from extauthz.commands.pages.style import STYLE
from extauthz.commands.scan.examined import Counted, Judged
from extauthz.records.release import VERSION
from extauthz.terminal import json_text
from extauthz.terminal.text import shown
from phiscan.finding import Verdict
from phiscan.identifiers import InfoType

_SCHEMA = 1


def line(judged: Judged) -> dict[str, Any]:
    """Return one document as JSON has it; `docs/scan.schema.json` says what the keys mean."""
    each = judged.examined
    found = each.report.to_dict()
    found["findings"] = [
        {
            **finding.to_dict(),
            "line": place.line,
            "column": place.column,
            "counted": counted.value,
            **({"value": value} if each.values else {}),
        }
        for finding, place, counted, value in zip(
            each.report.findings,
            each.places,
            judged.counted,
            each.values or ("",) * len(judged.counted),
            strict=True,
        )
    ]
    milliseconds = round(each.seconds * 1000, 3)
    return {"path": each.path, **found, "fails": judged.fails, "elapsedMs": milliseconds}


def json_lines(documents: Iterable[Judged]) -> Iterator[str]:
    """Yield one line for each document."""
    for each in documents:
        yield json_text.compact(line(each)).decode() + "\n"


def json_document(documents: Iterable[Judged], unread: list[str]) -> Iterator[str]:
    """Yield one JSON object: the documents, then the totals.

    Args:
        unread: why documents could not be read. It is complete once all documents were taken.
    """
    yield f'{{"schema":{_SCHEMA},"version":"{VERSION}","documents":['
    verdicts: Counter[str] = Counter()
    end = "\n"
    for each in documents:
        verdicts[each.examined.report.verdict.value] += 1
        yield end + json_text.compact(line(each)).decode()
        end = ",\n"
    totals = {each.value: verdicts[each.value] for each in Verdict}
    yield f'\n],"verdicts":{json_text.compact(totals).decode()},'
    yield f'"unread":{json_text.compact(unread).decode()}}}\n'


def junit(
    documents: Iterable[Judged], unread: list[str], info_types: Mapping[str, InfoType]
) -> Iterator[str]:
    """Yield JUnit XML: one test case for each document, and one for what could not be read."""
    suite = ET.Element("testsuite", name="phiguard scan")
    failures = errors = tests = 0
    for each in documents:
        tests += 1
        path = shown(each.examined.path)
        case = ET.SubElement(suite, "testcase", classname="phiguard.scan", name=path, file=path)
        if each.fails:
            failures += 1
            failure = ET.SubElement(case, "failure", message=_message(each), type="phi")
            failure.text = "\n".join(lines(each, info_types))
        elif not each.examined.is_whole:
            errors += 1
            report = each.examined.report
            text = f"not read whole: {report.coverage.value} {report.gap.value}"
            ET.SubElement(case, "error", message=text, type="unread")
    for message in unread:
        tests += 1
        errors += 1
        case = ET.SubElement(suite, "testcase", classname="phiguard.scan", name=shown(message))
        ET.SubElement(case, "error", message=shown(message), type="unread")
    suite.attrib |= {"tests": str(tests), "failures": str(failures), "errors": str(errors)}
    root = ET.Element("testsuites", name="phiguard scan")
    root.append(suite)
    ET.indent(root)
    yield ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _message(judged: Judged) -> str:
    count = judged.count(Counted.OPEN)
    return f"{judged.examined.report.verdict.value}: {count} finding{'s' * (count != 1)}"


def lines(judged: Judged, info_types: Mapping[str, InfoType]) -> Iterator[str]:
    """One line for each open finding: where it is, and what."""
    each = judged.examined
    for finding, place, counted in zip(
        each.report.findings, each.places, judged.counted, strict=True
    ):
        if counted is Counted.OPEN:
            where = f" in {shown(finding.location.field)}" if finding.location.field else ""
            title = info_types[finding.info_type].title
            yield f"{place.line}:{place.column}: {finding.info_type}: {title}{where}"


def page(
    documents: Iterable[Judged], unread: list[str], info_types: Mapping[str, InfoType]
) -> Iterator[str]:
    """Yield one HTML page that loads nothing from elsewhere."""
    rows: list[Markup] = []
    verdicts: Counter[Verdict] = Counter()
    for each in documents:
        report = each.examined.report
        verdicts[report.verdict] += 1
        if report.findings or not each.examined.is_whole:
            rows.append(_document(each, info_types))
    totals = numbers(
        [
            ("documents", verdicts.total()),
            ("with PHI", verdicts[Verdict.PHI]),
            ("with identifiers only", verdicts[Verdict.IDENTIFIERS]),
            ("not read", len(unread)),
        ]
    )
    parts = [element("h1", "PHI in files"), totals, *rows]
    if unread:
        items = (element("li", shown(message)) for message in unread)
        parts.append(section("Not read", [element("ul", *items)]))
    parts.append(
        element("p", f"phiguard {VERSION}. No detector finds all PHI. No value is on this page.")
    )
    yield document("PHI in files", STYLE, element("main", *parts))


def _document(judged: Judged, info_types: Mapping[str, InfoType]) -> Markup:
    each = judged.examined
    rows = (
        (place.line, finding.info_type, info_types[finding.info_type].title,
         shown(finding.location.field), counted.value)
        for finding, place, counted in zip(
            each.report.findings, each.places, judged.counted, strict=True
        )
    )  # fmt: skip
    report = each.report
    seen = "whole" if each.is_whole else f"{report.coverage.value} {report.gap.value}"
    said = element("p", f"{report.verdict.value}, {report.media}, read {seen}")
    heads = ("line", "infoType", "what it is", "field", "counted")
    return section(shown(each.path), [said, table(heads, rows, empty="Nothing was found.")])
