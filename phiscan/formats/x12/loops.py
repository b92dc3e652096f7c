"""The loop that an X12 interchange is in: what earlier segments say of later ones."""

from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Location, Subject
from phiscan.formats.x12 import tables
from phiscan.formats.x12.segments import X12Segment
from phiscan.words import stated


class Loop:
    """The state of one interchange between two segments.

    Attributes:
        transaction: the number of the transaction's kind (ST-01), or "".
        patient: whether a patient's loop is open.
        named: whom the last name is of, or None.
        claimed: whether the transaction's claim is reported.
        copied: the tag of the segment that an acknowledgement is about, or "".
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.begin("")

    def begin(self, transaction: str) -> None:
        """Begin a transaction of this kind. No person has been named yet."""
        self.transaction = transaction
        self.patient = False
        self.named: Subject | None = None
        self.claimed = False
        self.copied = ""

    @property
    def about(self) -> Subject:
        """Whom the next segment is about."""
        if self.named is not None:
            return self.named
        return Subject.PATIENT if self.patient else Subject.PROVIDER

    @property
    def is_remittance(self) -> bool:
        """Whether a claim of an 835 is open."""
        return self.transaction == "835" and self.patient

    def add(
        self,
        info_type: str,
        segment: X12Segment,
        number: int,
        subject: Subject,
        likelihood: Likelihood = Likelihood.VERY_LIKELY,
    ) -> None:
        """Report that element `number` holds this infoType, unless it stands for no value."""
        if not stated.is_nothing(segment.text(number)):
            self.evidence.add(
                "x12_element", info_type, segment.location(number), subject, likelihood
            )

    def component(
        self, info_type: str, segment: X12Segment, place: str, value: tuple[int, int, str]
    ) -> None:
        """Report that a component holds this infoType. `value` is its start, end and text."""
        start, end, text = value
        if info_type and not stated.is_nothing(text):
            location = Location(f"{segment.tag}-{place}", start, end)
            self.evidence.add("x12_element", info_type, location, Subject.PATIENT)

    def open(self, segment: X12Segment) -> None:
        """Open a patient's loop. All that follows is health information about that person."""
        self.patient = True
        if not self.claimed and (
            self.transaction in tables.HEALTH_TRANSACTIONS or not self.transaction
        ):
            self.claimed = True
            self.claim(segment)

    def claim(self, segment: X12Segment) -> None:
        """Report a claim, at the segment's tag."""
        location = Location(segment.tag, segment.start, segment.start + len(segment.elements[0]))
        self.evidence.add("x12_segment", "HEALTH_CLAIM", location, Subject.PATIENT)

    def death(self, segment: X12Segment, number: int) -> None:
        """Report the date of death in element `number`."""
        if stated.is_birth_or_death(segment.text(number)):
            self.add("DATE_OF_DEATH", segment, number, Subject.PATIENT)

    def start(self, segment: X12Segment) -> None:
        """Read ST or SE: a transaction begins or ends."""
        self.begin(segment.text(1) if segment.tag == "ST" else "")

    def level(self, segment: X12Segment) -> None:
        """Read HL: whose level of the hierarchy begins."""
        self.named = None
        self.patient = False
        if segment.text(3) in tables.PATIENT_LEVELS:
            self.open(segment)

    def number(self, segment: X12Segment) -> None:
        """Read LX, LS, LE or PLB, which end a name. In an 835, LX and PLB are outside claims."""
        self.named = None
        if segment.tag == "PLB" or (segment.tag == "LX" and self.transaction == "835"):
            self.patient = False

    def subject_of(self, segment: X12Segment) -> None:
        """Read CLM, CLP or INS: a claim or a member."""
        self.named = None
        self.open(segment)
        if segment.tag == "INS":
            self.death(segment, 12)

    def remitter(self, segment: X12Segment) -> None:
        """Read ENT of an 820. 2J is an individual."""
        self.named = None
        self.patient = False
        if segment.text(2) == "2J":
            self.open(segment)
            info_type = tables.PERSON_IDS.get(segment.text(3), "HEALTH_PLAN_BENEFICIARY_NUMBER")
            self.add(info_type, segment, 4, Subject.PATIENT)
