import pytest

from minipublic.models.errors import ModelSpecError
from minipublic.models.registry import ModelSpec, kinds, load_model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("synthetic:default", ("synthetic", "default", None)),
        ("openai:gpt-4o", ("openai", "gpt-4o", None)),
        ("openai:org/name@http://localhost:8000/v1", ("openai", "org/name", "http://localhost:8000/v1")),
        ("openai-completions:a@b:c@https://host/v1", ("openai-completions", "a@b:c", "https://host/v1")),
        ("langchain:openai:gpt-4o", ("langchain", "openai:gpt-4o", None)),
        ("openai:name@http://one@http://two/v1", ("openai", "name@http://one", "http://two/v1")),
    ],
)
def test_a_spec_splits_at_the_first_colon_and_the_last_at_http(text, expected):
    spec = ModelSpec.parse(text)
    assert (spec.kind, spec.name, spec.base_url) == expected


@pytest.mark.parametrize("text", ["", "openai", "openai:", ":name", "openai:@http://localhost"])
def test_a_spec_without_kind_or_name_is_an_error(text):
    with pytest.raises(ModelSpecError, match="KIND:NAME"):
        load_model(text)


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(ModelSpecError, match="did you mean 'openai'"):
        load_model("opnai:x")


def test_an_unknown_option_names_those_it_has():
    with pytest.raises(ModelSpecError, match=r"max_in_fligth.*max_in_flight"):
        load_model("openai:x", max_in_fligth=3)


def test_built_in_kinds():
    assert {"synthetic", "openai", "openai-completions", "langchain"} <= set(kinds())
