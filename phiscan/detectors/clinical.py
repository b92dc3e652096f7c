"""Health information: code systems by URI or OID, codes by label, the language of clinical notes.

The name of a code system alone points to a catalogue, which is about nobody. A diagnosis that is
stated of someone is about a patient.
"""

import re

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector, words
from phiscan.words.medical_terms import count_terms

# matches "E11.9" and "S72001A"; not "E1"
_ICD10 = r"[A-Z]\d[0-9AB](?:\.?[0-9A-TV-Z]{1,4})?"
_WHAT = r"(?:[ _-]?(?:code|description|desc|name|text))?"
_DIAGNOSIS = rf"(?:diagnos[ie]s|dx){_WHAT}"
# Between a key and the code in its object. matches '[{"code": "', '{ "name": "'; not '{"type": "'
_IN_OBJECT = (
    r"(?:code|display|description|desc|name|text|value|icd[a-z0-9_-]{0,8})"
    r"[\"'][ \t]?:[ \t]?[\"']"
)
_OBJECT = r"[\"'][ \t]?:[\[{\s]{1,40}[\"']"
# Between label and value. matches ': "', "=" and ': ["'; not " is "
_IS = r"[\"']?[ \t]?[:=][ \t\"'\[]{0,3}"
# Placeholders, types and code in the place of a diagnosis.
# matches "string", "this.x"; not "stringent diet"
_NOTHING = re.compile(
    r"(?:string|none|null|unknown|pending|n/a|true|false|varchar|char|text|object|array|integer"
    r"|required|diagnos[ei]s|this\.|self\.|the|of the)\b",
    re.IGNORECASE,
)


# What stands before a heading of its own. matches "\n", ". ", "80 "; not the "Risk " of another
_NO_WORD = re.compile(rb"(?:\A|[^A-Za-z ])[ ]{0,4}\Z")


def _says_something(text: str) -> bool:
    return _NOTHING.match(text) is None


def _says_something_behind(text: str) -> bool:
    """Whether the value behind a key does."""
    return _says_something(text.replace("'", '"').rpartition('"')[2])


def _names_a_condition(text: str) -> bool:
    return count_terms(text) > 0


def _system(name: str, info_type: str, pattern: str) -> Detector:
    """A detector of words that a catalogue has too: about nobody, reported once a document."""
    return Detector(
        name=name,
        info_type=info_type,
        pattern=pattern,
        bare=Likelihood.LIKELY,
        once=True,
        subject=Subject.NOBODY,
        neighbours=False,
    )


def _stated(name: str, info_type: str, pattern: str) -> Detector:
    """A detector of words that are said of one patient."""
    return Detector(
        name=name,
        info_type=info_type,
        pattern=pattern,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    )


# Substances and counts that laboratories report, by the names of LOINC and of notes.
_ANALYTE = (
    r"thyrotropin|tsh|leukocytes?|erythrocytes?|h(?:a)?emoglobin|h(?:a)?ematocrit|platelets?"
    r"|glucose|sodium|potassium|magnesium|phosphate|creatinine|urea(?: nitrogen)?|albumin"
    r"|bilirubin|cholesterol|hdl|ldl|triglycerides?|ferritin|psa|hcg|troponin|lactate|folate"
    r"|vitamin (?:d|b12)|uric acid|cortisol|testosterone|estradiol|prolactin|viral load|hiv"
    r"|(?:white|red) (?:blood )?cells?|lipids?|cbc|thyroid|(?:kidney|liver) function|liver enzymes"
)
_CARE = (
    r"blood (?:pressure|sugar|work|test|count)s?|a1c|inr|labs?"
    r"|(?:lab|biopsy|mri|ct|pap|stress)(?: test)? results?|biops(?:y|ies)|colonoscopy|mammogram|mri"
    r"|ct scan|x-?rays?|pap (?:test|smear)|surgery|chemo(?:therapy)?|insulin|meds|medications?"
    r"|prescriptions?|refills?|rash|fever|asthma|diabetes|pregnancy|migraines?|seizures?|depression"
    r"|anxiety|allerg(?:y|ies)|stitches|wound|[a-z]+(?:pril|sartan|statin|olol|cillin|formin"
    r"|prazole|oxetine|thiazide|xaban)|eliquis|warfarin"
    r"|cardiologist|oncologist|rheumatologist|neurologist|psychiatrist|dermatologist"
    r"|primary care (?:doctor|physician)|flu shots?|vaccines?|stress test|echo(?:cardiogram)?"
    r"|dialysis|inhaler|arthritis|cancer|tumou?r|heart (?:failure|attack|condition)|stroke"
    r"|symptoms|treatment|diagnosis|physical therapy|knee|hip|shoulder|back pain|chest pain|belly"
    r"|doctor'?s? (?:appointment|visit|note)|hospital (?:bill|stay)"
)
"""What a person is treated for or with. It counts only behind "my", "his", "her" or the like."""
_RESULT = (
    r"biopsy|(?:lab|test|mri|ct|pap|stress)(?: test)? results?|blood work|colonoscopy|mammogram"
    r"|pap (?:test|smear)|surgery|mri|ct scan|x-?rays?|a1c|inr|prescription|refill|wound"
    r"|diagnosis is"
)
"""What stands behind "your" in a letter to one patient more often than in a general leaflet.

"Your doctor" is in every leaflet, so it is not in this list.
"""

DETECTORS = (
    # matches "http://loinc.org" and "2.16.840.1.113883.6.1"; not "2.16.840.1.113883.6.12"
    _system("loinc_system", "LAB_RESULT", r"loinc\.org\b|2\.16\.840\.1\.113883\.6\.1\b"),
    # matches "http://snomed.info/sct" and "2.16.840.1.113883.6.96"; not "snomed.info/id/73211009"
    _system("snomed_system", "DIAGNOSIS", r"snomed\.info/sct\b|2\.16\.840\.1\.113883\.6\.96\b"),
    _system(
        "icd_system",
        "DIAGNOSIS",
        # matches "hl7.org/fhir/sid/icd-10-cm" and "2.16.840.1.113883.6.90";
        # not "hl7.org/fhir/sid/cvx"
        r"hl7\.org/fhir/sid/icd-|2\.16\.840\.1\.113883\.6\.(?:90|103|42|3)\b",
    ),
    _system(
        "rxnorm_system",
        "MEDICATION",
        # matches "http://hl7.org/fhir/sid/ndc" and "2.16.840.1.113883.6.88"; not "sid/ndc11"
        r"nlm\.nih\.gov/research/umls/rxnorm|2\.16\.840\.1\.113883\.6\.(?:88|69)\b|sid/ndc\b",
    ),
    # matches "http://www.ama-assn.org/go/cpt" and "2.16.840.1.113883.6.12"; not "ama-assn.org/go"
    _system(
        "cpt_system", "PROCEDURE", r"ama-assn\.org/go/cpt|2\.16\.840\.1\.113883\.6\.(?:12|104|4)\b"
    ),
    Detector(
        name="icd10_labelled",
        info_type="DIAGNOSIS",
        # matches "E11.9" beside "ICD-10:"; not "E1"
        pattern=rf"\b{_ICD10}\b",
        bare=Likelihood.VERY_UNLIKELY,
        context=words(r"icd(?:-?(?:9|10))?(?:-?cm)?", "diagnos[ei]s", "dx", "diagnosed"),
        supported=Likelihood.LIKELY,
        subject=Subject.NOBODY,
        neighbours=False,
    ),
    _stated(
        "diagnosed_with",
        "DIAGNOSIS",
        # matches "was diagnosed with" and "history of diabetes"; not "history of art"
        r"\b(?:(?:was|were|been|is|newly) diagnosed with"
        r"|positive for (?:hiv|covid|hepatitis|strep|influenza)"
        r"|history of (?:present illness|diabetes|hypertension|cancer)"
        r"|(?:chief complaint|admitting diagnosis|primary diagnosis|discharge diagnosis"
        r"|final diagnosis|clinical history|assessment and plan|past medical history"
        r"|review of systems|family history|social history)\b)",
    ),
    Detector(
        name="diagnosis_labelled",
        info_type="DIAGNOSIS",
        # matches diagnosis="Low back pain", "Dx: I10" and primary_diagnosis: asthma;
        # not "diagnosis": {"type": "string"}, not dx = 17
        pattern=rf"\b(?:[a-z]{{2,12}}_)?{_DIAGNOSIS}{_IS}[a-z0-9]{{3}}",
        value=re.compile(
            (
                r"(?:(?i:diagnos[ie]s)|D[xX](?=[ \"']{0,2}:))"
                rf"(?i:{_WHAT}{_IS}([a-z0-9][a-z0-9 .,-]{{2,30}}+)(?:(?<=[ ])|(?![(\[])))"
            ).encode()
        ),
        validate=_says_something,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
    Detector(
        name="diagnosis_in_object",
        info_type="DIAGNOSIS",
        # matches '"primaryDiagnosis": [{"code": "E11.9'; not '"diagnosis": {"type": "string"'
        pattern=rf"diagnos[ei]s{_OBJECT}{_IN_OBJECT}[a-z0-9]{{3}}",
        value=re.compile(rf"(?i:{_OBJECT}({_IN_OBJECT}[a-z0-9][a-z0-9 .,-]{{2,60}}))".encode()),
        validate=_says_something_behind,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
    Detector(
        name="assessed",
        info_type="DIAGNOSIS",
        # matches "Assessment: epilepsy" and "PMH: COPD"; not "Assessment: low"
        pattern=r"\b(?:assessment|impression|pmhx?|(?:presenting|active|current) problems?"
        r"|reason for (?:visit|referral|consult(?:ation)?|admission))(?: (?:and|&) plan)?:"
        r"[ \t]{1,3}[a-z0-9]",
        lead=_NO_WORD,
        value=re.compile(rb":[ \t]+(?:\d[.)][ \t]?)?([^\n\r.;:]{3,80})"),
        validate=_names_a_condition,
        bare=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
    _stated(
        "prescribed",
        "MEDICATION",
        # matches "500 mg daily", "500 mg given at"; not "500 mg", "500 mg given to mice"
        r"\b\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|units|ml) "
        r"(?:(?:po|iv|im|sc|subq|by mouth|daily|bid|tid|qid|qhs|prn|twice|once|every)\b"
        r"|(?:was )?(?:given|administered)(?:[.,;\n]| at| by| per| for| as))",
    ),
    _stated(
        "on_a_drug",
        "MEDICATION",
        # matches "will continue warfarin 5 mg", "discharged on warfarin 5 mg"; not "continue 5 mg"
        r"\b(?:will continue|continues|remains on|(?:discharged|sent)(?: home)? on"
        r"|(?:he|she) (?:takes|is on|was started on)|currently (?:takes|on)|i(?:'m| am) on|i take"
        r"|since (?:i )?(?:starting|started|taking|stopping|stopped))"
        r" [a-z]{4,20}(?: [a-z]{2,10})? \d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|units)\b",
    ),
    _stated(
        "clinical_language",
        "CLINICAL_NOTE",
        # matches "pt denies" and "47-year-old male"; not "patient portal", "47-year-old house"
        r"\b(?:discharge summary|progress note|operative (?:note|report)|consultation note"
        r"|history and physical"
        r"|(?:patient|pt) (?:presents|presented|denies|reports|complains|was seen|was admitted"
        r"|tolerated|is a \d)|(?:he|she|patient|pt) (?:was|has been) "
        r"(?:admitted (?:with|for|to the (?:hospital|icu|ward|unit))|hospitali[sz]ed"
        r"|discharged home|treated (?:with|for))|\d{1,3}[ -](?:year[ -]old|y/?o) "
        r"(?:male|female|man|woman|m\b|f\b))",
    ),
    # Care of one person. matches "her biopsy", "my lisinopril"; not "the biopsy", "your doctor"
    _stated(
        "somebodys_care",
        "CLINICAL_NOTE",
        (
            rf"\b(?:(?:my|his|her|(?:pt|patient)'s) (?:[a-z]+ )?(?:{_CARE})"
            rf"|your (?:[a-z]+ )?(?:{_RESULT}))\b"
        ),
    ),
    # One person's result. matches "your Thyrotropin of", "my Leukocytes result"; not "my sodium"
    _stated(
        "somebodys_result",
        "LAB_RESULT",
        rf"\b(?:my|his|her|your|their|(?:pt|patient)'s) (?:{_ANALYTE})"
        r" (?:levels?|results?|tests?|counts?|values?|of|is|was)\b",
    ),
    _stated(
        "shorthand",
        "CLINICAL_NOTE",
        # matches "s/p appendectomy", "pt states", "AOx3", "RTC 3", "98% RA", "G2P1";
        # not "pt 12", "c/o Smith Ltd"
        r"\b(?:(?:s/p|h/o|w/u|r/o) [a-z]|pt's [a-z]|(?:pt|pts) "
        r"(?:states|stated|denies|denied|reports|presents|presented|called|tolerated|verbali[sz]ed"
        r"|admitted|brought|refused|ambulat|seen|counsel|educated|instructed|remains|c/o|w/)"
        r"|(?:aox|a&ox?|a/ox?|oriented x) ?[34]\b|nkda\b|npo (?:since|after|for)|rtc (?:in )?\d"
        r"|oob to|lmp\b|g\dp\d{1,4}(?:[a-z]{1,3}\d)*\b|\d{1,2}w\dd\b|satting"
        r"|\d{2,3}% (?:on )?(?:ra\b|room air|\dl)"
        r"|(?:prn|qhs|qid)\b[ ,.;)]|po q[dh]|sig:? \d"
        r"|(?:hx|pmh|pmhx|psh) ?(?:of|:)|dx'd|f/u (?:w/|with|in|of|for|\d)|wbat|aka\b ?with|hcpoa"
        r"|d/c(?:'?d)? (?:home|to (?:home|snf|rehab))\b"
        r"|code status|dnr/dni|y/o [mf]\b|\d{1,3} ?[mf] (?:here|w/|with|s/p|presents|c/o|p/w)\b"
        r"|\d{1,3}[ -]?(?:yo|y/o|y\.o\.)(?: |\b))",
    ),
    _stated(
        "course_of_care",
        "CLINICAL_NOTE",
        # matches "admitted to the ICU" and "biopsy showed"; not "admitted to the bar"
        r"\b(?:admitted (?:with|for|after|to (?:the )?(?:icu|ward|floor|unit|hospital))"
        r"|discharged (?:home|to (?:home|rehab|hospice|a? ?skilled))"
        r"|(?:was|were|is|been|be) (?:seen|evaluated|treated) (?:in|at) (?:our|the|my) "
        r"(?:clinic|office|urgent|emergency|hospital|ed\b|practice)"
        r"|(?:was |is )?(?:followed|treated|referred|evaluated|seen) (?:today )?"
        r"(?:by dr\b|for (?:evaluation|management|treatment|follow-?up|relapsing|a |his|her)"
        r"|in clinic)|(?:returns|here) (?:today|to clinic|for f/u|for follow"
        r"|for (?:a |her|his|their) )"
        r"|status[- ]post|(?:appt|appointment|visit|colonoscopy|surgery|procedure)"
        r"(?: is| with| w/) ?dr\b|(?:lab|biopsy|stress test|blood test) results"
        r"|(?:blood|urine|wound|throat) cultures? grew|"
        r"(?:biopsy|mri|ct|x-?rays?|labs?|radiographs|ultrasound|pap test|culture|audiogram"
        r"|dermoscopy) (?:showed|shows|revealed|was normal|were normal|came back|negative|positive)"
        r"|(?:refill|prescription) (?:of|for|request)|side effects? (?:of|from) (?:my|his|her)"
        r"|patient portal (?:secure )?message|pronounced (?:dead|deceased|at \d{4})"
        r"|(?:called to|at) (?:the )?bedside|time of death|next of kin"
        r"|no known (?:drug )?allergies|home visit|vaccine due"
        r"|(?:call|text) (?:in|out) (?:amox|a script|the prescription)|skin tear"
        r"|found (?:down|on (?:the )?floor)"
        r"|the following patients|(?:have|get|confirm|verify|need|what is|what's) "
        r"(?:the |your )?patient'?s (?:full |first |last )?(?:name|dob|date of birth)"
        r"|(?:send|release|forward) (?:medical )?records|(?:was|were|been) treated (?:for|with) "
        r"|consent(?:ed)? (?:obtained|signed)|comfort (?:care|meds)|immunization certificate"
        r"|well child|birth weight|work restrictions|eob\b|no precert)",
    ),
    # Who treats and who pays. A directory says so too, so it is about nobody.
    # matches "referring provider"; not "provider"
    _system(
        "care_relation",
        "CLINICAL_NOTE",
        r"\b(?:(?:referring|attending|ordering|primary care|prescribing) (?:provider|physician)"
        r"|prior auth(?:orization)?\b|medica(?:re|id) (?:id|number|beneficiary)\b)",
    ),
    # matches "500 mg tablet" in "metformin 500 mg tablet"; not "500 mg daily".
    # A catalogue says so too, so it is about nobody.
    _system(
        "drug_strength",
        "MEDICATION",
        r"\b\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|units/ml) "
        r"(?:tablet|tab|capsule|cap|caplet|inhaler|patch|suppositor|oral|solution|suspension"
        r"|injection)",
    ),
    _stated(
        "blood_pressure",
        "LAB_RESULT",
        # matches "BP 132/84" and "blood pressure of 132/84"; not "132/84"
        r"\b(?:bp|blood pressure)[ :]{1,3}(?:of |was |is |now "
        r"|(?:dropped|rose|fell) to )?\d{2,3}/\d{2,3}\b",
    ),
    Detector(
        name="vital_sign",
        info_type="LAB_RESULT",
        # matches "HR 76" in "exam: HR 76" and "HbA1c 8.1" beside "patient's"; not "hr forty"
        pattern=(
            r"\b(?:bp|blood pressure|hr|heart rate|hba1c|a1c|bmi|spo2|glucose)"
            r"[ :]{1,3}(?:of |was |is )?\d{1,3}(?:[./]\d{1,3})?"
        ),
        hint=r"(?:bp|pressure|hr|rate|a1c|bmi|spo2|glucose)[ :]{1,3}(?:of |was |is )?\d",
        bare=Likelihood.UNLIKELY,
        context=words("patient", "pt", "vitals?", "exam", "objective"),
        supported=Likelihood.LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)
