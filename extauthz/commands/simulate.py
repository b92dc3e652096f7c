"""`phiguard simulate` shows what a policy does with the messages of a case file.

It also checks what the cases expect.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import cases
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say, tables
from mesh.analysis.cases import CaseResult, ExpectedWord

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


_HEAD: Final = ("", "decision", "reason", "verdict", "seen", "classes", "case")


class Audit(TypedDict):
    """An AUDIT rule, and what it would have done alone."""

    rule: str
    decision: str


class Unexpected(TypedDict):
    """One expectation that does not hold."""

    key: Annotated[str, "of `expect` in the case file"]
    expected: str | bool | list[str]
    actual: str | bool | list[str]


class CaseOutcome(TypedDict):
    """What became of the message of a case."""

    name: str
    line: Annotated[int, "of the case in its file, from 1"]
    passed: Annotated[bool, "whether each expectation holds"]
    decision: Annotated[str, "ALLOW, ALERT, REDACT or DENY"]
    enforced: Annotated[bool, "false: the message passes whatever the decision says"]
    reason: str
    verdict: Annotated[str, "none, health, identifiers or phi"]
    coverage: Annotated[str, "whether all of the message was seen"]
    identifiers: Annotated[list[str], "classes A to R that were found"]
    rules: Annotated[list[str], "that name the edge"]
    audits: list[Audit]
    unexpected: list[Unexpected]


class Simulated(TypedDict):
    """What a policy does with the messages of a case file."""

    file: str
    passed: Annotated[bool, "whether each case passed"]
    cases: list[CaseOutcome]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `simulate`."""
    parser = subparsers.add_parser(
        "simulate", help="show what a policy does with the messages of a case file"
    )
    parser.add_argument("case", type=Path, metavar="CASE.yaml", help="see docs/policy.md")
    cases.add_choices(parser)
    formats.add(parser, JsonForm(Simulated), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one line for each case, then the differences. Return 1 when there are any, else 0."""
    results = [result for _, result in cases.pairs_of_file(args.case, cases.Engines(args))]
    passed = all(result.passed for result in results)
    if args.format == formats.JSON:
        found = Simulated(file=str(args.case), passed=passed, cases=list(map(plain, results)))
        json_text.write(found)
    else:
        say.lines(tables.lines(map(_row, results), _HEAD))
        say.lines(line for result in results for line in _below(args.case, result))
    return int(not passed)


def _below(path: Path, result: CaseResult) -> Iterator[str]:
    for rule, action in result.outcome.decision.audits:
        yield f"{path}:{result.line}: {result.name}: AUDIT rule {rule} would {action.value}"
    yield from differences(path, result)


def plain(result: CaseResult) -> CaseOutcome:
    """Return a result as JSON has it."""
    decision = result.outcome.decision
    return CaseOutcome(
        name=result.name,
        line=result.line,
        passed=result.passed,
        decision=decision.action.value,
        enforced=decision.enforced,
        reason=decision.reason.value,
        verdict=decision.verdict.value,
        coverage=decision.coverage.value,
        identifiers=[each.value for each in decision.identifiers],
        rules=list(decision.rules),
        audits=[Audit(rule=rule, decision=action.value) for rule, action in decision.audits],
        unexpected=[
            Unexpected(key=c.key, expected=_json(c.expected), actual=_json(c.actual))
            for c in result.checks
            if not c.passed
        ],
    )


def _json(value: ExpectedWord) -> str | bool | list[str]:
    return list(value) if isinstance(value, tuple) else value


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
