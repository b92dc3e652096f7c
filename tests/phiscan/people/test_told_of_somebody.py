"""Sentences that say of somebody what a word of medicine in them names."""

import pytest

import phiscan
from phiscan.finding import Verdict

SOMEBODY = "Name: Ana Ruiz\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("His methadone was late today.", "behind a possessive"),
        ("We talked about her last colonoscopy.", "behind a possessive and an adjective"),
        ("Ana's seizures are back.", "behind a name's possessive"),
        ("She agrees with hospice from Monday.", "in a clause about one person"),
        ("He has had more vertigo since then.", "in a clause with a verb of having"),
        ("I started prednisone on Friday.", "of oneself"),
        ("Please increase sertraline.", "of a drug to take"),
        ("Skipped metformin for a week.", "of a drug not taken"),
        ("Off work until Friday due to influenza.", "of why somebody is away"),
        ("Please excuse her from gym. Sprain.", "in a note for school"),
    ],
)
def test_a_sentence_about_somebody_is_phi_beside_a_name(text, said):
    assert phiscan.scan((SOMEBODY + text).encode()).verdict is Verdict.PHI, said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Her lymphoma research won a prize.", "what she studies"),
        ("She treats migraine in Bangor.", "what she does for a living"),
        ("He presented Ozempic to the buyers.", "what he sells"),
        ("She said that the flu vaccine is late.", "a clause of its own"),
        ("I vote for cheaper insulin.", "an opinion"),
        ("His gout awareness walk is on Sunday.", "a campaign"),
        ("She has the sepsis cohort ready.", "data about many"),
        ("Patients with lupus may apply.", "said of many"),
    ],
)
def test_work_and_opinions_say_nothing_of_health(text, reason):
    assert phiscan.scan((SOMEBODY + text).encode()).verdict is not Verdict.PHI, reason
