"""Names in free text, found by label, title or salutation. The names are invented."""

import pytest

from phiscan.detectors import person
from phiscan.finding import Subject

_NAME = "PERSON_NAME"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Patient: Maria Delgado", "Maria Delgado"),
        ("Patient Name: Delgado, Maria R.", "Delgado, Maria R."),
        ("NAME: DELGADO, MARIA", "DELGADO, MARIA"),
        ("Name: Amadou van-der-Berg", "Amadou van-der-Berg"),
        ("Patient: Seán O'Connell", "Seán O'Connell"),
        ("Name: Élodie Fontaine", "Élodie Fontaine"),
        ("Pt: Li Wu", "Li Wu"),
        ("Pt Name: J. Ruiz", "J. Ruiz"),
        ("RE: Ana Ruiz, DOB 1961-04-02", "Ana Ruiz"),
        ("Emergency contact: Ana Ruiz, daughter", "Ana Ruiz"),
        ("Next of kin: Ana Ruiz", "Ana Ruiz"),
        ('patient_name="Lamar Zubairi"', "Lamar Zubairi"),
        ("Patient Maria Delgado was seen", "Maria Delgado"),
        ("Patient is Jocelyn Lopez, date of birth", "Jocelyn Lopez"),
        ("Updating patient Lamar Zubairi MRN=1", "Lamar Zubairi"),
        ("Mrs. Delgado was seen", "Delgado"),
        ("Ms. Nuñez reports", "Nuñez"),
        ("Mr. John Q. Public", "John Q. Public"),
        ("Mr. van der Berg", "van der Berg"),
        ("Mr. De la Cruz", "De la Cruz"),
        ("my patient, Ana Ruiz, is", "Ana Ruiz"),
        ("<td>Patient Maria Delgado</td>", "Maria Delgado"),
        ("Patient Ana Ruiz, SSN 512-44-9031", "Ana Ruiz"),
        ("for patient Thuy Nguyen was", "Thuy Nguyen"),
        ("Member name: Ana Ruiz", "Ana Ruiz"),
        ("Zhang, Odette C. | MRN 55623", "Zhang, Odette C."),
        ("Odette Zhang (MRN 55623)", "Odette Zhang"),
        ("Odette Zhang, DOB 1961-04-02", "Odette Zhang"),
    ],
)
def test_finds_names(values, text, value):
    assert values(person, text) == [(_NAME, value)]


def test_the_patients_name_is_the_patients(found):
    assert found(person, "Patient Maria Delgado was seen")[0][3] is Subject.PATIENT
    assert found(person, "Patient: Maria Delgado")[0][3] is Subject.PATIENT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Patient: stable", "a state"),
        ("patient care team met", "no name"),
        ("Patient Body Weight - Measured", "a measurement"),
        ("[Education and Patient Visual Aids]", "a heading"),
        ("Patient Provider Rating\n", "a heading"),
        ("Patient Safety Officer", "no name"),
        ("Patient Portal Access", "no name"),
        ("Patient is Stable", "a state"),
        ("Dr. Chen", "a provider"),
        ("name: frontend", "a name of a thing"),
        ("Name: Yes", "an answer"),
        ("Patient: XXX", "masked"),
        ("Mr. and Mrs.", "no name"),
        ("RE: your invoice", "no name"),
        ("Re: Quarterly Report", "a subject; `Re:` alone says nothing of a patient"),
        ("Provider name: John Chen", "a provider"),
        ("Pharmacy name: Good Health", "an organization"),
        ("Patient Discharge Instructions", "a title"),
        ("pt = Point(pt, 2)", "a variable"),
        ("pt: PageTemplate", "a type"),
        ("MS Word", "a product"),
        ("Patient: Nope.", "an answer"),
        ("Patient: Nope", "an answer"),
        ("Patient: Penicillin", "one word is as often an answer; `phiscan.people` reads it"),
        ("Patient: Oh Lord", "an answer"),
        ('"patient": "Nope."', "an answer"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(person, text) == [], reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"title": "Patient Banner Shown"', "what a screen says"),
        ("<h2>Patient Lookup Dialog</h2>", "a heading"),
        ("The Patient Activation Measure and asthma", "an instrument"),
        ("Patient Global Impression of Change reduce", "an instrument"),
        ("Patient Mini Mental State Examination for", "an instrument"),
        ("Patient Parkinson Disease Questionnaire;", "an instrument"),
        ("Patient Safety Officer and hypertension", "a role"),
        ("the patient Experience Navigator called", "a role"),
        ("Patient Foley Catheter Kit, ", "a device"),
        ("Patient Hoyer Lift.", "a device"),
        ("patient Zoll Monitor is", "a device"),
        ("Patient Advocate Foundation was", "an organisation"),
        ("name='Patient Bracelet Print'", "a field's description"),
        ("const patient: IReference;", "a type"),
        ("def admit(patient: Patient) -> None:", "a class"),
        ('"patient": "Patient Resource"', "a resource of a specification"),
        ("load({patient:e})", "a variable"),
        ("first_name = firstNameField", "a variable"),
        ("<th>Parent Edge Container</th>", "a container's parent"),
        ('"desc": "Mother Tongue Spoken"', "a field's description"),
        ("the Semantic Sensor Network (SSN) is", "an abbreviation"),
        ("Kuala Pembuang, Pontianak, Borneo", "an island"),
        ("Kuala Pembuang, Pontianak (Bornéo)", "an island"),
    ],
)
def test_headings_and_programs_name_nobody(values, text, reason):
    assert values(person, text) == [], reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Patient Maria Delgado", "Maria Delgado"),
        ("<h2>Patient Maria Delgado</h2>", "Maria Delgado"),
        ("Patient Chidinma Okafor was seen", "Chidinma Okafor"),
        ("Patient Chidinma Okafor, DOB 1961-04-02", "Chidinma Okafor"),
        ("seen with patient Chidinma Okafor", "Chidinma Okafor"),
        ("Patient is Chidinma Okafor", "Chidinma Okafor"),
        ("Daughter Maria Delgado", "Maria Delgado"),
        ("Mother Chidinma Okafor was told", "Chidinma Okafor"),
        ("her mother Chidinma Okafor", "Chidinma Okafor"),
        ("patient: LeShawn McKenzie", "LeShawn McKenzie"),
        ('{"patient": "Margaret"}', "Margaret"),
        ("Patient name: Margaret", "Margaret"),
        ("Patient Doris Day was seen", "Doris Day"),
    ],
)
def test_people_in_sentences_and_records_are_named(values, text, value):
    assert (_NAME, value) in values(person, text)
