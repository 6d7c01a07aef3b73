"""The validate room: a delivery is held to its contract, and Great Expectations is the record.

`check` decides row by row (quarantine with reasons) and for the list as a whole (accept, hold for a person, refuse).
"""

from leadmill.validate.check import Gate, Verdict, check

__all__ = ["Gate", "Verdict", "check"]
