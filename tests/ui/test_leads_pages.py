"""The Leads pages: nobody without a login, no path out of the reports, nothing from a report's name becomes markup."""

import json
import re
import sys

import pytest
from airflow_home import HOME

from leadmill import report

pytestmark = pytest.mark.airflow


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Give the pages a state with one reported night."""
    monkeypatch.setenv("LEADMILL_STATE", str(tmp_path))
    night = tmp_path / "report" / "2026-11-21T020000Z"
    night.mkdir(parents=True)
    (night / "funnel.html").write_text(report.page(report.funnel({"night": night.name})), encoding="utf-8")
    (tmp_path / "secret.html").write_text("not a report", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def server(airflow_db):
    """Return a client of Airflow's own API server, with the plugin as Airflow loads it."""
    from airflow.api_fastapi.app import create_app  # noqa: PLC0415 - after the environment is set
    from fastapi.testclient import TestClient  # noqa: PLC0415

    with TestClient(create_app()) as client:
        yield client


@pytest.fixture
def user(server):
    """Return the client with the admin logged in."""
    passwords = json.loads((HOME / "simple_auth_manager_passwords.json.generated").read_text(encoding="utf-8"))
    token = server.post("/auth/token", json={"username": "admin", "password": passwords["admin"]}).json()["access_token"]
    server.headers["Authorization"] = f"Bearer {token}"
    yield server
    del server.headers["Authorization"]


def routes(server) -> list[str]:
    mounted = next(route.app for route in server.app.routes if getattr(route, "path", "") == "/leads")
    return [re.sub(r"{.*?}", "x", route.path) for route in mounted.routes]


def test_no_route_answers_without_a_login(server):
    found = routes(server)

    assert len(found) >= 2
    assert {path: server.get(f"/leads{path}").status_code for path in found} == dict.fromkeys(found, 401)


def test_the_list_names_every_night_and_links_to_it(user, state):
    page = user.get("/leads/funnel").text

    assert 'href="funnel/2026-11-21T020000Z"' in page


def test_a_night_shows_its_report(user, state):
    answer = user.get("/leads/funnel/2026-11-21T020000Z")

    assert answer.status_code == 200
    assert "<h1>Night 2026-11-21T020000Z</h1>" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_before_the_first_night_the_list_says_what_to_do(user, tmp_path, monkeypatch):
    monkeypatch.setenv("LEADMILL_STATE", str(tmp_path / "new"))

    assert "No night has been reported yet" in user.get("/leads/funnel").text


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2fsecret.html", "%2e%2e%2fsecret", "none"])
def test_no_name_leads_out_of_the_reports(user, state, name):
    answer = user.get(f"/leads/funnel/{name}")

    assert "not a report" not in answer.text


def test_the_name_of_a_folder_is_text_on_the_page(user, state):
    night = state / "report" / "<img src=x onerror=alert(1)>"
    night.mkdir()
    (night / "funnel.html").write_text("", encoding="utf-8")

    assert "<img" not in user.get("/leads/funnel").text


def test_the_page_is_in_the_navigation(user):
    plugins = user.get("/api/v2/plugins").json()["plugins"]

    (leads,) = [plugin for plugin in plugins if plugin["name"] == "leads"]
    assert [view["href"] for view in leads["external_views"]] == ["/leads/funnel"]


def test_the_loader_finds_one_plugin_and_no_module_of_the_package(user):
    """A module loaded under a second name would have classes of its own, and its exceptions would slip through every `except`."""
    assert user.get("/api/v2/plugins/importErrors").json()["import_errors"] == []
    assert not {"pages", "stages", "retry", "params", "approval", "standalone"} & set(sys.modules)
