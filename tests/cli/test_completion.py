"""Scripts that complete command lines, run by the shells that are there."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.support.wait import DEADLINE
from w2vtui.cli import VERBS

LINES = [
    ("tr", {"train"}),
    ("train --ob", {"--objective"}),
    ("train --objective s", {"softmax"}),
    ("resume brisk", {"brisk-otter"}),
    ("neighbors v.b", {"v.bin"}),
    ("config sh", {"show"}),
    ("train -o v.b", {"v.bin"}),
    ("--th", {"--theme"}),
    ("notes.txt --mod", {"--model"}),
    ("train --window v", set()),
]


@pytest.fixture
def script(w2v, tmp_path, monkeypatch):
    """The script for a shell, in a folder with files and a run."""

    def made(shell: str) -> str:
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not installed")
        monkeypatch.chdir(tmp_path)
        for name in ("v.bin", "runs/brisk-otter/run.json"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        monkeypatch.setenv("W2VTUI_RUNS_DIR", str(tmp_path / "runs"))
        result = w2v("--completion", shell)
        assert (result.code, result.err) == (0, "")
        (tmp_path / "script").write_text(result.out)
        return str(tmp_path / "script")

    return made


def run(*argv: str) -> list[set[str]]:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [set(block.split()) for block in done.stdout.split("END\n")[:-1]]


@pytest.mark.process
def test_bash_completes(script):
    path = script("bash")
    ask = "".join(
        f"COMP_WORDS=(w2vtui {line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _w2vtui 2>&1; "
        'printf "%s\\n" "${COMPREPLY[@]}"; echo END\n'
        for line, _ in [*LINES, ("train --objective = s", 0), ("train --objective =", 0)]
    )
    *found, after_equal, all_objectives = run("bash", "--norc", "-c", f"source {path}\n{ask}")
    assert found == [expected for _, expected in LINES]
    assert after_equal == {"softmax"}
    assert all_objectives == {"negative-sampling", "hierarchical-softmax", "softmax"}


@pytest.mark.process
def test_fish_completes(script, tmp_path):
    path = script("fish")
    ask = "".join(f"complete -C 'w2vtui {line}' | cut -f1; echo END\n" for line, _ in LINES)
    os.environ["HOME"], home = str(tmp_path), os.environ.get("HOME", "")
    try:
        found = run("fish", "--no-config", "-c", f"source {path}\n{ask}")
    finally:
        os.environ["HOME"] = home
    for (line, expected), words in zip(LINES, found, strict=True):
        assert expected <= words, line


@pytest.mark.process
def test_zsh_takes_the_script(script):
    path = script("zsh")
    load = "autoload -U compinit; compinit -D -u; "
    assert run("zsh", "-f", "-c", f"{load} source {path}; print $_comps[w2vtui]; print END") == [
        {"_w2vtui"}
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_verb_is_in_each_script(w2v, shell):
    result = w2v("--completion", shell)
    assert result.code == 0
    assert all(verb in result.out for verb in VERBS)
    assert "--save-vocab" in result.out or "-l save-vocab" in result.out


def test_another_shell_is_refused(w2v):
    result = w2v("--completion", "tcsh")
    assert result.code == 2
    assert "invalid choice: 'tcsh'" in result.err
