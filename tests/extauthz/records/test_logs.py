import logging

import orjson
import pytest

from extauthz.records import logs
from extauthz.records.logs import LogEvent


@pytest.fixture
def lines(capfd):
    """The log lines of an action.

    Logging is configured in the test, because fixtures are set up with another standard error. What
    was left out is logged at the end.
    """

    def of(action):
        root, phiguard = logging.getLogger(), logging.getLogger("phiguard")
        before = root.level, list(root.handlers), phiguard.level, logging.raiseExceptions
        logs.configure()
        action()
        logs.flush()
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        phiguard.setLevel(before[2])
        logging.raiseExceptions = before[3]
        return [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]

    return of


def test_an_event_is_one_json_line_with_its_fields(lines):
    (line,) = lines(lambda: logs.emit(LogEvent.SERVING, address="127.0.0.1:9000", worker=0))

    assert line["event"] == "serving"
    assert (line["address"], line["worker"], line["level"]) == ("127.0.0.1:9000", 0, "info")


def test_fields_that_are_not_known_are_left_out(lines):
    (line,) = lines(lambda: logs.emit(LogEvent.SERVING, path="/patients/536-22-8790"))

    assert "536-22-8790" not in str(line)


def test_an_exception_shows_its_type_and_not_its_text(lines):
    (line,) = lines(lambda: logs.error(LogEvent.INTERNAL_ERROR, ValueError("536-22-8790")))

    assert line["error"] == "ValueError"
    assert "536-22-8790" not in str(line)


def test_what_libraries_log_shows_without_its_text_or_traceback(lines):
    def library():
        try:
            int("536-22-8790")
        except ValueError:
            logging.getLogger("grpc._cython.cygrpc").exception("bad message: 536-22-8790")

    (line,) = lines(library)

    assert (line["logger"], line["event"]) == ("grpc._cython.cygrpc", LogEvent.LIBRARY.value)
    assert "536-22-8790" not in str(line)


def test_a_field_that_cannot_be_written_is_not_dumped_with_the_stack(lines, capfd):
    assert lines(lambda: logs.emit(LogEvent.SERVING, address=object())) == []
    assert capfd.readouterr().err == ""


def test_an_event_that_comes_too_often_is_counted_instead(lines):
    logged = lines(lambda: [logs.emit(LogEvent.ABORTED, code="CANCELLED") for _ in range(1000)])

    *shown, rest = logged
    assert 20 <= len(shown) < 1000
    assert {line["event"] for line in shown} == {LogEvent.ABORTED.value}
    assert (rest["event"], rest["of"]) == (LogEvent.LEFT_OUT.value, LogEvent.ABORTED.value)
    assert rest["count"] + len(shown) == 1000


def test_an_event_that_floods_does_not_hide_another_one(lines):
    def flood():
        for _ in range(100):
            logs.emit(LogEvent.ABORTED)
        logs.emit(LogEvent.LEDGER_FAILED, logging.ERROR)

    assert [line["event"] for line in lines(flood)].count(LogEvent.LEDGER_FAILED.value) == 1


def test_all_libraries_together_have_one_quota(lines):
    logged = lines(lambda: [logging.getLogger(f"lib{at}").warning("x") for at in range(100)])

    assert len(logged) < 50
    assert logged[-1]["of"] == LogEvent.LIBRARY.value


def test_lines_with_a_count_are_never_left_out(lines):
    logged = lines(lambda: [logs.emit(LogEvent.OUTPUT, count=2) for _ in range(100)])

    assert sum(line["count"] for line in logged) == 200


def test_a_crash_shows_where_and_not_what(lines):
    def crash():
        try:
            int("536-22-8790")
        except ValueError as raised:
            logs.crash(raised)

    (line,) = lines(crash)

    assert (line["event"], line["error"]) == (LogEvent.CRASHED.value, "ValueError")
    assert line["where"].startswith("test_logs.py:")
    assert "536-22-8790" not in str(line)


def test_a_fault_shows_its_place(lines):
    (line,) = lines(lambda: logs.fault("KeyError at json.py:12"))

    assert (line["event"], line["level"]) == (LogEvent.INTERNAL_ERROR.value, "error")
    assert (line["error"], line["where"]) == ("KeyError", "json.py:12")


def test_a_fault_that_is_no_place_is_not_shown(lines):
    (line,) = lines(lambda: logs.fault("KeyError: 'Ana 536-22-8790' at json.py:12"))

    assert (line["error"], line["where"]) == ("", "")
