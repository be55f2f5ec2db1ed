"""docs/studio.md says what is so."""

import json
import re
from pathlib import Path

import pytest

import minipublic
from minipublic.graphs.plain_context import GroupContext, PersonContext

TEXT = (Path(minipublic.__file__).parent / "docs" / "studio.md").read_text()


def test_the_table_has_every_field():
    named = {name for row in re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == {*GroupContext.model_fields, *PersonContext.model_fields}


@pytest.mark.parametrize("written", re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
def test_its_contexts_are_contexts(written):
    GroupContext(**json.loads(written))
