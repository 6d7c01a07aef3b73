"""The sources room: any vendor's file in, a landed table out. The only room that knows file formats.

`find_deliveries` -> `land` (`read` + ids + drift of the header) -> `map_columns`. Nothing here interprets a cell: every one is the text
it was, and a row that cannot be read without guessing is refused with its line and raw text.
"""

from leadmill.sources.deliveries import delivery_id, find_deliveries, list_local
from leadmill.sources.drift import hold_unclear
from leadmill.sources.golden import mapped_sample, write_golden
from leadmill.sources.land import Landing, fingerprints, land
from leadmill.sources.mapping import map_columns
from leadmill.sources.places import Remote, copy_remote, list_place, safe_name
from leadmill.sources.propose import header_meanings, load_header_words, propose
from leadmill.sources.read import read
from leadmill.sources.reading import REASONS, Reading, Refusal

__all__ = [
    "REASONS",
    "Landing",
    "Reading",
    "Refusal",
    "Remote",
    "copy_remote",
    "delivery_id",
    "find_deliveries",
    "fingerprints",
    "header_meanings",
    "hold_unclear",
    "land",
    "list_local",
    "list_place",
    "load_header_words",
    "map_columns",
    "mapped_sample",
    "propose",
    "read",
    "safe_name",
    "write_golden",
]
