"""The enrich room: what companies lack, asked of providers in the order of the waterfall, every field with who said it."""

from leadmill.enrich.answer import answer
from leadmill.enrich.ask import Asked, Ledger, Service, ask
from leadmill.enrich.questions import QUESTIONS, by_company, plan
from leadmill.enrich.reference import look_up, read_reference

__all__ = ["QUESTIONS", "Asked", "Ledger", "Service", "answer", "ask", "by_company", "look_up", "plan", "read_reference"]
