"""Law 1 in small: counts add up, or the night stops."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadmill.errors import TallyUnbalanced
from leadmill.tally import CRM_OUTCOMES, DECISIONS, NightTally, Tally

counts = st.integers(0, 10**9)
balanced = st.tuples(counts, counts, counts, counts).map(lambda c: Tally(sum(c), *c))


@given(st.lists(balanced))
def test_a_sum_of_balanced_tallies_is_balanced(tallies):
    Tally.total(tallies).check("any")


@given(balanced, st.integers(1, 10**6), st.sampled_from(["received", "accepted", "quarantined", "suppressed", "duplicate"]))
def test_one_row_more_or_less_anywhere_stops_the_run(tally, extra, where):
    off = tally + Tally(**{where: extra})

    with pytest.raises(TallyUnbalanced, match="rows received, but"):
        off.check("acme")


def test_an_unbalanced_tally_names_the_source_and_all_five_counts():
    with pytest.raises(TallyUnbalanced) as caught:
        Tally(received=10, accepted=5, quarantined=2, suppressed=1, duplicate=1).check("acme")

    assert "acme: 10 rows received, but 9 accounted for (5 accepted + 2 quarantined + 1 suppressed + 1 duplicate)" in str(caught.value)


def test_a_night_speaks_the_shape_machines_read():
    night = NightTally("n1", sources={"acme": Tally(1, 1)}).as_json()

    assert json.loads(json.dumps(night)) == night
    assert night["sources"]["acme"] == {"received": 1, "accepted": 1, "quarantined": 0, "suppressed": 0, "duplicate": 0}
    assert tuple(night["decisions"]) == DECISIONS
    assert tuple(night["crm"]) == CRM_OUTCOMES
    assert {"night", "persons", "companies", "enriched", "deferred", "provider_calls", "spent"} <= set(night)
