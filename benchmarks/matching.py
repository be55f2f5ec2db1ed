"""Time, peak memory and objective of the exact one-to-one matching, beside scipy's dense way and networkx.

Run `python benchmarks/matching.py [LARGEST]`, LARGEST the most humans (default 10,000). Each contender runs in a process of
its own, on one thread, which also makes the instance; the time is CPU time, since other work may run beside, and peak
memory is that process's. The goal: 10,000 humans and 40,000 personas within
8 GB and minutes, the sum of weights proven to be the largest.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from importlib import import_module

import numpy as np

from minipublic import Attribute, Persona
from minipublic.personas.matching import match
from minipublic.personas.matching.profiles import make_profile

LABELS = {"age": 6, "gender": 2, "education": 5, "income": 6, "race": 5, "party": 3, "region": 4}
KINDS = {
    # A pool made by another public than the humans': half of the traits are stated, of the rest there are 40 draws.
    "realistic": {"stated": 0.5, "per_human": 4, "traits": 7},
    # Everything is stated, of three traits: few distinct people, and each weight stands very often.
    "ties": {"stated": 1.0, "per_human": 4, "traits": 3},
    # Nothing is stated and no persona is left over: everybody competes with everybody.
    "contested": {"stated": 0.0, "per_human": 1, "traits": 7},
}
SIZES = {"ours": 10_000, "dense": 10_000, "networkx": 250}  # the most humans each is given
STEPS = (100, 250, 1_000, 2_500, 10_000)
LIMIT_S = 900  # of CPU time


def instance(kind: str, n: int) -> tuple[list[Persona], list[dict[str, str]], list[Attribute]]:
    """Personas and humans from two publics that differ; a twentieth of the humans' traits is missing."""
    told = KINDS[kind]
    random = np.random.default_rng(5)
    traits = [Attribute(name, tuple(f"{name} {v}" for v in range(k))) for name, k in LABELS.items()][: told["traits"]]
    m = n * told["per_human"]
    personas: list[dict[str, dict[str, float]]] = [{} for _ in range(m)]
    humans: list[dict[str, str]] = [{} for _ in range(n)]
    for trait in traits:
        k = len(trait.values)
        theirs, ours = random.dirichlet(np.full(k, 5.0)), random.dirichlet(np.full(k, 5.0))
        for human, code, there in zip(humans, random.choice(k, n, p=theirs), random.random(n) >= 0.05, strict=True):
            human[trait.name] = trait.values[code] if there else ""
        leanings = random.standard_gamma(0.7 * k * ours + 1e-3, size=(m, k))
        counts = random.multinomial(40, leanings / leanings.sum(axis=1, keepdims=True))
        stated = random.random(m) < told["stated"]
        counts[stated] = 40 * np.eye(k, dtype=int)[random.choice(k, int(stated.sum()), p=ours)]
        for persona, row in zip(personas, (counts / 40).tolist(), strict=True):
            persona[trait.name] = {label: p for label, p in zip(trait.values, row, strict=True) if p}
    return [Persona(f"p{j}", traits=told) for j, told in enumerate(personas)], humans, traits


def ours(personas: list[Persona], humans: list[dict[str, str]], traits: list[Attribute]) -> dict[str, float]:
    told = match(personas, humans, traits, "max_weight").summary()
    return {"sum": told["weight_sum"], "gap": told["weight_gap"]}


def full(personas: list[Persona], humans: list[dict[str, str]], traits: list[Attribute]) -> np.ndarray:
    """Every weight, shape (humans, personas)."""
    first, *rest = (make_profile(trait, personas, humans) for trait in traits)
    weights = first.probabilities[first.codes]
    for profile in rest:
        for i, code in enumerate(profile.codes):
            weights[i] *= profile.probabilities[code]
    return weights


def dense(personas: list[Persona], humans: list[dict[str, str]], traits: list[Attribute]) -> dict[str, float]:
    from scipy.optimize import linear_sum_assignment

    weights = full(personas, humans, traits)
    np.negative(weights, out=weights)  # `maximize=True` would make a copy
    rows, columns = linear_sum_assignment(weights)
    return {"sum": -float(weights[rows, columns].sum())}


def networkx(personas: list[Persona], humans: list[dict[str, str]], traits: list[Attribute]) -> dict[str, float]:
    import networkx as nx

    weights = full(personas, humans, traits)
    graph = nx.Graph()
    graph.add_weighted_edges_from((int(i), len(humans) + int(j), float(weights[i, j])) for i, j in np.argwhere(weights))
    return {"sum": sum(graph.edges[pair]["weight"] for pair in nx.max_weight_matching(graph))}


CONTENDERS = {"ours": ours, "dense": dense, "networkx": networkx}
NEEDS = {"ours": (), "dense": ("scipy.optimize",), "networkx": ("networkx",)}  # imported before the clock runs


def one(name: str, kind: str, n: int) -> None:
    """Runs one contender in this process and prints what it took as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S + 1))
    given = instance(kind, n)
    for library in NEEDS[name]:
        import_module(library)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()
    found = CONTENDERS[name](*given)
    found["seconds"] = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"peak": peak, "before": before}))


def line(name: str, kind: str, n: int) -> str:
    """One contender in a process of its own, as a line of text."""
    command = [sys.executable, __file__, "--one", name, kind, str(n)]
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=alone)
    if run.returncode == -signal.SIGXCPU:
        return f"not done in {LIMIT_S} s"
    if run.returncode:
        return f"failed with code {run.returncode}: {run.stderr.strip().splitlines()[-1:]}"
    found = json.loads(run.stdout)
    gap = f", dual − primal {found['gap']:.1e}" if "gap" in found else ""
    memory = f"peak memory {found['peak']:,.0f} MB ({found['before']:,.0f} MB before)"
    return f"{found['seconds']:8.2f} s, {memory}, sum {found['sum']:.9f}{gap}"


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS[-1]
    for kind, told in KINDS.items():
        for n in (n for n in STEPS if n <= largest):
            for name in (name for name, most in SIZES.items() if n <= most):
                print(f"{kind} {n:,} × {n * told['per_human']:,} {name:9s}{line(name, kind, n)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
