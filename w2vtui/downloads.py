"""Well-known texts, vectors and questions, fetched with their checksums.

A file is complete and has the right checksum, or it is not there: what is fetched goes to a folder
of its own, which is removed whatever happens, and is moved to its place at the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol
from urllib.parse import unquote, urlsplit

from w2vtui.display import printable, safe_text
from w2vtui.errors import CorpusError, DiskError, SettingsError
from w2vtui.extras import is_installed, missing
from w2vtui.files.regular_files import opened

SECONDS = 30.0
"""How long a server may be silent."""
_BLOCK = 1 << 20
_GENSIM_DATA = "https://github.com/RaRe-Technologies/gensim-data/releases/download"


class Bar(Protocol):
    """Shows how much has been fetched; pooch calls it."""

    total: int

    def update(self, n_bytes: int) -> None:
        """Note that this many more bytes have come."""

    def reset(self) -> None:
        """Start again from 0."""

    def close(self) -> None:
        """All has come."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file on the web, and what it should be."""

    what: str
    url: str
    checksum: str
    """`sha256:...`, `sha1:...` or `md5:...`, as it was published"""
    members: Mapping[str, str] = field(default_factory=dict)
    """Of an archive: the names of the files in it that are wanted, and their checksums"""

    @property
    def targets(self) -> Mapping[str, str]:
        """The files that are left, and their checksums."""
        return self.members or {_name_of(self.url): self.checksum}


def _of_gensim(name: str, what: str, md5: str) -> Download:
    """A file of gensim-data, whose list of contents has the checksum."""
    return Download(what=what, url=f"{_GENSIM_DATA}/{name}/{name}.gz", checksum=f"md5:{md5}")


CATALOG: dict[str, Download] = {
    "text8": Download(
        what="text: 100 MB of English Wikipedia, 17 million words, cleaned",
        url="http://mattmahoney.net/dc/text8.zip",
        checksum="sha256:a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
        members={"text8": "md5:3bea1919949baf155f99411df5fada7e"},
    ),
    "questions-words": Download(
        what="analogies: Google's 19,544 questions (Mikolov et al. 2013)",
        url="http://download.tensorflow.org/data/questions-words.txt",
        checksum="sha1:fa92df4bbe788f2d51827c762c63bd8e470edf31",
    ),
    "wordsim353": Download(
        what="pairs: WordSim-353, similarity and relatedness (Agirre et al. 2009)",
        url="http://alfonseca.org/pubs/ws353simrel.tar.gz",
        checksum="sha1:1b9ca7f4d61682dea0004acbd48ce74275d5bfff",
        members={
            "wordsim_similarity_goldstandard.txt": "sha1:4845df518a83c8f7c527439590ed7e4c71916a99",
            "wordsim_relatedness_goldstandard.txt": "sha1:c36c5dc5ebea9964f4f43e2c294cd620471ab1b8",
        },
    ),
    "simlex999": Download(
        what="pairs: SimLex-999 (Hill et al. 2015)",
        url="https://www.cl.cam.ac.uk/~fh295/SimLex-999.zip",
        checksum="sha1:0d3afe35b89d60acf11c28324ac7be10253fda39",
        members={"SimLex-999.txt": "sha1:0496761e49015bc266908ea6f8e35a5ec77cb2ee"},
    ),
    "rarewords": Download(
        what="pairs: RareWords (Luong et al. 2013)",
        url="http://www-nlp.stanford.edu/~lmthang/morphoNLM/rw.zip",
        checksum="sha1:bf9c5959a0a2d7ed8e51d91433ac5ebf366d4fb9",
        members={"rw.txt": "sha1:bafc59f099f1798b47f5bed7b0ebbb933f6b309a"},
    ),
    "glove-50": _of_gensim(
        "glove-wiki-gigaword-50",
        "vectors: GloVe of 6 billion tokens, 400,000 words, size 50, 69 MB",
        "c289bc5d7f2f02c6dc9f2f9b67641813",
    ),
    "glove-100": _of_gensim(
        "glove-wiki-gigaword-100",
        "vectors: the same, size 100, 134 MB",
        "40ec481866001177b8cd4cb0df92924f",
    ),
    "glove-300": _of_gensim(
        "glove-wiki-gigaword-300",
        "vectors: the same, size 300, 394 MB",
        "29e9329ac2241937d55b852e8284e89b",
    ),
    "google-news": _of_gensim(
        "word2vec-google-news-300",
        "vectors: word2vec's of 100 billion words of news, 3 million words, size 300, 1.7 GB",
        "a5e5354d40acb95f9ec66d5977d140ef",
    ),
}
"""Files by the names that fetch them."""


def own(url: str, sha256: str) -> Download:
    """A file of one's own.

    Raises:
        SettingsError: the address or the checksum is not one.
    """
    if urlsplit(url).scheme not in ("http", "https") or not _name_of(url):
        raise SettingsError(
            f"the address must begin with http:// or https:// and end with the name of a file, got "
            f"{safe_text(url)}"
        )
    if len(sha256) != 64 or not set(sha256.lower()) <= set("0123456789abcdef"):
        raise SettingsError(f"sha256 must be 64 hexadecimal digits, got {safe_text(sha256)}")
    return Download(what="", url=url, checksum=f"sha256:{sha256.lower()}")


def fetch(
    download: Download, folder: Path, bar: Bar | None = None, *, overwrite: bool = False
) -> list[Path]:
    """Fetch a file into a folder, unless it is there; return the files.

    overwrite   replace files of the same names that are others

    Raises:
        SettingsError: a file of the name is there and is another; or the library is missing.
        CorpusError: it cannot be fetched, or is not what it should be.
        DiskError: it cannot be written.
    """
    paths = [folder / name for name in download.targets]
    present = [path for path in paths if os.path.lexists(path)]
    good = [path for path in present if _is_good(path, download.targets[path.name])]
    if len(good) == len(paths):
        return paths
    if (others := [path for path in present if path not in good]) and not overwrite:
        raise SettingsError(
            f"{printable(others[0])} exists and is not what would be fetched: name another "
            "folder with -o, or replace it with --overwrite"
        )
    if not (is_installed("pooch") and is_installed("requests")):
        raise SettingsError(missing("fetching files", "get"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".w2vtui-get-", dir=folder))
        try:
            fetched = _fetched(download, aside, bar)
            for name, checksum in download.members.items():
                _unpack(fetched, name, aside / name)
                if not _is_good(aside / name, checksum):
                    raise CorpusError(f"{name} in {download.url} is not what it should be")
            for path in paths:
                (aside / path.name).replace(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise DiskError(f"cannot write to {printable(folder)}: {error.strerror}") from error
    return paths


def _fetched(download: Download, aside: Path, bar: Bar | None) -> Path:
    """The file, in the folder where it was put first."""
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    name, url = _name_of(download.url), safe_text(download.url)
    fetch_it: Any = pooch.HTTPDownloader(progressbar=bar or False, timeout=SECONDS)
    by_hand = f"fetch {url} in another way, and put it there"
    try:
        return Path(pooch.retrieve(download.url, download.checksum, name, aside, None, fetch_it))
    except requests.exceptions.HTTPError as error:
        code = error.response.status_code if error.response is not None else "with an error"
        raise CorpusError(f"{url}: the server answered {code}: try again later, or {by_hand}") \
            from error  # fmt: skip
    except requests.exceptions.Timeout as error:
        raise CorpusError(
            f"{url}: the server was silent for {SECONDS:g} seconds: try again later, or {by_hand}"
        ) from error
    except requests.exceptions.RequestException as error:
        raise CorpusError(
            f"{url}: the connection failed or was cut: check the network and try again, or "
            f"{by_hand}"
        ) from error
    except ValueError as error:  # the checksum
        raise CorpusError(
            f"{url} does not have the checksum {download.checksum}: nothing was kept: try again, "
            "or see whether the file was replaced by another"
        ) from error


def _unpack(archive: Path, name: str, target: Path) -> None:
    """Write the file of this name in an archive, in whatever folder of it, to a target."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                found = next(one for one in packed.namelist() if PurePosixPath(one).name == name)
                with packed.open(found) as source:
                    _copy(source, target)
        else:
            with opened(archive) as file, tarfile.open(fileobj=file) as packed_tar:
                of_name = (one for one in packed_tar if PurePosixPath(one.name).name == name)
                content = packed_tar.extractfile(next(of_name))
                assert content is not None
                _copy(content, target)
    except StopIteration:
        raise CorpusError(f"{archive.name} holds no {name}") from None
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise CorpusError(f"{archive.name} cannot be unpacked ({error})") from error


def _copy(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK)


def _is_good(path: Path, checksum: str) -> bool:
    kind, _, expected = checksum.partition(":")
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, kind).hexdigest() == expected
    except OSError:
        return False


def _name_of(url: str) -> str:
    """The name of the file at an address; empty if it has none that can be used."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    return name if name.isprintable() and not name.startswith(".") and "\\" not in name else ""
