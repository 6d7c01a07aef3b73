"""The contracts of sale that come with Leadmill: each belongs to a source and asks about columns its rows have."""

from __future__ import annotations

import pytest

from leadmill.columns import schema_of
from leadmill.config import CHECKOUT, load_source
from leadmill.config.list_contract import load_list_contract

CONFIG = CHECKOUT / "include" / "config"
NAMES = sorted(path.stem for path in (CONFIG / "contracts").glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_of_sale_can_be_judged_on_what_its_source_delivers(name):
    contract, source = load_list_contract(CONFIG, name), load_source(CONFIG / "sources" / f"{name}.yaml")
    columns = schema_of(source.kind, {key: attribute.type for key, attribute in source.attributes.items()}).names
    rules = [rule.id for rule in source.contract.rows]
    assert [each.id for each in contract.criteria if each.column and each.column not in columns] == []
    assert [reason for each in contract.criteria for reason in each.reasons if reason not in rules] == []


def test_there_is_a_contract_of_sale_to_learn_from():
    assert NAMES
