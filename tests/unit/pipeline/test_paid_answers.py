"""Money: no answer is bought twice or for who refused contact, no budget is exceeded. A real server counts the calls."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tiny_house import OPT_OUTS, person

PEOPLE = [person(number, Staff="") for number in range(8)]  # the size of the company is what must be bought
PROVIDER = """\
title: A paid provider
kind: http
url: http://127.0.0.1:{port}/company/{{domain}}
hosts: ["127.0.0.1"]
key: domain
columns: {{employee_count: /employees}}
cost: {{amount: "0.10", currency: EUR}}
budget: {{period: total, calls: {budget}}}
per_second: 500
"""


@pytest.fixture
def asked():
    """Start a provider on this machine; what it was asked, in order."""
    questions, port = [], None

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self):
            questions.append(self.path.rsplit("/", 1)[1])
            body = json.dumps({"employees": 300}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    yield questions, port
    server.shutdown()


def buy(house, port, budget=100):
    (house.root / "config" / "providers" / "paid.yaml").write_text(PROVIDER.format(port=port, budget=budget))
    (house.root / "config" / "enrichment.yaml").write_text("ask: [paid]\n")


def test_what_is_missing_is_bought_once_and_decides(house, asked):
    questions, port = asked
    buy(house, port)
    house.deliver("acme.csv", PEOPLE)

    first = house.night()
    house.deliver("acme-2.csv", [*reversed(PEOPLE)])
    second = house.night()

    assert (first["provider_calls"], first["spent"], first["enriched"]) == (8, {"EUR": 0.8}, 8)
    assert first["decisions"]["qualified"] == 8
    assert (second["provider_calls"], second["spent"]) == (0, {})
    assert len(questions) == 8


def test_a_new_row_about_a_known_company_buys_nothing(house, asked):
    questions, port = asked
    buy(house, port)
    house.deliver("acme.csv", PEOPLE)
    house.night()
    colleague = person(100, Web="company-3.example", Email="zoe.quint@company-3.example", First="Zoe", Last="Quint", Staff="")
    house.deliver("acme-2.csv", [{**colleague, "Company": PEOPLE[3]["Company"]}])

    told = house.night()

    assert (told["provider_calls"], told["decisions"]["qualified"]) == (0, 1)
    assert len(questions) == 8


def test_nobody_is_asked_about_the_company_of_who_refused_contact(house, asked):
    questions, port = asked
    buy(house, port)
    house.source("optouts", OPT_OUTS)
    house.deliver("optout.csv", [{"Mail": PEOPLE[5]["Email"].upper()}])
    house.deliver("acme.csv", PEOPLE)

    told = house.night()

    assert told["provider_calls"] == 7
    assert "company-5.example" not in questions


def test_a_budget_is_never_exceeded_and_the_rest_waits(house, asked):
    questions, port = asked
    buy(house, port, budget=5)
    house.deliver("acme.csv", PEOPLE)

    told = house.night()

    assert (told["provider_calls"], told["deferred"], len(questions)) == (5, 3, 5)
    assert told["decisions"] == {"qualified": 5, "nurture": 3, "disqualified": 0, "suppressed": 0}
