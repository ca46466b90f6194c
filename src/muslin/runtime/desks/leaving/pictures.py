"""Pictures: drawn with a release or with a base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from muslin.domain.leaving import GenerateOrder, Generation
from muslin.domain.profile import Profile
from muslin.domain.progress import Report, silent
from muslin.runtime.desks.desk import Desk
from muslin.runtime.desks.leaving.releasing import usable
from muslin.runtime.disk import make_folder, write_atomic
from muslin.runtime.exchange.take_in import imported_checkpoint
from muslin.runtime.storage.records import Records
from muslin.tools.generate import Look, generate
from muslin.tools.save import save_pictures


class PicturesDesk(Desk):
    """Draw and hand out."""

    def generate(self, order: GenerateOrder, report: Report = silent) -> list[Generation]:
        """Draw pictures with a release, or with the base; all of them are kept."""
        look = self._look(order)
        self.permit(look.base)
        made = []
        with self._shop.easel.at(look.base) as renderer:
            for generation in generate(order, look, renderer, self._shop.blobs, report):
                with self._shop.storage.transaction() as connection:
                    Records(connection).generations.add(generation)
                made.append(generation)
        return made

    def save_pictures(self, generations: Sequence[Generation], out: Path) -> list[Path]:
        """Write pictures and their contact sheet into a folder; the sheet's path is the last.

        The folder is made when missing. Raises HomeUnusable and DiskFull.
        """
        make_folder(out)
        return save_pictures(generations, self._shop.blobs, out, write_atomic)

    def _look(self, order: GenerateOrder) -> Look:
        if order.adapter is not None:
            run, kept = imported_checkpoint(self._shop, order.adapter)
            return Look(run.profile.base, unproved=kept.id, adapter=self._shop.folder(kept))
        release = order.release
        if release is None:
            return Look(base=Profile().base)
        found = self._read(lambda records: usable(records, release))
        checkpoint = self._read(lambda records: records.runs.checkpoint(found.checkpoint))
        run = self._read(lambda records: records.runs.get(found.run))
        return Look(
            base=found.base,
            release=found.id,
            adapter=self._shop.folder(checkpoint),
            trigger=run.profile.trigger,
        )
