import logging

import orjson
import pytest

from extauthz.records import logs
from extauthz.records.logs import LogEvent


@pytest.fixture
def lines(capsys):
    """The log lines of an action.

    Logging is configured in the test, because fixtures are set up with another standard error.
    """

    def of(action):
        root, phiguard = logging.getLogger(), logging.getLogger("phiguard")
        before = root.level, list(root.handlers), phiguard.level, logging.raiseExceptions
        logs.configure()
        action()
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        phiguard.setLevel(before[2])
        logging.raiseExceptions = before[3]
        return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]

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


def test_a_field_that_cannot_be_written_is_not_dumped_with_the_stack(lines, capsys):
    assert lines(lambda: logs.emit(LogEvent.SERVING, address=object())) == []
    assert capsys.readouterr().err == ""
