"""What a pilot used, person by person: the run replayed from its journal, and nothing asked."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..models.journal import Entry, Journal
from ..models.journaled import JournaledModel
from ..models.protocol import LanguageModel
from ..models.registry import ModelSpec
from .errors import InputError
from .folder import RunFolder
from .humans.replies import Replies
from .opening import open_model
from .plan import Plan, role_key
from .rehearsal import Rehearsal, Texts, act, people_of, spread

_SUMS = "count(*), count(prompt_tokens + completion_tokens), total(prompt_tokens), total(completion_tokens)"


@dataclass(slots=True)
class Used:
    """What calls used.

    Args:
        calls: Calls on record.
        counted: Those of them whose server counted the tokens.
        prompt_tokens: Read, in the counted calls.
        completion_tokens: Written, in the counted calls.
        asked_anew: Calls that are not on record yet.
    """

    calls: int = 0
    counted: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    asked_anew: int = 0


@dataclass(frozen=True, slots=True)
class Pilot:
    """What a run folder's journal holds.

    Args:
        spent: All calls on record, by model (`role_key`).
        begun: The people or groups of the study that have a call on record.
        people: What each of them used by model, those replayed; their calls are all on record.
        unfinished: What those replayed used of whom a call is still to be asked.
    """

    spent: Mapping[str, Used]
    begun: tuple[str, ...]
    people: Mapping[str, Mapping[str, Used]] = field(default_factory=dict)
    unfinished: Mapping[str, Mapping[str, Used]] = field(default_factory=dict)

    @property
    def finished(self) -> int:
        """How many people or groups are finished; scaled up where only a sample of them was replayed."""
        replayed = len(self.people) + len(self.unfinished)
        return round(len(self.begun) * len(self.people) / replayed) if replayed else 0


def read_pilot(plan: Plan, folder: RunFolder, most: int, limit: int | None = None) -> Pilot | None:
    """Replays the people of a run folder.

    Args:
        plan: The study the folder belongs to (see `RunFolder.check_identity`).
        folder: The folder.
        most: Replay this many people or groups at most, evenly spread.
        limit: Only the first people or groups of the study.

    Returns:
        None where nothing was asked yet.

    Raises:
        InputError: The journal cannot be read.
    """
    if not folder.calls.exists():
        return None
    try:
        connection = sqlite3.connect(f"{folder.calls.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("begin")  # one view of the journal throughout, even while a run goes on
            return _read(plan, folder, connection, most, limit)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(f"{folder.calls}: cannot be read ({error}); give --out another folder") from error


def _read(plan: Plan, folder: RunFolder, connection: sqlite3.Connection, most: int, limit: int | None) -> Pilot | None:
    held = {row[0]: Used(*row[1:]) for row in connection.execute(f"select model, {_SUMS} from calls group by model")}
    if not held:
        return None
    names = _names(plan, list(held))
    spent = {key: held.pop(name, Used()) for key, name in names.items()}  # two may share a name
    ledgers = {key: Ledger(connection) for key in names}
    models = {key: JournaledModel(Rehearsal(name, Texts(0.1, 4)), ledgers[key]) for key, name in names.items()}
    begun = _begun(plan, folder, models, ledgers, limit)
    chosen = {begun[k] for k in spread(len(begun), most)}
    finished: dict[str, Mapping[str, Used]] = {}
    unfinished: dict[str, Mapping[str, Used]] = {}

    def before() -> None:
        for ledger in ledgers.values():
            ledger.start()

    def after(name: str) -> None:
        used = {key: ledger.used for key, ledger in ledgers.items()}
        (unfinished if any(u.asked_anew for u in used.values()) else finished)[name] = used

    people = [(n, units) for n, units in people_of(plan, limit) if n in chosen]
    act(plan, people, models, before, after, Replies.copied(folder.replies))
    return Pilot(spent, tuple(begun), finished, unfinished)


def _begun(
    plan: Plan,
    folder: RunFolder,
    models: Mapping[str, LanguageModel],
    ledgers: Mapping[str, Ledger],
    limit: int | None,
) -> list[str]:
    """Who has been asked something, in the order of the run."""
    known, people = _in_tables(plan, folder), list(people_of(plan, limit))
    found = [name for name, _ in people if name in known]
    later = people[[name for name, _ in people].index(found[-1]) + 1 :] if found else people

    def untouched(place: int) -> bool:
        for ledger in ledgers.values():
            ledger.start()
        act(plan, [later[place]], models, replies=Replies.copied(folder.replies))
        return not any(ledger.used.calls for ledger in ledgers.values())

    # A run that was killed left no tables, or old ones. People begin in order, so the end can be searched for by halves.
    end = bisect_left(range(len(later)), True, key=untouched)
    return [*found, *(name for name, _ in later[:end])]


def _in_tables(plan: Plan, folder: RunFolder) -> set[str]:
    import pyarrow.parquet as pq

    table, column = (folder.utterances, "group") if plan.study.deliberation else (folder.records, "persona")
    if not table.exists():
        return set()
    try:
        return set(pq.read_table(table, columns=[column])[column].unique().to_pylist())
    except (OSError, ValueError) as error:  # pyarrow's own errors are these
        raise InputError(f"{table}: cannot be read ({error}); run the study again to write it anew") from error


def _names(plan: Plan, held: list[str]) -> dict[str, str]:
    """The name under which the journal holds each model of the plan."""
    configs = plan.model_configs()
    bases = {key: "{0.kind}:{0.name}".format(ModelSpec.parse(c.spec)) for key, c in configs.items()}
    names = {}
    for key, base in bases.items():
        fitting = [name for name in held if name == base or name.startswith(f"{base}+")]
        # Opening a model may need its key or its weights; the journal's name will do where it is the only one.
        alone = len(fitting) == 1 and list(bases.values()).count(base) == 1
        names[key] = fitting[0] if alone else open_model(configs[key]).name
    assert set(names) == {role_key(c) for c in configs.values()}
    return names


class Ledger(Journal):
    """Stands in for a journal: reads one, writes nothing, and notes what a person's calls used.

    Args:
        connection: To the journal.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.start()

    def start(self) -> None:
        """Begins with another person."""
        self.used = Used()
        self.seen: dict[bytes, bytes] = {}

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The results on record, each counted the first time."""
        for key in keys:
            if key not in self.seen:
                self._look_up(key)
        return {key: self.seen[key] for key in keys if key in self.seen}

    def _look_up(self, key: bytes) -> None:
        find = "select result, prompt_tokens, completion_tokens from calls where key = ?"
        row = self.connection.execute(find, (key,)).fetchone()
        if row is None:
            return
        self.seen[key] = row[0].encode()
        self.used.calls += 1
        if row[1] is not None and row[2] is not None:
            self.used.counted += 1
            self.used.prompt_tokens += row[1]
            self.used.completion_tokens += row[2]

    async def put(self, entries: Sequence[Entry]) -> None:
        """Remembers calls that a run would have to ask, with a placeholder for their results."""
        self.seen |= {entry.key: entry.result for entry in entries}
        self.used.asked_anew += len(entries)
