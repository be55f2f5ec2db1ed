import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minipublic.graphs.mediators.rankings import parse_ranking, render_ranking


def dense(values):
    order = sorted(set(values))
    return tuple(order.index(v) for v in values)


RANKS = st.integers(2, 26).flatmap(lambda n: st.lists(st.integers(0, n), min_size=n, max_size=n)).map(dense)


@pytest.mark.parametrize(
    "reply",
    [
        "A > C = B > D",
        "a>c=b>d.",
        "**A** ≻ (C ~ B) ≻ D",
        "[A] > [B] = [C] > [D]",
        "__A__ >> `B` == \"C\" > 'D'",
        "Ranking: A > C = B > D",
        "Final ranking:\n\nA > C = B > D",
        "Statement A > Statement C = Statement B > Statement D",
        "<answer>\nA > C = B > D\n</answer>",
        "<think>Surely D > C > B > A</think>\nA > C = B > D",
        "At first A > B > C > D, but the final ranking is A > C = B > D",
        "A > B > C > D? No.\n\n**Answer:** A > B = C > D\n(D > C > B > A would be another member's.)",
        "I'd say A > C = B > D, since they dislike D and B > D is plain.",
        "A > C = B > D\n\nSo again: A > B = C > D",
        r"$A \succ C \sim B \succ D$",
        "A &gt; C = B &gt; D",
        "A >\nC = B\n> D",
    ],
)
def test_a_ranking_is_read_however_it_is_dressed(reply):
    assert parse_ranking(reply, 4) == (0, 1, 1, 2)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I cannot rank statements of other people.",
        "A > B > C",  # one lacks
        "A > B > C > D > A",
        "A > B > C > D > E",  # one too many
        "A > B, C > D",
        "A > B\nC > D",
        "A, C, B, D",
        "D < B < C < A",
        "A ≥ B > C > D",
        "A >= B > C > D",
        "A -> B -> C -> D",
        "A > B > C > D >",
        "> A > B > C > D",
        "A > B > C > none",
        "A > B > C > D\nB > A > C > D",  # which of them?
        "A > B > C > D. Final answer: B > A",
        "Y > Z = X",
    ],
)
def test_what_is_no_full_ranking_is_not_read(reply):
    assert parse_ranking(reply, 4) is None


@settings(max_examples=100, deadline=None)
@given(
    RANKS,
    st.sampled_from(["{}", "Ranking: {}.", "**{}**", "Well.\n{}\nBecause the member says so.", "Final answer: {}"]),
)
def test_what_is_rendered_is_read_back(ranks, frame):
    assert parse_ranking(frame.format(render_ranking(ranks)), len(ranks)) == ranks
    assert parse_ranking(frame.format(render_ranking(ranks).lower()), len(ranks)) == ranks


@settings(max_examples=50, deadline=None)
@given(RANKS, st.data())
def test_a_ranking_that_lost_or_gained_something_is_not_read(ranks, data):
    parts = render_ranking(ranks).split(" ")
    k = data.draw(st.integers(0, len(parts) - 1))
    gone, comma = [*parts[:k], *parts[k + 1 :]], [*parts[:k], ",", *parts[k + 1 :]]
    again = [*parts, data.draw(st.sampled_from(">=")), parts[k] if k % 2 == 0 else parts[0]]
    double = [*parts[:k], parts[k], *parts[k:]] if 0 < k < len(parts) - 1 and k % 2 == 0 else gone
    for broken in (gone, comma, again, double):
        assert parse_ranking(" ".join(broken), len(ranks)) is None, broken


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=50), st.integers(2, 6))
def test_text_without_signs_is_never_a_ranking(text, n):
    for sign in ">≻＞=~∼≈＝\\&":
        text = text.replace(sign, " ")
    assert parse_ranking(text, n) is None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ABCDabcd >=≻~.,;:\n()*-<19ßfinalanswer", max_size=60), st.integers(2, 4))
@example("A=B-~A", 2)
def test_what_is_read_was_said(text, n):
    ranks = parse_ranking(text, n)
    if ranks is None:
        return
    signs = text.upper().replace("≻", ">").replace("~", "=")
    # Marks say nothing; whatever else is no letter and no sign parts what stands before it from what comes after.
    kept = "".join(c if c.isalpha() or c in ">=" else "" if c in " \n.()*" else "|" for c in signs)
    assert ranks == dense(ranks)
    orders = [run for run in runs(kept) if sorted(run) == list("ABCD"[:n])]
    assert orders, text  # all letters stand side by side, with signs between them
    assert any([ranks["ABCD".index(c)] for c in run] == sorted(ranks) for run in orders)


def runs(kept):
    """Every stretch of letters that signs join, as its letters."""
    found, run = [], ""
    for k, c in enumerate(kept):
        if c == "|":
            found, run = [*found, run], ""
        elif c not in ">=":
            joined = k > 0 and kept[k - 1] in ">="
            found, run = (found, run + c) if joined else ([*found, run], c)
    return [*found, run]


def test_so_many_letters_there_are():
    with pytest.raises(ValueError, match="at most 26"):
        render_ranking(range(27))
    assert parse_ranking("A > B", 27) is None
