"""Turns: what each speaker of a dialogue says, behind a label such as `Doctor:` or `[Patient]`.

`Patient: Nope` is an answer in a dialogue, and `Patient: Margaret` is a name in a form. A text is a
dialogue when labels of speakers begin at least two lines and most of these lines are speech.

Cost: one pass over the text for lines that begin with a speaker.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.words.not_names import NOT_NAMES

_ROLE: Final = (
    rb"(?:doctor|doc|dr|d|physician|provider|clinician|therapist|counsell?or|psychiatrist"
    rb"|psychologist|nurse|rn|np|pa|medic|paramedic|pharmacist|dentist|surgeon|midwife|examiner"
    rb"|interviewer|interviewee|researcher|moderator|student|resident|intern|attending|consultant"
    rb"|patient|pt|p|client|caller|member|customer|agent|rep|representative|operator|dispatcher"
    rb"|receptionist|front desk|clerk|scheduler|staff|support|coordinator|social worker"
    rb"|case manager|interpreter|mother|mom|mum|father|dad|parent|parents|wife|husband|spouse"
    rb"|partner|daughter|son|sister|brother|family|relative|guardian|caregiver|carer|friend|child"
    rb"|guest[_ ](?:family|clinician)|guest|visitor|speaker|participant|subject|respondent|user"
    rb"|assistant|bot|ai|human|me|you|q|[a-z]{6,23}+(?:(?<=ist)|(?<=iatrician)))"
)
_STAMP: Final = rb"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?(?: ?[ap]m)?[\])]?[ ,-]{0,3})"
_SIGN: Final = (
    rb"(?: ?" + _STAMP + rb")?[*_\"']{0,2} {0,3}:[*_]{0,2} ?[\"']?|[\])>]:?|[*_]{0,2} (?:--|- )"
)
_SPEAKER: Final = (
    # one look tells that no label begins here; a run of blanks costs much more without it
    rb"[ \t>#-]{0,6}+(?=[\[(<*_a-z\d])"
    + _STAMP
    + rb"?[*_]{0,2}[\[(<]?((?:doctor|dr|nurse|mr|mrs|ms)\.? ([a-z])[a-z'-]{1,20}|"
    + _ROLE
    + rb"(?:[ _-]?\d{1,2}|[ _-]([a-z]))?)\.?(?:"
    + _SIGN
    + rb")[*_]{0,2}[ \t]{0,4}"
)
"""The label of a speaker. Its groups are the whole name, and letters that have to be capitals."""
# Labels in a text in small letters: expressions that ignore case are many times slower.
# At the start of the text. matches "doctor: "; not "doctor said: "
_FIRST_LABEL: Final = re.compile(_SPEAKER)
# On a line, behind a sentence in a line of several turns, or as a string. It begins with one class
# of letters, which `re` looks for fast. matches "\n**patient:** ", "\n[00:12] speaker 1: ",
# "\n[patient] ", "\ndr. chen: ", "no. nurse: ", '"patient": "'; not "\npatient name: "
_LABEL: Final = re.compile(rb"[\n\r\" .?!](?:(?<=[\n\r\"])|(?<= ) |(?<=[.?!]) {1,2})" + _SPEAKER)
# What people say and forms do not hold. matches "Any chest pain?", "It hurts at night", "Nope.";
# not "Chen", "Ana Ruiz, 54F"
_SPEECH: Final = re.compile(
    rb"[a-z]|[^\n]{0,200}[?!]|[A-Za-z'-]+,? (?:[a-z']+ ){2}|[^\n:]{1,200}[a-z]\.\s*(?:\n|\Z)"
)
_FIRST: Final = re.compile(rb"[A-Za-z][A-Za-z'-]*")
_QUESTION: Final = re.compile(rb"[^\n?]{0,200}\?")
# matches "Ana Ruiz\n", "Ruiz, Ana  MRN"; not "Ana Ruiz was", "Nope.\n"
_NAME_ALONE: Final = re.compile(
    rb"(?:[A-Z\x80-\xff][\w\x80-\xff'.-]*,? ){1,4}[A-Z\x80-\xff][\w\x80-\xff'-]*"
    rb"[ \t]*(?:[\r\n|;(]|  |\Z)"
)
_FEWEST: Final = 2
"""Speakers of a dialogue."""


class Turns:
    """The turns of one text; none if it is no dialogue."""

    def __init__(self, text: bytes) -> None:
        labels = list(_labels(text))
        self._begins: tuple[int, ...] = ()
        if _are_a_dialogue(text, labels):
            # A dialogue does not begin with an answer: `Patient: Ana Ruiz` is its heading.
            heading = _NAME_ALONE.match(text, labels[0].end()) is not None
            self._begins = tuple(label.end() for label in labels[heading:])
        self._known = frozenset(self._begins)

    def begin_at(self, offset: int) -> bool:
        """Whether a turn's first word is at `offset`, just behind the speaker's label."""
        return offset in self._known

    def __iter__(self) -> Iterator[int]:
        """The offsets of the turns' first words."""
        return iter(self._begins)


def _labels(text: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the labels of speakers in a text, as matches in its small letters."""
    small = text.lower()
    label = _FIRST_LABEL.match(small) or _LABEL.search(small)
    while label is not None:
        is_written_so = all(text[label.start(n)] < b"a"[0] for n in (2, 3) if label[n])
        if is_written_so:
            yield label
        label = _LABEL.search(small, label.end() if is_written_so else label.start() + 1)


def _are_a_dialogue(text: bytes, labels: list[re.Match[bytes]]) -> bool:
    spoken = sum(_is_speech(text, label.end()) for label in labels)
    if len({label[1] for label in labels}) < _FEWEST:
        return spoken > 2 * _FEWEST
    is_asked = any(_QUESTION.match(text, label.end()) for label in labels)
    return spoken * 2 >= len(labels) + (not is_asked)


def _is_speech(text: bytes, at: int) -> bool:
    if _SPEECH.match(text, at):
        return True
    first = _FIRST.match(text, at)
    return first is not None and first[0].lower().decode() in NOT_NAMES
