"""Text as SQL macros: tidy (what is shown), blank (what was never filled in), fold (what is compared).

`fold` has a twin in Python for values SQL cannot transliterate (Cyrillic, Greek, Han ...) and for the vocabulary; the tests hold the
two equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from leadmill.engine import quote_text
from leadmill.standardise.distinct import ask, column, missing, settle
from leadmill.standardise.vocabulary import Words

# Control characters but white space, zero-width and direction marks. The two joiners mean something in Persian and Indic words, so they
# only go where they stand after a Latin letter, a digit or a sign.
INVISIBLE = (
    r"[\x{00}-\x{08}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}"
    r"\x{2066}-\x{206F}\x{FEFF}]"
)
JOINERS = r"(^|[\p{Latin}\p{Common}])[\x{200C}\x{200D}]+"
SPACES = r"[\s\p{Z}\x{0B}\x{85}]+"
UNTIDY = "[^!-~ ]|  |^ | $|^$"  # nearly every cell is plain ASCII with single spaces and needs no more than one look
# What is left of a text without accents that SQL has no letter for: another script, or a rare Latin one.
FOREIGN = r"[^\x{00}-\x{7F}ßæœþłđðıħŧø’‘´ʼ–—…„“”«»°·€£®™]"

_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})


def define(con: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Create the macros tidy(x), is_empty(x), is_blank(x), fold(x) and is_foreign(x) on `con`; null stays null."""
    foreign = f"regexp_matches(strip_accents(lower(x)), '{FOREIGN}')"
    con.execute(f"create macro is_foreign(x) as case when strlen(x) = length(x) then false else {foreign} end")
    con.execute(
        f"""create macro tidy_odd(x) as nullif(trim(regexp_replace(nfc_normalize(regexp_replace(
            regexp_replace(x, '{INVISIBLE}', '', 'g'), '{JOINERS}', '\\1', 'g')), '{SPACES}', ' ', 'g')), '')"""
    )
    con.execute(f"create macro tidy(x) as case when regexp_matches(x, '{UNTIDY}') then tidy_odd(x) else x end")
    for name in ("is_empty", "is_blank"):
        con.execute(f"create macro {name}(x) as regexp_full_match(x, {quote_text(_hollow(words, name))})")
    con.execute(r"create macro squeeze(x) as regexp_replace(x, '(a)[ae]+|([ou])e+', '\1\2', 'g')")
    con.execute(
        r"""create macro fold_odd(x) as trim(squeeze(regexp_replace(regexp_replace(
            translate(replace(replace(replace(replace(strip_accents(lower(x)), 'ß', 'ss'), 'æ', 'a'), 'œ', 'o'), 'þ', 'th'),
                'łđðıħŧø''’‘`´ʼ', 'lddihto'),
            '\b([a-z])\.', '\1', 'g'), '[^a-z0-9]+', ' ', 'g')))"""
    )
    con.execute("create macro is_plain(x) as regexp_full_match(x, '[A-Za-z0-9]+(?: [A-Za-z0-9]+)*')")
    con.execute(
        """create macro fold(x) as case when not is_plain(x) then fold_odd(x)
            when regexp_matches(lower(x), 'a[ae]|[ou]e') then squeeze(lower(x)) else lower(x) end"""
    )


def clean(con: duckdb.DuckDBPyConnection, texts: pa.Array, words: Words, emptiness: str) -> pa.Array:
    """Return every text tidy, or null where nothing was filled in: by the macro `emptiness`, of those that are not clean at first sight."""
    soiled = pc.fill_null(pc.match_substring_regex(texts, f"{UNTIDY}|^(?:{_hollow(words, emptiness)})$"), False)
    if not pc.any(soiled).as_py():
        return texts
    cleaned = ask(con, "tidy(text) as text", f"case when not {emptiness}(text) then text end as text", text=texts.filter(soiled))
    return pc.replace_with_mask(texts, soiled, column(cleaned, "text"))


def _hollow(words: Words, emptiness: str) -> str:
    """Write the pattern of a cell in which nothing was filled in: signs around a word do not fill it (<select>, --none--)."""
    listed = {"is_empty": words.empty, "is_blank": words.empty + words.empty_unless_name}[emptiness]
    signs = r"[\p{P}\p{Sm}\p{Sk} ]*"
    return f"(?i){signs}(?:{'|'.join(map(re.escape, listed))})?{signs}"  # one automaton: ten times faster than looking a text up in a list


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Fold to words of a-z and 0-9 for comparison: müller, Mueller and Muller are one, as are G.m.b.H. and GmbH.

    Letters are lost on purpose, so Bauer is Baur too: a key is evidence, never the proof that two are one.
    """
    plain = anyascii(text.lower().translate(_LETTERS)).lower()
    joined = re.sub(r"\b([a-z])\.", r"\1", re.sub(r"['`]", "", plain))
    words = re.sub(r"[^a-z0-9]+", " ", joined)
    return re.sub(r"a+", "a", re.sub(r"([aou])e+", r"\1", words)).strip()


def fold_all(con: duckdb.DuckDBPyConnection, texts: pa.Array, without: Iterable[str] = ()) -> pa.Array:
    """Fold every text: in SQL, and by the Python twin where SQL has no letters for it, `without` some words."""
    folded = column(ask(con, "case when not is_foreign(text) then fold(text) end as folded", text=texts), "folded")
    foreign = missing(folded, texts)
    dropped = re.compile("|".join(map(re.escape, without)) or "$.")
    return settle(folded, foreign, (fold(dropped.sub(" ", text)) for text in texts.filter(foreign).to_pylist()))


def phrases(words: Iterable[str]) -> str:
    """Regular expression that finds any of the phrases as whole words in ' ' || fold(text) || ' '; `*` stands for any letters."""
    folded = sorted({" ".join(_wildcard(part) for part in word.split()) for word in words})
    return f" (?:{'|'.join(folded)}) "


def _wildcard(part: str) -> str:
    return "[a-z0-9]*".join(fold(piece) for piece in part.split("*"))
