"""The templates of `charts`: one text of each kind that clinics and health plans write.

Their layouts follow published forms: SOAP and SBAR notes, discharge summaries, operative, radiology
and pathology reports, home health visits, referral letters, calls, portal messages and chats.
"""

from types import MappingProxyType
from typing import Final

TEXTS: Final = MappingProxyType(
    {
        "progress": """PROGRESS NOTE
Patient: {full}    MRN: {mrn}    DOB: {born}
S: {first} feels better since {drug} was started. {He} walks daily with {his} {rel} {kinf}.
O: BP 128/76, {lab} {value} {unit}.
A/P: {dx} ({code}). Continue. {mr} {last} will call us from {phone} if worse.
""",
        "one-line": """Patient name: {full} DOB: {born} MRN: {mrn} Dx: {ill}, {drug} Ph: {phone}
""",
        "one-line-listed": """Name {listed} - MRN {mrn} - Phone {phone} - Dx {dx} - Rx {drug}
""",
        "markdown": """### {clinic}

- **Patient name:** {full}
- **MRN:** **{mrn}**
- **Phone:** {phone}
- *Emergency contact*: {kin} ({rel}), {phone}

> {first} has had {ill} for years. {mr} {last} takes {drug}.
""",
        "table": """+----------------+-----------------------------+
| Patient        | {full} |
| MRN            | {mrn} |
| Phone          | {phone} |
| {Rel} | {kin} |
+----------------+-----------------------------+
Dx: {dx}
""",
        "markdown-table": """| Patient | MRN | Phone | Dx |
|:--------|:---:|------:|----|
| {full} | {mrn} | {phone} | {ill} |
""",
        "html-table": """<table><tr><th>Patient</th><td>{full}</td></tr>
<tr><th>MRN</th><td><b>{mrn}</b></td></tr><tr><th>Phone</th><td>{phone}</td></tr>
<tr><th>Diagnosis</th><td>{dx}</td></tr></table>
<p>{mr} {last} takes {drug}. {His} {rel}, {kin}, helps.</p>
""",
        "history": """HPI: {mr} {last} is a {age} yo {woman} with {ill}, brought by {rel} {kin}.
FH: Mother ({kin2}, 78) has breast cancer. Brother ({kinf3}, age 71) healthy.
Aunt {kinf4} had lupus.
SH: Lives with wife ({kinf5}, 66, nurse). Works as a welder.
Meds: {drug}.
""",
        "transfer": """TRANSFER SUMMARY
Name: {CAPS}
MRN at sending: {mrn}
MRN (old) {mrn2}
Accepting physician: Dr. {docl}
Reason: {dx}. {drug} given at 0900.
Family: {kin} ({rel}), {phone}.
""",
        "discharge": """DISCHARGE SUMMARY

PATIENT: {CAPS}
MED REC #: {mrn}
ADMITTED: {day}   DISCHARGED: {day2}

{MR} {lcaps} presented with {ill}. The patient's {rel} {kin} gave the history.
{mr} {last} improved on {drug}. Discharged to the care of {kinf}.
Follow up with {doc}, MD in two weeks.
""",
        "nursing": """0730 Assumed care. {first} sleeping, {rel} {kinf} in the recliner.
0945 {drug} held for SBP 92, Dr. {docl} aware. {kinf} asked about visiting hours.
1210 {mr} {last} ambulated 40 ft with PT. c/o {ill}.
1830 {kinf} went home, may be reached at {phone}. Report to {doc} RN.
""",
        "sbar": """S - {full}, room 220, new fever 39.1
B - {age}{sex} with {ill}; MRN {mrn}; next of kin {kin}
A - likely UTI; {lab} {value}
R - cultures, start {drug}? call back x4410. Kin wants a call: {phone}
""",
        "letter": """{clinic}
{day}

Dear Dr. {docl}:

I had the pleasure of seeing your patient, {full}, in clinic today for {ill}.
As you know, {mr} {last} is a {age}-year-old {woman} ({mrn}) whose {rel}
{kin} is also under your care.

{first} will start {drug}. I asked {him} to ring {desk} with any concern.

Sincerely,
{doc}, MD
""",
        "portal": """Subject: refill

Hi Dr. {docl}, this is {full}. I'm almost out of {drug}. My cell changed, it's now {phone}.
Also my {rel} {kinf} has a cough, could it be my {ill}?
Thanks,
{first}
""",
        "voicemail": """VM 10:42 from {kin}, calling for {parent} {full}, DOB {born}.
Still has pain after surgery, wants {drug}. Call {kinf} back at {phone}. Second number {phone2}.
""",
        "call": """Member {full} called re: bill for {ill}. Verified DOB {born}, phone {phone}.
Rep: explained copay. {mr} {last} asked that {rel} {kin} be added to the account.
""",
        "chat": """{first}: hi can I get my {lab} result
Clinic: Hi {first}, can you confirm your DOB?
{first}: {born}. call me {phone}
Clinic: Thank you. It is {value}, a bit high. Did you take the {drug}?
""",
        "transcript": """Doctor: Hi {first}, I'm Dr. {docl}. Who is here with you today?
Patient: This is my {rel}, {kinf}.
Doctor: Nice to meet you, {kinf}. How is the {ill}?
Patient: Okay, I guess. The {drug} helps.
Doctor: Is {phone} still the best number?
Patient: Yes.
""",
        "radiology": """EXAMINATION: CT ABDOMEN AND PELVIS
PATIENT: {listed}    MRN: {mrn}    ACCESSION: {number}
HISTORY: {ill}. {mr} {last} has a prior study from {day}.
IMPRESSION: No acute abnormality.
ELECTRONICALLY SIGNED BY: {doc}, MD
""",
        "pathology": """SURGICAL PATHOLOGY
{CAPS} ({mrn})   DOB {born}
Submitting: {doc}, M.D.
CLINICAL DATA: {ill}
DIAGNOSIS: Benign. Discussed by phone with {mr} {last} at {phone}.
""",
        "home-health": """HOME VISIT {day}
Pt {full}, {age} y/o {woman}, {dx}. CG: {kin} ({rel}).
{first} forgot evening {drug} twice. Taught {kinf} to fill the pill box. Landline {phone}.
""",
        "hospice": """{listed} / {mrn} / {dx}
{kin}, {rel}, is HCPOA. {kinf} reports {first} ate breakfast. Morphine effective.
Bereavement: {kinf2} and {kinf3} (grandchildren) will get letters. Call {phone} first.
""",
        "pediatrics": """{full} is a 6 yo {boy} seen with {his} mother, {kin}, for {ill}.
Mom {kinf} gives {drug}. Sibling {kinf2} has the same. {first} missed school.
Pharmacy called; mom's cell {phone}.
""",
        "newborn": """Baby {boy} {last} born to {kin} (G2P1) at 39w, MRN {mrn}. Jaundice.
Father {kin2} present. {kinf} is breastfeeding. Contact {phone}.
""",
        "psychiatry": """{full} is a {age}-year-old {woman} of {origin} origin with {ill}.
{He} described conflict with {his} {rel} {kin} and with {his} boss. {kinf} attended the last half.
{first} agreed to continue {drug}. Pager for emergencies: {desk}.
""",
        "therapy": """Client: {full}
Chart no. {mrn}
{first} practised transfers with {his} {rel} ({kinf}). Gait limited by {ill}. Goal 2 met.
Contact: {phone} (cell), {phone2} (work)
""",
        "hand-off": """12A {listed}  {age}{sex}  {ill}  on {drug}  dtr {kinf} {phone}
12B {kin3} 71F  pneumonia  on ceftriaxone  MRN {mrn}
14A {kin4} 58M  chest pain, troponin neg  wife {kinf5}
""",
        "referral": """REFERRAL
To: Cardiology   From: {doc}, NP
Re: {full}, DOB {born}, phone {phone}, MRN {mrn}
Please evaluate this patient for {ill}. {mr} {last} takes {drug}.
{He} lives at {street} with {kin}.
""",
        "prior-auth": """Patient {full} (member ID {member}, DOB {born}) needs {drug} for {ill}.
Prescriber {doc}, MD, fax {desk}. Patient phone {phone}.
""",
        "letter-home": """{full}
{street}

Dear {mr} {last},

We tried to reach you at {phone}. Your {lab} of {day} was {value} {unit}. Please take {drug}.
If you have questions, ask for {doc} at {desk}.

Sincerely,
{clinic}
""",
        "excuse": """To whom it may concern:
{full} was seen here on {day} for {ill} and may return to work Monday. {mr} {last}'s {rel}, {kin},
drove {him} home.
{doc}, PA-C
""",
        "small": """pt {full} dob {born} ph# {plain} c/o {ill}, on {drug}.
reachable at {plain} or text {phone}
""",
        "triage": """TRIAGE CALL
Caller: {kin}, {rel}
Patient: {full}    Age {age}
Complaint: {ill}; took {drug} at 6. Advised ED. {kinf} verbalized understanding.
CB# {phone}
""",
        "ambulance": """Unit 7 dispatched for {ill}. Pt {full}, {age} y/o {sex}, found supine.
{Rel} {kin} on scene, states pt takes {drug}. Transported to {clinic},
hospital MRN {mrn}. NOK ph {phone}.
""",
        "death": """DEATH NOTE
Called to bedside of {full}. Pronounced at 0412. Family ({kin}, {kin2}) at bedside;
{kinf3} notified by telephone ({phone}). Cause: {dx}. {mr} {last}'s PCP {doc} informed.
""",
        "message": """Please call {kin} regarding {parent} {full} (MRN {mrn}).
{He} is having {ill} again after {drug}. {kinf} is at work until 5, use {phone}. Thx -{doc} RN
""",
        "sign-off": """Hello,
My {parent} {full} was told to stop {drug} before surgery on {day}. Is that right? {He} has {ill}.
You can reach me at {phone} (day) or {phone2} (evening).

Kind regards,
{kin}
""",
        "capitals": """CHIEF COMPLAINT: {ill}
PATIENT IS {caps}, A {age} YEAR OLD {WOMAN}. {HIS} {REL} {kcaps} CALLED 911. TAKES {DRUG}.
PHONE {phone}. MRN {mrn}.
""",
        "consent": """I, {full}, agree to surgery for {ill}. My contact is {kin}, {phone}.
Signature: {full}    Date: {day}
Witness: {doc}
MRN: {mrn}
""",
        "ledger": """Guarantor: {kin}    Patient: {full}    Acct #: {account}
{day} office visit {code} {ill}
Sent statement. Left message for {mr} {last} at {phone}.
""",
    }
)
"""Each template by its style."""
