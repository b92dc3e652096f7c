"""Words that no person's name has, capitalised or not.

Tables only. All words are in lower case.
"""

import re
from typing import Final

from phiscan.words.titles import TITLE_NOUNS

_FUNCTION = """
the this that these those was is are were be been has had have and or of for to in on at by with
from as if but so not no yes none nor than then your our my his her their its we you he she they it
who whom what
when where why how which while after before during since until upon per via into over under about
also only just very all any each both some such same other more most less please thank thanks dear
hi hello hey
hola sincerely regards respectfully warmly yours truly faithfully best good great ok okay well sure
perfect got morning afternoon evening night today yesterday tomorrow now here there again still
once twice daily weekly monthly every next last first second third new old unknown pending tbd see
note notes nil re cc fw fwd subject attn to whom may concern can could will would shall should do
does did let
i'm i'll i've it's he's she's we're you're they're don't didn't isn't let's that's there's i am im
yeah yep uh um oh ma'am sir madam team everyone folks colleague colleagues world visa mastercard
amex text minutes committee attached better worse id'd fob mob oob girlfriend boyfriend israel
triangle refill refills column string null none alive deceased healthy living unremarkable
noncontributory
"""
_VERBS = """
called calls call met spoke saw seen seeing found notified contacted discussed reviewed evaluated
examined assessed admitted discharged transferred transported referred returned returns presents
presented reports
reported states stated denies denied complains endorses tolerated remains continues continue
continued start started stop stopped increase increased decrease decreased given gave give take
takes taking refused
ordered placed performed completed received obtained signed dictated printed sent faxed emailed
texted left reached asked advised instructed informed confirmed verified verify identified brought
accompanied
lives works worked born died expired diagnosed treated prescribed scheduled reschedule recheck
repeat follow followup follow-up proceed consider recommend recommended refer admit discharge
transfer consent
consented agreed agreeable understood informed dispatched assumed report reporter access accessed
opened merged merge requesting request requested screening screened update updated hold held apply
applied wear wore
identification identity assume resident known based due secondary given noted using used per
"""
_HEADINGS = """
initials portal forms rights testimonials med rec
secure elementary house patient patients pt pts client clients member members mbr
subscriber insured beneficiary guarantor resident residents veteran employee claimant caller
applicant participant subj name names surname firstname lastname
dob birth birthdate birthday mrn ssn id age sex gender male female date dates time room bed unit
ward floor phone telephone tel cell mobile fax email e-mail address street apt city state zip home
work account acct
number no policy plan group insurance primary chief complaint complaints history hx hpi pmh psh fh
sh ros exam examination physical assessment impression findings plan diagnosis diagnoses dx rx tx sx
subjective objective indication indications technique comparison procedure procedures operation
operative preoperative postoperative anesthesia specimen specimens results result lab labs
laboratory vitals vital signs vs
medication medications meds allergy allergies immunization immunizations social family past surgical
medical record records summary admission discharge progress consult consultation letter referral
message
visit appointment appt encounter service services department emergency urgent triage intake interval
course hospital clinic office center centre care health healthcare system systems page pages
confidential
attending physician provider providers doctor nurse surgeon assistant clinician therapist pharmacist
prescriber technician coordinator chaplain agent rep representative operator interpreter witness
author user
signature signed electronically addendum dictated transcribed disposition condition status stable
alert oriented review reason purpose type code codes category class grade stage type background
situation
registration pronouns claim claims benefits pages recommendation recommendations instructions
education goals goal problem problems list onset duration severity location quality context timing
associated modifying risk factors review
neonate mother father mom dad parent parents spouse wife husband son daughter brother sister aunt
uncle niece nephew cousin guardian grandmother grandfather grandson granddaughter
grandma grandpa stepmother stepfather stepson stepdaughter baby boy girl infant child kid twin
newborn
information privacy consents postal zone treatment treatments death cause additional demographic
demographics permit permits program programs identifier identifiers source event events tracking
relationship relationships
types change changes details updated failed created banner action actions menu resource resources
practice practices appeal appeals denial denials request requests notice notices authorization
authorizations approval response reply notification notifications reminder reminders disease
diseases infectious management case cases
profile schema indicator indicators eligibility requirement requirements descriptor observation
observations value values policy policies
emergency contact kin next poa hcpoa proxy caregiver partner fiance fiancee friend neighbor mr mrs
ms miss mx dr drs dra md do rn np pa phd dds sr jr ii iii iv
medicare medicaid tricare humana aetna cigna anthem kaiser bluecross blue shield united optum
walgreens cvs walmart costco kroger epic cerner mychart zoom facetime skype teams slack outlook
gmail google
veterans affairs va nhs cdc fda cms hipaa covid covid-19 hiv aids mrsa copd chf dm2 t2dm t1dm htn
cad ckd esrd gerd osa ptsd adhd uti mi cva tia dvt pe pna afib nkda nka npo prn bid tid qid ct mri
xr us ekg ecg eeg
icu ed er or nicu picu micu sicu snf ltac rehab hospice ob gyn ent gi gu cv cns er+ pr+ her2 bp hr
rr temp spo2 o2 wbc rbc hgb hct plt bun cr na k cl co2 inr ptt pt/inr tsh a1c ldl hdl psa bnp ekg iv
po im sc sl rbc
"""
_MEDICINE = """
acute chronic severe mild moderate left right bilateral upper lower anterior posterior distal
proximal normal abnormal negative positive suspicious benign malignant invasive metastatic recurrent
primary secondary
lumbar cervical thoracic spine chest abdomen abdominal pelvis pelvic breast lung heart cardiac renal
kidney liver hepatic brain head neck skin wound ulcer ankle knee hip shoulder elbow wrist hand foot
hallux leg arm
eye eyes ear ears nose throat blood urine stool pain fever cough nausea vomiting diarrhea rash
headache dizziness fatigue weakness numbness swelling bleeding shortness breath cancer carcinoma
tumor diabetes diabetic
hypertension asthma influenza flu pneumonia stroke seizure depression anxiety gout arthritis
osteoarthritis migraine obesity anemia infection sepsis fracture sprain strain hernia injury fall
falls
biopsy surgery surgical colonoscopy endoscopy ultrasound radiograph radiographs xray x-ray scan
imaging contrast echo stress pap mammogram dexa hearing audiogram vision therapy physical
occupational speech
metoprolol lisinopril metformin insulin aspirin tylenol advil motrin humira eliquis ozempic coumadin
xarelto lipitor plavix lasix zoloft prozac lexapro xanax ativan norco percocet vicodin keflex
augmentin zithromax
amoxicillin vancomycin prednisone albuterol warfarin heparin glargine lantus humalog novolog
synthroid levothyroxine gabapentin tramadol oxycodone morphine fentanyl narcan naloxone suboxone
methadone folfox
acid tablet tablets capsule mg mcg ml unit units dose oral topical inhaler hba1c glucose cholesterol
creatinine hemoglobin platelet platelets sodium potassium chloride calcium uric troponin vitamin
iron
tdap dtap mmr hep varicella tetanus vaccine vaccines shot gram mohs foley holter bair hugger doppler
apgar karnofsky glasgow coma mallampati babinski crohn crohns hodgkin parkinson parkinsons alzheimer
alzheimers
hashimoto raynaud lhermitte epley valsalva kegel trendelenburg swan ganz kerlix steri strips
jackson-pratt hickman broviac picc dermoscopy internet explorer connection agent orange vietnam gulf
war adl adls gcs rom arom wbat tka tha orif
"""
_PLACES = """
january february march july september october november december feb apr jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu
thur fri sat sun north south east west northern southern eastern western northeast southwest upper
new san santa st fort port mount lake saint los las el rio grand great beach city county township
valley river hills
street avenue road boulevard lane drive court place terrace circle parkway highway square trail
apartment suite box rural route pkwy blvd ave rd ln dr ct pl hwy
america american usa us united states canada mexico china india africa english spanish vietnamese
african european asian hispanic latino latina caucasian black white native
mandarin cantonese arabic french russian korean hindi somali portuguese haitian creole
alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho
illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota
mississippi missouri montana
nebraska nevada hampshire jersey ohio oklahoma oregon pennsylvania carolina dakota tennessee texas
utah vermont wisconsin wyoming
christmas easter thanksgiving ramadan monday's school university college institute foundation
society association company corporation inc llc ltd church manor village plaza tower building
memorial
community general regional mercy baptist methodist presbyterian lutheran adventist providence sacred
trinity mayo cleveland hopkins stanford sinai orthopedics cardiology oncology neurology radiology
pathology dermatology
pediatrics psychiatry urology nephrology gastroenterology hematology rheumatology endocrinology
podiatry dental pharmacy nursing
"""
_SPEECH = """
oh um uh yes no yeah yep thank thanks okay ok sure hi hello hey well good please
nope yup yea uh-huh uh-uh mm-hmm mhm hmm hm ah aw aww wow gosh gee huh eh alright anyway anyways
actually absolutely exactly correct certainly definitely probably possibly usually mostly mainly
basically honestly really maybe perhaps sometimes always never often rarely lately recently
currently afterwards afterward later earlier soon everything nothing something anything someone
nobody everyone everybody anybody somebody somewhere nowhere everywhere lots few couple several like
kinda sorta because cause cuz unless although though however therefore besides otherwise instead too
either neither whatever whenever wherever whoever hopefully unfortunately fortunately luckily
thankfully sorry excuse pardon goodbye bye cheers awesome cool nice wonderful terrible awful
horrible fair enough goodness dude doc twice zero one two three four five six seven eight nine ten
eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty
fifty sixty seventy eighty ninety hundred thousand half quite pretty nothing's everything's
got gotta
gonna wanna lemme gimme cannot ever almost nearly already yet once did does haven't hasn't
agreed understood affirmative negative totally obviously apparently clearly exactly indeed
interesting amazing fantastic excellent congratulations
"""
SPEECH: Final = frozenset(_SPEECH.split())
"""Words with which speakers begin: `Nope.`, `Actually, no.`"""
NOT_NAMES: Final = (
    frozenset(" ".join((_FUNCTION, _VERBS, _HEADINGS, _MEDICINE, _PLACES)).split())
    | SPEECH
    | TITLE_NOUNS
)
"""Words that end a name. Some are names too (March, West); a title shows that they are."""
_ENDINGS: Final = tuple(
    b"itis osis aemia ectomy oscopy pathy tension plasty algia ologist ology".split()
)
# An ending of medical words that no name has. matches "arthritis"; not "Curtis"
_NO_NAME_ENDING: Final = re.compile(rb"[a-z](?:" + b"|".join(_ENDINGS) + rb")\Z")
# A pronoun or a verb with the rest of a verb. matches "I've", "That's", "Don't"; not "O'Neil"
_CONTRACTION: Final = re.compile(
    rb"(?:i|you|he|she|it|we|they|that|this|there|here|what|who|where|how|when|why|let|y|everything"
    rb"|nothing|something|one)'(?:m|s|re|ve|d|ll|all)|[a-z]{2,7}n't"
)


def is_no_name(lower: bytes) -> bool:
    """Whether no name has this word, which is in lower case and without a full stop."""
    return (
        lower.decode("utf-8", "replace") in NOT_NAMES
        or (lower.endswith(_ENDINGS) and _NO_NAME_ENDING.search(lower) is not None)
        or (b"'" in lower and _CONTRACTION.fullmatch(lower) is not None)
    )
