"""The enrich room: what companies lack, asked of providers in the order of the waterfall, every field with who said it."""

from leadmill.enrich.answer import answer
from leadmill.enrich.ask import Asked, ask
from leadmill.enrich.questions import QUESTIONS, by_company, plan
from leadmill.enrich.reference import look_up, read_reference
from leadmill.enrich.waterfall import Doors, Enriched, run

__all__ = ["QUESTIONS", "Asked", "Doors", "Enriched", "answer", "ask", "by_company", "look_up", "plan", "read_reference", "run"]
