"""Pools small enough to list every panel, and the fairest lottery found by listing them."""

from itertools import product

import numpy as np
from scipy.optimize import linprog

from minipublic.personas.persona import Persona


def pool(*columns, names=("age", "gender", "place")):
    """One person for each place in the columns, e.g. `pool("yyo", "mfm")`; "?" is not known."""
    rows = zip(*columns, strict=True)
    told = [{name: label for name, label in zip(names, row, strict=False) if label != "?"} for row in rows]
    return [Persona(f"p{k}", attributes) for k, attributes in enumerate(told)]


def every_panel(kinds):
    """All panels that meet the quotas (K, T)."""
    ranges = [range(int(n) + 1) for n in kinds.count]
    panels = np.array([x for x in product(*ranges) if sum(x) == kinds.size], dtype=float)
    sums = panels @ kinds.has.T
    return panels[np.all((sums >= kinds.low) & (sums <= kinds.high), axis=1)]


def largest_smallest(kinds):
    """The largest smallest chance of any lottery, over all panels at once."""
    panels = every_panel(kinds)
    chances = -(panels / kinds.count).T
    found = linprog(
        np.append(np.zeros(len(panels)), -1),
        A_ub=np.hstack([chances, np.ones((len(chances), 1))]),
        b_ub=np.zeros(len(chances)),
        A_eq=np.append(np.ones(len(panels)), 0)[None],
        b_eq=[1],
        bounds=[*[(0, None)] * len(panels), (None, None)],
    )
    return found.x[-1]
