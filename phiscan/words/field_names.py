"""Which names of fields may be shown: in findings, on the command line and in its reports.

A document writes the names of its own fields, and such a name may be PHI
(`{"Ana Ruiz 512-44-9031": ...}`). So a name is shown only if each of its words is a word of the
tables: of the vocabulary of labels, or of the names that programs give to texts. None of them is a
person's name.
"""

import re
from typing import Final

from phiscan.memory import Memory
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.label_vocabulary import NOISE, SUBJECTS, VOCABULARY
from phiscan.words.labels import is_vocabulary

_TEXTS: Final = (
    "note notes comment comments remark remarks memo memos message messages msg body text texts "
    "narrative narratives description desc summary summaries content contents detail details "
    "payload transcript transcripts feedback question questions answer answers response request "
    "instructions instruction discussion plan assessment impression history reason observation "
    "observations finding findings report reports letter subject title caption prompt completion "
    "completions input output query log logs line lines raw free internal special additional other "
    "user customer agent member case ticket order item items entry entries event events row rows "
    "record records result results document documents attachment attachments file files resource "
    "resources bundle message response error errors reply replies chat conversation thread post "
    "visit encounter clinical care chart progress intake triage discharge admission consult "
    "referral nursing medical health lab test procedure display div html json xml column columns "
    "cell cells field fields choices parts header headers metadata extra properties "
    "attributes params args arguments context"
)
"""Words in the names of fields that hold texts, and of what such fields stand in."""
_WORDS: Final = (
    frozenset(
        (
            *_TEXTS.split(),
            *SUBJECTS,
            *NOISE,
            *(word for *_, cores in VOCABULARY for word in cores.replace("-", " ").split()),
        )
    )
    - GIVEN_NAMES
)
_LONGEST: Final = 64
# matches "visit_notes" and "Visit notes"; not "notes: Ana"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ .-]*")
# A word of a name. matches "visit", "Notes" in "visitNotes"; of "note2" "note" and "2"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NUMBERED: Final = 2
"""The most digits in the name of a field: `address2`, `note12`. More may be somebody's."""


def is_shown(name: str) -> bool:
    """Whether the name of a field may be shown: it is made of words of the tables."""
    return is_vocabulary(name) or (len(name) <= _LONGEST and _IS_SHOWN[name])


def _is_ours(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and sum(map(str.isdigit, name)) <= _NUMBERED
        and all(word.isdigit() or word.lower() in _WORDS for word in _WORD.findall(name))
    )


_IS_SHOWN: Final = Memory(_is_ours, lambda _, is_ours: is_ours)
