"""Five real conversations (compdemocracy/openData): our groups beside those that Polis wrote into the export.

The figures are what is reached, not what should be; docs/polis.md says why they are what they are.
"""

import numpy as np
import pytest

from minipublic.evaluators.opinion_clusters import adjusted_rand, matched_share
from minipublic.evaluators.opinion_grouping import find_groups
from minipublic.simulation.polis.measuring import measure_polis
from minipublic.simulation.polis.reading import read_conversation

# participants, statements kept, left out, k chosen, Polis's k, people in both, adjusted Rand, share in the same group
REACHED = {
    "15-per-hour-seattle": (339, 31, 201, 2, 2, 138, 0.776, 0.942),
    "brexit-consensus": (204, 50, 15, 3, 2, 189, 0.636, 0.794),
    "canadian-electoral-reform": (448, 152, 167, 2, 2, 281, 0.838, 0.982),
    "scoop-hivemind.ubi": (234, 70, 60, 2, 4, 174, 0.095, 0.454),
    "american-assembly.bowling-green": (2031, 607, 455, 2, 2, 1576, 0.751, 0.933),
}
SMALL = [name for name in REACHED if "bowling" not in name]
LARGE = pytest.param("american-assembly.bowling-green", marks=pytest.mark.slow)
# statements in the export, with other published counts than the matrix, votes apart, and agreements and disagreements
COUNTS = {
    "15-per-hour-seattle": (54, 21, 56, 2280),
    "brexit-consensus": (50, 8, 9, 4637),
    "canadian-electoral-reform": (174, 44, 55, 10036),
    "scoop-hivemind.ubi": (70, 18, 20, 6341),
    "american-assembly.bowling-green": (896, 211, 393, 148399),
}


@pytest.fixture(scope="module")
def polis(data):
    if not (data / "polis").is_dir():
        pytest.skip("the Polis exports are not among the human data")
    return data / "polis"


def files(polis, name):
    return polis / name / "participants-votes.csv", polis / name / "comments.csv"


@pytest.mark.parametrize("name", [*SMALL, LARGE])
def test_our_groups_and_those_of_polis(polis, name):
    n, statements, left_out, k, theirs, both, rand, share = REACHED[name]
    found = measure_polis(*files(polis, name), bootstrap=0)
    assert (found["participants"], len(found["statements"]), found["left_out"]) == (n, statements, left_out)
    assert found["k"] == k
    published = found["published_groups"]
    assert (published["k"], published["n"]) == (theirs, both)
    assert published["adjusted_rand"]["value"] == pytest.approx(rand, abs=0.02)
    assert published["matched_share"]["value"] == pytest.approx(share, abs=0.01)


def test_with_as_many_groups_as_polis_brexit_comes_out(polis):
    found = measure_polis(*files(polis, "brexit-consensus"), groups=2, bootstrap=0)["published_groups"]
    assert found["adjusted_rand"]["value"] == pytest.approx(0.876, abs=0.02)
    assert found["matched_share"]["value"] == pytest.approx(0.968, abs=0.01)


@pytest.mark.parametrize(
    ("name", "rand", "share"), [("15-per-hour-seattle", 0.970, 0.993), ("canadian-electoral-reform", 0.964, 0.996)]
)
def test_with_rejected_statements_as_passes_polis_comes_out(polis, name, rand, share):
    """The Polis software leaves a rejected statement in, as one that everybody passed on."""
    votes, comments = files(polis, name)
    everything, read = read_conversation(votes), read_conversation(votes, comments)
    cast = np.isfinite(everything.votes).sum(axis=1) >= 7
    kept = np.isin(everything.statements, read.statements)
    as_passes = np.where(kept, everything.votes, 0.0)[cast]
    theirs = np.unique(read.groups[cast], return_inverse=True)[1]
    ours = find_groups(as_passes, k=2).labels
    assert adjusted_rand(ours, theirs) == pytest.approx(rand, abs=0.02)
    assert matched_share(ours, theirs) == pytest.approx(share, abs=0.01)


def test_the_groups_of_the_basic_income_export_are_those_of_how_much_people_voted(polis):
    """Everybody has a group, who cast one vote too, and taking unseen statements as passes brings them out better."""
    read = read_conversation(*files(polis, "scoop-hivemind.ubi"))
    cast = np.isfinite(read.votes).sum(axis=1)
    by_group = {group: cast[read.groups == group] for group in "0123"}
    assert (read.groups != "").all()
    assert np.percentile(by_group["0"], [5, 95]).tolist() == pytest.approx([41, 45], abs=3)
    assert (by_group["2"] > 50).mean() > 0.9
    assert (cast[cast < 20].size, np.isin(read.groups[cast < 20], ["1", "2"]).mean()) == (80, 1)
    theirs = np.unique(read.groups, return_inverse=True)[1]
    with_passes = find_groups(np.nan_to_num(read.votes), min_votes=1, k=4).labels
    assert adjusted_rand(with_passes, theirs) == pytest.approx(0.386, abs=0.03)
    assert matched_share(with_passes, theirs) == pytest.approx(0.658, abs=0.03)


@pytest.mark.parametrize("name", [*SMALL, LARGE])
def test_published_numbers_of_votes_and_the_matrix(polis, name):
    statements, differing, apart, votes = COUNTS[name]
    notes = read_conversation(*files(polis, name)).notes
    (note,) = [n for n in notes if "published numbers" in n]
    assert f"{differing} of {statements} statements have other published numbers" in note
    assert f"({apart} of {votes} agreements and disagreements)" in note
