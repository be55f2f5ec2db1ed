from pathlib import Path

import pytest

import minipublic
from minipublic.models.templates import PromptBook, Template, TemplateError

ROOT = Path(minipublic.__file__).parent


def test_values_are_filled_in_one_pass():
    assert Template("t", "{a} and {b} {not a slot}").fill(a="{b}", b="x") == "{b} and x {not a slot}"


@pytest.mark.parametrize(("values", "said"), [({}, "no value for"), ({"a": "1", "b": "2"}, "no slot for")])
def test_a_missing_or_unknown_slot_is_an_error(values, said):
    with pytest.raises(TemplateError, match=said):
        Template("t", "{a}").fill(**values)


def test_overrides_replace_a_text_and_change_its_hash(tmp_path):
    folder = ROOT / "personas" / "prompts"
    (tmp_path / "qa_pair.txt").write_text("Q {question} / A {answer}")
    with pytest.raises(TemplateError, match=r"answer.*value"):
        PromptBook(folder, overrides=tmp_path)
    (tmp_path / "qa_pair.txt").write_text("Q {question} / A {value}")
    book = PromptBook(folder, overrides=tmp_path)
    assert book.fill("qa_pair", question="x", value="y") == "Q x / A y"
    assert book.hashes()["qa_pair"] != PromptBook(folder).hashes()["qa_pair"]


def test_an_override_of_nothing_is_an_error(tmp_path):
    (tmp_path / "qapair.txt").write_text("x")
    with pytest.raises(TemplateError, match="replaces no prompt"):
        PromptBook(ROOT / "personas" / "prompts", overrides=tmp_path)
