"""Which encoding of before UTF-8 a text is written in: the one in which its words are words, and its letters those of one language.

Bytes alone cannot tell: every byte is a letter of some alphabet. `Müller` read as Central European is still a word; `Çağrı` read as Western
is not, as no language has all of its letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

KANA = re.compile("[\u3040-\u30ff]")
HANGUL, HAN = re.compile("[\uac00-\ud7a3]"), re.compile("[\u4e00-\u9fff]")
WIDE_SIGNS = re.compile("[\u3000-\u303f\uff00-\uffef]")
SEPARATED = re.compile(r"""[\s,;|"]+""")
JOINERS = "’‘´·–\xad\xa0"
HARMLESS = frozenset("’‘“”„«»–—…€£§°ºª·•´¿¡\xa0\xad")  # signs of any language
ASCII, LATIN = "\x7f", "\u024f"  # the last characters of each
VOWELS = "αεηιουωаеиоуыэюяіє"
FEWEST_VOWELS = 0.25
LONGEST_FOREIGN = 2  # letters of a Latin word without one of a to z
CERTAIN, SENSIBLE = 0.95, 0.6  # share of words and of letters
MIXED = 0.97  # what a list in several Western languages counts, against one in a single language
COMMON = 0.6  # share of ideographs that are among the common half of their encoding

# The usual first: ties go to it.
ALPHABETS = (
    "cp1252", "cp1250", "iso8859_2", "cp1254", "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp1253", "mac_roman", "cp850", "cp852", "cp866",
)  # fmt: skip
# Letters beyond a to z.
WESTERN = (
    "äöüß", "àâçéèêëîïôûùüÿœæ", "áéíóúñü", "áàâãéêíóôõúç", "àèéìíòóù", "éëïöüèáó", "åäöé", "æøåéö", "áðéíóúýþæö",
)  # fmt: skip
OTHERS = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîû", "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "абвгдежзийклмнопрстуфхцчшщьюяєіїґў", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
)  # fmt: skip
MIXTURE = frozenset("".join(WESTERN)) - set("ðýþ")
LANGUAGES = tuple(map(frozenset, (*WESTERN, *OTHERS)))
# Encodings of two bytes a character; the first bytes of their common half.
IDEOGRAPHS = (("cp949", HANGUL, range(0xB0, 0xC9)), ("gb18030", HAN, range(0xB0, 0xD8)), ("big5", HAN, range(0xA4, 0xC7)))


def guess_encoding(lines: bytes) -> str:
    """Choose for lines with bytes beyond ASCII: Japanese by its kana, alphabets by words and letters, ideographs, else by statistics."""
    for name in ("shift_jis", "cp932", "euc_jp"):
        text = _decoded(lines, name)
        if text and len(KANA.findall(text)) > 0.2 * sum(1 for letter in text if letter > ASCII):
            return name
    scores = {name: _score(text) for name in ALPHABETS if (text := _decoded(lines, name))}
    best = max(scores, key=lambda name: scores[name], default="")
    if best and scores[best] >= CERTAIN * MIXED:
        return best
    return _ideographs(lines) or (best if best and scores[best] >= SENSIBLE else _by_statistics(lines))


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _score(text: str) -> float:
    """Share of the words that are words, times the share of their letters that one language has; a sign that stands alone tells nothing."""
    words = (word for word in SEPARATED.split(text) if any(map(str.isalpha, word)))
    foreign = Counter(letter.lower()[0] for word in words for letter in word if letter > ASCII and letter not in HARMLESS)
    if not foreign:
        return _sense(text)
    known = [sum(foreign[letter] for letter in language) for language in LANGUAGES]
    mixed = MIXED * sum(foreign[letter] for letter in MIXTURE)
    return _sense(text) * max(mixed, *known) / foreign.total()


def _sense(text: str) -> float:
    """Say which share of the words with non-ASCII characters looks like words of one script, with its vowels."""
    words = [word for word in (_bare(word) for word in SEPARATED.split(text)) if not word.isascii()]
    if not words:
        return 1.0
    sense = sum(1 for word in words if _is_word(word)) / len(words)
    foreign = [letter for word in words for letter in word.lower() if letter > LATIN and letter.isalpha()]
    vowels = sum(1 for letter in foreign if unicodedata.normalize("NFD", letter)[0] in VOWELS)
    return sense if vowels >= FEWEST_VOWELS * len(foreign) else sense / 2


def _bare(word: str) -> str:
    """Take the punctuation and signs off the edges of a word."""
    inner = [place for place, letter in enumerate(word) if letter.isalpha() or letter.isdecimal()]
    return word[inner[0] : inner[-1] + 1] if inner else ""


def _is_word(word: str) -> bool:
    """Say whether a word has letters of one script, no signs among them, and no capital between small letters."""
    foreign = [letter for letter in word if letter > ASCII and letter not in JOINERS]
    if len(foreign) == len(word) > LONGEST_FOREIGN and word[0] < LATIN:
        return False
    scripts = {unicodedata.name(letter, "NONE").split()[0] for letter in word if letter.isalpha()}
    inner_capital = any(
        letter > ASCII and letter.isupper() and before.isalpha() and (before.islower() or after.islower())
        for before, letter, after in zip(word, word[1:], f"{word[2:]} ", strict=False)
    )
    return all(letter.isalpha() for letter in foreign) and len(scripts) <= 1 and not inner_capital


def _ideographs(lines: bytes) -> str:
    """Name the encoding of Chinese or Korean text: all of its script, most of it common characters."""
    for name, script, common in IDEOGRAPHS:
        text = _decoded(lines, name)
        foreign = [letter for letter in text if letter > ASCII and not WIDE_SIGNS.match(letter)]
        firsts = [letter.encode(name, errors="replace")[0] for letter in foreign if script.match(letter)]
        if foreign and len(firsts) >= CERTAIN * len(foreign) and sum(1 for first in firsts if first in common) >= COMMON * len(firsts):
            return name
    return ""


def _by_statistics(lines: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and seldom asked

    best = from_bytes(lines).best()
    return best.encoding if best is not None else "latin-1"
