"""`phiguard simulate` shows what a policy does with the messages of a case file.

It also checks what the cases expect.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import cases, table
from mesh.analysis.cases import CaseResult

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `simulate`."""
    parser = subparsers.add_parser(
        "simulate", help="show what a policy does with the messages of a case file"
    )
    parser.add_argument("case", type=Path, metavar="CASE.yaml", help="see docs/policy.md")
    cases.add_choices(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one line for each case, then the differences. Return 1 when there are any, else 0."""
    results = [result for _, result in cases.pairs_of_file(args.case, cases.Engines(args))]
    head = ("", "decision", "reason", "verdict", "seen", "classes", "case")
    sys.stdout.write("\n".join(table.aligned([head, *map(_row, results)])) + "\n")
    for result in results:
        for rule, action in result.outcome.decision.audits:
            sys.stdout.write(
                f"{args.case}:{result.line}: {result.name}: "
                f"AUDIT rule {rule} would {action.value}\n"
            )
        for line in differences(args.case, result):
            sys.stdout.write(line + "\n")
    return int(not all(result.passed for result in results))


def differences(path: Path, result: CaseResult) -> list[str]:
    """Return one line for each difference from what a case expects."""
    return [
        f"{path}:{result.line}: {result.name}: "
        f"{c.key} is {_word(c.actual)}, expected {_word(c.expected)}"
        for c in result.checks
        if not c.passed
    ]


def _row(result: CaseResult) -> tuple[str, ...]:
    decision = result.outcome.decision
    action = decision.action.value if decision.enforced else f"({decision.action.value})"
    classes = "".join(i.value for i in decision.identifiers) or "-"
    mark = "ok" if result.passed else "FAIL"
    return (
        mark,
        action,
        decision.reason.value,
        decision.verdict.value,
        decision.coverage.value,
        classes,
        result.name,
    )


def _word(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return str(value).lower() if isinstance(value, bool) else value
