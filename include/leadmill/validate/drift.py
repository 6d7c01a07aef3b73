"""Is this delivery like the vendor's earlier ones? Findings with a false-alarm rate that was measured, not hoped for.

Method. Every measure of a profile except volume is a count over categories (missing or present, categories, age bands). New counts are
compared with the pooled earlier ones by Pearson's chi-square; vendors vary more from delivery to delivery than dice do, so it is divided
by how much the earlier deliveries differ among themselves, which gives an F test (quasi-likelihood: McCullagh & Nelder, Generalized Linear
Models, 1989, 4.5). Volume is compared on a log scale with the t prediction interval of the earlier volumes. Volume gets half of `alpha`,
all p-values about shares together the other half (Holm 1979): `alpha` is the chance of any false alarm in a stable delivery. What is
certain but small is no finding: `min_moved` of the rows must have changed category, or the volume by a factor of `min_ratio`.

With fewer than `min_history` earlier deliveries, how much a vendor varies cannot be known from them. What vendors usually vary stands in
for it, weighted as so many deliveries (a moderated variance: Smyth 2004, as in limma): only gross changes are found, and `basis` says so.

Median and MAD would be more robust for volume, but over ten deliveries the MAD itself scatters so much that the false-alarm rate is lost;
pass only profiles of deliveries that were accepted instead. The population stability index is reported (Siddiqi, Credit Risk Scorecards,
2006: above 0.25 is a major shift) but does not decide: it knows no sample size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = Mapping[str, int]
_RARE = 5.0  # expected rows below which chi-square is not trusted: rarer categories are pooled


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """When to speak up. The defaults raise an alarm in fewer than 5 of 100 stable deliveries: tests/properties/test_contract_drift.py."""

    alpha: float = 0.01  # chance of any false alarm per delivery
    min_history: int = 4  # earlier deliveries needed to know how much this vendor varies
    usual_spread: float = 0.01  # of shares, where that is not known: correlation of the rows of a delivery (0.01: a half moves by 5 points)
    usual_volume: float = 0.35  # the same of volume: standard deviation of its logarithm
    usual_weight: int = 8  # degrees of freedom that what is usual counts for
    history: int = 24  # latest deliveries that count
    min_moved: float = 0.03  # share of rows that must have changed category
    min_ratio: float = 1.25  # factor of volume, either way


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference from earlier deliveries: `moved` is the share of rows that changed category; for volume the factor, and no `psi`."""

    measure: str
    sentence: str
    moved: float
    psi: float | None
    p_value: float


def drift(profile: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]], settings: DriftSettings | None = None) -> list[Finding]:
    """Compare a profile with the same vendor's earlier ones, oldest first; the strongest finding first, none without any earlier one."""
    limits = settings or DriftSettings()
    known = [each for each in earlier if each["rows"] > 0][-limits.history :]
    if not known or profile["rows"] == 0:
        return []
    tested = []
    for measure, counts in profile["shares"].items():
        past = [each["shares"][measure] for each in known if measure in each["shares"]]
        if past:
            tested.append(_shares(measure, counts, past, limits))
    volume = _volume(profile["rows"], [each["rows"] for each in known], limits)
    found = [*_holm([volume], limits.alpha / 2), *_holm(tested, limits.alpha / 2)]
    return sorted((each for each in found if _matters(each, limits)), key=lambda finding: finding.p_value)


def basis(earlier: Sequence[Mapping[str, Any]], settings: DriftSettings | None = None) -> str:
    """Say in a sentence when there are too few earlier deliveries to see more than gross changes; empty when there are enough."""
    needed, known = (settings or DriftSettings()).min_history, sum(1 for each in earlier if each["rows"] > 0)
    if known >= needed:
        return ""
    if not known:
        return "The first delivery that is compared: nothing is known of what this vendor usually delivers."
    count = f"{known} earlier {'delivery' if known == 1 else 'deliveries'}"
    return f"Compared with only {count}: fewer than {needed}, so that only gross changes are seen."


def _matters(finding: Finding, limits: DriftSettings) -> bool:
    if finding.psi is None:
        return max(finding.moved, 1 / finding.moved) >= limits.min_ratio
    return finding.moved >= limits.min_moved


def _holm(tested: Sequence[Finding], alpha: float) -> list[Finding]:
    """Keep what stays significant among all tests of this delivery."""
    ordered = sorted(tested, key=lambda finding: finding.p_value)
    kept = []
    for place, finding in enumerate(ordered):
        if finding.p_value > alpha / (len(ordered) - place):
            break
        kept.append(finding)
    return kept


def _volume(rows: int, past: Sequence[int], limits: DriftSettings) -> Finding:
    """Test whether the next log volume lies where earlier ones predict (Student's t with k - 1 degrees of freedom)."""
    from scipy import stats  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy

    logs = np.log(np.asarray(past, dtype=float))
    weight, free = (limits.usual_weight if len(past) < limits.min_history else 0), len(past) - 1
    variance = (weight * limits.usual_volume**2 + float(((logs - logs.mean()) ** 2).sum())) / (weight + free)
    spread = max(math.sqrt(variance), 1 / math.sqrt(float(np.mean(past))))  # never finer than counting allows
    distance = (math.log(rows) - float(logs.mean())) / (spread * math.sqrt(1 + 1 / len(past)))
    usual = math.exp(float(logs.mean()))
    sentence = f"{rows:,} rows; earlier deliveries had about {usual:,.0f}."
    return Finding("volume", sentence, rows / usual, None, float(2 * stats.t.sf(abs(distance), weight + free)))


def _shares(measure: str, counts: Counts, past: Sequence[Counts], limits: DriftSettings) -> Finding:
    """Test whether shares moved more than they do between this vendor's deliveries."""
    from scipy import stats  # noqa: PLC0415

    table = _table(counts, past)
    new, old = table[0], table[1:]
    pooled = old.sum(axis=0)
    moved = new / new.sum() - pooled / pooled.sum()
    p_value = 1.0
    if table.shape[1] > 1:
        free = table.shape[1] - 1
        usual = float(np.median(old.sum(axis=1)))  # a larger delivery is not more certain than a usual one: vendors vary by delivery
        weight = limits.usual_weight if len(old) < limits.min_history else 0
        between, free_between = _chi_square(old) + weight * (1 + usual * limits.usual_spread), free * (len(old) - 1) + weight
        spread = max(between / free_between, 1.0)  # never calmer than dice
        fair = np.vstack([new * min(1.0, usual / new.sum()), pooled])
        p_value = float(stats.f.sf(_chi_square(fair) / free / spread, free, free_between))
    return Finding(measure, _sentence(measure, counts, past), float(np.abs(moved).sum() / 2), _psi(new, pooled), p_value)


def _table(counts: Counts, past: Sequence[Counts]) -> npt.NDArray[np.float64]:
    """Lay counts out, one row per delivery (the new one first), one column per category; rare categories share one."""
    names = sorted({name for each in (counts, *past) for name in each})
    table = np.array([[each.get(name, 0) for name in names] for each in (counts, *past)], dtype=float)
    expected = table.sum(axis=0) / table.sum() * table.sum(axis=1).min()
    rare = expected < _RARE
    folded = np.hstack([table[:, ~rare], table[:, rare].sum(axis=1, keepdims=True)]) if rare.any() else table
    return folded[:, folded.sum(axis=0) > 0]


def _chi_square(table: npt.NDArray[np.float64]) -> float:
    """Pearson's chi-square of homogeneity over the rows of a table."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(((table - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum())


def _psi(new: npt.NDArray[np.float64], pooled: npt.NDArray[np.float64]) -> float:
    """Compute the population stability index; half a row is added to each category so that an empty one stays finite."""
    left, right = ((each + 0.5) / (each.sum() + 0.5 * len(each)) for each in (new, pooled))
    return float(((left - right) * np.log(left / right)).sum())


def _sentence(measure: str, counts: Counts, past: Sequence[Counts]) -> str:
    """Name the category that moved most, with its shares."""
    total, total_past = sum(counts.values()), sum(sum(each.values()) for each in past)
    shares = {
        name: (counts.get(name, 0) / max(total, 1), sum(each.get(name, 0) for each in past) / max(total_past, 1))
        for name in sorted({name for each in (counts, *past) for name in each})
    }
    most = max(shares, key=lambda name: abs(shares[name][0] - shares[name][1]))
    now, before = shares[most]
    return f"{measure}: {most!r} is {now:.1%} of the rows; in earlier deliveries it was {before:.1%}."
