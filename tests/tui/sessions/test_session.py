"""What a session does with its run where it is left at once."""

from __future__ import annotations

from unittest.mock import Mock

from tests.support.wait import DEADLINE
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.sessions.session import Session


def session_of(run, before=lambda session: None):
    """A session that has made its run, and begun it if it was not left before."""

    def build(session):
        before(session)
        return run

    session = Session(Form(), build)
    session.start()
    session._thread.join(DEADLINE)
    assert not session._thread.is_alive()
    return session


def made_run(*, apart):
    return Mock(
        spec=["trains_apart", "snapshot", "start", "stop", "leave", "is_over"], trains_apart=apart
    )


def test_a_process_that_was_started_while_its_session_was_left_is_ended():
    run = made_run(apart=True)
    session = session_of(run, before=Session.end)
    assert session.run is None
    assert [call[0] for call in run.method_calls] == ["stop", "leave"]


def test_a_run_that_was_made_while_its_session_was_left_does_not_begin():
    run = made_run(apart=False)
    session = session_of(run, before=Session.end)
    assert session.run is None
    assert not run.method_calls


def test_a_session_is_not_left_between_the_beginning_of_its_run_and_the_note_of_it():
    run, could_leave = made_run(apart=False), []

    def begins(session):
        run.start.side_effect = lambda: could_leave.append(
            session._beginning.acquire(blocking=False)
        )

    assert session_of(run, before=begins).run is run
    assert could_leave == [False]
