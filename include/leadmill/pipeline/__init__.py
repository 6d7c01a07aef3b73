"""The order of the night. Every stage here takes and gives small dictionaries: ids, paths and counts, never rows.

    intake, per source   land -> validate -> standardise (a held list waits for a person before standardise)
    night, all sources   open_night -> match -> enrich -> qualify -> plan -> push -> report

A stage reads what earlier ones left in lake and registry, and writes under names made from delivery or night: running it again replaces
its own results, so a night killed anywhere is resumed by running it again.
"""

from leadmill.pipeline.claiming import write_claims
from leadmill.pipeline.explaining import explain
from leadmill.pipeline.gating import answer_held, answer_waiting, waiting
from leadmill.pipeline.intake import land, standardise, validate
from leadmill.pipeline.mill import Mill, open_mill
from leadmill.pipeline.night import INTAKE, NIGHT, enrich, match, open_night, plan, push, qualify, run_night
from leadmill.pipeline.replaying import export_quarantine, replay_quarantine
from leadmill.pipeline.reporting import report
from leadmill.pipeline.reviewing import answer_pairs, export_review, import_review, pairs_to_review
from leadmill.pipeline.showing import show_calls, show_centres
from leadmill.pipeline.simulating import simulate, write_simulation
from leadmill.pipeline.training import train_matching

__all__ = [
    "INTAKE",
    "NIGHT",
    "Mill",
    "answer_held",
    "answer_pairs",
    "answer_waiting",
    "enrich",
    "explain",
    "export_quarantine",
    "export_review",
    "import_review",
    "land",
    "match",
    "open_mill",
    "open_night",
    "pairs_to_review",
    "plan",
    "push",
    "qualify",
    "replay_quarantine",
    "report",
    "run_night",
    "show_calls",
    "show_centres",
    "simulate",
    "standardise",
    "train_matching",
    "validate",
    "waiting",
    "write_claims",
    "write_simulation",
]
