"""Who is qualified, by which rules, and what is still unknown.

`profile` joins all that is known of a person into one row; `load_ruleset` reads gates, scored rules and thresholds; `decide` gives every
profile a decision whose reasons add up to its score. Null is unknown, and unknown is not no.
"""

from leadmill.qualify.decide import DECISION, decide
from leadmill.qualify.profile import profile
from leadmill.qualify.ruleset import Ruleset, load_ruleset, restore_ruleset

__all__ = ["DECISION", "Ruleset", "decide", "load_ruleset", "profile", "restore_ruleset"]
