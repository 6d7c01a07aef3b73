"""Names of people: what is shown keeps its accents and its own capitals; what is compared is a key.

Titles (Dr.), salutations (Herr) and degrees (PhD) are not names. Only a name that is all capitals or all small is given capitals, because
mixed ones were typed with care (deGroot, DiCaprio). Python on distinct values; the pure functions are public for whoever wants to try one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadmill.engine import quote_text
from leadmill.standardise.distinct import Column, ask, column, encode, first_of, missing, settle
from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import People

_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASIDE = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*")
_INITIALS = 3  # letters: TJ and JFK stay, ANNE does not
SIDES = ("first_name", "last_name")
_CAPITAL, _SMALL = "[A-ZÀ-ÖØ-Þ]", "[a-zß-öø-ÿ]+"
_WORD = f"(?:{_CAPITAL}{_SMALL}(?:-{_CAPITAL}{_SMALL})*|{_CAPITAL})"
PLAIN = f"{_WORD}(?:,? {_WORD})*"  # typed with care, in letters of which capitals and folding are known
_SHOUTED, _WHISPERED = "[A-ZÀ-ÖØ-Þ]{4,}", "[a-zà-öø-ÿ]{2,}"
EVEN = f"{_SHOUTED}(?:,? {_SHOUTED})*|{_WHISPERED}(?:,? {_WHISPERED})*"  # capitals say nothing
_JOINED = ("mc", "mac", "o")  # Mc Donald is one word
_PIECES = re.compile(r"([-\s’'.])")


@dataclass(frozen=True)
class Names:
    """The rules for names over one vocabulary."""

    people: People

    @cached_property
    def _titles(self) -> frozenset[str]:
        return frozenset(map(fold, self.people.titles))

    @cached_property
    def _dotted(self) -> frozenset[str]:
        return frozenset(self.people.dotted_titles) | self._titles

    @cached_property
    def _degrees(self) -> frozenset[str]:
        return frozenset(self.people.degrees)

    @cached_property
    def _comma_degrees(self) -> frozenset[str]:
        return self._degrees | frozenset(self.people.comma_degrees)

    @cached_property
    def _particles(self) -> frozenset[str]:
        return frozenset(self.people.particles)

    def polish(self, name: str) -> str | None:
        """Return one name column as it should be shown; null when nothing but titles was in it."""
        kept = self._strip_titles(_ASIDE.sub(" ", name).strip(" ,;") or name)
        return self.capitalise(kept) if kept else None

    def split(self, full: str) -> tuple[str | None, str | None]:
        """Split a full name into (first, last). One word alone is the last name, which CRMs insist on."""
        plain = self._strip_titles(_ASIDE.sub(" ", full).strip(" ,;") or full)
        if "," in plain:
            last, _, first = plain.partition(",")
            return self.polish(first), self.polish(last)
        words = plain.split()
        if len(words) == 1 or not words:
            return None, (self.capitalise(plain) if plain else None)
        if _EAST_ASIAN.search(plain) or (_shouted(words[0]) and not any(map(_shouted, words[1:]))):
            words = [*words[1:], words[0]]  # the family came first: 山田 太郎, DUPONT Jean
        cut = self._family_starts(words)
        return self.capitalise(" ".join(words[:cut])), self.capitalise(" ".join(words[cut:]))

    def capitalise(self, name: str) -> str:
        """Give capitals to a name that has none, or nothing else."""
        words = name.split(" ")
        if _is_even(name):
            return " ".join(self._capital(word, is_last=index == len(words) - 1) for index, word in enumerate(words))
        return " ".join(self._capital(word) if _shouted(word) and len(word) > _INITIALS else word for word in words)

    def first_key(self, first: str | None) -> str | None:
        """Return the first given name folded; a double name with a hyphen is one name."""
        words = fold((first or "").replace("-", "")).split()
        return words[0] if words else None

    def last_key(self, last: str | None) -> str | None:
        """Return the family name folded, without particles and generation; Mc Donald and O Brien are one word."""
        words = [word for word in fold(last or "").split() if word not in self.people.generations and not word.isdigit()]
        family = [word for word in words if word not in self._particles] or words
        return re.sub(rf"\b({'|'.join(_JOINED)}) (?=[a-z])", r"\1", " ".join(family)) or None

    def _family_starts(self, words: list[str]) -> int:
        """Index where the family name starts: the last word that is no generation, and the particles before it."""
        cut = len(words) - 1
        while cut > 1 and fold(words[cut]) in self.people.generations:
            cut -= 1
        while cut > 1 and words[cut - 1].lower() in self._particles:
            cut -= 1
        return cut

    def _strip_titles(self, name: str) -> str:
        """Cut titles in front and degrees behind."""
        head, *tails = [part.strip() for part in name.split(",")]
        tails = [tail for tail in tails if not self._all_in(tail, self._comma_degrees)]
        if len(tails) == 1 and fold(tails[0]) in self.people.generations:
            head, tails = f"{head} {self.people.generations[fold(tails[0])]}", []
        words = head.split()
        while words and self._is_title(words[0]):
            words = words[1:]
        while len(words) > 1 and words[-1].replace(".", "").lower() in self._degrees:
            words = words[:-1]
        return ", ".join(part for part in (" ".join(words), *map(self._strip_front, tails)) if part)

    def _strip_front(self, text: str) -> str:
        words = text.split()
        while words and self._is_title(words[0]):
            words = words[1:]
        return " ".join(words)

    def _is_title(self, word: str) -> bool:
        bare = word.lower().strip(".")
        if "." in word:
            return all(piece in self._dotted or fold(piece) in self._dotted for piece in re.split(r"[.]-?", bare) if piece)
        return fold(bare) in self._titles

    @staticmethod
    def _all_in(text: str, known: frozenset[str]) -> bool:
        words = text.lower().replace(".", "").replace("/", " ").split()
        return all(word in known for word in words)

    def _capital(self, word: str, *, is_last: bool = True) -> str:
        low = word.lower()
        if not is_last and low in self._particles:
            return low
        if low.strip(".") in ("ii", "iii", "iv"):
            return low.upper()
        if len(word) <= _INITIALS and word.isupper() and not re.search(r"[AEIOUYÄÖÜ]", word):
            return word  # initials: TJ
        pieces = _PIECES.split(low)
        return "".join(_capital_piece(piece, following) for piece, following in zip(pieces, [*pieces[1:], ""], strict=True))


def facts(con: duckdb.DuckDBPyConnection, cells: Mapping[str, Column], people: People) -> dict[str, Column]:
    """Return the shown `first_name` and `last_name` of every row: of their own columns, else of the full name."""
    names = _rules(people)
    shown = {side: _polish(con, cells[side], names) for side in SIDES if side in cells}
    if "full_name" in cells:
        full = cells["full_name"].cells
        if len(shown) == len(SIDES):
            full = pc.if_else(pc.and_(*map(pc.is_valid, shown.values())), pa.scalar(None, pa.string()), full)
        needed = encode(full)
        halves = _halve(con, needed.texts, names)
        shown = {side: first_of(shown.get(side), needed.spread(column(halves, side))) for side in SIDES}
    return {side: encode(cells) for side, cells in shown.items()}


def keys(con: duckdb.DuckDBPyConnection, side: str, shown: pa.Array, people: People) -> pa.Array:
    """Return the key of every shown first or last name: in SQL, and by `Names` where a word of it is no name or SQL has no letters."""
    names = _rules(people)
    folded = {"first_name": "split_part(fold(replace(name, '-', '')), ' ', 1)", "last_name": "fold(name)"}[side]
    usual = f"not is_foreign(name) and not regexp_matches(fold(name), {quote_text(rf'[0-9]|{_apart(people)}')})"
    found = column(ask(con, f"case when {usual} then nullif({folded}, '') end as key", name=shown), "key")
    odd = missing(found, shown)
    by_name = {"first_name": names.first_key, "last_name": names.last_key}[side]
    return settle(found, odd, map(by_name, shown.filter(odd).to_pylist()))


def _polish(con: duckdb.DuckDBPyConnection, names: Column, rules: Names) -> pa.Array:
    found = column(ask(con, *_plain(rules.people), name=names.texts), "name")
    odd = missing(found, names.texts)
    return names.spread(settle(found, odd, map(rules.polish, names.texts.filter(odd).to_pylist())))


def _halve(con: duckdb.DuckDBPyConnection, full: pa.Array, rules: Names) -> pa.Table:
    """Split full names: plain ones at their comma, else before their last word."""
    family = "if(contains(name, ','), split_part(name, ', ', 1), split_part(name, ' ', -1))"
    given = f"""case when contains(name, ',') then split_part(name, ', ', 2)
        when contains(name, ' ') then left(name, length(name) - length({family}) - 1) end"""
    found = ask(con, *_plain(rules.people), f"{given} as first_name, {family} as last_name", name=full)
    odd = missing(column(found, "last_name"), full)
    halves = [rules.split(name) for name in full.filter(odd).to_pylist()]
    settled = [settle(column(found, side), odd, [half[place] for half in halves]) for place, side in enumerate(SIDES)]
    return pa.table(settled, names=list(SIDES))


@cache
def _rules(people: People) -> Names:
    return Names(people)


@cache
def _plain(people: People) -> tuple[str, str]:
    """Write the SQL of names as they are shown, where behind titles is nothing but names, with capitals rightly, everywhere or nowhere."""
    bare, dotted = (
        "|".join(word for word in words if word.isascii() and word.isalpha()) for words in (people.titles, people.dotted_titles)
    )
    title = quote_text(f"^(?i)(?:(?:(?:{bare})[.]?|(?:{dotted})[.]) )+")
    capitalised = "array_to_string(list_transform(string_split(lower(name), ' '), lambda word: upper(word[1]) || word[2:]), ' ')"
    written = f"case when regexp_full_match(name, '{PLAIN}') then name when regexp_full_match(name, '{EVEN}') then {capitalised} end"
    is_plain = f"not regexp_matches(fold(name), {quote_text(_apart(people))})"
    untitled = f"if(regexp_matches(name, {title}), regexp_replace(name, {title}, ''), name) as name"
    return untitled, f"case when {is_plain} then {written} end as name"


@cache
def _apart(people: People) -> str:
    """Write the pattern of a folded name that has a word with rules of its own: a title, a degree, a particle, a generation."""
    listed = (people.titles, people.dotted_titles, people.degrees, people.comma_degrees, people.generations, people.particles)
    words = sorted({fold(word) for words in listed for word in words} | {*_JOINED, "mc[a-z]+"})  # mcdonald is shown as McDonald
    return f"(?:^| )(?:{'|'.join(words)})(?: |$)"


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word.replace("-", "").isalpha()


def _is_even(name: str) -> bool:
    """Whether the capitals say nothing: all are, or none is."""
    return name.isupper() or name.islower()


def _capital_piece(piece: str, following: str) -> str:
    if re.fullmatch(r"mc[^\W\d_]{3,}", piece):
        return "Mc" + piece[2:].capitalize()
    if len(piece) == 1 and piece == "s" and not following:
        return piece  # a genitive, not a name
    return piece.capitalize()
