"""Everyday words of care, by kind: weak evidence, of which several together show a text about care.

None of them is health information alone: a colon has a chest, and a server is tested. So each kind
counts only so often (`MOST`), and `phiscan.people.care_context` weighs them around a name.
"""

from types import MappingProxyType
from typing import Final

_KINDS: Final = {
    "body": (
        "abdomen abdominal ankle arm belly bladder bowel brain breast callus cervix chest "
        "cornea elbow esophagus eyelid fetal finger forearm groin gums heel hip jaw kidney knee "
        "leg limb liver lumbar lung neck pelvic pelvis placenta prostate rectal retina ribs "
        "sacral scalp shoulder sinus skin spine stomach testicle thigh throat thyroid tibia toe "
        "tonsils tooth uterine uterus vaginal wrist"
    ),
    "symptom": (
        "ache aching agitated alcohol anxiety anxious asleep babbling bled bleeding blister "
        "breathing bruise bruised bruising chills complaints concussion confused confusion "
        "constipated cough coughing cramps cutting deformity dehydrated delusional depressed "
        "dizzy draining drowsy fainted fainting fall fatigue fell fever feverish fracture "
        "hallucinating hemorrhage ill illness incontinent infected infection inflamed injured "
        "injury insomnia itching itchy lethargic limp limping lump nauseous numb numbness obese "
        "overdose overweight pain painful panic paranoid rash relapse relapsed shaking sick "
        "sober sobriety sore spotting sprain stiff stiffness suicidal suicide swelling swollen "
        "tb tearful tender tenderness tingling trauma ulcer underweight unresponsive vodka "
        "vomit vomited vomiting weakness wheezing wound"
    ),
    "test": (
        "a1c afebrile ana apgar arom audiogram bilirubin biopsy bloodwork bmi bp creatinine crp "
        "ct culture detected ecg echo ekg elevated embryo esr gcs glucose hcg hemoglobin inr "
        "iop labs lactate lfts mammogram monofilament mri negative o2 pap platelets positive "
        "potassium prick prom pulse scan screened sodium specimen spo2 stool swab t-score "
        "tested titer troponin uds ultrasound urine vitals wbc weights x-ray xray"
    ),
    "treatment": (
        "alendronate anesthesia antibiotic bid brace capsule catheter chemo counseled "
        "counseling cpap crutches debrided detox dialysis diet dose drain dressing drops epi "
        "epipen extubated feeds fistula formula hormone hospice immunotherapy incision infusion "
        "inhaler injection insulin intubated isolation iv ivf latanoprost lotion mastectomy mcg "
        "medication medicine meds methadone mg narcan npo ointment operation orthotic oxygen "
        "painkiller pill po prescribed prescription prn prosthesis qhs quarantine radiation "
        "refill rehab restriction rx shot sitter splint stent steroid stitches suboxone surgery "
        "surgical sutures tablet therapy tid transfusion transplant units vaccinated vaccine "
        "ventilator wheelchair"
    ),
    "setting": (
        "admission admitted allergist ambulance appointment appt bedside cardiologist "
        "cardiology caregiver checkup clinic cna consult counselor crisis decedent dentist "
        "dermatologist dermatology diagnosed diagnosis discharged doctor dr ems er evaluate "
        "evaluated followup gyn health hospital hygiene icu inpatient medical midwife "
        "neurologist neurology newborn nicu np nurse nursing obgyn oncologist oncology "
        "ophthalmology ortho outpatient paramedic patient pcp pediatrician pharmacist pharmacy "
        "physical physician podiatry postpartum pregnancy pregnant prenatal psych psychiatrist "
        "psychologist pt radiology referral referred resident rheumatology rn screening shelter "
        "specialist surgeon symptoms therapist treated treatment triage urology visit ward"
    ),
    "payer": (
        "appeal auth authorization benefits billed claim copay coverage deductible denied eob "
        "ins insurance insurer medicaid medicare member plan"
    ),
}
KIND_OF: Final = MappingProxyType(
    {
        (word + ending).encode(): kind
        for kind, words in _KINDS.items()
        for ending in ("s", "")
        for word in words.split()
    }
)
"""The kind of each word and of its plural, in bytes and in lower case."""
MOST: Final = MappingProxyType(
    {"body": 2, "symptom": 3, "test": 3, "treatment": 3, "setting": 2, "payer": 1}
)
"""How many different words of a kind count."""
OF_A_BODY: Final = frozenset(("body", "symptom", "test", "treatment"))
"""The kinds that name something of a body, and not only a place or a payer."""
# What is said of many, of goods and of programs.
OF_MANY: Final = frozenset(
    word.encode()
    for word in (
        "adults animals api app article author authors awareness booth brochure bug build ceo "
        "chapter cohort commit committee company conference course courses dashboard database "
        "db deploy export feature film game guideline guidelines hiring interpreter inventory "
        "investors job jobs journal league lots market marketing match novel participants "
        "patients people percent pipeline policy pricing protocol published query recall "
        "registry release repo research researchers review role roles sales schedule season "
        "series server shares slots software staging stars stocks students studies study "
        "subjects supplier team ticket topics training vendor warehouse webinar"
    ).split()
)
"""Words of texts about many people, about goods and about programs. They raise what is needed."""
