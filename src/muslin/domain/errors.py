"""Refusals: what is wrong, a stable code for scripts, and a way out for people."""

from __future__ import annotations

from typing import ClassVar


class StudioError(Exception):
    """A refusal. `cli/errors.py` and `server/errors.py` map `code`; nothing here knows either."""

    code: ClassVar[str] = "studio_error"

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class NothingToImport(StudioError):
    """The folder is missing, empty, or holds no readable photo."""

    code = "nothing_to_import"


class UnreadablePhoto(StudioError):
    """One file could not become a photo: broken, too small, too large or of an unknown kind."""

    code = "unreadable_photo"

    def __init__(self, what: str, *, hint: str, reason_code: str = "broken") -> None:
        super().__init__(what, hint=hint)
        self.reason_code = reason_code  # becomes `Problem.code`


class NotEnoughPhotos(StudioError):
    """Fewer usable photos than a dataset needs."""

    code = "not_enough_photos"


class HomeUnusable(StudioError):
    """The studio's folder cannot be created, written, or was made by a newer version."""

    code = "home_unusable"


class DiskFull(StudioError):
    """The disk that holds the studio has no room left."""

    code = "disk_full"


class InvalidProfile(StudioError):
    """A profile file has an unknown field or a value out of bounds."""

    code = "invalid_profile"


class InvalidRequest(StudioError):
    """An argument has a value that no run could use."""

    code = "invalid_request"


class NotFound(StudioError):
    """Nothing has that id, name or alias."""

    code = "not_found"


class NameTaken(StudioError):
    """The name already stands for something else."""

    code = "name_taken"


class PartMissing(StudioError):
    """An optional part of the product is not installed."""

    code = "part_missing"


class WeightsMissing(StudioError):
    """A network's weights are not on this machine, or are not the ones that were recorded."""

    code = "weights_missing"


class PlanRefused(StudioError):
    """The plan cannot be carried out on this machine or with this dataset."""

    code = "plan_refused"


class TrainingDiverged(StudioError):
    """The loss is no longer a number."""

    code = "training_diverged"


class TornCheckpoint(StudioError):
    """No complete checkpoint could be read where one was expected."""

    code = "torn_checkpoint"


class JobFailed(StudioError):
    """A job ended without its result."""

    code = "job_failed"


class JobSuperseded(StudioError):
    """Another attempt took this job over; this one must stop writing."""

    code = "job_superseded"


class GateClosed(StudioError):
    """A release was asked for that its gate does not allow."""

    code = "gate_closed"


class NotSignedIn(StudioError):
    """Nobody is signed in, or name and password do not belong together."""

    code = "not_signed_in"


class NotAllowed(StudioError):
    """The role does not include this, or the request does not come from the studio's own pages."""

    code = "not_allowed"


class UploadRefused(StudioError):
    """A file that was sent is no photo, or there is too much of it."""

    code = "upload_refused"


class RightsMissing(StudioError):
    """Photos may not be learnt from: their rights ended, or were never stated."""

    code = "rights_missing"


class Retired(StudioError):
    """A photo whose rights were withdrawn went into it."""

    code = "retired"


class LicenceRefused(StudioError):
    """The base's terms forbid what this workspace is for."""

    code = "licence_refused"


class LicenceNotAccepted(StudioError):
    """The base has conditions that nobody agreed to yet, or terms that nobody knows."""

    code = "licence_not_accepted"


class InvalidRules(StudioError):
    """A file of non-negotiables has an unknown field, no bound, or a metric that there is not."""

    code = "invalid_rules"


class PictureTaken(StudioError):
    """Another person is judging that picture right now."""

    code = "picture_taken"
