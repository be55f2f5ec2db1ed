"""Lives that personas tell: what they are asked, and what a critic looks for."""

from .criteria import DEFAULT_CRITERIA, Criteria, Criterion, read_criteria
from .lines import BackstoryFileError
from .script import INTERVIEW, NATURAL, Script, read_script
from .verdict import Finding, Verdict, read_verdict, verdict_schema

__all__ = [
    "DEFAULT_CRITERIA",
    "INTERVIEW",
    "NATURAL",
    "BackstoryFileError",
    "Criteria",
    "Criterion",
    "Finding",
    "Script",
    "Verdict",
    "read_criteria",
    "read_script",
    "read_verdict",
    "verdict_schema",
]
