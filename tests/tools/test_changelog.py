import pytest

from tools.changelog import section

TEXT = """# Changelog

## [Unreleased]

## [0.2.0] - 2026-01-31

### Added

- Two.

## [0.1.0]

- One.
"""


@pytest.mark.parametrize(
    ("version", "body"), [("0.2.0", "### Added\n\n- Two.\n"), ("0.1.0", "- One.\n")]
)
def test_a_section_ends_at_the_next_version(version, body):
    assert section(TEXT, version) == body


@pytest.mark.parametrize(("version", "message"), [("Unreleased", "nothing"), ("0.2", "no section")])
def test_a_section_that_is_empty_or_missing_is_refused(version, message):
    with pytest.raises(ValueError, match=message):
        section(TEXT, version)
