"""Further templates of `charts`. Their first faults were mended, so they are held out no longer.

They were written apart from `chart_texts`, in other layouts, and serve to measure only.
"""

from types import MappingProxyType
from typing import Final

UNSEEN: Final = MappingProxyType(
    {
        "emergency": (
            "EMERGENCY DEPARTMENT PROVIDER NOTE\n"
            "{full} | {age} y.o. {woman} | MRN: {mrn}\n"
            "Arrival: {day} 0312 by EMS\n"
            "\n"
            "CC: {ill}\n"
            "History obtained from patient and {his} {rel} {kinf}, who found {him} on the "
            "bathroom floor.\n"
            "{first} was in {his} usual state of health until last night. {He} takes "
            "{drug} and nothing else. PCP {doc}, MD is away.\n"
            "MDM: CT head negative. {lab} {value}. Discussed with {mr} {last} and {kinf}; "
            "both comfortable going home.\n"
            "Return precautions given. {kinf} will drive. Phone on file {phone}.\n"
        ),
        "markdown-chart": (
            "# Visit summary\n"
            "\n"
            "**Patient:** {full}\n"
            "**MRN:** **{mrn}**\n"
            "**DOB:** {born}\n"
            "**Preferred phone:** `{phone}`\n"
            "\n"
            "## Subjective\n"
            "{first} says the {drug} upsets {his} stomach. Lives with {his} {rel} ({kin}) "
            "in a second-floor walk-up.\n"
            "\n"
            "## Plan\n"
            "- [ ] {lab} in 2 weeks\n"
            "- [ ] call {kinf} with the result, {phone}\n"
            "- [x] {dx} added to the problem list\n"
        ),
        "table": (
            "| Field | Value |\n"
            "|---|---|\n"
            "| Name | {full} |\n"
            "| MRN | {mrn} |\n"
            "| Date of birth | {born} |\n"
            "| Home phone | {phone} |\n"
            "| Emergency contact | {kin} ({rel}) |\n"
            "| Diagnosis | {dx} |\n"
            "| Medication | {drug} |\n"
        ),
        "nursing": (
            "NURSING NOTE 1900-0700\n"
            "Pt received from PACU at 1915, alert. {Rel} {kinf} at bedside until 2130. Pt "
            "c/o pain 6/10, {drug} given w/ relief.\n"
            "0200: {mr} {last} found attempting to get OOB, bed alarm on. {Rel} notified "
            'by phone ({phone}), states "{He} does this at home too."\n'
            "0600: labs drawn, {lab} {value}. No acute events. Report to {doc}, RN.\n"
        ),
        "sbar": (
            "S: Calling about {mr} {last} in 412-B, increasing SOB since 0500.\n"
            "B: {age}yo admitted {day} w/ {ill}. MRN {mrn}. Full code. HCP is {his} {rel} "
            "{kin}, {phone}.\n"
            "A: RR 28, SpO2 88% on 2L, crackles bilat. I think {he} is fluid overloaded.\n"
            "R: Can you come see {him}? Would you like a CXR and 40 of IV Lasix?\n"
        ),
        "consult": (
            "Dear Dr {docl},\n"
            "\n"
            "Re: {full}, d.o.b. {born}, hosp no. {mrn}\n"
            "{street}, {city}\n"
            "\n"
            "Thank you for asking me to see this pleasant {age} year old {woman} with "
            "{ill}. {mr} {last} tells me that the\n"
            "symptoms began in the spring. {He} is accompanied today by {his} {rel}, "
            "{kin}, who confirms the story.\n"
            "On examination {he} looked well. I have suggested {drug}. My secretary can be "
            "reached on {desk}.\n"
            "\n"
            "With kind regards,\n"
            "Yours sincerely\n"
            "\n"
            "{doc}\n"
            "Consultant Physician\n"
        ),
        "call-log": (
            "CALL LOG #{number}  agent: tmoreno\n"
            "Caller: {kin} ({rel} of member)\n"
            "Member: {full}   DOB {born}\n"
            "Callback: {phone}\n"
            "Reason: wants to know if {drug} is covered. Member has {ill}. Advised that PA "
            "is needed. {kinf} will ask the office to send it.\n"
            "Disposition: resolved\n"
        ),
        "mail": (
            "From: {kin} <{mail}>\n"
            "To: Clinic <frontdesk@fernmailclinic.org>\n"
            "Subject: my {parent}'s appointment\n"
            "\n"
            "Hello,\n"
            "I'm writing for my {parent} {full} (birthday {born}). {He} has been more "
            "short of breath since {drug} was stopped and we wonder\n"
            "if it is the {ill} again. Could {doc} see {him} this week? Best to text me at "
            "{phone}, I can't pick up at work.\n"
            "Many thanks\n"
            "{kinf}\n"
        ),
        "desk-chat": (
            "[09:14] front desk: good morning how can I help\n"
            "[09:15] {first}: hi, this is {full}, dob {born}\n"
            "[09:15] {first}: my {lab} came back {value} and I don't know what that means\n"
            "[09:17] front desk: let me get the nurse. best number?\n"
            "[09:17] {first}: {phone}\n"
            "[09:22] nurse: Hi {first}, it's a little high. keep taking the {drug} and we "
            "repeat it in 3 months\n"
        ),
        "radiology": (
            "EXAM: MRI LUMBAR SPINE W/O CONTRAST\n"
            "PATIENT: {CAPS}\n"
            "MR#: {mrn}   ACC#: {number}   DOB: {born}\n"
            "ORDERING: {doc}, DO\n"
            "\n"
            "HISTORY: {age}-year-old {woman} with {ill}.\n"
            "FINDINGS: Mild disc bulge L4-5. Conus normal.\n"
            "IMPRESSION: 1. No cord compression. Results called to {mr} {last}'s nurse at "
            "14:20.\n"
        ),
        "discharge": (
            "DISCHARGE SUMMARY\n"
            "\n"
            "Name: {listed}\n"
            "Unit No: {mrn}\n"
            "Admission Date: {day}        Discharge Date: {day}\n"
            "Service: MEDICINE\n"
            "Attending: {doc}\n"
            "\n"
            "HISTORY OF PRESENT ILLNESS: {mr} {last} is a {age} year old {woman} with a "
            "past medical history significant for {ill} who\n"
            "presented from home. Per {his} {rel} {kinf}, {he} had been confused for two "
            "days.\n"
            "HOSPITAL COURSE: {mr} {last} was started on {drug} with improvement. Family "
            "meeting held {day} with {kin} and {kin2}.\n"
            "DISPOSITION: Home with services. Emergency contact {kin} {phone}.\n"
        ),
        "well-child": (
            "WELL CHILD VISIT\n"
            "{full} is a 4 y.o. {boy} here with mom ({kin}) for a check-up. Dad {kin2} on "
            "speaker phone from work.\n"
            "Concerns: {ill}, on {drug}. Sleeps 10 h. {first} knows colors and counts to 20.\n"
            "Immunizations: up to date. Anticipatory guidance given to {kinf}.\n"
            "School form faxed to {fax}.\n"
        ),
        "social-work": (
            "SW ASSESSMENT\n"
            "Referral source: {doc}, NP\n"
            "Household: {full} (pt), {kin} ({rel}, 44), {kin2} (son, 12).\n"
            "Pt reports losing {his} job after the {ill} flare. {kin} works nights. "
            "{kinf2} has missed school.\n"
            "Supports: pastor, neighbor {kin3}. Safety: denies SI.\n"
            "Plan: SNAP application, MRN {mrn} given to financial counseling; pt prefers "
            "calls to {phone} after 3 pm.\n"
        ),
        "operative": (
            "OPERATIVE REPORT\n"
            "PATIENT NAME: {caps}\n"
            "MEDICAL RECORD NO.: {mrn}\n"
            "DATE OF OPERATION: {day}\n"
            "SURGEON: {doc}, M.D.\n"
            "PREOPERATIVE DIAGNOSIS: {dx}.\n"
            "INDICATIONS: {mr} {last} is a {age}-year-old with longstanding symptoms. "
            "Risks were explained to the patient and {his} {rel}, {kin}.\n"
            "DESCRIPTION: {mr} {last} was brought to the operating room. The procedure "
            "went well. {kinf} was updated in the waiting room.\n"
        ),
        "hospice": (
            "HOSPICE IDT NOTE {day}\n"
            "{listed}  /  {mrn}  /  Dx {dx}\n"
            "RN: PPS 40%. Comfortable on {drug}. CNA visits 3x. {Rel} {kinf} doing most of "
            "the care, exhausted.\n"
            "MSW: met with {kinf} and {his} brother {kinf2} at the house. {kinf2} is "
            "flying back on Sunday.\n"
            "Chaplain: {first} asked for communion.\n"
            "On-call line {desk}; {kinf} cell {phone}.\n"
        ),
        "physical-therapy": (
            "PHYSICAL THERAPY DAILY NOTE\n"
            "Client: {full}    Chart # {mrn}\n"
            'S: "My knee is better, {rel} says I walk straighter." Pain 3/10.\n'
            "O: ROM 0-110. Gait with SPC x 150 ft, min A.\n"
            "A: {first} tolerated treatment well; {ill} limits endurance.\n"
            "P: 2x/wk x 4 wk. Spoke to {kin} re: stairs at home ({phone}).\n"
        ),
        "pharmacy": (
            "Rx CLARIFICATION\n"
            "Pt {full} dob {born} ph {phone}\n"
            "{drug} 20 mg #90 - MD wrote BID, label says daily. Called {docl}'s office, "
            "left VM. Pt's {rel} {kinf} picked up 3-day supply.\n"
            "Allergies: sulfa. Hx {ill}.\n"
        ),
        "intake": (
            "IDENTIFYING INFORMATION\n"
            "{full} is a {age}-year-old married {woman} of {origin} descent, referred by "
            "{doc}, LCSW for {ill}.\n"
            "{He} lives with {his} spouse {kin} and their children {kinf2} (9) and {kinf3} "
            "(6).\n"
            "FAMILY HISTORY\n"
            "Mother, {kin4}, had depression. {His} brother ({kinf5}, age 51) is sober 8 "
            "years.\n"
            "PLAN\n"
            "Start {drug}. {first} agreed to bring {kinf} to the next session. Crisis line "
            "given.\n"
        ),
        "appeal": (
            "RE: Appeal of denial, claim for {drug}\n"
            "Patient: {full}\n"
            "Member #: {member}\n"
            "Date of Birth: {born}\n"
            "\n"
            "To the Medical Director:\n"
            "I am the treating physician of {mr} {last}. {first} {last} has suffered from "
            "{ill} since 2009. Without {drug}, {he} was hospitalized twice.\n"
            "{mr} {last}'s {rel}, {kin}, has taken unpaid leave. Please call me at {desk}.\n"
            "{doc}, MD\n"
        ),
        "labour": (
            "L&D TRIAGE\n"
            "{caps} G3P2 at 34w2d  MRN {mrn}\n"
            "c/o contractions q6 min. FOB {kin} present. Hx {ill}. On {drug}.\n"
            "FHT 140s cat I. SVE 1/50/-3. {mr} {last} given terbutaline x1. D/w {docl}.\n"
            "If no change d/c home w/ FOB. Call pt at {phone} w/ culture.\n"
        ),
        "html-message": (
            "<p>Dear {mr} {last},</p><p>Your <b>{lab}</b> from {day} is {value} {unit}. "
            "Keep taking {drug}.</p><ul><li>MRN: {mrn}</li><li>Phone: "
            "{phone}</li></ul><p>Questions? Call {desk}.</p><p>{doc}, PA-C</p>"
        ),
        "bullets": (
            "* Patient - {full}\n"
            "* Record number - {mrn}\n"
            "* Telephone - {phone}\n"
            "* Next of kin - {kin}, {rel}, {phone}\n"
            "* Problem - {dx}\n"
            "* Treatment - {drug}\n"
        ),
        "underlined": (
            "Patient Name: __{full}__   Date: __{day}__\n"
            "Medical Record #: __{mrn}__   Phone: __{phone}__\n"
            "Reason for visit: __{ill}__\n"
            "Current medications: __{drug}__\n"
            "Signature: __{full}__\n"
        ),
        "transfer": (
            "INTERFACILITY TRANSFER\n"
            "Sending MRN {mrn}; receiving MRN pending\n"
            "Pt: {full}, {age}{sex}\n"
            "Dx: {dx}; drips: none; {drug} last at 0800\n"
            "NOK: {kin} ({rel}) {phone}, aware and en route\n"
            "Accepting: {doc}\n"
            "Report called to 5 West, {docl} RN x4471\n"
        ),
        "dictation": (
            "This is a dictation on patient {full}, medical record number {mrn}, date of "
            "birth {born}. The patient is a {age}-year-old\n"
            "{woman} who comes in today for follow up of {ill}. {He} has been taking "
            "{drug} as prescribed. {His} {rel} {kinf} came along and has\n"
            "concerns about memory. Exam unremarkable. {lab} was {value}. Plan, continue. "
            "Please send a copy to {doc}. End of dictation.\n"
        ),
        "text-message": (
            "Hi {first}, it's {clinic}. Your {drug} refill is ready. {lab} due. Reply STOP "
            "to opt out. Questions call {desk}. Ref MRN {mrn}\n"
        ),
        "incident": (
            "INCIDENT REPORT - FALL\n"
            "Resident {full}, Rm 118, was found on floor next to wheelchair at 0545 by "
            'CNA. Resident stated "I was going to the toilet."\n'
            "Skin tear L elbow. Dx: {dx}. Neuro checks started. {full}'s {rel}, {kin}, "
            "notified at 0610 ({phone}); MD {docl} notified 0615.\n"
        ),
        "veteran": (
            "TITLE: PRIMARY CARE NOTE\n"
            "{CAPS}   {ssn}   DOB {born}\n"
            "Veteran is a {age} y/o {woman} with {ill}. Lives w/ {his} {rel} {kinf}. "
            "Served 1968-70. Meds: {drug}.\n"
            "Vet can be reached at {phone} or at {kinf}'s number, {phone}.\n"
            "/es/ {doc}, MD\n"
        ),
        "school": (
            "To: Attendance\n"
            "{full} ({kin}'s {child}) was in my office at 10:40 with {ill}. I gave {drug} "
            "per the order on file. I called {kinf} at {phone} and\n"
            "left word with {his} grandmother {kin2} at {phone}. {first} went home at 11:15.\n"
        ),
        "visit": (
            "DR: Good morning, {mr} {last}. What brings you in?\n"
            "PT: Morning. It's the {ill} again.\n"
            "DR: And is {kinf} still helping with the pills?\n"
            "PT: Yeah, {kinf} fills the box. The {drug}, you mean?\n"
            "DR: Right. Can we still reach you at {phone}?\n"
            "PT: Yes. Or my {rel} {kin}, {phone}.\n"
            "DR: Perfect. Take care, {first}.\n"
        ),
        "critical-value": (
            "CRITICAL VALUE CALL\n"
            "Test: {lab} {value} {unit}\n"
            "Patient: {listed} ({mrn})\n"
            "Called to: {docl}, RN, 3N at 02:14, read back\n"
            "Second pt same run, {kin}, {mrn}: {lab} within limits\n"
            "Dx on order: {ill}\n"
        ),
        "interpreter": (
            "Interpreter-assisted visit (Vietnamese, ID 44120). {full} and {his} {rel} "
            "{kin} attended. {kinf} reports that {full} stopped {drug} because of\n"
            "dizziness. Problem: {ill}. They asked that we call {kinf} only, +1 {phone}. "
            "MRN at {clinic}: {mrn}.\n"
        ),
        "capital-dictation": (
            "REASON FOR CONSULTATION: {dx}.\n"
            "THE PATIENT, {caps}, IS A {age}-YEAR-OLD {WOMAN} WHO WAS ADMITTED ON {day}. "
            "{HE} TAKES {DRUG}. {HIS} {REL}, {kcaps}, WAS AT THE BEDSIDE.\n"
            "IMPRESSION: STABLE. DISCUSSED WITH {MR} {lcaps}.\n"
        ),
        "screening-log": (
            "Screening log, protocol 22-118\n"
            "Subject: {full}; MRN {mrn}; consented {day} by coordinator {doc}\n"
            "Eligibility: {dx}, on stable {drug}. {lab} {value}.\n"
            "Caregiver {kin} signed as LAR. Contact {phone}.\n"
        ),
        "billing": (
            "Account note: spoke w/ {kin}, guarantor for {full} (acct {account}), about "
            "balance for {ill} visit {day}. {mr} {klast} will mail a check.\n"
            "Old number disconnected; new number is {phone}. Stmt to {street}.\n"
        ),
        "pedigree": (
            "GENETICS CLINIC - PEDIGREE NOTES\n"
            "Proband: {full} ({age}{sex}), MRN {mrn}\n"
            "I-1 {kin} (grandfather) d. 71 colon ca\n"
            "II-3 {kin2} (mother) dx 44, {ill}\n"
            "II-4 {kin3}, maternal uncle, 58, unaffected\n"
            "III-2 {kinf4} and {kinf5}, twins, 8\n"
            "Discussed with {first} and {kin2}. Start {drug}. Results by phone {phone}.\n"
        ),
        "dental": (
            "Dental chart\n"
            "PT NAME {full} / CHART {mrn} / CELL {phone}\n"
            "Hx: {ill}. Meds: {drug}. #30 MOD composite. Pt tolerated well. Husband {kinf} "
            "paid copay. NV: hyg 6 mo.\n"
        ),
        "video-visit": (
            "Telehealth visit\n"
            "{full} joined from home by video, {his} {rel} {kin} off camera. Consent "
            "obtained. {first} reports {ill} since Monday.\n"
            "No vitals. {drug} refilled x3. If video drops call {phone}.\n"
            "Signed: {doc} NP\n"
        ),
        "rounds": (
            "ROUNDING LIST 7/4\n"
            "401 {listed} ({mrn}) {ill} - cont {drug}, dispo Wed\n"
            "402 {kin}, 81F, hip fx POD2 - PT/OT\n"
            "403 {kin2} / 55M / etoh w/d, CIWA 6\n"
            "404 {kcaps3} 66M CHF, lasix gtt. Family: {kinf4} (son) {phone}\n"
        ),
        "colleague": (
            "Hi Dr {docl},\n"
            "Thanks for seeing {full} (DOB {born}). {first}'s {rel} {kinf} tells me the "
            "{ill} is worse at night. I've attached labs ({lab} {value}).\n"
            "{mr} {last} can't do mornings. Call {kinf} on {phone} to book.\n"
            "Cheers\n"
            "{doc}\n"
        ),
        "thread": (
            "Subject: Re: Re: records\n"
            "On Tue, {kin} wrote:\n"
            "> Hello, I am {full}'s {rel} and power of attorney. {first} was in your ER on "
            "{day} for {ill}.\n"
            "> Please send the records to me. My fax is {fax}, phone {phone}.\n"
            "> {kin}\n"
            "Hi {kinf},\n"
            "We need {first}'s MRN. Is it {mrn}? Is {he} still on {drug}?\n"
        ),
        "newborn-unit": (
            "NEONATAL ICU ADMISSION\n"
            "Infant: BB {last} ({first})   MRN: {mrn}\n"
            "Mother: {kin}, 29 y.o. G2P1; Father: {kin2}\n"
            "Reason: prematurity, {ill}. Intubated, {drug} given. Parents updated by "
            "{doc}, MD. Dad's number {phone}.\n"
        ),
        "case-manager": (
            "CASE MANAGEMENT\n"
            "Spoke w/ pt's {rel} ({kin}) re: SNF choice. {kinf} prefers Maple Grove. Pt "
            "{full} agrees. Dx {ill}, on {drug}.\n"
            "Auth pending with Aetna ref {number}. CM to call {kinf} tomorrow, {phone}; "
            "alt: {kin2} {phone2}.\n"
        ),
        "police": (
            "POLICE/EMS JOINT REPORT EXCERPT\n"
            "Victim identified as {full}, DOB {born}, of {street}. Witness {kin} stated "
            "{mr} {last} complained of chest pain. Hx {ill}. Narcan x1, {drug} found at "
            "scene.\n"
            "{kin2}, roommate, on scene. Transported, {clinic}, MRN {mrn}.\n"
        ),
        "couple": (
            "# Therapy session {day}\n"
            "* client: {full}\n"
            "* with: {kin} ({rel})\n"
            "{first} and {kinf} argued about money. {kinf} cried. {first} reports {ill}; "
            "taking {drug}. Homework: journal. Reach {first} by text, {phone}.\n"
        ),
        "fertility": (
            "FERTILITY CLINIC: partner A {full}, partner B {kin}. Dx {ill}. {first} "
            "started {drug}; {kinf} had semen analysis. Nurse line {desk}. {mr} {last} "
            "prefers portal; MRN {mrn}; {phone}.\n"
        ),
        "html-note": (
            '<div class="note"><h3>Progress Note</h3><p><strong>Patient:</strong> '
            "{full}</p><p><strong>MRN:</strong> {mrn}</p><p>{mr} {last} is a "
            "{age}-year-old {woman} with {ill}. {His} {rel} {kin} called from "
            "{phone}.</p><p>Continue {drug}.</p></div>"
        ),
        "leaders": (
            "patient,mrn_note\n"
            "Name............: {full}\n"
            "Record No.......: {mrn}\n"
            "Telephone.......: {phone}\n"
            "Diagnosis.......: {dx}\n"
            "Next of kin.....: {kin} ({rel})\n"
        ),
        "sick-call": (
            "CORRECTIONAL HEALTH SICK CALL\n"
            'I/M {listed} #{number} c/o {ill}. Requests {drug}. I/M {last} states "my '
            '{rel} {kinf} has it too." Vitals WNL. F/U w/ {doc}, PA.\n'
            "MRN {mrn}. Family contact on file: {kin}, {phone}.\n"
        ),
        "transplant": (
            "TRANSPLANT COORDINATOR\n"
            "Donor: {kin}   Recipient: {full}   Relationship: {rel}\n"
            "{kinf} cleared by cardiology. {full} remains on {drug} for {ill}. Both need "
            "crossmatch. {kinf}: {phone}. {first}: {phone2}.\n"
        ),
        "instructions": (
            "Discharge instructions for {full}\n"
            "{first}, you were in the hospital for {ill}. Take {drug} every day. {kinf} "
            "should change the bandage. Call {desk} for fever.\n"
            "Follow-up: {doc}, MD. Your medical record number is {mrn}. We will call you "
            "at {phone}.\n"
        ),
        "relay": (
            "VIDEO INTERPRETER NOTE: {origin} interpreter #2231 for {full} and {his} "
            "{rel}. The {rel}, {kin}, answered for {him}. {mr} {last} nodded. {ill} "
            "explained; {drug} x 10 d. {kin} signed. ph {phone}, mrn# {mrn}\n"
        ),
        "conference": (
            "Rehab team conference. Present: {doc} (PM&R), {full}, {kin} and {kin2}.\n"
            "Barriers: {ill}. {kin2} will build a ramp. {kin} to learn transfers. Meds: "
            "{drug}. d/c home Fri. {kinf}'s cell is {phone}.\n"
        ),
        "bare-header": (
            "{caps}\n"
            "{mrn}\n"
            "{born}\n"
            "\n"
            "CLINICAL INDICATION: {ill}\n"
            "TECHNIQUE: Axial CT.\n"
            "FINDINGS: Stable. IMPRESSION: No change. {MR} {lcaps} WAS NOTIFIED BY PHONE "
            "{phone}. ON {DRUG}.\n"
        ),
        "scheduling": (
            "[10:01 AM] Scheduler: Thanks for calling, who am I speaking with?\n"
            "[10:01 AM] Caller: {full}.\n"
            "[10:02 AM] Scheduler: And your date of birth, {mr} {last}?\n"
            "[10:02 AM] Caller: {born}. I need to move my {rel} {kinf}'s appointment too.\n"
            "[10:02 AM] Scheduler: Sure. Is it for the {ill}?\n"
            "[10:03 AM] Caller: Yes, and a refill of {drug}. My number's {phone}.\n"
        ),
        "course": (
            "Hospital course: {full} is a {age}M/F transferred from OSH (MRN there {mrn}; "
            "here {mrn2}). Per {kin}, {he} collapsed in church. {kinf} did CPR. ROSC in 8 "
            "min. {ill}. On {drug}. {kinf} and {his} cousin {kin2} at bedside; goals of "
            "care discussed w/ {kin}.\n"
            "Contact #: {phone}\n"
        ),
        "authorization": (
            'Prior authorization phone call. Rep "Dana" at plan. Member {full}, ID '
            "{member}, DOB {born}. Drug {drug}. Dx {code} {ill}. Approved thru 12/31. "
            "Called member at {phone}, left VM w/ {kinf} ({rel}).\n"
        ),
        "reconciliation": (
            "MED REC\n"
            "Source: {kin} ({rel}), pill bottles.\n"
            '{full} takes {drug} "when {he} remembers" per {kinf}. Allergies: sulfa. PMH '
            "{ill}. Preferred # {phone}. MR: {mrn}\n"
        ),
        "complaint": (
            "Complaint log: {mr} {full} (MRN #{mrn}) says nurse was rude. {His} {rel} "
            "{kin} emailed twice. Admitted {day} for {ill}, given {drug} late. Wants call "
            "back, {phone}. - Patient Relations, {doc}\n"
        ),
        "autopsy": (
            "Autopsy request\n"
            "Deceased: {full}, MRN {mrn}, DOB {born}, died {day} of {ill}. NOK {kin} "
            "({rel}) consents by phone {phone}, witnessed by {doc} RN. Body released to "
            "{kin2} Funeral Home. Was on {drug}.\n"
        ),
    }
)
"""Each template by its style."""
