from contextlib import suppress

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml.nodes import Node

from mesh.policy_file import yaml_document
from mesh.policy_file.yaml_document import UnreadableError, compose


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the file is empty"),
        ("# only a comment\n", 1, 1, "the file is empty"),
        ("a: &x 1\n", 1, 4, "`x` is an anchor or alias"),
        ("a: [1]\nb: *x\n", 2, 4, "`x` is an anchor or alias"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document starts here"),
        ("a: 1\n \tb: 2\n", 2, 2, "a tab indents the line"),
        ("a: [1\nb: 2\n", 2, 2, "the file is not valid YAML: expected ',' or ']', but got ':'"),
        ("a: 'x\n", 2, 1, "the file is not valid YAML: found unexpected end of stream"),
        ("a: \x01\n", 1, 4, "the file contains a control character"),
        ("a: 1\nb: \udcff\n", 2, 4, "the file is not UTF-8"),
        ('a: 1\nb: "x\\ud83d"\n', 2, 4, "an escape writes half of a surrogate pair"),
        ("[" * 100, 1, 65, "the file nests deeper than 64 levels"),
        ("a: " + "x" * (1 << 20), 1, 1, "the file has 1048579 bytes, more than 1048576"),
    ],
)
def test_what_is_no_plain_document_is_refused_with_its_place(text, line, column, message):
    with pytest.raises(UnreadableError) as caught:
        compose(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)


def test_a_document_of_exactly_the_limit_is_read():
    assert compose("a: " + "x" * ((1 << 20) - 3)).start_mark.line == 0


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#?%@` \n\t\x00\ud800,0\\x"), max_size=40))
def test_no_text_raises_anything_else(text):
    with suppress(UnreadableError):
        compose(text)


def plain(node: Node | None):
    if node is None or isinstance(node.value, str):
        return node and (node.tag, node.value)
    return node.tag, [
        [plain(part) for part in (item if isinstance(item, tuple) else (item,))]
        for item in node.value
    ]


def read(reader, text: str):
    """The values of a text, or `refused`."""
    try:
        return plain(reader(text))
    except (UnreadableError, yaml.YAMLError, ValueError):
        return "refused"


WORDS = "a: |- |b c|{|}|[|]|, |'|\"|&x |*x|!|!!str |1|yes|~|\\x41|é|:|%|? |#| #|>-".split("|")
PIECES = st.sampled_from(
    [*WORDS, "\n", "\n  ", "|\n", ">\n", "\t", "\ufeff", "\r", "\x85", "\u2028", "---\n", "..."]
)


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=3 * settings.default.max_examples)
def test_no_text_means_anything_else_to_the_faster_parser(text):
    assert read(yaml_document._composed, text) == read(
        lambda given: yaml_document._Loader(given).get_single_node(), text
    )
