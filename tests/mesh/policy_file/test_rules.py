from datetime import date
from ipaddress import ip_network

import pytest

from mesh.policy.policy import Disclosure, OperationMatch, Peer, Target, Terms
from mesh.policy_file.groups import Groups
from mesh.policy_file.nodes import NodeReader
from mesh.policy_file.rules import read_exception, read_rule

GLOB_HINT = "write lower-case letters, digits, `.` and `-`, with `*` at most at one end"
RULE = """\
- name: a
  from: [{namespaces: [clinic]}]
  to:
  - principals: [cluster.local/ns/finance/sa/billing]
    operation: {methods: [POST], paths: [/claims], hosts: [billing], ports: [80], protocols: [HTTP]}
  when: {mtls: true}
  phi:
    request:
      {allow: [PERSON_NAME, "*"], redact: [G], deny: [DIAGNOSIS], otherwise: DENY, media: [hl7v2]}
"""


def rules_of(text: str):
    reader = NodeReader("p.yaml")
    root = reader.compose(text)
    return tuple(read_rule(reader, node, Groups()) for node in root.value), reader.problems


def test_a_rule_without_errors_is_read():
    (rule,), problems = rules_of(RULE)
    assert (rule.name, rule.mtls, rule.mode, problems) == ("a", True, None, ())


def test_what_a_rule_leaves_out_allows_nothing():
    (rule,), _ = rules_of("- {name: a, from: [{}], to: [{}]}")
    assert (rule.sources, rule.targets) == ((Peer(),), (Target(Peer(), OperationMatch()),))
    assert rule.request == rule.response
    assert (rule.request.allow, rule.request.otherwise) == (frozenset(), "DENY")


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        (
            "name: a",
            "name: 1",
            "`name` is `1`, which YAML does not read as text",
            "put it in quotes",
        ),
        ("name: a", "title: a", "the rule has no `name`", "add `name:`"),
        ("from:", "form:", "unknown key `form` in a rule", "did you mean `from`?"),
        ("from:", "form:", "the rule has no `from`", "add `from:`"),
        ("[{namespaces: [clinic]}]", "[]", "`from` is empty", "an entry `{}` names anyone"),
        (
            "[{namespaces: [clinic]}]",
            "{namespaces: [clinic]}",
            "`from` is a mapping, expected a list",
            "write it as `[...]`",
        ),
        (
            "namespaces: [clinic]",
            "callers: {}",
            "unknown key `callers` in an entry of `from`",
            "known: principals, namespaces, trustDomains, serviceAccounts, groups, ipBlocks",
        ),
        ("[clinic]", "[]", "`namespaces` is empty", "leave the key out for anyone"),
        (
            "[clinic]",
            "[cli*ic]",
            "`cli*ic` is not allowed in `namespaces`",
            "write a namespace, with `*` at most at its end",
        ),
        (
            "cluster.local/ns/finance/sa/billing",
            "billing",
            "`billing` is not allowed in `principals`",
            "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`, with `*` at most at its end",
        ),
        (
            "POST",
            "post",
            "`post` is not allowed in `methods`",
            "write it in capitals; leave `methods` out for any",
        ),
        (
            "/claims",
            "claims",
            "`claims` is not allowed in `paths`",
            "write a decoded path that starts with `/`, with `*` at most at its end",
        ),
        (
            "/claims",
            '"/a/*/b"',
            "`/a/*/b` is not allowed in `paths`",
            "write a decoded path that starts with `/`, with `*` at most at its end",
        ),
        (
            "hosts: [billing]",
            "hosts: ['billing:80']",
            "`billing:80` is not allowed in `hosts`",
            "write a host in lower case without port, with `*` at its start or at its end",
        ),
        (
            "ports: [80]",
            "ports: [70000]",
            "a port is `70000`, expected a whole number from 1 to 65535",
            "",
        ),
        ("ports: [80]", "ports: [0]", "a port is `0`, expected a whole number from 1 to 65535", ""),
        (
            "ports: [80]",
            "ports: ['80']",
            "a port is `80`, expected a whole number from 1 to 65535",
            "write it without quotes",
        ),
        (
            "[HTTP]",
            "[http]",
            "a protocol is `http`, expected `HTTP`, `UPGRADE`, `TCP` or `MLLP`",
            "did you mean `HTTP`?",
        ),
        (
            "ports: [80]",
            "messageTypes: [ADT^A01]",
            "`messageTypes` is for HL7 over MLLP only",
            "write `protocols: [MLLP]` beside it, and other protocols in an entry of their own",
        ),
        (
            "[HTTP]",
            "[HTTP, MLLP]",
            "HL7 over MLLP has no `methods`",
            "give HTTP an entry of its own; `messageTypes` names what MLLP carries",
        ),
        (
            "ports: [80]",
            "messageTypes: [adt^a01]",
            "`adt^a01` is not allowed in `messageTypes`",
            "write `ADT^A01`, `ORU^*`, `ACK` or `*`, as MSH-9 has it, in capitals",
        ),
        ("[HTTP]", "[]", "`protocols` is empty", "leave the key out for HTTP"),
        (
            "[HTTP]",
            "[MLLP], messageTypes: []",
            "`messageTypes` is empty",
            "leave the key out for every type",
        ),
        ("mtls: true", "mtls: false", "`mtls` is `false`, expected `true` or `any`", ""),
        ("mtls: true", "tls: true", "unknown key `tls` in `when`", "did you mean `mtls`?"),
        ("request:", "requests:", "unknown key `requests` in `phi`", "did you mean `request`?"),
        (
            "PERSON_NAME",
            "PERSON_NAM",
            "unknown infoType, class or group `PERSON_NAM`",
            "did you mean `PERSON_NAME`?",
        ),
        (
            "[G]",
            "[Z]",
            "unknown infoType, class or group `Z`",
            "write an infoType, a class A to R, a group, or `*`",
        ),
        (
            "namespaces: [clinic]",
            "ipBlocks: [10.0.0.1/8]",
            "`10.0.0.1/8` is not allowed in `ipBlocks`",
            "write `10.0.0.0/8`, `2001:db8::/32` or one address, with no bits beyond the length",
        ),
        (
            "namespaces: [clinic]",
            "namespaces: [clinic], ipBlocks: [10.0.0.0/8]",
            "`namespaces` cannot be combined with `ipBlocks`",
            "give each an entry of its own",
        ),
        (
            "- principals:",
            "- hosts: [a.example]\n    principals:",
            "`principals` cannot be combined with `hosts`",
            "give each an entry of its own",
        ),
        (
            "namespaces: [clinic]",
            "trustDomains: [a*b]",
            "`a*b` is not allowed in `trustDomains`",
            GLOB_HINT,
        ),
        (
            "namespaces: [clinic]",
            "serviceAccounts: [EHR]",
            "`EHR` is not allowed in `serviceAccounts`",
            GLOB_HINT,
        ),
        (
            "namespaces: [clinic]",
            "serviceAccounts: []",
            "`serviceAccounts` is empty",
            "leave the key out for anyone",
        ),
        ("{mtls: true}", "{claims: {}}", "`claims` is empty", "leave the key out for anyone"),
        (
            "{mtls: true}",
            "{claims: {role: []}}",
            "claim `role` has no value",
            "list values, or `*` for any",
        ),
        ("{mtls: true}", "{headers: {}}", "`headers` is empty", "leave the key out for anyone"),
        (
            "{mtls: true}",
            "{headers: {x-a: []}}",
            "header `x-a` has no value",
            "list values, or `*` for any",
        ),
        (
            "{mtls: true}",
            "{headers: {X-Purpose: [a]}}",
            "`X-Purpose` is not the name of a header",
            "write it in lower case, without the colon",
        ),
        (
            "name: a",
            "name: a\n  action: DENY",
            "`action` is `DENY`, expected `ALLOW` or `AUDIT`",
            "",
        ),
        (
            "name: a",
            "name: a\n  action: AUDIT\n  mode: monitor",
            "`mode` cannot be combined with `action: AUDIT`",
            "leave it out: an AUDIT rule never enforces",
        ),
        (
            "{namespaces: [clinic]}",
            "{source: {namespaces: [clinic]}}",
            "unknown key `source` in an entry of `from`",
            "write its keys without `source` around them",
        ),
        (
            "namespaces: [clinic]",
            "notNamespaces: [clinic]",
            "unknown key `notNamespaces` in an entry of `from`",
            "a rule cannot exclude peers; list those that it is for",
        ),
        (
            "{mtls: true}",
            "[{key: source.ip}]",
            "`when` is a list, expected a mapping",
            "write `key: value` pairs",
        ),
        (
            "otherwise: DENY",
            "otherwise: ALLOW",
            "`otherwise` is `ALLOW`, expected `DENY`, `REDACT` or `ALERT`",
            "",
        ),
    ],
)
def test_an_error_says_what_is_wrong_and_how_to_fix_it(old, new, message, hint):
    assert old in RULE
    _, problems = rules_of(RULE.replace(old, new, 1))
    assert (message, hint) in [(problem.message, problem.hint) for problem in problems]


def test_every_kind_of_peer_and_claim_is_read():
    (rule,), problems = rules_of(
        "- name: a\n"
        "  from: [{ipBlocks: [10.0.0.0/8, '2001:db8::1']}, {trustDomains: ['*.example'], "
        "serviceAccounts: [ehr*]}]\n"
        "  to: [{hosts: ['*.clearinghouse.example']}]\n"
        "  when: {mtls: any, claims: {role: [doctor, nurse]}}\n"
    )
    assert problems == ()
    assert rule.sources == (
        Peer(blocks=(ip_network("10.0.0.0/8"), ip_network("2001:db8::1"))),
        Peer(trust_domains=("*.example",), service_accounts=("ehr*",)),
    )
    assert rule.targets == (Target(Peer(hosts=("*.clearinghouse.example",))),)
    assert (rule.claims, rule.mtls) == ((("role", ("doctor", "nurse")),), False)


def test_headers_and_the_action_are_read():
    (rule, plain), problems = rules_of(
        "- {name: a, action: AUDIT, from: [{}], to: [{}], when: {headers: {x-purpose: "
        "[TREATMENT, '*']}}}\n"
        "- {name: b, action: ALLOW, from: [{}], to: [{}]}\n"
    )
    assert problems == ()
    assert (rule.audit, rule.headers) == (True, (("x-purpose", ("TREATMENT", "*")),))
    assert (plain.audit, plain.headers) == (False, ())


EXCEPTION = """\
- name: a
  from: [{namespaces: [clinic]}]
  to: [{namespaces: [finance]}]
  direction: request
  allow: [EMAIL_ADDRESS, limited-data-set]
  owner: privacy office
  reason: migration
  expires: 2026-12-31
"""


def exception_of(text: str):
    reader = NodeReader("p.yaml")
    root = reader.compose(text)
    return read_exception(reader, root.value[0], Groups()), reader.problems


def test_an_exception_is_a_rule_with_terms():
    rule, problems = exception_of(EXCEPTION)
    assert problems == ()
    assert rule.terms == Terms("privacy office", "migration", date(2026, 12, 31))
    assert rule.request.allow == {"EMAIL_ADDRESS", "CITY", "US_ZIP_CODE", "C", "R"}
    assert (rule.response, rule.mtls, rule.mode) == (Disclosure(), True, None)


def test_an_exception_without_a_direction_is_for_both():
    rule, _ = exception_of(EXCEPTION.replace("  direction: request\n", ""))
    assert rule.request == rule.response


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("  owner: privacy office\n", "", "the exception has no `owner`", "add `owner:`"),
        ("  reason: migration\n", "", "the exception has no `reason`", "add `reason:`"),
        ("  expires: 2026-12-31\n", "", "the exception has no `expires`", "add `expires:`"),
        ("2026-12-31", "2026-02-30", "`expires` is not a day", "write it as YYYY-MM-DD"),
        ("2026-12-31", "20261231", "`expires` is not a day", "write it as YYYY-MM-DD"),
        ("2026-12-31", "[]", "`expires` is not a day", "write it as YYYY-MM-DD"),
        (
            "[EMAIL_ADDRESS, limited-data-set]",
            "[]",
            "`allow` is empty",
            "list what the exception is for",
        ),
        ("  allow:", "  alow:", "unknown key `alow` in an exception", "did you mean `allow`?"),
    ],
)
def test_an_exception_without_its_terms_is_an_error(old, new, message, hint):
    assert old in EXCEPTION
    _, problems = exception_of(EXCEPTION.replace(old, new))
    assert (message, hint) in [(problem.message, problem.hint) for problem in problems]


def test_media_are_listed_for_each_direction_and_any_when_left_out():
    (rule,), _ = rules_of(RULE)
    assert (rule.request.media, rule.response.media) == (frozenset({"hl7v2"}), None)


@pytest.mark.parametrize(
    ("media", "message", "hint"),
    [
        ("[hl7]", "unknown media kind `hl7`", "did you mean `hl7v2`?"),
        ("[FHIR+JSON]", "unknown media kind `FHIR+JSON`", "did you mean `fhir+json`?"),
        (
            "[application/fhir+json]",
            "unknown media kind `application/fhir+json`",
            "did you mean `fhir+json`?",
        ),
        ("[text/csv]", "unknown media kind `text/csv`", "did you mean `csv`?"),
        ('["*"]', "unknown media kind `*`", "leave `media` out for any"),
        ("[empty]", "unknown media kind `empty`", "an empty body always passes; list kinds that"),
        ("[binary]", "unknown media kind `binary`", "it stands for files that no reader reads; "),
        ("[encrypted]", "unknown media kind `encrypted`", "it stands for files that nobody can "),
        ("[unknown]", "unknown media kind `unknown`", "it stands for what was not read; "),
        ("[zzz]", "unknown media kind `zzz`", "known: apple-health, atna, bson, "),
        ("[]", "`media` is empty", "list what may flow, or leave the key out for any"),
        ("json", "`media` is a single value, expected a list", "write it as `[...]`"),
        ("[1]", "an entry of `media` is `1`, which YAML does not read as text", "put it in quotes"),
    ],
)
def test_a_medium_that_nothing_is_read_as_is_an_error_with_a_hint(media, message, hint):
    _, (problem,) = rules_of(RULE.replace("[hl7v2]", media))
    assert (problem.severity, problem.message) == ("error", message)
    assert problem.hint.startswith(hint)
