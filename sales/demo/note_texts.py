"""The texts of the demo's notes, and the names of its teams and saved views."""

TEAMS = {"nl": ("Team Randstad", "Team Oost en Zuid"), "en": ("West", "East and South")}
ON_SALES = {
    "nl": [
        ("call", "Gebeld met de inkoper. Ze vergelijken drie voorstellen en beslissen voor het einde van de maand."),
        ("call", "Teruggebeld: de planning is akkoord, over het onderhoud willen ze nog praten."),
        ("call", "Niet bereikt, bericht achtergelaten bij de receptie."),
        ("mail", "Voorbeelden van eerder werk gestuurd, met de twee referenties waar ze om vroegen."),
        ("mail", "Vraag gekregen of de betaling in drie termijnen kan. Dat kan; zo staat het in het voorstel."),
        ("mail", "Offerte besproken per mail: het onderzoek mag kleiner, de bouw blijft zoals hij is."),
        ("meeting", "Kennisgemaakt met de directie. Ze willen vooral dat het snel staat; het budget is ruim genoeg."),
        ("meeting", "Voorstel toegelicht aan de afdeling. Enthousiast over het ontwerp, zorgen over de doorlooptijd."),
        ("meeting", "Op locatie gekeken hoe er nu gewerkt wordt. De koppeling is meer werk dan gedacht."),
        ("note", "De beslissing ligt bij de financieel directeur, die in de vakantie niet te bereiken is."),
        ("note", "Een concurrent zit dichterbij, maar heeft geen ervaring met deze sector."),
        ("note", "Wil pas tekenen als de subsidie is toegekend."),
    ],
    "en": [
        ("call", "Spoke to the buyer. They compare three proposals and decide before the end of the month."),
        ("call", "Called back: the schedule is fine, they want to talk about maintenance once more."),
        ("call", "Not reached, left a message at the front desk."),
        ("mail", "Sent examples of earlier work, with the two references they asked for."),
        ("mail", "They asked whether they can pay in three instalments. They can; the proposal says so."),
        ("mail", "Went through the quote by mail: the research may be smaller, the development stays as it is."),
        ("meeting", "Met the board. They mostly want it soon; the budget is large enough."),
        ("meeting", "Explained the proposal to the whole department. They like the design and fear the lead time."),
        ("meeting", "Saw on site how they work now. The link is more work than we thought."),
        ("note", "The finance director decides, and cannot be reached during the holidays."),
        ("note", "A competitor is closer by, but has no experience in this line of business."),
        ("note", "Signs only once the grant has been awarded."),
    ],
}  # fmt: skip
ON_RELATIONS = {
    "nl": [("meeting", "Jaarlijks bezoek. Tevreden over de samenwerking; volgend jaar staat een verhuizing gepland."),
           ("call", "Gebeld over een openstaande vraag aan de helpdesk. Opgelost.")],
    "en": [("meeting", "Yearly visit. Happy with how we work together; they plan to move house next year."),
           ("call", "Called about an open question to the help desk. Solved.")],
}  # fmt: skip
MEETING_AHEAD = {"nl": "Voorstel doornemen met de directie.", "en": "Go through the proposal with the board."}
VIEWS = {
    "nl": ("Te lang in hun fase", "Grote kansen", "Nu aan de beurt"),
    "en": ("Too long in their phase", "Large opportunities", "Due now"),
}
