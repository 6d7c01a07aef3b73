"""Who is qualified, by which rules, and what is still unknown.

`profile` joins all that is known of a person into one row; `load_ruleset` reads gates, scored rules and thresholds; `decide` gives every
profile a decision whose reasons add up to the score. Null is unknown, and unknown is not no. Around the decision: `find_roles` and
`read_centres` (the buying centre), `write_call_sheets`, `find_due` (who is decided again tonight), `prove_blind` (looks never count),
`compare` (a new ruleset beside the old one) and `backtest`.
"""

from leadmill.qualify.backtest import Backtest, backtest
from leadmill.qualify.blind import invent_people, prove_blind, proxies_of
from leadmill.qualify.call_sheet import CALL_SHEET, render, write_call_sheets
from leadmill.qualify.centre import CENTRE, ROLE, find_roles, read_centres
from leadmill.qualify.decide import DECISION, decide
from leadmill.qualify.profile import profile
from leadmill.qualify.reopen import DUE, find_due
from leadmill.qualify.ruleset import Ruleset, load_ruleset, restore_ruleset
from leadmill.qualify.seen import see
from leadmill.qualify.simulate import MOVE, Comparison, Night, compare

__all__ = [
    "CALL_SHEET",
    "CENTRE",
    "DECISION",
    "DUE",
    "MOVE",
    "ROLE",
    "Backtest",
    "Comparison",
    "Night",
    "Ruleset",
    "backtest",
    "compare",
    "decide",
    "find_due",
    "find_roles",
    "invent_people",
    "load_ruleset",
    "profile",
    "prove_blind",
    "proxies_of",
    "read_centres",
    "render",
    "restore_ruleset",
    "see",
    "write_call_sheets",
]
