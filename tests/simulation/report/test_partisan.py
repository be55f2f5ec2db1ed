"""Partisan gaps: a piece for each gap, with those who were left out."""

import made_up

from minipublic.simulation.report.partisan import partisan_parts


def test_each_gap_has_its_piece_with_published_humans():
    held = made_up.partisan()
    (part,) = partisan_parts({"partisan": {"bio": held, "qa": held}})
    assert part["title"] == "Hostility"
    assert part["left_out"] == "bio 12; qa 12"
    for party in ("democrat", "republican"):
        low, high = held[party]["ci"]
        assert f"{held[party]['value']:.3f} [{low:.3f}, {high:.3f}]" in part["fragment"]
    assert "1.630" in part["fragment"]  # Kang et al. 2025: people's gap on the traits of Democrats


def test_a_run_without_a_gap_shows_none(metrics):
    assert partisan_parts(metrics) == []
