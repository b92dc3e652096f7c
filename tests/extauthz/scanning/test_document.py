from scanned_policy import POLICY, snapshot_of

from extauthz.scanning.document import Document, DocumentJob, DocumentWork, examine
from extauthz.scanning.timed_exchange import Budget
from phiscan import scan
from phiscan.finding import Coverage, Gap

BUDGET = Budget(1 << 20, 20.0, 1.0)
PATIENT = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'


def test_a_document_is_scanned_as_by_the_library_and_masked_where_asked(engine):
    plain = examine(Document(PATIENT, "application/json"), BUDGET, engine)
    assert (plain.report, plain.masked) == (scan(PATIENT, content_type="application/json"), None)
    masked = examine(Document(PATIENT, "application/json", masks=True), BUDGET, engine)
    assert masked.report == plain.report
    assert masked.masked == b'{"patientName": "XXX", "diagnosis": "E11.9"}'


def test_what_is_not_read_whole_is_not_masked(engine):
    short = Budget(10, 20.0)
    done = examine(Document(PATIENT, masks=True), short, engine)
    assert (done.report.coverage, done.masked) == (Coverage.TRUNCATED, None)
    late = examine(Document(PATIENT, masks=True), Budget(1 << 20, 0.0), engine)
    assert (late.report.gap, late.masked) == (Gap.OUT_OF_TIME, None)


def test_a_job_knows_its_size_and_shows_nothing(engine):
    work = DocumentWork(Document(PATIENT, "a/Ana"), lambda _: BUDGET)
    job = work.job(BUDGET)
    assert (job, job.size) == (DocumentJob(work.document, BUDGET), len(PATIENT))
    assert job.done_by(snapshot_of(POLICY, engine)).report.verdict.value == "phi"
    assert "Ana" not in f"{work!r}{job!r}"
