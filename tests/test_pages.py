"""The examples of the pages run: Python, and commands in this process, on a small text."""

from __future__ import annotations

import bz2
import gzip
import re
import shlex
import sys
from pathlib import Path

import pytest

import w2vtui
from tests.support.pages import write_example_files
from tools.page_blocks import PAGES, Block, as_module, blocks_of
from tools.sphinx_docstrings import as_rest, short_types
from w2vtui import bundled
from w2vtui.cli import run_command_line

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"console", "python", "text", "toml"}
OPENED_BY = {"cat": open, "zcat": gzip.open, "bzcat": bz2.open}
SAID = ("w2vtui: ", "hint: ")
"""How lines begin that are the same for every text, but for their numbers."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the files that the pages name."""
    write_example_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("W2VTUI_CONFIG")
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("W2VTUI_EPOCHS", "1")
    monkeypatch.setattr(bundled, "sample_path", lambda name: tmp_path / name)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page, folder, monkeypatch, capsys):
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(page.read_text(encoding="utf-8")):
        place = f"{page.name}:{block.line}"
        if block.language.startswith("{"):  # a directive
            continue
        assert block.language in LANGUAGES, f"{place}: name a language: {sorted(LANGUAGES)}"
        if block.language not in ("console", "python"):
            assert not re.search(r"^(\$ )?w2vtui ", block.code, re.MULTILINE), place
        elif not block.reason:
            (_run_python if block.language == "python" else _run_commands)(
                block, place, names, monkeypatch, capsys
            )


def _run_python(block: Block, place: str, names: dict[str, object], monkeypatch, capsys) -> None:
    code = "\n" * (block.line - 1) + block.code
    exec(compile(code, place.rpartition(":")[0], "exec"), names)


def _run_commands(block: Block, place: str, names: dict[str, object], monkeypatch, capsys) -> None:
    assert block.code.startswith("$ "), f"{place}: a command begins with $"
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        command, _, shown = part.replace("\\\n", " ").partition("\n")
        said = [line for line in shown.splitlines() if line.startswith(SAID)]
        exit_code, printed = _run(command, monkeypatch, capsys)
        fails = bool(said) and said[-1].startswith("w2vtui: ")
        assert (exit_code != 0) == fails, f"{place}: {command}: exit code {exit_code}\n{printed}"
        for line in said:
            assert _without_numbers(line) in _without_numbers(printed), f"{place}: {printed}"


def _run(command: str, monkeypatch, capsys) -> tuple[int, str]:
    """Do a line of a shell: `w2vtui ...`, with `cat FILE |` or `echo WORDS |` before it or not."""
    words = shlex.split(command, comments=True)
    piped = Path("piped")
    piped.write_bytes(b"")
    if "|" in words:
        (first, *given), words = words[: words.index("|")], words[words.index("|") + 1 :]
        if first == "echo":
            piped.write_text(" ".join(given) + "\n", encoding="utf-8")
        else:
            with OPENED_BY[first](*given, "rb") as file:
                piped.write_bytes(file.read())
    assert words[0] == "w2vtui", f"{command}: not a command that can be run here"
    with piped.open(encoding="utf-8") as stdin, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", stdin)
        try:
            exit_code = run_command_line(words[1:])
        except SystemExit as end:  # --help
            exit_code = end.code
    return exit_code, "".join(capsys.readouterr())


def _without_numbers(text: str) -> str:
    """A message as one line, with 0 for each number."""
    return re.sub(r"\d[\d,.]*\d|\d", "0", " ".join(text.split()))


def test_the_reference_lists_every_public_name():
    reference = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\.\. auto\w+:: w2vtui\.(\w+)|`(\w+)`", reference, re.MULTILINE))
    assert {class_ or name for class_, name in documented} >= set(w2vtui.__all__) - {"__version__"}


def test_every_page_is_part_of_the_site():
    listed = re.findall(r"^([\w-]+)$", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE)
    assert {page.stem for page in PAGES} - {"index", "README"} == set(listed)


# ---- the blocks themselves

PAGE = """
# Title

<!-- not run: opens the app -->
```console
$ w2vtui
```

```python
a = 1
```

Text.
```python
b = a
```
"""


def test_blocks_have_a_language_a_line_and_a_reason():
    app, first, second = blocks_of(PAGE)
    assert app == Block("console", 6, "$ w2vtui\n", "opens the app")
    assert (first.line, first.code, first.reason) == (10, "a = 1\n", "")
    assert as_module([app, first, second]).splitlines()[9:] == ["a = 1", *[""] * 4, "b = a"]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```python\na = 1\n", "without an end"),
        ("<!-- not run -->\n```python\n```\n", "a reason"),
        ("<!-- not run: slow -->\n\n```python\n```\n", "on the next line"),
    ],
)
def test_a_block_without_end_or_reason_is_an_error(page, message):
    with pytest.raises(ValueError, match=message):
        list(blocks_of(page))


# ---- docstrings in the reference

DOCSTRING = """\
A word's vector, or `None`, where 2 * 3 | 4 and name_ mark nothing.

ids  int32 (n,)
rows of `vectors`

    an indented picture

Raises:
    SettingsError: a * is wrong.
""".splitlines()


def test_a_docstring_becomes_rest_that_reads_the_same():
    assert as_rest(DOCSTRING) == [
        "A word's vector, or ``None``, where 2 \\* 3 \\| 4 and name\\_ mark nothing.",
        "",
        *("::", "", "   ids  int32 (n,)", "   rows of `vectors`"),
        "",
        *("::", "", "       an indented picture"),
        "",
        ":raises SettingsError: a \\* is wrong.",
    ]


def test_the_types_of_a_signature_are_short():
    array = "~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.float32]]"
    default = "<class 'numpy.float32'>"
    assert short_types(f"(a: {array} | None, b: ~typing.Any = {default}, c: float = 0.5)") == (
        "(a: NDArray[float32] | None, b: Any = float32, c: float = 0.5)"
    )
