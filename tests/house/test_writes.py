"""Every write is a command: where writes may stand, and what a command looks like."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import Fault, calls, files, found_in, module_of, report

_ALWAYS = {
    "save",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "delete",
}
_KINDS = {"Invalid", "NotFound", "Forbidden", "Conflict", "Exhausted"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def write_faults(tree: ast.Module) -> Iterator[Fault]:
    """Calls of the ORM that change rows."""
    for call, name in calls(tree):
        if not isinstance(call.func, ast.Attribute):
            continue
        on = ast.unparse(call.func.value)
        # `update` is also what digests and dictionaries do.
        if name in _ALWAYS or (name == "update" and ".objects" in on):
            yield call.lineno, f"{on}.{name}() writes outside commands"


def import_faults(tree: ast.Module) -> Iterator[Fault]:
    """Imports inside functions, and signals, which hide who calls whom."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno, f"an import inside {node.name}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(
            (".signals", "django.dispatch")
        ):
            yield node.lineno, "signals"


def _functions(tree: ast.Module) -> dict[str, Function]:
    return {node.name: node for node in tree.body if isinstance(node, Function)}


def _own_codes(function: Function) -> set[str]:
    """The codes of the refusals that this function raises or returns by itself."""
    codes = set()
    for call, name in calls(function):
        if name in _KINDS and call.args and isinstance(call.args[0], ast.Constant):
            codes.add(str(call.args[0].value))
        elif ast.unparse(call.func).startswith("refusals."):
            codes.add(name)
        elif name == "require" and len(call.args) == 2:
            codes.add("not_permitted")
    return codes


def refusals_of(tree: ast.Module, name: str) -> set[str]:
    """The codes that a function refuses with, by itself or by a helper named for refusing."""
    functions = _functions(tree)
    codes = _own_codes(functions[name])
    for _, called in calls(functions[name]):
        if called in functions and called.startswith(("_refuse", "_require", "_check")):
            codes |= _own_codes(functions[called])
    return codes


def command_faults(tree: ast.Module) -> Iterator[Fault]:
    """Commands with positional arguments, without types, or silent about their refusals."""
    for name, function in _functions(tree).items():
        if name.startswith("_"):
            continue
        if function.args.args or function.args.posonlyargs:
            yield function.lineno, f"{name} takes positional arguments"
        if function.returns is None or any(
            argument.annotation is None for argument in function.args.kwonlyargs
        ):
            yield function.lineno, f"{name} is not typed"
        described = ast.get_docstring(function)
        if not described:
            yield function.lineno, f"{name} has no docstring"
            continue
        for code in sorted(refusals_of(tree, name)):
            if f"`{code}`" not in described:
                yield function.lineno, f"{name} does not say that it refuses with `{code}`"


def _is_command_module(module: str) -> bool:
    return module.endswith("/commands.py")


def test_writes_stand_in_commands() -> None:
    others = [path for path in files("src") if not _is_command_module(module_of(path))]
    assert not report(others, write_faults)


def test_no_import_inside_a_function_and_no_signal() -> None:
    assert not report(files("src", "tests", "benchmarks"), import_faults)


def test_commands_are_keyword_only_typed_and_name_their_refusals() -> None:
    rooms = [path for path in files("src") if _is_command_module(module_of(path))]
    assert len(rooms) >= 5
    assert not report(rooms, command_faults)


def test_bad_samples_are_found() -> None:
    assert found_in("row.save()", write_faults) == ["row.save() writes outside commands"]
    assert found_in("Person.objects.filter(id=1).update(name='x')", write_faults)
    assert not found_in("digest.update(b'x')", write_faults)
    assert found_in("def f():\n    import os", import_faults) == ["an import inside f"]
    assert found_in("from django.db.models.signals import post_save", import_faults)
    assert found_in('def go(a: int) -> None:\n    """Goes."""', command_faults) == [
        "go takes positional arguments"
    ]
    assert found_in('def go(*, a) -> None:\n    """Goes."""', command_faults) == ["go is not typed"]
    assert found_in("def go() -> None: ...", command_faults) == ["go has no docstring"]
    silent = (
        'def go() -> None:\n    """Goes."""\n    _check()\n'
        "def _check() -> None:\n    raise Invalid('wrong', zh='', en='')"
    )
    assert found_in(silent, command_faults) == ["go does not say that it refuses with `wrong`"]
