"""Names: shown as their owner would write them, compared by keys that spelling cannot part."""

from __future__ import annotations

import pytest

from leadmill.standardise import load_vocabulary
from leadmill.standardise.names import Names

NAMES = Names(load_vocabulary().people)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("MÜLLER-LÜDENSCHEIDT", "Müller-Lüdenscheidt"),
        ("o'brien", "O'Brien"),
        ("O’BRIEN", "O’Brien"),
        ("MCDONALD", "McDonald"),
        ("macdonald", "Macdonald"),
        ("VAN DER BERG", "van der Berg"),
        ("de la cruz", "de la Cruz"),
        ("van der Berg", "van der Berg"),
        ("deGroot", "deGroot"),
        ("DiCaprio", "DiCaprio"),
        ("D'ANGELO", "D'Angelo"),
        ("jean-luc", "Jean-Luc"),
        ("JOSÉ", "José"),
        ("TJ", "TJ"),
        ("LI", "Li"),
        ("j. r.", "J. R."),
        ("SMITH III", "Smith III"),
        ("Dr. HANS", "Hans"),
        ("Prof. Dr. med. Anna", "Anna"),
        ("Dipl.-Ing. Uwe", "Uwe"),
        ("Herr", None),
        ("Mr.", None),
        ("Don", "Don"),
        ("Ma", "Ma"),
        ("Robert (Bob)", "Robert"),
        ("Иванов", "Иванов"),
        ("ИВАНОВ", "Иванов"),
    ],
)
def test_a_name_is_shown_without_titles_and_with_its_capitals(written: str, shown: str | None) -> None:
    assert NAMES.polish(written) == shown


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Anna Berger", "Anna", "Berger"),
        ("Berger, Anna", "Anna", "Berger"),
        ("BERGER, ANNA MARIA", "Anna Maria", "Berger"),
        ("Dr. Anna Berger, PhD", "Anna", "Berger"),
        ("Berger, Dr. Anna", "Anna", "Berger"),
        ("John Smith, Jr.", "John", "Smith Jr."),
        ("John Smith Jr", "John", "Smith Jr"),
        ("John Q. Public", "John Q.", "Public"),
        ("Vincent van der Berg", "Vincent", "van der Berg"),
        ("María de la Cruz", "María", "de la Cruz"),
        ("DUPONT Jean", "Jean", "Dupont"),
        ("Jean DUPONT", "Jean", "Dupont"),
        ("JEAN DUPONT", "Jean", "Dupont"),
        ("山田 太郎", "太郎", "山田"),
        ("Madonna", None, "Madonna"),
        ("Herr Berger", None, "Berger"),
        ("Anna Berger (Acme)", "Anna", "Berger"),
        ("Yo-Yo Ma", "Yo-Yo", "Ma"),
    ],
)
def test_a_full_name_is_split(full: str, first: str | None, last: str | None) -> None:
    assert NAMES.split(full) == (first, last)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Müller", "Mueller", "Muller", "MÜLLER"), ("O'Brien", "O’Brien", "O Brien", "OBrien"), ("McDonald", "Mc Donald", "mcdonald"),
        ("van der Berg", "Berg", "Van Der Berg"), ("Smith Jr.", "Smith", "SMITH III"), ("Sørensen", "Soerensen", "Sorensen"),
        ("Łukasik", "Lukasik"), ("Groß", "Gross"), ("Иванов", "Ivanov"), ("Παπαδόπουλος", "Papadopoylos"),
    ],
)  # fmt: skip
def test_spellings_of_one_family_name_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({NAMES.last_key(spelling) for spelling in spellings}) == 1


def test_the_first_key_is_the_first_given_name_and_a_hyphen_joins() -> None:
    assert [NAMES.first_key(name) for name in ("Anna Maria", "Hans-Peter", "Hans Peter", "J.", None)] == [
        "anna",
        "hanspeter",
        "hans",
        "j",
        None,
    ]


def test_different_people_keep_different_keys() -> None:
    names = ["Meier", "Maier", "Bauer", "Bäcker", "Schmidt", "Schmitt", "Lee", "Li", "Jean-Luc", "Jean-Paul"]
    assert len({NAMES.first_key(name) for name in names}) == len(names)
