"""The list gate: a delivery that its contract holds waits for a person, who lets it go on or refuses it. Asked once, remembered.

In Airflow the question is a task of the intake; without it, a sentence that names the command. Either way the answer lies in the
registry under the delivery's id, and the next look at the delivery finds it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from leadmill.errors import StateError
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.registry.deliveries import Delivery

Answer = Literal["release", "refuse"]
Step = dict[str, Any]
QUESTION = "held_list"
HELD, REFUSED, FAILED = "held", "refused", "failed"
SHORT = 12  # characters of a delivery's id that people read and type


def ask(mill: Mill, step: Step, why: list[str]) -> Step:
    """Return how a delivery that its contract holds stands: `held` with the question, `refused`, or `validated` when it was released."""
    answer = mill.registry.human.answer(QUESTION, step["delivery_id"])
    if answer is None:
        return {**step, "state": HELD, "why": why, "error": _question(step, why)}
    if answer.answer == "refuse":
        return {**step, "state": REFUSED, "detail": f"refused by {answer.answered_by}"}
    return {**step, "state": "validated"}


def is_answered(mill: Mill, step: Step) -> bool:
    """Tell whether a person has answered for a delivery."""
    return mill.registry.human.answer(QUESTION, step["delivery_id"]) is not None


def waiting(steps: Iterable[Step]) -> list[Step]:
    """Return the held deliveries of an intake that nobody has answered for yet."""
    with open_mill() as mill:
        return [step for step in steps if step["state"] == HELD and not is_answered(mill, step)]


def answer_held(source: str, delivery: str, answer: Answer, by: str) -> str:
    """Remember what a person says of one held delivery, named by its file or the beginning of its id; return the id.

    A refused delivery may be released later; the last answer holds. One that failed may be refused: else every night would name it, though
    the vendor has sent another since. Raises ConfigError for an unknown source, StateError when no such
    delivery waits.
    """
    with open_mill() as mill:
        mill.source(source)
        found = _find(mill, source, delivery, (HELD, REFUSED, FAILED) if answer == "refuse" else (HELD, REFUSED))
        _settle(mill, found.delivery_id, answer, by)
        return found.delivery_id


def answer_waiting(steps: Iterable[Step], answer: Answer, by: str) -> None:
    """Give one answer for every held delivery of an intake; one that was answered meanwhile keeps its own."""
    left = waiting(steps)
    with open_mill() as mill:
        for step in left:
            _settle(mill, step["delivery_id"], answer, by)


def _settle(mill: Mill, delivery_id: str, answer: Answer, by: str) -> None:
    mill.registry.human.give(QUESTION, delivery_id, answer, by=by, now=mill.clock())
    state, detail = (REFUSED, f"refused by {by}") if answer == "refuse" else (HELD, f"released by {by}: the next intake takes it in")
    mill.registry.deliveries.mark(delivery_id, state, mill.clock(), detail=detail)


def _find(mill: Mill, source: str, delivery: str, states: tuple[str, ...]) -> Delivery:
    rows = mill.registry.deliveries.table(source=source).to_pylist()
    named = [row for row in rows if row["file"] == delivery or row["delivery_id"].startswith(delivery)]
    open_ones = [row for row in named if row["state"] in states]
    if len(open_ones) == 1:
        return mill.registry.deliveries.get(open_ones[0]["delivery_id"])
    held = ", ".join(f"{row['file']} ({row['delivery_id'][:SHORT]})" for row in rows if row["state"] == HELD)
    hint = f"Held: {held}." if held else f"No delivery of {source} is held."
    if len(open_ones) > 1:
        raise StateError(f"{len(open_ones)} deliveries of {source} are called {delivery!r}.", hint=f"Say which by its id. {hint}")
    found = f"it is {named[0]['state']}" if named else "there is none of this name or id"
    raise StateError(f"no delivery {delivery!r} of {source} waits for an answer: {found}.", hint=hint)


def _question(step: Step, why: list[str]) -> str:
    name = f"{step['source']} {step['delivery_id'][:SHORT]}"
    way_out = f"Look at it, then: leadmill source release {name} --by YOU (or: refuse), and run the intake again."
    return f"{step['file']}: the list waits for a person. {' '.join(why)} {way_out}"
