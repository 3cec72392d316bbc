"""Frames over a local socket: a message as JSON, bytes beside it, and descriptors.

    uint32 number of the question   uint32 bytes of JSON   uint32 bytes beside it

An answer has the number of its question, so that a late one does not pass for the next.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from w2vtui.runs.disk.dataclass_json import as_json, from_json
from w2vtui.trainer_process.messages import MESSAGES, Message

_HEAD = struct.Struct("!III")
_MOST_JSON = 1 << 26
_MOST_BESIDE = 1 << 26
_AT_ONCE = 1 << 18
_MOST_DESCRIPTORS = 4
SENDING_SECONDS = 10.0
"""A side that takes nothing for as long is given up."""


class ConnectionLostError(Exception):
    """The other side is gone, or does not speak as it should. Never leaves this package."""


class Frame(NamedTuple):
    """One message as it came."""

    number: int
    message: Message
    beside: bytes
    descriptors: tuple[int, ...]
    """To be closed by the receiver."""

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in self.descriptors:
            os.close(descriptor)


class Connection:
    """One side of a connection; used by one thread at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._received = bytearray()
        self._descriptors: list[int] = []

    def send(
        self, number: int, message: Message, beside: bytes = b"", descriptors: Sequence[int] = ()
    ) -> None:
        """Send a message.

        Raises:
            ConnectionLostError: it cannot be sent.
        """
        body = {"is": type(message).__name__, "with": as_json(message)}
        text = json.dumps(body, separators=(",", ":")).encode("utf-8", "surrogatepass")
        frame = _HEAD.pack(number, len(text), len(beside)) + text + beside
        try:
            self._socket.settimeout(SENDING_SECONDS)
            sent = socket.send_fds(self._socket, [frame], descriptors) if descriptors else 0
            self._socket.sendall(memoryview(frame)[sent:])
        except OSError as error:  # a timeout among them: what was sent is half a frame
            self.close()
            raise ConnectionLostError(str(error)) from error

    def receive(self, timeout: float | None = None) -> Frame:
        """The next message.

        Raises:
            TimeoutError: it has not come within as many seconds; it may come later.
            ConnectionLostError: there will be none.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while (frame := self._next_frame()) is None:
            left = None if until is None else max(until - time.monotonic(), 1e-3)
            self._receive_some(left)
        return frame

    def _receive_some(self, timeout: float | None) -> None:
        try:
            self._socket.settimeout(timeout)
            found, descriptors, _, _ = socket.recv_fds(self._socket, _AT_ONCE, _MOST_DESCRIPTORS)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionLostError(str(error)) from error
        self._descriptors += descriptors
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        if len(self._descriptors) > _MOST_DESCRIPTORS:
            raise ConnectionLostError("more descriptors than any message has")
        if not found:
            raise ConnectionLostError("the other side has closed the connection")
        self._received += found

    def _next_frame(self) -> Frame | None:
        """The next frame, once all of it has come."""
        if len(self._received) < _HEAD.size:
            return None
        number, n_text, n_beside = _HEAD.unpack_from(self._received)
        if n_text > _MOST_JSON or n_beside > _MOST_BESIDE:
            raise ConnectionLostError(f"a frame of {n_text:,} and {n_beside:,} bytes")
        end = _HEAD.size + n_text + n_beside
        if len(self._received) < end:
            return None
        text = bytes(self._received[_HEAD.size : _HEAD.size + n_text])
        beside = bytes(self._received[_HEAD.size + n_text : end])
        del self._received[:end]
        descriptors, self._descriptors = tuple(self._descriptors), []
        return Frame(number, _message_of(text), beside, descriptors)

    def shut(self) -> None:
        """End the connection; whatever waits for it, in any thread, learns that at once."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection, and close its descriptors."""
        self.shut()
        self._socket.close()
        while self._descriptors:
            os.close(self._descriptors.pop())


def _message_of(text: bytes) -> Message:
    """
    Raises:
        ConnectionLostError: it is not a message.
    """
    try:
        body: Any = json.loads(text.decode("utf-8", "surrogatepass"))
        return from_json(MESSAGES[body["is"]], body["with"], any_number=True)
    except (ValueError, LookupError, TypeError) as error:
        raise ConnectionLostError(f"not a message: {error}") from error
