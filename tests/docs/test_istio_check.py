"""docs/istio-check.md has each rule of `phiguard istio check`, and the role that it needs."""

from pathlib import Path

from extauthz.commands.istio import cluster
from extauthz.commands.istio.sources import read
from mesh.istio.check import RULES, check
from mesh.istio.problem import Severity

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "istio-check.md").read_text()


def test_each_rule_has_its_row_and_there_are_no_others() -> None:
    _, _, table = PAGE.partition("\n## Rules\n")
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{rule.name}` | {rule.severity} | {rule.why} | {rule.istioctl or '-'} |"
        for rule in RULES
    ]


def test_each_severity_is_explained() -> None:
    assert [f"\n| {severity} | " in PAGE for severity in Severity] == [True] * len(Severity)


def test_the_role_is_the_one_that_the_command_prints() -> None:
    assert f"```yaml\n{cluster.role()}```" in PAGE


def test_nothing_is_wrong_with_what_is_shipped() -> None:
    shipped = [ROOT / "istio-config", ROOT / "docs", ROOT / "examples"]
    found, _ = read(map(str, shipped))
    assert [str(problem) for problem in check(found, "phiguard")] == []
