"""Pictures of the screen: where they go, and that they replace nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.screens import TRAINING, notices, scripted, until
from w2vtui.errors import DiskError
from w2vtui.tui import screenshot
from w2vtui.tui.screenshot import picture_folders, save_picture


@pytest.fixture(autouse=True)
def downloads(tmp_path, monkeypatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(screenshot, "user_downloads_path", lambda: tmp_path / "Downloads")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(screenshot.time, "strftime", lambda form: "w2vtui-now")
    return tmp_path / "Downloads"


def test_a_picture_goes_to_the_first_folder_that_is_there(downloads):
    assert save_picture("<svg/>", picture_folders(())).parent == Path.cwd()
    downloads.mkdir()
    assert save_picture("<svg/>", picture_folders(())).parent == downloads


def test_a_picture_replaces_no_file():
    there = Path.cwd() / "w2vtui-now.svg"
    there.write_text("mine")
    Path("w2vtui-now-2.svg").symlink_to("nowhere")
    assert save_picture("<svg/>", [Path.cwd()]).name == "w2vtui-now-3.svg"
    assert there.read_text() == "mine"
    assert not os.path.lexists("nowhere")


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_that_cannot_be_written_to_is_passed_over(downloads):
    downloads.mkdir(mode=0o500)
    assert save_picture("<svg/>", picture_folders(())).parent == Path.cwd()
    with pytest.raises(DiskError, match="Downloads: permission denied"):
        save_picture("<svg/>", [downloads])


def test_no_picture_is_put_among_texts(downloads, tmp_path):
    """It would be read as one of them."""
    downloads.mkdir()
    Path("sub").mkdir()
    assert downloads not in picture_folders([str(tmp_path)])
    assert Path.cwd() not in picture_folders(["."])
    assert Path.cwd() in picture_folders(["sub", "a.txt"])


async def test_the_app_says_where_the_picture_is(downloads):
    downloads.mkdir()
    async with scripted(TRAINING, (80, 24)) as (app, _):
        app.action_screenshot()
        await until(app, lambda: f"picture saved to {downloads}" in notices(app))
        (picture,) = downloads.iterdir()
        assert picture.read_text().startswith("<svg")
        downloads.rename(downloads.with_name("gone"))
        app.action_screenshot()
        await until(app, lambda: f"picture saved to {Path.cwd()}" in notices(app))
