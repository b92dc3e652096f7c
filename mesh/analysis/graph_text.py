"""A `Graph` as text that other programs draw: Mermaid and Graphviz's DOT."""

import json

from mesh.analysis.graph import Graph, member


def mermaid(found: Graph) -> str:
    """The graph as a Mermaid flowchart. An arrow on which something is masked is dashed."""
    names = {
        label: f"w{n}"
        for n, label in enumerate(label for box in found.namespaces.values() for label in box)
    }
    lines = ["flowchart LR"]
    for number, (namespace, members) in enumerate(found.namespaces.items()):
        lines.append(f'  subgraph n{number}["{namespace or "any namespace"}"]')
        lines += [f'    {names[label]}["{member(label)}"]' for label in members]
        lines.append("  end")
    for arrow in found.arrows:
        line = "-.->" if arrow.masked else "-->"
        lines.append(f'  {names[arrow.sender]} {line}|"{arrow.label}"| {names[arrow.receiver]}')
    lines += [f"  %% {found.note}"] if found.note else []
    return "\n".join(lines) + "\n"


def dot(found: Graph, title: str) -> str:
    """The graph for Graphviz. An arrow on which something is masked is dashed."""
    lines = [
        "digraph policy {",
        f"  label={_quoted(title)}; labelloc=t; rankdir=LR; node [shape=box]; fontname=sans;",
    ]
    for number, (namespace, members) in enumerate(found.namespaces.items()):
        lines.append(f"  subgraph cluster_{number} {{")
        lines.append(f"    label={_quoted(namespace or 'any namespace')};")
        lines += [f"    {_quoted(label)} [label={_quoted(member(label))}];" for label in members]
        lines.append("  }")
    for arrow in found.arrows:
        style = ", style=dashed" if arrow.masked else ""
        ends = f"{_quoted(arrow.sender)} -> {_quoted(arrow.receiver)}"
        lines.append(
            f"  {ends} [label={_quoted(arrow.label)}, tooltip={_quoted(arrow.sentence)}{style}];"
        )
    lines += [f"  // {found.note}"] if found.note else []
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    """A string of DOT. Names hold no line breaks; JSON's quotes and backslashes are DOT's too."""
    return json.dumps(text, ensure_ascii=False)
