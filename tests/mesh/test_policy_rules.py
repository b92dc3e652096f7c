import pytest

from mesh.policy import OperationMatch, Peer, Target
from mesh.policy_nodes import NodeReader
from mesh.policy_rules import read_rules

RULE = """\
- name: a
  from: [{namespaces: [clinic]}]
  to:
  - principals: [cluster.local/ns/finance/sa/billing]
    operation: {methods: [POST], paths: [/claims], hosts: [billing], ports: [80], protocols: [HTTP]}
  when: {mtls: true}
  phi:
    request: {allow: [PERSON_NAME, "*"], redact: [G], deny: [DIAGNOSIS], otherwise: DENY}
"""


def rules_of(text: str):
    reader = NodeReader("p.yaml")
    root = reader.compose(text)
    return read_rules(reader, root.value), reader.problems


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
        ("name: a", "name: 1", "`name` is `1`, which YAML does not read as text", "put it in quotes"),
        ("name: a", "title: a", "the rule has no `name`", "add `name:`"),
        ("from:", "form:", "unknown key `form` in a rule", "did you mean `from`?"),
        ("from:", "form:", "the rule has no `from`", "add `from:`"),
        ("[{namespaces: [clinic]}]", "[]", "`from` names nobody", "an entry `{}` names anyone"),
        (
            "[{namespaces: [clinic]}]",
            "{namespaces: [clinic]}",
            "`from` is a mapping, expected a list",
            "write it as `[...]`",
        ),
        (
            "namespaces: [clinic]",
            "source: {}",
            "unknown key `source` in an entry of `from`",
            "known: principals, namespaces",
        ),
        ("[clinic]", "[]", "`namespaces` is empty", "leave the key out for anyone"),
        (
            "[clinic]",
            "[cli*ic]",
            "`cli*ic` cannot stand in `namespaces`",
            "write a namespace, with `*` at most at its end",
        ),
        (
            "cluster.local/ns/finance/sa/billing",
            "billing",
            "`billing` cannot stand in `principals`",
            "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`, with `*` at most at its end",
        ),
        ("POST", "post", "`post` cannot stand in `methods`", "write it in capitals; leave `methods` out for any"),
        (
            "/claims",
            "claims",
            "`claims` cannot stand in `paths`",
            "write a decoded path that starts with `/`, with `*` at most at its end",
        ),
        (
            "/claims",
            '"/a/*/b"',
            "`/a/*/b` cannot stand in `paths`",
            "write a decoded path that starts with `/`, with `*` at most at its end",
        ),
        (
            "hosts: [billing]",
            "hosts: ['billing:80']",
            "`billing:80` cannot stand in `hosts`",
            "write a host in lower case without port, with `*` at its start or at its end",
        ),
        ("ports: [80]", "ports: [70000]", "a port is `70000`, expected a whole number from 1 to 65535", ""),
        ("ports: [80]", "ports: [0]", "a port is `0`, expected a whole number from 1 to 65535", ""),
        ("ports: [80]", "ports: ['80']", "a port is `80`, expected a whole number from 1 to 65535", ""),
        ("[HTTP]", "[http]", "a protocol is `http`, expected `HTTP`, `UPGRADE` or `TCP`", "did you mean `HTTP`?"),
        ("[HTTP]", "[]", "`protocols` is empty", "leave the key out for HTTP"),
        ("mtls: true", "mtls: false", "`mtls` is `false`, expected `true` or `any`", ""),
        ("mtls: true", "tls: true", "unknown key `tls` in `when`", "did you mean `mtls`?"),
        ("request:", "requests:", "unknown key `requests` in `phi`", "did you mean `request`?"),
        ("PERSON_NAME", "PERSON_NAM", "unknown infoType or class `PERSON_NAM`", "did you mean `PERSON_NAME`?"),
        ("[G]", "[Z]", "unknown infoType or class `Z`", "write an infoType, a class A to R, or `*`"),
        ("otherwise: DENY", "otherwise: ALLOW", "`otherwise` is `ALLOW`, expected `DENY`, `REDACT` or `ALERT`", ""),
    ],
)
def test_an_error_says_what_is_wrong_and_the_way_out(old, new, message, hint):
    assert old in RULE
    _, problems = rules_of(RULE.replace(old, new, 1))
    assert (message, hint) in [(problem.message, problem.hint) for problem in problems]


def test_a_rule_name_stands_once():
    _, problems = rules_of(RULE + RULE)
    assert [str(problem) for problem in problems] == [
        "p.yaml:9:3: error: rule `a` stands twice (first in line 1; rename one)"
    ]
