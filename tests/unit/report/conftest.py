import pytest


@pytest.fixture
def night() -> dict:
    """Return two sources, one of them refused in part, in the shape of `leadmill run --json`."""
    return {
        "night": "2026-11-21",
        "sources": {
            "fleet": {"received": 1200, "accepted": 1100, "quarantined": 60, "suppressed": 15, "duplicate": 25},
            "broker": {"received": 10, "accepted": 0, "quarantined": 10, "suppressed": 0, "duplicate": 0},
        },
        "persons": 1050,
        "companies": 800,
        "enriched": 700,
        "deferred": 3,
        "decisions": {"qualified": 120, "nurture": 400, "disqualified": 515, "suppressed": 15},
        "provider_calls": 42,
        "spent": {"EUR": 12.5},
        "crm": {"created": 100, "updated": 15, "unchanged": 5, "conflict": 2, "rejected": 1, "deferred": 0},
        "failed": {"broker": "held: 10 of 10 rows refused"},
    }


@pytest.fixture
def hostile(night) -> dict:
    """Return the same night with names that try to be markup, HTML or terminal codes."""
    name = "<img src=x onerror=alert(1)>|[bold]**x**[/bold]\x1b[2J"
    return {**night, "sources": {name: night["sources"]["fleet"]}, "failed": {name: "javascript:alert(1)\n# heading <script>"}}
