"""Medical terms: conditions, complaints, procedures, and drugs by the stems of their names.

The stems are those of international nonproprietary names (WHO, "The use of stems in INN"). The
tables are expressions for Hyperscan and for `re`.
"""

import re
from functools import cache
from typing import Final

# matches "type 2 diabetes" and "chest pain"; not "diabetology", "chest"
CONDITIONS: Final = (
    r"diabet(?:es|ic)|hypertensi(?:on|ve)|asthma|copd|emphysema|pneumonia|bronchitis|tuberculosis"
    r"|influenza|covid-?19|hiv|immunodeficiency|hepatitis|cirrhosis|pancreatitis|appendicitis"
    r"|colitis|crohn's|gastroenteritis|reflux disease|an(?:a)?emia|leuk(?:a)?emia|lymphoma|melanoma"
    r"|carcinoma|neoplasm|metasta(?:tic|sis|ses)"
    r"|(?:breast|lung|colon|colorectal|prostate|ovarian|skin|pancreatic|cervical|thyroid"
    r"|bladder) cancer|chemotherapy|radiotherapy|tumou?r"
    r"|myocardial infarction|heart attack|angina|heart failure|atrial fibrillation|arrhythmia"
    r"|coronary|cardiomyopathy|ischemic|(?:a|acute|hemorrhagic) stroke|cerebrovascular|embolism"
    r"|thrombosis|aneurysm|sepsis|cellulitis"
    r"|urinary tract|kidney disease|renal (?:failure|disease)|dialysis|depressi(?:on|ve disorder)"
    r"|bipolar disorder|schizophrenia|anxiety disorder|ptsd|dementia|alzheimer's|parkinson's"
    r"|epilepsy|seizures?|migraine|neuropathy|multiple sclerosis|arthritis|osteoporosis|fracture"
    r"|(?:back|chest|abdominal|pelvic|joint|knee|neck) pain|fibromyalgia|lupus|psoriasis|eczema"
    r"|dermatitis"
    r"|obesity|hyperlipid(?:a)?emia|hypercholesterol(?:a)?emia|hypothyroidism|hyperthyroidism"
    r"|pregnan(?:t|cy)|full-term|obstetric|c(?:a)?esarean|miscarriage|pre-?eclampsia|opioid"
    r"|overdose|anaphylaxis|immunization|vaccination"
    r"|mastectomy|appendectomy|hysterectomy|colonoscopy|endoscopy|biopsy|pleural effusion"
    r"|cardiopulmonary|hemoglobin a1c|creatinine"
)
# Stems before "-itis". Greek family names end so too: Margaritis, Vyzovitis.
_INFLAMED: Final = (
    r"aden|alveol|angi|aort|append|arachnoid|arter|arthr|balan|blephar|bronch|bronchiol|burs|capsul"
    r"|card|cellul|cervic|cheil|cholang|cholecyst|chondr|choroid|col|conjunctiv|cyst"
    r"|dactyl|dermat|disc|disk|divertic|diverticul|encephal|enter|epicondyl|epididym|epiglott"
    r"|esophag|ethmoid|fasci|follicul|gastr|gingiv|gloss|hepat|hidraden|ile|ir|kerat|labyrinth"
    r"|laryng|lymphaden|lymphang|mast|mastoid|mening|metr|myel|myos|nephr|neur|oophor|orch|oste|ot"
    r"|pancreat|parot|pericard|periodont|periton|pharyng|phleb|pneumon|poliomyel|proct|prostat|pyel"
    r"|radicul|retin|rhin|sacroili|salping|scler|sialaden|sinus|spondyl|spondylodisc|stomat|synov"
    r"|tendin|tendon|tenosynov|thromboang|thyroid|tonsill|trache|typhl|ureter|urethr|uve|vagin"
    r"|vascul|vulv|vulvovagin"
)
# matches "sinus infection" and "neuropathy"; not "infection", "homeopathy"
COMPLAINTS: Final = (
    r"(?:ear|sinus|skin|wound|kidney|bladder|lung|yeast|eye|throat|urinary) infections?|gallstones"
    r"|kidney stones|(?:mental|behavioral) illness|dyspn(?:o)?ea|orthopn(?:o)?ea|hemoptysis"
    r"|h(?:a)?ematuria|dysphagia|dysuria|syncope|vertigo|tinnitus|palpitations|nausea|vomiting"
    r"|diarrh(?:o)?ea|constipation|jaundice|(?:o)?edema|diaphoretic|wheez(?:e|es|ing)|febrile"
    r"|afebrile"
    r"|tachycardi[ac]|bradycardi[ac]|hypotensi(?:on|ve)|hypoxi[ac]|lethargic|aphasia|hemiparesis"
    r"|ataxia|suicidal ideation|laceration|contusion|skin tear|ulcers?|hernia|sprain|lumbar strain"
    r"|concussion|fever|cough|influenza"
    r"|strep throat|otitis|sinusitis|cataracts?|glaucoma|hearing (?:loss|aid|evaluation)|audiogram"
    r"|utis?|pcos"
    r"|sciatica|scoliosis|stenosis|effusion|lesions?|spiculated|polyps?|mrsa|c\. diff|copd|ckd|esrd"
    r"|chf|nstemi|stemi"
    rf"|dka|a-?fib|[a-z]{{0,12}}(?:{_INFLAMED})itis"
    r"|[a-z]{3,12}(?:cytosis|ectasis|osclerosis|ocytopenia|omegaly)"
    r"|(?:an|hyperglyc|hypoglyc|hyperkal|hypokal|hyponatr|bacter|ur|isch|tox)[a]?emia"
    r"|(?:neuro|myo|nephro|retino|entero|arthro|encephalo|lymphadeno)pathy"
    r"|(?:my|neur|arthr|fibromy)algia|sleep apnea|allerg(?:y|ies|ic) to|substance use"
    r"|gout|hemorrhoids?|gi bleed|celiac disease|sickle cell|h(?:a)?emophilia|thalass(?:a)?emia"
    r"|myeloma|[a-z]{2,10}blastoma|[a-z]{3,10}sarcoma|gliomas?|endometriosis|uterine fibroids?"
    r"|infertility|erectile dysfunction|incontinence|macular degeneration|acl tear"
    r"|brain injury|insomnia|anorexia|bulimia|alcohol(?:ism| use disorder| abuse)|panic attacks?"
    r"|chlamydia|gonorrh(?:o)?ea|syphilis|herpes|hpv|lyme disease|cystic fibrosis"
    r"|muscular dystrophy|cerebral palsy|ketoacidosis|shortness of breath|dvt|bph|hba1c"
    r"|(?:graves|cushing|addison|hodgkin|hashimoto|parkinson)'?s? (?:disease|syndrome|lymphoma)"
    r"|autis(?:m|tic)|adhd|down syndrome|trisomy|brca[12]|pathogenic|genetic counsel(?:l)?ing"
)
# matches "appendectomy" and "INR 2.4"; not "anatomy", "INR"
PROCEDURES: Final = (
    r"[a-z]{3,14}(?:ectomy|ostomy|otomy|oplasty|ocentesis|orrhaphy)"
    r"|(?:colon|end|bronch|lapar|cyst|arthr|laryng|sigmoid|hyster|colp|derm)oscop(?:y|ic)"
    r"|ultrasound|echocardiogram|electrocardiogram|mammogram|angiogram|radiographs?"
    r"|pap (?:test|smear)|hpv test|barium swallow|holter|catheteri[sz]ation|intubat(?:ed|ion)"
    r"|extubated|ventilator|debrided|debridement|sutures?|pacemaker|amputat(?:ed|ion)|orif|cabg|bka"
    r"|blood (?:cultures?|test|work|draw|sugar|transfusion)|troponin|hemoglobin|creatinine"
    r"|uric acid|urinalysis|lipid panel|ct (?:chest|head|abdomen|scan)"
    r"|mri (?:of|brain|lumbar|scan|report|results?)|x-rays?|pet/ct"
    r"|(?:hgb|wbc|egfr|tsh|inr|a1c|hba1c|ldl|plt|bnp|gcs)(?: is| was| of|:)? ?\d{1,3}"
    r"(?:\.\d{1,2})?\b"
    r"|immuni[sz]ations?|vaccin(?:e|es|ated|ations?)|flu shot|tdap|dtap|varicella|tetanus"
    r"|physical therapy|occupational therapy|wound (?:care|check)|dressing change|hospice"
    r"|palliative|in the icu|icu bed|[np]icu|on room air|nasal cannula|\d\d[ -]weeker"
    r"|emergency department|urgent care"
    r"|anesthesia|lidocaine|ambulating|inpatient|outpatient|hospitali[sz](?:ed|ation)"
    r"|biops(?:y|ies)|surger(?:y|ies)"
    r"|(?:home|supplemental|portable) oxygen|oxygen (?:concentrator|tank|saturation)|concentrator"
    r"|cpap|nebuli[sz]er|lead level|prenatal|postpartum|trimester|toxicology|autopsy"
    r"|urine (?:test|sample|culture)|catheter|colostomy|prosthesis|chemo"
    r"|primary care|incision|hemodynamic(?:ally|s)?|gsw|bilirubin|phototherapy"
    r"|temp(?:erature)? (?:is |of |was )?(?:9[5-9]|10[0-6])\.\d|discharge instructions"
    r"|(?:abnormal|recent) mammogram|neonate|apgar|gestation|breastfeeding|newborn screen"
    r"|psychotherapy|therapy session|cognitive behavio(?:u)?ral"
    r"|well[- ]child|prophy(?:laxis)?|root canal|code status|comfort (?:care|meds)"
)
# matches "lisinopril" and "cefdinir"; not "April", "uniform"
DRUGS: Final = (
    r"(?:[a-z]{2,12}(?:pril|sartan|vastatin|olol|cillin|floxacin|cycline|prazole|oxetine|azepam"
    r"|triptan|zumab|ximab|tinib|gliptin|glutide|gliflozin|formin|dipine|profen|setron|xaban"
    r"|thiazide)"
    r"|ceph?[a-z]{4,10}ime|warfarin|heparin|insulin|levothyroxine|prednisone|albuterol|oxycodone"
    r"|hydrocodone|morphine|fentanyl|gabapentin|sertraline|amoxicillin|acetaminophen|furosemide"
    r"|allopurinol|prednisolone|budesonide|methotrexate|sulfasalazine|carbidopa|levodopa"
    r"|buprenorphine|naloxone|narcan|suboxone|methadone|glargine|lispro|aspirin|ibuprofen"
    r"|clopidogrel|digoxin|diltiazem|verapamil|amiodarone|spironolactone|lithium"
    r"|lamotrigine|levetiracetam|quetiapine|olanzapine|risperidone|trazodone|bupropion|tamoxifen"
    r"|tacrolimus|vancomycin|azithromycin|nitrofurantoin|trimethoprim|tamsulosin|finasteride"
    r"|sildenafil|montelukast|ondansetron|dexamethasone|hydrocortisone"
    r"|[a-z]{3,10}(?:conazole|nidazole|omycin|cyclovir|navir|tegravir|phenidate|amphetamine"
    r"|barbital|tidine|zolam|zodone|triptyline|denafil|lukast|dronate|glitazone|parin|clopidogrel"
    r"|meterol|tropium|metasone|nisone|lumab|limumab|tuximab)"
    r"|[a-z]{2,10}(?:citalopram|trozole|gabalin|ticasone|citabine|chloroquine|tretinoin|hydramine"
    r"|tirizine|ratadine|zapine|faxine|benzaprine|dilol|grelor|timibe|ciclib|parib|lisib|reotide"
    r"|trexone|mazepine|oxaban|mivir|fovir|buvir|iramate)"
    r"|cephalexin|citalopram|zolpidem|glipizide|glimepiride|glyburide|methimazole|etanercept"
    r"|tramadol|valpro(?:ate|ic)|phenytoin|donepezil|memantine|ropinirole|colchicine|adderall"
    r"|naproxen|docusate|haloperidol|baclofen|tizanidine|clonidine|acyclovir|methylprednisolone"
    r"|hydroxyzine|meloxicam|benzonatate|nystatin|tirzepatide|wegovy|mounjaro|keytruda|truvada"
    r"|biktarvy|descovy|adalimumab"
    r"|cef[a-z]{4,8}|depo-?provera|nicotine patch|birth control|contraceptives?"
    r"|eliquis|xarelto|coumadin|lasix|humira|enbrel|ozempic|lantus|humalog|zoloft|lexapro|prozac"
    r"|xanax|ativan|synthroid|lipitor|plavix|folfox)"
)
# matches "50 mg", "2.5mcg"; not "50 mgr"
DOSE: Final = re.compile(r"\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|ml|units)\b", re.IGNORECASE)


@cache
def _any_term() -> re.Pattern[str]:
    """All terms. Few documents need it, and it takes milliseconds to compile."""
    return re.compile(
        rf"\b(?:{CONDITIONS}|{COMPLAINTS}|{PROCEDURES}|{DRUGS})\b", re.IGNORECASE | re.ASCII
    )


def count_terms(text: str) -> int:
    """The number of different terms in a text."""
    return len({term[0].lower() for term in _any_term().finditer(text)})
