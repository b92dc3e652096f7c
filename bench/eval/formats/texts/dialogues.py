"""Dialogues that name nobody: what clinicians and patients say, behind labels of their turns.

They are about health and about no individual that anybody could tell. Published sets of clinical
dialogues and transcripts of visits show the labels: `Doctor:`, `[patient]`, `Speaker 1:`, `**D:**`.
"""

import json
from typing import Final

from bench.eval.document import Document
from bench.eval.formats.case import Case
from phiscan.finding import Verdict

_PAIRS: Final = (
    ("Doctor", "Patient"),
    ("Doctor", "Patient"),
    ("Dr", "Pt"),
    ("DR", "PT"),
    ("D", "P"),
    ("Physician", "Patient"),
    ("Clinician", "Client"),
    ("Therapist", "Client"),
    ("Counselor", "Client"),
    ("Nurse", "Patient"),
    ("Provider", "Patient"),
    ("Doctor", "Guest_family"),
    ("Pediatrician", "Mother"),
    ("Interviewer", "Participant"),
    ("Agent", "Caller"),
    ("Rep", "Member"),
    ("Speaker 1", "Speaker 2"),
    ("Speaker_0", "Speaker_1"),
    ("Student", "Patient"),
    ("Medic", "Patient"),
)
_LABELS: Final = (
    "{who}: {text}",
    "{who}: {text}",
    "{who}: {text}",
    "{who} : {text}",
    "[{low}] {text}",
    "[{who}]: {text}",
    "**{who}:** {text}",
    "**{who}**: {text}",
    "{who} - {text}",
    "{stamp} {who}: {text}",
    "[{stamp}] {who}: {text}",
    "{who} ({stamp}): {text}",
    "> {who}: {text}",
    "{who}:\t{text}",
    "{UP}: {text}",
    "- {who}: {text}",
)
_TURNS: Final = (
    ("Any chest pain?", "Nope."),
    ("Any shortness of breath?", "Nope"),
    ("Do you smoke?", "Never."),
    ("How long has it hurt?", "Oh, about eight years now."),
    ("Did the ibuprofen help?", "Sometimes."),
    ("What are you taking?", "Metformin."),
    ("And which inhaler?", "Albuterol, twice a day."),
    ("Allergies?", "Penicillin"),
    ("Anything else?", "Tylenol and Motrin."),
    ("When did the fever start?", "Tuesday."),
    ("Where did you fall?", "Walmart, in the parking lot."),
    ("Where did you grow up?", "Chicago. Then Boston."),
    ("Have you had surgery?", "I've had my gallbladder out."),
    ("Does it burn?", "That's right, like fire."),
    ("Do you drink?", "Beer. Maybe two on Sundays."),
    ("How is your asthma?", "Better, thank God."),
    ("Are you dizzy?", "Um, a little."),
    ("Your blood sugar was high.", "Really? Wow."),
    ("We should do a biopsy.", "Okay, sounds good."),
    ("Let us get an X-ray.", "Sure thing."),
    ("Do you exercise?", "Well, I walk. Yoga too."),
    ("What do you do?", "Accountant. Retired."),
    ("Any family history of cancer?", "Mom had breast cancer. Dad had a stroke."),
    ("And your siblings?", "Brother is fine. Sister has diabetes."),
    ("Is the rash itchy?", "Extremely!"),
    ("Did you get the flu shot?", "Yes ma'am, in October."),
    ("Who is your insurance?", "Blue Cross. Medicare soon."),
    ("Do you wear a Holter monitor?", "Yup. And a CPAP."),
    ("How is the knee after surgery?", "Not bad. Physical Therapy helps."),
    ("Any nausea?", "Nah."),
    ("Any vomiting or diarrhea?", "None."),
    ("Does the pain travel?", "Down my Left leg. Mostly."),
    ("Do you have a pharmacy?", "Walgreens on Main Street."),
    ("Which hospital?", "Saint Mary Medical Center, I think."),
    ("How old are you?", "Fifty seven."),
    ("Do you feel depressed?", "Honestly? Yeah."),
    ("Can you squeeze my hand?", "Like this?"),
    ("I will refill the lisinopril.", "Thank you, Doctor. God bless."),
    ("The MRI shows a small tear.", "Oh Lord. Is it bad?"),
    ("See you in six weeks.", "Thanks so much. Have a great day."),
    ("Any questions for me?", "Nothing I can think of, Doc."),
    ("Good morning. How are you?", "Good Morning. Doing great."),
    ("You are here for the migraine?", "Correct. Same as in Tijuana, back in March."),
    ("Have you tried Excedrin?", "Excedrin Migraine. Imitrex too."),
    ("Do you see a dermatologist?", "Kind of. Doctor Google."),
    ("Do you use cocaine or meth?", "Absolutely not."),
    ("Is your son up to date on vaccines?", "Everything except Hep A."),
    ("Ready for your infusion?", "Ready as ever."),
    ("How did you sleep?", "Ugh. Terrible."),
    ("Any hearing loss?", "What? Just kidding."),
)


def _lines(case: Case) -> list[tuple[str, str]]:
    """The turns, each with its speaker."""
    inv = case.inv
    asks, answers = inv.pick(*_PAIRS)
    turns = inv.rng.sample(_TURNS, inv.rng.randint(1, 14))
    return [line for ask, answer in turns for line in ((asks, ask), (answers, answer))]


def _as_text(case: Case, lines: list[tuple[str, str]]) -> str:
    inv = case.inv
    label, between = inv.pick(*_LABELS), inv.pick("\n", "\n", "\n", " \n", "\n\n", "\r\n")
    written = (
        label.format(
            who=who, low=who.lower(), UP=who.upper(), text=text, stamp=f"00:{n // 6:02}:{n % 6}7"
        )
        for n, (who, text) in enumerate(lines)
    )
    return between.join(written) + "\n"


def dialogue(seed: str) -> Document:
    """One dialogue as text, as a JSON list of turns, or in a table."""
    case = Case(seed, "dialogue")
    lines = _lines(case)
    style = case.inv.pick("text", "text", "text", "text", "turns", "objects", "table", "string")
    if style == "turns":
        made = json.dumps([{"speaker": who, "text": text} for who, text in lines])
    elif style == "objects":
        made = json.dumps([{who.lower(): text} for who, text in lines])
    elif style == "string":
        made = json.dumps({"id": 7, "dialogue": _as_text(case, lines)})
    elif style == "table":
        quoted = _as_text(case, lines).replace('"', '""')
        made = f'ID,section_header,dialogue\n0,GENHX,"{quoted}"\n'
    else:
        made = _as_text(case, lines)
    kind = {"table": "text/csv", "text": "text/plain"}.get(style, "application/json")
    return case.document(
        made, case.inv.pick(kind, ""), style=f"dialogue {style}", verdict=Verdict.HEALTH
    )
