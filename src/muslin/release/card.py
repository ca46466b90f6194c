"""The page beside an exported release: what it is, how it was proved, who approved it.

Made from records only. It holds no photo's name, no folder's name and no words of the photos'
captions other than the prompts of the proof, which name garments in general.
Its head is what the hub reads: huggingface.co/docs/hub/model-cards, "Model card metadata".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from muslin.domain.dataset import DatasetVersion, Split
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, MetricValue, Review, ValidationReport
from muslin.domain.leaving import ExportedFile, ExportFormat, Release, SourceType
from muslin.domain.licence import Licence
from muslin.domain.training import TrainingRun

EXAMPLES = 6
"""Prompts shown; the report holds all of them."""


@dataclass(frozen=True, slots=True)
class Released:
    """Everything on record about a release."""

    release: Release
    run: TrainingRun
    dataset: DatasetVersion
    report: ValidationReport
    review: Review
    licence: Licence
    base_name: str  # where it means something elsewhere; empty for a local folder

    @property
    def proof(self) -> CheckpointProof | None:
        """The proof of the checkpoint that was released."""
        proofs = self.report.checkpoints
        return next((p for p in proofs if p.checkpoint == self.release.checkpoint), None)


def card(known: Released, format: ExportFormat, files: Sequence[ExportedFile]) -> str:
    """The page in Markdown, with the head that the hub reads."""
    parts = (
        _head(known, format),
        _what(known, format),
        _how_made(known),
        _how_proved(known),
        _how_to_ask(known),
        _limits(known),
        _provenance(files),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def trigger_of(dataset: DatasetVersion) -> str:
    """The phrase in front of every caption; empty when they do not share one."""
    captions = {photo.caption.text for photo in dataset.photos}
    first = {caption.partition(", ")[0] for caption in captions if ", " in caption}
    shared = len(first) == 1 and all(", " in caption for caption in captions)
    return first.pop() if shared and len(captions) > 1 else ""


def _head(known: Released, format: ExportFormat) -> list[str]:
    lines = ["---", "library_name: diffusers", "tags:", "- text-to-image"]
    if format is not ExportFormat.FULL:
        lines.append("- lora")
    if "/" in known.base_name:
        lines.append(f"base_model: {known.base_name}")
    terms = json.dumps(known.licence.terms, ensure_ascii=False)
    return [*lines, "license: other", f"license_name: {terms}", "---"]


def _what(known: Released, format: ExportFormat) -> list[str]:
    form = {
        ExportFormat.DIFFUSERS: "An adapter for diffusers and PEFT (`load_lora_weights`)",
        ExportFormat.KOHYA: "An adapter for ComfyUI, A1111, Forge and kohya's tools",
        ExportFormat.FULL: "A whole network with the adapter merged in, for diffusers",
    }[format]
    base = known.base_name or f"a base from a local folder (sha256 {known.run.base_digest})"
    source = f" ({known.licence.source})" if known.licence.source else ""
    conditions = [f"- {words}" for words in known.licence.conditions]
    return [
        f"# {known.release.name}",
        "",
        f"{form}, tuned from {base} on a fashion shop's own photos.",
        "",
        f"- Release: {known.release.id} of {known.release.created_at:%Y-%m-%d}",
        f"- Licence: that of its base, {known.licence.terms}{source}; commercial use: "
        f"{known.licence.commercial}",
        *conditions,
        "- Intended use: pictures of this shop's garments in this shop's look, each looked at by a "
        "person before it is published.",
    ]


def _how_made(known: Released) -> list[str]:
    profile, run, dataset = known.run.profile, known.run, known.dataset
    lines = ["## How it was made", ""]
    if run.imported is not None:
        left = f"; left out: {', '.join(run.imported.left_out)}" if run.imported.left_out else ""
        return [
            *lines,
            f"Imported from a file in {run.imported.style} form (sha256 {run.imported.sha256}"
            f"{left}). On what and how it was trained is not known here; method {profile.method}, "
            f"rank {profile.rank}, alpha {profile.alpha:g}.",
        ]
    taught = sum(photo.split is Split.TEACH for photo in dataset.photos)
    held = len(dataset.photos) - taught
    return [
        *lines,
        f"- Photos: {taught} taught, {held} held out to judge; dataset sha256 {dataset.digest}",
        f"- Size: {dataset.recipe.width_px}×{dataset.recipe.height_px} px",
        "- Profile: " + ", ".join(f"{k} = {v}" for k, v in profile if k != "base"),
        f"- Base sha256: {run.base_digest}",
    ]


def _how_proved(known: Released) -> list[str]:
    lines = ["## How it was proved", "", known.report.reason, ""]
    proof = known.proof
    if proof is not None:
        base = {metric.name: metric for metric in known.report.base.metrics}
        lines += [
            "| Figure | Value | Base | Limit | Samples | Verdict |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(metric, base.get(metric.name)) for metric in proof.metrics]
    said = f": {'; '.join(known.review.reasons)}" if known.review.reasons else ""
    decided = (
        f"{known.review.person} {known.review.decision} it on {known.review.at:%Y-%m-%d}{said}"
    )
    excused = _overridden(known.release)
    return [
        *lines,
        "",
        *excused,
        f"{decided}. Report {known.report.id}, verdict {known.report.verdict}.",
    ]


def _overridden(release: Release) -> list[str]:
    return [
        f"- **Overridden:** {one.check} was {one.verdict}; {one.person} let it pass on "
        f"{one.at:%Y-%m-%d}: {one.reason}"
        for one in release.gate.overrides
    ]


def _row(metric: MetricValue, base: MetricValue | None) -> str:
    limits = [
        f"{word} {bound:g}"
        for word, bound in (("at least", metric.at_least), ("at most", metric.at_most))
        if bound is not None
    ]
    cells = (
        metric.name,
        _figure(metric.value, metric.unit),
        _figure(base.value if base else None, metric.unit),
        ", ".join(limits) or "none",
        str(metric.samples),
        metric.verdict,
    )
    return f"| {' | '.join(cells)} |"


def _figure(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:.3g} {unit}".rstrip()


def _how_to_ask(known: Released) -> list[str]:
    trigger = trigger_of(known.dataset)
    prompts = (
        list(dict.fromkeys(p.probe.prompt for p in known.proof.pictures)) if known.proof else []
    )
    starts = f"Every prompt begins with `{trigger}`." if trigger else "There is no trigger phrase."
    lines = ["## How to ask for a picture", "", starts]
    if prompts:
        lines += ["It was proved on prompts such as", "", *(f"- `{p}`" for p in prompts[:EXAMPLES])]
    return lines


def _limits(known: Released) -> list[str]:
    proof = known.proof
    lines = ["## Known failures", ""]
    if proof is None:
        return [*lines, "Not measured: the report holds no proof of this checkpoint."]
    odd = [m for m in proof.metrics if m.verdict is not Verdict.PASSED]
    lines += [f"- {m.name}: {m.verdict} ({_figure(m.value, m.unit)})" for m in odd]
    for what, obeyed in (
        ("colour", [p.colour_obeyed for p in proof.pictures]),
        ("garment", [p.category_obeyed for p in proof.pictures]),
    ):
        judged = [answer for answer in obeyed if answer is not None]
        wrong = judged.count(False)
        lines.append(f"- Another {what} than asked for: {wrong} of {len(judged)} judged pictures")
    return [
        *lines,
        f"- Other sizes than {known.dataset.recipe.width_px}×"
        f"{known.dataset.recipe.height_px} px, other languages and people: not measured",
    ]


def _provenance(files: Sequence[ExportedFile]) -> list[str]:
    return [
        "## Provenance",
        "",
        f"Pictures that Muslin draws carry the IPTC digital source type `{SourceType.GENERATED}`. "
        "Other tools may not write it; mark what they draw before you publish it.",
        "",
        "| File | sha256 | Bytes |",
        "|---|---|---|",
        *(f"| {file.name} | `{file.sha256}` | {file.size_bytes} |" for file in files),
    ]
