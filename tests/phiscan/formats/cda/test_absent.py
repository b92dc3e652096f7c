import pytest

from phiscan.formats.cda import absent


def edited(text, value="x1"):
    data = text.encode()
    at = data.index(value.encode())
    edits = absent.edits(data, [(at, at + len(value))])
    for edit in reversed(edits):
        data = data[: edit.start] + edit.text + data[edit.end :]
    return data.decode()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('<birthTime value="x1"/>', '<birthTime nullFlavor="MSK"/>'),
        ("<id root='1.2' extension='x1'/>", "<id root='1.2' nullFlavor=\"MSK\"/>"),
        ("<given>x1</given>", '<given nullFlavor="MSK"></given>'),
        ('<h:family q="BR">x1</h:family>', '<h:family q="BR" nullFlavor="MSK"></h:family>'),
    ],
)
def test_a_value_becomes_the_null_flavor_masked(text, masked):
    assert edited(text) == masked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<td>x1</td>", "a cell of the narrative"),
        ('<telecom value="tel:x1"/>', "a part of a value"),
        ('<birthTime nullFlavor="UNK" value="x1"/>', "the element has a null flavor"),
        ("<given>Ana x1</given>", "a part of a text"),
        ('<a title="x1"/>', "another attribute"),
        ("x1", "no element"),
    ],
)
def test_elsewhere_nothing_is_edited(text, why):
    assert edited(text) == text, why
