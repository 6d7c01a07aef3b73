"""The many ways to write one thing: names, telephone numbers, companies, amounts. Pure functions of text and randomness."""

from __future__ import annotations

import unicodedata
from random import Random

from generator.places import COUNTRY_CODES, Phone
from generator.pools import NICKNAMES

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_SHORT = 4  # letters; a shorter name loses its face with a letter
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "ø": "o", "ß": "ss"})


def strip_accents(text: str) -> str:
    """Müller -> Muller, Łukasz -> Lukasz."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def transliterate(text: str) -> str:
    """Müller -> Mueller, as Germans write where the keyboard has no umlaut; other accents go."""
    return strip_accents(text.translate(_GERMAN))


def fold(text: str) -> str:
    """Lower-case ASCII letters and digits only, for mailboxes and domains."""
    return "".join(c for c in transliterate(text).lower() if c.isascii() and c.isalnum())


def misspell(text: str, rng: Random) -> str:
    """One slip of the fingers, never in the first letter: two letters swapped, one dropped, one doubled."""
    if len(text) < _SHORT:
        return text + text[-1:]
    at = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(3)
    if kind == 0 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]


def nickname(first: str) -> str:
    """James -> Jim; the name itself when nobody shortens it."""
    return NICKNAMES.get(first, first)


def phone_international(phone: Phone, rng: Random) -> str:
    """Write it as international lists do: +1 212-555-0123, +442079460123, 001 212 555 0123."""
    code, area, local = COUNTRY_CODES[phone.country], phone.area, phone.local
    grouped = f"{local[:3]}-{local[3:]}" if code == "1" else f"{local[:4]} {local[4:]}"
    return rng.choice(
        [f"+{code} {area} {grouped}"] * 4 + [f"+{code}{area}{local}", f"00{code} {area} {local}", f"+{code} ({area}) {grouped}"]
    )


def phone_national(phone: Phone, rng: Random) -> str:
    """Write it as it is dialled at home: 0221/ 4710-123, (212) 555-0123."""
    area, local = phone.area, phone.local
    if phone.country in ("US", "CA"):
        return rng.choice([f"({area}) {local[:3]}-{local[3:]}", f"{area}.{local[:3]}.{local[3:]}", f"{area}-{local[:3]}-{local[3:]}"])
    head, tail = local[:-3], local[-3:]
    spaced = [f"0{area} {head}{tail}", f"(0{area}) {head} {tail}", f"+{COUNTRY_CODES[phone.country]} (0){area} {head}{tail}"]
    if local.startswith("0"):  # a mobile of the range for fiction: behind a slash its nought would read as a second number
        return rng.choice(spaced)
    return rng.choice([f"0{area}/ {head}-{tail}"] * 3 + [f"0{area} / {head} - {tail}", *spaced])


def company_alias(base: str, form: str, former: str, rng: Random) -> str:
    """Another name of the same company: without its form, in capitals, & for and, its former name."""
    turned = base.replace(" & ", " and ") if " & " in base else base.replace(" und ", " & ")
    return rng.choice([base, base.upper(), f"{turned} {form.upper()}", f"{turned} {form}.", f"{turned}, {form}", former or turned])


def amount_german(value: int) -> str:
    """1234567 -> 1.234.567,00."""
    return f"{value:,}".replace(",", ".") + ",00"


def mojibake(text: str) -> str:
    """UTF-8 read as Windows-1252: Müller -> MÃ¼ller; unchanged when that has no spelling."""
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


def fit_cp1252(text: str) -> str:
    """Keep umlauts, drop the accents Windows-1252 has no letter for: Şahin -> Sahin."""
    return "".join(c if c.encode("cp1252", "ignore") else strip_accents(c) for c in text)
