"""Words of medicine: conditions, and drugs by the stems of their international nonproprietary names (WHO, "The use of stems in INN").

A word tells of nobody: an article holds them too. Beside a patient's identifier it is what makes the document PHI.
"""

from phiscan.detector import Detector
from phiscan.finding import Likelihood, Subject

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
_STEMS = (
    r"(?:[a-z]{2,12}(?:pril|sartan|vastatin|olol|cillin|floxacin|cycline|prazole|oxetine|azepam|triptan|zumab|ximab|tinib|gliptin|glutide|gliflozin|formin|dipine|profen|setron|xaban|thiazide)"
    r"|ceph?[a-z]{4,10}ime|warfarin|heparin|insulin|levothyroxine|prednisone|albuterol|oxycodone|hydrocodone|morphine|fentanyl|gabapentin|sertraline|amoxicillin|acetaminophen|furosemide)"
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


DETECTORS = (_terms("condition", "DIAGNOSIS", _CONDITIONS), _terms("drug", "MEDICATION", _STEMS))
