"""Takes what units leave: writes it to the run's tables, and counts it."""

from __future__ import annotations

import logging
from collections import Counter

from .folder import RunFolder
from .mass import MassWatch
from .plan import Unit
from .records import RECORD_COLUMNS, UTTERANCE_COLUMNS, LineWriter, TableWriter
from .work import Outcome

_LOG = logging.getLogger(__name__)


class Outcomes:
    """The tables of a run, and what was put into them so far.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.units = self.answers = 0
        self.missing: Counter[str] = Counter()
        self.mass = MassWatch()
        self._records = TableWriter(folder.records, RECORD_COLUMNS)
        self._utterances = TableWriter(folder.utterances, UTTERANCE_COLUMNS)
        self._transcripts = LineWriter(folder.transcripts)

    def add(self, unit: Unit, outcome: Outcome) -> None:
        """Writes one unit."""
        for row in outcome.records:
            self._records.add(row)
        for row in outcome.utterances:
            self._utterances.add(row)
        self._transcripts.add(outcome.transcript)
        self.units += 1
        self.answers += len(outcome.records)
        self.missing.update(r["missing"] for r in (*outcome.records, *outcome.utterances) if r["missing"])
        self._warn(self.mass.add(outcome.records))

    def close(self) -> None:
        """Completes the tables."""
        self._warn(self.mass.close())
        for table in (self._records, self._utterances, self._transcripts):
            table.close()

    def _warn(self, warning: str) -> None:
        if warning:
            _LOG.warning("%s", warning)
