"""Find imports inside functions that keep nothing slow out of start-up.

`python tools/check_imports.py`. An import belongs at the top of its module, unless what it loads
loads a slow package that the module itself does not load.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLOW = {"numpy", "numba", "textual", "rich", "gensim", "platformdirs"}
"""Packages that take a noticeable part of the time in which help is printed."""
SLOW |= {
    "isal",
    "jieba",
    "kiwipiepy",
    "optuna",
    "ot",
    "pooch",
    "pyarrow",
    "requests",
    "resvg_py",
    "zstandard",
}  # nor always installed
ALSO_LATE = (
    "compression",  # from Python 3.14
    "importlib",  # only for a name that is looked up in the package
    "resource",  # not on every system
    "tomllib",  # only where there is a file of settings
    "w2v_kernels.cuda.gpu",  # numba-cuda, which is not always installed
    "w2vtui.training.engine.cuda_backend",  # the kernels of a GPU, where one trains
    "w2vtui.cli",  # after a clone that is not installed is on the path
    "w2vtui.tui",  # the app, by the command that shows it
)
"""What may be imported late all the same, by the beginnings of names."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@cache
def file_of(module: str) -> Path | None:
    """The source of a module of this project; None for others, and for what is not a module."""
    for place in (ROOT, ROOT / "kernels"):
        path = place.joinpath(*module.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.exists():
                return candidate
    return None


def named_by(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that an import names, with those that it may take from a package."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    assert statement.module is not None, "imports are absolute here"
    return [statement.module, *(f"{statement.module}.{alias.name}" for alias in statement.names)]


def imports(
    node: ast.AST, late: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import under a node that is executed, and whether it is inside a function."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield node, late
    elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from imports(child, late or isinstance(node, FUNCTIONS))


@cache
def loaded_first(path: Path) -> tuple[str, ...]:
    """What the top of a module imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(name for node, late in imports(tree) if not late for name in named_by(node))


@cache
def loaded_by(module: str) -> frozenset[str]:
    """What a module loads when it is imported: modules of this project, and slow packages."""
    loaded: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        package = name.partition(".")[0]
        if package in SLOW:
            loaded.add(package)
        elif name not in loaded and (path := file_of(name)) is not None:
            loaded.add(name)
            waiting.append(name.rpartition(".")[0])  # a package is loaded before what is in it
            waiting += loaded_first(path)
    return frozenset(loaded)


def complaints() -> Iterator[str]:
    """The imports that should stand at the top of their module."""
    for place in (ROOT / "w2vtui", ROOT / "kernels"):
        for path in sorted(place.rglob("*.py")):
            parts = (
                path.relative_to(ROOT if place.name == "w2vtui" else place).with_suffix("").parts
            )
            module = ".".join(parts).removesuffix(".__init__")
            for node, late in imports(ast.parse(path.read_text(encoding="utf-8"))):
                brings = {name for named in named_by(node) for name in loaded_by(named)}
                spared = (brings - loaded_by(module)) & SLOW
                if late and not spared and not named_by(node)[0].startswith(ALSO_LATE):
                    place_in_file = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield f"{place_in_file}: move to the top: {ast.unparse(node)}"


if __name__ == "__main__":
    found = list(complaints())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
