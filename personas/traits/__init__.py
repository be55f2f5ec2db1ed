"""Which person a story tells of: what it states, what the person says when asked, and the distributions that follow."""

from .drawing import Drawn, read_draws, trait_question
from .rows import TraitRow, distributions, one_hot, stated_row, with_traits
from .stating import Reading, is_quoted, read_statement, render_statement, stated_question, statement_schema

__all__ = [
    "Drawn",
    "Reading",
    "TraitRow",
    "distributions",
    "is_quoted",
    "one_hot",
    "read_draws",
    "read_statement",
    "render_statement",
    "stated_question",
    "stated_row",
    "statement_schema",
    "trait_question",
    "with_traits",
]
