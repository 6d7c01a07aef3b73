"""The last room: what a person reads in the morning. Counts in, the same counts out as a table, a Markdown text and a page.

No number is made here: `funnel` only orders what the night counted, and refuses a tally that does not add up.
"""

from leadmill.report.funnel import Block, Funnel, Step, funnel
from leadmill.report.markdown import markdown
from leadmill.report.page import page
from leadmill.report.quality import Quality, quality
from leadmill.report.simulation import simulation
from leadmill.report.terminal import terminal

__all__ = ["Block", "Funnel", "Quality", "Step", "funnel", "markdown", "page", "quality", "simulation", "terminal"]
