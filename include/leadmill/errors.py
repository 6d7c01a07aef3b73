"""Everything Leadmill raises on purpose, as a tree that reads as a document.

Each error is a record with a sentence: the message says what was found, `file`, `line` and `column` say where, `hint` says the
way out. Whether trying again can help is told by the type, never by the text: only `ServiceUnavailable` is worth a retry.
Messages never quote a cell of a list: they may name a column, a rule, a count.
"""

from __future__ import annotations

from typing import Any


class LeadmillError(Exception):
    """Anything Leadmill raises on purpose: facts as attributes, one sentence, the way out."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        column = f"column {self.column!r}" if self.column else ""
        where = ", ".join(part for part in (place, column) if part)
        return "".join([f"{where}: " if where else "", self.message, f" {self.hint}" if self.hint else ""])

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(kind: type[LeadmillError], message: str, facts: dict[str, Any]) -> LeadmillError:
    """Unpickle: an error crosses processes in Airflow and must arrive whole."""
    error = kind(message)
    error.__dict__.update(facts)
    return error


class ConfigError(LeadmillError):
    """A YAML fact is wrong: file, line, key, what was meant."""


class SourceError(LeadmillError):
    """A delivery cannot be read: source, file, missing and found columns."""


class ContractBroken(LeadmillError):
    """A list broke its contract as a whole: counts by reason. Trying again will not help."""


class ListHeld(ContractBroken):
    """A list waits for a person, who may let it go on or refuse it: why, and how to answer."""


class TallyUnbalanced(LeadmillError):
    """Records went missing or appeared: the counts that do not add up. Stops the run."""


class RuleError(LeadmillError):
    """A rule is not in the grammar: file, line, column, what is allowed."""


class StateError(LeadmillError):
    """The lake or the registry is not as the code expects: what was found and how to mend it."""


class BudgetSpent(LeadmillError):
    """The next paid call would exceed the budget; what is left is deferred to another night."""


class ServiceUnavailable(LeadmillError):
    """A remote service did not answer: retry."""


class NeverSent(ServiceUnavailable):
    """The request never left: nobody can have been charged for it. Retry."""


class ServiceRefused(LeadmillError):
    """A remote service said no: status and excerpt without personal data. Do not retry."""
