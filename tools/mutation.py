"""Mutants of one module: small changes of its source that a test should notice.

A mutant replaces one expression or statement. Its name holds the function, the old text and the new
text, but no line numbers, so that a list of accepted survivors outlives edits elsewhere. Equal
changes within one function are numbered. Docstrings, annotations, messages (string constants),
imports, decorators and code for type checkers only are not changed.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_CALLS: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes `start` to `end` of the module's UTF-8 become `new`."""

    name: str
    line: int
    start: int
    end: int
    new: str

    def of(self, source: str) -> str:
        """Return the whole module with this change."""
        encoded = source.encode()
        return (encoded[: self.start] + self.new.encode() + encoded[self.end :]).decode()


def mutants(source: str) -> list[Mutant]:
    """Return all mutants of a module, in source order. Each of them compiles."""
    line_starts = [0]
    for line in source.encode().splitlines(keepends=True):
        line_starts.append(line_starts[-1] + len(line))
    times: Counter[str] = Counter()
    made = []
    for function, node, new in _changes(ast.parse(source), "module"):
        start = line_starts[node.lineno - 1] + node.col_offset
        end = line_starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        old = " ".join(source.encode()[start:end].decode().split())
        name = f"{function}: {old} => {' '.join(new.split())}"
        times[name] += 1
        if times[name] > 1:
            name += f" #{times[name]}"
        mutant = Mutant(name, node.lineno, start, end, new)
        if _compiles(mutant.of(source)):
            made.append(mutant)
    return made


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _changes(node: ast.AST, function: str) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Yield function, node and replacement text, for a node and all nodes below it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = node.name if function == "module" else f"{function}.{node.name}"
    if isinstance(node, ast.expr):
        for new in _expressions(node):
            # parentheses, because `not a` and `a or b` may stand where they bind less tightly
            yield function, node, f"({ast.unparse(new)})"
    elif isinstance(node, ast.stmt):
        for text in _statements(node):
            yield function, node, text
        if isinstance(node, ast.If):
            yield from ((function, node.test, forced) for forced in ("True", "False"))
    for child in _children(node):
        yield from _changes(child, function)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the child nodes that run and are worth a change."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert):
        return
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    skipped: list[ast.AST] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        # defaults run once; the rest is for a type checker
        yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default)
        yield from node.body
        return
    if isinstance(node, ast.ClassDef):
        yield from node.body
        return
    if isinstance(node, ast.AnnAssign):
        skipped.append(node.annotation)
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return  # a message; the statement itself is removed
    yield from (child for child in ast.iter_child_nodes(node) if child not in skipped)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:  # noqa: C901 - a flat table: one case for each kind of node
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(operator)](), right)
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
        case ast.Constant(value) if isinstance(value, int):
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Call(ast.Name(name), arguments, keywords) if name in _CALLS:
            yield ast.Call(ast.Name(_CALLS[name]), arguments, keywords)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _without_filters(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    """Yield each operator replaced, and each member removed from a literal container."""
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            operators = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, operators, node.comparators)
    for less in _with_one_less(node.comparators[-1]):
        yield ast.Compare(node.left, node.ops, [*node.comparators[:-1], less])


def _with_one_less(container: ast.expr) -> Iterator[ast.expr]:
    """`x in (A, B)` becomes `x in (A,)` and `x in (B,)`."""
    if isinstance(container, ast.Tuple | ast.Set | ast.List) and len(container.elts) > 1:
        for place in range(len(container.elts)):
            yield ast.Tuple([*container.elts[:place], *container.elts[place + 1 :]], ast.Load())


def _without_filters(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
) -> Iterator[ast.expr]:
    """`[x for x in y if z]` becomes `[x for x in y]`."""
    for place, part in enumerate(node.generators):
        if not part.ifs:
            continue
        bare = ast.comprehension(part.target, part.iter, [], part.is_async)
        generators = [*node.generators[:place], bare, *node.generators[place + 1 :]]
        if isinstance(node, ast.DictComp):
            yield ast.DictComp(node.key, node.value, generators)
        else:
            yield type(node)(node.elt, generators)


def _statements(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Expr(ast.Call() | ast.Await()) | ast.Raise() | ast.AugAssign():
            yield "pass"
        case ast.Assign([ast.Attribute() | ast.Subscript()], _):
            yield "pass"
        case ast.Return(value) if value is not None and not _is_plain(value):
            yield "return None"
        case ast.Continue():
            yield "break"
        case ast.Break():
            yield "continue"


def _is_plain(value: ast.expr) -> bool:
    """Whether another change of the value says as much as `return None` would."""
    return isinstance(value, ast.Constant | ast.Compare | ast.BoolOp)
