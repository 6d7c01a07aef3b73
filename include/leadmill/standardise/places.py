"""Countries to ISO 3166-1 alpha-2, from codes and names in the languages ISO's translations come in (pycountry carries them).

A name two countries share in different languages belongs to nobody unless English or our own synonyms decide.
"""

from __future__ import annotations

import gettext
import re
from functools import cache

import pyarrow as pa
import pycountry

from leadmill.standardise.text import fold
from leadmill.standardise.vocabulary import Countries

LANGUAGES = (
    "de", "fr", "es", "it", "nl", "pt", "pt_BR", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "bg", "el", "sv", "da", "nb_NO", "fi", "et",
    "lv", "lt", "tr", "ru", "uk", "ar", "he", "ja", "ko", "zh_CN", "zh_TW", "id", "vi", "th", "ca",
)  # fmt: skip
_APART = re.compile(r"[,;/()\[\]|]|\s[-–]\s")


def codes(texts: pa.Array, countries: Countries) -> pa.Array:
    """Return the country code of every text, null when it names none or several."""
    known = _known(countries)
    return pa.array([text and find(text, known) for text in texts.to_pylist()], pa.string())


def find(text: str, known: dict[str, str]) -> str | None:
    """Return the country code of a text: as a whole, else the one its parts agree on ("Germany (DE)", "Berlin, Germany")."""
    whole = known.get(fold(text))
    if whole:
        return whole
    codes = {known.get(fold(part)) for part in _APART.split(text)} - {None}
    return codes.pop() if len(codes) == 1 else None


@cache
def _known(countries: Countries) -> dict[str, str]:
    own = {fold(name): code for code, names in countries.synonyms.items() for name in names}
    return _published() | own


@cache
def _published() -> dict[str, str]:
    """Every published name and code; names that mean different countries in different languages are left out."""
    english = {fold(name): country.alpha_2 for country in pycountry.countries for name in _names(country)}
    translated: dict[str, set[str]] = {}
    for language in LANGUAGES:
        try:
            translation = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        except FileNotFoundError:
            continue  # this release of pycountry does not carry the language
        for country in pycountry.countries:
            for name in _names(country):
                translated.setdefault(fold(translation.gettext(name)), set()).add(country.alpha_2)
    return {name: codes.copy().pop() for name, codes in translated.items() if len(codes) == 1 and name} | english


def _names(country: object) -> list[str]:
    found = (getattr(country, key, None) for key in ("alpha_2", "alpha_3", "name", "official_name", "common_name"))
    return [name for name in found if name]
