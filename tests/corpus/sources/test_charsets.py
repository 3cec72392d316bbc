"""A text in another encoding is refused with the encoding that reads it, and that one does."""

from __future__ import annotations

import codecs
import random
import re

import pytest

from tests.support.inner_loop import outside
from tests.support.texts import keep_all, sentences_of, standard_input, written
from w2vtui.corpus import open_corpus
from w2vtui.corpus.sample import take_sample
from w2vtui.corpus.sources import charsets
from w2vtui.corpus.statistics import statistics_of
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings
from w2vtui.tui.first_screen.preview import look_at

# fmt: off
# ruff: noqa: E501
TEXTS = {
    "french": ("Tous les êtres humains naissent libres et égaux en dignité. Où est né l'œuvre à Noël ? ça", ["cp1252", "mac-roman"]),
    "german": ("Alle Menschen sind frei und gleich an Würde und Rechten geboren. Größe Übermut Straße schön", ["cp1252", "latin-1", "cp850"]),
    "english": ("It’s a “test” – of £5 and don’t", ["cp1252"]),
    "spanish": ("dotados como están de razón y conciencia. ¿Qué año? mañana", ["cp1252", "cp850"]),
    "portuguese": ("Dotados de razão e de consciência, em espírito de fraternidade. ações", ["cp1252"]),
    "swedish": ("Alla människor är födda fria och lika i värde och rättigheter. På gården", ["cp1252"]),
    "polish": ("Wszyscy ludzie rodzą się wolni i równi. Są oni obdarzeni. żółć źle", ["cp1250", "iso8859-2"]),
    "czech": ("Všichni lidé se rodí svobodní a sobě rovní. Příliš žluťoučký kůň", ["cp1250", "iso8859-2"]),
    "hungarian": ("Minden emberi lény szabadon születik és egyenlő méltósága van. árvíztűrő", ["cp1250"]),
    "romanian": ("Toate fiinţele umane se nasc libere şi egale în demnitate. raţiune conştiinţă faţă", ["cp1250"]),
    "turkish": ("Bütün insanlar hür, haklar bakımından eşit doğarlar. kardeşlik", ["cp1254"]),
    "lithuanian": ("Visi žmonės gimsta laisvi ir lygūs savo orumu. sąžinė atžvilgiu", ["cp1257"]),
    "russian": ("Все люди рождаются свободными и равными в своем достоинстве", ["cp1251", "koi8-r", "cp866", "iso8859-5"]),
    "ukrainian": ("Всі люди народжуються вільними і рівними у своїй гідності та правах", ["cp1251", "koi8-u"]),
    "greek": ("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια", ["cp1253", "iso8859-7"]),
    "hebrew": ("כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון", ["cp1255"]),
    "arabic": ("يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. وقد وهبوا عقلا", ["cp1256"]),
    "thai": ("มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ", ["cp874"]),
    "chinese": ("今天天气很好我们去公园散步吧。人人生而自由,在尊严和权利上一律平等。", ["gbk", "gb18030"]),
    "chinese in words": ("今天 天气 很 好 我们 去 公园 散步 吧", ["gbk"]),
    "traditional chinese": ("今天天氣很好我們去公園散步吧。人人生而自由", ["big5", "gb18030"]),
    "japanese": ("すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。", ["shift_jis", "euc_jp", "iso2022_jp"]),
    "korean": ("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다", ["euc_kr", "cp949"]),
}
# fmt: on


def advised(message: str) -> str:
    (encoding,) = re.findall(r"--encoding ([\w-]+) reads it", message)
    return encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [pytest.param(text, one, id=f"{name} {one}", marks=() if one == them[0] else pytest.mark.slow)
     for name, (text, them) in TEXTS.items() for one in them],
)  # fmt: skip
def test_the_encoding_that_is_advised_reads_the_text(text, encoding, tmp_path, monkeypatch):
    data = f"words before\n{text}\n".encode(encoding) * 3
    path = written(tmp_path, data)
    with pytest.raises(CorpusError, match=r"notes\.txt is ") as caught:
        open_corpus([path], keep_all())
    reads = advised(str(caught.value))
    expected = open_corpus([written(tmp_path, f"words before\n{text}\n" * 3, "u.txt")], keep_all())
    assert sentences_of(open_corpus([path], keep_all(encoding=reads))) == sentences_of(expected)
    assert advised(look_at(str(path), CorpusSettings()).problem) == reads
    standard_input(monkeypatch, data)
    with pytest.raises(CorpusError, match=f"^stdin is .*--encoding {reads} reads it"):
        open_corpus(["-"], keep_all())
    with pytest.raises(CorpusError) as caught:
        statistics_of(take_sample([path], keep_all()), keep_all(), 0.0)
    assert advised(str(caught.value)) == reads


WIDE = [
    (mark + text.encode(encoding), mark, encoding)
    for text in ("king queen man woman\n" * 20, "今天天气很好\n")
    for encoding, mark in (
        ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE), ("utf-32-be", codecs.BOM_UTF32_BE),
        ("utf-16-le", b""), ("utf-16-be", b""), ("utf-32-le", b""), ("utf-32-be", b""),
    )
]  # fmt: skip


@pytest.mark.parametrize(("data", "mark", "encoding"), WIDE)
@pytest.mark.parametrize("named", ["utf-8", *outside(["latin-1", "utf-16", "utf-32-be"])])
def test_wide_text_is_recognized_whatever_is_named(data, mark, encoding, named, tmp_path):
    path, text = written(tmp_path, data), data[len(mark) :].decode(encoding)
    if named == encoding or (mark and encoding.startswith(named)):
        assert sentences_of(open_corpus([path], keep_all(encoding=named)))[0] == text.split()[:4]
        assert look_at(str(path), CorpusSettings(encoding=named)).problem == ""
        return
    kind = encoding[:6].upper() + " without a mark" * (not mark)
    with pytest.raises(CorpusError, match=f"is {kind}, not {named}: --encoding") as caught:
        open_corpus([path], keep_all(encoding=named))
    corpus = open_corpus([path], keep_all(encoding=advised(str(caught.value))))
    assert sentences_of(corpus)[0] == text.split("\n")[0].split()
    assert look_at(str(path), CorpusSettings(encoding=named)).problem == str(caught.value)


def test_utf_8_is_not_read_as_something_wide(tmp_path):
    path = written(tmp_path, "king queen\n" * 10)
    for named in ("utf-16", "utf-16-be", "utf-32"):
        with pytest.raises(CorpusError, match=f"is UTF-8, not {named}: --encoding utf-8 reads it"):
            open_corpus([path], keep_all(encoding=named))


DAMAGED = "größe über alle maße schön für möhren bücher wärme hütte löwe".encode() + b" caf\xe9\n"


def test_a_text_of_which_a_few_bytes_are_damaged_stays_utf_8(tmp_path):
    path = written(tmp_path, DAMAGED)
    for problem in (look_at(str(path), CorpusSettings()).problem, _problem(path, "utf-8")):
        assert "most of it is utf-8: --encoding-errors replace replaces such bytes" in problem
        assert "--encoding " not in problem
    assert "--encoding utf-8 reads it" in _problem(written(tmp_path, "größe\n" * 9), "ascii")


def test_data_is_not_given_an_encoding(tmp_path):
    noise = bytes(range(256)) * 40
    assert "probably not text: name a text file" in _problem(written(tmp_path, noise), "utf-8")
    noise = random.Random(1).randbytes(4000).replace(b"\0", b"")
    assert "name its encoding with --encoding, or" in _problem(written(tmp_path, noise), "utf-8")


def test_control_characters_of_the_words_that_are_shown_stay_out_of_the_message(tmp_path):
    path = written(tmp_path, "caf\xe9\x1b[31m gr\xf6\xdfe\n".encode("latin-1") * 3)
    assert _problem(path, "utf-8").isprintable()


def test_zeros_among_ascii_do_not_look_wide():
    for head in (b"a\0b c\0 d", b"one\0two\0three\0", b"\0\0\0\0", b"a b c\n\0"):
        assert charsets.contradiction(head, "utf-8") == ""
    assert charsets.contradiction(b"", "utf-16") == ""


def _problem(path, encoding: str) -> str:
    with pytest.raises(CorpusError) as caught:
        open_corpus([path], keep_all(encoding=encoding))
    return str(caught.value)
