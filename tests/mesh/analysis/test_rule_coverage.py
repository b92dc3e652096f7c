from mesh.analysis import case_file, cases
from mesh.analysis.rule_coverage import RuleCoverage, rule_coverage

FILE = """\
policy:
  apiVersion: phiguard.dev/v1alpha1
  kind: SegmentationPolicy
  metadata: {name: clinic}
  spec:
    rules:
    - {name: tried, from: [{namespaces: [clinic]}], to: [{namespaces: [finance]}]}
    - {name: watched, action: AUDIT, from: [{namespaces: [clinic]}], to: [{namespaces: [finance]}]}
    - {name: idle, from: [{namespaces: [clinic]}], to: [{namespaces: [web]}]}
cases:
- {name: a, request: {source: cluster.local/ns/clinic/sa/a, destination: cluster.local/ns/finance/sa/b, mtls: true}}
- {name: b, request: {source: cluster.local/ns/clinic/sa/a, destination: cluster.local/ns/finance/sa/b, mtls: true,
                      direction: response}}
- {name: c, request: {source: cluster.local/ns/web/sa/a, destination: cluster.local/ns/finance/sa/b, mtls: true}}
"""


def test_a_rule_is_covered_by_the_cases_whose_edge_it_names(scanner_of):
    found = case_file.load(FILE, file="c.yaml", read=lambda _: b"")
    tried, watched, idle = rule_coverage([(case, cases.run(case, scanner_of)) for case in found])
    assert tried == RuleCoverage("clinic", "tried", 1, 1)
    # it would have allowed, so no decision names it
    assert watched == RuleCoverage("clinic", "watched", 1, 1)
    assert (tried.covered, idle.covered, idle.rule) == (True, False, "idle")


HL7 = """\
policy:
  apiVersion: phiguard.dev/v1alpha1
  kind: SegmentationPolicy
  metadata: {name: hl7}
  spec:
    rules:
    - {name: tried, from: [{}], to: [{operation: {protocols: [MLLP], messageTypes: [ADT^A01]}}]}
    - {name: idle, from: [{}], to: [{operation: {protocols: [MLLP], messageTypes: [ORU^*]}}]}
    - {name: watched, action: AUDIT, from: [{}], to: [{operation: {protocols: [MLLP], messageTypes: [ADT^*]}}]}
    - {name: asleep, action: AUDIT, from: [{}], to: [{operation: {protocols: [MLLP], messageTypes: [ORU^*]}}]}
cases:
- {name: a, request: {protocol: MLLP, body: "MSH|^~\\\\&|A|B|C|D|E||ADT^A01|1|P|2.5"}}
"""


def test_the_type_of_a_message_says_which_rules_a_case_covers(scanner_of):
    found = case_file.load(HL7, file="c.yaml", read=lambda _: b"")
    covered = rule_coverage([(case, cases.run(case, scanner_of)) for case in found])
    assert {each.rule for each in covered if each.covered} == {"tried", "watched"}
