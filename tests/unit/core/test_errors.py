"""Errors are records: they name the place and the way out, and survive the trip between processes."""

import pickle

import pytest

from leadmill import errors


def every_error():
    found, queue = [], [errors.LeadmillError]
    while queue:
        kind = queue.pop()
        found.append(kind)
        queue += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_with_its_facts(kind):
    error = kind("too few columns.", file="a.csv", line=7, column="email", hint="Ask the vendor.")

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is kind
    assert (str(again), again.file, again.line, again.column, again.hint) == (str(error), "a.csv", 7, "email", "Ask the vendor.")


def test_an_error_reads_as_place_then_finding_then_way_out():
    error = errors.SourceError("the column is missing.", file="list.csv", line=1, column="E-Mail", hint="Did you mean 'Email'?")

    assert str(error) == "list.csv:1, column 'E-Mail': the column is missing. Did you mean 'Email'?"


def test_an_error_without_a_place_is_just_its_sentence():
    assert str(errors.StateError("the registry is newer than the code.")) == "the registry is newer than the code."


def test_only_an_outage_is_worth_a_retry():
    worth_it = {kind for kind in every_error() if issubclass(kind, errors.ServiceUnavailable)}

    assert worth_it == {errors.ServiceUnavailable, errors.NeverSent}
