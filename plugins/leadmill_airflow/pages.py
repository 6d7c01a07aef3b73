"""The Leads pages inside the Airflow UI: which nights there were, and the report of each.

A plugin's app is anonymous unless it says otherwise, and so are FastAPI's own documentation pages: every route here needs a user, and
the documentation is off. The pages show what `report` wrote, counts without personal data, so any user may read them.
"""

from __future__ import annotations

from pathlib import Path

from airflow.api_fastapi.core_api.security import get_user
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from leadmill.config import Project

PREFIX = "/leads"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

LIST = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Nights</title></head>
<body>
<h1>Nights</h1>
{% if nights %}
<ul>{% for night in nights %}<li><a href="funnel/{{ night | urlencode }}">{{ night }}</a></li>{% endfor %}</ul>
{% else %}
<p>No night has been reported yet. Trigger the DAG <code>nightly</code>, or wait until 02:00 UTC.</p>
{% endif %}
</body>
</html>
"""

app = FastAPI(title="Leads", dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/funnel")
def nights() -> HTMLResponse:
    """List the nights, the latest first."""
    page = Environment(autoescape=True).from_string(LIST).render(nights=sorted(_reports(), reverse=True))
    return _html(page)


@app.get("/funnel/{night}")
def funnel(night: str) -> HTMLResponse:
    """Show the report of one night."""
    report = _reports().get(night)
    if report is None:
        raise HTTPException(404, "There is no report of this night.")
    return _html(report.read_text(encoding="utf-8"))


def _reports() -> dict[str, Path]:
    """Return the report of each night, by name. A name from a URL is only looked up here, it never becomes a path."""
    return {file.parent.name: file for file in (Project.from_environment().state / "report").glob("*/funnel.html")}


def _html(page: str) -> HTMLResponse:
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})


class LeadsPlugin(AirflowPlugin):
    """Adds the pages to Airflow's navigation."""

    name = "leads"
    fastapi_apps = [{"app": app, "url_prefix": PREFIX, "name": "Leads"}]
    external_views = [{"name": "Leads", "href": f"{PREFIX}/funnel", "destination": "nav", "url_route": "leads", "category": "browse"}]
