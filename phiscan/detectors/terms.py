"""Words of medicine: conditions, and drugs by the stems of their international nonproprietary names (WHO, "The use of stems in INN").

A word tells of nobody: an article holds them too. Beside a patient's identifier it is what makes the document PHI.
"""

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector

_CONDITIONS = (
    r"diabet(?:es|ic)|hypertensi(?:on|ve)|asthma|copd|emphysema|pneumonia|bronchitis|tuberculosis|influenza|covid-?19|hiv|immunodeficiency|hepatitis|cirrhosis|pancreatitis|appendicitis"
    r"|colitis|crohn's|gastroenteritis|reflux disease|an(?:a)?emia|leuk(?:a)?emia|lymphoma|melanoma|carcinoma|neoplasm|metasta(?:tic|sis|ses)"
    r"|(?:breast|lung|colon|colorectal|prostate|ovarian|skin|pancreatic|cervical|thyroid|bladder) cancer|chemotherapy|radiotherapy|tumou?r"
    r"|myocardial infarction|heart attack|angina|heart failure|atrial fibrillation|arrhythmia|coronary|cardiomyopathy|ischemic|(?:a|acute|hemorrhagic) stroke|cerebrovascular|embolism|thrombosis|aneurysm|sepsis|cellulitis"
    r"|urinary tract|kidney disease|renal (?:failure|disease)|dialysis|depressi(?:on|ve disorder)|bipolar disorder|schizophrenia|anxiety disorder|ptsd|dementia|alzheimer's|parkinson's"
    r"|epilepsy|seizures?|migraine|neuropathy|multiple sclerosis|arthritis|osteoporosis|fracture|(?:back|chest|abdominal|pelvic|joint|knee|neck) pain|fibromyalgia|lupus|psoriasis|eczema|dermatitis"
    r"|obesity|hyperlipid(?:a)?emia|hypercholesterol(?:a)?emia|hypothyroidism|hyperthyroidism|pregnan(?:t|cy)|full-term|obstetric|c(?:a)?esarean|miscarriage|pre-?eclampsia|opioid|overdose|anaphylaxis|immunization|vaccination"
    r"|mastectomy|appendectomy|hysterectomy|colonoscopy|endoscopy|biopsy|pleural effusion|cardiopulmonary|hemoglobin a1c|creatinine"
)
_COMPLAINTS = (
    r"(?:ear|sinus|skin|wound|kidney|bladder|lung|yeast|eye|throat|urinary) infections?|gallstones|kidney stones|(?:mental|behavioral) illness|dyspn(?:o)?ea|orthopn(?:o)?ea|hemoptysis|h(?:a)?ematuria|dysphagia|dysuria|syncope|vertigo|tinnitus|palpitations|nausea|vomiting|diarrh(?:o)?ea|constipation|jaundice|(?:o)?edema|diaphoretic|wheez(?:e|es|ing)|febrile|afebrile"
    r"|tachycardi[ac]|bradycardi[ac]|hypotensi(?:on|ve)|hypoxi[ac]|lethargic|aphasia|hemiparesis|ataxia|suicidal ideation|laceration|contusion|skin tear|ulcers?|hernia|sprain|lumbar strain|concussion|fever|cough|influenza"
    r"|strep throat|otitis|sinusitis|cataracts?|glaucoma|hearing (?:loss|aid|evaluation)|audiogram|sciatica|scoliosis|stenosis|effusion|lesions?|spiculated|polyps?|mrsa|c\. diff|copd|ckd|esrd|chf|nstemi|stemi"
    r"|dka|a-?fib|[a-z]{3,12}(?:itis|cytosis|ectasis|osclerosis|ocytopenia|omegaly)|(?:an|hyperglyc|hypoglyc|hyperkal|hypokal|hyponatr|bacter|ur|isch|tox)[a]?emia|(?:neuro|myo|nephro|retino|entero|arthro|encephalo|lymphadeno)pathy"
    r"|(?:my|neur|arthr|fibromy)algia|sleep apnea|allerg(?:y|ies|ic) to|substance use|autis(?:m|tic)|adhd|down syndrome|trisomy|brca[12]|pathogenic|genetic counsel(?:l)?ing"
)
_PROCEDURES = (
    r"[a-z]{3,14}(?:ectomy|ostomy|otomy|oplasty|ocentesis|orrhaphy)|(?:colon|end|bronch|lapar|cyst|arthr|laryng|sigmoid|hyster|colp|derm)oscop(?:y|ic)|ultrasound|echocardiogram|electrocardiogram|mammogram|angiogram|radiographs?"
    r"|pap (?:test|smear)|hpv test|barium swallow|holter|catheteri[sz]ation|intubat(?:ed|ion)|extubated|ventilator|debrided|debridement|sutures?|pacemaker|amputat(?:ed|ion)|orif|cabg|bka"
    r"|blood (?:cultures?|test|work|draw|sugar|transfusion)|troponin|hemoglobin|creatinine|uric acid|urinalysis|lipid panel|ct (?:chest|head|abdomen|scan)|mri (?:of|brain|lumbar|scan|report|results?)|x-rays?|pet/ct"
    r"|(?:hgb|wbc|egfr|tsh|inr|a1c|hba1c|ldl|plt|bnp|gcs)(?: is| was| of|:)? ?\d{1,3}(?:\.\d{1,2})?\b"
    r"|immuni[sz]ations?|vaccin(?:e|es|ated|ations?)|flu shot|tdap|dtap|varicella|tetanus|physical therapy|occupational therapy|wound (?:care|check)|dressing change|hospice|palliative|in the icu|icu bed|[np]icu|on room air|nasal cannula|\d\d[ -]weeker|emergency department|urgent care"
    r"|anesthesia|lidocaine|ambulating|inpatient|outpatient|hospitali[sz](?:ed|ation)|biops(?:y|ies)|surger(?:y|ies)"
    r"|(?:home|supplemental|portable) oxygen|oxygen (?:concentrator|tank|saturation)|concentrator|cpap|nebuli[sz]er|lead level|prenatal|postpartum|trimester|toxicology|autopsy|urine (?:test|sample|culture)|catheter|colostomy|prosthesis|chemo"
    r"|primary care|incision|hemodynamic(?:ally|s)?|gsw|bilirubin|phototherapy|temp(?:erature)? (?:is |of |was )?(?:9[5-9]|10[0-6])\.\d|discharge instructions|(?:abnormal|recent) mammogram|neonate|apgar|gestation|breastfeeding|newborn screen|well[- ]child|prophy(?:laxis)?|root canal|code status|comfort (?:care|meds)"
)
_STEMS = (
    r"(?:[a-z]{2,12}(?:pril|sartan|vastatin|olol|cillin|floxacin|cycline|prazole|oxetine|azepam|triptan|zumab|ximab|tinib|gliptin|glutide|gliflozin|formin|dipine|profen|setron|xaban|thiazide)"
    r"|ceph?[a-z]{4,10}ime|warfarin|heparin|insulin|levothyroxine|prednisone|albuterol|oxycodone|hydrocodone|morphine|fentanyl|gabapentin|sertraline|amoxicillin|acetaminophen|furosemide"
    r"|allopurinol|prednisolone|budesonide|methotrexate|sulfasalazine|carbidopa|levodopa|buprenorphine|naloxone|narcan|suboxone|methadone|glargine|lispro|aspirin|ibuprofen|clopidogrel|digoxin|diltiazem|verapamil|amiodarone|spironolactone|lithium"
    r"|lamotrigine|levetiracetam|quetiapine|olanzapine|risperidone|trazodone|bupropion|tamoxifen|tacrolimus|vancomycin|azithromycin|nitrofurantoin|trimethoprim|tamsulosin|finasteride|sildenafil|montelukast|ondansetron|dexamethasone|hydrocortisone"
    r"|[a-z]{3,10}(?:conazole|nidazole|omycin|cyclovir|navir|tegravir|phenidate|amphetamine|barbital|tidine|zolam|zodone|triptyline|denafil|lukast|dronate|glitazone|parin|clopidogrel|meterol|tropium|metasone|nisone|lumab|limumab|tuximab)"
    r"|cef[a-z]{4,8}|depo-?provera|nicotine patch|birth control|contraceptives?"
    r"|eliquis|xarelto|coumadin|lasix|humira|enbrel|ozempic|lantus|humalog|zoloft|lexapro|prozac|xanax|ativan|synthroid|lipitor|plavix|folfox)"
)


def _terms(name: str, info_type: str, words: str) -> Detector:
    return Detector(
        name=name,
        info_type=info_type,
        pattern=rf"\b(?:{words})\b",
        bare=Likelihood.POSSIBLE,
        subject=Subject.NOBODY,
        neighbours=False,
    )


DETECTORS = (
    _terms("condition", "DIAGNOSIS", _CONDITIONS),
    _terms("complaint", "DIAGNOSIS", _COMPLAINTS),
    _terms("treatment", "PROCEDURE", _PROCEDURES),
    _terms("drug", "MEDICATION", _STEMS),
)
