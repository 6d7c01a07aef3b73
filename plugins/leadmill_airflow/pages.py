"""The Leads pages inside the Airflow UI: nights, reports and simulated rulesets for every user; `people` has those with personal data.

A plugin's app is anonymous unless it says otherwise, and so are FastAPI's own documentation pages: every route here needs a user, and
the documentation is off.
"""

from __future__ import annotations

from pathlib import Path

from airflow.api_fastapi.core_api.security import get_user
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from leadmill.config import Project
from leadmill_airflow import rendering
from leadmill_airflow.people import router

PREFIX = "/leads"

app = FastAPI(title="Leads", dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None)
app.include_router(router)


@app.get("/funnel")
def nights(request: Request) -> HTMLResponse:
    """List the nights, the latest first."""
    return rendering.render(request, "nights.html", nights=sorted(_reports(), reverse=True))


@app.get("/funnel/{night}")
def funnel(night: str) -> HTMLResponse:
    """Show the report of one night."""
    return _stored(_reports(), night, "There is no report of this night.")


@app.get("/simulations")
def simulations(request: Request) -> HTMLResponse:
    """List the simulated rulesets, the latest first."""
    found = sorted(_simulations().items(), key=lambda item: item[1].stat().st_mtime, reverse=True)
    return rendering.render(request, "simulations.html", names=[name for name, _ in found])


@app.get("/simulations/{name}")
def simulation(name: str) -> HTMLResponse:
    """Show what a ruleset would have changed."""
    return _stored(_simulations(), name, "There is no such simulation.")


@app.get("/style.css")
def style() -> Response:
    """Return the style sheet."""
    return rendering.style()


def _reports() -> dict[str, Path]:
    """Return the report of each night, by name. A name from a URL is only looked up here, it never becomes a path."""
    return {file.parent.name: file for file in (Project.from_environment().state / "report").glob("*/funnel.html")}


def _simulations() -> dict[str, Path]:
    """Return the page of each simulation, by name, in the same way."""
    return {file.stem: file for file in (Project.from_environment().state / "simulations").glob("*.html")}


def _stored(pages: dict[str, Path], name: str, otherwise: str) -> HTMLResponse:
    if name not in pages:
        raise HTTPException(404, otherwise)
    return rendering.stored(pages[name].read_text(encoding="utf-8"))


class LeadsPlugin(AirflowPlugin):
    """Adds the pages to Airflow's navigation."""

    name = "leads"
    fastapi_apps = [{"app": app, "url_prefix": PREFIX, "name": "Leads"}]
    external_views = [{"name": "Leads", "href": f"{PREFIX}/funnel", "destination": "nav", "url_route": "leads", "category": "browse"}]
