"""Words of providers and institutions beside names, and words that no name has."""

import pytest

from phiscan.people.words import ORGANIZATION, PROVIDER_AFTER, PROVIDER_BEFORE
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.not_names import NOT_NAMES


@pytest.mark.parametrize(
    "text",
    [
        b"Dr. ",
        b"Nurse ",
        b"Dictated by ",
        b"Attending: ",
        b"Referring Physician: ",
        b"Agent: ",
        b"electronically signed by ",
    ],
)
def test_what_stands_before_a_providers_name(text):
    assert PROVIDER_BEFORE.search(text)


@pytest.mark.parametrize("text", [b"Patient: ", b"her daughter ", b"called ", b"by her sister "])
def test_what_does_not(text):
    assert PROVIDER_BEFORE.search(text) is None


@pytest.mark.parametrize("text", [b", MD", b" RN,", b", PA-C", b", M.D.", b" (attending"])
def test_what_stands_behind_a_providers_name(text):
    assert PROVIDER_AFTER.match(text)


@pytest.mark.parametrize("text", [b" do well", b" may", b", ma", b" Made", b"'s mother"])
def test_words_that_look_like_credentials(text):
    assert PROVIDER_AFTER.match(text) is None


@pytest.mark.parametrize(
    "text", [b" Hospital", b" Memorial Hospital", b" Street", b"'s disease", b" sign", b" & Sons"]
)
def test_an_institution_a_street_and_a_discoverer(text):
    assert ORGANIZATION.match(text)


def test_the_list_is_of_names_in_small_letters():
    assert {"maria", "wendell", "priya"} & GIVEN_NAMES == {"maria", "wendell"}
    assert all(name.islower() and len(name) > 2 for name in GIVEN_NAMES)
    assert "patient" in NOT_NAMES
