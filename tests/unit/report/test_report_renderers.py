"""Terminal, Markdown and page say the same numbers, and nothing from outside becomes markup in any of them."""

import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from leadmill.report import funnel, markdown, page, terminal
from leadmill.report.page import policy


def printed(night: dict, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(terminal(funnel(night)))
    return console.file.getvalue()


class Seen(HTMLParser):
    """Elements and attributes a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data):
        """Note text."""
        self.words.append(data)


RENDERERS = {
    "terminal": printed,
    "markdown": lambda night: markdown(funnel(night)),
    "page": lambda night: " ".join(Seen(page(funnel(night))).words),
}


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_every_count_is_told(render, night):
    text = render(night)

    for told in ("1,200", "1,210", "1,050", "800", "700", "120", "400", "515", "100", "42", "12.50", "held: 10 of 10 rows refused"):
        assert told in text


def test_the_terminal_table_fits_eighty_columns(night):
    assert max(len(line) for line in printed(night).splitlines()) <= 80


def test_the_terminal_shows_names_as_they_are_and_obeys_none(hostile):
    text = printed(hostile, width=200)

    assert "[bold]**x**[/bold]" in text
    assert "\x1b[2J" not in text


def test_markdown_keeps_hostile_names_in_their_cell(hostile):
    text = markdown(funnel(hostile))

    assert "<" not in text
    assert "\n# heading" not in text
    row = next(line for line in text.splitlines() if "onerror" in line and line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 7  # six cells


def test_the_page_loads_nothing_and_runs_nothing(hostile):
    text = page(funnel(hostile))
    seen = Seen(text)

    assert seen.tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "a"})
    assert not [name for name in seen.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_forbids_itself_everything_but_its_own_style(night):
    text = page(funnel(night))

    assert policy().replace("'", "&#39;") in text
    assert policy().startswith("default-src 'none'; style-src 'sha256-")


@settings(deadline=None)  # a busy machine is no defect
@given(name=st.text(min_size=1, max_size=60))
def test_no_name_of_a_source_adds_an_element_to_the_page(name):
    counts = {"received": 1, "accepted": 1}
    plain = Seen(page(funnel({"night": "n", "sources": {"plain": counts}})))
    other = Seen(page(funnel({"night": "n", "sources": {name: counts}})))

    assert (other.tags, other.attributes) == (plain.tags, plain.attributes)


def test_a_night_of_zeros_still_has_a_picture():
    text = page(funnel({"night": "n"}))

    assert text.count("<polygon") == 6
    assert "nan" not in text
