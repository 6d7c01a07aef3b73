"""Who is who: records become persons and companies, under ids that never change.

Doors of the night: `resolve` (records -> persons, companies, with the evidence) and `survive` (golden records with provenance).
`train_model` makes what the night's second tier scores with. In the order of the flow: `names`, `link`, `model`, `recall`, `cluster`,
`partition`, `identity`, `resolve`, `survive`; `picture` draws the evidence of a pair.

Doors for any table: `deduplicate`, `link_tables` and `measure`. In the order of the flow: `align`, `profile`, `block`, `compare`,
`depend`, `weigh`, `consensus`, `tables`, `doubts`, `measure`.
"""

from leadmill.match.doubts import doubts
from leadmill.match.measure import Quality, measure
from leadmill.match.picture import draw_evidence
from leadmill.match.recall import way_of_matching
from leadmill.match.resolve import ANSWERS, Resolution, columns_compared, resolve, train_model
from leadmill.match.survive import Golden, survive
from leadmill.match.tables import Clustering, Linking, Scored, deduplicate, link_tables

__all__ = [
    "ANSWERS",
    "Clustering",
    "Golden",
    "Linking",
    "Quality",
    "Resolution",
    "Scored",
    "columns_compared",
    "deduplicate",
    "doubts",
    "draw_evidence",
    "link_tables",
    "measure",
    "resolve",
    "survive",
    "train_model",
    "way_of_matching",
]
