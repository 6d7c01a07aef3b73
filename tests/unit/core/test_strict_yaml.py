"""Configuration is read strictly: every error names file, line and the way out."""

import pytest

from leadmill.config import Source, Strict, load, load_source
from leadmill.errors import ConfigError

GOOD = """\
title: Acme list
kind: list
deliveries: lists/acme/*.csv
columns:
  email: E-mail
"""


class Sample(Strict):
    """A model of the kinds of value a file may hold."""

    name: str = "given"
    country: str = ""
    count: int = 0
    flag: bool = False


def write(folder, text, name="acme.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_takes_its_name_from_the_file(tmp_path):
    source = load_source(write(tmp_path, GOOD))

    assert (source.name, source.kind, source.columns) == ("acme", "list", {"email": "E-mail"})


def test_norway_is_not_false(tmp_path):
    assert load(write(tmp_path, "country: NO"), Sample).country == "NO"


CASES = {
    "unknown key": (GOOD + "colums: {}\n", 6, "unknown key 'colums'. Did you mean 'columns'?"),
    "unknown key deep down": (GOOD + "format:\n  delimter: ';'\n", 7, "unknown key 'format.delimter'. Did you mean 'delimiter'?"),
    "unknown canonical column": (GOOD + "  emial: Mail\n", None, "unknown canonical column 'emial'. Did you mean 'email'?"),
    "missing key": (GOOD.replace("kind: list\n", ""), 1, "the key 'kind' is missing."),
    "number where text is meant": (GOOD + "country: 49\n", 6, "'country' must be text. Put the value in quotes."),
    "kind outside the list": (GOOD.replace("kind: list", "kind: lsit"), 2, "'kind': Input should be 'list'"),
    "name set inside": (GOOD + "name: other\n", 6, "the key 'name' is set by the file's name. Remove it."),
    "not YAML": (GOOD + "title: [\n", None, "not valid YAML"),
    "duplicate key": (GOOD + "kind: list\n", 6, "not valid YAML"),
    "a list, not keys": ("- a\n- b\n", 1, "expected keys and values"),
    "nothing at all": ("", 1, "expected keys and values"),
}


@pytest.mark.parametrize(("text", "line", "message"), CASES.values(), ids=CASES)
def test_a_wrong_file_names_its_line_and_the_way_out(tmp_path, text, line, message):
    path = write(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        load_source(path)

    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_a_fault_of_the_whole_file_quotes_no_empty_key(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_source(write(tmp_path, GOOD + "  emial: Mail\n"))

    assert caught.value.message.startswith("unknown canonical column")


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_source(write(tmp_path, GOOD + "colums: {}\ntrsut: 3\n"))

    assert "'columns'?" in str(caught.value)
    assert "'trust'?" in str(caught.value)


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    write(tmp_path, GOOD)

    with pytest.raises(ConfigError, match="Did you mean 'acme'"):
        load(tmp_path / "acmee.yaml", Source)


def test_an_alias_bomb_is_refused(tmp_path):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"

    with pytest.raises(ConfigError, match="once aliases are expanded"):
        load(write(tmp_path, bomb), Sample)


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "acme.yaml"
    path.write_bytes("title: Müller".encode("cp1252"))

    with pytest.raises(ConfigError, match=r"not UTF-8 at byte 8\. Save the file as UTF-8\."):
        load_source(path)


def test_yes_is_text_not_truth(tmp_path):
    with pytest.raises(ConfigError, match="'flag'"):
        load(write(tmp_path, "flag: yes"), Sample)
