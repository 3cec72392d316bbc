"""Usage: help, mistakes and the right spelling nearest to them, flags that reach their setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.inner_loop import outside
from tests.support.processes import QUICK, Result
from w2vtui import __version__
from w2vtui.cli import VERBS
from w2vtui.cli.parser import parse
from w2vtui.errors import SettingsError
from w2vtui.formats import load_vectors
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, field_types


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["train", "a.txt", "--windw", "3"], "unknown option --windw: did you mean --window?"),
        (["train", "a.txt", "--windw=3"], "did you mean --window?"),
        (["train", "a.txt", "--vector_size", "3"], "did you mean --vector-size?"),
        (["train", "a.txt", "-epochs", "3"], "did you mean --epochs?"),
        (["train", "a.txt", "--zzzzz"], "unknown option --zzzzz (see w2vtui train --help)"),
        (
            ["train", "a.txt", "--vector", "8"],
            "unknown option --vector: did you mean --vector-size?",
        ),
        (["train", "a.txt", "--size", "8"], "unknown option --size: did you mean --vector-size?"),
        (["train", "a.txt", "-size=8"], "did you mean --vector-size?"),
        (["a.txt", "-size", "8"], "did you mean --vector-size?"),
        (["train", "a.txt", "--iter", "8"], "did you mean --epochs?"),
        (["bench", "--iter=8"], "did you mean --epochs?"),
        (["train", "a.txt", "--sg", "1"], "did you mean --model?"),
        (["train", "a.txt", "--hs", "1"], "did you mean --objective?"),
        (["neighbors", "v.bin", "king", "--jsn"], "did you mean --json?"),
        (["evaluate", "v.bin", "--pair", "x"], "did you mean --pairs?"),
        (["trian"], "there is no file or command 'trian': did you mean w2vtui train?"),
        (["nearest", "v.bin", "king"], "did you mean w2vtui neighbors? commands are train, runs"),
        (["most_similar"], "did you mean w2vtui neighbors?"),
        (["ls", "a", "b"], "did you mean w2vtui runs?"),
        (["completion"], "there is no file or command 'completion': commands are train, runs,"),
        (["delete", "x"], "did you mean w2vtui runs --remove?"),
        (["atlas"], "there is no file or command 'atlas': commands are"),
        (["trian", "notes.txt", "-o", "v.bin"], "did you mean w2vtui train?"),
        (["neighbours", "v.bin", "king"], "did you mean w2vtui neighbors?"),
        (["eval", "v.bin", "--pairs", "x"], "did you mean w2vtui evaluate?"),
        (["help"], "there is no file or command 'help': did you mean w2vtui --help?"),
        (["train", "a.txt", "--dete"], "did you mean --deterministic?"),
        (["branch", "last", "--vector-size", "50"], "vector size is fixed for a run, and a branch"),
        (["branch", "last", "--min_count=2"], "min count is fixed for a run, and a branch keeps"),
        (["branch", "last", "--no-lowercase"], "keeps it: train a new run with --no-lowercase"),
        (["stability", "a.txt", "--seeds", "two"], "seeds must be 2 to 100, got two"),
        (["stability", "a.txt", "--seeds", "1"], "seeds must be 2 to 100, got 1"),
        (["resume", "last", "--bogus"], "unknown option --bogus (see w2vtui resume --help"),
        (["train", "a.txt", "--foo"], "unknown option --foo (see w2vtui train --help"),
        (["runs", "--bogus"], "unknown option --bogus (see w2vtui runs --help"),
        (["evalaute", "v.bin", "--pairs", "x"], "did you mean w2vtui evaluate?"),
        (["train", "a", "--model", "skipgram"], "got 'skipgram' (did you mean skip-gram?)"),
        (["train", "a", "--objective", "softmx"], "(did you mean softmax?)"),
        (["train", "a", "--window", "0"], "window must be 1 to 10,000 words, or all, got 0"),
        (["train", "a", "--window", "auto"], "must be 1 to 10,000 words, or all, got 'auto'"),
        (["train", "a", "--window", "2.5"], "window must be 1 to 10,000 words, or all, got '2.5'"),
        (["train", "a", "--alpha", "nan"], "rate must be above 0 and at most 1000, got nan"),
        (["train", "a", "--epochs", "0"], "epochs must be 1 to 1,000,000 passes, got 0"),
        (["train", "a", "--min-alpha", "0.5"], "min_alpha must not be above alpha (0.025)"),
        (["train", "a", "--window"], "expected one argument"),
        (["train", "a", "--lowercase=yes"], "ignored explicit argument 'yes'"),
        (["train"], "name a text: a file, a folder, or - for what is piped in"),
        (["neighbors"], "required: VECTORS, WORD"),
        (["neighbors", "v.bin"], "required: WORD"),
        (["neighbors", "v.bin", "king", "-n", "0"], "must be a whole number of 1 or more, got '0'"),
        (
            ["neighbors", "v.bin", "king", "-n", "1.5"],
            "must be a whole number of 1 or more, got '1.5'",
        ),
        (["neighbors", "v.bin", "king", "-n", "٣"], "must be a whole number of 1 or more, got '٣'"),
        (["neighbors", "v.bin", "king", "-n", "9" * 5000], "must be a whole number of 1 or more"),
        (
            ["analogy", "v.bin", "a", "b"],
            "three words a b c, and a fourth if it is expected, got 2",
        ),
        (["analogy", "v.bin", *"abcde"], "expected, got 5: a b c d e"),
        (["odd", "v.bin", "a", "b"], "3 different words or more, as in"),
        (["compare", "v.bin", "a", "b", "c"], "two words are compared, got 3: a b c"),
        (["clusters", "v.bin", "-k", "0"], "must be a whole number of 1 or more, got '0'"),
        (["evaluate", "v.bin"], "nothing to evaluate on: give --pairs FILE, --analogies FILE or "),
        (["evaluate", "v.bin", "--pairs", "x", "--restrict", "0"], "whole number of 1 or more"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_refused_with_the_nearest_right_one(
    w2v, tmp_path, monkeypatch, argv, message
):
    monkeypatch.chdir(tmp_path)
    result = w2v(*argv)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("w2vtui: ")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "verb", ["", "config", *outside(verb for verb in VERBS if verb != "config")]
)
def test_every_flag_mistyped_is_answered_with_the_right_one(w2v, verb):
    shown = w2v(*filter(None, [verb, "--help"])).out
    flags = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", shown)))
    assert len(flags) >= 2
    words = ["show"] if verb == "config" else ["x"] * 4
    for flag in flags:
        mistyped = flag[:-2] + flag[-1] + flag[-2]
        if mistyped not in flags:
            result = w2v(*filter(None, [verb]), *words, mistyped)
            assert result.code == 2
            assert f"unknown option {mistyped}: did you mean {flag}?" in result.err


def test_a_file_named_like_a_verb_is_a_corpus(w2v, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trains").write_text("alpha beta\n" * 5)
    assert w2v("trains", *QUICK).code == 0


@pytest.mark.parametrize(
    "argv", [["-x.txt", "-o", "v.bin"], ["a.txt", "-x.txt", "-o", "v.bin"], ["-o", "-x.txt", "a"]]
)
def test_a_file_that_is_taken_for_a_flag_is_named_so_that_it_is_not(
    w2v, tmp_path, monkeypatch, argv
):
    monkeypatch.chdir(tmp_path)
    assert "./-x.txt" not in w2v("train", *argv).err
    (tmp_path / "-x.txt").write_text("to be or not to be\n" * 40)
    result = w2v("train", *argv)
    assert result.code == 2
    assert ": to name the file -x.txt, write ./-x.txt (see w2vtui train --help" in result.err
    assert w2v("train", "./-x.txt", "-o", "./-v.bin", *QUICK).code == 0
    assert len(load_vectors(tmp_path / "-v.bin")) == 4


@pytest.mark.parametrize(
    ("argv", "way"),
    [
        (["neighbors", "v.bin", "-dash"], "write -- before it"),
        (["neighbors", "v.bin", "king", "-dash"], "write -- before it"),
        (["analogy", "v.bin", "a", "-dash", "c"], "write -- before it"),
        (["train", "a.txt", "--neighbors", "-dash"], "write --neighbors=-dash"),
    ],
)
def test_a_word_that_is_taken_for_a_flag_is_given_so_that_it_is_not(argv, way):
    with pytest.raises(SettingsError) as caught:
        parse(argv)
    assert f": to look up the word -dash, {way} (see" in str(caught.value)


@pytest.mark.parametrize("argv", [["evaluate", "v.bin", "-dash"], ["neighbors", "v.bin", "-nx"]])
def test_no_word_is_meant_where_none_can_be(argv):
    with pytest.raises(SettingsError) as caught:
        parse(argv)
    assert "look up" not in str(caught.value)


def test_help_lists_every_verb(w2v):
    shown = w2v("--help").out.split("Positional")[0]
    assert [verb for verb in VERBS if not re.search(rf"(?<![\w-]){verb}(?![\w-])", shown)] == []


def test_help_is_not_read_as_markup(w2v):
    assert "'man:king::woman:?'" in w2v("neighbors", "--help").out


@pytest.mark.parametrize("verb", ["", *VERBS])
@pytest.mark.parametrize("flag", ["--help", *outside(["-h"])])
def test_help_goes_to_stdout(w2v, verb, flag):
    result = w2v(*filter(None, [verb, flag]))
    assert (result.code, result.err) == (0, "")
    assert f"w2vtui {verb}".strip() in result.lines[0]
    assert "\x1b" not in result.out
    assert max(map(len, result.lines)) <= 100
    if verb in ("", "train"):
        for settings in (CorpusSettings, TrainingSettings, LiveSettings):
            for name in field_types(settings):
                assert f"--{name.replace('_', '-')}" in result.out
        assert "up to 1 %" in result.out  # argparse's own use of the sign is escaped


def test_the_version_goes_to_stdout(w2v):
    assert w2v("--version") == Result(0, f"w2vtui {__version__}\n", "")


@pytest.mark.parametrize(
    ("argv", "holder", "name", "value"),
    [
        (["--epochs", "auto"], "live_settings", "epochs", None),
        (["--alpha", "none"], "live_settings", "alpha", None),
        (["--alpha", "auto", "--alpha", "0.2"], "live_settings", "alpha", 0.2),
        (["--alpha", "0.2", "--alpha", "auto"], "live_settings", "alpha", None),
        (["--workers=3"], "live_settings", "workers", 3),
        (["--ns-exponent", "-0.5"], "live_settings", "ns_exponent", -0.5),
        (["--noise-sharing", "pairs"], "live_settings", "noise_sharing", "pairs"),
        (["--no-shrink-windows"], "live_settings", "shrink_windows", False),
        (["--cbow-divide"], "live_settings", "cbow_divide", True),
        (["--no-probe"], "training_settings", "probe", False),
        (["--seed", "9223372036854775807"], "training_settings", "seed", 2**63 - 1),
        (["--max-final-vocab", "none"], "corpus_settings", "max_final_vocab", None),
        (["--lowercase"], "corpus_settings", "lowercase", True),
        (["--lowercase", "--no-lowercase"], "corpus_settings", "lowercase", False),
        (["--sample", "0"], "live_settings", "sample", 0.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("verb", [["train"], []], ids=["train", "app"])
def test_a_flag_reaches_its_setting_and_no_other(verb, argv, holder, name, value):
    arguments = parse([*verb, "notes.txt", *argv])
    assert getattr(getattr(arguments, holder), name) == value
    defaults = {
        "corpus_settings": CorpusSettings(),
        "training_settings": TrainingSettings(),
        "live_settings": LiveSettings(),
    }
    for other, settings in defaults.items():
        for field in field_types(type(settings)):
            if (other, field) != (holder, name):
                assert getattr(getattr(arguments, other), field) == getattr(settings, field)


def test_arguments_are_settings_errors_to_a_caller():
    with pytest.raises(SettingsError, match="unknown option --windw"):
        parse(["train", "a.txt", "--windw", "3"])
