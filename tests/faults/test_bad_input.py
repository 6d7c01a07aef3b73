"""Law 12: bad input gets a clear error that names file, line or column and the way out, and the other sources' night goes on."""

import pytest
from tiny_house import LIST, person

GOOD = [person(number) for number in range(3)]


def no_file(house):
    (house.root / "lists" / "bad.csv").unlink()


def empty_file(house):
    (house.root / "lists" / "bad.csv").write_bytes(b"")


def only_a_header(house):
    (house.root / "lists" / "bad.csv").write_text("First,Last,Email\n")


def wrong_encoding(house):
    (house.root / "lists" / "bad.csv").write_bytes("First,Last,Email\nJörg,Müller,j.mueller@jm.example\n".encode("cp1252"))


def unknown_key(house):
    house.source("bad", BAD + "colums: {}\n")


def unknown_key_deep_down(house):
    house.source("bad", BAD.replace("delimiter:", "delimeter:"))


def unknown_canonical_column(house):
    house.source("bad", BAD.replace("last_name:", "lastname:"))


def missing_column(house):
    (house.root / "lists" / "bad.csv").write_text("First,Last,E-Mail\nAnn,Lake,ann@ann.example\n")


def unknown_rule(house):
    house.source("bad", BAD.replace("expect_column_values_to_not_be_null", "expect_column_values_to_not_be_nul"))


def yaml_that_is_none(house):
    house.source("bad", BAD + "contract: [\n")


def a_workbook_in_disguise(house):
    (house.root / "lists" / "bad.csv").write_bytes(b"PK\x03\x04 this is no workbook either")


BAD = LIST.replace("lists/acme*.csv", "lists/bad.csv")
CASES = {
    no_file: ["source bad has no delivery", "lists/bad.csv", "bad.yaml"],
    empty_file: ["bad.csv", "empty"],
    wrong_encoding: ["bad.csv", "utf-8", "encoding"],
    unknown_key: ["bad.yaml:24", "unknown key 'colums'. Did you mean 'columns'?"],
    unknown_key_deep_down: ["bad.yaml:5", "unknown key 'format.delimeter'. Did you mean 'delimiter'?"],
    unknown_canonical_column: ["bad.yaml", "unknown canonical column 'lastname'. Did you mean 'last_name'?"],
    missing_column: ["lacks what its contract requires", "'Email'", "nearest found 'E-Mail'"],
    unknown_rule: ["bad.yaml:23", "expect_column_values_to_not_be_null"],
    yaml_that_is_none: ["bad.yaml", "not valid YAML"],
    a_workbook_in_disguise: ["bad.csv"],
}


@pytest.mark.parametrize(("spoil", "told"), CASES.items(), ids=[case.__name__ for case in CASES])
def test_what_is_wrong_is_told_with_the_way_out_and_the_others_go_on(house, spoil, told):
    house.deliver("acme.csv", GOOD)
    house.source("bad", BAD)
    house.deliver("bad.csv", [person(number) for number in range(10, 13)])
    spoil(house)

    night = house.night()

    assert night["crm"]["created"] == len(GOOD)
    assert night["sources"]["acme"]["accepted"] == len(GOOD)
    reasons = " ".join(night["failed"].values())
    for words in told:
        assert words.lower() in reasons.lower()


def test_a_list_without_rows_is_told(house):
    house.source("bad", BAD)
    only_a_header(house)

    night = house.night(source="bad")

    assert "bad.csv" in " ".join(night["failed"].values())
    assert night["sources"]["bad"]["received"] == 0


def test_one_bad_file_of_a_source_does_not_keep_its_others_back(house):
    house.deliver("acme-1.csv", GOOD)
    (house.root / "lists" / "acme-2.csv").write_bytes(b"")

    night = house.night()

    assert night["sources"]["acme"]["accepted"] == len(GOOD)
    assert any("acme-2.csv" in reason for reason in night["failed"].values())


def test_a_mended_file_is_taken_the_next_night(house):
    (house.root / "lists" / "acme.csv").write_bytes(b"")
    assert house.night()["failed"]

    house.deliver("acme.csv", GOOD)
    night = house.night()

    assert night["crm"]["created"] == len(GOOD)


def test_one_file_given_to_two_sources_is_told(house):
    house.source("bad", BAD)
    house.deliver("acme.csv", GOOD)
    house.deliver("bad.csv", GOOD)

    night = house.night()

    assert "delivered as source acme before" in " ".join(night["failed"].values())
    assert night["crm"]["created"] == len(GOOD)
