"""Codebooks with parties and a gap, and the three that ship."""

import pytest

from minipublic.personas import Persona
from minipublic.personas.perspectives import worded_for
from minipublic.simulation.codebook import load_codebook
from minipublic.simulation.errors import InputError
from minipublic.simulation.instruments.reading import find_instrument, shipped_instruments

GOOD = """
gap: subversion
parties:
  labels:
    Democrat: {plural: Democrats, adjective: Democratic}
    Republican: {plural: Republicans, adjective: Republican}
items:
  me: {text: "Would YOU fool {other_plural}?", options: {1: No, 2: Yes}, perspective: self}
  they: {text: "Would most {other_plural}?", options: {1: No, 2: Yes}, perspective: outgroup}
  us: {text: "Would most {own_plural}?", options: {1: No, 2: Yes}, perspective: ingroup}
"""


def load(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return load_codebook(path)


def test_parties_perspectives_and_targets_reach_the_instrument(tmp_path):
    book = load(tmp_path, GOOD)
    instrument = book.instrument()
    assert instrument.parties == book.parties
    assert book.parties.attribute == "party"
    assert book.parties.labels == ("Democrat", "Republican")
    assert [(q.perspective, q.target) for q in instrument.questions] == [
        ("self", ""),
        ("outgroup", "{other}"),
        ("ingroup", "{own}"),
    ]
    assert (book.roles.oneself, book.roles.outgroup, book.roles.ingroup) == (("me",), ("they",), ("us",))


def test_an_ordinary_codebook_keeps_its_braces(tmp_path):
    book = load(tmp_path, 'items:\n  q: {text: "Is {x} in {y_z} or {}?", options: {1: "{a}", 2: B}}\n')
    assert book.instrument().parties is None
    assert book.items["q"].question.text == "Is {x} in {y_z} or {}?"
    assert book.gap is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('{other_plural}?"', '{othr_plural}?"'), r"yaml:8: items\.me\.text: \{othr_plural\} is no slot; did you mean"),
        (("plural: Democrats, ", ""), r"yaml:5: parties\.labels\.Democrat\.plural"),
        (("plural: Democrats", "plurals: Democrats"), r"yaml:5: .*unknown key `plurals`; did you mean `plural`"),
        (("  labels:", "  atribute: p\n  labels:"), r"yaml:4: parties\.atribute: unknown key.*`attribute`"),
        (
            ("    Republican: {plural: Republicans, adjective: Republican}\n", ""),
            r"parties\.labels: .*at least 2",
        ),
        (("gap: subversion", "gap: hostile"), r"yaml:2: gap: Input should be 'hostility', 'subversion' or"),
        (("gap: subversion", "gap: hostility"), r"yaml:2: gap: hostility needs an item with `target: Democrat`"),
        (
            ("perspective: outgroup", "perspective: ingroup"),
            r"gap: subversion needs an item with `perspective: outgroup`",
        ),
        (
            ("perspective: outgroup", "perspective: outgrup"),
            r"yaml:9: items\.they\.perspective: Input should be 'self'",
        ),
        (("perspective: outgroup", "perspective: outgroup, target: Democrat"), r"items\.they\.perspective: whose side"),
        (
            ("perspective: outgroup", "perspective: outgroup, target: '{own}'"),
            r"items\.they\.target: .*not about \{own\}",
        ),
        (("perspective: outgroup", "perspective: meta, target: Dems"), r"items\.they\.target: 'Dems' is none of"),
        (
            ("{1: No, 2: Yes}, perspective: outgroup", "{1: No, 2: Yes, 3: Always}, perspective: outgroup"),
            r"yaml:9: items\.they\.options: .*same number of options \(items\.me has 2\)",
        ),
        (("perspective: outgroup", "perspective: outgroup, ordinal: no"), r"items\.they\.ordinal: .*have an order"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, change, said):
    assert change[0] in GOOD
    with pytest.raises(InputError, match=said):
        load(tmp_path, GOOD.replace(*change))


def test_slots_and_gaps_need_parties(tmp_path):
    with pytest.raises(InputError, match=r"yaml:2: items\.q\.text: \{own_plural\} is filled from `parties`"):
        load(tmp_path, 'items:\n  q: {text: "{own_plural}?", options: {1: A, 2: B}}\n')
    with pytest.raises(InputError, match=r"yaml:1: gap: hostility is a gap between two parties"):
        load(tmp_path, 'gap: hostility\nitems:\n  q: {text: "?", options: {1: A, 2: B}}\n')


CODES = {
    "traits": [
        f"traits_{t}_{p}"
        for p in ("democrats", "republicans")
        for t in ("moral", "hard_working", "open_minded", "intelligent", "honest")
    ],
    "subversion": [f"subversion_{b}_{k}" for b in ("self", "most", "ingroup", "meta") for k in range(1, 7)],
    "meta_prejudice": [
        "warmth_democrats",
        "warmth_republicans",
        "meta_their_warmth_to_us",
        "meta_their_warmth_to_them",
    ],
}
ENDS = {
    "traits": (["1", "2", "3", "4", "5"], "A lot more moral", "A lot more immoral"),
    "subversion": (["1", "2", "3", "4"], "Never", "Definitely"),
    "meta_prejudice": (["1", "2", "3", "4", "5"], "Very cold", "Very warm"),
}


@pytest.mark.parametrize("name", CODES)
def test_the_shipped_instruments_have_the_codes_and_the_coding(name):
    book = load_codebook(find_instrument(name))
    assert list(book.items) == CODES[name]
    codes, first, last = ENDS[name]
    for entry in book.items.values():
        assert [o.code for o in entry.question.options] == codes
    options = next(iter(book.items.values())).question.options
    assert (options[0].text, options[-1].text) == (first, last)
    assert book.gap == {"traits": "hostility", "meta_prejudice": "meta_perception"}.get(name, name)
    assert "20" in find_instrument(name).read_text().split("title:")[0]  # a citation in the header
    for label in book.parties.labels:
        person = Persona("p", {"party": label})
        assert all("{" not in worded_for(q, person, book.parties).text for q in book.instrument().questions)


def test_the_published_examples_come_out():
    book = load_codebook(find_instrument("subversion"))
    asked = {
        q.code: worded_for(q, Persona("p", {"party": "Democrat"}), book.parties) for q in book.instrument().questions
    }
    assert (
        asked["subversion_self_1"].text
        == "Would YOU support ignoring controversial court rulings by REPUBLICAN JUDGES?"
    )
    asked = {
        q.code: worded_for(q, Persona("p", {"party": "Republican"}), book.parties) for q in book.instrument().questions
    }
    assert asked["subversion_most_1"].text == (
        "Would MOST DEMOCRATS support ignoring controversial court rulings by REPUBLICAN JUDGES?"
    )
    assert (asked["subversion_meta_1"].perspective, asked["subversion_meta_1"].target) == ("meta", "Republican")
    warm = load_codebook(find_instrument("meta_prejudice"))
    us = worded_for(warm.items["meta_their_warmth_to_us"].question, Persona("p", {"party": "Republican"}), warm.parties)
    assert us.text == "How warm or cold do you think Democrats feel towards Republicans?"


def test_instruments_are_found_by_name_or_path(tmp_path):
    assert list(shipped_instruments()) == ["meta_prejudice", "subversion", "traits"]
    own = tmp_path / "mine.yaml"
    own.write_text(GOOD)
    assert find_instrument(own) == own
    assert find_instrument(str(own)) == own
    with pytest.raises(InputError, match="did you mean `traits`"):
        find_instrument("trait")
    with pytest.raises(InputError, match=r"did you mean .*mine\.yaml.*these ship: meta_prejudice"):
        find_instrument(tmp_path / "mines.yaml")
