"""Who hears whom in a discussion: any networkx graph, or one of a few topologies by name.

In a graph both ends of an edge hear each other. In a directed graph an edge u → v means that v hears u: words go along the arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import signature
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..models.seeds import derive_seed

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[Any]  # a DiGraph is one, too
else:
    Graph = Any

# Places of seats that are linked.
Edges = list[tuple[int, int]]
# How often a random graph is drawn again where it should be connected and is not.
TRIES = 100


class NetworkError(ValueError):
    """A network does not fit its seats, or a topology or a parameter is unknown or out of range."""


def hearers(graph: Graph, seats: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For every seat, the seats it hears, in the order of the seats.

    Args:
        graph: Its nodes are the seats' names; or else as many nodes of other names, the k-th of which is the k-th seat. In
            a DiGraph an edge u → v means that v hears u. Weights, loops and parallel edges say nothing.
        seats: All of them, in order.

    Raises:
        NetworkError: The graph has other seats than these, or another number of nodes.
    """
    names = _names(graph, seats)
    hears: dict[str, set[str]] = {seat: set() for seat in seats}
    for u, v in graph.edges():
        speaker, listener = names[u], names[v]
        hears[listener].add(speaker)
        if not graph.is_directed():
            hears[speaker].add(listener)
    return {seat: tuple([other for other in seats if other in hears[seat] and other != seat]) for seat in seats}


def _names(graph: Graph, seats: Sequence[str]) -> dict[Hashable, str]:
    if len(set(seats)) != len(seats):
        raise NetworkError(f"two seats share a name: {', '.join(seats)}")
    nodes = list(graph.nodes())
    if len(nodes) != len(seats):
        raise NetworkError(f"the network has {len(nodes)} nodes for {len(seats)} seats; it needs one for each")
    known = [node for node in nodes if node in set(seats)]
    if known and len(known) < len(nodes):
        other = sorted(str(node) for node in nodes if node not in known)
        raise NetworkError(f"the network's nodes {', '.join(other)} are no seats; there are {', '.join(seats)}")
    return {node: node for node in nodes} if known else dict(zip(nodes, seats, strict=True))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How many nodes, and the seed of what is random."""

    n: int
    seed: int


def _complete(drawn: _Drawn) -> Edges:
    return list(combinations(range(drawn.n), 2))


def _ring(drawn: _Drawn) -> Edges:
    _at_least(drawn, 3, "ring")
    return [*_line(drawn), (drawn.n - 1, 0)]


def _star(drawn: _Drawn) -> Edges:
    return [(0, k) for k in range(1, drawn.n)]


def _line(drawn: _Drawn) -> Edges:
    return list(pairwise(range(drawn.n)))


def _small_world(drawn: _Drawn, neighbours: int = 4, rewired: float = 0.1) -> Edges:
    import networkx as nx

    _whole("small_world: neighbours", neighbours, 2)
    _share("small_world: rewired", rewired)
    if neighbours % 2:
        raise NetworkError(f"small_world: neighbours must be even (as many on either side), got {neighbours}")
    _at_least(drawn, neighbours + 1, f"small_world with {neighbours} neighbours")
    make = nx.watts_strogatz_graph
    return _edges(drawn, "small_world", lambda seed: make(drawn.n, neighbours, rewired, seed=seed))


def _scale_free(drawn: _Drawn, links: int = 2) -> Edges:
    import networkx as nx

    _whole("scale_free: links", links, 1)
    _at_least(drawn, links + 1, f"scale_free with {links} links")
    make = nx.barabasi_albert_graph
    return _edges(drawn, "scale_free", lambda seed: make(drawn.n, links, seed=seed))


def _random(drawn: _Drawn, probability: float = 0.3, connected: bool = True) -> Edges:
    import networkx as nx

    _share("random: probability", probability)
    make = nx.gnp_random_graph
    return _edges(drawn, "random", lambda seed: make(drawn.n, probability, seed=seed), connected)


def _two_cliques(drawn: _Drawn, bridges: int = 1) -> Edges:
    _whole("two_cliques: bridges", bridges, 0)
    _at_least(drawn, max(4, 2 * bridges), f"two_cliques with {bridges} bridges")
    first = drawn.n - drawn.n // 2
    cliques = [*combinations(range(first), 2), *combinations(range(first, drawn.n), 2)]
    return cliques + [(first - 1 - k, first + k) for k in range(bridges)]


def _modular(
    drawn: _Drawn, groups: int = 2, within: float = 0.8, between: float = 0.1, connected: bool = True
) -> Edges:
    import networkx as nx

    _whole("modular: groups", groups, 1)
    _share("modular: within", within)
    _share("modular: between", between)
    _at_least(drawn, 2 * groups, f"modular with {groups} groups")
    sizes = [drawn.n // groups + (k < drawn.n % groups) for k in range(groups)]
    odds = [[within if a == b else between for b in range(groups)] for a in range(groups)]
    make = nx.stochastic_block_model
    return _edges(drawn, "modular", lambda seed: make(sizes, odds, seed=seed), connected)


_MAKERS: Mapping[str, Callable[..., Edges]] = MappingProxyType(
    {
        "complete": _complete,
        "ring": _ring,
        "star": _star,
        "line": _line,
        "small_world": _small_world,
        "scale_free": _scale_free,
        "random": _random,
        "two_cliques": _two_cliques,
        "modular": _modular,
    }
)
# By topology, its parameters and what they are where they are not given.
TOPOLOGIES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        name: MappingProxyType({p.name: p.default for p in list(signature(make).parameters.values())[1:]})
        for name, make in _MAKERS.items()
    }
)


def draw_network(topology: str, seats: Sequence[str], seed: int = 0, **parameters: Any) -> Graph:
    """A network of a named topology, its nodes the seats, undirected.

    - `complete`: everybody hears everybody. `ring`: the two beside oneself. `line`: a ring with one gap.
    - `star`: all hear the first seat, which hears all.
    - `small_world` (neighbours=4, rewired=.1): a ring in which one hears that many (even: half on either side), and a share
      of the links leads anywhere (Watts and Strogatz 1998). Connected.
    - `scale_free` (links=2): who comes joins that many, the likelier the more links one has (Barabási and Albert 1999).
      Connected.
    - `random` (probability=.3, connected=true): any two with that probability (Gilbert 1959).
    - `two_cliques` (bridges=1): the first half (the larger) and the second, everybody within each, and so many links between;
      with `bridges=0` two rooms.
    - `modular` (groups=2, within=.8, between=.1, connected=true): groups of the seats in order, as even as can be,
      linked at random with these probabilities within and between (a stochastic block model).

    Args:
        topology: One of `TOPOLOGIES`.
        seats: Their names, in order.
        seed: What is random derives from it and from topology and number of seats; where a graph must be connected, it is
            drawn again until it is.
        parameters: As above.

    Raises:
        NetworkError: Topology or parameter are unknown or out of range, the seats are too few, or no connected graph came out.
    """
    import networkx as nx

    if topology not in _MAKERS:
        close = get_close_matches(str(topology), _MAKERS, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise NetworkError(f"there is no topology {topology!r}{hint} (there are {', '.join(_MAKERS)})")
    for name in parameters:
        if name not in TOPOLOGIES[topology]:
            raise NetworkError(
                f"{topology} has no parameter {name!r} (it has {', '.join(TOPOLOGIES[topology]) or 'none'})"
            )
    drawn = _Drawn(len(seats), derive_seed("network", seed, topology, len(seats)))
    _at_least(drawn, 2, topology)
    if len(set(seats)) != len(seats):
        raise NetworkError(f"two seats share a name: {', '.join(seats)}")
    edges = _MAKERS[topology](drawn, **parameters)
    network: Graph = nx.Graph()
    network.add_nodes_from(seats)
    network.add_edges_from((seats[u], seats[v]) for u, v in edges)
    return network


def _edges(drawn: _Drawn, topology: str, make: Callable[[int], Graph], connected: bool = True) -> Edges:
    """The edges of a random graph, the first that is connected where it must be.

    Raises:
        NetworkError: None of `TRIES` is.
    """
    import networkx as nx

    if not isinstance(connected, bool):
        raise NetworkError(f"{topology}: connected must be true or false, got {connected!r}")
    for k in range(TRIES):
        graph = make(derive_seed(drawn.seed, k))
        if not connected or nx.is_connected(graph):
            return list(graph.edges())
    others = ", or write connected: false" if "connected" in TOPOLOGIES[topology] else ""
    raise NetworkError(
        f"{topology}: {TRIES} draws gave no connected network of {drawn.n} seats; let more of them be linked "
        f"({', '.join(name for name in TOPOLOGIES[topology] if name != 'connected')}){others}"
    )


def _at_least(drawn: _Drawn, seats: int, what: str) -> None:
    if drawn.n < seats:
        raise NetworkError(f"{what} needs {seats} seats or more, got {drawn.n}")


def _whole(name: str, value: Any, low: int) -> None:
    if type(value) is not int or value < low:
        raise NetworkError(f"{name} must be a whole number from {low} up, got {value!r}")


def _share(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise NetworkError(f"{name} must be a number from 0 to 1, got {value!r}")
