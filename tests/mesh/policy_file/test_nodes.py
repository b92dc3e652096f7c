from enum import Enum

import pytest

from mesh.policy_file.nodes import NodeReader, closest, did_you_mean, one_of
from mesh.policy_file.problems import FileProblem, Severity


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


COLOURS = {colour.value: colour for colour in Colour}


def reader_of(text: str):
    reader = NodeReader("f.yaml")
    return reader, reader.compose(text)


def message_of(reader: NodeReader) -> str:
    (problem,) = reader.problems
    return problem.message


def test_a_text_that_is_no_document_is_one_error():
    reader, root = reader_of("a: *x")
    assert root is None
    assert reader.problems == (
        FileProblem("f.yaml", 1, 4, Severity.ERROR, "`x` is an anchor or alias", "write it out"),
    )


def test_unknown_keys_are_errors_with_a_suggestion():
    reader, root = reader_of("mode: a\nrulez: b\n")
    assert list(reader.mapping(root, ("mode", "rules"), "`spec`")) == ["mode"]
    assert reader.problems == (
        FileProblem(
            "f.yaml", 2, 1, Severity.ERROR, "unknown key `rulez` in `spec`", "did you mean `rules`?"
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "key `a` appears twice in `spec`"),
        ("[a]", "`spec` is a list, expected a mapping"),
        ("~", "`spec` is empty, expected a mapping"),
        ("? [a]\n: 1\n", "a key in `spec` is not text"),
        ("<<: {a: 1}\n", "a key in `spec` is not text"),
    ],
)
def test_a_mapping_has_each_text_key_once(text, message):
    reader, root = reader_of(text)
    reader.mapping(root, ("a",), "`spec`")
    assert message_of(reader) == message


def test_a_missing_key_is_an_error_at_its_mapping():
    reader, root = reader_of("a: 1")
    assert reader.required(root, reader.mapping(root, ("a", "b"), "it"), "b", "it") is None
    assert message_of(reader) == "it has no `b`"


@pytest.mark.parametrize(
    ("method", "text", "value"),
    [
        ("text", "abc", "abc"),
        ("text", "'12'", "12"),
        ("text", "N", "N"),  # class N is no boolean
        ("boolean", "true", True),
        ("boolean", "no", False),
    ],
)
def test_a_value_of_the_right_type_is_read(method, text, value):
    reader, root = reader_of(text)
    assert getattr(reader, method)(root, "it") == value
    assert not reader.problems


@pytest.mark.parametrize(
    ("method", "text", "message"),
    [
        ("text", "12", "it is `12`, which YAML does not read as text"),
        ("text", "on", "it is `on`, which YAML does not read as text"),
        ("text", "''", "it is empty, expected text"),
        ("text", "[a]", "it is a list, expected text"),
        ("text", "!!binary abc", "it is `abc`, which YAML does not read as text"),
        ("boolean", "'true'", "it is `true`, expected true or false"),
        ("boolean", "[true]", "it is a list, expected true or false"),
        ("sequence", "a", "it is a single value, expected a list"),
    ],
)
def test_a_value_of_another_type_is_an_error(method, text, message):
    reader, root = reader_of(text)
    getattr(reader, method)(root, "it")
    assert message_of(reader) == message


@pytest.mark.parametrize("text", ["0x50", "080", "8.0", "'80'", "0", "10", "[5]", "~"])
def test_a_whole_number_is_decimal_and_in_its_range(text):
    reader, root = reader_of(text)
    assert reader.integer(root, range(1, 10), "it") == 1
    assert message_of(reader).endswith("expected a whole number from 1 to 9")


def test_a_whole_number_in_its_range_is_read():
    reader, root = reader_of("9")
    assert (reader.integer(root, range(1, 10), "it"), reader.problems) == (9, ())


def test_a_choice_suggests_the_closest_word():
    reader, root = reader_of("[blu, red]")
    assert [reader.choice(item, COLOURS, "it") for item in root.value] == [Colour.RED, Colour.RED]
    assert [(p.message, p.hint) for p in reader.problems] == [
        ("it is `blu`, expected `red` or `blue`", "did you mean `blue`?")
    ]


def test_strings_that_fail_the_test_are_errors_each():
    reader, root = reader_of("[a, B, c, 1]")
    reader.strings(root, "it", str.islower, "small letters")
    assert [(p.column, p.message) for p in reader.problems] == [
        (5, "`B` is not allowed in it"),
        (11, "an entry of it is `1`, which YAML does not read as text"),
    ]


def test_plain_reads_what_json_can_say_and_keeps_other_scalars_as_written():
    reader, root = reader_of(
        "{a: [1, -2, 1.5, true, ~, x], zip: 02139, day: 2024-01-01, big: 1_000, inf: .inf}"
    )
    assert reader.plain(root) == {
        "a": [1, -2, 1.5, True, None, "x"],
        "zip": "02139",
        "day": "2024-01-01",
        "big": "1_000",
        "inf": ".inf",
    }


def test_problems_come_by_place_and_warnings_do_not_fail():
    reader, root = reader_of("[a, b]")
    first, second = root.value
    reader.warn(second, "later")
    assert not reader.failed
    reader.error(first, "earlier")
    assert reader.failed
    assert [problem.message for problem in reader.problems] == ["earlier", "later"]


def test_suggestions():
    assert closest("PERSON_NAM", ["PERSON_NAME"]) == "did you mean `PERSON_NAME`?"
    assert closest("deny", ["DENY"]) == "did you mean `DENY`?"
    assert closest("zzz", ["DENY"]) == ""
    assert did_you_mean("zzz", ["a", "b"]) == "known: a, b"
    assert did_you_mean("zzz", [str(n) for n in range(20)]) == ""
    assert [one_of(["a"]), one_of(["a", "b", "c"])] == ["`a`", "`a`, `b` or `c`"]


def test_no_word_is_compared_with_thousands():
    """Comparing thousands of unknown words with thousands of groups would take minutes."""
    known = [f"group{number}" for number in range(2000)]
    assert did_you_mean("gruop7", known) == ""
    assert did_you_mean("gruop7", known[:100]) != ""
