"""The words beside a name show that it is a name, and whose."""

import pytest

from phiscan.finding import Subject
from phiscan.people.cues import (
    begins_with_a_given_name,
    is_close,
    is_others,
    speaks_of_care,
    subject_of,
)
from phiscan.people.segments import segments


def _segment(text, name):
    data = text.encode()
    return next(s for s in segments(data) if data[s.start : s.end].decode() == name)


def _subject(text, name):
    return subject_of(_segment(text, name))


@pytest.mark.parametrize(
    ("text", "name", "subject"),
    [
        ("care. Leopold sleeping, in no distress", "Leopold", Subject.PERSON),
        ("at bedside;\nGiorgos notified by telephone", "Giorgos", Subject.PERSON),
        ("My contact is Tadeusz Akintola, +1-468-972-1180", "Tadeusz Akintola", Subject.PERSON),
        ("alt: Jerzy Chakraborty +1 (763) 884-1180", "Jerzy Chakraborty", Subject.PERSON),
        ("\nII-2 Ines and Keiko, twins, 8", "Ines", Subject.PERSON),
        ("Grandson Milan Czerwinski on scene", "Milan Czerwinski", Subject.PERSON),
        ("Uwe Garza joined from home", "Uwe Garza", Subject.PERSON),
        ("Witness Ebony Vasquez stated that", "Ebony Vasquez", Subject.PERSON),
        ("Class II Ines was", "Ines", None),  # no pedigree
        ("history: Noura lives with her husband", "Noura", Subject.PERSON),
        ("Called Grazyna Wiktor to discuss HbA1c", "Grazyna Wiktor", Subject.PATIENT),
        ("Callum Nguyen discharged home on", "Callum Nguyen", Subject.PATIENT),
        ("Interpreter used for Xiuying Qiu (", "Xiuying Qiu", Subject.PERSON),
        ("Called Delta Airways to discuss fares", "Delta Airways", Subject.PERSON),
        ("As you know, Yuki is a 61 year old with", "Yuki", Subject.PATIENT),
        ("Of course Tesla is a 20 year old company", "Tesla", None),
        ("I saw Yuki Mori in clinic", "Yuki Mori", Subject.PATIENT),
        ("We saw Yuki Mori in town", "Yuki Mori", Subject.PERSON),
        ("Haoran Tang came in today for follow up", "Haoran Tang", Subject.PATIENT),
        ("proxy for Nohea Kalama.", "Nohea Kalama", Subject.PERSON),
        ("Media contact: Ana Siddiqui, 312-788-0660", "Ana Siddiqui", Subject.PERSON),
        ("Siddiqui, Ana, 312-788-06601", "Siddiqui, Ana", Subject.PATIENT),
        ("Member ID: 154489478 Member: Anselmo Soto Plan: Gold", "Anselmo Soto", Subject.PERSON),
        ("Monit notified the team", "Monit", None),  # a program may notify
        ("Jada here for a shot", "Jada", Subject.PATIENT),
        ("Pt. Ruth Delacroix at home", "Ruth Delacroix", Subject.PATIENT),
        ("Resident: Agnes Tolliver", "Agnes Tolliver", Subject.PATIENT),
        ("Ana Ruiz, 54F", "Ana Ruiz", Subject.PATIENT),
        ("Ana Ruiz (DOB 1961-04-02)", "Ana Ruiz", Subject.PATIENT),
        ("SMITH, JOHN Q | M | 01/15/1980", "SMITH, JOHN Q", Subject.PATIENT),
        ("Mr. Moreau called", "Moreau", Subject.PERSON),
        ("her husband, Emeka, was taught", "Emeka", Subject.PERSON),
        ("son Andre at home", "Andre", Subject.PERSON),
        ("Marchetti, Giulia (mother)", "Marchetti, Giulia", Subject.PERSON),
        ("certify that Hector Ibarra-Soto was", "Hector Ibarra-Soto", Subject.PERSON),
        ("Ana Ruiz was admitted", "Ana Ruiz", Subject.PATIENT),
        ("Mr. Ruiz, a 94-year-old", "Ruiz", Subject.PATIENT),
        ("Member Ana Ruiz, ID H44", "Ana Ruiz", Subject.PATIENT),
        ("thanks for telling me, Jasmine.", "Jasmine", Subject.PERSON),
        ("Spouse Chuka trained", "Chuka", Subject.PERSON),
        ("Best regards,\nAna Ruiz\n", "Ana Ruiz", Subject.PERSON),
        ("Ana Ruiz\n12 Elm Road", "Ana Ruiz", Subject.PERSON),
        ("Ana Ruiz ph 716-555-0144", "Ana Ruiz", Subject.PERSON),
        ("Wife (Carla, 66, retired)", "Carla", Subject.PERSON),
        ("brother (Chukwu, age 71)", "Chukwu", Subject.PERSON),
        ("Mother (Hyun Jung, 78)", "Hyun Jung", Subject.PERSON),
        ("HIS BROTHER, TOMO KATO, CALLED", "TOMO KATO", Subject.PERSON),
        ("Kayla (granddaughter) will", "Kayla", Subject.PERSON),
        ("Bo Nordin, maternal uncle, 58", "Bo Nordin", Subject.PERSON),
        ("Children: Amara Obi", "Amara Obi", Subject.PERSON),
        ("In attendance: Amara Obi", "Amara Obi", Subject.PERSON),
        ("PATTERSON, MANUEL M. (11-47-61)", "PATTERSON, MANUEL M.", Subject.PATIENT),
        ("Navas Comas, Rosa / 59-97-50 /", "Navas Comas, Rosa", Subject.PATIENT),
        ("S - Van Mai, room 220, fever", "Van Mai", Subject.PATIENT),
        ("12A Nasser, Hala  72M", "Nasser, Hala", Subject.PATIENT),
        ("Avram Tanimu | 33 y.o. man", "Avram Tanimu", Subject.PATIENT),
        ("PT NAME Berat Verhaar / CHART", "Berat Verhaar", Subject.PATIENT),
        ("lives at 12 Elm St., Unit 2 with Bao Hoang.", "Bao Hoang", Subject.PERSON),
        ("VM 10:42 from Alika Obi, calling", "Alika Obi", Subject.PERSON),
        ("called to bedside of Erik Barbir.", "Erik Barbir", Subject.PERSON),
        ("Take care, Yu.", "Yu", Subject.PERSON),
        ("seen by Noura El Amin's brother", "Noura El Amin", Subject.PERSON),
    ],
)
def test_a_cue_says_whom_a_name_names(text, name, subject):
    assert _subject(text, name) is subject


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("uses MS Excel daily", "Excel", "a product, no title"),
        (
            "this is Melissa calling from Piedmont",
            "Melissa",
            "who calls from somewhere works there",
        ),
        ("Agent: this is Tanya", "Tanya", "who answers for a company"),
        ("read by T. Reyes, LVN", "T. Reyes", "a credential"),
        ("Ruiz(String)", "Ruiz", "a call"),
        ("at Ana Ruiz", "Ana Ruiz", "nothing says what it is"),
        ("Regards,\nAna Ruiz\nLakeview Clinic", "Ana Ruiz", "a clinic below: she works there"),
        ("Signing out Ana Ruiz, 8 year old", "Signing", "the name between is who is eight"),
        ("Subject: Meter readings", "Meter", "what a message is about"),
        ("at Jefferson Elementary", "Jefferson", "a school"),
        ("Reuters reports", "Reuters", "a verb behind one word that is no given name"),
        ("at work (Delgado Marine)", "Delgado Marine", "a company"),
        ("employed by Marvin Windows", "Marvin Windows", "a company"),
        ("called Anderson's office", "Anderson", "a clinician's office"),
        ('attendingPhysician: "Mei Cienfuegos"', "Mei Cienfuegos", "the value of a provider's key"),
        ("referring-provider: Otto Krenhus", "Otto Krenhus", "the value of a provider's key"),
        ("Witness: Keiko Tourt", "Keiko Tourt", "who signs as a witness is of the staff"),
        ("RE: Quarrel about bills", "Quarrel", "a matter"),
        ("copy to Dorothy Hutchinson.", "Dorothy Hutchinson", "who gets copies works there"),
        ("treated with Quilo Duo", "Quilo Duo", "what somebody is treated with"),
    ],
)
def test_what_looks_like_a_cue_and_is_none(text, name, reason):
    segment = _segment(text, name)
    assert is_others(segment) or subject_of(segment) is None, reason


def test_the_list_knows_given_names_in_either_order():
    assert [
        begins_with_a_given_name(s) for s in segments(b"Maria Quill; Quill, Maria; Quill Zqx")
    ] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("her son Andre", "Andre", True),
        ("Mrs. Ruiz", "Ruiz", True),
        ("Dear Ana,", "Ana", False),
        ("call Mark Jensen", "Mark Jensen", False),
    ],
)
def test_people_are_told_of_by_title_and_relation(text, name, told):
    assert speaks_of_care(_segment(text, name)) is told


def test_a_title_is_not_close():
    assert not is_close(_segment("Mrs. Ruiz", "Ruiz"))
    assert is_close(_segment("her son Andre", "Andre"))


def test_the_relative_of_a_patient_is_close_to_one():
    assert is_close(_segment("call: Temitope Obi (mother of Kai Kalama) says", "Temitope Obi"))
    assert not is_close(_segment("call: Temitope Obi (mother) says", "Temitope Obi"))
    assert not is_close(_segment("call: Marie Curie, mother of modern physics", "Marie Curie"))
