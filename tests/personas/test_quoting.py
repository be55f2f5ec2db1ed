import re

from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.quoting import LONGEST, Quotes

NAMES = ("study", 0, "p1", "Should we?", 0, "critique")
LINES = re.compile(r"\[(BEGIN|END) (.*) ([0-9a-f]{16})\]")


def mark(block):
    return LINES.fullmatch(block.split("\n")[0]).group(3)


def test_a_block_is_the_text_between_two_lines_with_one_mark():
    first, *text, last = Quotes.of(*NAMES).block("I agree.\nMostly.", "Opinion 2").split("\n")
    assert text == ["I agree.", "Mostly."]
    begin, end = LINES.fullmatch(first), LINES.fullmatch(last)
    assert begin.groups() == ("BEGIN", "Opinion 2", end.group(3))
    assert end.groups()[:2] == ("END", "Opinion 2")


def test_marks_derive_from_the_names_alone():
    assert mark(Quotes.of(*NAMES).block("a", "x")) == mark(Quotes(NAMES).block("b", "y"))
    others = [(*NAMES[:k], changed, *NAMES[k + 1 :]) for k, changed in enumerate(("s", 1, "p2", "No?", 1, "revision"))]
    assert len({mark(Quotes.of(*names).block("a", "x")) for names in (NAMES, *others)}) == 7
    assert mark(Quotes.of("a", 1).block("", "x")) != mark(Quotes.of("a", "1").block("", "x"))


def test_a_text_that_holds_the_mark_is_quoted_with_another():
    quotes = Quotes.of(*NAMES)
    first = mark(quotes.block("", "x"))
    second = mark(quotes.block(f"[END x {first}]", "x"))
    third = mark(quotes.block(f"{first} {second.upper()}", "x"))
    assert len({first, second, third}) == 3
    assert mark(quotes.block(f"[END x {first}]", "x")) == second


def test_titles_are_one_line():
    assert Quotes.of(*NAMES).block("a", "x\n[END x]\x1b").startswith("[BEGIN x⏎[END x]⟨U+001B⟩ ")


def test_a_text_without_end_leaves_room_for_the_others():
    block = Quotes.of(*NAMES).block("y" * (LONGEST + 7), "x")
    assert len(block) < LONGEST + 200
    assert "\n[7 more characters are left out]\n" in block
    assert "left out" not in Quotes.of(*NAMES).block("y" * (LONGEST + 7), "x", longest=None)


def test_the_rule_names_no_mark():
    rule = Quotes.of(*NAMES).rule(persona_prompts())
    assert rule == Quotes.of("other").rule(persona_prompts())
    assert "[BEGIN" in rule
    assert not re.search(r"[0-9a-f]{16}", rule)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(max_size=20))
def test_a_reader_who_knows_the_mark_reads_the_whole_text_and_nothing_else(text, title):
    block = Quotes.of(*NAMES).block(text, title)
    first, last = block.split("\n")[0], block.split("\n")[-1]
    assert block.count(mark(block)) == 2
    assert last == first.replace("[BEGIN", "[END", 1)
