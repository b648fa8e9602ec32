"""The words of the report's parts beside its first figures, in English, German and Norwegian (bokmål)."""

from dataclasses import dataclass

from studio.review.labels import Formula


@dataclass(frozen=True, slots=True)
class MoreWords:
    """All words of one language. `{n}` and the like are filled in by the report."""

    all_figures: str
    figure: str
    value: str
    on_air: Formula
    replay: Formula
    goal: Formula
    before: Formula
    of_goal: str
    unique: Formula
    watch: Formula
    messages: Formula
    chat_rate: Formula
    engagement: Formula
    session_length: Formula
    conversion: Formula
    viewer_conversion: Formula
    units: Formula
    cancelled: Formula
    share: Formula
    viewer_minute: Formula
    cost: Formula
    roi: Formula
    clicks: Formula
    channels: str
    channel: str
    stage: str
    chatters: Formula
    channel_orders: Formula
    channel_net: Formula
    no_channels: str
    advice: str
    no_advice: str
    advice_later: str
    unanswered: str
    question: str
    asked_times: str
    asked_at: str
    more_questions: str
    none_unanswered: str
    none_asked: str
    warnings: str


_EN = MoreWords(
    all_figures="All figures",
    figure="Figure",
    value="Show",
    on_air=Formula("On air", "The same figure of the orders that were placed until the show's end."),
    replay=Formula("Replay", "The same figure of the orders that were placed after the show's end, within the replay."),
    goal=Formula("Goal", "What the figure was to reach, and the figure divided by it; the goal for revenue is gross."),
    before=Formula("Show before", "The same figure of the show before it (of its series, else of its shop), and by how much this one is more."),
    of_goal="{share} of {goal}",
    unique=Formula("Unique viewers", "How many different people watched at all, as the channels count them."),
    watch=Formula("Average watch time", "How long one of them watched on average, as the channels count it."),
    messages=Formula("Chat messages", "Messages of viewers from the start of the show to its end, as the channels sent them."),
    chat_rate=Formula("Messages a minute", "Those messages divided by the minutes on air."),
    engagement=Formula("Engagement", "People who wrote divided by unique viewers; by peak viewers where no channel tells unique ones."),
    session_length=Formula("Session length", "How long a visit over a link of the show lasted on average, as the shop counts it."),
    conversion=Formula("Conversion of sessions", "The show's orders divided by link sessions."),
    viewer_conversion=Formula("Conversion of viewers", "The show's orders divided by unique viewers; by peak viewers where no channel tells unique ones."),
    units=Formula("Units", "Pieces in the show's orders that were not cancelled, less returned ones."),
    cancelled=Formula("Cancelled orders", "Orders of the show that were cancelled."),
    share=Formula("Orders with a code", "Orders with a code of the show divided by all its orders."),
    viewer_minute=Formula("Revenue per viewer minute", "Net revenue of the orders placed on air, divided by average viewers times minutes on air."),
    cost=Formula("Cost", "All costs that were named for this show."),
    roi=Formula("ROI", "Return on investment: net revenue less cost, divided by cost."),
    clicks=Formula("Clicks", "Visits over the product's tracked links, as the shop counts them."),
    channels="Channels",
    channel="Channel",
    stage="Links on the picture",
    chatters=Formula("People who wrote", "How many people wrote on the channel from the start of the show to its end, told apart by the platform's id, else by name."),
    channel_orders=Formula("Orders by its links", "The show's orders, not cancelled, that came by the links for this channel."),
    channel_net=Formula("Net by its links", "What those orders came to, less returns."),
    no_channels="The show had no channels.",
    advice="What to change next time",
    no_advice="The figures do not carry any advice.",
    advice_later="Advice follows when the show is over.",
    unanswered="Questions without an answer",
    question="Question",
    asked_times="Asked",
    asked_at="First at",
    more_questions="and {n} more",
    none_unanswered="Every question was answered.",
    none_asked="Nobody asked anything.",
    warnings="Open when the show went live",
)  # fmt: skip

_DE = MoreWords(
    all_figures="Alle Zahlen",
    figure="Zahl",
    value="Show",
    on_air=Formula("Auf Sendung", "Dieselbe Zahl der Bestellungen bis zum Ende der Show."),
    replay=Formula("Aufzeichnung", "Dieselbe Zahl der Bestellungen nach dem Ende der Show, solange die Aufzeichnung zählt."),
    goal=Formula("Ziel", "Was die Zahl erreichen sollte, und die Zahl geteilt dadurch; das Ziel für den Umsatz ist brutto."),
    before=Formula("Show davor", "Dieselbe Zahl der Show davor (ihrer Serie, sonst ihres Shops), und um wie viel diese höher ist."),
    of_goal="{share} von {goal}",
    unique=Formula("Verschiedene Zuschauer", "Wie viele Menschen überhaupt zusahen, wie die Kanäle sie zählen."),
    watch=Formula("Sehdauer im Mittel", "Wie lange einer von ihnen im Mittel zusah, wie die Kanäle es zählen."),
    messages=Formula("Chat-Nachrichten", "Nachrichten von Zuschauern vom Beginn bis zum Ende der Show, wie die Kanäle sie sandten."),
    chat_rate=Formula("Nachrichten je Minute", "Diese Nachrichten geteilt durch die Minuten auf Sendung."),
    engagement=Formula("Beteiligung", "Menschen, die schrieben, geteilt durch verschiedene Zuschauer; durch die Spitze, wo kein Kanal verschiedene zählt."),
    session_length=Formula("Besuchsdauer", "Wie lange ein Besuch über einen Link der Show im Mittel dauerte, wie der Shop es zählt."),
    conversion=Formula("Kaufrate der Besuche", "Bestellungen der Show geteilt durch Besuche über Links."),
    viewer_conversion=Formula("Kaufrate der Zuschauer", "Bestellungen der Show geteilt durch verschiedene Zuschauer; durch die Spitze, wo kein Kanal verschiedene zählt."),
    units=Formula("Stück", "Stück in nicht stornierten Bestellungen der Show, ohne zurückgegebene."),
    cancelled=Formula("Stornierte Bestellungen", "Bestellungen der Show, die storniert wurden."),
    share=Formula("Bestellungen mit Code", "Bestellungen mit einem Code der Show geteilt durch alle ihre Bestellungen."),
    viewer_minute=Formula("Umsatz je Zuschauerminute", "Nettoumsatz der Bestellungen auf Sendung, geteilt durch Zuschauer im Mittel mal Minuten auf Sendung."),
    cost=Formula("Kosten", "Alle Kosten, die für diese Show angegeben sind."),
    roi=Formula("ROI", "Ertrag des Einsatzes: Nettoumsatz weniger Kosten, geteilt durch die Kosten."),
    clicks=Formula("Klicks", "Besuche über die Links des Produkts, wie der Shop sie zählt."),
    channels="Kanäle",
    channel="Kanal",
    stage="Links im Bild",
    chatters=Formula("Schreibende", "Wie viele Menschen auf dem Kanal vom Beginn bis zum Ende der Show schrieben, unterschieden nach der Kennung der Plattform, sonst nach dem Namen."),
    channel_orders=Formula("Bestellungen über seine Links", "Nicht stornierte Bestellungen der Show über die Links für diesen Kanal."),
    channel_net=Formula("Netto über seine Links", "Was diese Bestellungen einbrachten, ohne Retouren."),
    no_channels="Die Show hatte keine Kanäle.",
    advice="Was beim nächsten Mal zu ändern ist",
    no_advice="Die Zahlen geben keinen Rat her.",
    advice_later="Rat folgt, wenn die Show vorbei ist.",
    unanswered="Fragen ohne Antwort",
    question="Frage",
    asked_times="Gestellt",
    asked_at="Zuerst um",
    more_questions="und {n} weitere",
    none_unanswered="Jede Frage wurde beantwortet.",
    none_asked="Niemand hat etwas gefragt.",
    warnings="Offen, als die Show auf Sendung ging",
)  # fmt: skip

_NB = MoreWords(
    all_figures="Alle tall",
    figure="Tall",
    value="Sending",
    on_air=Formula("På lufta", "Det samme tallet for bestillinger fram til sendingen sluttet."),
    replay=Formula("Opptak", "Det samme tallet for bestillinger etter at sendingen sluttet, så lenge opptaket teller."),
    goal=Formula("Mål", "Hva tallet skulle nå, og tallet delt på det; målet for omsetning er brutto."),
    before=Formula("Sendingen før", "Det samme tallet for sendingen før (i serien, ellers i butikken), og hvor mye mer denne er."),
    of_goal="{share} av {goal}",
    unique=Formula("Ulike seere", "Hvor mange ulike mennesker som så på, slik kanalene teller dem."),
    watch=Formula("Seertid i snitt", "Hvor lenge en av dem så på i snitt, slik kanalene teller det."),
    messages=Formula("Chatmeldinger", "Meldinger fra seere fra sendingen begynte til den sluttet, slik kanalene sendte dem."),
    chat_rate=Formula("Meldinger i minuttet", "Disse meldingene delt på minutter på lufta."),
    engagement=Formula("Engasjement", "Mennesker som skrev, delt på ulike seere; på det høyeste antallet der ingen kanal teller ulike."),
    session_length=Formula("Besøkets lengde", "Hvor lenge et besøk fra en av sendingens lenker varte i snitt, slik butikken teller det."),
    conversion=Formula("Kjøp per besøk", "Sendingens bestillinger delt på besøk fra lenker."),
    viewer_conversion=Formula("Kjøp per seer", "Sendingens bestillinger delt på ulike seere; på det høyeste antallet der ingen kanal teller ulike."),
    units=Formula("Stykk", "Stykk i sendingens bestillinger som ikke er avbestilt, uten returnerte."),
    cancelled=Formula("Avbestilte", "Sendingens bestillinger som er avbestilt."),
    share=Formula("Bestillinger med kode", "Bestillinger med en av sendingens koder delt på alle bestillingene."),
    viewer_minute=Formula("Omsetning per seerminutt", "Netto omsetning fra bestillinger på lufta, delt på seere i snitt ganger minutter på lufta."),
    cost=Formula("Kostnad", "Alle kostnader som er oppgitt for sendingen."),
    roi=Formula("ROI", "Avkastning: netto omsetning minus kostnad, delt på kostnad."),
    clicks=Formula("Klikk", "Besøk fra varens lenker, slik butikken teller dem."),
    channels="Kanaler",
    channel="Kanal",
    stage="Lenker i bildet",
    chatters=Formula("Folk som skrev", "Hvor mange mennesker som skrev i kanalen fra sendingen begynte til den sluttet, skilt etter plattformens id, ellers etter navn."),
    channel_orders=Formula("Bestillinger fra lenkene", "Sendingens bestillinger, ikke avbestilt, fra lenkene for denne kanalen."),
    channel_net=Formula("Netto fra lenkene", "Det disse bestillingene kom på, uten returer."),
    no_channels="Sendingen hadde ingen kanaler.",
    advice="Hva som bør endres neste gang",
    no_advice="Tallene gir ikke grunnlag for råd.",
    advice_later="Råd følger når sendingen er over.",
    unanswered="Spørsmål uten svar",
    question="Spørsmål",
    asked_times="Stilt",
    asked_at="Først kl.",
    more_questions="og {n} til",
    none_unanswered="Alle spørsmål ble besvart.",
    none_asked="Ingen spurte om noe.",
    warnings="Åpent da sendingen gikk på lufta",
)  # fmt: skip

_BY_LANGUAGE = {"en": _EN, "de": _DE, "nb": _NB}


def more_words(language: str) -> MoreWords:
    """The words of a language of `Labels.language`."""
    return _BY_LANGUAGE[language]
