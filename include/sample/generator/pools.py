"""Pools of words: given names, family names, what companies are called, what people are called at work."""

from __future__ import annotations

FIRST = {
    "en": "James Robert Michael William David Richard Thomas Daniel Matthew Anthony Andrew Joshua Kenneth Edward Samuel Benjamin "
    "Nicholas Gregory Patrick Alexander Mary Patricia Jennifer Elizabeth Susan Margaret Katherine Deborah Rebecca Victoria Christine "
    "Samantha Jessica Amanda Stephanie Olivia Grace Harriet Charlotte Imogen",
    "de": "Jürgen Günther Björn Jörg Matthias Thorsten Stefan Andreas Wolfgang Klaus Uwe Holger Sebastian Florian Maximilian Tobias "
    "Käthe Bärbel Sabine Ursula Heike Anke Birgit Katrin Franziska Johanna Friederike Annegret Silke Jörn Sönke Rüdiger Götz Ulrike Renate "
    "Dörte Hannelore Lukas Jonas Felix",
    "fr": "Jean-Luc Pierre François Étienne Olivier Laurent Thierry Benoît Mathieu Rémi Chloé Amélie Hélène Céline Aurélie Sylvie Geneviève "
    "Margaux Élodie Camille",
    "nl": "Jan Pieter Willem Sander Bram Joost Maarten Ruben Daan Sanne Femke Anneke Lotte Marijke Fleur",
    "tr": "Mehmet Mustafa Ahmet Emre Burak Oğuz Serkan Hakan Ayşe Fatma Zeynep Elif Gülşen Şebnem Özlem",
    "pl": "Paweł Łukasz Tomasz Krzysztof Wojciech Grzegorz Michał Agnieszka Małgorzata Katarzyna Joanna Zofia Bożena Magdalena Kamil",
    "in": "Arjun Rajesh Vikram Sanjay Anil Rohan Karthik Suresh Priya Anjali Lakshmi Deepa Kavita Meera Nandini",
    "es": "José Javier Andrés Alejandro Íñigo Rafael Sergio Lucía María Carmen Inés Pilar Beatriz Raquel Marisol",
    "it": "Giovanni Luca Matteo Lorenzo Salvatore Niccolò Giulia Francesca Chiara Alessandra Federica Elena Paolo Simone Ilaria",
    "sv": "Lars Björn Göran Åke Henrik Mikael Åsa Birgitta Kerstin Maja Linnéa Sven Oskar Elsa Ingrid",
}
LAST = {
    "en": "Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Harris Martin Thompson Clark Lewis Walker Hall "
    "Allen Young King Wright Scott Green Baker Adams Nelson Carter Mitchell Turner Phillips Campbell Parker Evans Edwards Collins Stewart "
    "Morris Murphy Cook Rogers Bailey Cooper Richardson Howard Ward Peterson Gray Watson Brooks Sanders Bennett Hughes Foster Powell "
    "Patterson Butler Barnes Fisher O'Connor O'Neill McDonald MacKenzie Whitaker Ashworth Thistlewood Pemberton Holloway Fairbanks "
    "Radcliffe Winterbourne Okafor Mensah Adeyemi",
    "de": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder "
    "Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Krause Lehmann Köhler Maier König Walter Mayer Huber Kaiser Fuchs "
    "Möller Weiß Jäger Großmann Böhm Günther Bär Förster Götz Jürgens Kühn Lührs Nägele Pförtner Röhrig Süßkind Töpfer Überreiter Völker "
    "Wölfel Zöllner Strauß Preuß Herrmann Brandt Dreßler",
    "fr": "Lefèvre Dubois Moreau Laurent Girard Fournier Bonnet Mercier Chevalier Gauthier Béranger Delacroix Rousseau Lemaître Besançon",
    "nl": "de Vries|van den Berg|van Dijk|Bakker|Jansen|Visser|de Boer|Mulder|van Leeuwen|Hoekstra|Dekker|van der Meer|ter Horst|Kuiper",
    "tr": "Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Güneş Koçak Erdoğdu",
    "pl": "Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Wróbel Piątek",
    "in": "Sharma Patel Iyer Reddy Gupta Nair Krishnan Chatterjee Banerjee Desai Kulkarni Rao Subramanian Bhatt Menon",
    "es": "García Fernández López Martínez Sánchez Rodríguez Gómez Jiménez Muñoz Ibáñez Peña Núñez Castañeda Ordóñez",
    "it": "Rossi|Russo|Ferrari|Esposito|Bianchi|Romano|Colombo|Ricci|Marino|Greco|D'Angelo|De Luca|Conti|Fabbri",
    "sv": "Andersson Johansson Karlsson Nilsson Eriksson Larsson Åkesson Söderberg Lindström Öberg Björklund Sjögren Håkansson Nyström",
}
# Whose names are met in a country, as a draw: one entry, one share.
LANGUAGES = {
    "US": "en en en en en en en in es es pl it de".split(),
    "GB": "en en en en en en en in in pl tr fr".split(),
    "CA": "en en en en fr fr in pl".split(),
    "AU": "en en en en in it".split(),
    "FR": "fr fr fr fr fr es tr".split(),
    "SE": "sv sv sv sv tr pl".split(),
    "DE": "de de de de de de de de tr tr pl it nl".split(),
}
NICKNAMES = {
    "James": "Jim",
    "Robert": "Bob",
    "Michael": "Mike",
    "William": "Bill",
    "David": "Dave",
    "Richard": "Rick",
    "Thomas": "Tom",
    "Daniel": "Dan",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Andrew": "Andy",
    "Joshua": "Josh",
    "Kenneth": "Ken",
    "Edward": "Ted",
    "Samuel": "Sam",
    "Benjamin": "Ben",
    "Nicholas": "Nick",
    "Gregory": "Greg",
    "Patrick": "Pat",
    "Alexander": "Alex",
    "Patricia": "Patty",
    "Jennifer": "Jenny",
    "Elizabeth": "Liz",
    "Susan": "Sue",
    "Margaret": "Peggy",
    "Katherine": "Kate",
    "Deborah": "Debbie",
    "Rebecca": "Becky",
    "Victoria": "Vicky",
    "Christine": "Chris",
    "Samantha": "Sam",
    "Jessica": "Jess",
    "Amanda": "Mandy",
    "Stephanie": "Steph",
    "Matthias": "Matze",
    "Thorsten": "Toto",
    "Stefan": "Steff",
    "Andreas": "Andi",
    "Wolfgang": "Wolf",
    "Sebastian": "Basti",
    "Maximilian": "Max",
    "Tobias": "Tobi",
    "Sabine": "Bine",
    "Ursula": "Ulla",
    "Katrin": "Kati",
    "Franziska": "Franzi",
    "Johanna": "Hanna",
    "Friederike": "Rike",
}
COMPANY_A = {
    "en": "Amber Ash Birch Black Blue Bright Broad Brook Cedar Clear Cliff Copper Crest Crown Dale Dark East Elder Elm Ever Fair Falcon "
    "Fern Fir Flint Fox Frost Glen Gold Granite Grey Hart Haven Hazel Heath High Hill Holly Iron Ivory Kestrel Kings Lake Lark Laurel "
    "Long Maple Marsh Meadow Mill Moor Moss North Oak Old Opal Orchard Otter Pearl Pike Pine Quartz Quick Raven Red Ridge River Rock Rose "
    "Rowan Salt Sand Sea Shore Silver Sky Snow South Spring Star Stone Storm Summer Sun Swan Swift Thorn Timber True Vale West White Wild "
    "Willow Wind Winter Wolf Yellow".split(),
    "de": "Adler Ahorn Alt Berg Birken Blau Brücken Buchen Burg Dom Drei Eber Eichen Eifel Eis Elb Erlen Falken Feld Fels Fichten Fluss "
    "Forst Fuchs Gold Grün Hafen Hasel Hirsch Hoch Hohen Isar Jagd Kaiser Kiefern Kirch König Kranich Krumm Linden Löwen Luchs Main Markt "
    "Mosel Mühl Neckar Neu Nieder Nord Ober Ost Rhein Rosen Ruhr Saal Schloss Schön Schwarz See Silber Sonnen Spree Stein Süd Tannen "
    "Turm Ulmen Wald Weiß Weser West Wiesen Wolfs".split(),
}
COMPANY_B = {
    "en": "bank beck bell berry bridge brook burn bury cliff combe court craft cross dale dell den fall fell field fold ford forge gate "
    "grove ham hart haven hill holm hurst land lane ley line lock low march mark mead mere mill moor mount path peak point pool port quay "
    "reach ridge rise shaw shore side stead stone stream ton vale view ville wall ward water way well wick wood worth yard".split(),
    "de": "ach au bach bad berg born brück brunn burg dorf eck feld fels furt garten gau grund hafen hain halde haus heim hof horst "
    "kamp kirchen land loh mark markt moor mühle ort quell rode roth scheid see stadt stein stern tal turm ufer wald wang warte weg weiler "
    "werth wiese winkel".split(),
}
TRADES = {
    "en": "Software Logistics Foods Energy Retail Media Health Textiles Robotics Chemicals Legal Metals Travel Telecom Finance Tools "
    "Plastics Paper Optics Farms".split(),
    "de": "Software Logistik Lebensmittel Energie Handel Medien Medizintechnik Textil Robotik Chemie Recht Metallbau Reisen Netze Finanz "
    "Werkzeugbau Kunststoff Papier Optik Agrar".split(),
}
FORMS = {
    "US": ["Inc", "LLC", "Corp"],
    "GB": ["Ltd", "Ltd", "PLC", "LLP"],
    "CA": ["Inc", "Ltd"],
    "AU": ["Pty Ltd"],
    "FR": ["SARL", "SAS", "SA"],
    "SE": ["AB"],
    "DE": ["GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG"],
    "NL": ["BV"],
    "AT": ["GmbH"],
    "CH": ["AG"],
    "PL": ["Sp. z o.o."],
}
TITLES = {
    "en": [
        ["Owner", "Managing Director", "Founder", "CEO"],
        ["Chief Financial Officer", "CTO", "Chief Operating Officer", "Chief Information Officer"],
        ["VP Sales", "Vice President Operations", "VP Engineering", "VP Marketing"],
        ["Head of IT", "Director of Procurement", "Marketing Director", "Director of Finance", "Head of Logistics"],
        ["IT Manager", "Purchasing Manager", "Sales Manager", "Operations Manager", "Office Manager", "HR Manager"],
        ["Senior Buyer", "Accountant", "Systems Administrator", "Business Analyst", "Executive Assistant", "Intern"],
    ],
    "de": [
        ["Inhaber", "Geschäftsführer", "Geschäftsführerin", "Geschäftsführender Gesellschafter"],
        ["Kaufmännischer Leiter", "Technischer Vorstand", "Finanzvorstand", "Prokurist"],
        ["Bereichsleiter Vertrieb", "Bereichsleiterin Technik"],
        ["Leiter Einkauf", "IT-Leiterin", "Leiter Marketing", "Vertriebsleiter", "Leiterin Personal"],
        ["Teamleiter Logistik", "Abteilungsleiterin Einkauf", "Projektleiter", "Produktmanagerin"],
        ["Sachbearbeiter Einkauf", "Buchhalterin", "Systemadministrator", "Assistentin der Geschäftsführung", "Werkstudent"],
    ],
}
SIGNALS = ["newsletter", "visit", "visit", "general_question", "comparison", "price_request", "demo_request"]

# Stand-ins for the real free and throw-away mail services, whose domains would be somebody's: see ../vocabulary.yaml.
FREE_DOMAINS = ["freemail.example", "postfach.example", "inbox-for-all.example", "courriel.example"]
DISPOSABLE_DOMAINS = ["throwaway.example", "ten-minutes.example", "wegwerfpost.example"]
ROLE_MAILBOXES = {"en": ["info", "sales", "office", "contact"], "de": ["info", "vertrieb", "kontakt", "buero"]}


def family_names(language: str) -> list[str]:
    """Split a pool; Dutch and Italian family names hold spaces."""
    return LAST[language].split("|" if "|" in LAST[language] else " ")
