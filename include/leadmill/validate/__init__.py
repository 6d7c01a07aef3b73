"""The validate room: a delivery is held to its contract, and Great Expectations is the record.

`check` decides row by row (quarantine with reasons) and for the list as a whole (accept, hold for a person, refuse); `profile` and `drift`
compare it with the vendor's earlier ones; `write_record` keeps the proof. Then what people do with it: `handout` and `replay` correct
refused rows, `claim` and `write_pack` hold the vendor to what was bought.
"""

from leadmill.validate.check import Gate, Verdict, check
from leadmill.validate.claim_pack import verify, write_pack
from leadmill.validate.claims import Claim, Evidence, claim
from leadmill.validate.drift import DriftSettings, Finding, basis, drift
from leadmill.validate.export import write_csv, write_xlsx
from leadmill.validate.profile import profile
from leadmill.validate.record import Delivered, write_record, write_whole
from leadmill.validate.replay import Replay, handout, replay, still_refused

__all__ = [
    "Claim",
    "Delivered",
    "DriftSettings",
    "Evidence",
    "Finding",
    "Gate",
    "Replay",
    "Verdict",
    "basis",
    "check",
    "claim",
    "drift",
    "handout",
    "profile",
    "replay",
    "still_refused",
    "verify",
    "write_csv",
    "write_pack",
    "write_record",
    "write_whole",
    "write_xlsx",
]
