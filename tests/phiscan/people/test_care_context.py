"""Names around which a text speaks of one person's care, though no cue and no term says it."""

import pytest

import phiscan
from phiscan.finding import Verdict


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Npo, feeds by pump, wrist brace on, labs at six. Walter Okafor, she sleeps.",
            "treatments and a body",
        ),
        (
            "Walter Okafor: swab detected, rash on arms, he is on quarantine with his mother.",
            "a test and a symptom",
        ),
        (
            "Ivf round 2, 3 embryos, hormone shots hurt. Teresa Okafor cried, her husband left.",
            "a treatment of one person",
        ),
    ],
)
def test_words_of_care_around_a_name_are_phi(text, why):
    assert phiscan.scan(text.encode()).verdict is Verdict.PHI, why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Walter Okafor restarted the pod. She tested the scan and the dose.", "too few words"),
        (
            "Walter Okafor: swab, rash, wound and brace are the topics of the course; he sells"
            " guidelines to many adults and studies the market.",
            "words about many raise what is needed",
        ),
        ("Swab, rash, wound, brace, splint, labs, bp, skin.", "nobody is named"),
        ("By Walter Okafor. Swab the rash, dress the wound, and he heals.", "who wrote it"),
        ("Ask Mr. Okafor. Bring lidocaine and nebulizers.", "terms alone are goods"),
    ],
)
def test_other_texts_are_nobodys_care(text, reason):
    assert phiscan.scan(text.encode()).verdict is not Verdict.PHI, reason


def test_a_word_about_many_does_not_hide_a_record():
    record = "MRN: 5530917. Pt denies chest pain. "

    for word in ("patients", "study", "course", "market", "conference"):
        assert phiscan.scan((record + f"{word} " * 5).encode()).verdict is Verdict.PHI, word
