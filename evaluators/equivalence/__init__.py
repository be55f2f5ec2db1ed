"""When a stand-in is as good as the person: Jarrett et al. 2025, section 3, as code.

Exactly, on small tabular processes, where everything can be computed:

    >>> from minipublic.evaluators.equivalence import irrelevant_part, is_clone, is_trajectory_equivalent
    >>> example = irrelevant_part(seed=1)  # the stand-in says the same things in another style
    >>> args = (example.process, example.policy, example.other)
    >>> bool(is_clone(*args)), bool(is_trajectory_equivalent(*args))
    (False, True)

By Monte Carlo, wherever episodes can be played again: `collect_payoffs` plays them, `representativity` measures.

    >>> import asyncio
    >>> import numpy as np
    >>> from minipublic.evaluators.equivalence import collect_payoffs, representativity, sample_outcomes
    >>> policies = {"people": example.policy, "representatives": example.other}
    >>> async def play(mechanism, profile, episode, replicate):
    ...     random = np.random.default_rng([list(policies).index(profile), int(episode), replicate])
    ...     outcome = sample_outcomes(example.process, policies[profile], 1, random)
    ...     return example.process.payoffs[outcome[0]]
    >>> played = asyncio.run(
    ...     collect_payoffs(
    ...         play,
    ...         mechanisms=["own"],
    ...         profiles=list(policies),
    ...         episodes={str(k): f"group {k}" for k in range(50)},
    ...         replicates=4,
    ...     )
    ... )
    >>> found = representativity(
    ...     played.under("people"), played.under("representatives"), played.by_mechanism(played.groups)
    ... )
    >>> low, high = found["squared"]["ci"]
    >>> low < 0 < high
    True
"""

from .classes import (
    Place,
    Verdict,
    is_clone,
    is_trajectory_equivalent,
    is_transition_equivalent,
    value_closure,
)
from .episodes import EpisodePayoffs, collect_payoffs
from .estimation import representativity, squared_differences
from .policies import joint_policy
from .process import Process, joint_index, split_index
from .random_processes import (
    Inclusion,
    cancelling_errors,
    irrelevant_part,
    random_mechanism,
    random_process,
    random_profile,
    restyle,
)
from .rolling import outcome_distribution, payoff_shifts, sample_outcomes
from .values import bellman, expected_payoffs, state_values, value_functions

__all__ = [
    "EpisodePayoffs",
    "Inclusion",
    "Place",
    "Process",
    "Verdict",
    "bellman",
    "cancelling_errors",
    "collect_payoffs",
    "expected_payoffs",
    "irrelevant_part",
    "is_clone",
    "is_trajectory_equivalent",
    "is_transition_equivalent",
    "joint_index",
    "joint_policy",
    "outcome_distribution",
    "payoff_shifts",
    "random_mechanism",
    "random_process",
    "random_profile",
    "representativity",
    "restyle",
    "sample_outcomes",
    "split_index",
    "squared_differences",
    "state_values",
    "value_closure",
    "value_functions",
]
