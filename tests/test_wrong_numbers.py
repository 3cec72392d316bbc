"""Wrong numbers, by every way that a number can take: each is named before any text is read."""

from __future__ import annotations

import math
import tomllib

import pytest

from tests.support.screens import TRAINING, notices, scripted, until
from w2vtui import Word2Vec
from w2vtui.cli import run_command_line
from w2vtui.config import TABLES
from w2vtui.errors import SettingsError
from w2vtui.settings import field_types, spec_of
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.widgets.setting_rows import SettingRows

WRONG = ("below", "above", "nan", "inf", "-inf", "many", "far above")
"""Kinds of wrong values."""
NUMBERS = [
    (table, name)
    for table, settings in TABLES.items()
    for name, kind in field_types(settings).items()
    if "int" in str(kind) or "float" in str(kind)
]


def wrong_value(table: str, name: str, kind: str) -> str:
    """A wrong value of this kind, as text."""
    settings = TABLES[table]
    spec, whole = spec_of(settings, name), "int" in str(field_types(settings)[name])
    if kind == "below":
        below = spec.low - 1 if whole else math.nextafter(spec.low, -math.inf)
        return str(spec.low if spec.low_open else below)
    if kind == "above":
        return str(spec.high + 1 if whole else math.nextafter(spec.high, math.inf))
    return "1" + "0" * 400 if kind == "far above" else kind


def wrong_values(table: str, name: str) -> list[str]:
    """Those of a setting; where numbers above its range have a meaning, they are not wrong."""
    kinds = [kind for kind in WRONG if "above" not in kind or not is_open_above(table, name)]
    return [wrong_value(table, name, kind) for kind in kinds]


def is_open_above(table: str, name: str) -> bool:
    return spec_of(TABLES[table], name).beyond is not None


def assert_named(message: str, name: str, value: str) -> None:
    """The setting, its range and the value are named; a float of too many digits is infinite."""
    (table,) = (table for table, one in NUMBERS if one == name)
    spec = spec_of(TABLES[table], name)
    label = spec.label or name.replace("_", " ")
    names = {name, label, f"{label} ({name})"}  # screens say it as their panes do, too
    assert any(f"{one} must be {spec.range_text()}, got " in message for one in names)
    assert value in message or (len(value) > 400 and "got inf" in message)


def test_all_numbers_are_tried():
    assert [name for _, name in NUMBERS] == [
        *(
            "min_count",
            "max_final_vocab",
            "kmer",
            "kmer_stride",
            "vector_size",
            "seed",
            "probe_seed",
            "negative",
            "window",
            "alpha",
        ),
        *("min_alpha", "sample", "ns_exponent", "epochs", "workers"),
        *("checkpoint_seconds", "history", "fps"),
    ]


@pytest.mark.parametrize(("table", "name"), NUMBERS)
def test_in_python(table, name):
    def untouchable():
        raise AssertionError("the sentences were read first")
        yield

    for value in wrong_values(table, name):
        given = value if value == "many" else tomllib.loads(f"x = {value}")["x"]
        with pytest.raises(SettingsError) as caught:
            TABLES[table](**{name: given})
        assert_named(str(caught.value), name, value)
        if table not in ("screen", "runs"):  # negative=0 is gensim's way to ask for the tree alone
            if name == "sample" and isinstance(given, float) and 1 < given < math.inf:
                continue  # a count, in gensim's arguments
            wanted = "nothing to train" if (name, given) == ("negative", 0) else f"{name} must be "
            with pytest.raises(SettingsError, match=wanted):
                Word2Vec(untouchable(), **{name: given})


@pytest.mark.slow
@pytest.mark.parametrize(("table", "name"), NUMBERS)
def test_as_flag_variable_and_in_a_file(tmp_path, monkeypatch, capsys, table, name):
    """2 says that it is the number: a corpus that is not there would be 3."""
    verb = [] if table == "screen" else ["train"]
    command = [*verb, str(tmp_path / "missing.txt"), "-o", str(tmp_path / "v.bin")]
    file = tmp_path / "config.toml"

    def refusal(*flags: str) -> str:
        assert run_command_line([*command, *flags]) == 2
        return capsys.readouterr().err

    for value in wrong_values(table, name):
        assert_named(refusal(f"--{name.replace('_', '-')}={value}"), name, value)
        variable = f"W2VTUI_{name.upper()}"
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            message = refusal()
        assert f"environment variable {variable}: " in message
        assert_named(message, name, value)
        file.write_text(f"[{table}]\n\n{name} = {repr(value) if value == 'many' else value}\n")
        with monkeypatch.context() as patch:
            patch.setenv("W2VTUI_CONFIG", str(file))
            message = refusal()
        assert f"{file}, line 3: " in message
        assert_named(message, name, value)


def wrong_numbers(*tables: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for table, name in NUMBERS
        for value in wrong_values(table, name)
        if table in tables
    ]


async def test_on_the_first_screen(topical_corpus):
    app = W2vApp(Form(corpus=str(topical_corpus)))
    async with app.run_test(size=(120, 40)):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        before = app.screen.form
        rows = app.screen.query_one("#settings", SettingRows)
        shown = {row.name for row in rows.rows}
        assert len(shown & {name for _, name in NUMBERS}) == 8
        for name, value in wrong_numbers("corpus", "vectors", "training"):
            if name in shown:
                app.clear_notifications()
                rows.post_message(SettingRows.Typed(name, value))
                await until(app, lambda: notices(app))
                assert_named(notices(app).splitlines()[0], name, value)
        assert app.screen.form == before


async def test_on_the_train_screen():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        rows = app.screen.query_one("#controls", SettingRows)
        for name, value in wrong_numbers("training"):
            app.clear_notifications()
            if value == "nan":
                rows.post_message(SettingRows.Typed(name, value))
            else:
                app.screen.action_execute(f"set {name} {value}")
            await until(app, lambda: notices(app))
            assert_named(notices(app).splitlines()[0], name, value)
        assert run.calls == ["start", ("king", "東京")]
        assert not app.screen.staging.staged
