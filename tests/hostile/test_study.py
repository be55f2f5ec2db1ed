"""What reaches prompt, record, page and terminal of a study in which one person of every group is hostile."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hostile_people import ATTACKS, BEGIN, read_quotations
from typer.testing import CliRunner

import minipublic
from minipublic.models.synthetic import read_stance
from minipublic.models.unicode_text import well_formed
from minipublic.personas.quoting import LONGEST
from minipublic.personas.visible import visible
from minipublic.simulation.cli.app import app
from minipublic.simulation.export import transcript_text

NAMES = [attack.name for attack in ATTACKS]
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "aside",
        "section",
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
    ),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "b", "br", "span", "pre", "code"),
    *("figure", "small"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "open"}


def group_of(attack, study):
    plan, hostile = study
    persona = next(who for who, its in hostile.items() if its is attack)
    return persona, next(unit for unit in plan.units() if persona in {p.id for p in unit.seats.values()})


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_prompts_hold_it_in_quotations_and_nowhere_else(attack, study, attacked, honest):
    persona, unit = group_of(attack, study)
    seeds = {key for key, request in honest.model.requests.items() if persona in of_group(request, unit)}
    assert seeds
    prompts = {step: [] for step in ("opinion", "critique")}
    for key in seeds:
        asked, plain = attacked.model.requests[key].prompt.text, honest.model.requests[key].prompt.text
        (outside, blocks), (outside_plain, blocks_plain) = read_quotations(asked), read_quotations(plain)
        assert without_marks(outside) == without_marks(outside_plain)
        assert [title for title, _ in blocks] == [title for title, _ in blocks_plain]
        for step, found in prompts.items():
            found += [blocks] * holds(attacked.model.wrote.get((persona, step)), blocks)
    if attack.alone:
        return
    # The opinion: draft, revision, the person's own critique and two ratings. The critique: the revision.
    assert [len(found) for found in prompts.values()] == [5, 1]


def of_group(request, unit):
    """Whose group a request belongs to; the mediator is told opinions by seat only."""
    if request.context.get("persona"):
        people = {p.id for p in unit.seats.values()}
        return people if request.context["persona"] in people else ()
    from minipublic.models.seeds import derive_seed

    steps = ("draft", "revised")
    names = [("hostile", 11, f"mediator {unit.group}", "Should we tax wealth?", 0, step) for step in steps]
    return {p.id for p in unit.seats.values()} if request.seed in {derive_seed(*n) for n in names} else ()


def without_marks(text):
    return re.sub(r"(?m)^(\[BEGIN .*) [0-9a-f]{16}\]$", r"\1]", text)


def holds(text, blocks):
    if text is None:
        return False
    shown = visible(well_formed(text).strip())
    said = [content for _, content in blocks]
    assert all(len(content) <= LONGEST + 50 for content in said)
    return said.count(shown) == 1 or (len(shown) > LONGEST and any(c.startswith(shown[:LONGEST]) for c in said))


def test_a_mark_is_of_one_call_and_stands_in_no_text_it_quotes(attacked):
    callers, quoting = {}, 0
    for (key, _), request in attacked.model.requests.items():
        outside, blocks = read_quotations(request.prompt.text)
        marks = {m[2] for line in outside.split("\n") if (m := BEGIN.fullmatch(line))}
        assert len(marks) == bool(blocks)
        quoting += len(marks)
        for mark in marks:
            callers.setdefault(mark, set()).add(key[0])  # by seed, which the two ratings of a seat share
            assert not any(mark in text for _, text in blocks)
    assert set(map(len, callers.values())) == {1}
    assert quoting > 10 * len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_records_hold_it_as_it_was_written(attack, study, attacked):
    persona, unit = group_of(attack, study)
    rows = attacked.tables["utterances"]
    rows = rows[(rows["persona"] == persona) & (rows["episode"] == unit.episode)].set_index("step")
    transcript = next(t for t in attacked.transcripts if t["episode"] == unit.episode)
    seat = next(seat for seat, person in transcript["seats"].items() if person["persona"] == persona)
    for step, key in (("opinion", "opinions"), ("critique", "critiques")):
        if attack.alone:
            assert rows.loc[step, "missing"] == ("empty" if step == "opinion" else "seat_lost")
            assert transcript[key][seat]["missing"] == rows.loc[step, "missing"]
            continue
        text = attacked.model.wrote[persona, step]
        # Blanks at both ends are taken off; halves of characters are written out, since no file can hold them.
        assert rows.loc[step, "text"] == transcript[key][seat] == well_formed(text).strip()
        if attack.name != "halves of characters":
            assert well_formed(text) == text


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_its_group_comes_out_as_with_an_honest_person(attack, study, attacked, honest):
    _, unit = group_of(attack, study)
    outcomes = []
    for played in (attacked, honest):
        rows = played.tables["records"]
        rows = rows[rows["episode"] == unit.episode].sort_values(["persona", "item"])
        told = [
            (r.persona, r.item, r.answer, tuple(x for x in (() if r.probabilities is None else r.probabilities)))
            for r in rows.itertuples()
        ]
        (transcript,) = [t for t in played.transcripts if t["episode"] == unit.episode]
        outcomes.append((told, read_stance(transcript["draft"]), read_stance(transcript["revised"])))
    assert outcomes[0] == outcomes[1]
    assert None not in outcomes[0][1:]


class Page(HTMLParser):
    """The elements and attributes of a page, and its texts; figures are left out."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._figure = [], [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._figure += tag == "svg"
        if not self._figure:
            self.elements.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        if not self._figure:
            self.elements.append(("/" + tag, ()))
        self._figure -= tag == "svg"

    def handle_comment(self, data):
        self.elements.append(("!", ()))

    def handle_data(self, data):
        if not self._figure:
            self.texts.append(data)


def test_the_page_has_no_element_attribute_or_character_of_theirs(attacked, honest):
    texts = [(played.out / "report.html").read_text() for played in (attacked, honest)]
    page, plain = map(Page, texts)
    assert page.elements == plain.elements
    assert {tag.removeprefix("/") for tag, _ in page.elements} <= ELEMENTS
    assert {name for _, attrs in page.elements for name, _ in attrs} <= ATTRIBUTES
    assert visible(texts[0]) == texts[0]
    assert "<script" not in texts[0].lower()
    said = "".join(page.texts)
    for attack in ATTACKS:
        words = max(re.split(r"[^\w ]+|mine|mark", attack.text.split("\\")[0], flags=re.ASCII), key=len).strip()
        assert words in said, attack.name
    assert "<script>alert(2)</script>" in said


def test_the_transcript_has_no_character_and_no_line_of_theirs(study, attacked, honest):
    for unit in study[0].units():
        text, plain = (transcript_text(played.out, unit.episode) for played in (attacked, honest))
        assert visible(text) == text
        assert headings(text) == headings(plain)
    shown = CliRunner().invoke(app, ["transcript", str(attacked.out), next(study[0].units()).episode])
    assert shown.exit_code == 0
    assert "opinion: " in shown.output


def headings(text):
    lines = [line for line in text.split("\n") if not line.startswith("    | ")]
    return [line if line.startswith("seat") else line.split(": ")[0] for line in lines]


def test_the_docs_list_every_attack():
    told = (Path(minipublic.__file__).parent / "docs" / "hostile.md").read_text(encoding="utf-8")
    for attack in ATTACKS:
        assert f"| {attack.name} | {attack.tries} |" in told
