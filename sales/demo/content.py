"""The words and names of the demo. Every company, person and number is made up."""

from typing import NamedTuple


class Customer(NamedTuple):
    """An organization: its name, place, branch, and the family names of the people we know there."""

    name: str
    city: str
    postcode: str
    street: str
    people: list[tuple[str, str, str]]


class SaleKind(NamedTuple):
    """A kind of sale: subject per language, usual amount, and its service lines (description, share, billing)."""

    nl: str
    en: str
    amount: tuple[int, int]
    lines: list[tuple[str, str, int, str]]


COMPANY = {"nl": "Studio Merel", "en": "Harbour Studio"}
USERS = [
    ("sales", "Sanne de Wit", "salesperson"),
    ("manager", "Mila Brand", "manager"),
    ("admin", "Arend Koning", "administrator"),
    ("joris", "Joris Lam", "salesperson"),
    ("fatima", "Fatima el Amrani", "salesperson"),
    ("thijs", "Thijs Veldman", "salesperson"),
    ("noor", "Noor van Dalen", "manager"),
]

CUSTOMERS = [
    Customer("Bakkerij Van Ommeren", "Utrecht", "3511 AB", "Twijnstraat 18", [("Henk", "van", "Ommeren")]),
    Customer("Zeilmakerij De Loef", "Enkhuizen", "1601 CD", "Havenweg 4",
             [("Marit", "", "Visser"), ("Klaas", "", "Mol")]),
    Customer("Fysiotherapie Kanaalzone", "Tilburg", "5013 EF", "Piushaven 31", [("Esra", "", "Yilmaz")]),
    Customer("Hoveniersbedrijf Groenrijk", "Apeldoorn", "7311 GH", "Loolaan 77", [("Bart", "", "Groenendijk")]),
    Customer("Tandartspraktijk Molenwijk", "Haarlem", "2033 JK", "Molenwijk 12", [("Ingrid", "", "Postma")]),
    Customer("Wijnhandel Duiveland", "Zierikzee", "4301 LM", "Poststraat 9", [("Cor", "", "Duiveland")]),
    Customer("Bouwbedrijf Terpstra", "Leeuwarden", "8911 NP", "Oostergrachtswal 55",
             [("Sjoerd", "", "Terpstra"), ("Anneke", "de", "Boer"), ("Wiebe", "", "Dijkstra")]),
    Customer("Drukkerij Ravenstein", "Nijmegen", "6511 QR", "Waalkade 23", [("Paul", "van", "Ravenstein")]),
    Customer("Koffiebranderij Noordkaap", "Groningen", "9711 ST", "Hoge der A 3", [("Lotte", "", "Meijer")]),
    Customer("Advocatenkantoor Schuurman Vos", "Den Haag", "2513 UV", "Nassaulaan 8",
             [("Eva", "", "Schuurman"), ("Maarten", "de", "Vos")]),
    Customer("Notariaat Lindehof", "Amersfoort", "3811 WX", "Lindehof 1", [("Geert", "", "Linden")]),
    Customer("Installatiebureau Vermeer Techniek", "Eindhoven", "5611 YZ", "Strijpsestraat 140",
             [("Ruud", "", "Vermeer"), ("Hakan", "", "Demir")]),
    Customer("Architectenbureau Steenkamp", "Rotterdam", "3016 BC", "Veerhaven 7",
             [("Nadia", "", "Steenkamp"), ("Olivier", "", "Bos")]),
    Customer("Stichting Stadstuinen", "Arnhem", "6811 DE", "Velperbinnensingel 15", [("Jolanda", "", "Kuiper")]),
    Customer("Uitgeverij Blauwe Reiger", "Amsterdam", "1016 FG", "Prinsengracht 612",
             [("Sophie", "van den", "Berg"), ("Tim", "", "Haverkamp")]),
    Customer("Kinderopvang De Waterlelie", "Zwolle", "8011 HJ", "Thorbeckegracht 42", [("Carla", "", "Smit")]),
    Customer("Rederij Waddenwind", "Harlingen", "8861 KL", "Noorderhaven 20", [("Douwe", "", "Hoekstra")]),
    Customer("Metaalbewerking Kroonenberg", "Deventer", "7411 MN", "Handelskade 61",
             [("Frans", "", "Kroonenberg"), ("Sylvia", "", "Jansen")]),
    Customer("Museum De Oude Sluis", "Gouda", "2801 PQ", "Oosthaven 10", [("Hester", "van", "Rijn")]),
    Customer("Fietsenfabriek Tandem", "Delft", "2611 RS", "Rotterdamseweg 90",
             [("Jeroen", "", "Kok"), ("Amina", "", "Haddad")]),
    Customer("Zorggroep Maaszicht", "Venlo", "5911 TU", "Maasboulevard 3",
             [("Petra", "", "Hermans"), ("Luc", "", "Janssen")]),
    Customer("Theater Het Kompas", "Breda", "4811 VW", "Haven 28", [("Bram", "", "Verhoeven")]),
    Customer("Transportbedrijf Oversteegen", "Barneveld", "3771 XY", "Stationsweg 100", [("Gijs", "", "Oversteegen")]),
    Customer("Makelaardij Duinoord", "Alkmaar", "1811 ZA", "Laat 143", [("Yvonne", "", "Bakker")]),
    Customer("Accountantskantoor Tellegen", "Hilversum", "1211 AC", "Groest 51", [("Robert", "", "Tellegen")]),
    Customer("Bierbrouwerij De Gouden Hop", "Maastricht", "6211 BD", "Boschstraat 66", [("Guido", "", "Peeters")]),
    Customer("Sportcentrum De Meent", "Almere", "1315 CE", "Meentweg 2", [("Samira", "", "Bouzid")]),
    Customer("Kaasboerderij Polderzicht", "Woerden", "3441 DF", "Polderweg 11", [("Arie", "", "Vermeulen")]),
    Customer("Optiek Helderzien", "Leiden", "2311 EG", "Breestraat 88", [("Marieke", "", "Prins")]),
    Customer("Waterschapsadvies Delta", "Middelburg", "4331 FH", "Dam 30", [("Adriaan", "", "Goedhart")]),
    Customer("Meubelmakerij Eikenhout", "Assen", "9401 GJ", "Kanaal 19", [("Wouter", "", "Eikelboom")]),
    Customer("Reisbureau Verre Horizon", "Den Bosch", "5211 HK", "Hinthamerstraat 70", [("Chantal", "", "Willems")]),
    Customer("Energiecoöperatie Zonnedorp", "Ede", "6711 JL", "Grotestraat 44", [("Erik", "ten", "Have")]),
    Customer("Dierenkliniek Vossenveld", "Enschede", "7511 KM", "Haaksbergerstraat 12", [("Linda", "", "Vos")]),
    Customer("Onderwijsgroep Rijnstroom", "Wageningen", "6701 LN", "Hoogstraat 8",
             [("Dirk", "", "Schouten"), ("Ilse", "", "Maas")]),
    Customer("Textielfabriek Van Haspel", "Hengelo", "7551 MP", "Industrieplein 5", [("Niels", "van", "Haspel")]),
]  # fmt: skip
COMPETITORS = ["Bureau Bovenlicht", "Pixelwerf", "De Digitale Smederij", "Northlight Agency"]
SUPPLIERS = ["Hostingbedrijf Stroomland", "Fotostudio Scherp", "Printservice Veluwe"]
FUNCTIONS = {
    "nl": ["directeur", "hoofd marketing", "office manager", "inkoper", "hoofd ict", "communicatieadviseur"],
    "en": ["director", "head of marketing", "office manager", "buyer", "head of IT", "communications adviser"],
}

KINDS = [
    SaleKind("Nieuwe website", "New website", (9_000, 28_000), [
        ("Ontwerp", "Design", 35, "fixed_price"), ("Bouw", "Development", 50, "fixed_price"),
        ("Teksten", "Copywriting", 15, "fixed_price")]),
    SaleKind("Webwinkel met voorraadkoppeling", "Web shop with stock link", (18_000, 55_000), [
        ("Ontwerp", "Design", 20, "fixed_price"), ("Bouw webwinkel", "Web shop development", 55, "fixed_price"),
        ("Koppeling voorraad", "Stock link", 25, "hourly")]),
    SaleKind("Huisstijl en logo", "House style and logo", (4_500, 14_000), [
        ("Merkonderzoek", "Brand research", 30, "fixed_price"), ("Huisstijl", "House style", 70, "fixed_price")]),
    SaleKind("Onderhoud en hosting", "Maintenance and hosting", (1_800, 7_200), [
        ("Onderhoud per jaar", "Maintenance per year", 70, "subscription"),
        ("Hosting per jaar", "Hosting per year", 30, "subscription")]),
    SaleKind("Campagne najaar", "Autumn campaign", (6_000, 22_000), [
        ("Concept", "Concept", 40, "fixed_price"), ("Uitvoering", "Production", 60, "hourly")]),
    SaleKind("Gebruikersonderzoek", "User research", (3_500, 11_000), [
        ("Interviews", "Interviews", 60, "hourly"), ("Rapport", "Report", 40, "fixed_price")]),
    SaleKind("Klantportaal", "Customer portal", (32_000, 95_000), [
        ("Ontwerp", "Design", 20, "fixed_price"), ("Bouw portaal", "Portal development", 80, "hourly")]),
    SaleKind("Jaarverslag", "Annual report", (4_000, 12_500), [
        ("Opmaak", "Layout", 75, "fixed_price"), ("Drukbegeleiding", "Print supervision", 25, "fixed_price")]),
    SaleKind("Toegankelijkheidsonderzoek", "Accessibility audit", (2_900, 7_500), [
        ("Onderzoek", "Audit", 80, "fixed_price"), ("Nacontrole", "Follow-up check", 20, "fixed_price")]),
    SaleKind("Fotografie en beeldbank", "Photography and image library", (2_400, 9_000), [
        ("Fotografie", "Photography", 65, "fixed_price"), ("Beeldbank", "Image library", 35, "fixed_price")]),
    SaleKind("Strategiesessies", "Strategy sessions", (3_000, 9_600), [
        ("Sessies", "Sessions", 100, "hourly")]),
    SaleKind("Verpakkingsontwerp", "Packaging design", (5_500, 17_500), [
        ("Ontwerp", "Design", 80, "fixed_price"), ("Drukklaar maken", "Print preparation", 20, "fixed_price")]),
    SaleKind("Bewegwijzering nieuw pand", "Signage for the new building", (7_500, 26_000), [
        ("Ontwerp", "Design", 45, "fixed_price"),
        ("Productie en plaatsing", "Production and mounting", 55, "fixed_price")]),
    SaleKind("App voor monteurs", "App for engineers", (24_000, 68_000), [
        ("Ontwerp", "Design", 25, "fixed_price"), ("Bouw app", "App development", 75, "hourly")]),
]  # fmt: skip
NEXT_STEPS = {
    "nl": [
        "Bellen over de offerte", "Afspraak plannen met de directie", "Voorstel toelichten", "Referenties sturen",
        "Planning afstemmen", "Contract nalopen", "Demo geven", "Vragen van inkoop beantwoorden", "Lunch met de klant",
    ],
    "en": [
        "Call about the quote", "Plan a meeting with the board", "Explain the proposal", "Send references",
        "Agree on the schedule", "Go through the contract", "Give a demo", "Answer the buyer's questions",
        "Lunch with the customer",
    ],
}  # fmt: skip
NOTES = {
    "nl": ["", "", "Gesproken op de beurs, wil voor de zomer live.", "Budget ligt bij de directie.",
           "Vergelijkt drie bureaus; planning telt zwaarder dan prijs.", "Kent ons via een eerdere opdracht."],
    "en": ["", "", "Met at the trade fair, wants to go live before summer.", "The board decides about the budget.",
           "Compares three agencies; planning matters more than price.", "Knows us from an earlier assignment."],
}  # fmt: skip
