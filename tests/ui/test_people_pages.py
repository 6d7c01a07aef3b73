"""Pages with personal data: only who may edit, everything escaped, and an answer only from our own form."""

import re

import pyarrow as pa
import pytest
import tiny_house
from tiny_house import person

from leadmill import pipeline
from leadmill.match import ANSWERS

pytestmark = pytest.mark.airflow

REVIEW = pa.schema([*list(ANSWERS)[:2], ("probability", pa.float64()), ("evidence", pa.string())])
HOSTILE = "<script>alert(1)</script>"
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory):
    """One night over two colleagues and a stranger; it was not sure of the first and the last, who bear hostile texts."""
    with pytest.MonkeyPatch.context() as patch:
        return sleep(tiny_house.build(tmp_path_factory.mktemp("night"), patch))


@pytest.fixture
def slept(after_a_night, tmp_path, monkeypatch):
    return tiny_house.copy(after_a_night, tmp_path / "house", monkeypatch)


def sleep(house):
    boss, web = person(0, City=HOSTILE), person(0)["Web"]
    colleague = person(1, Company=boss["Company"], Web=web, Title="IT Manager", Email=f"it.lead@{web}")
    house.deliver("acme.csv", [boss, colleague, person(2, City=HOSTILE, Title=HOSTILE, Company=f"{HOSTILE} Ltd")])
    house.night()
    pair = dict(zip(REVIEW.names, (*sorted(rows(house)[::2]), 0.75, '{"prior": -9.5, "last_name": 11.25}'), strict=True))
    with pipeline.open_mill() as mill:
        mill.lake.write(pa.Table.from_pylist([pair], schema=REVIEW), "night", "n001", "review")
    return house


def rows(house) -> list[str]:
    return [row["record_id"] for row in house.records().sort_by("line").to_pylist()]


def field(house) -> str:
    """Return the name of the form's field that asks about the doubtful pair."""
    return " ".join(sorted(rows(house)[::2]))


@pytest.fixture(scope="module")
def server(airflow_db):
    """Return a client of Airflow's own API server."""
    from airflow.api_fastapi.app import create_app  # noqa: PLC0415 - after the environment is set
    from fastapi.testclient import TestClient  # noqa: PLC0415

    with TestClient(create_app()) as client:
        yield client


def login(server, role: str, name: str):
    from airflow.api_fastapi.app import get_auth_manager  # noqa: PLC0415 - after the environment is set
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser  # noqa: PLC0415

    server.cookies.clear()
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role=role))
    server.headers["Authorization"] = f"Bearer {token}"
    return server


@pytest.fixture
def ann(server):
    """Return the client of somebody who may edit DAGs."""
    yield login(server, "user", "ann")
    del server.headers["Authorization"]


def test_a_pair_is_shown_side_by_side_with_its_evidence(ann, slept):
    page = ann.get("/leads/review")

    assert page.status_code == 200
    for name in (person(0)["Last"], person(2)["Last"], "75 % likely", "+11.2", "-9.5"):
        assert name in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'; script-src 'none'")
    assert page.headers["cache-control"] == "no-store"


PAGES = ("/leads/review", "/leads/night/n001/calls", "/leads/night/n001/centres", "/leads/person/{}")


@pytest.mark.parametrize("page", PAGES)
def test_text_of_a_list_is_text_on_every_page(ann, slept, page):
    answer = ann.get(page.format(rows(slept)[2]))

    assert answer.status_code == 200
    assert "alert(1)" in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_who_may_only_look_at_dags_sees_no_personal_data(server, slept, page):
    client = login(server, "viewer", "vic")
    answer = client.get(page.format(rows(slept)[0]))

    assert answer.status_code == 403
    assert client.post("/leads/review", headers=OURS).status_code == 403
    assert client.get("/leads/funnel").status_code == 200
    del server.headers["Authorization"]


def test_nobody_without_a_login_can_answer(server, slept):
    server.cookies.clear()

    assert server.post("/leads/review", data={"token": "x", field(slept): "yes"}, headers=OURS).status_code == 401
    assert pipeline.pairs_to_review()["total"] == 1


def token_of(client) -> str:
    (token,) = re.findall(r'name="token" value="([^"]+)"', client.get("/leads/review").text)
    return token


@pytest.mark.parametrize(("word", "same"), [("yes", True), ("no", False)])
def test_an_answer_is_remembered_under_the_users_name(ann, slept, word, same):
    told = ann.post("/leads/review", data={"token": token_of(ann), field(slept): word}, headers=OURS)

    assert told.status_code == 200
    assert f"Remembered: {int(same)} the same, {int(not same)} not." in told.text
    assert "No pair waits for an answer." in told.text
    with pipeline.open_mill() as mill:
        (answer,) = mill.registry.human.table("same_person").to_pylist()
    assert (answer["subject"], answer["answer"], answer["answered_by"]) == (field(slept), word, "ann")


def test_a_pair_that_is_skipped_waits_on(ann, slept):
    told = ann.post("/leads/review", data={"token": token_of(ann), field(slept): "skip"}, headers=OURS)

    assert "Remembered: 0 the same, 0 not." in told.text
    assert pipeline.pairs_to_review()["total"] == 1


FORGED = {
    "another site, by the browser's own word": {"sec-fetch-site": "cross-site"},
    "a sister site": {"sec-fetch-site": "same-site"},
    "another site, in an old browser": {"origin": "http://evil.example"},
    "a page without an origin": {"origin": "null"},
    "a sender that says nothing": {},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_a_form_of_another_site_changes_nothing(ann, slept, headers):
    answer = ann.post("/leads/review", data={"token": token_of(ann), field(slept): "yes"}, headers=headers)

    assert answer.status_code == 403
    assert pipeline.pairs_to_review()["total"] == 1


@pytest.mark.parametrize("token", ["", "-", "guessed", "ü"])
def test_a_form_without_our_token_changes_nothing(ann, slept, token):
    token_of(ann)
    answer = ann.post("/leads/review", data={"token": token, field(slept): "yes"}, headers=OURS)

    assert answer.status_code == 403
    assert pipeline.pairs_to_review()["total"] == 1


def test_a_token_without_its_cookie_is_worth_nothing(ann, slept):
    token = token_of(ann)
    ann.cookies.clear()

    assert ann.post("/leads/review", data={"token": token, field(slept): "yes"}, headers=OURS).status_code == 403
    assert ann.post("/leads/review", data={"token": "", field(slept): "yes"}, headers=OURS).status_code == 403


def test_an_older_browser_that_tells_our_own_origin_may_answer(ann, slept):
    headers = {"origin": "http://testserver"}

    assert ann.post("/leads/review", data={"token": token_of(ann), field(slept): "no"}, headers=headers).status_code == 200
    assert pipeline.pairs_to_review()["total"] == 0


def test_an_answer_about_rows_that_are_none_is_not_found(ann, slept):
    made_up = {"token": token_of(ann), "nobody at all": "yes"}

    assert ann.post("/leads/review", data=made_up, headers=OURS).status_code == 404


def test_a_person_is_told_with_rows_values_rules_and_pushes(ann, slept):
    page = ann.get(f"/leads/person/{rows(slept)[0]}").text

    shown = ("acme.csv, 2", person(0)["Email"], "asked for price", "+25", "qualified", "interest true", "What the rules saw", "created")
    for told in shown:
        assert told in page


def test_two_rows_a_rule_has_bound_can_be_parted_from_the_persons_page(ann, house):
    house.deliver("acme.csv", [person(0)])
    house.deliver("acme-2.csv", [person(0, Title="CEO")])
    house.night()
    one, other = sorted(row["record_id"] for row in house.records().to_pylist())
    page = ann.get(f"/leads/person/{one}").text
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', page))
    ((name, word),) = set(re.findall(r'<button name="([^"]+)" value="([^"]+)"', page))

    assert sorted(name.split()) == [one, other]
    assert "Remembered: 0 the same, 1 not." in ann.post("/leads/review", data={"token": token, name: word}, headers=OURS).text
    house.night()
    assert pipeline.explain(one)["person_id"] != pipeline.explain(other)["person_id"]


def test_a_call_sheet_names_the_person_and_the_colleagues(ann, slept):
    page = ann.get("/leads/night/n001/calls").text

    for told in (person(0)["Last"], "Asked for a price or tries the product", "What to ask", person(1)["Last"]):
        assert told in page


def test_a_buying_centre_says_who_is_missing(ann, slept):
    page = ann.get("/leads/night/n001/centres").text

    assert person(0)["Company"] in page
    assert "Missing: <b>user</b>" in page
    assert "The title says owner or managing director" in page


@pytest.mark.parametrize(
    "path", ["person/p_nobody", "night/n999/calls", "night/n999/centres", "night/..%2f..%2fraw/calls", "simulations/none"]
)
def test_what_is_not_there_is_not_found(ann, slept, path):
    assert ann.get(f"/leads/{path}").status_code == 404


def test_simulated_rulesets_are_listed_and_shown(ann, slept):
    folder = slept.root / "state" / "simulations"
    folder.mkdir()
    (folder / "new-2026.html").write_text("<p>who enters", encoding="utf-8")
    (folder / "<img src=x>.html").write_text("", encoding="utf-8")

    assert 'href="simulations/new-2026"' in ann.get("/leads/simulations").text
    assert "<img" not in ann.get("/leads/simulations").text
    assert ann.get("/leads/simulations/new-2026").text == "<p>who enters"


def test_many_pairs_are_turned_in_pages(ann, slept, monkeypatch):
    from leadmill_airflow import people  # noqa: PLC0415 - imports Airflow, after the environment is set

    monkeypatch.setattr(people, "SHEETS", 1)
    first, second = ann.get("/leads/night/n001/calls").text, ann.get("/leads/night/n001/calls?start=1").text

    assert 'href="?start=1"' in first
    assert 'href="?start=0"' in second
    assert ann.get("/leads/night/n001/calls?start=-1").status_code == 422
