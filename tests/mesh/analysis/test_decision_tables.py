"""The tables in tests/cases, through the exchange and the scanner that the servers use."""

from pathlib import Path

import pytest

from mesh.analysis import case_file, cases
from mesh.policy_file import load as policy_file

FOLDER = Path(__file__).parents[2] / "cases"


def read(name):
    path = FOLDER / name
    return (
        {f.name: f.read_bytes() for f in sorted(path.iterdir())}
        if path.is_dir()
        else path.read_bytes()
    )


FILES = sorted(FOLDER.glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{file.stem}: {case.name}")
    for file in FILES
    for case in case_file.load(file.read_text(), file=file.name, read=read)
]


@pytest.mark.parametrize("case", CASES)
def test_case(case, scanner_of):
    result = cases.run(case, scanner_of)
    assert {c.key: c.actual for c in result.checks} == {c.key: c.expected for c in result.checks}
    assert result.checks


def test_the_tables_policy_has_no_warnings():
    path = FOLDER / "policies" / "clinic.yaml"
    _, problems = policy_file.check(path.read_text(), file=path.name)
    assert [str(problem) for problem in problems] == []
