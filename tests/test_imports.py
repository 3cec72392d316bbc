"""What is loaded when: help at once, no screens without one, nothing that runs code of a file."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.wait import DEADLINE
from w2v_kernels.machine import compiling
from w2vtui.cli import VERBS

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for folder in ("w2vtui", "kernels") for path in (ROOT / folder).rglob("*.py"))
HEAVY = ("numpy", "numba", "llvmlite", "textual", "w2v_kernels")

MODULES_AFTER = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
codes = []
{body}
print("MODULES", json.dumps([codes, sorted(sys.modules)]))
"""


def modules_after(body: str, **variables: str) -> tuple[list[int], set[str]]:
    """The modules that a fresh Python holds after some code, and the `codes` that it noted."""
    environment = os.environ | variables
    if compiling.CACHE_FOLDER is not None:
        environment["NUMBA_CACHE_DIR"] = str(compiling.CACHE_FOLDER)
    paths = json.dumps([str(ROOT), str(ROOT / "kernels")])
    done = subprocess.run(
        [sys.executable, "-c", MODULES_AFTER.format(body=body), paths],
        capture_output=True, text=True, timeout=DEADLINE, env=environment, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes, modules = json.loads(done.stdout.rpartition("MODULES ")[2])
    return codes, set(modules)


def loaded(modules: set[str], *names: str) -> list[str]:
    """Which of these packages are among the modules, themselves or a part of them."""
    return [n for n in names if any(m == n or m.startswith(n + ".") for m in modules)]


def loaded_verbs(modules: set[str]) -> list[str]:
    """The modules of verbs."""
    return [module for module in modules if module.startswith("w2vtui.cli.verbs.")]


def commands(*argvs: list[str]) -> str:
    """Code that runs command lines one after another, and notes their exit codes."""
    return f"""
from w2vtui.cli import run_command_line
for argv in {list(argvs)!r}:
    try:
        codes.append(run_command_line(argv))
    except SystemExit as end:
        codes.append(end.code)
"""


def test_help_loads_nothing_heavy():
    verbs = ([], *([verb] for verb in VERBS))
    codes, modules = modules_after(commands(*([*verb, "--help"] for verb in verbs), ["--version"]))
    assert codes == [0] * (len(verbs) + 1)
    assert "w2vtui.cli.parser" in modules
    assert loaded(modules, *HEAVY, "asyncio", "platformdirs") == []


def test_a_mistake_is_reported_without_loading_anything_heavy():
    wrong = [["--windw", "3"], ["trian"], ["train", "x", "--window", "0"], ["neighbors"]]
    wrong += [["bench", "--mode", "cbo"], ["bench", "--threads", "0"]]
    codes, modules = modules_after(commands(*wrong))
    assert codes == [2] * len(wrong)
    assert loaded(modules, *HEAVY) == []
    verbs = {module.rpartition(".")[2] for module in loaded_verbs(modules)}
    assert verbs == {"app", "train", "neighbors", "bench"}  # not those that were not called


def test_importing_the_package_loads_nothing_heavy():
    _, modules = modules_after("import w2vtui")
    assert "w2vtui" in modules
    assert loaded(modules, *HEAVY, "rich", "argparse") == []


def test_the_python_class_loads_no_screens():
    _, modules = modules_after("from w2vtui import KeyedVectors, Word2Vec")
    assert loaded(modules, "numba") == ["numba"]
    assert loaded(modules, "textual", "w2vtui.tui", "w2vtui.cli", "argparse") == []


def test_the_screen_of_vectors_need_not_wait_for_kernels(tmp_path):
    vectors = tmp_path / "v.vec"
    vectors.touch()
    first = f"""
import argparse, w2vtui.tui.launch
from w2vtui.cli.verbs.explore import _opens
_opens(argparse.Namespace(vectors={str(vectors)!r}))
codes += [int(name in sys.modules) for name in ("numpy", "w2vtui.tui.first_screen")]
"""
    then = "import w2vtui.tui.explore_screen.screen, w2vtui.runs.explored"
    codes, modules = modules_after(f"{first}\n{then}")
    assert codes == [0, 0]  # what is on the screen first
    assert loaded(modules, "textual", "numpy") == ["textual", "numpy"]
    assert loaded(modules, "numba") == []


def test_the_first_screen_waits_for_nothing_that_a_key_opens():
    _, modules = modules_after("import w2vtui.tui.launch, w2vtui.tui.first_screen.screen")
    screens = ("dialogs", "help", "sessions.session", "saved_runs.run_list")
    later = ["numpy", "w2vtui.runs.listed.table", *(f"w2vtui.tui.{name}" for name in screens)]
    assert loaded(modules, *later) == []


def test_training_and_saving_load_no_screens(topical_corpus, tmp_path):
    few = ["--epochs", "1", "--vector-size", "8"]
    output = tmp_path / "vectors.bin"
    codes, modules = modules_after(
        commands(
            ["train", str(topical_corpus), "-o", str(output), *few],
            [str(topical_corpus), *few],  # the app, which has no screen here
        )
    )
    assert codes == [0, 0]
    assert output.exists()
    assert loaded(modules, "numba") == ["numba"]
    assert loaded(modules, "textual", "w2vtui.tui") == []


def test_looking_at_vectors_needs_neither_kernels_nor_screens(tmp_path):
    vectors, pairs, questions = (tmp_path / name for name in ("v.vec", "pairs", "questions"))
    vectors.write_text("4 2\na 1 0\nb 0 1\nc 1 1\nd 1 2\n")
    pairs.write_text("a b 1\na c 2\n")
    questions.write_text("a b c d\n")
    codes, modules = modules_after(
        commands(
            ["neighbors", str(vectors), "a"],
            ["analogy", str(vectors), "a", "b", "c"],
            ["evaluate", str(vectors), "--pairs", str(pairs), "--analogies", str(questions)],
        )
    )
    assert codes == [0, 0, 0]
    needed = ["w2vtui.evaluation.evaluate", "numpy"]
    assert loaded(modules, *needed) == needed
    kernels = {module for module in modules if module.split(".")[0] == "w2v_kernels"}
    assert kernels <= {"w2v_kernels", "w2v_kernels.sizes"}  # plain numbers, which runs need
    assert loaded(modules, "numba", "llvmlite", "textual", "w2vtui.tui") == []


def test_costs_and_text_figures_do_not_load_numba():
    _, modules = modules_after("import w2v_kernels.sizes")
    assert loaded(modules, "numpy", "numba", "llvmlite") == []
    _, modules = modules_after(
        "import w2v_kernels.formulas, w2vtui.corpus.statistics, w2vtui.runs.disk.checkpoint_files\n"
        "import w2vtui.training.costs.estimate, w2vtui.training.costs.text_shape"
    )
    assert loaded(modules, "numpy", "numba", "llvmlite") == ["numpy"]


# ---- a file of vectors or a cached corpus must not be able to run code

LOADERS = {
    "pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "torch",
    "pandas", "gensim", "jsonpickle", "imp",
}  # fmt: skip
ALLOWED = {
    "w2vtui/bench/gensim_peer.py": ["'gensim'", "gensim.models"],
}
"""Where something of these is meant: gensim is measured, in a child process, and loads nothing."""
RUNNERS = {"eval", "exec", "compile", "__import__"}


def dangers(source: str) -> list[str]:
    """What in a source may run code that a file holds."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in LOADERS]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module] if (node.module or "").split(".")[0] in LOADERS else []
        elif isinstance(node, ast.Constant) and node.value in LOADERS:
            found.append(f"{node.value!r}")  # as import_module("pickle") needs it
        elif isinstance(node, ast.Call):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            allows = named.get("allow_pickle")
            if allows is not None and not (
                isinstance(allows, ast.Constant) and allows.value is False
            ):
                found.append("allow_pickle")
            if isinstance(node.func, ast.Name) and node.func.id in RUNNERS:
                found.append(node.func.id)
            if _is_load_of_numpy(node.func) and allows is None:
                found.append("np.load that does not say allow_pickle=False")
    return found


def _is_load_of_numpy(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(ast.Name("np" | "numpy"), "load"):
            return True
    return False


def test_no_source_can_run_what_a_file_holds():
    found = {
        path.relative_to(ROOT).as_posix(): sorted(dangers(path.read_text(encoding="utf-8")))
        for path in SOURCES
    }
    assert len(found) > 100
    assert {path: those for path, those in found.items() if those} == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import os, pickle as p",
        "from pickle import load",
        "from joblib.numpy_pickle import load",
        "import_module('pickle')",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=yes)",
        "numpy.load(path)",
        "np.lib.format.read_array(file, allow_pickle=True)",
        "eval(text)",
        "def f():\n    exec(text)",
    ],
)
def test_the_search_for_it_finds_it(source):
    assert dangers(source)


def test_the_search_looks_at_the_program():
    assert len(SOURCES) > 40
    found = {path.relative_to(ROOT).as_posix() for path in SOURCES}
    assert found > ALLOWED.keys()  # the search does meet something to find
