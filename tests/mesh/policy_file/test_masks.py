import pytest

from mesh.policy_file.groups import Groups
from mesh.policy_file.masks import read_masks
from mesh.policy_file.nodes import NodeReader
from phiscan.redaction.masks import MaskForm


def masks_of(text: str):
    reader = NodeReader("p.yaml")
    read = read_masks(reader, reader.compose(text), Groups())
    return *read, [f"{p.message} ({p.hint})" for p in reader.problems]


def test_an_entry_may_name_its_form():
    text = "[G, {infoType: DATE_OF_BIRTH, as: year}, {infoType: '*', as: plain}]"
    assert masks_of(text) == (
        frozenset({"G", "DATE_OF_BIRTH", "*"}),
        frozenset({("DATE_OF_BIRTH", MaskForm.YEAR)}),
        [],
    )


def test_a_group_gives_its_form_to_each_of_its_entries():
    entries, forms, _ = masks_of("[{infoType: financial, as: last4}]")
    assert forms == {(entry, MaskForm.LAST_FOUR) for entry in entries} != set()


def test_of_two_forms_for_one_entry_the_one_that_tells_less_counts():
    assert masks_of("[C, {infoType: C, as: year}]")[1] == frozenset()
    both = "[{infoType: C, as: shifted}, {infoType: C, as: year}]"
    assert masks_of(both)[1] == {("C", MaskForm.YEAR)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[{infoType: C, as: yaer}]", "did you mean `year`?"),
        ("[{infoType: C}]", "an entry of `redact` has no `as`"),
        ("[{as: year}]", "an entry of `redact` has no `infoType`"),
        ("[{infoType: A, as: year}]", "`as: year` is for dates"),
        ("[{infoType: PERSON_NAME, as: last4}]", "`as: last4` is for numbers"),
        ("[{infoType: SSN, as: last4}]", "unknown infoType, class or group `SSN`"),
        ("[{infoType: C, as: year, form: x}]", "unknown key `form`"),
        ("{infoType: C, as: year}", "`redact` is a mapping"),
    ],
)
def test_what_is_wrong_is_said(text, problem):
    *_, problems = masks_of(text)
    assert any(problem in each for each in problems), problems
