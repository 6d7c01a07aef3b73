"""The sources room: any vendor's file in, a landed table out. The only room that knows file formats.

`find_deliveries` -> `land` (`read` + ids + drift of the header) -> `map_columns`. Nothing here interprets a cell: every one is the text
it was, and a row that cannot be read without guessing is refused with its line and raw text.
"""

from leadmill.sources.deliveries import delivery_id, find_deliveries
from leadmill.sources.land import Landing, fingerprints, land
from leadmill.sources.mapping import map_columns
from leadmill.sources.read import read
from leadmill.sources.reading import Reading, Refusal

__all__ = ["Landing", "Reading", "Refusal", "delivery_id", "find_deliveries", "fingerprints", "land", "map_columns", "read"]
