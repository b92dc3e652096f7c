"""Secrets come from the environment or from files that it names."""

import pytest

from atrest.readers.credentials import secret
from atrest.source import ReadError, Reason


def test_the_variable_goes_before_its_file(tmp_path):
    (tmp_path / "s").write_text("of the file")
    file = {"TOKEN_FILE": str(tmp_path / "s")}
    assert secret(file, "TOKEN") == "of the file"
    assert secret({**file, "TOKEN": "of the variable"}, "TOKEN") == "of the variable"
    assert secret({**file, "TOKEN": ""}, "TOKEN") == ""
    assert secret({}, "TOKEN") is None


@pytest.mark.parametrize(
    ("text", "expected"), [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a ")]
)
def test_one_newline_at_the_end_is_no_part_of_it(tmp_path, text, expected):
    (tmp_path / "s").write_bytes(text.encode())
    assert secret({"TOKEN_FILE": str(tmp_path / "s")}, "TOKEN") == expected


def test_a_file_that_cannot_be_read_is_named_by_its_variable_alone(tmp_path):
    (tmp_path / "s").write_bytes(b"\xff\xfe")
    with pytest.raises(ReadError) as caught:
        secret({"TOKEN_FILE": str(tmp_path / "s")}, "TOKEN")
    assert (caught.value.reason, caught.value.detail) == (
        Reason.REFUSED, "TOKEN_FILE: UnicodeDecodeError",
    )  # fmt: skip
