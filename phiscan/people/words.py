"""The words beside people's names in prose.

`PROVIDER_BEFORE` and `PROVIDER_AFTER` tell providers from patients. All words are in lower case,
and the expressions ignore case.
"""

import re
from typing import Final

from phiscan.words.relations import RELATION

RELATION_ENDS: Final = re.compile(
    rf"(?:{RELATION}|law|kin|proxy|attorney|contact|other|person|giver|name|is|named|-)".encode(
        "latin-1"
    )
)
"""The last word of a relation or of what may follow it, in lower case."""
_CREDENTIAL = (
    r"(?:m\.?d|d\.?o|r\.?n|b\.?s\.?n|n\.?p|p\.?a(?:-?c)?|l\.?c\.?s\.?w|lmft|lpc|lmhc|ph\.?d|psy\.?d"
    r"|d\.?d\.?s|d\.?m\.?d|d\.?p\.?m|pharm\.?d|rph|cnm|aprn|arnp|crnp|fnp(?:-?bc|-c)?|agnp|dnp|msw"
    r"|m\.?s\.?n|lpn|lvn|slp|atc|rdn|lmsw|cna"
    r"|crna|rrt|dpt|otr(?:/l)?|otd|ccc-slp|cgc|facc|facs|facp|faap|mbbs|frcp|mrcp|o\.?d|au\.?d"
    r"|d\.?c|emt(?:-?p)?|nremt|jd|esq|ma|ms|mph|pt|ot|rd|cma|rma)"
)
_ABBREVIATED = r"(?:dr|drs|dra|prof|fr|rev)"
_UNABBREVIATED = (
    r"(?:doctor|nurse|midwife|cna|rn|lpn|np|pa|professor|chaplain|rabbi|pastor"
    r"|(?<!power of )attorney|officer|deputy|medic|coach|judge)"
)
_TITLE = rf"(?:{_ABBREVIATED}|{_UNABBREVIATED})"
_ROLE = (
    r"(?:attending|provider|physician|surgeon|assistant|an(?:a)?esthesi(?:ologist|a)|pathologist"
    r"|radiologist|cardiologist|oncologist|neurologist|dermatologist|rheumatologist|psychiatrist"
    r"|clinician|therapist|counsel(?:l)?or"
    r"|prescriber|pharmacist|pharmacy|pcp|gp|agent|rep|representative|operator|advisor|coordinator"
    r"|scribe|witness|interpreter|requesting|referring|ordering|consultant|author|cc|technologist"
    r"|technician|tech|dietitian"
    r"|practitioner|hospitalist|fellow|intern|instructor|dictating|transcriptionist|manager|worker"
    r"|employer|insurer|facility|location)"
)
_BY = (
    r"(?:ask(?:ed)? for|cop(?:y|ies) (?:of \w+ )?to"
    r"|(?:(?:digitally|electronically) )?(?:signed|dictated|authenticated|verified|reviewed"
    r"|transcribed|performed|prescribed|ordered|interpreted|attested|authored|written|entered"
    r"|recorded|prepared|completed|documented|approved|assisted|supervised|read back|taken|released"
    r"|received|collected|charted|faxed|sent|addendum|note|report|exam|referred|referral|evaluated"
    r"|seen|consult|surgery)(?: out)? by:?)"
)
# matches "Dr. ", "signed by: ", "attending physician: "; not "by "
PROVIDER_BEFORE: Final = re.compile(
    (
        rf"\b(?:{_ABBREVIATED}[.:]?|{_UNABBREVIATED}:?|{_BY}"
        rf"|{_ROLE}(?:[ -](?:physician|provider|md|name|surgeon|doctor))?"
        rf"(?:\(s\))?(?: is|:|,|#| -)?)[ \t]{{0,4}}\Z"
    ).encode(),
    re.IGNORECASE,
)
PROVIDER_ENDS: Final = re.compile(
    (
        rf"(?:{_TITLE}|{_ROLE}|(?:{_ROLE}-)?"
        rf"(?:by|for|to|is|physician|provider|md|name|surgeon|doctor))(?:\(s\))?"
    ).encode()
)
"""The last word of what `PROVIDER_BEFORE` matches, in lower case."""
# matches ", MD", " RN", " (attending"; not ", Md", " Manager"
PROVIDER_AFTER: Final = re.compile(
    rb"\A(?:,[ ]{0,2}|[ ]{1,2}|[ ]?\()(?:(?:attending|resident|hospitalist|consultant|physician"
    rb"|surgeon|nurse|pharmacist|therapist|social worker|case manager|chaplain)\b|(?-i:"
    + "|".join(
        (
            _CREDENTIAL.upper(),
            r"M\.?D|D\.?O|R\.?N|N\.?P|P\.?A-?C|PhD|Ph\.D|PsyD|PharmD|OTR/L|MBBS|RPh|DPT|MBChB"
            r"|Au\.?D|Esq",
        )
    ).encode()
    + rb")(?![A-Za-z]))",
    re.IGNORECASE,
)
# matches " Hospital", " Street", "'s disease"; not "'s hospital"
ORGANIZATION: Final = re.compile(
    rb"\A(?: & | and Sons\b|[ -](?:[A-Z][a-z]{0,14} )?"
    rb"(?:Hospitals?|HOSPITAL|Clinics?|Medical|Cent(?:er|re)|Pharmacy|Health|Healthcare|University"
    rb"|College|School|Institute|County|Memorial|Foundation|Insurance|Laborator(?:y|ies)|Labs?"
    rb"|Imaging"
    rb"|Radiology|Orthop(?:a)?edics|Cardiology|Associates|Group|Partners|Practice|Inc|LLC|Ltd|Corp"
    rb"|Company|Church|Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Boulevard|Blvd|Lane|Ln|Court|Ct"
    rb"|Parkway|Pkwy|Manor|Village|Pavilion|Tower"
    rb"|Building|Care|Surgical|Family|Pediatrics|Elementary|House|High School|Middle School)\b"
    rb"|(?:'s)? (?i:disease|syndrome|sign|palsy|scale|score|classification|maneuver|catheter|stain"
    rb"|lymphoma|tremor|criteria|phenomenon|sarcoma|chorea|contracture|thyroiditis|ganglion"
    rb"|protocol)\b)"
)
"""What follows a name that belongs to an institution, a street or the discoverer of a disease."""
