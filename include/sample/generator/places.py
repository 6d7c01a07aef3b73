"""Real cities, and the telephone numbers set aside for fiction in them.

Ranges: NANP 555-0100 to 555-0199 in every area code (US, Canada); Ofcom's drama numbers (GB); the Bundesnetzagentur's numbers for media
productions (DE); Arcep's 01 99 00 and its sisters (FR); ACMA's 5550 (AU); PTS's (SE). `phonenumbers` 9 calls all of them possible and valid,
except British mobiles (07700 900xxx: possible, not valid). Countries without such a range have companies here but no numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

COUNTRY_CODES = {"US": "1", "CA": "1", "GB": "44", "DE": "49", "FR": "33", "AU": "61", "SE": "46"}


@dataclass(frozen=True, slots=True)
class Place:
    """A city; its fictional numbers are area code, `prefix`, then `free` digits. In `postcode` a # stands for a digit."""

    country: str
    city: str
    region: str
    postcode: str
    area: str = ""
    prefix: str = ""
    free: int = 0


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


# City|region|postcode|area code|prefix; by country and how many digits are free after the prefix.
_TABLE = {
    ("US", 2): "New York|NY|100##|212|55501; Los Angeles|CA|900##|213|55501; Chicago|IL|606##|312|55501; Houston|TX|770##|713|55501; "
    "Phoenix|AZ|850##|602|55501; Philadelphia|PA|191##|215|55501; San Antonio|TX|782##|210|55501; San "
    "Diego|CA|921##|619|55501; Dallas|TX|752##|214|55501; Austin|TX|787##|512|55501; San Jose|CA|951##|408|55501; "
    "Columbus|OH|432##|614|55501; Indianapolis|IN|462##|317|55501; Charlotte|NC|282##|704|55501; Seattle|WA|981##|206|55501; "
    "Denver|CO|802##|303|55501; Boston|MA|021##|617|55501; Nashville|TN|372##|615|55501; Detroit|MI|482##|313|55501; "
    "Portland|OR|972##|503|55501; Las Vegas|NV|891##|702|55501; Memphis|TN|381##|901|55501; Baltimore|MD|212##|410|55501; "
    "Milwaukee|WI|532##|414|55501; Tucson|AZ|857##|520|55501; Fresno|CA|937##|559|55501; Sacramento|CA|958##|916|55501; "
    "Atlanta|GA|303##|404|55501; Omaha|NE|681##|402|55501; Raleigh|NC|276##|919|55501; Miami|FL|331##|305|55501; "
    "Cleveland|OH|441##|216|55501; Tulsa|OK|741##|918|55501; Tampa|FL|336##|813|55501; Minneapolis|MN|554##|612|55501; "
    "Pittsburgh|PA|152##|412|55501; Orlando|FL|328##|407|55501; Boise|ID|837##|208|55501; Buffalo|NY|142##|716|55501",
    ("CA", 2): "Toronto|ON||416|55501; Montréal|QC||514|55501; Vancouver|BC||604|55501; Calgary|AB||403|55501; Ottawa|ON||613|55501",
    ("GB", 3): "London||EC#A #BB|20|79460; Leeds||LS# #AB|113|4960; Sheffield||S# #AB|114|4960; Nottingham||NG# #AB|115|4960; "
    "Leicester||LE# #AB|116|4960; Bristol||BS# #AB|117|4960; Reading||RG# #AB|118|4960; Birmingham||B# #AB|121|4960; "
    "Edinburgh||EH# #AB|131|4960; Glasgow||G# #AB|141|4960; Liverpool||L# #AB|151|4960; Manchester||M# #AB|161|4960; "
    "Newcastle||NE# #AB|191|4980; Cardiff||CF# #AB|29|20180",
    ("DE", 3): "Köln|NW|506##|221|4710; Düsseldorf|NW|402##|221|4710; Bonn|NW|531##|221|4710; Aachen|NW|520##|221|4710; "
    "Münster|NW|481##|221|4710; Berlin|BE|101##|30|23125; Potsdam|BB|144##|30|23125; Hamburg|HH|200##|40|66969; "
    "Lübeck|SH|235##|40|66969; München|BY|803##|89|99998; Nürnberg|BY|904##|89|99998; Würzburg|BY|970##|89|99998; Frankfurt "
    "am Main|HE|603##|69|90009; Gießen|HE|353##|69|90009; Saarbrücken|SL|661##|69|90009",
    ("FR", 4): "Paris||750##|1|9900; Rennes||350##|2|6191; Strasbourg||670##|3|5301; Lyon||690##|4|6571; Toulouse||310##|5|3649",
    ("AU", 4): "Sydney|NSW|20##|2|5550; Melbourne|VIC|30##|3|5550; Brisbane|QLD|40##|7|5550; Perth|WA|60##|8|5550",
    ("SE", 2): "Stockholm||111 ##|8|465004; Göteborg||411 ##|31|39006; Malmö||211 ##|40|628040",
    ("NL", 0): "Amsterdam||10## AB||; Rotterdam||30## AB||; Utrecht||35## AB||",
    ("AT", 0): "Wien||10#0||; Graz||80#0||",
    ("CH", 0): "Zürich||80##||; Bern||30##||",
    ("PL", 0): "Warszawa||00-0##||; Kraków||30-0##||",
}
MOBILES = [Place("DE", "", "", "", "176", "04069", 3), Place("GB", "", "", "", "7700", "900", 3)]


def read_places() -> dict[str, list[Place]]:
    """Read the table: country -> its cities."""
    found: dict[str, list[Place]] = {}
    for (country, free), table in _TABLE.items():
        found.setdefault(country, []).extend(Place(country, *cell.split("|"), free=free) for cell in table.split("; "))
    return found


def fill_postcode(pattern: str, rng: Random) -> str:
    """Turn '506##' into '50613' and 'M# #AB' into 'M4 7KD'."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in pattern.replace("AB", rng.choice(letters) + rng.choice(letters)))


class Exchange:
    """Hands out fictional numbers, each once; none is left when a range is used up.

    With `wide`, for lists larger than the world's fiction, American numbers come from the whole exchange 555.
    """

    def __init__(self, rng: Random, *, wide: bool = False) -> None:
        self._rng, self._wide = rng, wide
        self._left: dict[str, list[int]] = {}

    def issue(self, place: Place) -> Phone | None:
        """Take the next free number of the place's range."""
        prefix, free = ("555", 4) if self._wide and place.country in ("US", "CA") else (place.prefix, place.free)
        if not free:
            return None
        key = f"{place.country}{place.area}"
        if key not in self._left:
            self._left[key] = self._rng.sample(range(10**free), 10**free)
        left = self._left[key]
        return Phone(place.country, place.area, f"{prefix}{left.pop():0{free}d}") if left else None

    def issue_mobile(self, place: Place) -> Phone | None:
        """Take a mobile number where the country has fictional ones, else a number of the place."""
        mobile = next((range_ for range_ in MOBILES if range_.country == place.country), None)
        return (self.issue(mobile) if mobile else None) or self.issue(place)
