"""Who is who: records become persons and companies, under ids that never change.

Doors: `resolve` (records -> persons, companies, with the evidence) and `survive` (golden records with provenance). Read in the order of
the flow: `names`, `link`, `cluster`, `identity`, `resolve`, `survive`.
"""

from leadmill.match.resolve import ANSWERS, Resolution, resolve
from leadmill.match.survive import Golden, survive

__all__ = ["ANSWERS", "Golden", "Resolution", "resolve", "survive"]
