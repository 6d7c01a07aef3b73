"""How good a clustering is against the truth: pairwise precision, recall and F1, and B-cubed F1."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairwise precision, recall and F1 over all rows, and B-cubed F1 (Bagga and Baldwin 1998), each 0 to 1."""

    precision: float
    recall: float
    f1: float
    bcubed_f1: float

    def as_json(self) -> dict[str, float]:
        """Plain numbers, rounded to six places."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def measure(found: npt.ArrayLike, truth: npt.ArrayLike) -> Quality:
    """Compare cluster labels with true ones, row by row."""
    _, found_code = np.unique(np.asarray(found), return_inverse=True)
    _, true_code = np.unique(np.asarray(truth), return_inverse=True)
    both, both_size = np.unique(np.stack([found_code, true_code]), axis=1, return_counts=True)
    found_size, true_size = np.bincount(found_code), np.bincount(true_code)
    hits = _pairs(both_size)
    precision, recall = _ratio(hits, _pairs(found_size)), _ratio(hits, _pairs(true_size))
    rows = max(len(found_code), 1)
    bcubed_precision = float((both_size**2 / found_size[both[0]]).sum() / rows)
    bcubed_recall = float((both_size**2 / true_size[both[1]]).sum() / rows)
    return Quality(precision, recall, _harmonic(precision, recall), _harmonic(bcubed_precision, bcubed_recall))


def _pairs(sizes: npt.NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: int, whole: int) -> float:
    """Nothing found of nothing to find is perfect."""
    return part / whole if whole else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
