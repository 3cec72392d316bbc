"""Lets viewers watch and steer a run of this process.

    w2vtui-door     keeps the door of the run's folder open, and lets viewers in
    w2vtui-viewer   answers one connection of a viewer

A viewer that is slow, or stopped, keeps only its own thread waiting.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from w2vtui.errors import DiskError
from w2vtui.runs.disk.door import HAS_SOCKETS, Door, let_in, open_door
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.answering import Answers
from w2vtui.trainer_process.connection import Connection, ConnectionLostError
from w2vtui.training.run import Run

DOOR_SECONDS = 0.25
"""From one look at the door to the next."""
_RETRY_SECONDS = 10.0
HELLO_SECONDS = 10.0
LAST_LOOK_SECONDS = 1.0
"""How long a run that has ended waits until its viewers have seen that."""


class _Viewer:
    """One connection, and what is known of whoever is there."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_expected = False
        """Whether it was there from the start, before it said anything."""
        self.attends = False
        self.greeted = False
        self.asked = False
        self.looks = False
        self.saw_end = False


class RunServer:
    """Serves one run, from before its start to after its end."""

    def __init__(self, run: Run, recorder: Recorder | None, notes: Sequence[str] = ()) -> None:
        """
        recorder   saves the run, if it is saved: only then is there a door
        notes      what was to be reported before the run began
        """
        self._run, self._recorder = run, recorder
        self._answers = Answers(run, recorder, notes)
        self._viewers: list[_Viewer] = []
        self._changed = threading.Condition()
        self._is_over = False
        self._door: Door | None = None
        self._retry_at = 0.0
        self._was_attended = run.is_attended
        """Whether somebody attends besides its viewers."""
        self._expects_look = True
        """Whether none of the viewers that are expected has looked yet."""
        self._threads: list[threading.Thread] = []
        self._doorman: threading.Thread | None = None

    def start(self) -> None:
        """Open the door as soon as the run has a folder."""
        if HAS_SOCKETS and self._recorder is not None:
            self._doorman = self._start(self._keep_door, "w2vtui-door")

    def serve(self, sock: socket.socket, greeted_within: float | None = None) -> None:
        """Answer a connection from now on.

        greeted_within   seconds in which the viewer says who it is; None for any time
        """
        viewer = _Viewer(Connection(sock))
        viewer.is_expected = greeted_within is None
        with self._changed:
            if self._is_over:
                viewer.connection.close()
                return
            self._viewers.append(viewer)
        self._start(lambda: self._serve(viewer, greeted_within), "w2vtui-viewer")

    def show_end(self) -> None:
        """Wait until the viewers of a run that has ended have seen that, for a moment at most."""
        with self._changed:
            self._changed.wait_for(self._all_saw_end, LAST_LOOK_SECONDS)

    def close(self, *, patiently: bool = True) -> None:
        """End it; the run has ended, and what is saved of it is written.

        patiently   whether to let viewers see the end before
        """
        if patiently:
            self.show_end()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if self._doorman is not None:
            if (door := self._door) is not None:
                door.wake()
            self._doorman.join()
        for viewer in tuple(self._viewers):
            viewer.connection.shut()
        for thread in self._threads:
            thread.join(LAST_LOOK_SECONDS)

    @property
    def is_attended(self) -> bool:
        """Whether a viewer is there who looks after the run."""
        return any(viewer.attends for viewer in tuple(self._viewers))

    @property
    def is_discarded(self) -> bool:
        """Whether a viewer has said that nothing more is to be saved."""
        return self._answers.is_discarded

    def wait_until_left(self) -> None:
        """Wait until no viewer looks after the run."""
        with self._changed:
            self._changed.wait_for(lambda: not self.is_attended)

    def _all_saw_end(self) -> bool:
        """Whether nobody is waited for: each viewer that looks has seen the end, and none is about
        to look. Of the connections that one viewer brings with it, one looks.
        """
        viewers = self._viewers
        if self._expects_look and any(one.is_expected for one in viewers):
            return False
        if any(one.greeted and not one.asked for one in viewers):
            return False
        return all(one.saw_end for one in viewers if one.looks)

    def _start(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        thread.start()
        self._threads.append(thread)
        return thread

    # ---- the door

    def _keep_door(self) -> None:
        try:
            while not self._is_over:
                self._look_after_door()
                if self._door is None:
                    with self._changed:
                        self._changed.wait_for(lambda: self._is_over, DOOR_SECONDS)
                else:
                    self._let_in(self._door)
        finally:
            if self._door is not None:
                self._door.close()

    def _look_after_door(self) -> None:
        """Open the door if it is not open, or was removed, or the run has another folder."""
        folder, door = self._recorder.folder if self._recorder else None, self._door
        if folder is None or (door is not None and door.folder == folder and door.is_there):
            return
        if time.monotonic() < self._retry_at:
            return
        if door is not None:
            door.close()
            self._door = None
        try:
            self._door = open_door(folder)
            self._door.listening.settimeout(DOOR_SECONDS)
        except (OSError, DiskError):  # the run trains without viewers, and this is tried again
            self._retry_at = time.monotonic() + _RETRY_SECONDS

    def _let_in(self, door: Door) -> None:
        try:
            self.serve(let_in(door), HELLO_SECONDS)
        except TimeoutError:  # nobody came
            pass
        except OSError:  # another user, or no descriptor is free: not to be tried at once
            with self._changed:
                self._changed.wait_for(lambda: self._is_over, DOOR_SECONDS)

    # ---- a viewer

    def _serve(self, viewer: _Viewer, greeted_within: float | None) -> None:
        try:
            self._greet(viewer, greeted_within)
            while True:
                self._answer(viewer)
        except (ConnectionLostError, TimeoutError):
            pass
        finally:
            viewer.connection.close()
            with self._changed:
                self._viewers.remove(viewer)
                if not self._viewers:
                    self._answers.forget_copies()
                self._note_attendance()
                self._changed.notify_all()

    def _greet(self, viewer: _Viewer, within: float | None) -> None:
        """
        Raises:
            ConnectionLostError: no viewer of this version is there.
            TimeoutError: it says nothing.
        """
        frame = viewer.connection.receive(within)
        frame.close()
        if not isinstance(frame.message, m.Hello):
            raise ConnectionLostError("no greeting")
        welcome = self._answers.welcome(frame.message)
        viewer.connection.send(frame.number, welcome)
        if isinstance(welcome, m.Failed):
            raise ConnectionLostError(welcome.text)
        with self._changed:
            viewer.greeted = True
            viewer.attends = frame.message.attends
            self._note_attendance()

    def _answer(self, viewer: _Viewer) -> None:
        frame = viewer.connection.receive()
        frame.close()
        answer = self._answers.to(frame.message)
        try:
            viewer.connection.send(frame.number, answer.message, answer.beside, answer.descriptors)
        finally:
            answer.close()
        with self._changed:
            viewer.asked = True
            if isinstance(frame.message, m.Look) and frame.message.follows:
                assert isinstance(answer.message, m.Seen | m.Failed)
                viewer.looks = True
                viewer.saw_end = isinstance(answer.message, m.Failed) or answer.message.shot.ended
                self._expects_look = self._expects_look and not viewer.is_expected
            self._changed.notify_all()

    def _note_attendance(self) -> None:
        """Let breakpoints pause the run while somebody is there who can resume it."""
        attended = self._was_attended or any(viewer.attends for viewer in self._viewers)
        self._run.is_attended = attended


@contextmanager
def serving(run: Run, recorder: Recorder | None) -> Iterator[RunServer | None]:
    """Serve a run that starts and ends in the block, if it is recorded."""
    if recorder is None:
        yield None
        return
    server = RunServer(run, recorder)
    server.start()
    patiently = False
    try:
        yield server
        patiently = True
    finally:
        server.close(patiently=patiently)
