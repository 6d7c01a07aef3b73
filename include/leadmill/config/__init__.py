"""Facts a data engineer edits, read strictly into frozen objects. No behaviour lives here."""

from leadmill.config.contract import Contract, Rule
from leadmill.config.project import CHECKOUT, Project
from leadmill.config.source import Attribute, Format, Source, load_source, load_sources, source_files
from leadmill.config.strict_yaml import Strict, load

__all__ = [
    "CHECKOUT",
    "Attribute",
    "Contract",
    "Format",
    "Project",
    "Rule",
    "Source",
    "Strict",
    "load",
    "load_source",
    "load_sources",
    "source_files",
]
