"""One connection to a trainer, made when it is needed and made again when it was lost."""

from __future__ import annotations

import socket
from collections.abc import Callable

from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import Connection, ConnectionLostError, Frame
from w2vtui.trainer_process.failures import error_of
from w2vtui.trainer_process.protocol import hello

GREETING_SECONDS = 10.0


class Line:
    """Asks one question after the other; used by one thread at a time, but for `shut`."""

    def __init__(
        self,
        connect: Callable[[], socket.socket],
        first: socket.socket | None = None,
        *,
        attends: bool = True,
    ) -> None:
        """
        connect   makes a connection; raises ConnectionLostError where there is nobody
        first     a connection to begin with, to a trainer that may still be starting
        attends   whether somebody is here who can resume the run after a pause
        """
        self._connect, self._first, self._attends = connect, first, attends
        self._connection: Connection | None = None
        self._number = 0
        self._is_shut = False
        self.welcome: m.Welcome | None = None
        """What the trainer said of itself; None before."""

    def ask(self, message: m.Message, timeout: float | None = None) -> Frame:
        """Ask a question and wait for its answer.

        Raises:
            TimeoutError: it has not come within as many seconds; the question may be answered late.
            ConnectionLostError: there is no trainer any more.
            W2vtuiError: the answer is an error.
        """
        if self._connection is None:
            self._open(timeout)
        return self._asked(message, timeout)

    def _open(self, timeout: float | None) -> None:
        """Connect, and greet."""
        self._check_open()
        first, self._first = self._first, None
        waits = GREETING_SECONDS if first is None else None
        self._connection = Connection(self._connect() if first is None else first)
        try:
            self._check_open()  # `shut` may have found no connection yet
            frame = self._asked(hello(attends=self._attends), waits)
        except TimeoutError as error:
            self.close()
            raise ConnectionLostError("it does not answer") from error
        if not isinstance(frame.message, m.Welcome):
            self.close()
            raise ConnectionLostError("it does not greet")
        self.welcome = frame.message

    def _check_open(self) -> None:
        """
        Raises:
            ConnectionLostError: this side has left.
        """
        if self._is_shut:
            self.close()
            raise ConnectionLostError("this side has left")

    def _asked(self, message: m.Message, timeout: float | None) -> Frame:
        connection = self._connection
        assert connection is not None, "a connection that is open"
        self._number += 1
        try:
            connection.send(self._number, message)
            frame = connection.receive(timeout)
            while frame.number != self._number:  # that of a question that nobody waits for
                frame.close()
                frame = connection.receive(timeout)
        except ConnectionLostError:
            self.close()
            raise
        if isinstance(frame.message, m.Failed):
            frame.close()
            raise error_of(frame.message)
        return frame

    def shut(self) -> None:
        """End it for good; whoever waits for an answer learns that at once. From any thread."""
        self._is_shut = True
        if (connection := self._connection) is not None:
            connection.shut()

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        first, self._first = self._first, None
        if first is not None:
            first.close()
