"""A form is taken only from our own page, in the browser that was given it.

The browser says where a request comes from; and the token in the form must be the one in a cookie that no other site can set or read.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response

COOKIE = "leads_form"


def give_token(request: Request) -> str:
    """Return the token for a form: the one this browser has, or a new one."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(32)


def keep_token(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token, for our pages only and out of any script's reach."""
    path = request.scope.get("root_path") or "/"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path=path)


def must_be_ours(request: Request, token: str) -> None:
    """Refuse a form of another site. Raises HTTPException 403."""
    kept = request.cookies.get(COOKIE, "")
    if not (kept and _is_same_origin(request) and secrets.compare_digest(token.encode(), kept.encode())):
        raise HTTPException(403, "This form was not made by this page. Load the page again and answer there.")


def _is_same_origin(request: Request) -> bool:
    """Trust what the browser says of the sender; a sender that says nothing is not ours."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")
