"""Case results as JUnit XML, which every CI server can show.

The document holds names and closed words, never a body.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from extauthz.commands import simulate
from mesh.analysis.cases import CaseResult


def render(results: Mapping[Path, Sequence[CaseResult]]) -> bytes:
    """Return one `testsuite` for each file and one `testcase` for each case."""
    root = ET.Element("testsuites", name="phiguard policy test")
    for path, found in results.items():
        failed = sum(not result.passed for result in found)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=path.stem,
            tests=str(len(found)),
            failures=str(failed),
            errors="0",
            skipped="0",
        )
        for result in found:
            case = ET.SubElement(
                suite,
                "testcase",
                classname=path.stem,
                name=result.name,
                file=str(path),
                line=str(result.line),
            )
            if not result.passed:
                differences = simulate.differences(path, result)
                ET.SubElement(case, "failure", message="not as expected").text = "\n".join(
                    differences
                )
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
