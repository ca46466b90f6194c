"""All nouns on one connection."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from muslin.runtime.storage.datasets import SqlCaptionChanges, SqlDatasets
from muslin.runtime.storage.house.audit import SqlAudit
from muslin.runtime.storage.house.orders import (
    SqlPictureOrders,
    SqlWords,
    answers_given,
    settings_of_the_house,
)
from muslin.runtime.storage.house.people import SqlPasses, SqlPeople
from muslin.runtime.storage.jobs import SqlJobs
from muslin.runtime.storage.licences import SqlAcceptances, SqlRetirements, SqlRights
from muslin.runtime.storage.photos import SqlMeasures, SqlPhotos
from muslin.runtime.storage.proving.gates import SqlGates, SqlOverrides, SqlRules
from muslin.runtime.storage.proving.learning import SqlProbeSets, SqlProposals
from muslin.runtime.storage.proving.reviewing import SqlClaims, SqlJudgements
from muslin.runtime.storage.releases import SqlGenerations, SqlReleases
from muslin.runtime.storage.reports import SqlRendered, SqlReports, SqlReviews
from muslin.runtime.storage.runs import SqlRuns
from muslin.runtime.storage.shoots import SqlShoots


@dataclass(frozen=True, slots=True)
class Records:
    """The studio's records within one transaction: `with storage.transaction() as connection`."""

    connection: Connection

    @property
    def shoots(self) -> SqlShoots:
        """Shoots, one to a name."""
        return SqlShoots(self.connection)

    @property
    def photos(self) -> SqlPhotos:
        """Photos, and the files that did not become one."""
        return SqlPhotos(self.connection)

    def measures(self, version: int) -> SqlMeasures:
        """What that version of the measuring measured."""
        return SqlMeasures(self.connection, version)

    @property
    def datasets(self) -> SqlDatasets:
        """Frozen datasets."""
        return SqlDatasets(self.connection)

    @property
    def caption_changes(self) -> SqlCaptionChanges:
        """What people changed in captions."""
        return SqlCaptionChanges(self.connection)

    @property
    def rights(self) -> SqlRights:
        """What was said of rights in photos."""
        return SqlRights(self.connection)

    @property
    def retirements(self) -> SqlRetirements:
        """What may not be used any more."""
        return SqlRetirements(self.connection)

    @property
    def runs(self) -> SqlRuns:
        """Training runs and their checkpoints."""
        return SqlRuns(self.connection)

    @property
    def reports(self) -> SqlReports:
        """Validation reports."""
        return SqlReports(self.connection)

    @property
    def rendered(self) -> SqlRendered:
        """Probes that are drawn already."""
        return SqlRendered(self.connection)

    @property
    def reviews(self) -> SqlReviews:
        """People's decisions."""
        return SqlReviews(self.connection)

    @property
    def releases(self) -> SqlReleases:
        """Releases and their aliases."""
        return SqlReleases(self.connection)

    @property
    def generations(self) -> SqlGenerations:
        """Pictures made with a release."""
        return SqlGenerations(self.connection)

    @property
    def licence_acceptances(self) -> SqlAcceptances:
        """What people agreed to of the licences of bases."""
        return SqlAcceptances(self.connection)

    @property
    def rules(self) -> SqlRules:
        """The brand's non-negotiables."""
        return SqlRules(self.connection)

    @property
    def overrides(self) -> SqlOverrides:
        """Checks that somebody let pass by name."""
        return SqlOverrides(self.connection)

    @property
    def probe_sets(self) -> SqlProbeSets:
        """Which probes are drawn."""
        return SqlProbeSets(self.connection)

    @property
    def proposals(self) -> SqlProposals:
        """Trainings that were proposed on evidence."""
        return SqlProposals(self.connection)

    @property
    def judgements(self) -> SqlJudgements:
        """What people said of pictures."""
        return SqlJudgements(self.connection)

    @property
    def claims(self) -> SqlClaims:
        """Who is looking at which picture."""
        return SqlClaims(self.connection)

    @property
    def gates(self) -> SqlGates:
        """How the gates came out."""
        return SqlGates(self.connection)

    @property
    def jobs(self) -> SqlJobs:
        """Jobs, to be read; `jobs/` changes them."""
        return SqlJobs(self.connection)

    @property
    def people(self) -> SqlPeople:
        """Who works here."""
        return SqlPeople(self.connection)

    @property
    def passes(self) -> SqlPasses:
        """The secrets that let them in."""
        return SqlPasses(self.connection)

    @property
    def audit(self) -> SqlAudit:
        """What they did."""
        return SqlAudit(self.connection)

    @property
    def picture_orders(self) -> SqlPictureOrders:
        """Pictures that were ordered."""
        return SqlPictureOrders(self.connection)

    @property
    def sayings(self) -> SqlWords:
        """What the owner decides, such as the brand's name."""
        return settings_of_the_house(self.connection)

    @property
    def answers(self) -> SqlWords:
        """What was answered under an idempotency key."""
        return answers_given(self.connection)
