"""The facts a rule may ask for: every column of a profile with its type in the rules' language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import pyarrow as pa

from leadmill.columns import ATTRIBUTE_TYPES, LANDED, LEAD
from leadmill.config.ruleset import RulesetFile
from leadmill.qualify.grammar import Type

# What the CRM knows of a person and of the company, beside the golden fields. Our own CRM is asked: no customer there means no customer.
# Without any CRM export the columns are null: unknown.
CRM_FACTS = pa.schema(
    [
        ("is_customer", pa.bool_()),  # the company (or the person) has a won opportunity
        ("has_open_opportunity", pa.bool_()),
        ("won_count", pa.int64()),
        ("lost_count", pa.int64()),
        ("last_won_at", pa.timestamp("us", tz="UTC")),
        ("last_lost_at", pa.timestamp("us", tz="UTC")),
        ("activity_count", pa.int64()),  # of the person
        ("last_activity_at", pa.timestamp("us", tz="UTC")),
        ("last_activity_type", pa.string()),
        ("last_activity_outcome", pa.string()),
        ("last_answer", pa.string()),  # responded or declined: the newest that was heard; a call nobody took is no answer
        ("last_answer_at", pa.timestamp("us", tz="UTC")),
        ("last_met_at", pa.timestamp("us", tz="UTC")),  # the last meeting, visit or demo that took place
        ("referred_by_customer", pa.bool_()),  # an activity of type referral, recorded with the account of a won customer
    ]
)
PROVENANCE = (
    "provenance"  # of the golden record, where the profiles carry it: JSON, field -> {"record_id", "source"} or the name of a provider
)
# Rules may not touch ours: they say nothing about the person.
_INTERNAL = frozenset({*LANDED.names, "company_key", "crm_id", "crm_account_id"})

# Looks never count: these may not appear in a rule at all, and no ruleset can declare them harmless.
APPEARANCE = frozenset(
    {"first_name", "last_name", "full_name", "name", "salutation", "street", "postcode", "gender", "sex", "age", "age_group", "age_band"}
    | {"age_range", "age_bracket", "birthday", "date_of_birth", "photo", "picture", "image", "avatar", "nationality", "citizenship"}
    | {"ethnicity", "ethnic_group", "race", "religion", "skin_colour", "skin_color", "accent", "native_language", "mother_tongue"}
    | {"first_key", "last_key", "marital_status", "disability", "height", "weight"}
)
# The same as headers and attributes say it, in the languages lists come in.
_APPEARANCE_ELSEWHERE = frozenset(
    ["dob", "surname", "forename", "given_name", "family_name", "zip", "zip_code", "postal_code", "post_code", "vorname", "nachname",
     "plz", "postleitzahl", "strasse", "alter", "bild", "familienstand", "herkunftsland", "voornaam", "achternaam", "straat", "leeftijd",
     "burgerlijke_staat", "prenom", "nom_de_famille", "rue", "code_postal", "etat_civil", "apellido", "apellidos", "codigo_postal",
     "calle", "edad", "estado_civil", "cognome", "nome", "via", "idade", "sobrenome", "stato_civile"]
)  # fmt: skip
# Part of a longer name: customer_gender, birth_year, profile_photo, Geburtsdatum (Kontakt).
_TELLING = frozenset(
    ["gender", "sex", "salutation", "birth", "birthday", "birthdate", "birthyear", "photo", "ethnicity", "ethnic", "religion",
     "religious", "nationality", "disability", "geschlecht", "anrede", "geburt", "geburtsdatum", "geburtstag", "geburtsjahr", "foto",
     "profilbild", "staatsangehorigkeit", "staatsburgerschaft", "nationalitat", "konfession", "hautfarbe", "muttersprache", "behinderung",
     "geslacht", "aanhef", "geboortedatum", "geboortejaar", "pasfoto", "nationaliteit", "moedertaal", "sexe", "civilite", "naissance",
     "nationalite", "sexo", "genero", "nacimiento", "nacionalidad", "sesso", "genere", "nascita", "nascimento", "nazionalita",
     "nacionalidade"]
)  # fmt: skip
# A mailbox or a number spells its owner's name or origin: whether it is known may count, what it says may not.
IDENTIFYING = frozenset({"email", "email_key", "phone"})


def columns_for(ruleset: RulesetFile) -> dict[str, Type]:
    """Name and type of every fact the ruleset may use: canonical, CRM, declared attributes."""
    fields = [field for field in [*LEAD, *CRM_FACTS] if field.name not in _INTERNAL]
    known = {field.name: type_of(field.type) for field in fields}
    declared = {name: type_of(ATTRIBUTE_TYPES[fact.type]) for name, fact in ruleset.attributes.items()}
    return {**known, **declared}


def arrow_types(ruleset: RulesetFile) -> Mapping[str, pa.DataType]:
    """Arrow type of every fact: what an absent column is taken to be, all unknown."""
    known = {field.name: field.type for field in [*LEAD, *CRM_FACTS]}
    return {**known, **{name: ATTRIBUTE_TYPES[fact.type] for name, fact in ruleset.attributes.items()}}


def appearance(ruleset: RulesetFile) -> frozenset[str]:
    """Columns that may not move a decision of this ruleset."""
    return APPEARANCE | {name for name, fact in ruleset.attributes.items() if fact.appearance or is_telling(name)}


def is_telling(name: str) -> bool:
    """Whether the name of an attribute or a header says that it is about looks or origin."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    plain = unicodedata.normalize("NFKD", spaced.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z]+", "_", plain).strip("_")
    return words in APPEARANCE | _APPEARANCE_ELSEWHERE or bool(_TELLING & set(words.split("_")))


def type_of(arrow: pa.DataType) -> Type:
    """Type of an Arrow column in the rules' language."""
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_integer(arrow) or pa.types.is_floating(arrow) or pa.types.is_decimal(arrow):
        return "number"
    if pa.types.is_temporal(arrow):
        return "time"
    return "text"
