"""Words of the synthetic hospital that `bench.eval.names` lacks: names and places by language."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Locale:
    """How people of a language are called and where they live.

    Args:
        given: given names.
        family: family names.
        streets: streets, with `{}` for the number.
        towns: towns.
        day: the format of a date.
        phone: digits of a phone number; `#` is a digit.
        code: digits of a postal code.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    day: str
    phone: str
    code: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


FRENCH: Final = Locale(
    _words(
        "Amélie Baptiste Bérénice Camille Céline Clément Delphine Élodie Étienne Fabien Gaëlle "
        "Guillaume Hélène Jean-Marc Julien Laurence Léa Mathilde Maxime Noémie Olivier Pascal "
        "Philippe Romain Sandrine Sébastien Solène Thibault Véronique Xavier Antoine Bernard "
        "Catherine Daniel François Françoise Isabelle Marie Monique Nicolas Patrick Pierre Sylvie"
    ),
    _words(
        "Arnaud Baudin Bertrand Blanchard Bouvier Carpentier Chevalier Delaunay Deschamps Dufour "
        "Faure Gauthier Girard Guérin Lacroix Lefebvre Lemaire Marchand Mercier Morel Perrin "
        "Poirier Renard Rousseau Roussel Saulnier Tessier Vasseur Vidal"
    ),
    ("{} rue des Lilas", "{} avenue Jean-Jaurès", "{} chemin du Moulin", "{} bd Voltaire"),
    _words("Angers Bayonne Colmar Dijon Évreux Grenoble Le_Mans Limoges Nantes Rouen Tours"),
    "%d/%m/%Y",
    "+33 6 ## ## ## ##",
    "#####",
)
GERMAN: Final = Locale(
    _words(
        "Anja Annegret Bernd Birgit Christian Claudia Dieter Dörte Eberhard Elke Frank Gerhard "
        "Gisela Günther Hannelore Heike Heinrich Helga Holger Ingrid Jürgen Karin Katrin Klaus "
        "Lutz Manfred Martina Monika Norbert Petra Rainer Renate Sabine Stefan Susanne Thomas "
        "Ulrike Uwe Volker Wolfgang Andreas Michael Peter Maria Anna"
    ),
    _words(
        "Albrecht Baumann Beckmann Böhm Brandt Dietrich Ebert Engel Fuchs Graf Günther Hartmann "
        "Heinemann Hoffmann Jahn Kaiser Keller Köhler Krämer Lehmann Lorenz Möller Neumann Otto "
        "Pfeiffer Richter Schäfer Schreiber Schröder Seidel Sommer Vogel Vogt Winkler Zimmermann"
    ),
    ("Lindenstraße {}", "Am Mühlbach {}", "Goethestr. {}", "Bahnhofstraße {}", "Kirchweg {}"),
    _words("Aachen Bamberg Celle Dessau Erfurt Fulda Gießen Hameln Jena Kassel Lübeck Marburg"),
    "%d.%m.%Y",
    "+49 171 #######",
    "#####",
)
SPANISH: Final = Locale(
    _words(
        "Adela Alejandro Álvaro Ana Andrés Beatriz Carlos Carmen Concepción Cristina Diego Eduardo "
        "Elena Encarnación Enrique Fernando Francisco Gonzalo Inés Isabel Jaime Javier José Juan "
        "Julia Lucía Luis Manuel María Marta Miguel Montserrat Pablo Pedro Pilar Rafael Raquel "
        "Rocío Rosa Sergio Teresa Tomás Vicente"
    ),
    _words(
        "Alonso Arias Blanco Cabrera Calvo Campos Carrasco Castillo Delgado Domínguez Esteban "
        "Fuentes Gallego Garrido Gil Herrera Iglesias León Lozano Márquez Medina Molina Moreno "
        "Navarro Ortega Peña Ramos Rubio Sanz Serrano Soler Suárez Vargas Vega"
    ),
    ("Calle Mayor {}", "Av. de la Constitución {}", "C/ San Juan {}, 2º B", "Paseo del Prado {}"),
    _words("Albacete Burgos Cádiz Cuenca Gijón Huesca Jaén Lugo Murcia Oviedo Soria Teruel"),
    "%d/%m/%Y",
    "+34 6## ### ###",
    "#####",
)
LOCALES: Final = {"fr": FRENCH, "de": GERMAN, "es": SPANISH}

COMMON_GIVEN: Final = _words(
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara "
    "Richard Susan Joseph Jessica Thomas Karen Charles Sarah Daniel Lisa Matthew Nancy Anthony "
    "Sandra Mark Ashley Donald Emily Steven Kimberly Andrew Margaret Paul Donna Joshua Michelle "
    "Kenneth Carol Kevin Amanda Brian Melissa George Deborah Timothy Stephanie Jayden Madison "
    "Aaliyah Brayden Nevaeh Liam Mia Aiden Zoey Kayden Skylar DeAndre Lakeisha Xiu Rahul Siddharth"
)
COMMON_FAMILY: Final = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Wilson Anderson "
    "Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen "
    "King Wright Scott Green Baker Adams Nelson Hill Campbell Mitchell Carter Roberts Turner Cook"
)
