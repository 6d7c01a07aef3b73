"""A wrong contract is named by file and line, with the way out."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from leadmill.config import load_source
from leadmill.errors import ConfigError

HEAD = """\
title: A vendor
kind: list
deliveries: x
columns: {email: E-Mail, phone: Tel, company_name: Firma}
"""


def fault(folder: Path, contract: str) -> ConfigError:
    path = folder / "vendor.yaml"
    path.write_text(HEAD + dedent(contract), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_source(path)
    assert caught.value.file == str(path)
    return caught.value


CASES = {
    "unknown rule type": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_not_be_nul
              column: email
        """,
        8,
        "Did you mean 'expect_column_values_to_not_be_null'?",
    ),
    "unknown column": (
        """\
        contract:
          rows:
            - {id: a, expectation: expect_column_values_to_not_be_null, column: email}
            - id: b
              expectation: expect_column_values_to_not_be_null
              column: mail
        """,
        10,
        "rule 'b': the source maps no column 'mail'. Did you mean 'email'?",
    ),
    "unknown column among several": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_any_column_to_have_value
              kwargs:
                columns:
                  - email
                  - fone
        """,
        12,
        "Did you mean 'phone'?",
    ),
    "unknown required column": ("contract:\n  required:\n    - email\n    - last_name\n", 8, "maps no column 'last_name'"),
    "unknown argument": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_match_regex
              column: email
              kwargs:
                regexp: "@"
        """,
        11,
        "Did you mean 'regex'?",
    ),
    "missing argument": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_be_in_set
              column: email
        """,
        7,
        "the argument 'value_set' is missing",
    ),
    "missing column": (
        "contract:\n  rows:\n    - id: a\n      expectation: expect_column_values_to_be_unique\n",
        8,
        "needs the key 'column'",
    ),
    "needless column": (
        "contract:\n  rows:\n    - id: a\n      expectation: expect_rows_not_to_be_shifted\n      column: email\n",
        9,
        "takes no 'column'",
    ),
    "lookahead": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_match_regex
              column: email
              kwargs: {regex: "^(?!test)"}
        """,
        10,
        "there is no lookaround",
    ),
    "a number among texts": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_be_in_set
              column: email
              kwargs: {value_set: ["1", 2]}
        """,
        10,
        "put numbers and yes/no in quotes",
    ),
    "bounds the wrong way round": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_value_lengths_to_be_between
              column: email
              kwargs: {min_value: 5, max_value: 4}
        """,
        10,
        "nothing could pass",
    ),
    "no bounds": (
        "contract:\n  lists:\n    - id: a\n      expectation: expect_table_row_count_to_be_between\n",
        7,
        "give 'min_value', 'max_value' or both",
    ),
    "a share above one": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_be_unique
              column: email
              kwargs: {mostly: 95}
        """,
        10,
        "must be a share from 0 to 1",
    ),
    "a list rule among row rules": (
        "contract:\n  rows:\n    - id: a\n      expectation: expect_table_row_count_to_be_between\n      kwargs: {min_value: 1}\n",
        8,
        "belongs under 'lists'",
    ),
    "a row rule among list rules": (
        "contract:\n  lists:\n    - id: a\n      expectation: expect_column_values_to_be_unique\n      column: email\n",
        8,
        "belongs under 'rows'",
    ),
    "the same id twice": (
        """\
        contract:
          rows:
            - {id: a, expectation: expect_column_values_to_be_unique, column: email}
          lists:
            - {id: a, expectation: expect_refused_share_to_be_at_most, kwargs: {max_value: 0.1}}
        """,
        9,
        "the rule id 'a' is taken",
    ),
    "an id of a rule every list has": (
        "contract:\n  rows:\n    - {id: rows_received, expectation: expect_column_values_to_be_unique, column: email}\n",
        7,
        "is taken",
    ),
    "a tolerance for a list rule": (
        """\
        contract:
          lists:
            - id: a
              expectation: expect_table_row_count_to_be_between
              kwargs: {min_value: 1, mostly: 0.5}
        """,
        9,
        "unknown argument 'mostly'",
    ),
    "unknown severity": (
        """\
        contract:
          rows:
            - id: a
              expectation: expect_column_values_to_be_unique
              column: email
              severity: fatal
        """,
        10,
        "contract.rows.0.severity",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_contract_is_refused_with_its_line_and_the_way_out(tmp_path, case):
    contract, line, words = case
    error = fault(tmp_path, contract)
    assert words in str(error)
    assert error.line == line


def test_every_wrong_rule_is_told_in_one_go(tmp_path):
    error = fault(
        tmp_path,
        """\
        contract:
          rows:
            - {id: a, expectation: nonsense, column: email}
            - {id: b, expectation: expect_column_values_to_match_regex, column: email, kwargs: {regex: "("}}
        """,
    )
    assert "nonsense" in str(error)
    assert "line 8" in str(error)
