"""Finds the section of one version in `CHANGELOG.md`, which follows Keep a Changelog."""

import re

# matches `## [0.1.0] - 2026-01-31` and `## [Unreleased]`; not `### Added`
_HEADING = re.compile(r"^## \[([^\]]+)\].*$", re.MULTILINE)


def section(text: str, version: str) -> str:
    """Return the body of a version's section, without its heading.

    Raises:
        ValueError: the section is missing or empty.
    """
    headings = list(_HEADING.finditer(text))
    for place, heading in enumerate(headings):
        if heading[1] != version:
            continue
        end = headings[place + 1].start() if place + 1 < len(headings) else len(text)
        if body := text[heading.end() : end].strip():
            return body + "\n"
        raise ValueError(f"CHANGELOG.md says nothing under [{version}]")
    raise ValueError(f"CHANGELOG.md has no section [{version}]")
