"""Names of people: what is shown keeps its accents and its own capitals; what is compared is a key.

Titles (Dr.), salutations (Herr) and degrees (PhD) are not names. Only a name that is all capitals or all small is given capitals, because
mixed ones were typed with care (deGroot, DiCaprio). Python on distinct values; the pure functions are public for whoever wants to try one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import duckdb
import pyarrow as pa

from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import People

_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASIDE = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*")
_INITIALS = 3  # letters: TJ and JFK stay, ANNE does not
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
        return re.sub(r"\b(mc|mac|o) (?=[a-z])", r"\1", " ".join(family)) or None

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


def build(con: duckdb.DuckDBPyConnection, people: People) -> None:
    """Create `given` and `family` (text, shown, key) and `whole` (text, first, last, first_key, last_key) over the names of `clean`."""
    names = Names(people)
    for table, column, key in (("given", "first_name", names.first_key), ("family", "last_name", names.last_key)):
        texts = _distinct(con, f"select distinct {column} from clean where {column} is not null")
        shown = [names.polish(text) for text in texts]
        con.register(table, _table(text=texts, shown=shown, key=[key(name) for name in shown]))
    texts = _distinct(con, "select distinct full_name from clean where full_name is not null and (first_name is null or last_name is null)")
    halves = [names.split(text) for text in texts]
    first, last = [half[0] for half in halves], [half[1] for half in halves]
    con.register(
        "whole", _table(text=texts, first=first, last=last, first_key=map(names.first_key, first), last_key=map(names.last_key, last))
    )


def _distinct(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    texts: list[str] = con.sql(sql).to_arrow_table().column(0).to_pylist()
    return texts


def _table(**columns: object) -> pa.Table:
    return pa.table({name: pa.array(list(values), pa.string()) for name, values in columns.items()})  # type: ignore[call-overload]


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
