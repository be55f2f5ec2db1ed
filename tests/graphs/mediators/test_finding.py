import pytest
from foreteller import CASE, OPINIONS, Foreteller, decide

from minipublic.graphs.mediators import (
    MediatorError,
    OptionError,
    UnknownMediatorError,
    find_mediator,
    habermas,
    mediator_names,
    summary,
)
from minipublic.graphs.mediators.protocol import name_of
from minipublic.graphs.social_choice import ChoiceError

OWN = '''
"""Mediators of a user's own."""
LIMIT = 3


def longest(case, desk, *, most=1000):
    desk.record(most=most)
    return max(case.opinions.values(), key=len)[:most]


async def drafted(case, desk):
    return await desk.statement(case)


class Picky:
    name = "picky"

    def __init__(self, seat="s0"):
        self.seat = seat

    def __call__(self, case, desk):
        return case.opinions[self.seat]


class NoCall:
    pass


def anything(case, desk, **options):
    return str(sorted(options))


def one(case):
    return ""


def number(case, desk):
    return 7
'''


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "broken.py").write_text("import nothing_of_this_name")
    return tmp_path


@pytest.mark.parametrize("name", mediator_names())
async def test_every_mediator_is_found_by_its_name(name):
    found = find_mediator(name)
    assert name_of(found) == name
    statement, record = await decide(found, Foreteller())
    assert isinstance(statement, str)
    assert name == "summary" or record["winner"] is not None


def test_with_its_options():
    assert find_mediator("summary") is summary
    assert find_mediator("habermas", candidates=8, rule="borda") == habermas(candidates=8, rule="borda")
    assert set(mediator_names()) == {
        *("summary", "habermas", "welfare", "median_opinion", "best_opinion", "random_opinion")
    }


@pytest.mark.parametrize(
    ("name", "options", "error", "says"),
    [
        ("habernas", {}, UnknownMediatorError, "did you mean 'habermas'"),
        ("nothing_like_it", {}, UnknownMediatorError, "there are summary, habermas"),
        ("habermas", {"candidate": 8}, OptionError, "did you mean 'candidates'"),
        ("habermas", {"candidates": "8"}, OptionError, "no whole number"),
        ("habermas", {"candidates": 30}, OptionError, "from 1 to 26"),
        ("habermas", {"predict": "payoff"}, OptionError, "did you mean 'payoffs'"),
        ("habermas", {"tie_break": "coin"}, OptionError, "ballots, lot"),
        ("habermas", {"weighted": "no"}, OptionError, "neither true nor false"),
        ("habermas", {"attempts": 0}, OptionError, "attempts"),
        ("habermas", {"rule": "schulz"}, ChoiceError, "did you mean 'schulze'"),
        ("habermas", {"rule": {"name": "schulze", "varaint": "margin"}}, ChoiceError, "no option 'varaint'"),
        ("habermas", {"rule": 3}, OptionError, "names no rule"),
        ("summary", {"candidates": 2}, OptionError, "takes none"),
        ("random_opinion", {"seed": 2}, OptionError, "takes none"),
        ("own.py:longst", {}, UnknownMediatorError, "did you mean 'longest'"),
        ("own.py:LIMIT", {}, UnknownMediatorError, "is a int, which cannot be called"),
        ("own.py:NoCall", {}, UnknownMediatorError, "__call__"),
        ("own.py:one", {}, UnknownMediatorError, "takes 1 arguments"),
        ("own.py:longest", {"moist": 3}, OptionError, "did you mean 'most'"),
        ("own.py:Picky", {"seats": 3}, OptionError, "did you mean 'seat'"),
        ("nowhere.py:longest", {}, UnknownMediatorError, "there is no file"),
        ("broken.py:longest", {}, UnknownMediatorError, "nothing_of_this_name"),
        ("no_such_module:f", {}, UnknownMediatorError, "no_such_module"),
    ],
)
def test_what_is_not_there_is_said(own, name, options, error, says):
    with pytest.raises(error, match=says):
        find_mediator(name, folder=own, **options)


async def test_a_user_brings_their_own(own):
    longest = find_mediator("own.py:longest", folder=own, most=4)
    assert name_of(longest) == "longest"
    assert await decide(longest) == ("I st", {"most": 4})
    assert await decide(find_mediator(f"{own}/own.py:longest")) == (max(OPINIONS.values(), key=len), {"most": 1000})
    picky = find_mediator("own.py:Picky", folder=own, seat="s1")
    assert (name_of(picky), (await decide(picky))[0]) == ("picky", OPINIONS["s1"])
    assert (await decide(find_mediator("own.py:anything", folder=own, x=1)))[0] == "['x']"
    assert (await decide(find_mediator("own.py:drafted", folder=own)))[0] == (await decide(summary))[0]
    assert find_mediator("minipublic.graphs.mediators:summary") is summary
    with pytest.raises(MediatorError, match="7"):
        await decide(find_mediator("own.py:number", folder=own), case=CASE)


def test_nobodys_own_code_runs_where_that_is_not_meant(own):
    with pytest.raises(UnknownMediatorError, match=r"no mediator 'own\.py:longest'"):
        find_mediator("own.py:longest", folder=own, own=False)
