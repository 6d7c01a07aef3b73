"""The reasons of a decision: every gate and rule in force with its verdict and points, in the ruleset's order.

Words are stored as codes of a dictionary: a million people times fifteen rules are 45 million words, of which some twenty differ.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadmill.qualify.judge import GATE, InForce
from leadmill.qualify.patterns import Numbers

VERDICTS = ("true", "false", "unknown")
_WORD = pa.dictionary(pa.int16(), pa.string())
REASON = pa.struct([("rule", _WORD), ("dimension", _WORD), ("verdict", _WORD), ("points", pa.int16())])
_AT_ONCE = 250_000  # people per chunk: bounds the offsets of their lists, and the memory beside them


def give_reasons(judged: pa.Table, codes: Numbers, force: InForce) -> pa.ChunkedArray:
    """List the reasons of everybody: `judged` holds `g<i>`, `v<i>` and `p<i>` of every pattern, `codes` the pattern of every person."""
    sizes = range(len(force.gates)), range(len(force.rules))
    verdicts = _beside([_verdict(judged[f"{kind}{i}"]) for kind, each in zip("gv", sizes, strict=True) for i in each], judged.num_rows)
    none = np.zeros(judged.num_rows, dtype=np.int16)
    points = _beside([none for _ in force.gates] + [judged[f"p{i}"].to_numpy() for i in sizes[1]], judged.num_rows)
    names = pa.array([gate.fact.id for gate in force.gates] + [rule.fact.id for rule in force.rules], pa.string())
    dimensions = pa.array([GATE] * len(force.gates) + [rule.fact.dimension for rule in force.rules], pa.string())
    kind = pa.list_(REASON)
    return pa.chunked_array(
        [
            _lists(names, dimensions, verdicts[part], points[part])
            for part in (codes[start : start + _AT_ONCE] for start in range(0, len(codes), _AT_ONCE))
        ],
        kind,
    )


def _verdict(column: pa.ChunkedArray) -> NDArray[np.int16]:
    """Turn true, false and null into the places of VERDICTS."""
    places: NDArray[np.int16] = pc.coalesce(pc.if_else(column, 0, 1), 2).cast(pa.int16()).to_numpy()
    return places


def _beside(columns: list[NDArray[np.int16]], rows: int) -> NDArray[np.int16]:
    """Lay columns side by side: a row per pattern."""
    return np.column_stack(columns).astype(np.int16) if columns else np.zeros((rows, 0), dtype=np.int16)


def _lists(names: pa.Array, dimensions: pa.Array, verdicts: NDArray[np.int16], points: NDArray[np.int16]) -> pa.Array:
    people, length = verdicts.shape
    order = pa.array(np.tile(np.arange(length, dtype=np.int16), people))
    words = [
        pa.DictionaryArray.from_arrays(order, names),
        pa.DictionaryArray.from_arrays(order, dimensions),
        pa.DictionaryArray.from_arrays(pa.array(verdicts.ravel()), pa.array(VERDICTS)),
    ]
    reasons = pa.StructArray.from_arrays([*words, pa.array(points.ravel())], fields=list(REASON))
    return pa.ListArray.from_arrays(pa.array(np.arange(people + 1, dtype=np.int32) * length), reasons, type=pa.list_(REASON))
