"""HL7 v2 messages for tests. Nobody in them exists."""

from mesh.message.facts import Facts

LIS = "cluster.local/ns/lab/sa/lis"
EHR = "cluster.local/ns/clinic/sa/ehr"
FACTS = Facts(source=EHR, destination=LIS, mtls=True, caller=LIS)
SSN = b"541-27-8860"


def msh(kind: str = "ADT^A01^ADT_A01", control_id: str = "C1", *, more: str = "") -> bytes:
    return f"MSH|^~\\&|EHR|CLINIC|LIS|LAB|20260102||{kind}|{control_id}|P|2.5.1{more}\r".encode()


def adt(control_id: str = "C1", *, ssn: bytes = SSN, more: str = "") -> bytes:
    pid = b"PID|1||77120^^^CLINIC^MR||SANDOVAL^ROSA||19610101|F" + b"|" * 11 + ssn
    return msh(control_id=control_id, more=more) + pid + b"\r"


def ack(answers: str = "C1", *, more: bytes = b"") -> bytes:
    return msh("ACK^A01^ACK", "A1") + f"MSA|AA|{answers}\r".encode() + more


def siu(control_id: str = "S1") -> bytes:
    """A message without a patient."""
    return msh("SIU^S12^SIU_S12", control_id) + b"SCH|1\r"
