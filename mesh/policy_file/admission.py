"""A ValidatingAdmissionPolicy for `SegmentationPolicy` objects: what a schema cannot refuse.

Kubernetes evaluates it in the API server, from version 1.30 on: no webhook, nothing that can be
down. It sees an object's namespace and its unknown keys, which CEL in a CustomResourceDefinition
does not.

INVARIANT (no stricter): it refuses no object that the reader takes with the same infoTypes. Where
an expression fails, for example because an object is too large for its budget, the object passes,
and the guard judges it. An admin can choose otherwise.

Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mesh.policy.vocabulary import BUILT_IN, Vocabulary
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.custom_resource import GROUP, PLURAL, VERSION
from mesh.policy_file.groups import groups_of
from mesh.policy_file.keys import Schema
from phiscan.identifiers import Identifier

NAME: Final = f"{PLURAL}.{GROUP}"
_API: Final = "admissionregistration.k8s.io/v1"
_OBJECT: Final = ("apiVersion", "kind", "metadata", "spec", "status")
_SIDES: Final = {"from": policy_keys.SOURCE, "to": policy_keys.TARGET}
# as the reader has it, in `mesh.policy_file.rules`
_HEADER: Final = "^[a-z0-9!#$%&'*+.^_`|~-]+$"


@dataclass(frozen=True, slots=True)
class _Check:
    """One expression that must be true of an object, and what the API server says if it is not."""

    expression: str
    message: str

    def manifest(self) -> Schema:
        return {"expression": self.expression, "message": self.message}


def admission_policy(
    root: str, vocabulary: Vocabulary = BUILT_IN, *, fail_open: bool = True
) -> list[Schema]:
    """The policy and its binding.

    Args:
        root: the namespace whose objects speak for the whole mesh.
        vocabulary: the infoTypes that entries may name. They must be those of the guard.
        fail_open: an object passes where an expression fails. Otherwise it is refused.
    """
    variables = [
        {"name": name, "expression": f"has(object.spec.{name}) ? object.spec.{name} : {empty}"}
        for name, empty in (
            ("rules", "[]"),
            ("exceptions", "[]"),
            ("services", "[]"),
            ("workloadGroups", "{}"),
            ("identifierGroups", "{}"),
        )
    ]
    match = {
        "apiGroups": [GROUP],
        "apiVersions": [VERSION],
        "operations": ["CREATE", "UPDATE"],
        "resources": [PLURAL],
    }
    spec = {
        "failurePolicy": "Ignore" if fail_open else "Fail",
        "matchConstraints": {"resourceRules": [match]},
        "variables": variables,
        "validations": [each.manifest() for each in _checks(root, vocabulary)],
    }
    binding = {"policyName": NAME, "validationActions": ["Deny"]}
    return [
        {"apiVersion": _API, "kind": kind, "metadata": {"name": NAME}, "spec": made}
        for kind, made in (
            ("ValidatingAdmissionPolicy", spec),
            ("ValidatingAdmissionPolicyBinding", binding),
        )
    ]


def _checks(root: str, vocabulary: Vocabulary) -> Iterator[_Check]:
    yield from _keys()
    yield from _names(vocabulary)
    yield from _entries(vocabulary)
    own = f"object.metadata['namespace'] == {json.dumps(root)} || "
    for each in _scope():
        yield _Check(f"{own}({each.expression})", each.message)


def _keys() -> Iterator[_Check]:
    """No unknown key in any mapping."""
    yield _closed("object", _OBJECT, "the object")
    yield _closed("object.spec", policy_keys.SPEC, "spec")
    yield _under("object.spec", "audit", policy_keys.AUDIT, "spec.audit")
    yield _under("object.spec", "mllp", policy_keys.MLLP, "spec.mllp")
    yield _closed("variables.services", policy_keys.SERVICE, "an entry of spec.services", each=1)
    yield _Check(
        f"variables.workloadGroups.all(n, variables.workloadGroups[n].all(e, "
        f"{_within('e', policy_keys.GROUP_MEMBER)}))",
        _known("an entry of spec.workloadGroups", policy_keys.GROUP_MEMBER),
    )
    for name, table in (("rules", policy_keys.RULE), ("exceptions", policy_keys.EXCEPTION)):
        listed = f"variables.{name}"
        yield _closed(listed, table, f"an entry of spec.{name}", each=1)
        for side, entries in _SIDES.items():
            yield _Check(
                f"{listed}.all(r, r.{side}.all(e, {_within('e', entries)}))",
                _known(f"an entry of `{side}` in spec.{name}", entries),
            )
        yield _Check(
            f"{listed}.all(r, r.to.all(e, {_if_any('e', 'operation', policy_keys.OPERATION)}))",
            _known(f"`operation` in spec.{name}", policy_keys.OPERATION),
        )
    rules = "variables.rules.all(r, {})"
    for key, table in (("when", policy_keys.WHEN), ("phi", policy_keys.PHI)):
        yield _Check(rules.format(_if_any("r", key, table)), _known(f"`{key}` of a rule", table))
    for key in policy_keys.PHI:
        inner = _if_any("r.phi", key, policy_keys.DISCLOSURE)
        yield _Check(
            rules.format(f"!has(r.phi) || ({inner})"),
            _known(f"`phi.{key}` of a rule", policy_keys.DISCLOSURE),
        )
        masks = f"!has(r.phi) || !has(r.phi.{key}) || !has(r.phi.{key}.redact) || "
        entry = (
            f"type(m) == map && {_within('m', policy_keys.MASK)} && "
            f"{_listed(policy_keys.MASK)}.all(k, k in m) && "
            f"type(m['infoType']) == string && m['as'] in {_listed(policy_keys.FORMS)}"
        )
        yield _Check(
            rules.format(
                f"{masks}r.phi.{key}.redact.all(m, (type(m) == string && m != '') || ({entry}))"
            ),
            f"an entry of `phi.{key}.redact` is an infoType, a class, a group or `*`, or "
            f"{{infoType: ENTRY, as: FORM}}; forms: {', '.join(policy_keys.FORMS)}",
        )


def _names(vocabulary: Vocabulary) -> Iterator[_Check]:
    """Names that are keys, and names that must differ."""
    form = f"n.matches('^(?:{policy_keys.GROUP_NAME})$')"
    built_in = _listed(groups_of(vocabulary).identifiers)
    yield _Check(
        f"variables.identifierGroups.all(n, {form} && !(n in {built_in}))",
        "a group of spec.identifierGroups has a name of lower-case letters, digits and `-`, and "
        "not that of a built-in group",
    )
    yield _Check(
        f"variables.workloadGroups.all(n, {form})",
        "a group of spec.workloadGroups has a name of lower-case letters, digits and `-`",
    )
    yield _Check(
        "variables.rules.all(r, !has(r.when) || !has(r.when.headers) || "
        f"r.when.headers.all(n, n.matches({json.dumps(_HEADER)})))",
        "a name in `when.headers` is written in lower case, without the colon",
    )
    yield _Check(
        "!variables.rules.exists(r, variables.exceptions.exists(e, e.name == r.name))",
        "a rule and an exception have the same name",
    )


def _entries(vocabulary: Vocabulary) -> Iterator[_Check]:
    """InfoTypes that exist. A group may be of another object, so it passes."""
    words = _listed((*vocabulary.info_types, *(each.value for each in Identifier)))
    known = f"({{0}} in {words} || {{0}}.matches('^[a-z*]'))"
    why = "an unknown infoType; declare it in a DetectorSet and make this policy with --detectors"
    e = known.format("e")
    for key in policy_keys.PHI:
        for entry in ("allow", "deny"):
            place = f"r.phi.{key}.{entry}"
            yield _Check(
                f"variables.rules.all(r, !has(r.phi) || !has(r.phi.{key}) || "
                f"!has({place}) || {place}.all(e, {e}))",
                f"`phi.{key}.{entry}` of a rule names {why}",
            )
        place = f"r.phi.{key}.redact"
        mask = f"(type(e) == string ? {e} : {known.format('e.infoType')})"
        yield _Check(
            f"variables.rules.all(r, !has(r.phi) || !has(r.phi.{key}) || "
            f"!has({place}) || {place}.all(e, {mask}))",
            f"`phi.{key}.redact` of a rule names {why}",
        )
    yield _Check(
        f"variables.exceptions.all(r, r.allow.all(e, {e}))", f"`allow` of an exception names {why}"
    )
    yield _Check(
        f"variables.identifierGroups.all(n, variables.identifierGroups[n].all(e, {e}))",
        f"a group of spec.identifierGroups names {why}",
    )


def _scope() -> Iterator[_Check]:
    """What an object outside the root namespace may not do."""
    own = "object.metadata['namespace']"
    yield _Check(
        f"!{_listed(policy_keys.MESH_WIDE)}.exists(k, k in object.spec)",
        "settings of the whole mesh stand in the root namespace: "
        f"{', '.join(policy_keys.MESH_WIDE)}",
    )
    within = (
        f"has(t.groups) || (has(t.namespaces) && t.namespaces == [{own}]) || (has(t.principals) && "
        f"t.principals.all(p, p.matches('^[^/]+/ns/' + {own} + '/.*$')))"
    )
    for name in ("rules", "exceptions"):
        yield _Check(
            f"variables.{name}.all(r, r.to.all(t, {within}))",
            f"an entry of spec.{name} reaches beyond the object's namespace; name only "
            "destinations of it, with `namespaces` or `principals`",
        )
    yield _Check(
        f"variables.services.all(s, s.host.matches('^[^.]*[.]' + {own} + '[.]svc([.].*)?$') && "
        f"s.principal.contains('/ns/' + {own} + '/sa/'))",
        "an entry of spec.services is not of the object's namespace; write "
        "`NAME.NAMESPACE.svc.DOMAIN` and an account of the namespace",
    )


def _closed(value: str, keys: Collection[str], where: str, *, each: int = 0) -> _Check:
    """No unknown key in a mapping, or in each of a list."""
    expression = f"{value}.all(e, {_within('e', keys)})" if each else _within(value, keys)
    return _Check(expression, _known(where, keys))


def _under(value: str, key: str, keys: Collection[str], where: str) -> _Check:
    return _Check(_if_any(value, key, keys), _known(where, keys))


def _if_any(value: str, key: str, keys: Collection[str]) -> str:
    return f"!has({value}.{key}) || {_within(f'{value}.{key}', keys)}"


def _within(value: str, keys: Collection[str]) -> str:
    return f"{value}.all(k, k in {_listed(keys)})"


def _listed(words: Collection[str] | Mapping[str, object]) -> str:
    return json.dumps(list(words))


def _known(where: str, keys: Collection[str]) -> str:
    return f"unknown key in {where}; known: {', '.join(keys)}"
