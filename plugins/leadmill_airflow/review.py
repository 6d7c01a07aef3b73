"""Pairs only a person can judge, as tasks: handed out as CSV after every night, asked about, taken in.

Airflow hears how many there are and where they lie; who they are is told by the file and by the page /leads/review.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import task

from leadmill.config import Project
from leadmill_airflow.gate import who
from leadmill_airflow.stages import asked, due, night_name

if TYPE_CHECKING:
    from airflow.sdk.definitions.xcom_arg import XComArg

DONE, LATER = "Done", "Later"
PATIENCE = timedelta(hours=22)  # tomorrow's night asks again

BODY = """{pairs:,} {noun} of rows may be the same person; names and numbers alone cannot tell.

- Look at them side by side on the page [Leads, review](/leads/review), or
- write yes or no into the column `same` of `{file}` in the state folder.

**Done** takes in what the file says; answers given on the page count already. **Later** leaves the rest for another day: nobody is merged
without an answer. Answers count from the next night on, and for ever.
"""


class PairReview(HITLOperator):
    """Waits for a person without holding a worker when `waiting` (what `hand_out` returned) counts pairs; else passes straight through.

    Nobody has to answer: after `response_timeout` it is "Later", and the run ends green.
    """

    template_fields = ("waiting",)

    def __init__(self, *, waiting: Any, task_id: str = "ask", response_timeout: timedelta = PATIENCE, **options: Any) -> None:
        asked_for: dict[str, Any] = {"options": [DONE, LATER], "defaults": LATER, "response_timeout": response_timeout}
        super().__init__(task_id=task_id, subject="Are they the same person?", **asked_for, **options)
        self.waiting = waiting

    def execute(self, context: Any) -> Any:
        """Ask, if there is anything to ask."""
        if not self.waiting["pairs"]:
            return None
        noun = "pair" if self.waiting["pairs"] == 1 else "pairs"
        place = Path(self.waiting["file"]).relative_to(Project.from_environment().state)
        self.body = BODY.format(pairs=self.waiting["pairs"], noun=noun, file=place)
        return super().execute(context)


def hand_out() -> XComArg:
    """Write the pairs that wait into a new file; hand on how many and where."""

    @task(task_id="hand_out")
    def run() -> Any:
        asked()
        file = Project.from_environment().state / "review" / f"{night_name(due())}.csv"
        return {"pairs": _pipeline().export_review(file), "file": str(file)}

    return run()


def take_in(handed: XComArg, said: Any) -> XComArg:
    """Remember what the file says, under the name of who said Done; hand on how many yes and no."""

    @task(task_id="take_in")
    def run(handed: Any, said: Any) -> Any:
        if not said or said["chosen_options"] != [DONE]:
            return {"yes": 0, "no": 0}
        return _pipeline().import_review(Path(handed["file"]), who(said["responded_by_user"]))

    return run(handed, said)


def _pipeline() -> Any:
    return import_module("leadmill.pipeline")
