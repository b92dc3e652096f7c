"""Words and abbreviations of the names of columns, and what each means in English.

Old systems write `PTDOB`, others `geburtsdatum` or `fecha_nacimiento`. The tables have the usual
abbreviations, and the words for people, numbers and health in German, French and Spanish. Words
that are the same in English stand there too, so that a name can be split into known parts.
"""

from types import MappingProxyType
from typing import Final

_FILLER: Final = "-"
"""What stands in the tables for the meaning of a word that says nothing: `de`, `der`."""


def _table(text: str) -> dict[str, str]:
    """Read `part part = meaning` by lines."""
    return {
        word: meaning.strip().removeprefix(_FILLER)
        for words, _, meaning in (line.partition("=") for line in text.strip().splitlines())
        for word in words.split()
    }


_ENGLISH: Final = _table(
    """
    a of the = -
    pt pat patient = patient
    mbr memb member = member
    subscr subs subscriber = subscriber
    benef beneficiary = beneficiary
    ins insurance = insurance
    provider prov prvdr physician = provider
    hosp hospital = hospital
    first frst fst f = first
    last lst l = last
    mid middle = middle
    full = full
    given = given
    family fam = family
    maiden = maiden
    name nm nme = name
    fname fnm = first name
    lname lnm = last name
    surname = surname
    birth brth born = birth
    dob bdate = birth date
    dod = death date
    death dth = death
    date dt dte = date
    day = day
    time tm = time
    ssn socsec = ssn
    mrn medrec = mrn
    chart = chart
    rec record = record
    medical = medical
    med meds = medication
    staddr = street address
    line ln = line
    id ident = id
    no nbr num number nr nmbr = number
    acct acc account = account
    claim clm = claim
    visit vst = visit
    enc enctr encounter = encounter
    adm admit admission admsn = admission
    disch dsch dischg discharge = discharge
    svc srvc service = service
    appt appointment = appointment
    surg surgery = surgery
    ph phn phone tel telephone = phone
    mobile mob = mobile
    cell = cell
    home hm = home
    work wk = work
    fax = fax
    email eml mail = email
    addr adr adrs address = address
    street str = street
    city cty = city
    zip = zip
    postal post = postal
    cd code cde = code
    dx diag diagnosis dgn = diagnosis
    icd icd10 = icd
    desc descr dsc description = description
    txt text = text
    note notes = note
    clin clinical = clinical
    prog progress = progress
    rx drug = drug
    medication medctn = medication
    allergy alrgy = allergy
    lab = lab
    loinc = loinc
    result rslt = result
    proc procedure = procedure
    mbi = mbi
    npi = npi
    medicare = medicare
    medicaid = medicaid
    policy plcy = policy
    group grp = group
    license lic = license
    """
)
_GERMAN: Final = _table(
    """
    der die das des dem den von vom und = -
    patient patienten pat = patient
    id = id
    icd = icd
    versicherten versicherte vers versicherung versicherungs = insurance
    mitglied mitglieds = member
    kranken fall = visit
    vor = first
    vorname rufname = first name
    nach familien zu = last
    nachname zuname familienname = last name
    name namens voller = name
    geburts geburt geb geboren = birth
    geburtstag geburtsdatum = birth date
    geburtsname = maiden name
    sterbe todes tod = death
    datum tag = date
    nummer nr kennung kennzeichen = number
    akte akten = chart
    aufnahme einweisungs eintritts = admission
    entlassung entlassungs entlass austritts = discharge
    behandlungs = service
    termin = appointment
    telefon tel fon rufnummer = phone
    handy mobil = mobile
    privat = home
    fax = fax
    mail email = email
    adresse anschrift wohnanschrift = address
    strasse straße str hausnummer hausnr = street
    ort wohnort stadt gemeinde = city
    plz postleitzahl = zip
    konto kontonummer = account number
    sozialversicherungs sv = ssn
    diagnose diagnosen befund = diagnosis
    schlüssel schluessel code = code
    medikament medikamente medikation arznei arzneimittel wirkstoff = medication
    allergie allergien = allergy
    labor = lab
    wert ergebnis = result
    arzt arztes = provider
    brief bericht notiz = note
    arztbrief befundbericht entlassbrief verlaufsnotiz = clinical note
    text bezeichnung = text
    """
)
_FRENCH: Final = _table(
    """
    de du des la le les l d et = -
    patient patiente malade = patient
    assuré assure assurée adherent adhérent = member
    prénom prenom prénoms prenoms = first name
    nom noms = name
    complet = full
    famille usage = family
    naissance né née nee ne = birth
    décès deces = death
    date jour = date
    numéro numero num no n = number
    identifiant id = id
    dossier = medical record
    médical medical = medical
    ipp = mrn
    entrée entree admission hospitalisation = admission
    sortie = discharge
    consultation séjour sejour visite = visit
    rendez vous rdv = appointment
    téléphone telephone tel = phone
    portable mobile = mobile
    domicile = home
    courriel mail mél email = email
    adresse rue voie = address
    ville commune = city
    postal cp = zip
    code = code
    compte = account
    nir sécu secu = ssn
    diagnostic diagnostics = diagnosis
    cim cim10 = icd
    médicament medicament médicaments medicaments traitement = medication
    allergie allergies = allergy
    résultat resultat = result
    médecin medecin praticien = provider
    note compte_rendu = note
    clinique = clinical
    observation libellé libelle texte = text
    loinc = loinc
    """
)
_SPANISH: Final = _table(
    """
    de del la el los las y = -
    paciente = patient
    afiliado asegurado beneficiario = member
    nombre nombres = name
    pila = first
    completo = full
    apellido apellidos = last name
    primer segundo paterno materno = -
    nacimiento nacim nac = birth
    defunción defuncion fallecimiento = death
    fecha fec dia día = date
    número numero num núm nro = number
    identificador id = id
    historia historial expediente = medical record
    clínica clinica clínico clinico médica medica = clinical
    nhc = mrn
    ingreso admisión admision = admission
    alta egreso = discharge
    consulta visita cita = visit
    teléfono telefono tel = phone
    móvil movil celular = mobile
    correo electrónico electronico email = email
    dirección direccion domicilio calle = address
    ciudad localidad municipio población poblacion = city
    postal cp = zip
    código codigo cod = code
    cuenta = account
    póliza poliza = policy
    dni nie curp = id
    diagnóstico diagnostico diag = diagnosis
    cie cie10 = icd
    medicamento medicamentos medicación medicacion fármaco farmaco = medication
    alergia alergias = allergy
    resultado = result
    médico medico = provider
    nota notas = note
    evolución evolucion informe texto = text
    loinc = loinc
    """
)
LANGUAGES: Final = tuple(map(MappingProxyType, (_ENGLISH, _GERMAN, _FRENCH, _SPANISH)))
"""For each language, what a part of a name means: English words, or nothing for a filler."""
