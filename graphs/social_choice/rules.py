"""Social choice rules by name, for study files."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

from .ballots import ChoiceError, Ints
from .beatpath import schulze
from .condorcet import copeland, minimax
from .elimination import instant_runoff
from .locking import ranked_pairs
from .median import kemeny_young
from .positional import approval, borda, plurality

Rule = Callable[..., Ints]

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        plurality,
        approval,
        borda,
        copeland,
        minimax,
        ranked_pairs,
        schulze,
        instant_runoff,
        kemeny_young,
    )
}


def rule_named(name: str, **options: Any) -> Rule:
    """The rule of this name with options filled in.

    Args:
        name: Such as "schulze".
        options: Such as `variant="margin"`; what each rule takes is in its own documentation.

    Returns:
        A function of ranks, and of what was not filled in, as the rule itself.

    Raises:
        ChoiceError: There is no such rule, or it takes no such option or value.
    """
    if name not in RULES:
        close = get_close_matches(str(name), RULES, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ChoiceError(f"there is no rule {name!r}{meant} (there are {', '.join(RULES)})")
    rule = RULES[name]
    takes = [option for option in inspect.signature(rule).parameters if option not in ("ranks", "weights")]
    for option in options:
        if option not in takes:
            raise ChoiceError(f"{name} takes no option {option!r} (it takes {', '.join(takes)})")
    rule([[0, 1]], **options)  # so that a wrong value is told now and not in the middle of a study
    return partial(rule, **options) if options else rule
