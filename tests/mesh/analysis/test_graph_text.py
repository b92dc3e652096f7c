from mesh.analysis.graph import Arrow, Graph
from mesh.analysis.graph_text import dot, mermaid

FOUND = Graph(
    {"a": ("a/x",), "": ('any"one',)},
    (Arrow("a/x", 'any"one', (), ("US_SOCIAL_SECURITY_NUMBER",)), Arrow('any"one', "a/x", (), ())),
    ("watched",),
)


def test_dot_has_a_cluster_for_each_namespace_and_an_edge_for_each_arrow():
    lines = dot(FOUND, 'a "title"').splitlines()
    assert lines[0] == "digraph policy {"
    assert lines[1].startswith('  label="a \\"title\\"";')
    assert '    "a/x" [label="x"];' in lines
    assert '    "any\\"one" [label="any\\"one"];' in lines
    edges = [line for line in lines if "->" in line]
    assert edges[0].startswith('  "a/x" -> "any\\"one" [label="masked G')
    assert ["style=dashed" in line for line in edges] == [True, False]
    assert lines[-2:] == [f"  // {FOUND.note}", "}"]
    assert dot(FOUND, "").count("{") == dot(FOUND, "").count("}")


def test_mermaid_says_the_same():
    lines = mermaid(FOUND).splitlines()
    assert lines[0] == "flowchart LR"
    assert any("-.->" in line for line in lines)
