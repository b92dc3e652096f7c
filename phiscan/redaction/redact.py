"""Masks the findings of a report. The receiver can still decode and parse the document.

The plain mask is `XXX`, because these letters are a delimiter in no format. A number of JSON or SQL
becomes `0`, because letters would make the document invalid. A number of a binary format becomes
zero in as many bytes. Masking twice changes nothing, and a scan finds no value in a mask.

`phiscan.redaction.masks` has the other forms. A scan may find a value in some of them: a year with
the first of January is a date. `phiscan.redaction.proof` knows where such masks are.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import starmap
from typing import Final

from phiscan.arguments import Bytes, as_bytes, need
from phiscan.finding import Coverage, Finding, ScanReport, Subject
from phiscan.identifiers import InfoTypeKind
from phiscan.readers import registry
from phiscan.redaction import spellings
from phiscan.redaction.digests import digests_of, renew_parts, signed
from phiscan.redaction.edits import Editor, Masked, RedactionError, Target
from phiscan.redaction.masks import PLAIN, MaskForm, Masks, strictest
from phiscan.redaction.patients import Patients
from phiscan.text import aws_chunked, content_coding

MAX_DECODED: Final = 64 << 20
"""Bytes of a document without its content codings. A larger one is not masked."""
_MASKABLE: Final = frozenset((InfoTypeKind.IDENTIFIER, InfoTypeKind.CREDENTIAL))


def redact(data: Bytes, report: ScanReport, masks: Masks = PLAIN) -> bytes:
    """Mask every identifier of an individual and every credential.

    Identifiers of providers and health information are kept.

    Raises:
        RedactionError: the scan was incomplete, a finding is outside the body, or the document
            cannot be decoded or encoded again.
        TypeError: `data` is not bytes, or `report` is no report.
    """
    data = as_bytes("data", data)
    need("report", report, ScanReport)
    need("masks", masks, Masks)
    return masked(data, report, individuals(report), masks).data


def individuals(report: ScanReport) -> list[Finding]:
    """Return the findings that `redact` masks."""
    return [f for f in report.findings if _is_maskable(f) and f.subject is not Subject.PROVIDER]


def masked(
    data: bytes, report: ScanReport, findings: list[Finding], masks: Masks = PLAIN
) -> Masked:
    """Mask these findings of a report.

    Raises:
        RedactionError: as for `redact`, or a finding is health information.
    """
    if report.coverage is not Coverage.COMPLETE:
        raise RedactionError(f"cannot redact a document with coverage {report.coverage}")
    if not findings:
        return Masked(data)
    _check(report)
    if not all(map(_is_maskable, findings)):
        raise RedactionError(
            "cannot redact health information: a document's structure states it, and no mask "
            "unsays that"
        )
    decoded = content_coding.undo(data, report.encodings, MAX_DECODED)
    if decoded.gap:
        raise RedactionError(f"cannot redact: {decoded.gap}")
    kind = registry.MEDIA.kinds.get(report.media)
    if kind is None:
        raise RedactionError("cannot redact: the report names a media kind that does not exist")
    patients = (
        Patients(decoded.data, report.findings, masks.key)
        if masks.key is not None and MaskForm.SHIFTED in (masks.default, *masks.forms.values())
        else None
    )
    editor = Editor(decoded.data, kind, masks, patients)
    done = _masked_by(editor, data, decoded.data, _targets(decoded.data, findings, masks))
    document = renew_parts(decoded.data, done.data)
    try:
        return done._replace(data=content_coding.encode(document, report.encodings))
    except UnicodeError:
        raise RedactionError(
            "cannot redact: the document cannot be put back into its charset"
        ) from None


def _check(report: ScanReport) -> None:
    """Raise RedactionError where a masked document would be of no use, or not all can be masked."""
    if aws_chunked.NAME in report.encodings:
        raise RedactionError(
            "cannot redact a body in aws-chunked: its sender has signed the pieces or their "
            "length, and the receiver would refuse another body"
        )
    if report.unlisted:
        raise RedactionError(
            f"cannot redact: the report does not say where {report.unlisted} of its findings are; "
            "send smaller documents"
        )


def _masked_by(editor: Editor, data: bytes, decoded: bytes, targets: list[Target]) -> Masked:
    """Mask these ranges, and the digests of what they hold."""
    known = digests_of(data, decoded, [(t.start, t.end) for t in targets])
    stale = starmap(Target, (*known.ranges(decoded), *signed(decoded)))
    return editor.mask(_joined([*targets, *stale]))


def _is_maskable(finding: Finding) -> bool:
    """Whether the finding is a value. Health information is a statement of the whole document."""
    return finding.kind in _MASKABLE


def _targets(data: bytes, findings: Sequence[Finding], masks: Masks) -> list[Target]:
    """Return the ranges of the findings and of their other spellings, sorted.

    Overlapping ranges are merged. Of several forms for one range, the one that tells less counts.
    """
    if any(f.location.start < 0 for f in findings):
        raise RedactionError(
            "cannot redact a value that has no range in the body: it is outside the body, or in a "
            "container (a compressed archive, an office file, a PDF), which is not rewritten"
        )
    found: dict[tuple[int, int], Target] = {}
    for finding in findings:
        _, start, end = finding.location
        form = masks.of(finding.info_type)
        if not form.suits(finding.identifier):
            form = MaskForm.PLAIN
        target = Target(start, end, form, finding.info_type)
        found[start, end] = target.joined(found.get((start, end), target))
    least = reduce(strictest, {target.form for target in found.values()})
    for start, end in spellings.others(data, findings):
        found.setdefault((start, end), Target(start, end, least))
    return _joined(found.values())


def _joined(targets: Iterable[Target]) -> list[Target]:
    """Return the targets in order, with one in place of those that overlap."""
    merged: list[Target] = []
    for target in sorted(targets, key=lambda each: (each.start, each.end)):
        if merged and target.start < merged[-1].end:
            merged[-1] = merged[-1].joined(target)
        else:
            merged.append(target)
    return merged
