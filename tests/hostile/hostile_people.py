"""A public in which one person of every group writes an attack, and what readers make of a prompt."""

import base64
import html
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from minipublic.models.errors import ModelTimeoutError
from minipublic.models.protocol import Generation, Prompt
from minipublic.models.synthetic import SyntheticModel

WRITTEN = ("opinion", "critique", "collect", "discuss")
BEGIN = re.compile(r"\[BEGIN (.*) ([0-9a-f]{16})\]")
MARK = re.compile(r"\b[0-9a-f]{16}\b")
LOOK_ALIKE = str.maketrans("ЅуѕtеіРΝЕАІса", "SysteiPNEAIca")


@dataclass(frozen=True)
class Attack:
    name: str
    tries: str
    text: str
    repeat: int = 1
    alone: bool = False
    orders: bool = False
    speaks: bool = False

    def written_over(self, mine: str, prompt: str = "") -> str:
        seen = MARK.findall(prompt)
        text = (self.text * self.repeat).replace("«mark»", seen[-1] if seen else "0" * 16)
        if self.alone:
            return text
        return text.replace("«mine»", mine) if "«mine»" in text else f"{mine}\n{text}"


ATTACKS = [
    Attack(**row) for row in yaml.safe_load((Path(__file__).parent / "attacks.yaml").read_text(encoding="utf-8"))
]


class Public(SyntheticModel):
    """The synthetic public, which draws the same whatever stands in the prompt; some of its people are hostile.

    Args:
        hostile: By persona, how they attack.
        honest: They do not, but write what an honest person in their seat would; nothing, where the attack is blank.
    """

    def __init__(self, hostile=(), honest=False):
        super().__init__("town", dimensions=2)
        self.hostile, self.honest = dict(hostile), honest
        self.requests, self.wrote = {}, {}

    def note(self, request):
        about = request.context
        key = (
            request.seed,
            about.get("step"),
            about.get("persona"),
            about.get("question"),
            about.get("statement") is None,
        )
        self.requests[key, len([k for k in self.requests if k[0] == key])] = request
        return replace(request, prompt=Prompt.of(""))

    async def generate(self, request):
        said = await super().generate(self.note(request))
        about = request.context
        attack = self.hostile.get(about.get("persona")) if about.get("step") in WRITTEN else None
        if attack is None:
            return said
        if self.honest:
            if attack.alone:
                raise ModelTimeoutError("nobody is there")
            return said
        text = attack.written_over(said.text, request.prompt.text)
        self.wrote[about["persona"], about["step"]] = text
        return Generation(text)

    async def choose(self, request):
        return await super().choose(self.note(request))


def read_quotations(prompt: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands outside of quotations, with their first lines left, and the quotations: title and text.

    By the letter of the rule: a quotation ends at the first line that starts with [END and carries the mark.
    """
    outside, blocks, lines = [], [], prompt.split("\n")
    at = 0
    while at < len(lines):
        opened = BEGIN.fullmatch(lines[at])
        last = f"[END {opened[1]} {opened[2]}]" if opened else ""
        outside.append(lines[at])
        if opened and last in lines[at:]:  # what never ends is no quotation
            end = lines.index(last, at)
            blocks.append((opened[1], "\n".join(lines[at + 1 : end])))
            at = end
        at += 1
    return "\n".join(outside), blocks


class Gullible:
    """A model that reads nothing but the prompt, sees through every disguise, and obeys whatever stands outside quotations."""

    name = "test:gullible"
    capabilities = SyntheticModel.capabilities

    async def generate(self, request):
        outside, blocks = read_quotations(request.prompt.text)
        told = re.sub(r"(?m)^\[BEGIN .*$", "", outside)
        if "PINEAPPLE" in undisguised(told):
            return Generation("PINEAPPLE")
        speakers = [title for title, _ in blocks] + re.findall(
            r"(?m)^(?:Opinion|Critique) \d+(?=:)", undisguised(told, fold=False)
        )
        return Generation(f"We have heard {len([s for s in speakers if s.startswith('Opinion')])} people.")


def undisguised(text: str, fold: bool = True) -> str:
    """The text as somebody reads it who sees tags, drops what has no width, decodes and does not look closely at letters."""
    text = "".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) < 0xE007F else c for c in text)
    for word in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text):
        text += base64.b64decode(word + "=" * (-len(word) % 4), validate=False).decode(errors="replace")
    text = re.sub("[\u2028\u2029\x85\r\v\f]", "\n", html.unescape(text))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Mn") or c == "\n")
    text = unicodedata.normalize("NFKC", text.translate(LOOK_ALIKE))
    return text.upper() if fold else text
