"""The words for relatives and others who speak for a patient, as notes write them."""

import re
from typing import Final

RELATION: Final = (
    r"(?:(?:great[ -]?)?grand(?:mother|father|son|daughter|parent|child|children|ma|pa)"
    r"|(?:step|half|foster|ex|god)?[ -]?(?:mother|father|sister|brother|son|daughter|parent|wife"
    r"|husband)s?(?:[ -]in[ -]law)?"
    r"|mom|mum|mommy|dad|daddy|spouse|partner|fianc[e\xc3\xa9]{1,2}|boyfriend|girlfriend"
    r"|significant other|aunt|uncle|niece|nephew|cousin|twins?|sibling|(?:legal |co-)?guardian"
    r"|caregiver|care giver|carer|kid|child|children|next of kin|nok|hcpoa|poa|dpoa|hcp|lar"
    r"|healthcare proxy|health care proxy|power of attorney|emergency contact|contact person"
    r"|friend|neighbou?r|roommate|housemate|companion|dtr|hubby|fob|mob|parents|grandma|grandpa"
    r"|granny|nana|abuela|abuelo|auntie|family|household)"
)
_WHOLE: Final = re.compile(RELATION, re.IGNORECASE)


def is_relation(text: str) -> bool:
    """Whether `text` is one of these words: `Next of kin`, `daughter`; not `daughters' names`."""
    return _WHOLE.fullmatch(text) is not None
