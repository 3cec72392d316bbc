"""Breakpoints: what their text means, when they hold, and how they pause a run."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.corpora import topical_sentences
from tests.support.runs import make_run, training_run, until_spans_are_trained
from tests.support.wait import DEADLINE, until
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings
from w2vtui.training.live.breakpoints import FORMS, MOST_TOP, parse
from w2vtui.training.live.conditions import (
    SHARES,
    Leaves,
    Level,
    Near,
    Reaches,
    Rises,
)
from w2vtui.training.live.waiting import Breakpoint, Breakpoints
from w2vtui.training.state.measurements import Churn, Neighbors, Probe, Quality, Score, has_risen
from w2vtui.training.state.snapshot import Losses, Progress, Snapshot

ANALOGY = "king - man + woman"


# ---- text


@pytest.mark.parametrize(
    ("text", "condition", "canonical"),
    [
        (f"queen first in {ANALOGY}", Near("queen", 1, ANALOGY), None),
        ("queen FIRST In  king −  man woman", Near("queen", 1, "king - man + woman"),
         f"queen first in {ANALOGY}"),
        (f"queen in top 5 of {ANALOGY}", Near("queen", 5, ANALOGY), None),
        (f"queen in top 1 of {ANALOGY}", Near("queen", 1, ANALOGY), f"queen first in {ANALOGY}"),
        ("paris leaves top 10 of rome", Leaves("paris", 10, "rome"), None),
        ("paris leaves rome's top 10", Leaves("paris", 10, "rome"), "paris leaves top 10 of rome"),
        ("Żółw in top 3 of 東京 + first", Near("Żółw", 3, "東京 + first"), None),
        ("in in top 3 of of", Near("in", 3, "of"), None),
        ("churn < 5 %", Level("churn", "<", 5.0), None),
        ("Settled>60%", Level("settled", ">", 60.0), "settled > 60 %"),
        ("analogies > 30.5 %", Level("analogies", ">", 30.5), None),
        ("probe < 2.5", Level("probe", "<", 2.5), None),
        ("loss > 5", Level("loss", ">", 5.0), None),
        ("pairs > -0.25", Level("pairs", ">", -0.25), None),
        ("probe up 3 times", Rises(3), None),
        ("probe up 1", Rises(1), "probe up 1 time"),
        ("epoch 3", Reaches("epoch", 3), None),
        ("tokens 5M", Reaches("tokens", 5_000_000), "tokens 5,000,000"),
        ("tokens > 5,000,000", Reaches("tokens", 5_000_000), "tokens 5,000,000"),
        ("tokens 2.3 m", Reaches("tokens", 2_300_000), "tokens 2,300,000"),
        ("minutes > 1.5", Reaches("minutes", 1.5), "minutes 1.5"),
    ],
)  # fmt: skip
def test_text_is_understood(text, condition, canonical):
    assert parse(text) == condition
    assert str(condition) == (canonical or text)


words = st.text(min_size=1, max_size=12).filter(
    lambda word: len(word.split()) == 1 and word.split()[0] == word and word not in "+-−"
)
queries = st.lists(st.tuples(st.sampled_from(["+", "-", "−"]), words), min_size=1, max_size=4)
tops = st.integers(1, MOST_TOP)


@st.composite
def texts(draw):
    """Any condition, as somebody may write it."""
    signed = draw(queries)
    query = " ".join(part for pair in signed for part in pair)
    word = draw(words.filter(lambda word: word not in [other for _, other in signed]))
    n = draw(st.integers(1, 10**15))
    share = draw(st.floats(0, 100, exclude_min=True, exclude_max=True))
    number = draw(st.floats(1e-9, 1e9))
    sign = draw(st.sampled_from("<>"))
    return draw(
        st.sampled_from(
            [
                f"{word} first in {query}",
                f"{word} in top {draw(tops)} of {query}",
                f"{word} leaves top {draw(tops)} of {query}",
                f"{draw(st.sampled_from(SHARES))} {sign} {share!r} %",
                f"probe {sign} {number!r}",
                f"Loss{sign}{number!r}",
                f"pairs {sign} {(share - 50) / 51!r}",
                f"PROBE up {draw(st.integers(1, 99))} TIMES",
                f"epoch {min(n, 10**6)}",
                f"tokens {n:,}",
                f"minutes {number!r}",
            ]
        )
    )


@given(texts())
def test_canonical_text_reads_back(text):
    condition = parse(text)
    assert parse(str(condition)) == condition
    assert str(parse(str(condition))) == str(condition)


@given(st.one_of(st.text(max_size=60), texts().map(lambda text: text[: len(text) // 2])))
def test_any_text_is_understood_or_refused(text):
    try:
        condition = parse(text)
    except SettingsError:
        return
    assert parse(str(condition)) == condition


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_an_example_that_is_one(form):
    assert str(parse(form.example)).split()[0] == form.example.split()[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quene frst in king", "'quene frst in king' is not a condition: write WORD first in "
         "QUERY, such as queen first in king - man"),
        ("queen", "'queen' is not a condition: write WORD first in QUERY, such as queen"),
        ("paris leave top 10 of rome", "write WORD leaves top N of QUERY, such as paris leaves"),
        ("paris leaves rome", "'paris leaves rome' is not understood: write WORD leaves"),
        ("paris leaves top 10", "'paris leaves top 10' is not understood: write WORD leaves"),
        ("chrun < 5 %", "'chrun' is not a measure of a run: write churn < N %, such as"),
        ("churn < 5", "churn is a share: '5' needs a % sign: write churn < N %"),
        ("churn < 0 %", "churn is 0 to 100 %: churn < 0 % can never hold"),
        ("settled > 100 %", "settled > 100 % can never hold"),
        ("pairs > 50 %", "pairs has no unit, got '%'"),
        ("pairs > 1", "pairs is -1 to 1: pairs > 1 can never hold"),
        ("loss > 1e999", "loss > 1e999 can never hold"),
        ("probe <= 3", "'= 3' is not a number: write probe < N"),
        ("probe up", "'probe up' is not a condition: write probe up N times"),
        ("probe up thrice", "'thrice' is not a number: write probe up N times"),
        ("probe up 3 days", "'days' is not understood: write probe up N times"),
        ("epoch 1.5", "epoch must be a whole number from 1, got '1.5'"),
        ("epoch > 3", "it holds when the epoch begins: write epoch N"),
        ("tokens 5X", "tokens must be a whole number from 1, got '5X': write tokens N, such as"),
        ("tokens 0", "tokens must be a whole number from 1, got '0'"),
        ("minutes 0", "minutes must be a number above 0, got '0'"),
        ("queen in top 101 of king", "top must be 1 to 100 words, got '101'"),
        ("queen first in - +", "the query names no word"),
        ("king first in king - man", "king is part of the query, and never near it"),
        ("", "no condition is given"),
        ("\x1b[2J up", r"'\\x1b\[2J up' is not a condition"),
    ],
)  # fmt: skip
def test_a_wrong_condition_is_refused_with_the_nearest_form(text, message):
    with pytest.raises(SettingsError, match=message.replace("+", r"\+")) as raised:
        parse(text)
    assert "such as " in str(raised.value)


# ---- when they hold


def shown(**parts):
    """A snapshot of a run that trains, with these parts."""
    return Snapshot(state="training", settings=LiveSettings(), **parts)


def moved(churn=0.5, settled=0.5):
    return {"churn": Churn(tokens=1, churn=churn, settled=settled, n_words=500)}


def scored(kind, value):
    score = Score("questions.txt", kind, value, 100, 100)
    return {"quality": Quality(tokens=1, scores=(score,), took_seconds=0.1)}


def near(*found, query=ANALOGY, tokens=1):
    places = tuple((word, 0.9 - place / 100) for place, word in enumerate(found))
    return shown(answers=(Neighbors(query=query, words=places, tokens=tokens),))


def reasons(text, *shots):
    """What a breakpoint says of one snapshot after the other."""
    breakpoint = Breakpoint(parse(text))
    return [breakpoint.holds(shot) for shot in shots]


def test_a_word_comes_first():
    shots = near("prince", "queen"), near("queen", "prince")
    assert reasons(f"queen first in {ANALOGY}", *shots) == [
        "", "queen is first of king - man + woman: 0.90",
    ]  # fmt: skip
    assert reasons(f"queen in top 2 of {ANALOGY}", *shots)[0] == (
        "queen is number 2 of king - man + woman: 0.89"
    )
    assert reasons(f"queen in top 2 of {ANALOGY}", near("a", "b", "queen")) == [""]


def test_untrained_vectors_are_near_by_chance():
    assert reasons(f"queen first in {ANALOGY}", near("queen", tokens=0), shown()) == ["", ""]


def test_a_word_leaves_only_where_it_has_been():
    there, away = near("paris", query="rome"), near("oslo", query="rome")
    other = near("oslo", query="oslo")
    found = reasons("paris leaves top 10 of rome", away, away, there, other, there, away, away)
    assert found == ["", "", "", "", "", "paris has left the top 10 of rome", ""]
    second = near("oslo", "paris", query="rome")
    assert any(reasons("paris leaves top 1 of rome", there, second))


@pytest.mark.parametrize(
    ("text", "no", "yes", "reason"),
    [
        ("churn < 5 %", moved(churn=0.05), moved(churn=0.042), "churn is 4.2 %, below 5 %"),
        ("settled > 60 %", moved(settled=0.6), moved(settled=0.75), "settled is 75 %, above 60 %"),
        ("hits > 20 %", scored("hits", 0.2), scored("hits", 0.25),
         "hits is 25 %, above 20 %"),
        ("analogies > 30 %", scored("total", 0.2), scored("syntactic", 0.31),
         "analogies is 31 %, above 30 %"),
        ("pairs > 0.5", scored("pairs", 0.5), scored("pairs", 0.625), "pairs is 0.625, above 0.5"),
        ("loss > 5", {"losses": Losses(now=5.0)}, {"losses": Losses(now=5.1)},
         "loss is 5.1, above 5"),
        ("probe < 2.5", {"probe": Probe(tokens=1, loss=2.5, standard_error=0.1)},
         {"probe": Probe(tokens=1, loss=2.25, standard_error=0.1)}, "probe is 2.25, below 2.5"),
        ("epoch 3", {"progress": Progress(epoch=2)}, {"progress": Progress(epoch=3)},
         "epoch 3 begins"),
        ("tokens 5M", {"progress": Progress(tokens=4_999_999)},
         {"progress": Progress(tokens=5_000_123)}, "5,000,123 tokens trained"),
        ("minutes 10", {"progress": Progress(seconds=599.9)},
         {"progress": Progress(seconds=600.0)}, "10 minutes trained"),
    ],
)  # fmt: skip
def test_a_value_passes_its_limit(text, no, yes, reason):
    assert reasons(text, shown(), shown(**no), shown(**yes)) == ["", "", reason]


@pytest.mark.parametrize("text", ["churn < 5 %", "settled > 60 %", "pairs > 0.5", "loss > 5"])
def test_what_is_not_a_number_holds_nothing(text):
    unknown = {"losses": Losses(now=math.nan)} | moved(math.nan, math.nan)
    assert reasons(text, shown(**unknown, **scored("pairs", math.nan))) == [""]


def probed(losses, first=1, error=0.05):
    return [
        shown(probe=Probe(tokens=first + at, loss=loss, standard_error=error))
        for at, loss in enumerate(losses)
    ]


def test_the_probe_rises_in_a_row():
    rising = probed([3.0, 2.9, 2.95, 2.98, 3.02])
    assert reasons("probe up 3 times", *rising) == [
        "", "", "", "", "the probe rose 3 times in a row, from 2.900 to 3.020",
    ]  # fmt: skip
    assert not any(reasons("probe up 3 times", *probed([2.9, 2.95, 3.0, 2.99, 3.1, 3.2])))
    assert not any(reasons("probe up 3 times", *probed([2.9, 2.93, 2.96, 2.99]))), "noise"
    assert any(reasons("probe up 1", *probed([2.9, 3.01])))


def test_the_rise_from_untrained_vectors_does_not_count():
    hump = [4.16, 4.3, 4.5, 4.6, 4.5]
    assert not any(reasons("probe up 2 times", *probed(hump, first=0)))
    assert any(reasons("probe up 2 times", *probed([*hump, 4.55, 4.65], first=0)))


def test_each_measurement_counts_once():
    first, second = probed([2.9, 3.1])
    assert not any(reasons("probe up 2 times", first, second, second, second))


def test_a_measurement_of_the_same_or_earlier_vectors_is_not_a_rise():
    for tokens in (2, 1):
        before = probed([2.9, 3.1])
        again = probed([3.2], first=tokens)
        after = probed([3.3], first=3)
        assert not any(reasons("probe up 2 times", *before, *again, *after))


def test_a_rise_is_more_than_two_standard_errors():
    rise = [Probe(tokens=at, loss=2 + at / 50, standard_error=0.025) for at in range(4)]
    assert has_risen(rise, 3)
    assert not has_risen(rise, 2)
    assert not has_risen(rise, 4)


def test_equal_conditions_are_one_breakpoint_and_it_is_met_once():
    waiting = Breakpoints()
    waiting.add(Breakpoint(parse("epoch 3")))
    waiting.add(Breakpoint(parse("EPOCH  3"), ends=True))
    waiting.add(Breakpoint(parse("epoch 4")))
    assert len(waiting) == 2
    (met, reason), *others = waiting.met(shown(progress=Progress(epoch=3)))
    assert (met.ends, reason, others) == (True, "epoch 3 begins", [])
    assert [str(one.condition) for one in waiting] == ["epoch 4"]
    assert waiting.met(shown(progress=Progress(epoch=3))) == []


# ---- a run that is paused by a breakpoint


def last_note(run):
    return run.snapshot().events[-1].text


def test_a_breakpoint_pauses_a_run_that_can_be_resumed():
    run = training_run(sentences=topical_sentences(4000), alpha=0.05)
    condition = run.break_when("ship in top 25 of sailor")  # of 26 words: as soon as looked up
    assert condition.queries == ("sailor",)
    until(lambda: run.snapshot().state == "paused", "the pause")
    until(lambda: last_note(run).startswith("paused"), "the reason")
    assert last_note(run).startswith("paused: ship is ")
    assert " of sailor: " in last_note(run)
    assert run.breakpoints == ()
    assert run.snapshot().neighbors == (), "what breakpoints ask is not what a viewer watches"
    before = run.snapshot().progress.tokens
    run.resume()
    until(lambda: run.snapshot().progress.tokens > before, "more training")
    run.stop()
    assert run.wait(DEADLINE)


def test_a_condition_ends_a_run():
    run = make_run(epochs=100_000)
    run.break_when("epoch 5", stop=True)
    assert run.breakpoints == ("epoch 5",)
    run.start()
    assert run.wait(DEADLINE)
    snapshot = run.snapshot()
    assert snapshot.state == "stopped"
    assert snapshot.progress.epoch >= 5
    assert any(event.text.startswith("stopped: epoch ") for event in snapshot.events)


def test_a_run_that_nobody_attends_is_paused_by_no_breakpoint():
    run = make_run(epochs=100_000)
    run.is_attended = False
    run.break_when("epoch 3")
    run.start()
    until(lambda: any(e.text.startswith("not paused: ") for e in run.snapshot().events), "it")
    assert run.snapshot().state == "training"
    assert run.breakpoints == ()
    run.stop()
    assert run.wait(DEADLINE)


def test_cleared_breakpoints_pause_nothing():
    run = training_run()
    run.pause()
    until_spans_are_trained(run)
    for past in ("epoch 1", "tokens 1", "minutes 0.000001"):
        with pytest.raises(SettingsError, match="is past: "):
            run.break_when(past)
    ahead = (
        f"epoch {run.snapshot().progress.epoch + 1}",
        f"tokens {run.snapshot().progress.tokens + 1}",
    )
    for condition in ahead:
        run.break_when(condition)
    assert [one.replace(",", "") for one in run.breakpoints] == list(ahead)
    run.clear_breakpoints()
    assert run.breakpoints == ()
    run.resume()
    before = run.snapshot().progress.tokens
    until(lambda: run.snapshot().progress.tokens > before, "more training")
    assert run.snapshot().state == "training"
    run.stop()
    assert run.wait(DEADLINE)
    with pytest.raises(SettingsError, match="this one is stopped"):
        run.break_when("epoch 9")


def test_what_can_never_hold_is_refused_at_once():
    run = training_run(probe=False)
    for text, message in [
        ("probe up 3 times", "'probe up 3 times' can never hold: no probe: switched off"),
        ("pairs > 0.5", "no pairs: give word pairs, --pairs FILE"),
        ("analogies > 30 %", "no analogies: give analogies"),
        ("hits > 30 %", "no hits: give sessions"),
        ("shipp first in sailor", "did you mean ship "),
        ("ship first in sailer", "did you mean sailor "),
    ]:
        with pytest.raises(SettingsError, match=message):
            run.break_when(text)
    assert run.breakpoints == ()
    run.stop()
    assert run.wait(DEADLINE)


def test_what_the_corpus_cannot_meet_is_dropped_or_ends_the_run():
    run = make_run()
    run.break_when("shipp first in sailor")
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == "done"
    assert any(
        event.text.startswith("breakpoint dropped: no vector for 'shipp'")
        for event in run.snapshot().events
    )
    run = make_run()
    run.break_when("shipp first in sailor", stop=True)
    run.start()
    with pytest.raises(SettingsError, match="did you mean ship "):
        run.wait(DEADLINE)


# ---- the command line


def test_train_ends_when_its_condition_holds(tmp_path, topical_corpus, capsys):
    from w2vtui.cli import run_command_line

    out = tmp_path / "topics.bin"
    argv = ["train", str(topical_corpus), "-o", str(out), "--epochs", "1000000"]
    argv += ["--vector-size", "8", "--stop-when", "tokens 20k", "--stop-when", "minutes 60"]
    assert run_command_line(argv) == 0
    assert out.exists()
    printed = capsys.readouterr().err
    assert "stopped: " in printed
    assert "tokens trained" in printed


def test_train_refuses_a_bad_condition_before_it_reads(tmp_path, capsys):
    from w2vtui.cli import run_command_line

    (tmp_path / "nothing.txt").touch()  # to read it would be an error of its own
    argv = ["train", str(tmp_path / "nothing.txt"), "-o", str(tmp_path / "x.bin")]
    assert run_command_line([*argv, "--stop-when", "epok 3"]) == 2
    assert "write epoch N, such as epoch 3" in capsys.readouterr().err
    assert run_command_line([*argv, "--no-probe", "--stop-when", "probe < 3"]) == 2
    assert "no probe: switched off" in capsys.readouterr().err
