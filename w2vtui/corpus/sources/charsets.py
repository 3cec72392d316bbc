"""Which encoding a text is in that is not UTF-8, guessed from some of its bytes.

Wide encodings show by their mark or by the zeros between ASCII characters. For the others the bytes
are read in each encoding that is in use, and compared with the letters of the languages written in
it: the right one gives letters of one language, the wrong ones capitals and symbols within words.
A guess is advice, which a person checks by the words that it reads.
"""

from __future__ import annotations

import codecs
import unicodedata
from itertools import pairwise
from typing import NamedTuple

WIDE = ("utf-16", "utf-32")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32 first: in little-endian its mark begins like that of UTF-16."""
_FEWEST_BYTES = 12
"""Fewer do not tell a wide encoding from a text with odd characters."""
_WITHOUT_MARK = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_ESCAPES = (b"\x1b$B", b"\x1b$@")
_CONTROLS = bytes(sorted(set(range(0x20)) - set(b"\t\n\v\f\r")))
_CONTROL_SHARE = 0.4
"""Half of the bytes of a wide text are such, if they are UTF-8 at all: as in 04 10 for a letter of
Russian, or 00 41 for one of ASCII.
"""
_LETTERS, _FEW = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), 5
"""Of ASCII: a text of wide characters has few of their codes and no zero only if it is tiny."""
_LEAST_SCORE = 0.5
"""A guess with a lower one is not given."""
_OLD, _SELDOM = ("cp850", "cp852", "cp866", "mac-roman", "mac-cyrillic"), 0.85
"""Encodings that are seldom met today, and how much less their scores count."""
_DAMAGED_SHARE = 0.2
_MIXED_SHARE = 0.2
"""Of the characters of a text, those between letters of ASCII and others, as in `café`."""
_READ_BYTES = 1 << 15
_TYPICAL_SHARE = 0.35
"""The share of a Chinese or Korean text that its commonest characters make up, at least."""

_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "高长力民工公日月电水路文话手很气新最机点问"
)  # fmt: skip
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
    "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
    "高長力民工公日月電水路文話手很氣新最機點問"
)  # fmt: skip
_HANGUL = (
    "이다는의을에를가고하은한로지기도사리인어자나서시아정스대해으보수라과그일부전제조여들있니게안상원"
)  # fmt: skip
_TYPOGRAPHY = "‘’“”„–—…«»•€"
"""Found in texts of any language that were written in an office program."""
_KANA = "".join(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FF)]))
_RUSSIAN = "оеаинтсрвлкмдпуы яьгзбчйжхшюцщэфъё"
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_WESTERN = ("cp1252", "latin-1", "cp850", "mac-roman")
_CENTRAL = ("cp1250", "iso8859-2", "cp852")


class _Language(NamedTuple):
    """A language, or several, and the encodings that it is written in."""

    encodings: tuple[str, ...]
    """The commonest first; later ones that hold more characters of the same kind follow it."""
    letters: str
    """Its letters that ASCII lacks, in lower case: those after a blank are the rarer half. Only its
    commonest characters if it has thousands.
    """
    share: float = 1.0
    """The share of a text that these make up."""

    @property
    def is_latin(self) -> bool:
        """Whether it is written in Latin letters, ASCII's among them."""
        return unicodedata.name(self.letters[0]).startswith("LATIN")


_LANGUAGES = (
    _Language(_WESTERN, "éèàêçâîôûùëïüœæ ÿ£°§©®½²³µ"),  # French, English
    _Language(_WESTERN, "äöüßéà"),
    _Language(_WESTERN, "áéíóúñü¿¡ºª"),
    _Language(_WESTERN, "ãõáéíóúâêôàçºª"),
    _Language(_WESTERN, "àèéìòù"),
    _Language(_WESTERN, "åäöøæé"),
    _Language(_WESTERN, "þðæöáéíóúý"),
    _Language(_WESTERN, "áàâçéèêëïíïóòôúüñ·"),  # Catalan, Dutch
    _Language(_CENTRAL, "ąćęłńóśźż"),
    _Language(_CENTRAL, "áčďéěíňóřšťúůýžäôľĺŕ"),
    _Language(_CENTRAL, "áéíóöőúüű"),
    _Language(_CENTRAL, "čćđšž"),
    _Language(_CENTRAL, "ăâîşţ"),
    _Language(("cp1254", "iso8859-9"), "çğıöşüâîûİ"),
    _Language(("cp1257", "iso8859-13"), "ąčęėįšųūž"),
    _Language(("cp1257", "iso8859-13"), "āčēģīķļņšūž"),
    _Language(("cp1257", "iso8859-13"), "õäöüšž"),
    _Language(("cp1258",), "ăâđêôơưáàéèíóòúùýãõ\u0300\u0301\u0303\u0309\u0323"),
    _Language(_CYRILLIC, _RUSSIAN),
    _Language(("cp1251", "koi8-u", "iso8859-5"), "оаніитвресклдумп яьзгбйчїхцжшюєщфґ"),
    _Language(("cp1251", "iso8859-5"), "аиоенртсувјдклмп гзбшћчцжљњхфђџѓќѕ"),
    _Language(("cp1251", "iso8859-5"), "анеіордтсклывуям пзьцбчйўхгшжюэёф"),
    _Language(("cp1253", "iso8859-7"), "αοιετσνηρυκπ μλςωγδθφχβξζψάέήίόύώϊϋΐΰ"),
    _Language(("cp1255", "iso8859-8"), "יוהלאמרתבשנם כדעחקפסטצגזןךףץ"),
    _Language(("cp1256", "iso8859-6"), "اليمنورتبهكدفعسقح ةأجشصخطضذزثغظىءآؤإئ،؟"),
    _Language(("cp874",), "านรอกเงมยลวดทสตะปบคหแ่้ีิัื็์ุู จพชขใไโผถซธณำึ๊"),
    _Language(("gb18030",), _SIMPLIFIED, _TYPICAL_SHARE),
    _Language(("big5", "cp950", "big5hkscs"), _TRADITIONAL, _TYPICAL_SHARE),
    _Language(("shift_jis", "cp932"), _KANA, _TYPICAL_SHARE),
    _Language(("euc_jp",), _KANA, _TYPICAL_SHARE),
    _Language(("euc_kr", "cp949"), _HANGUL, _TYPICAL_SHARE),
)


class Guess(NamedTuple):
    """An encoding that a text is probably in."""

    encoding: str
    """As --encoding takes it."""
    words: str
    """Some of the text's words, read in it."""


def wide_encoding(head: bytes) -> str:
    """The wide encoding that a text with this beginning is in, as --encoding takes it; else empty.

    It shows by its mark, or by zeros where every other character is sound text.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" not in head or len(head) < _FEWEST_BYTES:
        return ""
    if _n_controls(head) < _CONTROL_SHARE * len(head) and _decoded(head, "utf-8") is not None:
        return ""
    return next((one for one in _WITHOUT_MARK if _is_plain(head, one)), "")


def _n_controls(head: bytes) -> int:
    return len(head) - len(head.translate(None, _CONTROLS))


def contradiction(head: bytes, encoding: str) -> str:
    """The encoding that a text with this beginning is in, if it cannot be the one named.

    These are the encodings in which bytes of others read as nonsense, instead of as an error.
    """
    named, found = codecs.lookup(encoding).name, wide_encoding(head)
    if named.startswith(WIDE):
        if not found:
            is_utf_8 = len(set(head) & _LETTERS) > _FEW and _decoded(head, "utf-8") is not None
            return "utf-8" if is_utf_8 and not _n_controls(head) else ""
        return "" if found == named or _begins_with_mark(head, named) else found
    if not found and named in ("utf-8", "ascii") and any(one in head for one in _ESCAPES):
        return "" if _decoded(head, "iso2022_jp") is None else "iso2022_jp"
    return found


def guess(sample: bytes) -> Guess | None:
    """What some bytes of a text are probably encoded in; None if nothing fits."""
    odd = b"\n".join(_odd_words(sample))[:_READ_BYTES]
    best, best_score = "", _LEAST_SCORE
    for language in _LANGUAGES:
        for encoding in language.encodings:
            text = _decoded(odd, encoding)
            score = 0.0 if text is None else _score(text, language)
            score *= _SELDOM if encoding in _OLD else 1.0
            if score > best_score + 1e-9:
                best, best_score = encoding, score
    if not best:
        return None
    encoding = next((one for one in _wider(best) if _decoded(sample, one) is not None), best)
    return Guess(encoding, _words(odd.decode(encoding, "replace")))


def is_mostly_utf_8(sample: bytes) -> bool:
    """Whether nearly all of the words beyond ASCII are UTF-8: a few bytes of it are damaged."""
    n = sum(not word.isascii() for word in sample.split())
    return len(_odd_words(sample)) < _DAMAGED_SHARE * n


def is_utf_8(sample: bytes) -> bool:
    """Whether bytes that a character may be cut at the end of are UTF-8, and not ASCII alone."""
    return not sample.isascii() and _decoded(sample, "utf-8") is not None


def _odd_words(sample: bytes) -> list[bytes]:
    """The words that are not UTF-8."""
    return [
        word
        for word in sample.split()
        if not word.isascii() and _decoded(word, "utf-8", final=True) is None
    ]


def _wider(encoding: str) -> tuple[str, ...]:
    """The encoding, and those that hold all of its characters and more."""
    for family in (("cp1252", "latin-1"), ("big5", "cp950", "big5hkscs"), ("shift_jis", "cp932"),
                   ("euc_kr", "cp949")):  # fmt: skip
        if encoding in family:
            return family[family.index(encoding) :]
    return (encoding,)


def _decoded(data: bytes, encoding: str, *, final: bool = False) -> str | None:
    """The text, whose end may be cut within a character; None if it is not in the encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final)
    except UnicodeError:
        return None


def _begins_with_mark(head: bytes, wide: str) -> bool:
    """Whether a text begins with the mark of a wide encoding, in its order if it names one."""
    if wide in WIDE:
        return wide_encoding(head) == wide
    return (_decoded(head[:4], wide) or "").startswith("\ufeff")


def _is_plain(head: bytes, encoding: str) -> bool:
    """Whether a beginning is sound text in a wide encoding: no control characters, no characters
    that are not assigned, some of ASCII, and few of that within words of other scripts.
    """
    text = (_decoded(head, encoding) or "").translate(_BLANKS)
    if not any(character.isascii() for character in text):
        return False
    if any(unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") for character in text):
        return False
    n_mixed = sum(
        one.isascii() != other.isascii() and one.isalpha() and other.isalpha()
        for one, other in pairwise(text)
    )
    return n_mixed <= _MIXED_SHARE * len(text)


_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r\ufeff"), " ")


def _score(text: str, language: _Language) -> float:
    """How much a text looks like one of a language: 0 or less for nonsense, 1 at most."""
    total, n = 0.0, 0
    before = " "
    for character in text:
        if not (character.isascii() or character.isspace()):
            n += 1
            total += _worth(before, character, language)
        before = character
    return min(total / max(n, 1) / language.share, 1.0)


def _worth(before: str, character: str, language: _Language) -> float:
    """What one character beyond ASCII says for a language: 1 one of its letters, -1 nonsense."""
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cn", "Co"):
        return -2.0
    if character in _TYPOGRAPHY:
        return 0.9
    if _cannot_follow(before, character, kind, language):
        return -1.0
    common, _, rarer = language.letters.partition(" ")
    if character in common:
        return 1.0
    if character in rarer or (character.isupper() and character.lower() in language.letters):
        return 0.8
    return 0.5 if kind[0] == "P" and not before.isalpha() else 0.0


def _cannot_follow(before: str, character: str, kind: str, language: _Language) -> bool:
    """Whether no word has these two next to each other."""
    if character.isalpha() and before.isascii() and before.isalpha():
        return not language.is_latin
    if character.isupper():
        return before.islower()
    if kind == "Mn":
        return not (before.isalpha() or unicodedata.category(before) == "Mn")
    return kind[0] in "SN" and before.isalpha()


def _words(text: str) -> str:
    """A word or two that tell whether the text is read rightly."""
    words = [word for word in text.split() if not word.isascii()]
    telling = sorted(words[:50], key=lambda word: not 3 <= len(word) <= 12)
    return " ".join(dict.fromkeys(telling[:2]))
