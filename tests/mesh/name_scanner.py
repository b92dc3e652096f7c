"""A scanner for tests of cases: it finds one name, `Ana`, and nothing else."""

from dataclasses import dataclass, field

from phiscan.finding import Coverage, Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES
from phiscan.protobuf.schemas import Rpc


@dataclass
class NameScanner:
    content_type: str
    content_encoding: str
    rpc: Rpc
    chunks: list[bytes] = field(default_factory=list)

    def feed(self, chunk: bytes, /) -> None:
        self.chunks.append(chunk)

    def feed_field(self, label: str, value: str, /) -> None:
        pass

    def finish(self, *, truncated: bool) -> ScanReport:
        location = Location("name", 0, 3)
        name = Finding.of(
            INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "t", location, Subject.PATIENT
        )
        found = (name,) if b"Ana" in b"".join(self.chunks) else ()
        coverage = Coverage.TRUNCATED if truncated else Coverage.COMPLETE
        return ScanReport(
            found, coverage, verdict=Verdict.PHI if found else Verdict.NONE, media=self.content_type
        )
