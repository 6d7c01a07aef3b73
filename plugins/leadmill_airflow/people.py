"""The Leads pages that hold personal data: why a person was decided so, whom to call, buying centres, and the review of pairs.

Only who may edit the DAG that asks for the review sees them; a person's name is shown and an answer kept, neither goes to Airflow's
database or logs.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from leadmill.errors import StateError
from leadmill_airflow.names import REVIEW
from leadmill_airflow.rendering import render
from leadmill_airflow.same_site import give_token, keep_token, must_be_ours

SHEETS, CENTRES, PAIRS = 50, 100, 20  # on one page
ANSWERS = {"yes": True, "no": False}  # anything else is no answer
SHOWN = ("first_name", "last_name", "job_title", "email", "phone", "company_name", "city", "source")
Start = Annotated[int, Query(ge=0, le=10_000_000)]

router = APIRouter(dependencies=[Depends(requires_access_dag(method="PUT", param_dag_id=REVIEW))])


@router.get("/person/{identity}")
def person(request: Request, identity: str) -> HTMLResponse:
    """Tell everything known of one person or row."""
    told = _asked("explain", identity)
    return _with_form(request, "person.html", told={**told, "pairs": _with_bits(told["pairs"])})


@router.get("/night/{night}/calls")
def calls(request: Request, night: str, start: Start = 0) -> HTMLResponse:
    """Show whom to call, best first, and what to say."""
    return render(request, "calls.html", night=night, start=start, step=SHEETS, **_asked("show_calls", night, start, SHEETS))


@router.get("/night/{night}/centres")
def centres(request: Request, night: str, start: Start = 0) -> HTMLResponse:
    """Show each company's buying centre and the roles nobody holds."""
    return render(request, "centres.html", night=night, start=start, step=CENTRES, **_asked("show_centres", night, start, CENTRES))


@router.get("/review")
def review(request: Request, start: Start = 0, yes: int | None = None, no: int | None = None) -> HTMLResponse:
    """Show pairs that only a person can judge, side by side."""
    found = _asked("pairs_to_review", start, PAIRS)
    told = {"total": found["total"], "pairs": _with_bits(found["pairs"]), "shown": SHOWN, "yes": yes, "no": no}
    return _with_form(request, "review.html", start=start, step=PAIRS, **told)


def _with_form(request: Request, template: str, **told: Any) -> HTMLResponse:
    """Fill a template that holds a form."""
    token = give_token(request)
    page = render(request, template, token=token, **told)
    keep_token(request, page, token)
    return page


async def _form(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form(max_fields=PAIRS + 1)).items() if isinstance(value, str)}


@router.post("/review")
def answer(request: Request, user: GetUserDep, form: Annotated[dict[str, str], Depends(_form)], start: Start = 0) -> RedirectResponse:
    """Remember the answers under the user's name, and show what is left."""
    must_be_ours(request, form.get("token", ""))
    said = {_pair(name): ANSWERS[value] for name, value in form.items() if value in ANSWERS}
    told = _asked("answer_pairs", said, user.get_name())
    return RedirectResponse(f"{request.scope.get('root_path', '')}/review?start={start}&yes={told['yes']}&no={told['no']}", 303)


def _pair(name: str) -> tuple[str, str]:
    one, _, other = name.partition(" ")
    return one, other


def _with_bits(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**pair, "evidence": json.loads(pair["evidence"])} for pair in pairs]


def _asked(question: str, *arguments: Any) -> Any:
    """Ask the pipeline. What it does not know is 404."""
    try:
        return getattr(import_module("leadmill.pipeline"), question)(*arguments)
    except StateError as error:
        raise HTTPException(404, error.message) from None
