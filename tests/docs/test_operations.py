"""docs/operations.md names each setting, each failure, each log line and each metric, and no other."""

import argparse
import re
from pathlib import Path

from monitoring_files import alarms, metrics_by_name

from extauthz.commands import serve
from extauthz.records.allow_list import Key
from extauthz.records.logs import LogEvent
from mesh.policy.decision import GUARD_FAILURES, Reason

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
COLUMN = re.compile(r"(?<!\\)\|")


def section(title: str) -> str:
    _, _, rest = PAGE.partition(f"\n## {title}\n")
    assert rest, f"no section {title}"
    return rest.partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of the section's table, without its head, as cells without backticks."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in COLUMN.split(line)[1:-1]] for line in lines[2:]]


def options() -> dict[str, argparse.Action]:
    parser = argparse.ArgumentParser()
    serve.add_parser(parser.add_subparsers())
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return {
        option: action
        for action in commands.choices["serve"]._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }


def test_each_option_of_serve_has_a_row():
    assert sorted(row[0] for row in rows("Settings of `phiguard serve`")) == sorted(options())


def test_the_default_of_each_number_is_the_parsers():
    shown = {row[0]: row[1] for row in rows("Settings of `phiguard serve`")}
    numbers = {
        name: action.default
        for name, action in options().items()
        if isinstance(action.default, int | float) and not isinstance(action.default, bool)
    }

    assert len(numbers) > 6
    assert {name: shown[name] for name in numbers} == {n: str(v) for n, v in numbers.items()}


def test_each_failure_of_the_guard_has_a_row():
    assert {row[0] for row in rows("Failures of the guard")} == {r.value for r in GUARD_FAILURES}


def test_each_other_reason_is_a_message_that_cannot_be_judged_or_an_answer_of_the_policy():
    title = "Messages that cannot be judged"
    unjudged = {row[0] for row in rows(title)}
    _, _, rest = section(title).partition("All other reasons")
    answers = set(re.findall(r"`([A-Z_]+)`", rest))

    assert not unjudged & answers
    assert unjudged | answers == {r.value for r in Reason} - {r.value for r in GUARD_FAILURES}


def test_each_line_of_the_log_has_a_row():
    beginnings = [row[0] for row in rows("Lines of the log")]
    events = [event.value for event in LogEvent]

    assert [each for each in beginnings if sum(e.startswith(each) for e in events) != 1] == []
    assert [e for e in events if sum(e.startswith(each) for each in beginnings) != 1] == []


def test_each_metric_has_a_row_with_its_labels():
    shown = {row[0]: set(re.findall(r"[a-z0-9_]+", row[1])) for row in rows("Metrics")}

    assert shown == metrics_by_name()


def test_each_alarm_has_a_row_and_no_other():
    rules = [rule["alert"] for rule in alarms()]

    assert [row[0] for row in rows("Alarms")] == rules


def test_each_metric_anywhere_on_the_page_exists():
    labels = {key.value.replace(".", "_") for key in Key}
    known = set(metrics_by_name()) | labels

    assert set(re.findall(r"phiguard_[a-z_]+[a-z]", PAGE)) <= known | {"phiguard_worker"}
