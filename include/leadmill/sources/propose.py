"""Propose a source: which header is which canonical column, by its name in many languages and by what its cells look like.

A proposal is a YAML file a person reads and corrects. It says of every line why it is there, and quotes no cell.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadmill.columns import CANONICAL, PERSON_KINDS
from leadmill.config.strict_yaml import plain, read_tree
from leadmill.errors import ConfigError
from leadmill.sources.look import Look, look_at
from leadmill.sources.reading import Reading

SHOWN_BY_CELLS = {"email": "email", "website": "website", "phone": "phone", "country": "country", "lei": "lei"}
SOCIAL = re.compile(r"linked ?in|xing|facebook|twitter|instagram", re.IGNORECASE)  # an address, but nobody's web site
QUALIFIED = re.compile(
    r"((?P<company>company|account|organi[sz]ation|business|hq|headquarters|billing|mailing|firma)"
    r"|lead|contact|person|prospect|customer|primary|properties|fields|attributes|kontakt)[\s._:-]+(?P<field>.+)",
    re.IGNORECASE,
)
OF_PERSON = ("first_name", "last_name", "full_name", "job_title")
HeaderWords = Mapping[str, tuple[str, ...]]
CERTAIN, LIKELY, BY_CELLS = 1.0, 0.8, 0.5
NEAR = 0.84  # likeness of two words
ATTRIBUTE_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}

ALWAYS = 0.95  # share of filled cells from which a column is required
NUMBERED = ("phone", "employee_count", "annual_revenue", "postcode", "amount")
NAMES = ("first_name", "last_name", "full_name", "company_name")
ESSENTIAL = ("company_name", "last_name", "email")
KEYS = ("crm_opportunity_id", "crm_activity_id", "crm_id", "crm_account_id")  # the first that a kind has is its own
BARE_KEY = ("id", "record id", "uuid", "guid")  # what exports call their own key


@dataclass(frozen=True, slots=True)
class Guess:
    """A canonical column, the header proposed for it, and why."""

    column: str
    look: Look
    certainty: float

    @property
    def why(self) -> str:
        """One phrase for the comment."""
        by = {CERTAIN: "by its name", LIKELY: "by its name, nearly", BY_CELLS: "by its cells only: check"}[self.certainty]
        return f"{by}; {self.look.filled:.0%} filled, {self.look.kind}"


def load_header_words(config: Path) -> HeaderWords:
    """Read what headers are called, by canonical column. Raises ConfigError."""
    path = config / "vocabulary" / "headers.yaml"
    tree = plain(read_tree(path), str(path))
    known = {name for columns in CANONICAL.values() for name in columns}
    for name, words in tree.items():
        if name not in known or not isinstance(words, list):
            raise ConfigError(f"{name!r} is no canonical column with a list of words.", file=str(path))
    return {name: tuple(map(str, words)) for name, words in tree.items()}


def propose(name: str, kind: str, deliveries: str, reading: Reading, words: HeaderWords, country: str | None = None) -> str:
    """Write the YAML of a source for files like the one read."""
    looks = [look_at(header, column) for header, column in zip(reading.columns, reading.rows.columns, strict=False)]
    guesses = guess_columns(looks, kind, words)
    mapped = {guess.look.header for guess in guesses}
    rest = [look for look in looks if look.header.strip() and look.header not in mapped]
    lines = [
        "# yaml-language-server: $schema=../schemas/source.schema.json",
        f"# Proposed by `leadmill source new` from {reading.rows.num_rows} rows; {len(reading.refused)} rows were refused by the reader.",
        "# Read every line: what is wrong here is wrong in every lead. Then: leadmill source check " + name,
        f"title: {_quoted(name.replace('_', ' ').capitalize())}",
        f"kind: {kind}",
        f"deliveries: {_quoted(deliveries)}",
        f"country: {_quoted(country)}" if country else '# country: "DE"  # of phone numbers without country code and rows without country',
        "trust: 50  # 0 to 100: whose value survives when sources contradict each other",
        *(["# ruleset: b2b_software  # who decides; without one the persons are known, not decided"] if kind in PERSON_KINDS else []),
        "",
        *_format(reading, looks),
        "",
        "# The whole header. A delivery with another one is held, with a suggestion what became of it.",
        f"headers: [{', '.join(_quoted(header) for header in reading.columns)}]",
        "",
        "columns:" if guesses else "columns: {}  # no header was recognised",
        *(f"  {guess.column}: {_quoted(guess.look.header)}  # {guess.why}" for guess in guesses),
        *_missing(kind, guesses),
        "",
        *_attributes(rest),
        "",
        *_contract(guesses),
    ]
    return "\n".join(lines).rstrip() + "\n"


def guess_columns(looks: Sequence[Look], kind: str, words: HeaderWords) -> list[Guess]:
    """Match headers and canonical columns one to one, the most certain first; ordered as the canonical columns are."""
    order = {name: place for place, name in enumerate(CANONICAL[kind])}
    guesses = [guess for look in looks for guess in _guesses(look, order, words)]
    guesses.sort(key=lambda guess: (-guess.certainty, order[guess.column]))
    chosen: dict[str, Guess] = {}
    for guess in guesses:
        if guess.column not in chosen and all(guess.look.header != other.look.header for other in chosen.values()):
            chosen[guess.column] = guess
    if "first_name" in chosen and "last_name" not in chosen and "full_name" in chosen:  # `Vorname; Name`: the rest of the name
        chosen["last_name"] = replace(chosen.pop("full_name"), column="last_name", certainty=LIKELY)
    return sorted(chosen.values(), key=lambda guess: order[guess.column])


def header_meanings(reading: Reading, words: HeaderWords) -> dict[str, str]:
    """Say which canonical column the headers of a list of people or companies mean: header -> column, by their names alone."""
    looks = [look_at(header, column) for header, column in zip(reading.columns, reading.rows.columns, strict=False)]
    return {guess.look.header: guess.column for guess in guess_columns(looks, "list", words) if guess.certainty > BY_CELLS}


def _guesses(look: Look, columns: Collection[str], words: HeaderWords) -> Iterator[Guess]:
    if look.kind == "empty" or not look.header.strip():
        return
    own_key = next((key for key in KEYS if key in columns), "")
    for column in columns:
        names = (column.replace("_", " "), *words.get(column, ()), *(BARE_KEY if column == own_key else ()))
        certainty = _certainty(look.header, names) or _qualified(look.header, column, names)
        alike = certainty == CERTAIN or _is_id(look.header) == column.endswith("_id")
        if certainty and alike and not _contradicts(look, column):
            yield Guess(column, look, certainty)
    column = SHOWN_BY_CELLS.get(look.kind, "")
    if column in columns and not SOCIAL.search(look.header):
        yield Guess(column, look, BY_CELLS)


def _certainty(header: str, words: Iterable[str]) -> float:
    name, known = folded(header), {folded(word) for word in words}
    if name in known:
        return CERTAIN
    return LIKELY if difflib.get_close_matches(name, known, n=1, cutoff=NEAR) else 0.0


def _qualified(header: str, column: str, names: Iterable[str]) -> float:
    """How certain a header is without the word that says whose field it is: `lead_email`, `properties.email`, `Company City`."""
    found = QUALIFIED.fullmatch(header.strip())
    if found is None or (column in OF_PERSON and found["company"]):
        return 0.0
    return LIKELY if folded(found["field"]) in {folded(name) for name in names} else 0.0


def _is_id(header: str) -> bool:
    return bool(re.search(r"(^|[\W_])[iI][dD]$|[a-z]I[dD]$", header.strip()))


def _contradicts(look: Look, column: str) -> bool:
    """Say whether cells rule a column out: an e-mail column holds e-mail addresses, a moment has digits."""
    if column == "email":
        return look.kind != "email"
    if column == "website":
        return look.kind not in ("website", "text")
    if column == "lei":
        return look.kind != "lei"
    if column.endswith("_at") or column in NUMBERED:
        return look.kind == "email" or not look.has_digits
    return look.kind == "email" or (column in NAMES and look.kind in ("integer", "number", "date"))


def folded(text: str) -> str:
    """Fold case, accents, spaces and punctuation away."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if letter.isalnum())


def _format(reading: Reading, looks: Sequence[Look]) -> Iterator[str]:
    """Yield the lines that pin how the file is written."""
    dates = sorted({look.date_format for look in looks if look.kind == "date" and look.date_format != "%Y-%m-%d"})
    facts: dict[str, Any] = {name: reading.dialect[name] for name in ("delimiter", "sheet") if reading.dialect.get(name)}
    if reading.dialect.get("header_rows") == 0:
        facts["header_rows"] = 0
    if any(look.decimal_comma for look in looks):
        facts["decimal"] = ","
    if dates:
        facts["dates"] = dates
    yield "# What is stated is believed; what is left out is found by looking at each delivery."
    yield "format:" if facts else "# format:"
    yield from (f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items())
    if reading.encoding:
        yield f"  # encoding: {reading.encoding}"


def _missing(kind: str, guesses: Sequence[Guess]) -> Iterator[str]:
    missing = [name for name in CANONICAL[kind] if name not in {guess.column for guess in guesses}]
    if missing:
        yield f"  # not found: {', '.join(missing)}"


def _attributes(rest: Sequence[Look]) -> Iterator[str]:
    """Yield the columns without a canonical name, commented out: who needs one in a rule takes the mark away."""
    if not rest:
        return
    yield "# Columns without a canonical name. Uncomment what a rule shall use; say `known: after` of what is known only after contact."
    yield "# attributes:"
    for name, look in zip(_slugs(rest), rest, strict=True):
        kind = ATTRIBUTE_TYPES.get(look.kind, "text")
        yield f"#   {name}: {{column: {_quoted(look.header)}, type: {kind}}}  # {look.filled:.0%} filled"


def _slugs(looks: Sequence[Look]) -> list[str]:
    found: list[str] = []
    for look in looks:
        folded = unicodedata.normalize("NFKD", look.header).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "_", folded).strip("_") or "column"
        slug = slug if slug[0].isalpha() else f"c_{slug}"
        found.append(slug if slug not in found else f"{slug}_{len(found) + 1}")
    return found


def _contract(guesses: Sequence[Guess]) -> Iterator[str]:
    """Yield a contract that holds for most lists: refuse what nobody can use, mark what looks wrong, hold a list that is mostly refused."""
    names = [guess.column for guess in guesses]
    keys = [guess.column for guess in guesses if guess.look.filled >= ALWAYS and guess.column in (*KEYS, *ESSENTIAL)]
    reach = [name for name in ("email", "phone") if name in names]
    yield "contract:"
    yield f"  required: [{', '.join(keys)}]  # columns the file must have"
    yield "  rows:"
    yield from _rule("shifted_row", "expect_rows_not_to_be_shifted")
    yield from _rule("formula_cell", "expect_cells_not_to_be_formulas")
    yield from _rule("test_lead", "expect_leads_not_to_be_tests")
    if reach:
        yield from _rule("no_way_to_reach", "expect_any_column_to_have_value", f"kwargs: {{columns: [{', '.join(reach)}]}}")
    for name in reach:
        yield from _rule(f"{name}_looks_wrong", f"expect_column_values_to_look_like_{name}", f"column: {name}", "severity: warning")
    for key in (name for name in KEYS if name in keys):
        yield from _rule(f"no_{key}", "expect_column_values_to_not_be_null", f"column: {key}")
    yield "  lists:"
    yield from _rule("not_empty", "expect_table_row_count_to_be_between", "kwargs: {min_value: 1}")
    yield from _rule("too_many_refused", "expect_refused_share_to_be_at_most", "kwargs: {max_value: 0.2}", "severity: warning")


def _rule(name: str, expectation: str, *more: str) -> Iterator[str]:
    yield f"    - id: {name}"
    yield f"      expectation: {expectation}"
    yield from (f"      {line}" for line in more)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
