"""Drift: few false alarms on stable vendors, planted shifts found. Real vendors vary from delivery to delivery, so these do too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadmill.validate.drift import Finding, basis, drift

MISSING = {"email": 0.02, "phone": 0.3, "job_title": 0.1, "website": 0.5, "city": 0.01, "lei": 0.999}
MIXES = {
    "mix country": {"DE": 0.5, "AT": 0.2, "CH": 0.15, "FR": 0.1, "(missing)": 0.05},
    "mix region": {f"region {number}": 1 / 16 for number in range(16)},
    "mix industry": {"software": 0.3, "trade": 0.2, **{f"industry {number}": 0.02 for number in range(25)}},
    "mix rare": {"usual": 0.997, "odd": 0.003},
    "age created_at": {"up to 30 days": 0.6, "up to 90 days": 0.25, "up to 180 days": 0.1, "older": 0.05},
}
Profile = dict[str, Any]


class Vendor:
    """Delivers alike for ever: volume log-normal, every share drawn anew per delivery around its usual value."""

    def __init__(self, seed: int, *, rows: int = 20_000, steadiness: float = 800) -> None:
        self.rng, self.rows, self.steadiness = np.random.default_rng(seed), rows, steadiness

    def deliver(self, volume: float = 1.0, **shares: dict[str, float]) -> Profile:
        """One delivery; `shares` replaces usual shares of a measure (planted shift)."""
        rows = int(self.rng.lognormal(np.log(self.rows), 0.2) * volume)
        usual = {f"missing {name}": {"missing": share, "present": 1 - share} for name, share in MISSING.items()} | MIXES
        return {"rows": rows, "shares": {name: self._count(rows, shares.get(name, usual[name])) for name in usual}}

    def _count(self, rows: int, shares: dict[str, float]) -> dict[str, int]:
        drawn = self.rng.dirichlet(np.array(list(shares.values())) * self.steadiness + 1e-9)
        return dict(zip(shares, (int(count) for count in self.rng.multinomial(rows, drawn)), strict=True))


@pytest.mark.parametrize(
    ("rows", "steadiness"),
    [(300, 800), (20_000, 100), (20_000, 800), (20_000, 1e6), (500_000, 800)],
    ids=["small lists", "a fickle vendor", "usual", "pure dice", "large lists"],
)
def test_of_100_stable_deliveries_at_most_five_raise_any_alarm(rows, steadiness):
    vendor = Vendor(20261121, rows=rows, steadiness=steadiness)
    deliveries = [vendor.deliver() for _ in range(104)]
    alarms = [number for number in range(4, 104) if drift(deliveries[number], deliveries[:number])]
    assert len(alarms) <= 5


SHIFTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a third of the volume": ("volume", {"volume": 0.3}),
    "three times the volume": ("volume", {"volume": 3.5}),
    "twelve points more without e-mail": ("missing email", {"missing email": {"missing": 0.14, "present": 0.86}}),
    "phones no longer delivered": ("missing phone", {"missing phone": {"missing": 1.0, "present": 0.0}}),
    "another country mix": ("mix country", {"mix country": {"DE": 0.3, "AT": 0.2, "CH": 0.15, "FR": 0.3, "(missing)": 0.05}}),
    "a region filled up": ("mix region", {"mix region": {f"region {n}": 0.25 if n == 3 else 0.05 for n in range(16)}}),
    "a category never seen": ("mix industry", {"mix industry": MIXES["mix industry"] | {"crypto": 0.15}}),
    "older leads": (
        "age created_at",
        {"age created_at": {"up to 30 days": 0.3, "up to 90 days": 0.3, "up to 180 days": 0.2, "older": 0.2}},
    ),
}


@pytest.mark.parametrize(("measure", "shift"), SHIFTS.values(), ids=SHIFTS.keys())
def test_a_planted_shift_is_found_and_named_in_nine_of_ten_vendors(measure, shift):
    def found(seed: int) -> list[Finding]:
        vendor = Vendor(seed)
        earlier = [vendor.deliver() for _ in range(8)]
        return drift(vendor.deliver(**shift), earlier)

    named = [any(finding.measure == measure for finding in found(seed)) for seed in range(20)]
    assert sum(named) >= 18


@pytest.mark.parametrize("earlier", [1, 2, 3])
@pytest.mark.parametrize(
    ("rows", "steadiness"), [(300, 800), (20_000, 200), (20_000, 1e6), (500_000, 800)], ids=["small", "fickle", "dice", "large"]
)
def test_with_a_short_history_at_most_five_of_100_stable_vendors_raise_an_alarm(rows, steadiness, earlier):
    vendors = [Vendor(seed, rows=rows, steadiness=steadiness) for seed in range(100)]
    alarms = [vendor for vendor in vendors if drift((known := [vendor.deliver() for _ in range(earlier + 1)])[-1], known[:-1])]
    assert len(alarms) <= 5


GROSS: dict[str, tuple[str, dict[str, Any]]] = {
    "a hundredth of the volume": ("volume", {"volume": 0.01}),
    "phones no longer delivered": ("missing phone", {"missing phone": {"missing": 1.0, "present": 0.0}}),
    "half without e-mail": ("missing email", {"missing email": {"missing": 0.5, "present": 0.5}}),
    "another country": ("mix country", {"mix country": {"DE": 0.02, "AT": 0.02, "CH": 0.02, "FR": 0.9, "(missing)": 0.04}}),
}


@pytest.mark.parametrize("earlier", [1, 3])
@pytest.mark.parametrize(("measure", "shift"), GROSS.values(), ids=GROSS.keys())
def test_a_gross_change_is_found_with_a_short_history(measure, shift, earlier):
    def found(seed: int) -> list[Finding]:
        vendor = Vendor(seed)
        known = [vendor.deliver() for _ in range(earlier)]
        return drift(vendor.deliver(**shift), known)

    assert sum(any(finding.measure == measure for finding in found(seed)) for seed in range(20)) >= 18


def test_how_short_a_history_is_stands_in_a_sentence():
    known = [Vendor(1).deliver() for _ in range(4)]
    assert basis([]).startswith("The first delivery")
    assert "only 1 earlier delivery:" in basis(known[:1])
    assert "only 3 earlier deliveries:" in basis(known[:3])
    assert basis(known) == ""


def test_an_empty_delivery_is_left_to_the_contract():
    vendor = Vendor(1)
    assert drift({"rows": 0, "shares": {}}, [vendor.deliver() for _ in range(8)]) == []


def test_a_certain_but_small_change_is_no_finding():
    steady = Vendor(1, rows=500_000, steadiness=1e9)
    earlier = [steady.deliver() for _ in range(8)]
    assert drift(steady.deliver(**{"missing email": {"missing": 0.04, "present": 0.96}}), earlier) == []


def test_the_finding_says_what_moved_from_where_to_where():
    vendor = Vendor(1, steadiness=1e9)
    finding = drift(vendor.deliver(**{"missing phone": {"missing": 0.9, "present": 0.1}}), [vendor.deliver() for _ in range(8)])[0]
    assert finding.sentence.startswith("missing phone: 'missing' is 89.8% of the rows;")
    assert finding.sentence.endswith("in earlier deliveries it was 30.0%.")
    assert finding.moved == pytest.approx(0.6, abs=0.01)
    assert finding.psi is not None
    assert finding.psi > 0.25
