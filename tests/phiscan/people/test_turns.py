"""Turns of dialogues, and the names that are not in them. Everybody here is invented."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.people.turns import Turns


def _turns(text):
    data = text.encode()
    return [data[at:].split(b"\n")[0].decode() for at in Turns(data)]


def _people(text):
    data = text.encode()
    return {
        data[f.location.start : f.location.end].decode()
        for f in phiscan.scan(data).findings
        if f.info_type == "PERSON_NAME"
    }


@pytest.mark.parametrize(
    ("doctor", "patient"),
    [
        ("Doctor: ", "Patient: "),
        ("Dr: ", "Pt: "),
        ("Dr.: ", "Pt.: "),
        ("D: ", "P: "),
        ("DOCTOR : ", "PATIENT : "),
        ("[doctor] ", "[patient] "),
        ("[Doctor]: ", "[Patient]: "),
        ("**Doctor:** ", "**Patient:** "),
        ("**Doctor**: ", "**Patient**: "),
        ("Clinician: ", "Client: "),
        ("Speaker 1: ", "Speaker 2: "),
        ("SPEAKER_00: ", "SPEAKER_01: "),
        ("00:12 Doctor: ", "00:15 Patient: "),
        ("[00:00:12] Doctor: ", "[00:00:15] Patient: "),
        ("Doctor (10:02 AM): ", "Patient (10:03 AM): "),
        ("> Doctor: ", "> Patient: "),
        ("Doctor - ", "Patient - "),
        ("Dr. Chen: ", "Patient: "),
        ("Pediatrician: ", "Mother: "),
        ("Doctor: ", "Guest_family: "),
    ],
)
def test_a_label_of_a_speaker_begins_a_turn(doctor, patient):
    text = f"{doctor}Any chest pain?\n{patient}Nope.\n"
    assert _turns(text) == ["Any chest pain?", "Nope."]
    assert _people(text + "Asthma.\n") == set()


@pytest.mark.parametrize(
    "said",
    [
        "Nope.", "Nope", "Oh, about a week.", "Thank you.", "What?", "I've had it for years.", "Yes.",
        "Okay.", "Well, yes.", "Um", "It's fine.", "Metformin.", "Penicillin", "Tuesday.",
        "Excedrin Migraine. Imitrex too.", "Blue Cross. Medicare soon.", "African American.",
        "Doctor Google.", "Oh Lord. Is it bad?", "Good Morning.", "Hashimoto's.", "Accountant. Retired.",
    ],
)  # fmt: skip
def test_what_a_patient_says_is_no_name(said):
    text = f"Doctor: How is the asthma?\nPatient: {said}\nDoctor: Do you smoke?\nPatient: Never.\n"
    assert _people(text) == set()
    assert phiscan.scan(text.encode()).verdict is Verdict.HEALTH


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda text: json.dumps({"dialogue": text}),
        lambda text: f'ID,dialogue\n0,"{text}"\n',
        lambda _: json.dumps(
            [{"doctor": "Any pain?"}, {"patient": "Excedrin Migraine. Asthma too."}]
        ),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " "),
    ],
)
def test_a_dialogue_within_another_document_is_one(wrapped):
    text = "Doctor: Any asthma?\nPatient: Excedrin Migraine.\nDoctor: Why?\nPatient: Nope.\n"
    assert _people(wrapped(text)) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Doctor: Your name, please?\nPatient: Bao Tran.\nDoctor: Asthma?\nPatient: Yes.", {"Bao Tran"}),
        ("Agent: Who am I speaking with?\nCaller: Maria.\nAgent: Is it the asthma?\nCaller: Yes.", {"Maria"}),
        ("Doctor: Hi Maria, how is the asthma?\nPatient: Fine.", {"Maria"}),
        ("DR: Good morning, Ms. Okafor. Asthma?\nPT: Yes.", {"Okafor"}),
        ("Doctor: Who is with you? Asthma?\nPatient: This is my sister, Chukwu.\nDoctor: Hi.", {"Chukwu"}),
        ("Patient: Ana Ruiz\nDoctor: Any asthma?\nPatient: Nope.\nDoctor: Good.", {"Ana Ruiz"}),
    ],
)  # fmt: skip
def test_names_that_are_said_are_names(text, names):
    assert _people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Margaret\nDoctor: Chen\nDx: asthma, fracture",
        "Patient: Okafor\nasthma, fracture",
        "Provider: Chen\nPatient: Ana Ruiz\nNurse: Joy\n",
    ],
)
def test_a_form_is_no_dialogue(text):
    assert _turns(text) == []


def test_one_word_behind_patient_is_a_name_in_a_form():
    assert _people("Patient: Margaret\nDx: asthma, fracture") == {"Margaret"}


def test_labels_of_speakers_cost_linear_time():
    assert _turns("Doctor: " * 50_000) == _turns("Doctor: " * 50_000)


def test_a_long_dialogue_costs_linear_time():
    text = "Doctor: Any pain, asthma?\nPatient: Excedrin Migraine.\n" * 6_000
    assert phiscan.scan(text.encode()).verdict is Verdict.HEALTH
