"""Schulze's rule for many elections at once beside one by one: CPU time an election on one thread, and their ratio.

Run `python benchmarks/social_choice.py [ELECTIONS]`. Both count the same random ballots, and their results are compared. The
third column of times is the rule as a textbook writes it, in plain Python loops, on the first elections alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before numpy is there

import numpy as np

from minipublic.graphs.social_choice import schulze, schulze_many

ELECTIONS = 10_000
SHAPES = ((5, 4), (5, 16), (25, 16), (100, 16))  # voters, candidates; a group of five ranks 4 or 16 statements
TEXTBOOK = 200
TIMES = 3


def textbook(ballots: list[list[float]]) -> list[int]:
    """Schulze's rule without numpy."""
    everybody = range(len(ballots[0]))
    votes = [[sum(ballot[a] < ballot[b] for ballot in ballots) for b in everybody] for a in everybody]
    paths = [[votes[a][b] if votes[a][b] > votes[b][a] else 0 for b in everybody] for a in everybody]
    for via in everybody:
        for a in everybody:
            for b in everybody:
                paths[a][b] = max(paths[a][b], min(paths[a][via], paths[via][b]))
    ranks, left, place = [0] * len(everybody), set(everybody), 0
    while left:
        best = {c for c in left if not any(paths[a][c] > paths[c][a] for a in left)}
        for c in best:
            ranks[c] = place
        left, place = left - best, place + 1
    return ranks


def timed(count: Callable[[], Any], times: int = TIMES) -> tuple[float, Any]:
    """The shortest CPU time of several runs in seconds, and the result."""
    spent = []
    for _ in range(times):
        started = time.process_time()
        found = count()
        spent.append(time.process_time() - started)
    return min(spent), found


def line(voters: int, candidates: int, elections: int) -> str:
    """One shape of election as a row of the table."""
    random = np.random.default_rng(1)
    ranks = random.permuted(np.tile(np.arange(float(candidates)), (elections, voters, 1)), axis=2)
    few = ranks[:TEXTBOOK].tolist()
    together, many = timed(lambda: schulze_many(ranks))
    alone, single = timed(lambda: [schulze(election).tolist() for election in ranks])
    plain, written = timed(lambda: [textbook(ballots) for ballots in few], 1)
    if many.tolist() != single or single[:TEXTBOOK] != written:
        raise SystemExit("the three do not agree")
    a, b, c = (1e6 * seconds / n for seconds, n in ((together, elections), (alone, elections), (plain, len(few))))
    return f"| {voters} × {candidates} | {a:.1f} µs | {b:.0f} µs | {c:,.0f} µs | {b / a:.0f} | {c / a:,.0f} |"


def main() -> None:
    elections = int(sys.argv[1]) if len(sys.argv) > 1 else ELECTIONS
    print(f"{elections:,} elections: CPU time each")
    print("| voters × candidates | `schulze_many` | `schulze` | plain Python | ratio | ratio |")
    print("|---|---|---|---|---|---|")
    for voters, candidates in SHAPES:
        print(line(voters, candidates, elections), flush=True)


if __name__ == "__main__":
    main()
