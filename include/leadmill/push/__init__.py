"""The push room: decisions and the CRM in, a plan out; the plan carried out, row by row, with the outcome of each."""

from leadmill.push.apply import OUTCOMES, Crm, Write, Written, apply
from leadmill.push.embedded import EmbeddedCrm
from leadmill.push.export import describe, write_plan, write_upsert
from leadmill.push.plan import PLAN, plan

__all__ = ["OUTCOMES", "PLAN", "Crm", "EmbeddedCrm", "Write", "Written", "apply", "describe", "plan", "write_plan", "write_upsert"]
