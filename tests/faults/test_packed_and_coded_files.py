"""Files that are not one plain list of text: packed, coded, wrapped, monstrous. Read as the list they hold, or refused with the way out."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from people_list import HEADER, LIST, PEOPLE, rows_of

from leadmill.config import Format
from leadmill.errors import SourceError
from leadmill.sources import read


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.csv", b"%PDF-1.7\n" + b"x" * 100, "a PDF"),
        ("list.csv", b"<!DOCTYPE html><table></table>", "a web page"),
        ("list.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page"),
        ("list.csv", bytes(range(256)) * 40, "not text"),
        ("list.json", b'{"a": [1', "not valid JSON"),
        ("list.json", b"[" * 200_000, "nested too deeply"),
        ("list.json", b'{"a": [1], "b": [2]}', "several lists"),
        ("list.json", b'[["\\ud800"]]', "not text"),
        ("list.json", b'"just text"', "not a list"),
        ("list.parquet", b"PAR1 and then nothing", "damaged"),
        ("list.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "cut off"),
        ("list.csv.gz", b"\x1f\x8b" + b"\xff" * 50, "damaged"),
        ("list.zip", b"PK\x03\x04" + b"\xff" * 50, "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_the_way_out(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(SourceError, match=said) as caught:
        read(path, Format())

    assert caught.value.hint
    assert caught.value.file == name


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # no clock in it: a test's id is its case
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LIST, mtime=0),
        gzip.compress(LIST[:50], mtime=0) + gzip.compress(LIST[50:], mtime=0),
        zipped({"in/list.csv": LIST, "__MACOSX/._list.csv": b"x"}),
    ],
    ids=["gzip", "gzip in two members", "zip with what a Mac adds"],
)
def test_a_packed_list_is_read_as_the_list(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.packed"
    path.write_bytes(data)

    assert rows_of(read(path, Format())) == PEOPLE


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": LIST, "b.csv": LIST}, "2 files, not one"),
        ({"a.zip": zipped({"a.csv": LIST})}, "archive within an archive"),
        ({"a.csv": gzip.compress(LIST, mtime=0)}, "archive within an archive"),
        ({"a.csv": b"\0" * 600_000_000}, "may be a bomb"),
        ({f"{number}": b"" for number in range(3000)}, "may be a bomb"),
    ],
    ids=["two lists", "a zip in a zip", "gzip in a zip", "a bomb", "thousands of files"],
)
def test_an_archive_that_is_not_one_list_is_refused_unopened(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    path = tmp_path / "list.zip"
    path.write_bytes(zipped(members))

    with pytest.raises(SourceError, match=said):
        read(path, Format())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1," + b"x" * 20_000_000 + b"\n", "a line is longer than 8 MB"),
        (b'a,b\n1,"' + b"x\n" * 10_000_000 + b'"\n2,3\n', "a cell is longer than 8 MB"),
        (b",".join(b"c%d" % number for number in range(20_000)) + b"\n", "20000 columns"),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), "may be a bomb"),
    ],
    ids=["a monstrous line", "a monstrous cell of many lines", "too many columns", "a gzip bomb"],
)
def test_a_monster_is_refused_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)

    with pytest.raises(SourceError, match=said):
        read(path, Format())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_usual_dialect_is_found(tmp_path: Path, delimiter: str, quoting: int) -> None:
    path = tmp_path / "list.txt"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting).writerows([HEADER, *PEOPLE])

    reading = read(path, Format())

    assert reading.dialect["delimiter"] == delimiter
    assert rows_of(reading) == PEOPLE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Jürgen Müßig;Köln;Größe", "cp1252"),
        ("Café Élysée;Besançon;«l’été»", "cp1252"),
        ("Łukasz Żółć;Łódź;Gdańsk", "cp1250"),
        ("Иван Петров;Москва;Казань", "cp1251"),
        ("Иван Петров;Москва;Казань", "koi8_r"),
        ("Γιώργος Παπαδόπουλος;Αθήνα;Πάτρα", "cp1253"),
        ("株式会社テスト;山田 タロウ;東京", "shift_jis"),
        ("株式会社テスト;山田 タロウ;東京", "euc_jp"),
        ("株式会社テスト;山田 タロウ;東京", "iso2022_jp"),
        ("Dvořák;Žižkov;Plzeň", "iso8859_2"),
        ("Dvořák;Žižkov;Plzeň", "cp852"),
        ("Győr;Tűz;László", "cp1250"),
        ("Çağrı Öztürk;Beşiktaş;Yıldız", "cp1254"),
        ("Søren Jørgensen;Ærø;Århus", "mac_roman"),
        ("Søren Jørgensen;Ærø;Århus", "cp850"),
        ("Иван Петров;Москва;Казань", "cp866"),
        ("Євген Шевченко;Київ;Їжак", "koi8_u"),
        ("北京（科技）有限公司;张伟;上海市", "gb18030"),
        ("臺北科技有限公司;陳美玲;台北", "big5"),
        ("주식회사 서울;김철수;부산", "cp949"),
        ("Jürgen Müßig;Søren Çelik;Núñez François", "cp1252"),
        ("Acme;©;½", "cp1252"),
    ],
)
def test_encodings_of_before_utf8_are_told_apart_by_their_words(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(("a;b;c\n" + f"{text}\n" * 20).encode(encoding))

    assert rows_of(read(path, Format())) == [text.split(";")] * 20


@pytest.mark.parametrize("text", ["Jürgen Müßig;Köln;Größe", "Иван Петров;Москва;Казань", "株式会社;山田;東京"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark_in_any_script(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes((f"{text}\n" * 20).encode(encoding))

    reading = read(path, Format(header_rows=0))

    assert (rows_of(reading), reading.encoding) == ([text.split(";")] * 20, encoding)


@pytest.mark.parametrize("pasted", [1, 10, 19])
def test_utf_8_rows_pasted_into_another_encoding_are_refused_not_garbled(tmp_path: Path, pasted: int) -> None:
    """And so the other way round: whichever is taken for the file's own, no cell of the other is altered."""
    lines = [f"Müller {number};Köln".encode("utf-8" if number < pasted else "cp1252") for number in range(20)]
    path = tmp_path / "list.csv"
    path.write_bytes(b"\n".join([b"Name;Ort", *lines]))

    reading = read(path, Format())

    assert {row[1] for row in rows_of(reading)} == {"Köln"}
    assert {refusal.reason for refusal in reading.refused} == {"wrong_encoding"}
    assert len(reading.refused) == min(pasted, 20 - pasted)


@pytest.mark.parametrize(
    ("harm", "line"),
    [(lambda data: data[:-1], 21), (lambda data: data[:90] + b"\x00\xd8" + data[90:], 5)],
    ids=["cut within a character", "half of a pair"],
)
def test_a_broken_character_of_two_bytes_costs_its_row(tmp_path: Path, harm: Callable[[bytes], bytes], line: int) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xff\xfe" + harm("\n".join(["Name;Ort", *["Müller;Köln"] * 20]).encode("utf-16-le")))

    reading = read(path, Format())

    assert [(refusal.line, refusal.reason) for refusal in reading.refused] == [(line, "wrong_encoding")]
    assert rows_of(reading) == [["Müller", "Köln"]] * 19


def test_curly_quotes_that_came_by_way_of_latin_1_are_read_as_browsers_do(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a,b\nd\u0092Angerville,7\u0080\n".encode())

    reading = read(path, Format())

    assert rows_of(reading) == [["d’Angerville", "7€"]]
    assert reading.encoding == "utf-8, controls as cp1252"


def test_a_stated_encoding_that_is_wrong_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a,b\n1,2\nKöln,3\n".encode("cp1252"))

    with pytest.raises(SourceError, match="not written in utf-8") as caught:
        read(path, Format(encoding="utf-8"))

    assert caught.value.line == 3
