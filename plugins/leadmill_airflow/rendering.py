"""How a Leads page becomes HTML: templates that escape everything, and headers that let it load and run nothing but our style sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
# A report made in the night brings its own style sheet and allows it by hash.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
WIDEST = 40  # bits a bar of evidence has room for

environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
environment.filters["clip"] = lambda bits: max(-WIDEST, min(WIDEST, bits))


def render(request: Request, template: str, **told: Any) -> HTMLResponse:
    """Fill a template; `root` is where the pages are mounted."""
    page = environment.get_template(template).render(root=request.scope.get("root_path", ""), **told)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, **HEADERS})


def stored(page: str) -> HTMLResponse:
    """Return a page that a stage has written."""
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY, **HEADERS})


def style() -> Response:
    """Return the style sheet of all pages."""
    return Response((TEMPLATES / "style.css").read_bytes(), media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})
