"""`phiguard policy test`: runs case files, and says which rules the cases exercise."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands import cases, simulate
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.policy import junit
from extauthz.commands.simulate import CaseOutcome
from extauthz.terminal import json_text, say
from mesh.analysis.cases import Case, CaseResult
from mesh.analysis.rule_coverage import RuleCoverage, rule_coverage

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class TestedFile(TypedDict):
    """The cases of one file."""

    file: str
    cases: list[CaseOutcome]


class ExercisedRule(TypedDict):
    """How many cases name a rule's edge."""

    policy: Annotated[str, "its name"]
    rule: str
    requests: int
    responses: int


class Tested(TypedDict):
    """The results of all cases, and which rules they exercise."""

    passed: Annotated[bool, "whether each case passed"]
    failed: Annotated[int, "how many did not"]
    files: list[TestedFile]
    rules: list[ExercisedRule]


def add_parser(actions: "_Subparsers") -> None:
    """Add `test`."""
    parser = actions.add_parser("test", help="run case files, report unexpected results")
    parser.add_argument("cases", type=Path, nargs="+", metavar="CASES.yaml")
    parser.add_argument(
        "--junit", type=Path, metavar="FILE", help="also write the results as JUnit XML"
    )
    parser.add_argument(
        "--every-rule", action="store_true", help="fail when no case exercises some rule"
    )
    cases.add_choices(parser)
    formats.add(parser, JsonForm(Tested))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the differences and the rule coverage.

    Returns:
        1 when a case failed, or with `--every-rule` when a rule has no case; else 0.
    """
    engines = cases.Engines(args)
    results = {path: list(cases.pairs_of_file(path, engines)) for path in args.cases}
    pairs = [pair for found in results.values() for pair in found]
    if args.junit is not None:
        _write(args.junit, results)
    coverage = rule_coverage(pairs)
    failed = sum(not result.passed for _, result in pairs)
    if args.format == formats.JSON:
        json_text.write(_plain(results, failed, coverage))
    else:
        for path, found in results.items():
            for _, result in found:
                say.lines(simulate.differences(path, result))
        say.lines(_summary(len(pairs), failed, coverage))
    return int(failed > 0 or (args.every_rule and not all(rule.covered for rule in coverage)))


def _plain(
    results: dict[Path, list[tuple[Case, CaseResult]]],
    failed: int,
    coverage: tuple[RuleCoverage, ...],
) -> Tested:
    return Tested(
        passed=not failed,
        failed=failed,
        files=[
            TestedFile(file=str(path), cases=[simulate.plain(result) for _, result in found])
            for path, found in results.items()
        ],
        rules=[
            ExercisedRule(
                policy=each.policy,
                rule=each.rule,
                requests=each.requests,
                responses=each.responses,
            )
            for each in coverage
        ],
    )


def _summary(total: int, failed: int, coverage: tuple[RuleCoverage, ...]) -> list[str]:
    idle = [rule for rule in coverage if not rule.covered]
    return [
        *(f"{rule.policy}: no case exercises rule `{rule.rule}`" for rule in idle),
        f"{total} case{'s' * (total != 1)}, {failed} failed; "
        f"{len(coverage) - len(idle)} of {len(coverage)} "
        f"rule{'s' * (len(coverage) != 1)} exercised",
    ]


def _write(file: Path, results: dict[Path, list[tuple[Case, CaseResult]]]) -> None:
    document = junit.render(
        {path: [result for _, result in found] for path, found in results.items()}
    )
    try:
        file.write_bytes(document)
    except OSError as error:
        raise UsageError(
            f"{file}: {(error.strerror or 'not writable').lower()}; give another file to --junit"
        ) from None
