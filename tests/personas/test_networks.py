import subprocess
import sys

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.personas.networks import TOPOLOGIES, NetworkError, draw_network, hearers

SEATS = ("ann", "ben", "cem", "dia", "eva")
MANY = tuple(f"seat {k}" for k in range(24))


def heard(topology, seats=SEATS, **parameters):
    return hearers(draw_network(topology, seats, **parameters), seats)


def test_both_ends_of_an_edge_hear_each_other():
    graph = nx.Graph([("ann", "ben"), ("ben", "cem"), ("cem", "cem")])
    graph.add_nodes_from(["eva", "dia"])
    assert hearers(graph, SEATS) == {"ann": ("ben",), "ben": ("ann", "cem"), "cem": ("ben",), "dia": (), "eva": ()}


def test_words_go_along_an_arrow():
    graph = nx.DiGraph([("ann", "ben"), ("cem", "ben"), ("ben", "dia")])
    graph.add_node("eva")
    assert hearers(graph, SEATS) == {"ann": (), "ben": ("ann", "cem"), "cem": (), "dia": ("ben",), "eva": ()}
    many = nx.MultiDiGraph([(0, 1), (0, 1), (1, 1)])
    assert hearers(many, ["a", "b"]) == {"a": (), "b": ("a",)}


def test_other_nodes_are_seats_in_their_order():
    graph = nx.Graph()
    graph.add_nodes_from([30, 10, 20])
    graph.add_edge(10, 30)
    assert hearers(graph, ["a", "b", "c"]) == {"a": ("b",), "b": ("a",), "c": ()}


@pytest.mark.parametrize(
    ("graph", "seats", "message"),
    [
        (nx.path_graph(4), SEATS, "4 nodes for 5 seats"),
        (nx.Graph([("ann", "ben"), ("ben", "zoe")]), ["ann", "ben", "cem"], "nodes zoe are no seats"),
        (nx.path_graph(2), ["a", "a"], "share a name"),
    ],
)
def test_a_network_that_does_not_fit_its_seats_is_an_error(graph, seats, message):
    with pytest.raises(NetworkError, match=message):
        hearers(graph, seats)


@pytest.mark.parametrize(
    ("topology", "parameters", "expected"),
    [
        ("complete", {}, ["bcde", "acde", "abde", "abce", "abcd"]),
        ("ring", {}, ["be", "ac", "bd", "ce", "ad"]),
        ("line", {}, ["b", "ac", "bd", "ce", "d"]),
        ("star", {}, ["bcde", "a", "a", "a", "a"]),
        ("two_cliques", {}, ["bc", "ac", "abd", "ce", "d"]),
        ("two_cliques", {"bridges": 0}, ["bc", "ac", "ab", "e", "d"]),
        ("two_cliques", {"bridges": 2}, ["bc", "ace", "abd", "ce", "bd"]),
        ("small_world", {"neighbours": 2, "rewired": 0}, ["be", "ac", "bd", "ce", "ad"]),
    ],
)
def test_who_hears_whom_by_topology(topology, parameters, expected):
    assert {k[0]: "".join(s[0] for s in v) for k, v in heard(topology, **parameters).items()} == dict(
        zip("abcde", expected, strict=True)
    )


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_every_topology_is_connected_seeded_and_symmetric(topology):
    drawn = [draw_network(topology, MANY, seed=seed) for seed in range(12)]
    for seed, graph in enumerate(drawn):
        assert tuple(graph.nodes) == MANY
        assert nx.is_connected(graph)
        assert nx.utils.edges_equal(graph.edges, draw_network(topology, MANY, seed=seed).edges)
        hears = hearers(graph, MANY)
        assert all(a in hears[b] and a != b for a in MANY for b in hears[a])
    drawn_at_random = {"small_world", "scale_free", "random", "modular"}
    assert (len({frozenset(map(frozenset, g.edges)) for g in drawn}) > 1) == (topology in drawn_at_random)


def test_groups_are_denser_within_than_between():
    graph = draw_network("modular", MANY, seed=3, groups=3, within=1, between=0.1)
    parts = [MANY[:8], MANY[8:16], MANY[16:]]
    assert all(graph.subgraph(part).size() == 28 for part in parts)
    assert 0 < graph.size() - 3 * 28 < 3 * 64 * 0.25
    apart = draw_network("modular", MANY, groups=2, within=1, between=0, connected=False)
    assert nx.number_connected_components(apart) == 2


def test_a_small_world_has_as_many_links_as_its_ring_and_a_scale_free_one_has_hubs():
    for rewired in (0, 0.2, 1):
        assert draw_network("small_world", MANY, neighbours=4, rewired=rewired).size() == 48
    degrees = sorted(dict(draw_network("scale_free", [str(k) for k in range(300)]).degree).values())
    assert degrees[0] >= 1
    assert degrees[-1] > 8 * degrees[150]


@pytest.mark.parametrize(
    ("topology", "parameters", "message"),
    [
        ("rings", {}, "no topology 'rings'; did you mean ring"),
        ("ring", {"k": 2}, r"ring has no parameter 'k' \(it has none\)"),
        ("small_world", {"k": 2}, r"no parameter 'k' \(it has neighbours, rewired\)"),
        ("small_world", {"neighbours": 3}, "must be even"),
        ("small_world", {"neighbours": 6}, "with 6 neighbours needs 7 seats or more, got 5"),
        ("small_world", {"rewired": 1.5}, "rewired must be a number from 0 to 1, got 1.5"),
        ("scale_free", {"links": 5}, "with 5 links needs 6 seats or more"),
        ("scale_free", {"links": 2.0}, "links must be a whole number from 1 up"),
        ("random", {"probability": 0}, "no connected network of 5 seats; let more of them be linked"),
        ("random", {"connected": "no"}, "connected must be true or false"),
        ("random", {"connected": 0}, "connected must be true or false"),
        ("modular", {"within": 1, "between": 0}, r"\(groups, within, between\), or write connected: false"),
        ("modular", {"groups": 3}, "with 3 groups needs 6 seats"),
        ("two_cliques", {"bridges": 3}, "with 3 bridges needs 6 seats"),
        ("two_cliques", {"bridges": True}, "bridges must be a whole number"),
    ],
)
def test_what_cannot_be_drawn_is_an_error_that_says_why(topology, parameters, message):
    with pytest.raises(NetworkError, match=message):
        draw_network(topology, SEATS, **parameters)


def test_too_few_seats_and_seats_of_one_name_are_errors():
    with pytest.raises(NetworkError, match="ring needs 3 seats or more, got 2"):
        draw_network("ring", SEATS[:2])
    with pytest.raises(NetworkError, match="complete needs 2 seats or more, got 1"):
        draw_network("complete", SEATS[:1])
    with pytest.raises(NetworkError, match="share a name"):
        draw_network("line", ["a", "b", "a"])


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 12), st.floats(0, 1), st.booleans(), st.integers(0, 5))
def test_hearing_is_what_the_graph_says(n, p, directed, seed):
    graph = nx.gnp_random_graph(n, p, seed=seed, directed=directed)
    seats = [f"s{k}" for k in range(n)]
    hears = hearers(graph, seats)
    assert list(hears) == seats
    for v in range(n):
        assert [seats.index(s) for s in hears[seats[v]]] == [u for u in range(n) if graph.has_edge(u, v)]


def test_networkx_is_loaded_only_when_a_network_is_drawn():
    code = "import minipublic.personas.networks, sys; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
