"""Nouns at the end of titles: of instruments, roles, devices, events and parts of programs.

`Patient Activation Measure`, `Patient Safety Officer` and `Patient Hoyer Lift` are no people. The
words are in lower case. Family names that are such nouns too (Day, Page, Price) are not in the
list.
"""

import re
from typing import Final

_INSTRUMENTS = """
measure measures scale scales index inventory questionnaire questionnaires survey surveys score
scores exam examination test tests testing assessment assessments screen screener screening tool
tools impression impressions change rating ratings outcome outcomes profile diary log instrument
instruments battery matrix criteria criterion protocol protocols pathway pathways guideline
guidelines standard standards manual handbook checklist checklists interview interviews schedule
activation enablement empowerment competence readiness confidence burden severity acuity grading
staging classification stratification predictor calculator algorithm model models framework
"""
_ROLES = """
officer navigator liaison ombudsman ombudsperson coordinator manager director representative
specialist associate associates assistant ambassador advisor adviser technician transporter sitter
educator counselor counsellor advocate advocates greeter registrar scheduler analyst administrator
supervisor chief leader leaders champion champions council committee team teams staff volunteer
volunteers partner partners physician nurse clinician
"""
_DEVICES = """
kit kits lift lifts catheter catheters bed beds monitor monitors pump pumps gown gowns sling slings
tray trays warmer warmers blanket blankets hoist chair chairs table tables wristband wristbands
bracelet bracelets restraint restraints simulator simulators mask masks tube tubing cuff cuffs probe
probes sensor sensors electrode electrodes cable cables drape drapes glove gloves wipe wipes pad
pads slipper slippers sock socks harness slide mattress mattresses pillow pillows crutch
crutches wheelchair wheelchairs stretcher gurney trolley scanner scanners terminal kiosk kiosks
tablet tablets software platform platforms solution solutions system systems unit units device
devices analgesia circuit circuits ventilator humidifier cannula syringe syringes needle needles
vial dispenser thermometer oximeter glucometer stethoscope bottle basin bedpan urinal commode rail
rails alarm alarms pendant button tag tags label labels sticker card cards folder binder packet
brochure leaflet video videos tourniquet drain drains stent stents implant implants prosthesis
orthosis brace braces splint splints bandage bandages dressing dressings gauze suture sutures
stapler forceps scalpel retractor trocar laparoscope endoscope defibrillator pacemaker nebulizer
concentrator regulator valve valves filter filters cartridge connector adapter extractor bag bags
"""
_EVENTS = """
week month act rights responsibilities charter initiative initiatives collaborative network networks
partnership alliance coalition institute academy association society foundation fund campaign
conference summit forum journal magazine newsletter award awards study studies trial
trials registry registries cohort database databases dashboard dashboards warehouse exchange gateway
hub engine service services portal portals journey flow throughput volume census satisfaction
engagement experience experiences participation involvement retention recruitment acquisition
loyalty leakage portion responsibility statement statements payment payments financing transport
transportation movement handling positioning placement matching identification verification
authentication lookup search list lists view views banner header summary chart charts class classes
type types category categories resource resources reference references access safety privacy
complaint complaints grievance grievances feedback lounge entrance parking lobby zone workflow
workflows onboarding scheduling messaging education training orientation simulation rounding
perception perceptions preference preferences priority priorities need needs goal goals
"""
TITLE_NOUNS: Final = frozenset(" ".join((_INSTRUMENTS, _ROLES, _DEVICES, _EVENTS)).split())
# matches "Stratification", "Radiology"; not "Clement", "Harkness"
_ABSTRACT: Final = re.compile(r"\w{3}(?:tion|sion|ology|ography|ometry|ability|ibility)s?")


def is_title_noun(word: str) -> bool:
    """Whether a word, in any case, is the noun of a title and no name."""
    lower = word.lower()
    return lower in TITLE_NOUNS or _ABSTRACT.fullmatch(lower[-14:]) is not None
