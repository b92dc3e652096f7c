"""The words for invented people: names, streets and towns of several cultures."""

from typing import Final

GIVEN_F: Final = (
    "Agnes Aisha Alma Amara Ana Anneliese Ayumi Beatriz Bettina Bronwyn Camila Carmen Chiara "
    "Chidinma Clara Consuelo Deepa"
    " Delphine Dolores Ebony Edith Eleni Elżbieta Esperanza Esther Fatima Fernanda Fiona Freya "
    "Gabriela Ghada Giulia Graciela"
    " Greta Hana Harriet Hedwig Hortense Ilse Imani Ines Ingrid Irma Isadora Jacinta Jia Joaquina "
    "Jocelyn Kalpana Katarzyna"
    " Keiko Khadija Kirsten Lakshmi Latoya Leilani Lena Lourdes Ludmila Mabel Magdalena Mai "
    "Marguerite Maren Margarida Mei"
    " Mercedes Minh Miriam Nadia Nkechi Noor Odette Olga Orla Paloma Parvati Pilar Priya Quyen "
    "Rania Renée Rosalind Roza"
    " Ruth Sabine Saoirse Shanice Siobhan Sofía Solveig Soo-jin Svetlana Tamika Thi Thora Ursula "
    "Valentina Vera Wanda Xiomara"
    " Yetunde Yolanda Zainab Zdenka Zofia"
).split()
GIVEN_M: Final = (
    "Abebe Aaron Adaeze Ahmed Alasdair Alejandro Amadou Anders Anselm Anton Arjun Arturo Ashok "
    "Bartholomew Bjorn Boris Bram"
    " Cedric Chidi Cillian Clement Cuauhtémoc Dariusz Deshawn Dewi Diego Dmitri Domingo Edmund "
    "Emeka Emilio Enzo Ephraim"
    " Ezekiel Farouk Felipe Fergus Florian Gareth Gaston Giorgos Gunnar Hakeem Hamza Hans-Peter "
    "Hector Hiroshi Horace Hyun"
    " Ignacio Ivan Isaac Jamal Jean-Luc Jerzy Jorge José Jun Kaito Karim Kazimierz Keanu Kofi "
    "Kwame Lamar Leopold Liang Luis"
    " Magnus Malik Manoj Marek Mateo Milan Moses Nikhil Niklas Obadiah Oleg Omar Oscar Otto Pablo "
    "Patrick Pedro Percival"
    " Quang Rafael Raj Ramón Reuben Roderick Rufus Salman Santiago Seamus Sergei Silas Stefan "
    "Sunil Tadeusz Tariq Terrence"
    " Thaddeus Tomás Tunde Uwe Viktor Vinh Wei Wendell Winston Xavier Yannick Yosef Yusuf Zachary "
    "Zoltan"
).split()
FAMILY: Final = (
    "Abernathy Acheampong Adeyemi Agarwal Aguilar Akintola Alvarado Amundsen Andrzejewski "
    "Antonopoulos Appiah Aquino Asante"
    " Bağcı Balakrishnan Bancroft Barzani Beauchamp Begum Bergström Bhattacharya Bianchi Blackwood "
    "Bondarenko Boateng Brannigan"
    " Castellanos Cavendish Chakraborty Chaudhry Chukwu Cienfuegos Cohen-Lévy Colón Conteh Cordero "
    "Czerwinski Dąbrowski Dalgaard"
    " De-la-Cruz Delacroix Dhillon Diallo Dimitriou Doherty Dominguez Drăgulescu Echeverría "
    "Eisenberg Ekwueme El-Masri"
    " Escobedo Eze Fairweather Farrokhzad Featherstone Fernando Fitzwilliam Fontaine Fujimoto "
    "Gallagher Ganesan Garza"
    " Gebremedhin Giannopoulos Goldfarb Gorecki Guðmundsson Gutiérrez Habtemariam Hakobyan "
    "Halvorsen Hartigan Haverford"
    " Hernández Hollingsworth Hoang Ibarra Ibrahim Ivanova Iwasaki Jankowski Jayawardena Johansson "
    "Juarez Kaczmarek Kapoor"
    " Karlsson Kavanagh Khachaturian Kim Kipchoge Kobayashi Kowalczyk Kuznetsov Lachance Lambert "
    "Laszlo Le Leclerc Lindqvist"
    " Llewellyn Lombardi Lopez Maalouf MacAllister Maduro Mahlangu Malhotra Mbeki McGillicuddy "
    "Mehta Mendoza Mitsotakis"
    " Montoya Moradi Mukherjee Müller Nakamura Nascimento Ndiaye Ng Nguyen Nkrumah Novák O'Connell "
    "O'Shaughnessy Obasanjo"
    " Ochoa Odhiambo Okafor Okonkwo Olivares Omondi Orozco Oyelaran Pacheco Palaniswami Papadakis "
    "Park Patel Pemberton Pham"
    " Petrosyan Pietrzak Quintanilla Quispe Ramanathan Rasmussen Reyes Rezaei Rodríguez Rosenthal "
    "Rutherford Sadiq Salazar"
    " Sandoval Santangelo Schwarzkopf Sepúlveda Shevchenko Siddiqui Silva Sørensen St-Pierre "
    "Stavros Sundaram Szczepański"
    " Takahashi Tanaka Tchaikovsky Teixeira Thistlewood Thorvaldsen Tran Tshabalala Uchenna "
    "Urquhart Valenzuela van-der-Berg"
    " Vasquez Velázquez Venkataraman Villanueva Wainwright Wang Weatherby Whitcombe Wójcik Wu "
    "Xiong Yamamoto Yılmaz Yoon"
    " Zamora Zapata Zhang Ziegler Zubairi"
).split()
ONSETS: Final = "b br ch d dr f g gr h j k kr l m n p pr r s sh st t th tr v w y z".split()
VOWELS: Final = "a e i o u ai ea ie ou".split()
CODAS: Final = ("", "l", "n", "r", "s", "nd", "rt", "lk", "ng", "m")
STREETS: Final = (
    "Alder Amaranth Beacon Birchwood Blue_Heron Bramble Canal Cedar_Hollow Chestnut Clover "
    "Copper_Mill Cranberry Cypress"
    " Dogwood Eagle_Rock Elmhurst Fern_Valley Foxglove Garnet Goldfinch Granite Hawthorn Heather "
    "Hickory Hollyhock Ironwood"
    " Jasmine Juniper Kestrel Lantern Laurel Linden Magnolia Maple_Grove Meadowlark Mill_Pond "
    "Mulberry Nightingale Orchard"
    " Partridge Pebble Peregrine Pine_Ridge Poplar Quail_Run Redbud Rosewood Sage Sandpiper "
    "Silver_Birch Sorrel Spruce"
    " Sugarbush Sycamore Tamarack Thistle Tulip Valley_View Walnut Whispering_Pines Willow_Creek "
    "Yarrow"
).split()
STREET_KINDS: Final = (
    "Street St St. Avenue Ave Ave. Road Rd Boulevard Blvd Lane Ln Drive Dr Court Ct Place Pl Way "
    "Terrace Circle Parkway"
    " Highway Square Trail"
).split()
TOWNS: Final = (
    "Alderbrook Ashmont Bellhaven Brackenridge Cedarville Claymont Coppergate Crestwater Dunmere "
    "Eastvale Elkhollow Fairbrook"
    " Foxborough_Heights Glenhaven Greywater Harrowgate Heron_Lake Hollybrook Ironbridge "
    "Juniper_Flats Kingsmere Lakeshore"
    " Larkfield Maplecrest Marlowe Millhaven North_Fernley Oakhurst Old_Harbor Pinecrest "
    "Quarry_Hill Redstone Riverbend"
    " Saint_Alban San_Dorado Silverton_Falls South_Marrow Stonebridge Summerfield Thornbury "
    "Tillman Union_Springs Vernal"
    " Westerly_Point Willowdale Winterport Woodhaven Yarmouth_Crossing"
).split()
STATES: Final = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI"
    " SC SD TN TX UT VT VA WA WV WI WY"
).split()
DOMAINS: Final = (
    "fernmail.net",
    "bluepost.org",
    "quillbox.com",
    "harborlink.us",
    "inboxly.co",
    "mailgrove.com",
    "pinewire.net",
    "letterbee.io",
)
ORGANIZATIONS: Final = (
    "Alder Creek Medical Center",
    "Beacon Family Practice",
    "Bright Harbor Hospital",
    "Cedar Valley Health",
    "Crestline Clinic",
    "Eastvale Imaging",
    "Fairbrook Orthopedics",
    "Glenhaven Regional Hospital",
    "Heron Lake Laboratory",
    "Ironbridge Cardiology",
    "Juniper Pharmacy",
    "Lakeshore Pediatrics",
    "Maplecrest Surgical Associates",
    "Northgate Dialysis",
    "Oakhurst Urgent Care",
    "Riverbend Oncology Institute",
    "Silverton Behavioral Health",
    "Stonebridge Home Care",
    "Summit Physician Group",
)
PLANS: Final = (
    "Evergreen Mutual Health",
    "Keystone Benefit Plan",
    "Meridian Care HMO",
    "Pioneer Choice PPO",
    "Sunrise State Medicaid",
    "Union Workers Health Fund",
    "Granite Advantage",
    "Blue Prairie Insurance",
)
DIAGNOSES: Final = (
    ("E11.9", "Type 2 diabetes mellitus without complications", "44054006"),
    ("I10", "Essential (primary) hypertension", "59621000"),
    ("J45.909", "Unspecified asthma, uncomplicated", "195967001"),
    ("F32.1", "Major depressive disorder, single episode, moderate", "370143000"),
    ("N18.3", "Chronic kidney disease, stage 3", "433144002"),
    ("M54.5", "Low back pain", "279039007"),
    ("K21.9", "Gastro-esophageal reflux disease", "235595009"),
    ("C50.911", "Malignant neoplasm of right female breast", "254837009"),
    ("B20", "Human immunodeficiency virus disease", "86406008"),
    ("I48.91", "Unspecified atrial fibrillation", "49436004"),
    ("G43.909", "Migraine, unspecified", "37796009"),
    ("O80", "Encounter for full-term uncomplicated delivery", "48782003"),
    ("S72.001A", "Fracture of neck of right femur", "5913000"),
    ("Z23", "Encounter for immunization", "33879002"),
    ("U07.1", "COVID-19", "840539006"),
)
DRUGS: Final = (
    ("metformin 500 mg tablet", "860975", "00093-1048-01"),
    ("lisinopril 10 mg tablet", "314076", "68180-513-01"),
    ("atorvastatin 40 mg tablet", "617311", "00378-2122-77"),
    ("amoxicillin 500 mg capsule", "308182", "00781-2613-05"),
    ("sertraline 50 mg tablet", "312941", "16714-612-01"),
    ("albuterol 90 mcg inhaler", "745679", "00173-0682-20"),
    ("warfarin 5 mg tablet", "855332", "00056-0172-70"),
    ("insulin glargine 100 units/mL", "285018", "00088-2220-33"),
    ("oxycodone 5 mg tablet", "1049621", "00406-0552-01"),
    ("levothyroxine 75 mcg tablet", "966220", "00074-5182-90"),
)
LABS: Final = (
    ("4548-4", "Hemoglobin A1c", "%", 4.5, 12.0),
    ("2345-7", "Glucose", "mg/dL", 60, 350),
    ("718-7", "Hemoglobin", "g/dL", 7, 18),
    ("2160-0", "Creatinine", "mg/dL", 0.4, 6.0),
    ("2951-2", "Sodium", "mmol/L", 125, 150),
    ("6690-2", "Leukocytes", "10*3/uL", 2, 25),
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 90, 190),
    ("3016-3", "Thyrotropin", "mIU/L", 0.1, 12),
    ("13457-7", "LDL cholesterol", "mg/dL", 50, 220),
    ("1742-6", "ALT", "U/L", 8, 300),
)
