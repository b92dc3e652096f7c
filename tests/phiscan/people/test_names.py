"""People in notes, letters, transcripts and messages. Everybody here is invented."""

import pytest

import phiscan
from phiscan.finding import Coverage, Subject, Verdict


def _people(text):
    data = text.encode()
    report = phiscan.scan(data)
    assert report.coverage is Coverage.COMPLETE
    return {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.info_type == "PERSON_NAME"
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana Ruiz is a 54-year-old woman with asthma.", {"Ana Ruiz"}),
        ("Spoke with her daughter Maria Ruiz about hospice.", {"Maria Ruiz"}),
        ("Dear Ana,\nyour biopsy was normal.", {"Ana"}),
        ("my name is Bao Tran and I am out of my lisinopril", {"Bao Tran"}),
        ("Okafor, Chidinma, 66F, on furosemide 40 mg BID", {"Okafor, Chidinma"}),
        ("Called Lorna Petrakis at 732-555-0112, biopsy benign", {"Lorna Petrakis"}),
        ("Please refill my metformin.\nThanks so much,\nPriya", {"Priya"}),
        ("Mrs. Evangeline St. Clair has atrial fibrillation", {"Evangeline St. Clair"}),
        ("Baby Ruiz in PICU bed 7, on room air.", {"Ruiz"}),
        ("MRN 0012345, asthma. Parents are John and Mary Thompson.", {"John", "Mary Thompson"}),
        (
            "Ana Ruiz, 14F, asthma. Parents are Tomas and Lola Ruiz.",
            {"Ana Ruiz", "Tomas", "Lola Ruiz"},
        ),
        ("ORTHO: Ana María de la Cruz returns today, fracture healing", {"Ana María de la Cruz"}),
    ],
)
def test_a_cue_beside_a_name_finds_it(text, names):
    assert _people(text) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '"title": "Patient Bracelet",\n"text": "Time of death",\n"vaccine": "Vaccination"',
            "what a screen says",
        ),
        (
            '"desc": "Patient Transfusion and Graft Marker"\n"desc": "Allergy to penicillin"',
            "a field's description",
        ),
        ("class Visit:\n    patient: IVisitorRecord  # asthma, fracture", "a class"),
        ("Patient Information for asthma: when to call about fever", "a leaflet"),
        ("<td>Newborn Cot</td><td>jaundice, phototherapy</td>", "a heading"),
    ],
)
def test_headings_and_programs_that_speak_of_health_name_nobody(text, reason):
    assert _people(text) == set(), reason


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Patient Okafor tolerated the biopsy. Asthma.", {"Okafor"}),
        ("Patient Okafor, 54F, asthma", {"Okafor"}),
        ("Patient Margaret\nasthma, fracture", {"Margaret"}),
        ("pt Okafor with asthma", {"Okafor"}),
        ("Newborn Chidinma is jaundiced, on phototherapy", {"Chidinma"}),
    ],
)
def test_one_name_behind_patient_counts_where_a_sentence_or_a_record_goes_on(text, names):
    assert names <= _people(text)


def test_a_name_that_is_known_is_found_again_by_one_of_its_parts():
    text = (
        "Patient: Margarethe Vogel\nColon cancer.\nHannelore Vogel drives. Infusion tolerated;"
        " Margarethe sleeps well."
    )
    assert _people(text) == {"Margarethe Vogel", "Hannelore Vogel", "Margarethe"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Biopsy read by Rachel Stein, MD: carcinoma",
            "credentials behind a name are a provider's",
        ),
        ("Dr. Samuel Oyelaran started warfarin", "a title of those who treat"),
        ("Dictated by Lydia Brandt. Pneumonia.", "who writes a note treats"),
        (
            "Thank you for calling, this is Tanya. Is it about your biopsy?",
            "who answers a call works there",
        ),
        ("Murphy sign negative, Foley placed for surgery", "discoverers, not patients"),
        ("Glasgow Coma Scale 15 after seizure", "a scale"),
        ("transferred to Maple Grove Care Center for hospice", "an institution"),
        ("Patient Portal Secure Message about asthma", "headings of a portal"),
        ("Patient Initials: J.S., asthma", "a label"),
        ("Humira, Eliquis and Ozempic for arthritis", "drugs"),
    ],
)
def test_who_treats_and_what_is_named_after_people_is_no_patient(text, reason):
    assert _people(text) == set(), reason


def test_a_given_name_without_a_cue_counts_only_where_the_text_is_phi_already():
    assert _people("Wendell Stubbs, Lorna Petrakis: asthma in theatre, a study.") == set()
    assert "Wendell Stubbs" in _people("MRN: 0012345\nAsthma. Wendell Stubbs came along.")


def test_a_name_far_from_words_of_health_is_left_alone():
    far = "x " * 4000
    assert _people(f"Ana Ruiz is a 54-year-old plumber. {far} A note on asthma.") == set()


def test_a_text_without_health_is_not_read():
    assert _people("Hello, my name is Bao Tran. Thanks,\nBao") == set()


def test_an_age_beside_a_name_says_patient():
    report = phiscan.scan(b"7 Baptiste M. 80F altered, pneumonia")
    assert [f.subject for f in report.findings if f.info_type == "PERSON_NAME"] == [Subject.PATIENT]
    assert report.verdict is Verdict.PHI


def test_a_title_in_small_letters_counts_in_what_is_phi_already():
    assert "castellanos" in _people("mrn 5582017 troponin up. eyes on mr. castellanos please")


def test_a_patient_in_small_letters_has_an_age_behind():
    assert "john pemberton" in _people("pt john pemberton 58m here for dm2. a1c 9.2")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("My husband Gerald has angina and takes lisinopril.", Verdict.PHI),
        ("My husband Gerald likes tea.", Verdict.NONE),
        ("We asked Mr. Moreau of the city council about asthma.", Verdict.IDENTIFIERS),
        ("Asthma and pneumonia: Mr. Moreau again.", Verdict.PHI),
        ("My name is Robert Hale. I vote for cheaper insulin.", Verdict.IDENTIFIERS),
        ("Ask Mr. Moreau. Bring records of fever and of any vaccine.", Verdict.IDENTIFIERS),
        ("Call Mark Jensen. Lidocaine, anesthesia kits, x-ray film.", Verdict.IDENTIFIERS),
        ("Lidocaine, anesthesia kits, x-ray film.", Verdict.HEALTH),
    ],
)
def test_health_beside_somebody_told_of_is_phi(text, verdict):
    assert phiscan.scan(text.encode()).verdict is verdict


def test_every_full_date_of_a_note_that_is_phi_is_found():
    data = b"Patient: Ana Ruiz\nAsthma. Spirometry 3/4/2025, repeat 04/11/2025."
    found = {
        data[f.location.start : f.location.end]
        for f in phiscan.scan(data).findings
        if f.info_type == "SERVICE_DATE"
    }
    assert found == {b"3/4/2025", b"04/11/2025"}


def test_a_date_behind_a_name_is_a_birth_date():
    data = b"Cataract surgery records for the following patients:\n1. Ottoline Marsh, 8/8/1948"
    found = [
        data[f.location.start : f.location.end]
        for f in phiscan.scan(data).findings
        if f.info_type == "DATE_OF_BIRTH"
    ]
    assert found == [b"8/8/1948"]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz is a 54-year-old woman with asthma.",
        "Dear Ana,\nyour biopsy was normal.",
        "Asthma. Insurance: Medical Mutual  ID: MMO55210938  Group: 0098231",
        "I, Ana Ruiz, residing at 12 Elm St, Boston, MA 02215, born April 30, 1969, have asthma",
    ],
)
def test_what_is_redacted_is_not_found_again(text):
    data = text.encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


def test_a_transcript_in_a_json_string_has_its_lines():
    text = (
        "Agent: Thank you for calling, your name?\\nCaller: Sure, this is Bao Tran.\\nCaller: "
        "My lisinopril ran out."
    )
    assert _people(f'{{"text": "{text}"}}') == {"Bao Tran"}


def test_an_example_address_in_a_record_is_somebodys():
    record = b"Patient: Ana Ruiz\nAsthma. Reach her at aruiz@example.com, not noreply@example.com."
    manual = b"For asthma kits write to orders@example.com."
    mails = [
        [
            d[f.location.start : f.location.end]
            for f in phiscan.scan(d).findings
            if f.info_type == "EMAIL_ADDRESS"
        ]
        for d in (record, manual)
    ]
    assert mails == [[b"aruiz@example.com"], []]


def test_a_name_of_two_columns_is_not_found_a_third_time():
    data = b"patient_id,first_name,last_name,birth_date\nP77120,John,Sandoval,1985-03-15\n"
    names = sorted(
        data[f.location.start : f.location.end]
        for f in phiscan.scan(data).findings
        if f.info_type == "PERSON_NAME"
    )
    assert names == [b"John", b"Sandoval"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Obinna Wexford has asthma.", "Obinna Wexford"),
        ("Obinna Wexford is out of metformin 500 mg. Callback 515-234-8890.", "Obinna Wexford"),
        ("Dental: Obinna Wexford has severe asthma; takes albuterol.", "Obinna Wexford"),
        ("Obinna Wexford, seen 3/2/2024 for asthma.", "Obinna Wexford"),
        ("Call Obinna Wexford at 515-234-8890 about lithium 300 mg.", "Obinna Wexford"),
        ("CASE MANAGEMENT: Spoke with Obinna Wexford. Migraine is worse.", "Obinna Wexford"),
        (
            "SOCIAL WORK: Met with Obinna Wexford. Housing unstable. Kidney stones.",
            "Obinna Wexford",
        ),
        ("Portal message from Obinna Wexford: The naproxen makes me dizzy.", "Obinna Wexford"),
        ("Therapy session with Obinna Wexford: discussed migraine.", "Obinna Wexford"),
        ("Mr. Wexford expired at 04:12 from pneumonia.", "Wexford"),
        ("OBINNA WEXFORD | 01/14/1996 | AK-908991 | ASTHMA", "OBINNA WEXFORD"),
        ("Obinna Wexford delivered a boy, Apgar 9.", "Obinna Wexford"),
    ],
)
def test_a_sentence_that_says_who_is_ill_names_a_patient(text, name):
    assert name in _people(text)
    assert phiscan.scan(text.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("United Way has asthma camps in June.", "a charity"),
        ("Hearth Wellness has diabetes programs.", "a company"),
        ("Merck Research has cancer drugs.", "a company"),
        ("Call Obinna Wexford at 515-234-8890 about the asthma brochure.", "a print shop"),
        ("Met with Obinna Wexford about the diabetes conference.", "a meeting"),
        ("Dr. Obinna Wexford has asthma patients.", "a physician"),
        ("Obinna Wexford, seen as the favourite, runs for diabetes research.", "a runner"),
        ("Social work at Obinna Wexford College: asthma course.", "a college"),
        ("Behavioral health: call Obinna Wexford at 515-234-8890 for depression groups.", "a list"),
        ("Nutrition: Met with Obinna Wexford, author of a diabetes cookbook.", "a newspaper"),
        ("Room 4: Obinna Wexford - Asthma update", "a programme"),
        ("Keynote session with Obinna Wexford: asthma in schools", "a programme"),
        ("Portal message from Obinna Wexford: the hall is flooded.", "a landlord's portal"),
    ],
)
def test_who_sells_teaches_or_treats_is_no_patient(text, reason):
    assert phiscan.scan(text.encode()).verdict is not Verdict.PHI, reason
