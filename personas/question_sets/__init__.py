"""Sets of questions to discuss: their files, and how a few seeds grow into many."""

from .entries import QuestionEntry, QuestionFileError, read_questions, write_questions
from .growth import Effort, Growth, grow_questions
from .judging import CRITERIA, Judge
from .rules import REASONS, Rejected, Rules
from .wording import SeenQuestions

__all__ = [
    "CRITERIA",
    "REASONS",
    "Effort",
    "Growth",
    "Judge",
    "QuestionEntry",
    "QuestionFileError",
    "Rejected",
    "Rules",
    "SeenQuestions",
    "grow_questions",
    "read_questions",
    "write_questions",
]
