"""Claims and a remittance in X12, and what is found in them."""

from phiscan.engine import Engine
from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.formats.x12.interchange import read
from phiscan.identifiers import INFO_TYPES

ISA = (
    b"ISA*00*          *00*          *ZZ*LAKESIDE       *ZZ*NORTHPLAN      *250301*0900*^*"
    b"00501*000000077*0*P*:~"
)


def interchange(kind: str, *body: str) -> bytes:
    group = f"GS*HC*LAKESIDE*NORTHPLAN*20250301*0900*7*X*005010~ST*{kind}*0001~"
    return (
        ISA
        + (
            group + "".join(f"{line}~" for line in body) + "SE*9*0001~GE*1*7~IEA*1*000000077~"
        ).encode()
    )


def found(data: bytes) -> set[tuple[str, str, Subject, str]]:
    evidence = Evidence()
    read(data, evidence)
    return {
        (f.location.field, f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in evidence.findings
    }


def patients(data: bytes) -> dict[str, str]:
    """The infoType of each identifier of a patient, by value."""
    return {
        value: name
        for _, name, subject, value in found(data)
        if subject is Subject.PATIENT and INFO_TYPES[name].identifier
    }


def health(data: bytes) -> dict[str, str]:
    return {value: name for _, name, _, value in found(data) if not INFO_TYPES[name].identifier}


PROFESSIONAL = interchange(
    "837",
    "BHT*0019*00*BATCH77*20250301*0900*CH",
    "NM1*41*2*LAKESIDE BILLING*****46*LB100",
    "PER*IC*NORA PETIT*TE*4145550100*EM*nora@lakeside.test",
    "HL*1**20*1",
    "NM1*85*1*BRANDT*ELIAS*Q***XX*1234567893",
    "N3*900 CLINIC PKWY*SUITE 4",
    "N4*MADISON*WI*53703",
    "REF*SY*412556677",
    "REF*0B*WI99881",
    "HL*2*1*22*1",
    "SBR*P**GRP4471******CI",
    "NM1*IL*1*OKAFOR*ADA*B***MI*NP5501238",
    "N3*12 ELM CT",
    "N4*BELOIT*WI*535110021",
    "DMG*D8*19610917*F",
    "REF*SY*521447788",
    "NM1*PR*2*NORTH PLAN*****PI*77001",
    "N3*1 PLAZA DR",
    "REF*2U*77X1",
    "HL*3*2*23*0",
    "PAT*19****D8*20250228*01*150",
    "NM1*QC*1*OKAFOR*TOBI",
    "PER*IC*ADA OKAFOR*HP*6085550177*EX*12",
    "CLM*PCN-88301*125.5***11:B:1*Y*A*Y*Y",
    "DTP*435*D8*20250220",
    "REF*EA*MR-004417",
    "REF*G1*AUTH5512",
    "REF*F8*ICN2025001",
    "REF*P4*DEMO77",
    "REF*7Q*QZ55120",
    "NTE*ADD*seen twice for the same fall",
    "HI*ABK:S52501A*ABF:W1830XA",
    "NM1*82*1*IBSEN*KARL****XX*1992999999",
    "REF*G2*COMM5512",
    "LX*1",
    "SV1*HC:25600:RT*125.5*UN*1***1",
    "DTP*472*RD8*20250221-20250222",
    "REF*6R*LINE-7781",
    "LIN**N4*00093721410",
)


INSTITUTIONAL = interchange(
    "837",
    "HL*2*1*22*0",
    "NM1*IL*1*OKAFOR*ADA****MI*NP5501238",
    "CLM*PCN-88302*900***13:A:1",
    "DTP*434*RD8*20250220-20250225",
    "DTP*096*TM*1130",
    "DTP*435*DT*202502200915",
    "HI*BK:8901*BJ:8901",
    "HI*BR:3121:D8:20250221*BBR:0DTJ4ZZ:D8:20250222",
    "HI*BH:A1:D8:19610917*BH:11:D8:20250219",
    "HI*BI:74:RD8:20250210-20250212",
    "HI*BE:A2:::15.31*BG:09",
    "SV2*0305*HC:85025*13*UN*1",
)


REMITTANCE = interchange(
    "835",
    "BPR*I*500*C*ACH*CCP*01*071000013*DA*12345678*1512345678**01*071000039*DA*87654321*20250305",
    "TRN*1*CHECK5501*1512345678",
    "DTM*405*20250305",
    "N1*PR*NORTH PLAN",
    "N3*1 PLAZA DR",
    "PER*BL*JO WEBER*TE*8005550142",
    "N1*PE*LAKESIDE*XX*1234567893",
    "REF*TJ*391112222",
    "LX*1",
    "CLP*PCN-88303*1*500*400**12*ICN77201*11*1",
    "NM1*QC*1*OKAFOR*ADA****HN*521447788A",
    "NM1*82*1*IBSEN*KARL****XX*1992999999",
    "REF*EA*MR-004418",
    "REF*SY*521447788",
    "DTM*232*20250220",
    "PER*CX**TE*8005550143",
    "SVC*HC:99213*100*80",
    "DTM*472*20250221",
    "PLB*1234567893*20251231*WO:ICN66001*-100*FB:BAL2025*10",
)


def scan(engine: Engine, data: bytes):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()
