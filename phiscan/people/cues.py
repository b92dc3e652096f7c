"""Cues: the words beside a name that show that it is a name, and whose.

Before a name: a title, a relation, a label, a salutation, "my name is". After it: an age, a verb of
clinical notes, an identifier, a relation, a number. Each expression looks at a window of a few
words, so the cost for one segment is constant.

A segment without a cue is `None`. It is a name only if the document names it elsewhere
(`phiscan.people.names`).
"""

import re
from typing import Final

from phiscan.finding import Subject
from phiscan.people import following, preceding
from phiscan.people.segments import Segment, is_no_name
from phiscan.people.words import (
    ORGANIZATION,
    PROVIDER_AFTER,
    PROVIDER_BEFORE,
    PROVIDER_ENDS,
    RELATION_ENDS,
)
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import read_label
from phiscan.words.program_text import is_code, is_fixture
from phiscan.words.titles import is_title_noun

_LONGEST_PREFIX: Final = 4
_NOTE_BEGINS: Final = 300
"""Bytes before a name in which the heading of its note stands."""


def is_others(s: Segment, *, spoken: bool = False) -> bool:
    """Whether a segment names a provider, an institution, a street, a disease or program text.

    `spoken` says that it begins a turn of a dialogue: behind `Doctor:` stands what the doctor says.
    """
    after = s.after
    if PROVIDER_AFTER.match(after) or ORGANIZATION.match(after) or following.CODE.match(after):
        return True
    if _is_part_number(s) or _is_fixture(s):
        return True
    if s.last_word in (b"at", b"in", b"near") and not after.startswith(b"'"):
        return True  # "workers at Norton Steel"
    if following.OFFICE.match(after) or (
        following.STAFF_BELOW.match(after) and preceding.LINE_START.search(s.before)
    ):
        return True
    if _is_title(s) or (s.last_word in preceding.WORK_ENDS and preceding.AT_WORK.search(s.before)):
        return True
    return not spoken and (_is_labelled_provider(s) or _is_behind_a_provider(s))


def _is_part_number(s: Segment) -> bool:
    """Whether its last word is a few capitals before a number: `Part PN-887-79-9277`."""
    return (
        s.after[:1] == b"-"
        and s.mixed
        and following.PART_NUMBER.match(s.after) is not None
        and s.words[-1].isupper()
        and len(s.words[-1]) <= _LONGEST_PREFIX
    )


def _is_fixture(s: Segment) -> bool:
    """Whether it goes on as a name of nobody does: `Sample Patient`."""
    return following.ROLE.match(s.after) is not None and is_fixture(
        b" ".join((*s.words, b"patient")).decode("utf-8", "replace")
    )


def _is_behind_a_provider(s: Segment) -> bool:
    """Whether a title or a role stands before it.

    A witness states what she saw. Who signs behind `Witness:` is of the staff.
    """
    if s.last_word == b"witness" and s.sign not in b":#":
        return False
    return (
        PROVIDER_ENDS.fullmatch(s.last_word) is not None
        and PROVIDER_BEFORE.search(s.before) is not None
    )


def _is_labelled_provider(s: Segment) -> bool:
    """Whether it is the value of a provider's key of data: `attendingPhysician: Chen`."""
    label = preceding.KEY.search(s.before) if s.sign in b":=\"'" else None
    return label is not None and read_label(label[1].decode()).subject is Subject.PROVIDER


def _is_title(s: Segment) -> bool:
    """Whether the capitalised words go on to the noun of a title: `Parkinson Questionnaire`."""
    goes_on = following.NEXT_WORDS.match(s.after)
    return goes_on is not None and any(
        is_title_noun(word.decode()) for word in re.findall(rb"[A-Za-z]+", goes_on[0])
    )


def subject_of(s: Segment, *, spoken: bool = False) -> Subject | None:
    """Whom a segment names: a patient, another person, or None without a cue.

    `spoken` says that it begins a turn of a dialogue. A speaker's label is no label of a name then.
    """
    if not s.mixed and not s.long and max(map(len, s.words)) < 5:
        return None  # an abbreviation
    if len(s.words) == 1 and is_code(s.words[0].decode("utf-8", "replace")):
        return None
    if not spoken and (_is_labelled_patient(s) or _is_patient(s, s.before, s.after)):
        return Subject.PATIENT
    if spoken:
        known = is_said_as_a_name(s) or _is_called_to(s)
    else:
        known = speaks_of_care(s) or _is_labelled(s) or _signs(s) or _is_told_of(s)
    return Subject.PERSON if known else None


def _is_told_of(s: Segment) -> bool:
    """Whether a salutation, a relation, a contact or a verb stands beside it."""
    if s.mixed and _is_told_by_itself(s):
        return True
    if s.mixed and preceding.SALUTED.search(s.before[-24:]) and following.SALUTE_END.match(s.after):
        return True
    if s.long:
        return _of_two_words(s, s.before, s.after)
    return s.mixed and _of_one_word(s, s.before, s.after)


def _is_told_by_itself(s: Segment) -> bool:
    """Whether it is the person of a pedigree, or begins a sentence that is said only of people."""
    if following.STATE.match(s.after) is not None:
        return preceding.LINE_START.search(s.before) is not None
    return s.last_word[:1] in b"iv" and preceding.PEDIGREE.search(s.before) is not None


def suffers(s: Segment, word: tuple[int, int] | None) -> bool:
    """Whether the sentence says that somebody has a condition or takes a drug.

    `Ana Ruiz has asthma.`, `Ana Ruiz is out of metformin 500 mg`; not `United Way has asthma
    camps`.

    Args:
        s: a segment of a full name.
        word: the range of the first health word behind it, or None.
    """
    if word is None or not s.long:
        return False
    start, end = word
    between, behind = s.text[s.end : start], s.text[end : end + 24]
    if following.SUFFERS.match(between):
        return following.CLAUSE_ENDS.match(behind) is not None
    return (
        following.CALLED_ABOUT.match(between) is not None
        and following.DOSED.match(behind) is not None
    )


def is_in_care(s: Segment) -> bool:
    """Whether a clinic's message or session names somebody: `Portal message from Ana Ruiz`."""
    is_care = s.last_word == b"with" and preceding.SESSION.search(s.before) is not None
    return s.mixed and (is_care or _is_from_portal(s))


def is_met_in_a_note(s: Segment) -> bool:
    """Whether a clinical note tells of a meeting or a call: `SOCIAL WORK: Met with Ana Ruiz`."""
    return preceding.MET.search(s.before) is not None and (
        preceding.NOTE_HEADING.search(s.text, max(0, s.start - _NOTE_BEGINS), s.start) is not None
    )


def speaks(s: Segment) -> bool:
    """Whether it stands where a chat names who writes: `[09:15] Ana: hi`. A heading may, too."""
    return (
        following.SPEAKER.match(s.after) is not None
        and preceding.SPEAKER.search(s.before) is not None
    )


def speaks_of_care(s: Segment) -> bool:
    """Whether a cue of personal speech stands before it: a title, a relation, "my name is"."""
    return preceding.TITLED.search(s.before[-12:]) is not None or is_close(s)


def is_close(s: Segment) -> bool:
    """Whether somebody speaks of themselves or a relative, so that it is about a private person."""
    return (
        _own_name(s, s.before)
        or ((s.mixed or s.long) and _is_kin(s, preceding.KIN_NAMED))
        or (s.mixed and s.long and following.OF_A_PATIENT.match(s.after) is not None)
    )


def _is_labelled_patient(s: Segment) -> bool:
    """Whether it is the value of `Patient:`. Speech is none: `Patient: Boston, I think`."""
    if s.sign not in b":=#-eE" or preceding.PATIENT_LABEL.search(s.before) is None:
        return False
    return s.long or not s.mixed or following.FIELD_ENDS.match(s.after) is not None


def _is_labelled(s: Segment) -> bool:
    """Whether it is the value of a label such as `Name:`. `RE: Appeal` names a matter."""
    if s.sign not in b":=#-":
        return False
    label = preceding.LABEL.search(s.before)
    if label is None:
        listed = preceding.LISTED.search(s.before) is not None
        return listed and s.mixed and (s.long or begins_with_a_given_name(s))
    return s.long or begins_with_a_given_name(s) or preceding.REGARDING.search(label[0]) is None


def _is_called_to(s: Segment) -> bool:
    """Whether a speaker begins with somebody's name: `Maria, how are you?`"""
    return begins_with_a_given_name(s) and following.CALLED_TO.match(s.after) is not None


def is_said_as_a_name(s: Segment) -> bool:
    """Whether a turn begins with a name: the answer to a question for it, or nothing but a name."""
    if any(map(is_no_name, s.words)):
        return False
    alone = (
        s.long and begins_with_a_given_name(s) and following.FIELD_ENDS.match(s.after) is not None
    )
    return alone or _answers_with_a_name(s)


def _answers_with_a_name(s: Segment) -> bool:
    question = s.text[max(0, s.start - 120) : s.start]
    asked = max((m.end() for m in preceding.NAME_ASKED.finditer(question)), default=None)
    return (
        asked is not None
        and question.count(b":", asked) < 3
        and (s.long or begins_with_a_given_name(s))
    )


def _is_patient(s: Segment, before: bytes, after: bytes) -> bool:
    cue = preceding.PATIENT.search(before[-16:])
    if cue and not _is_heading(s, cue[0], after):
        return True
    if s.long and (following.NUMBERED.match(after) or (s.mixed and following.ROOMED.match(after))):
        return True
    titled = preceding.TITLED.search(before[-12:]) is not None
    if (s.long or titled) and (
        following.AGED.match(after)
        or following.IDENTIFIED.match(after)
        or following.CARED_FOR.match(after)
        or following.SEEN.match(after)
    ):
        return True
    if (
        s.long
        and s.mixed
        and preceding.MEMBER.search(before[-16:])
        and following.MEMBER_ID.match(after)
    ):
        return True
    if s.mixed and (
        following.OLD.match(after)
        or (s.last_word in preceding.EXAMINED_ENDS and preceding.EXAMINED.search(before))
    ):
        return True
    begins = s.mixed and not s.long and preceding.LINE_START.search(before) is not None
    return begins and (
        following.AGED.match(after) is not None or following.HERE.match(after) is not None
    )


def _is_heading(s: Segment, cue: bytes, after: bytes) -> bool:
    """Whether `Patient` and the segment are in a heading, a button or a list of fields.

    There they have capitals, and no sentence goes on.
    """
    if not cue[:1].isupper() or any(_is_given(word) for word in s.words):
        return False
    return following.GOES_ON.match(after) is None or (
        not s.long and following.JOINS.match(after) is not None
    )


def _is_given(word: bytes) -> bool:
    return word.lower().decode("utf-8", "ignore") in GIVEN_NAMES


def _is_kin(s: Segment, cue: re.Pattern[bytes]) -> bool:
    return RELATION_ENDS.fullmatch(s.last_word) is not None and cue.search(s.before) is not None


def begins_with_a_given_name(s: Segment) -> bool:
    """Whether the first word is a given name of the list, or a later word of an inverted name."""
    words = s.words[1:] if s.inverted else s.words[:1]
    return any(map(_is_given, words))


def _own_name(s: Segment, before: bytes) -> bool:
    if s.last_word not in preceding.OWN_NAME_ENDS:
        return False
    return preceding.OWN_NAME.search(before) is not None and not (
        preceding.CALLING.search(s.line) or following.FROM.match(s.after)
    )


def _of_two_words(s: Segment, before: bytes, after: bytes) -> bool:
    if s.mixed and (
        _is_kin(s, preceding.KIN) or (s.last_word in preceding.SPOKEN_ENDS and _spoken_to(before))
    ):
        return True
    if s.mixed and (
        (s.last_word in (b"with", b"w/") and preceding.WITH.search(before)) or _is_clients(s)
    ):
        return True
    if preceding.SENDER.search(before) and following.SENDER.match(after):
        return True
    if (
        following.DATED.match(after)
        or following.VERB.match(after)
        or following.MEMBER.match(after)
        or following.KIN.match(after)
        or following.PHONE.match(after)
        or following.OWNS.match(after)
    ):
        return True
    return (
        preceding.LINE_START.search(before) is not None
        and following.HOME_BELOW.match(after) is not None
    )


def _is_clients(s: Segment) -> bool:
    """Whether it names who lies in a room, is a client, or wrote through a portal."""
    return (
        (s.last_word in preceding.CLIENT_ENDS and preceding.CLIENT.search(s.before) is not None)
        or preceding.ROOM.search(s.before[-12:]) is not None
        or _is_from_portal(s)
    )


def _is_from_portal(s: Segment) -> bool:
    return (b"ortal" in s.before or b"hart" in s.before) and (
        preceding.PORTAL.search(s.before) is not None
    )


def _of_one_word(s: Segment, before: bytes, after: bytes) -> bool:
    if _is_kin(s, preceding.KIN) or following.KIN_IN_BRACKETS.match(after):
        return True
    given = begins_with_a_given_name(s)
    if (
        given
        and preceding.LINE_START.search(before)
        and (following.VERB.match(after) or following.CARED_FOR.match(after))
    ):
        return True
    if given and s.last_word in preceding.SPOKEN_ENDS and preceding.CONTACTED.search(before):
        return True
    return (
        given
        and preceding.VOCATIVE.search(before) is not None
        and following.VOCATIVE_END.match(after) is not None
    ) or (
        following.REMINDED.match(after) is not None
        and preceding.LINE_START.search(before) is not None
    )


def _spoken_to(before: bytes) -> bool:
    return (
        preceding.OF_SOMEBODY.search(before) is not None
        or preceding.CONTACTED.search(before) is not None
    )


def _signs(s: Segment) -> bool:
    return (
        s.before[-1:].isspace()
        and preceding.SIGNED.search(s.before) is not None
        and following.LINE_END.match(s.after) is not None
        and following.STAFF_BELOW.match(s.after) is None
    )
