"""Types of HL7 v2 messages, `ADT^A01`, and the patterns by which a policy names them.

Source: HL7 v2, chapter 2, MSH-9: a message code (table 0076) and a trigger event (table 0003).
"""

import re
from typing import Final

# matches `ADT^A01`, `ACK`, `ZPM^Z01`; not `adt^A01`, `ADT^A01^ADT_A01`, `ADT^`
_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]{2}(?:\^[A-Z][A-Z0-9]{2})?")
TYPE_PATTERN_FORM: Final = r"\*|[A-Z][A-Z0-9]{2}(?:\^(?:[A-Z][A-Z0-9]{2}|\*))?"
"""The form of a pattern as a regular expression, for schemas."""
_PATTERN: Final = re.compile(TYPE_PATTERN_FORM)
_CODES: Final = frozenset(
    "ACK ADR ADT BAR BPS BRP BRT BTS CCF CCI CCM CCQ CCR CCU CQU CRM CSU DBC DBU DEL DEO DER DFT "
    "DOC DPR DRC DRG DSR EAC EAN EAR EHC ESR ESU INR INU LSR LSU MCF MDM MFD MFK MFN MFQ MFR NMD "
    "NMQ NMR OMB OMD OMG OMI OML OMN OMP OMQ OMS OPL OPR OPU ORA ORB ORD ORF ORG ORI ORL ORM ORN "
    "ORP ORR ORS ORU ORX OSD OSF OSM OSQ OSR OSU OUL PEX PGL PIN PMU PPG PPP PPR PPT PPV PRR PTR "
    "QBP QCK QCN QRF QRY QSB QSX QVR RAR RAS RCI RCL RDE RDR RDS RDY REF RER RGR RGV ROR RPA RPI "
    "RPL RPR RQA RQC RQI RQP RQQ RRA RRD RRE RRG RRI RSP RTB SCN SDN SDR SIU SLN SLR SMD SPQ SQM "
    "SQR SRM SRR SSR SSU STC STI SUR TBR TCR TCU UDM VQQ VTQ VXQ VXR VXU VXX".split()
)
"""Table 0076, with the codes of earlier versions."""
# table 0003; matches `A01`, `PC1`; not `ANA`
_EVENT: Final = re.compile(r"[A-Z][0-9]{2}|PC[1-9A-L]")
OTHER: Final = "OTHER"
"""Stands in records for every type that is not of the tables: its sender could write a name."""


def is_type(text: str) -> bool:
    """Whether a text is a whole message type."""
    return _TYPE.fullmatch(text) is not None


def is_type_pattern(text: str) -> bool:
    """Whether a policy may write it: `ADT^A01`, `ORU^*`, `ACK`, or `*`."""
    return _PATTERN.fullmatch(text) is not None


def recorded(message_type: str) -> str:
    """The type as records may hold it: of the tables, `OTHER`, or empty where there is none."""
    if not message_type:
        return ""
    code, _, event = message_type.partition("^")
    is_listed = code in _CODES and (not event or _EVENT.fullmatch(event) is not None)
    return message_type if is_listed else OTHER


def is_recorded(text: str) -> bool:
    """Whether a text is what `recorded` could have returned."""
    return text == OTHER or recorded(text) == text
