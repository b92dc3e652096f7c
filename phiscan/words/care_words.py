"""Everyday words of care, by kind: weak evidence, of which several together show a text about care.

None of them is health information alone: a colon has a chest, and a server is tested. So each kind
counts only so often (`MOST`), and `phiscan.people.care_context` weighs them around a name.
"""

from types import MappingProxyType
from typing import Final

_KINDS: Final = {
    "body": (
        "abdomen abdominal ankle aorta aortic appendix arm artery axilla belly biceps bile "
        "bladder bowel brain breast buttock callus carotid cervix chest clavicle collarbone "
        "colon cornea coronary elbow esophagus eyelid femur fetal fibula finger forearm "
        "forehead gallbladder gland groin gums hamstring heel hip humerus iliac inguinal "
        "intestine jaw kidney knee kneecap larynx leg limb lip liver lumbar lung lymph meniscus "
        "nasal navel neck nerve nipple node ovary palate pancreas patella pelvic pelvis "
        "placenta prostate pupil quad quadriceps rectal retina rib ribs rotator sacral scalp "
        "scrotum shoulder sinus skin spine sternum stomach tendon testicle testicular thigh "
        "throat thumb thyroid tibia toe tongue tonsils tooth torso umbilical ureter urethra "
        "uterine uterus vaginal vein ventricle vertebra vulva wrist"
    ),
    "symptom": (
        "abscess ache aching acute addiction adhd agitated agitation alcohol allergic allergies "
        "allergy anaphylaxis anemia anxiety anxious apnea ascites asleep asthma asthmatic "
        "atrophy autism autistic babbling bedbound bite blackout bled bleed bleeding blister "
        "bloating blurry breathing breathless bruise bruised bruising burn cancer carcinoma "
        "caries chills chronic clot colic coma comatose complaints concussion confused "
        "confusion constipated convulsion cough coughing crackles cramps cravings croup cutting "
        "cyst deformity dehydrated delusional dementia depressed diabetic diarrhea diplopia "
        "disoriented dizziness dizzy draining drool drowsy dyspnea edema emesis erythema "
        "exudate fainted fainting fall fatigue fell fever feverish flare floppy foul fracture "
        "gag gait gasping goiter gout hallucinating hematoma hematuria hemiplegia hemorrhage "
        "hives hoarse hungover hyperactive hypoxic ill illness impingement incision-site "
        "incontinent infected infection inflamed inflammation injured injury insomnia "
        "intoxicated irritable itch itching itchy jaundice jaundiced lactating lesion lethargic "
        "lice limp limping lump malaise mania manic meltdown metastatic mole mood murmur nausea "
        "nauseous necrotic neuroma neuropathy nightmares nodule nosebleed numb numbness obese "
        "odor ooze overdose overdosed overweight pain painful palpable palpitations panic "
        "paralysis paranoid petechiae phlegm pneumonia productive ptsd purpura purulent pus "
        "rales rash reflux regurgitation relapse relapsed ruptured scab scar seizure sepsis "
        "septic shaking shivering sick snore snoring sob sober sobriety sore spasm spit-up "
        "spotting sprain sputum stiff stiffness stumbled stutter suicidal suicidality suicide "
        "sunken sweating sweats swelling swollen tantrum tb tearful tender tenderness thirst "
        "throbbing tingling trauma tremor tumor twitching ulcer underweight unresponsive "
        "unstable unsteady vertigo vodka vomit vomited vomiting wart weak weakness wheeze "
        "wheezing wound"
    ),
    "test": (
        "a1c acoustic acuity afb afebrile albumin alt amnio ana apgar arom ast audiogram bands "
        "bi-rads bilirubin biopsied biopsy bloodwork bmi bp calcifications calcium cath cbc cea "
        "chem chloride cholesterol cmp colposcopy creatinine crp ct cta culture cxr detected "
        "dexa diff doppler ecg echo eeg egd ekg elevated embryo emg esr etoh ferritin "
        "fingerstick fobt gcs glucometer glucose gtt hba1c hcg hct hemoglobin hep hgb hiv ige "
        "igg imaging inr iop labs lactate lactic lft lfts lipid lp lumbar-puncture magnesium "
        "mammo mammogram microscopy mmhg monofilament mri negative nipt nst o2 oximeter pap "
        "pathology pft ph phq platelets plt positive potassium ppd prick prom psa pt-inr ptt "
        "pulse quantiferon rpr sat scan screened sed serology sodium sonogram specimen "
        "spirometry spo2 stool strep swab sweat syphilis t-score t4 temp tested titer tox "
        "troponin tsh u/a ua uds ultrasound urinalysis urine vitals vitamin wbc weight weights "
        "x-ray xray"
    ),
    "treatment": (
        "acetaminophen adjuvant alendronate alprazolam amoxicillin amoxil anesthesia antibiotic "
        "anticoagulant aspirin ativan augmentin azithromycin baclofen bandage bid biologic "
        "blocker bolus botox brace breastfeeding capsule casted catheter cefdinir ceftriaxone "
        "chemo cholecystectomy circumcision cleaned cleanse compress concentrator cortisone "
        "counsel counseled counseling cpap crutches curettage debrided debridement decongestant "
        "defibrillator detox detoxing dialysis dialyzed diet dose dosing drain dressing drip "
        "drops elective electrode eliquis enema epi epipen exercises extraction extubated feeds "
        "fillers fistula flonase formula fusion gabapentin gauze hemodialysis heparin home- "
        "infusion hormone hospice humira hydroxychloroquine hysterectomy ibuprofen immunization "
        "immunized immunotherapy incision infuse infusion inhaler injection insulin intubate "
        "intubated isolation iv ivf ivig juvederm keflex laparoscopic lasix latanoprost latch "
        "laxative levothyroxine lisinopril lithium lotion mastectomies mastectomy mcg "
        "medication medicine meds metformin methadone mg miralax moisturizer morphine "
        "naltrexone narcan narcotic nebulizer nissen norco nplate npo ointment omeprazole "
        "operation ophthalmic opioid orthodontic orthotic oxycodone oxygen ozempic pacemaker "
        "painkiller peg pep percocet pessary phototherapy physical-therapy pill po prednisone "
        "prescribed prescription prn probiotic prophylaxis prosthesis prozac qhs quarantine "
        "radiation refill regimen rehab rehydrate remission restriction resuscitation "
        "robitussin rx saline scripts sedated sertraline shot sitter sling splint splinted "
        "statin stent steroid stimulant stitches suboxone suction sudafed supplement "
        "supplementing suppository surgery surgical sutured sutures tablet taper tetanus "
        "therapy thyroidectomy tid titrate titrated tolerate topical tourniquet traction "
        "transfused transfusion transplant trazodone tylenol units unna vaccinate vaccinated "
        "vaccination vaccine ventilator wean weaned wheelchair xanax zofran zoloft zosyn"
    ),
    "setting": (
        "admission admitted allergist ambulance appointment appt bariatric bedside birth "
        "bloodbank camper cardiac cardiologist cardiology caregiver chaplain charted checkup "
        "clinic clinician cna colonoscopy consult counsellor counselor crisis decedent dentist "
        "dentistry dermatologist dermatology diagnosed diagnosis dietitian discharged "
        "discharging doctor dr ems ent er evaluate evaluated evaluation examined followup "
        "genetics geriatric gestation gi gyn gynecology health hematology home-health hospital "
        "hospitalist hospitalized hygiene icu immunology infant infusion-center inpatient "
        "intensive lactation maternity medical midwife neonatal neonate neph nephrology neuro "
        "neurologist neurology neurosurgery newborn nicu np nurse nursing nutritionist obgyn "
        "oncall oncologist oncology ophthalmology optometry ortho orthopedic ot otolaryngology "
        "outpatient paramedic patient patients-chart pcp pediatric pediatrician peds perinatal "
        "pharmacies pharmacist pharmacy phlebotomist phlebotomy physical physician podiatry "
        "post-op postop postpartum pre-op preemie pregnancy pregnant prenatal preop psych "
        "psychiatric psychiatrist psychologist psychotherapy pt pt-ot pulmonary pulmonology "
        "radiology refer referral referred rehabilitation resident respiratory rheumatology rn "
        "school-nurse screener screening shelter sleep-lab social-work sonographer specialist "
        "surgeon symptoms telehealth telemedicine therapies therapist treated treatment triage "
        "trimester urologist urology vet-affairs visit ward wic wound-care"
    ),
    "payer": (
        "adjudicated aetna appeal auth authorization bcbs beneficiary benefits billed cigna "
        "claim copay coverage deductible denied eob hmo humana ins insurance insurer medicaid "
        "medicare member plan ppo precert provider-network reimbursement subscriber tricare uhc"
    ),
}
KIND_OF: Final = MappingProxyType(
    {
        (word + ending).encode(): kind
        for kind, words in _KINDS.items()
        for ending in ("s", "")
        for word in words.split()
    }
)
"""The kind of each word and of its plural, in bytes and in lower case."""
MOST: Final = MappingProxyType(
    {"body": 3, "symptom": 4, "test": 4, "treatment": 4, "setting": 2, "payer": 1}
)
"""How many different words of a kind count."""
OF_A_BODY: Final = frozenset(("body", "symptom", "test", "treatment"))
"""The kinds that name something of a body, and not only a place or a payer."""
# What is said of many, of goods and of programs.
OF_MANY: Final = frozenset(
    word.encode()
    for word in (
        "adults animals api app article author authors awareness booth brochure bug build ceo "
        "chapter cohort commit committee company conference course courses dashboard database "
        "db deploy export feature film game guideline guidelines hiring interpreter inventory "
        "investors job jobs journal league lots market marketing match novel participants "
        "patients people percent pipeline policy pricing protocol published query recall "
        "registry release repo research researchers review role roles sales schedule season "
        "series server shares slots software staging stars stocks students studies study "
        "subjects supplier team ticket topics training vendor warehouse webinar"
    ).split()
)
"""Words of texts about many people, about goods and about programs. They raise what is needed."""
