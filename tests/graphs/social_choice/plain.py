"""The rules written once more, slowly and by their definitions, to compare with."""

from fractions import Fraction
from itertools import pairwise, permutations
from math import isnan


def votes(ballots, weights, unranked):
    """{(above, below): weight}."""
    n = len(ballots[0])
    found = {(a, b): Fraction(0) for a in range(n) for b in range(n) if a != b}
    for ballot, weight in zip(ballots, weights, strict=True):
        for a, b in found:
            both = not isnan(ballot[a]) and not isnan(ballot[b])
            above = both and ballot[a] < ballot[b]
            if unranked == "tied_last" and not isnan(ballot[a]) and isnan(ballot[b]):
                above = True
            found[a, b] += Fraction(int(weight)) if above else 0
    return found


def strength(d, a, b, variant):
    """Of a's victory over b, to be compared with others; None without a victory."""
    won, lost = d[a, b], d[b, a]
    if won <= lost:
        return None
    if variant == "ratio":
        return (1, won) if lost == 0 else (0, won / lost)
    return (0, won if variant == "winning" else won - lost)


def schulze(d, n, variant):
    """By looking at every path."""
    best = {}
    for size in range(2, n + 1):
        for path in permutations(range(n), size):
            links = [strength(d, a, b, variant) for a, b in pairwise(path)]
            if None not in links:
                ends = path[0], path[-1]
                best[ends] = max(best.get(ends, (-1, 0)), min(links))
    beats = {(a, b) for a, b in d if best.get((a, b), (-1, 0)) > best.get((b, a), (-1, 0))}
    return layers(beats, n)


def ranked_pairs(d, n, variant):
    """Victory by victory, where no two are equally strong."""
    locked = set()
    for a, b in sorted(
        (p for p in d if strength(d, *p, variant)), key=lambda p: strength(d, *p, variant), reverse=True
    ):
        if not leads(locked, b, a):
            locked.add((a, b))
    return layers(locked, n)


def leads(locked, start, goal):
    found, todo = set(), [start]
    while todo:
        here = todo.pop()
        found.add(here)
        todo += [b for a, b in locked if a == here and b not in found]
    return goal in found


def layers(beats, n):
    ranks, left, place = {}, set(range(n)), 0
    while left:
        best = {c for c in left if not any((a, c) in beats for a in left)}
        ranks |= dict.fromkeys(best, place)
        left, place = left - best, place + 1
    return [ranks[c] for c in range(n)]


def dense(scores):
    """The lowest score first."""
    values = sorted(set(scores))
    return [values.index(score) for score in scores]


def minimax(d, n, variant):
    worst = []
    for c in range(n):
        against = [
            d[a, c] if variant == "opposition" else (strength(d, a, c, variant) or (0, 0))[1]
            for a in range(n)
            if a != c
        ]
        worst.append(max(against, default=0))
    return dense(worst)


def kemeny_young(d, n):
    """By looking at every order."""
    costs = {
        order: sum(d[b, a] for i, a in enumerate(order) for b in order[i + 1 :]) for order in permutations(range(n))
    }
    best = [order for order, cost in costs.items() if cost == min(costs.values())]
    return dense([min(order.index(c) for order in best) for c in range(n)])


def first_places(ballots, weights, standing, tied_tops):
    points = dict.fromkeys(standing, Fraction(0))
    for ballot, weight in zip(ballots, weights, strict=True):
        ranked = [c for c in standing if not isnan(ballot[c])]
        tops = [c for c in ranked if ballot[c] == min(ballot[k] for k in ranked)]
        for c in tops:
            points[c] += Fraction(int(weight), len(tops) if tied_tops == "split" else 1)
    return points


def plurality(ballots, weights, tied_tops):
    n = len(ballots[0])
    points = first_places(ballots, weights, range(n), tied_tops)
    return dense([-points[c] for c in range(n)])


def instant_runoff(ballots, weights, tied_tops):
    """Those who have the fewest go together."""
    standing, gone = list(range(len(ballots[0]))), []
    while standing:
        points = first_places(ballots, weights, standing, tied_tops)
        gone.append([c for c in standing if points[c] == min(points.values())])
        standing = [c for c in standing if c not in gone[-1]]
    place = {c: len(gone) - 1 - k for k, out in enumerate(gone) for c in out}
    return [place[c] for c in range(len(place))]


def borda(ballots, weights, unranked):
    """The usual points, shared by those who tie; of complete ballots or with the unranked tied last."""
    n = len(ballots[0])
    points = [Fraction(0)] * n
    for ballot, weight in zip(ballots, weights, strict=True):
        filled = [n + 1 if isnan(rank) else rank for rank in ballot]
        for c in range(n):
            below, alike = sum(r > filled[c] for r in filled), sum(r == filled[c] for r in filled)
            points[c] += int(weight) * (below + Fraction(alike - 1, 2))
    return dense([-p for p in points])


def copeland(d, n):
    return dense([-sum((d[c, o] > d[o, c]) - (d[c, o] < d[o, c]) for o in range(n) if o != c) for c in range(n)])
