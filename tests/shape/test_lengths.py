"""Files, functions, arguments and nesting stay small enough to be read in one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_ARGUMENTS = 5
DEEPEST = 3
_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def lines_without_docstring(function: Function) -> int:
    """How many lines a function takes, its decorators and its docstring left out."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def arguments(function: Function) -> int:
    """How many arguments a caller may give: all but ``self``, ``cls``, ``*args`` and ``**kwargs``."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def depth(node: ast.AST) -> int:
    """How deeply the blocks of a function are nested; an ``elif`` is not deeper than its ``if``."""
    deepest = 0
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for child in children:
            if not isinstance(child, ast.AST) or isinstance(child, Function | ast.ClassDef | ast.Lambda):
                continue
            chained = name == "orelse" and isinstance(node, ast.If) and len(children) == 1
            own = isinstance(child, _BLOCKS) and not (chained and isinstance(child, ast.If))
            deepest = max(deepest, depth(child) + own)
    return deepest


def test_no_file_is_longer_than_400_lines(modules: list[Path], root: Path) -> None:
    long = {str(path.relative_to(root)): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_40_lines(modules: list[Path], root: Path) -> None:
    long = {
        f"{path.relative_to(root)}:{function.lineno} {function.name}": lines
        for path in modules
        for function in functions(path)
        if (lines := lines_without_docstring(function)) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_function_takes_more_than_five_arguments(modules: list[Path], root: Path) -> None:
    many = {
        f"{path.relative_to(root)}:{function.lineno} {function.name}": count
        for path in modules
        if "tests" not in path.parts  # a test's arguments are its fixtures and its cases
        for function in functions(path)
        if (count := arguments(function)) > MOST_ARGUMENTS
    }
    assert many == {}


def test_no_block_is_nested_more_than_three_deep(modules: list[Path], root: Path) -> None:
    deep = {
        f"{path.relative_to(root)}:{function.lineno} {function.name}": count
        for path in modules
        for function in functions(path)
        if (count := depth(function)) > DEEPEST
    }
    assert deep == {}


def test_an_elif_is_not_deeper_than_its_if() -> None:
    flat = ast.parse("def f(x):\n if x:\n  pass\n elif x:\n  pass\n elif x:\n  pass\n")
    nested = ast.parse("def f(x):\n if x:\n  for y in x:\n   with y:\n    while y:\n     pass\n")
    assert [depth(tree.body[0]) for tree in (flat, nested)] == [1, 4]
