"""The socket of a run's folder: who may open it, and what is in its place."""

from __future__ import annotations

import json
import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from w2vtui.runs.disk import door as doors
from w2vtui.runs.disk.door import ADDRESS, SOCKET, NoDoorError, connect, let_in, open_door

pytestmark = pytest.mark.skipif(not doors.HAS_SOCKETS, reason="needs local sockets")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder whose path is short, wherever it is."""
    monkeypatch.chdir(tmp_path)
    return Path()


def talk(folder, door):
    """Whether whoever connects to a folder is let in by a door."""
    with connect(folder, 5.0) as viewer, let_in(door) as trainer:
        viewer.sendall(b"hello")
        return trainer.recv(5) == b"hello"


def test_only_this_user_may_open_it(here):
    door = open_door(here)
    assert stat.S_IMODE((here / SOCKET).stat().st_mode) == 0o600
    assert talk(here, door)
    door.close()
    assert not list(here.iterdir())
    with pytest.raises(NoDoorError):
        connect(here, 5.0)


def test_another_user_is_turned_away(tmp_path, monkeypatch):
    door = open_door(tmp_path)
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    with pytest.raises(NoDoorError, match="another user"):
        connect(tmp_path, 5.0)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(door.path))
        if hasattr(socket, "SO_PEERCRED"):
            with pytest.raises(PermissionError):
                let_in(door)
    door.close()


@pytest.mark.parametrize("temporary", ["usual", "long as well"])
def test_a_long_path_or_a_disk_without_sockets_has_its_socket_elsewhere(
    temporary, tmp_path, monkeypatch
):
    if temporary == "long as well":
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("far" * 30)))
        (tmp_path / ("far" * 30)).mkdir()
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    door = open_door(folder)
    elsewhere = door.path.parent
    assert elsewhere != folder
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    assert talk(folder, door)
    assert [path.name for path in folder.iterdir()] == [ADDRESS]
    door.close()
    assert not elsewhere.exists()
    assert not list(folder.iterdir())


def test_what_a_killed_process_left_is_replaced(here):
    first = open_door(here)
    first.listening.close()
    with pytest.raises(NoDoorError, match="refused"):
        connect(here, 5.0)
    second = open_door(here)
    assert talk(here, second)
    assert not first.is_there
    first.close()  # late: the door of the other one stays
    assert second.is_there
    assert talk(here, second)
    (here / SOCKET).unlink()
    assert not second.is_there
    second.close()


@pytest.mark.parametrize(
    "address",
    [
        '{"socket": "../real/trainer.socket"}',
        '{"socket": "/tmp/other/trainer.socket"}',
        '{"socket": "/var/tmp/../w2vtui-1/trainer.socket"}',
        "",
        "[]",
        '{"socket": 5}',
        '{"socket": "/etc/passwd"}',
        '{"socket": "no/such"}',
        "{" * 9_000,
    ],
    ids=[
        "another run",
        "another place",
        "dots",
        "empty",
        "list",
        "number",
        "no socket",
        "missing",
        "nested",
    ],
)
def test_a_malformed_address_leads_nowhere(address, tmp_path):
    (tmp_path / ADDRESS).write_text(address)
    with pytest.raises(NoDoorError):
        connect(tmp_path, 5.0)


def test_a_link_in_place_of_the_address_is_not_followed(tmp_path):
    real, folder = tmp_path / "real", tmp_path / "run"
    for one in (real, folder):
        one.mkdir()
    door = open_door(real)
    (real / "copy.json").write_text(json.dumps({"socket": str(real / SOCKET)}))
    (folder / ADDRESS).symlink_to(real / "copy.json")
    with pytest.raises(NoDoorError):
        connect(folder, 5.0)
    door.close()
