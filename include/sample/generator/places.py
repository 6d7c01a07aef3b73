"""Cities, and telephone numbers of the ranges set aside for fiction (`places.toml`), each handed out once.

`phonenumbers` 9 calls all of them possible and valid, except British mobiles (07700 900xxx): possible, not valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from generator import pools

COUNTRY_CODES = {"US": "1", "CA": "1", "GB": "44", "DE": "49", "FR": "33", "AU": "61", "SE": "46"}
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # those the Royal Mail uses at the end


@dataclass(frozen=True, slots=True)
class Place:
    """A city; its numbers are area code, `prefix`, then `free` digits. In `postcode` a # stands for a digit, AB for letters."""

    country: str
    free: int
    city: str
    region: str
    postcode: str
    area: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in parts, so that every list can write it in its own way."""

    country: str
    area: str
    local: str

    @property
    def e164(self) -> str:
        """The one spelling everybody can compare."""
        return f"+{COUNTRY_CODES[self.country]}{self.area}{self.local}"


_MOBILES = {"DE": Place("DE", 3, "", "", "", "176", "04069"), "GB": Place("GB", 3, "", "", "", "7700", "900")}


def read_places() -> dict[str, list[Place]]:
    """Read the cities by country."""
    return {country: [Place(country, facts["free"], *city) for city in facts["cities"]] for country, facts in pools.PLACES.items()}


def fill_postcode(pattern: str, rng: Random) -> str:
    """Turn '506##' into '50613' and 'M# #AB' into 'M4 7KD'."""
    lettered = pattern.replace("AB", rng.choice(_LETTERS) + rng.choice(_LETTERS))
    return "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in lettered)


class Exchange:
    """Hands out fictional numbers, each once; None when a range is used up.

    With `wide`, for lists larger than the world's fiction, American numbers come from the whole exchange 555.
    """

    def __init__(self, rng: Random, *, wide: bool = False) -> None:
        self._rng, self._wide = rng, wide
        self._left: dict[tuple[str, str], list[int]] = {}

    def issue(self, place: Place) -> Phone | None:
        """Take the next free number of the place's range."""
        prefix, free = ("555", 4) if self._wide and place.country in ("US", "CA") else (place.prefix, place.free)
        if not free:
            return None
        key = (place.country, place.area)
        if key not in self._left:
            self._left[key] = self._rng.sample(range(10**free), 10**free)
        left = self._left[key]
        return Phone(place.country, place.area, f"{prefix}{left.pop():0{free}d}") if left else None

    def issue_mobile(self, place: Place) -> Phone | None:
        """Take a mobile number where the country has fictional ones, else a number of the place."""
        mobile = _MOBILES.get(place.country)
        return (self.issue(mobile) if mobile else None) or self.issue(place)
