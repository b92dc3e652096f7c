"""The words of labels in German, French and Spanish, as keys of records write them.

Tables only, in the form of `phiscan.words.label_vocabulary`. All cores are without accents, and
umlauts are written in both ways (`schluessel`, `schlussel`), because `phiscan.words.labels` reads
labels so. Words that mean something else in English or in programs are left out or weak: `nom` is a
name only in a record of a person.
"""

from types import MappingProxyType
from typing import Final

from phiscan.finding import Subject

VOCABULARY_ABROAD: Final[tuple[tuple[str, str, Subject, bool, str], ...]] = (
    ("PERSON_NAME", "named", Subject.PERSON, False,
        "nachname vorname vornamen familienname geburtsname vor-und-nachname "
        "prenom prenoms nom-famille nom-de-famille nom-complet nom-prenom nom-et-prenom nom-usage "
        "nom-naissance nom-de-naissance "
        "apellido apellidos primer-apellido segundo-apellido apellido-paterno apellido-materno "
        "nombres primer-nombre segundo-nombre nombre-completo nombre-apellidos "
        "nombre-y-apellido nombre-y-apellidos nombres-y-apellidos"),
    ("PERSON_NAME", "named", Subject.PATIENT, False, "patientenname"),
    ("PERSON_NAME", "called", Subject.PATIENT, False, "paciente patientin"),
    ("PERSON_NAME", "named", Subject.PERSON, True, "nom nombre"),
    ("DATE_OF_BIRTH", "day", Subject.PERSON, False,
        "geburtsdatum geburtstag geb-datum geb-dat geburts-datum "
        "date-naissance date-de-naissance date-naiss ddn "
        "fecha-nacimiento fecha-de-nacimiento fecha-nac fecha-de-nac fec-nac nacimiento"),
    ("DATE_OF_DEATH", "day", Subject.PERSON, False,
        "todesdatum sterbedatum date-deces date-de-deces date-du-deces fecha-defuncion "
        "fecha-de-defuncion fecha-fallecimiento fecha-de-fallecimiento fecha-muerte"),
    ("SERVICE_DATE", "day", Subject.PERSON, False,
        "aufnahmedatum entlassungsdatum entlassdatum behandlungsdatum date-hospitalisation "
        "date-d-hospitalisation fecha-hospitalizacion fecha-de-hospitalizacion"),
    ("US_SOCIAL_SECURITY_NUMBER", "ssn_shape", Subject.PERSON, False,
        "seguro-social numero-seguro-social numero-de-seguro-social num-seguro-social "
        "no-seguro-social"),
    ("HEALTH_PLAN_BENEFICIARY_NUMBER", "code", Subject.PERSON, False,
        "versichertennummer versicherten-nr versicherungsnummer krankenversicherungsnummer "
        "versichertenid kvnr sozialversicherungsnummer ahv-nummer sv-nummer "
        "securite-sociale numero-securite-sociale numero-de-securite-sociale num-securite-sociale "
        "no-securite-sociale nir numero-assure numero-d-assure "
        "seguridad-social numero-seguridad-social numero-de-seguridad-social "
        "numero-afiliacion numero-de-afiliacion numero-afiliado numero-asegurado"),
    ("MEDICAL_RECORD_NUMBER", "code", Subject.PATIENT, False,
        "patientennummer patienten-nummer patienten-nr patientnr patientenid patienten-id "
        "krankenaktennummer krankenblattnummer "
        "dossier-medical numero-dossier-medical numero-de-dossier-medical numero-dossier-patient "
        "dossier-patient num-dossier-medical "
        "historia-clinica numero-historia-clinica numero-de-historia-clinica num-historia-clinica "
        "no-historia-clinica nro-historia-clinica expediente-clinico numero-expediente-clinico "
        "numero-de-expediente-clinico expediente-medico numero-expediente-medico"),
    ("MEDICAL_RECORD_NUMBER", "code", Subject.PERSON, True, "nummer nr numero identifiant"),
    ("PHONE_NUMBER", "number", Subject.PERSON, False,
        "telefon telefonnummer telefon-nr handynummer mobiltelefon mobilnummer rufnummer "
        "numero-telephone numero-de-telephone "
        "telefono telefonos numero-telefono numero-de-telefono celular numero-celular "
        "telefono-celular telefono-movil telefono-fijo"),
    ("EMAIL_ADDRESS", "mail", Subject.PERSON, False,
        "email-adresse e-mail-adresse courriel adresse-courriel adresse-mail adresse-email correo "
        "correo-electronico"),
    ("STREET_ADDRESS", "place", Subject.PERSON, False,
        "anschrift strasse strasse-hausnummer adresse adresse-postale direccion domicilio"),
    ("CITY", "named", Subject.PERSON, False, "wohnort ville ciudad localidad municipio"),
    ("US_ZIP_CODE", "zip", Subject.PERSON, False, "plz postleitzahl code-postal codigo-postal"),
    ("DIAGNOSIS", "worded", Subject.PATIENT, False,
        "hauptdiagnose nebendiagnose nebendiagnosen aufnahmediagnose entlassungsdiagnose "
        "entlassdiagnose diagnostic-medical diagnostico-medico diagnostico-clinico"),
    # Compilers and networks have diagnostics too, and `diagnose` is a verb. So these are weak, and
    # no text is read because of them.
    ("DIAGNOSIS", "abroad", Subject.NOBODY, True,
        "diagnose diagnosen diagnosecode diagnose-code diagnoseschluessel diagnoseschlussel "
        "diagnosetext krankheit vorerkrankung vorerkrankungen beschwerden "
        "diagnostic diagnostic-principal code-diagnostic maladie maladies antecedents-medicaux "
        "diagnostico diagnosticos diagnostico-principal codigo-diagnostico enfermedad "
        "enfermedades padecimiento antecedentes-medicos motivo-consulta motivo-de-consulta"),
    ("MEDICATION", "abroad", Subject.NOBODY, True,
        "medikament medikamente medikation arzneimittel medicament medicaments medicamento "
        "medicamentos medicacion"),
    ("CLINICAL_NOTE", "abroad", Subject.NOBODY, True,
        "allergien alergia alergias unvertraglichkeiten unvertraeglichkeiten"),
)  # fmt: skip
SUBJECTS_ABROAD: Final = MappingProxyType(
    {
        **dict.fromkeys("paciente pacientes patientin patienten".split(), Subject.PATIENT),
        **dict.fromkeys(
            "versicherter versicherte asegurado asegurada afiliado afiliada".split(),
            Subject.PERSON,
        ),
        **dict.fromkeys("arzt hausarzt medecin medico".split(), Subject.PROVIDER),
    }
)
NOISE_ABROAD: Final = frozenset("de del la el los du des les der die das".split())
"""Articles and prepositions around a core: `nombre_del_paciente`."""
