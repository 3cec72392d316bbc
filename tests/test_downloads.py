"""`w2vtui get`, against a server on this machine."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from w2vtui import downloads
from w2vtui.cli import run_command_line
from w2vtui.downloads import CATALOG, Download, fetch, own
from w2vtui.errors import CorpusError, SettingsError

TEXT = b"the king and the queen\n" * 1000


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture(scope="module")
def server():
    """Serves `files`, counts `requests`; of `cut` half comes, `silent` never answers."""
    pytest.importorskip("pooch")
    silence = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.requests.append(self.path)
            if self.path == "/silent.txt":
                silence.wait(10)
                return
            data = self.server.files.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            if data is not None:
                self.wfile.write(data[: len(data) // 2] if self.path == "/cut.txt" else data)

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.files, serving.requests = {}, []
        serving.url = f"http://127.0.0.1:{serving.server_address[1]}"
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield serving
        silence.set()
        serving.shutdown()
        thread.join()


def offered(server, name: str, data: bytes, **options) -> Download:
    server.files[f"/{name}"] = data
    options = {"checksum": sha256(data)} | options
    return Download(what="", url=f"{server.url}/{name}", **options)


def test_a_file_is_fetched_once(server, tmp_path):
    one = offered(server, "a.txt", TEXT)
    folder = tmp_path / "new"
    assert fetch(one, folder) == [folder / "a.txt"]
    n_requests = len(server.requests)
    assert fetch(one, folder) == [folder / "a.txt"]
    assert len(server.requests) == n_requests
    assert (folder / "a.txt").read_bytes() == TEXT
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


def test_a_file_of_ones_own_is_not_replaced(server, tmp_path):
    one = offered(server, "a.txt", TEXT)
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(SettingsError, match=r"a.txt exists and is not what would be fetched"):
        fetch(one, tmp_path)
    assert (tmp_path / "a.txt").read_text() == "mine"
    fetch(one, tmp_path, overwrite=True)
    assert (tmp_path / "a.txt").read_bytes() == TEXT


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_is_unpacked_to_the_files_that_are_wanted(server, tmp_path, kind):
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("in/deep/text8", TEXT)
            archive.writestr("../../evil", b"x")
    else:
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            entry = tarfile.TarInfo("in/text8")
            entry.size = len(TEXT)
            archive.addfile(entry, io.BytesIO(TEXT))
    one = offered(server, f"t.{kind}", packed.getvalue(), members={"text8": sha256(TEXT)})
    assert fetch(one, tmp_path) == [tmp_path / "text8"]
    assert (tmp_path / "text8").read_bytes() == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["text8"]
    other = offered(server, f"t.{kind}", packed.getvalue(), members={"text9": sha256(TEXT)})
    with pytest.raises(CorpusError, match="holds no text9"):
        fetch(other, tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("changed.txt", "does not have the checksum sha256:"),
        ("absent.txt", "the server answered 404"),
        ("cut.txt", "the connection failed or was cut: check the network and try again, or fetch"),
        ("silent.txt", "the server was silent for 0.2 seconds"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(server, tmp_path, monkeypatch, name, message):
    monkeypatch.setattr(downloads, "SECONDS", 0.2)
    one = offered(server, name, TEXT, checksum=sha256(TEXT + b"x" * (name == "changed.txt")))
    if name == "absent.txt":
        del server.files["/absent.txt"]
    with pytest.raises(CorpusError, match=message):
        fetch(one, tmp_path)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_leaves_nothing(server, tmp_path):
    class Bar:
        total = 0

        def update(self, n_bytes):
            raise KeyboardInterrupt

    one = offered(server, "a.txt", TEXT)
    with pytest.raises(KeyboardInterrupt):
        fetch(one, tmp_path, Bar())
    assert not list(tmp_path.iterdir())


def test_without_a_server_it_is_said_what_to_do(tmp_path):
    pytest.importorskip("pooch")
    one = Download(what="", url="http://127.0.0.1:9/a.txt", checksum=sha256(b""))
    with pytest.raises(CorpusError, match=r"check the network .*fetch http://127.0.0.1:9/a.txt in"):
        fetch(one, tmp_path)


def test_the_command_line(server, tmp_path, capsys, monkeypatch):
    assert run_command_line(["get"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CATALOG)
    monkeypatch.setitem(CATALOG, "text8", offered(server, "a.txt", TEXT))
    assert run_command_line(["get", "text8", "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.txt'}\n"
    assert run_command_line(["get", "text9"]) == 2
    assert "did you mean text8?" in capsys.readouterr().err
    mine = ["--url", f"{server.url}/a.txt", "--sha256", hashlib.sha256(TEXT).hexdigest()]
    assert run_command_line(["get", *mine, "-o", str(tmp_path / "in")]) == 0
    assert (tmp_path / "in" / "a.txt").read_bytes() == TEXT
    assert run_command_line(["get", *mine[:2]]) == 2


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "is_installed", lambda package: False)
    with pytest.raises(SettingsError, match=r"pip install '\.\[get\]'"):
        fetch(CATALOG["text8"], tmp_path)


@pytest.mark.parametrize("url", ["ftp://x/a", "http://x/", "http://x/..", "http://x/a%00b", "a"])
def test_addresses_that_name_no_file_are_refused(url):
    with pytest.raises(SettingsError, match="the address must begin with http"):
        own(url, "0" * 64)
