"""Objects of JSON that map columns to their types, in place of a list of columns.

    {"schema": {"ssn": "string", "dob": "date"}, "rows": [["...", "..."]]}
    {"properties": {"ssn": {"type": "string"}}, "data": [["..."]]}
    {"columns": {"ssn": 0, "dob": 1}, "data": [["...", "..."]]}              places for types

Each member has to be a type. A record beside rows has another shape: `{"name": "Depot", "phone":
"..."}` beside `"coordinates": [[1, 2]]`.

Cost: nothing but two searches without an array in an array and a type. Otherwise most objects cost
a look at one member.
"""

import re
from typing import Final

from phiscan.labelled.json_text import JsonText
from phiscan.labelled.label_paths import LabelPath, read_path
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import Box, Scalar
from phiscan.text.normalise import plain

_MOST_COLUMNS: Final = 2000
_LONGEST_KEY: Final = 200
_LONGEST_TYPE: Final = 80
# The first array of an array. matches b"[ ["; not b"[{"
_ROWS: Final = re.compile(rb"\[\s*+\[")
# The first word of a type, without its size. matches "varchar" in "varchar(11)", "int" in "int64",
# "nullable" in "Nullable(String)"; not "Ana"
_WORD: Final = re.compile(r"[A-Za-z]++")
_TYPES: Final = frozenset(
    "string str text char character varchar nvarchar nchar clob utf keyword symbol uuid guid "
    "int integer uint bigint smallint tinyint long short byte bytes number numeric decimal float "
    "double real money serial bool boolean bit date datetime time timestamp timestamptz interval "
    "duration year binary varbinary blob json jsonb object any array list struct map record enum "
    "category factor nullable null optional union lowcardinality fixedstring largeutf".split()
)
"""First words of the names of types in SQL, JSON Schema, Avro, Arrow, pandas and ClickHouse."""
_TYPE_KEY: Final = b"type"
"""How a key ends that holds a type: `dataType`, `dtype`."""
# A type behind a key, or the first place.
# matches b': "varchar(11)"', b': ["null"', b": 0,"; not b': "Polygon"', b": 0.5,"
_TYPED: Final = re.compile(
    rb':\s*+(?:(?:\[\s*+)?"(?:' + "|".join(sorted(_TYPES)).encode() + rb")|0\s*+[,}])",
    re.IGNORECASE,
)


def may_have_types(data: bytes) -> bool:
    """Whether a text has an array in an array, and a value that may be a type."""
    return _ROWS.search(data) is not None and _TYPED.search(data) is not None


def types_by_column(text: JsonText, box: Box) -> tuple[LabelPath | None, ...]:
    """What each key of an object names. Empty if the object maps no columns to types."""
    if box.parent is None or not 0 < box.count(text.data) <= _MOST_COLUMNS:
        return ()
    members = box.items(text.data)
    if not all(_is_type(text, member, len(members)) for member in members):
        return ()
    return tuple(
        read_path(plain(decode(member.key))) if len(member.key) <= _LONGEST_KEY else None
        for member in members
    )


def _is_type(text: JsonText, member: Scalar | Box, count: int) -> bool:
    """Whether the value of a member is a type, the description of a column, or its place."""
    if isinstance(member, Scalar):
        if member.end - member.start > _LONGEST_TYPE:
            return False
        value = text.text(member)
        if text.is_string(member):
            word = _WORD.match(value)
            return word is not None and word[0].lower() in _TYPES
        return value.isdecimal() and len(value) <= len(str(count)) and int(value) <= count
    items = [item for item in member.items(text.data) if isinstance(item, Scalar)]
    if member.is_object:
        return any(
            item.key.lower().endswith(_TYPE_KEY) and _is_type(text, item, 0)
            for item in items
            if text.is_string(item)
        )
    return bool(items) and all(text.is_string(item) and _is_type(text, item, 0) for item in items)
