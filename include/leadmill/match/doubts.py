"""Pairs a person should look at: those about which the evidence is divided, each with what speaks for and against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadmill.match.tables import Scored
from leadmill.match.weigh import probability

DOUBTFUL = (0.1, 0.9)  # probabilities between which a pair is doubtful
MOST_DOUBTS = 1_000  # pairs, the nearest calls first: no person reads more

SCHEMA = pa.schema(
    [("row", pa.int64()), ("other", pa.int64()), ("together", pa.bool_()), ("probability", pa.float64()), ("why", pa.string())]
)


def doubts(scored: Scored, together: npt.NDArray[np.bool_]) -> pa.Table:
    """List the nearest calls: row, other, whether they were put `together`, probability, and why in words and bits.

    `together` says of each candidate pair how it was decided. Pairs decided against their own evidence, because the rest of a cluster
    speaks otherwise, are doubtful too. No cell is quoted.
    """
    chance = probability(scored.total)
    low, high = DOUBTFUL
    doubtful = ((chance > low) & (chance < high)) | ((chance >= high) & ~together) | ((chance <= low) & together)
    pairs = np.flatnonzero(doubtful)
    nearest = pairs[np.argsort(np.abs(scored.total[pairs]), kind="stable")][:MOST_DOUBTS]
    columns = (
        scored.left[nearest],
        scored.right[nearest],
        together[nearest],
        np.round(chance[nearest], 4),
        [_why(scored, int(pair)) for pair in nearest],
    )
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _why(scored: Scored, pair: int) -> str:
    """Say one pair's evidence in one line: each field, how it agrees, and the bits that is worth."""
    prior, *fields = scored.explain(pair)
    said = [f"{row['field']}: {row['level']} {row['bits']:+.1f}" for row in fields if row["level"] != "missing"]
    return "; ".join([f"at random {prior['bits']:+.1f}", *said])
