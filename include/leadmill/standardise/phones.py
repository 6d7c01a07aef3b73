"""Phones to E.164 by country, with their type. Python (phonenumbers) on distinct pairs of text and country.

A number is impossible (null) when its length fits no number of its country; one of possible length in no published range is kept, with type
`unknown`: numbering plans grow faster than lists of them. Digits a spreadsheet rounded away (4.4E+11) are lost: null.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb
import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers.phonemetadata import PhoneMetadata

from leadmill.standardise import phone_plans
from leadmill.standardise.distinct import Column, column, settle

_FLOAT = re.compile(r"[0-9]+\.0+")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*e[+]?[0-9]+", re.IGNORECASE)
_FILLER = re.compile(phone_plans.FILLER)
_SECOND = re.compile(r"\s*(?:[;|]|\bor\b|\boder\b|[/,]\s*(?=[+(0]))\s*", re.IGNORECASE)
_LABEL = re.compile(r"^[^\W\d_][^\d+(]*|\([^)\d]*[^\W\d_][^)\d]*\)")  # Tel.: ... (mobile); letters inside a number are part of it
_TYPES = {phonenumbers.PhoneNumberType.to_string(value).lower(): value for value in phonenumbers.PhoneNumberType.values()}
_NAMES = {value: name for name, value in _TYPES.items()}


def facts(con: duckdb.DuckDBPyConnection, phone: Column, country: pa.Array, default: str | None) -> dict[str, pa.Array]:
    """Return phone and phone_type of every row: its text read as dialled in the row's country, once per distinct pair."""
    pairs, texts, countries = _pair(phone, country)
    con.register("dialled", pa.table({"place": np.arange(len(texts)), "text": texts, "country_code": countries}))
    phone_plans.match(con)
    planned = con.sql("from planned where phone_type is not null").to_arrow_table().combine_chunks()
    phone_plans.forget(con)
    told = np.full(len(texts), -1)
    told[planned["place"].to_numpy()] = np.arange(planned.num_rows)
    odd = pc.and_(pa.array(told < 0), pc.is_valid(texts))
    asked = zip(texts.filter(odd).to_pylist(), countries.filter(odd).to_pylist(), strict=True)
    answers = [read(text, country, default) for text, country in asked]
    found = {}
    for position, name in enumerate(("phone", "phone_type")):
        by_plan = column(planned, name).take(pa.array(told, mask=told < 0))
        found[name] = pairs.spread(settle(by_plan, odd, [answer[position] for answer in answers]))
    return found


def _pair(phone: Column, country: pa.Array) -> tuple[Column, pa.Array, pa.Array]:
    """Pair every text with the countries it is dialled in: the pairs as a column of rows, their texts and their countries."""
    if phone.codes is None:
        return phone, phone.texts, country
    region = country.dictionary_encode()
    regions = pa.concat_arrays([region.dictionary.cast(pa.string()), pa.nulls(1, pa.string())])
    places = pc.fill_null(region.indices, len(regions) - 1)
    pairs = pc.add(pc.multiply(phone.codes.cast(pa.int64()), len(regions)), places).dictionary_encode()
    keys = pairs.dictionary.to_numpy()
    return Column(pairs.dictionary, pairs.indices), phone.texts.take(keys // len(regions)), regions.take(keys % len(regions))


def read(text: str, country: str | None, default: str | None = None) -> tuple[str | None, str | None]:
    """Return (E.164, type) of the first number in `text`, read as a national number of `country`, else of `default`."""
    meant = _meant(text)
    if meant is None:
        return None, None
    fallback: tuple[str | None, str | None] = (None, None)
    for region in dict.fromkeys((country, default)):
        number, kind = _read_as(meant, region)
        if kind not in (None, "unknown"):
            return number, kind
        fallback = fallback if fallback[0] else (number, kind)
    return fallback


def _meant(text: str) -> str | None:
    """Undo what spreadsheets and typists did; null when digits are missing or were never meant."""
    first = _LABEL.sub("", _SECOND.split(text.strip())[0])
    if _SCIENTIFIC.fullmatch(first):
        return None
    if _FLOAT.fullmatch(first):
        first = first.partition(".")[0]
    digits = re.sub(r"[^0-9]", "", first)
    return None if _FILLER.search(digits) else first


def _read_as(text: str, region: str | None) -> tuple[str | None, str | None]:
    """Read as typed; without plus, digits that start with the country's code are first tried with one, as spreadsheets drop it.

    Without a country 00 is taken for the plus: most of the world dials it.
    """
    if region is None and text.startswith("00"):
        return _parse(f"+{text[2:]}", None)
    code = str(phonenumbers.country_code_for_region(region)) if region else "-"
    digits = re.sub(r"[^0-9]", "", text)
    plan: Any = PhoneMetadata.metadata_for_region(region) if region else None
    if "+" not in text and digits.startswith(code) and plan and plan.national_prefix:
        number, kind = _parse(f"+{digits}", region)
        if kind not in (None, "unknown"):
            return number, kind
    return _parse(text, region)


def _parse(text: str, region: str | None) -> tuple[str | None, str | None]:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None, None
    number.extension = None
    kind = _NAMES.get(phonenumbers.number_type(number), "unknown")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), kind
