"""A name of a field is shown only if each of its words is a word of the tables."""

import pytest

from phiscan.words.field_names import is_shown
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import is_vocabulary


@pytest.mark.parametrize(
    "name",
    ["notes", "Comment", "visitNotes", "patient_comment", "free text", "message.body", "note2"],
)
def test_the_names_of_texts_are_shown(name):
    assert is_shown(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ruiz_note",  # one word is nobody's but the document's
        "note 512-44-9031",
        "note5124",  # a long number may be somebody's
        "phone 06 12 34 56 78",  # so may short ones together
        "birth date 12.04.56",
        "notes: ana",
        "notes" * 20,
        "nótes",  # letters that no table has
    ],
)
def test_other_names_are_not_shown(name):
    assert not is_shown(name)


def test_a_given_name_is_shown_only_if_it_is_a_label_too():
    """`mac` and `pat` are labels of the vocabulary."""
    assert all(is_vocabulary(name) for name in GIVEN_NAMES if is_shown(name))
    assert not is_shown("bill note")
