"""Reads `redact`: its entries, and the form in which each is masked.

redact: [US_SOCIAL_SECURITY_NUMBER, {infoType: DATE_OF_BIRTH, as: year}]
"""

from yaml.nodes import MappingNode, Node

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import Groups, read_entry
from mesh.policy_file.nodes import NodeReader
from phiscan.identifiers import Identifier
from phiscan.redaction.masks import MaskForm, strictest

_WHERE = "`redact`"


def read_masks(
    reader: NodeReader, node: Node, groups: Groups
) -> tuple[frozenset[str], frozenset[tuple[str, MaskForm]]]:
    """The entries, and the forms of those that have not the plain form.

    Of two forms for the same entry, the one that tells less counts.
    """
    forms: dict[str, MaskForm] = {}
    for item in reader.sequence(node, _WHERE):
        for entry, form in _entry(reader, item, groups).items():
            forms[entry] = strictest(forms.get(entry, form), form)
    typed = ((entry, form) for entry, form in forms.items() if form is not MaskForm.PLAIN)
    return frozenset(forms), frozenset(typed)


def _entry(reader: NodeReader, node: Node, groups: Groups) -> dict[str, MaskForm]:
    if not isinstance(node, MappingNode):
        return dict.fromkeys(read_entry(reader, node, _WHERE, groups, star=True), MaskForm.PLAIN)
    where = f"an entry of {_WHERE}"
    keys = reader.mapping(node, policy_keys.MASK, where)
    named = reader.required(node, keys, "infoType", where)
    chosen = reader.required(node, keys, "as", where)
    if named is None or chosen is None:
        return {}
    form = reader.choice(chosen, policy_keys.FORMS, "`as`")
    entries = read_entry(reader, named, _WHERE, groups, star=True)
    if entries and not any(_suits(form, entry, groups) for entry in entries):
        what = "dates" if form.is_of_dates else "numbers"
        reader.error(
            chosen, f"`as: {form}` is for {what}", "choose another form, or leave `as` out"
        )
    return dict.fromkeys(entries, form)


def _suits(form: MaskForm, entry: str, groups: Groups) -> bool:
    if entry == "*":
        return True
    info_type = groups.vocabulary.info_types.get(entry)
    return form.suits(Identifier(entry) if info_type is None else info_type.identifier)
