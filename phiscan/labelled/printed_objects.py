"""Objects as programs print them in logs and stack traces.

    Patient(name=Maria Lindqvist, ssn=541278860)           Kotlin, Lombok; with [ ] Java's records
    Patient{name='Maria Lindqvist', ssn='541278860'}       Java; with % Elixir
    Patient(name='Maria Lindqvist', ssn='541278860')       Python
    {ID:77 Name:Maria Lindqvist SSN:541278860}             Go
    #<Patient id: 77, ssn: "541278860">                    Ruby
    Patient { Name = Maria Lindqvist, Ssn = 541278860 }    C#; with : Rust
    { ssn: "541278860" }   {'ssn': '541278860'}            MongoDB, JavaScript; Python
    {"ssn" => "541278860"}   {:ssn "541278860"}            Ruby, Perl; Clojure
    row with column values (SSN:541278860)                 Oracle

The class says whose the fields are. Source code has calls that look like Python's form, and maps in
braces. So what may be source code is read in a line that is a log's or a trace's.

Cost: one expression over the lines in which such an object may begin.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.labelled.error_texts import LINE_END
from phiscan.labelled.label_steps import rule_of
from phiscan.labelled.name_values import is_full_name
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.text.normalise import plain
from phiscan.words.labels import Rule

_QUOTE: Final = r"(?:\\{0,4}[\"']|&(?:quot|apos|#39|#34);)"
MARKS: Final = (
    r"[({\[] ?[a-z]\w*[=:]",
    r"\{ [a-z]\w* = ",
    "#<[a-z]",
    r"column values \([a-z]",
    r"\{ ?'[a-z]\w*': ",
    r"[\"'] ?=> ?",
    r"\{:[a-z]",
)
"""Hyperscan expressions, caseless. One of them occurs wherever such an object begins."""
# Such an object from its bracket on, or the separator behind its first key. It begins with one
# class of letters, which `re` looks for fast. matches "(ssn=5", "{ ssn = ", "#<Patient ",
# "(name:Ana ssn:5", "(ssn" behind "column values ", '{ssn: "', "{'ssn': ", "=>" behind a quote and
# "{:ssn "; not "(a == b", "{ssn: 5}"
_MARK: Final = re.compile(
    rb"[({\[#=](?:"
    rb"(?<=\w[(\[{])[a-z]\w{0,60}=[^=]"
    rb"|(?<=[{(])[a-z]\w{0,60}:[^:,;{}()=\n\"'\\]{1,100} [a-z]\w{0,60}:\S"
    rb"|(?<=column values \()[a-z]"
    rb"|(?<=\{)(?: ?[a-z]\w{0,60}: ?\\{0,4}\"| ?'[a-z]\w{0,60}': | [a-z]\w{0,60} = "
    rb"|:[a-z][\w-]{0,60} )"
    rb"|(?<=#)<[a-z]\w{0,60}[ :]"
    rb"|(?:(?<=[\"']=)|(?<=[\"'] =))> ?)",
    re.IGNORECASE,
)
_BEFORE: Final = 200
"""Bytes before a mark that tell whether the line is a log's."""
_LONGEST: Final = 4000
"""Bytes of the longest object."""
# The beginning of an object with its class, its end, or a field with its value. A bare value ends
# before a comma, a bracket or the next field.
# matches b"Patient(", b"ssn='541'", b"name=Maria Lindqvist" and b"SSN:541"; not b"10:30"
_TOKEN: Final = re.compile(
    rb"#<(?P<ruby>[A-Z][\w:]{0,100}?)(?=[ >]|:0x)"
    rb"|(?P<class>[A-Za-z_][\w.$]{0,100})?[ ]?(?P<opens>[(\[{])"
    rb"|(?P<closes>[)\]}>])"
    + (
        rf"|(?<![\w.$-])[@:]?{_QUOTE}?(?P<key>[A-Za-z_][\w.-]{{0,60}}){_QUOTE}?"
        rf"(?:[ ]?(?P<separator>=>|[=:])[ ]?|[ ](?={_QUOTE}))"
        rf"(?:(?P<quote>{_QUOTE})(?P<quoted>[^\"'\\&\n]{{1,200}}){_QUOTE}"
        r"|(?P<bare>[^\s,;:=(){}\[\]<>\"'\\&](?:[^,;=(){}\[\]<>\"'\\&\n:]|:(?=\d)){0,120}?)"
        r"(?=[ ]?(?:[,;)\]}>]|\Z)|[ ][A-Za-z_]\w{0,60}[:=]))"
    ).encode(),
    re.IGNORECASE,
)
_FORMS_OF_SOURCE: Final = frozenset((b"(=", b"(:", b"{:", b"[:", b"[="))
"""Brackets and separators with which source code writes fields whose values are in quotes."""
# matches "ERROR", "Caused by", "10:02:11"; not "terror"
_CLASS: Final = re.compile(rb"[A-Za-z_][\w.$]{0,100}[ ]?\Z")  # what may stand before a bracket
_LOGGED: Final = re.compile(
    rb"\b(?:error|exception|warn(?:ing)?|info|debug|trace|fatal|panic\w*|caused by|failed|failing"
    rb"|sav(?:ed|ing)|creat(?:ed|ing)|insert(?:ed|ing)|updat(?:ed|ing)|receiv(?:ed|ing)|got"
    rb"|process(?:ed|ing)|persist(?:ed|ing)|load(?:ed|ing)|fetch(?:ed|ing)|validat\w{2,4}"
    rb"|request|response|payload|parameters|dup key|values)\b|\d\d:\d\d:\d\d",
    re.IGNORECASE,
)


class _Opened(NamedTuple):
    """An open bracket, with the name of the class before it or empty."""

    name: str
    bracket: bytes
    start: int


def read(data: bytes) -> Iterator[Labelled]:
    """The labelled fields of the objects in `data`. The fields of one object are one record."""
    reached = 0
    for mark in _MARK.finditer(data):
        if mark.start() < reached:
            continue
        line = max(reached, mark.start() - _BEFORE)
        for ended in LINE_END.finditer(data, line, mark.start()):
            line = ended.end()
        begin = mark.start()
        if data[begin : begin + 1] == b"=":
            begin = max(data.rfind(b"{", line, begin), line)  # the mark is behind the first key
        name = _CLASS.search(data, max(line, begin - _BEFORE), begin)
        begin = begin if name is None else name.start()
        last = LINE_END.search(data, mark.end(), begin + _LONGEST)
        end = last.start() if last is not None else min(len(data), begin + _LONGEST)
        reached = end
        for read_to, labelled in _fields(data, begin, end, line):
            reached = read_to
            if labelled is not None:
                yield labelled


def _fields(data: bytes, start: int, end: int, line: int) -> Iterator[tuple[int, Labelled | None]]:
    """Yield how far the object at `start` was read, and its labelled fields. It ends at `end`."""
    opened: list[_Opened] = []
    is_logged = _LOGGED.search(data, line, end) is not None
    for match in _TOKEN.finditer(data, start, end):
        if match["ruby"] or match["opens"]:
            name = (match["ruby"] or match["class"] or b"").decode()
            opened.append(_Opened(name, match["opens"] or b"#<", match.start()))
        elif match["closes"]:
            del opened[-1:]
            yield match.end(), None
            if not opened:
                return
        elif opened:
            yield match.end(), _field(match, opened, is_logged=is_logged)


def _field(match: re.Match[bytes], opened: list[_Opened], *, is_logged: bool) -> Labelled | None:
    """The labelled value of a field, if its label has a rule and it is no source code."""
    group = "quoted" if match["quoted"] else "bare"
    label, value = match["key"].decode(), decode(match[group])
    form = opened[-1].bracket + (match["separator"] or b"")
    if group == "quoted" and form in _FORMS_OF_SOURCE and not is_logged:
        return None
    rule = rule_of(label)
    if rule is None or not _is_one(rule, value):
        return None
    labels = (*(each.name for each in opened if each.name), label)
    return Labelled(labels, value, *match.span(group), -2 - opened[-1].start)


def _is_one(rule: Rule, value: str) -> bool:
    """Whether a value is no word of a program: a name begins with a capital letter."""
    value = plain(value).strip()
    return rule.info_type != "PERSON_NAME" or value[:1].isupper() or is_full_name(value)
