"""The words of the report in English, German and Norwegian (bokmål)."""

from dataclasses import dataclass

from studio.review.svg_plot import Words


@dataclass(frozen=True, slots=True)
class Formula:
    """A figure's name and how it is computed, in one sentence."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Labels:
    """All words of one language. `{n}` and the like are filled in by the report."""

    language: str
    report: str
    rehearsal: str
    so_far: str
    not_started: str
    on_air: str
    replay: str
    not_known: str
    peak: Formula
    average: Formula
    sessions: Formula
    add_to_carts: Formula
    orders: Formula
    net: Formula
    gross: Formula
    basket: Formula
    redemptions: Formula
    at: str
    of_sessions: str
    of_orders: str
    session_length: str
    cancelled: str
    gross_note: str
    units: str
    timeline: str
    products: str
    item: str
    time_on_air: Formula
    item_viewers: Formula
    carts: str
    sold: Formula
    revenue: Formula
    per_minute: Formula
    questions: str
    sold_out: str
    no_products: str
    promos: str
    code: str
    used: Formula
    code_revenue: Formula
    discount: Formula
    of_limit: str
    no_promos: str
    asked: Formula
    answered: Formula
    open: Formula
    shop_total: Formula
    orders_taken: Formula
    gross_taken: Formula
    net_taken: Formula
    shop_note: str
    how: str
    made: str
    times_in: str
    chart: Words


EN = Labels(
    language="en",
    report="Report",
    rehearsal="REHEARSAL: a simulated audience, no real sales",
    so_far="The show is still on air: these are the figures so far.",
    not_started="The show has not started: it was never on air, and there are no figures yet.",
    on_air="on air {start}–{end}, {length}",
    replay="replay sales until {day}, {time}",
    not_known="not known",
    peak=Formula("Peak viewers", "The highest number of viewers at one moment, all channels together."),
    average=Formula(
        "Average viewers",
        "Viewers of all channels together, weighted by time, from the start of the show to its end; time before the"
        " first figure is left out.",
    ),
    sessions=Formula(
        "Link sessions", "Visits to the shop by the show's tracked links, as the shop counts them."
    ),
    add_to_carts=Formula(
        "Add-to-carts", "How often something was put into a cart in those sessions, as the shop counts it."
    ),
    orders=Formula(
        "Orders",
        "Orders by the show's codes or tracked links, placed until the end of the replay, not cancelled.",
    ),
    net=Formula("Revenue net", "Gross less cancelled orders less what was paid back for returns."),
    gross=Formula(
        "Revenue gross", "The totals of all paid orders of the show, with tax and shipping, after discounts."
    ),
    basket=Formula(
        "Average basket", "The totals of the orders that were not cancelled, divided by their number."
    ),
    redemptions=Formula(
        "Code redemptions",
        "How often the show's codes were used in its orders that were not cancelled; the share is the orders with a"
        " code divided by all orders.",
    ),
    at="at {time}",
    of_sessions="{share} of sessions",
    of_orders="{share} of orders",
    session_length="{length} on average",
    cancelled="{n} cancelled",
    gross_note="gross {money}",
    units="{n} units",
    timeline="Viewers, orders and what was on air",
    products="Products",
    item="Item",
    time_on_air=Formula("On air", "How long the product was on air, over all its turns."),
    item_viewers=Formula("Viewers avg", "Average viewers, weighted by time, while the product was on air."),
    carts="Carts",
    sold=Formula("Sold", "Units in the show's orders that were not cancelled, less returned units."),
    revenue=Formula("Revenue", "What those units came to, after discounts, with tax, without shipping."),
    per_minute=Formula("Per minute", "Revenue divided by minutes on air."),
    questions="Questions",
    sold_out="sold out at {time}",
    no_products="There were no products in the line-up.",
    promos="Promo codes",
    code="Code",
    used=Formula("Redeemed", "The show's orders with this code that were not cancelled."),
    code_revenue=Formula("Orders' total", "The totals of those orders."),
    discount=Formula("Discount", "What the discounts of those orders came to."),
    of_limit="{n} of {limit}",
    no_promos="No promo code was live in this show.",
    asked=Formula("Asked", "Messages that asked something."),
    answered=Formula("Answered in writing", "Messages that got a written reply which the channel took."),
    open=Formula(
        "Left open", "Questions that nobody answered, aloud or in writing; the same question counts once."
    ),
    shop_total=Formula(
        "Shop total during the show",
        "All orders which the shop took from the start of the show to its end, whoever they belong to.",
    ),
    orders_taken=Formula("Orders taken", "Those orders that were not cancelled."),
    gross_taken=Formula(
        "Gross", "The totals of those orders that were paid, with tax and shipping, after discounts."
    ),
    net_taken=Formula("Net", "That gross less cancelled orders less what was paid back for returns."),
    shop_note="Not the show's figures: orders that have nothing to do with it are among these, too.",
    how="How each figure is computed",
    made="Made on {day} at {time}",
    times_in="All times in {zone}.",
    chart=Words(),
)

DE = Labels(
    language="de",
    report="Bericht",
    rehearsal="PROBE: simuliertes Publikum, keine echten Verkäufe",
    so_far="Die Show läuft noch: Das sind die Zahlen bis jetzt.",
    not_started="Die Show hat noch nicht begonnen: Sie war nie auf Sendung, und es gibt noch keine Zahlen.",
    on_air="auf Sendung {start}–{end}, {length}",
    replay="Verkäufe der Aufzeichnung bis {day}, {time}",
    not_known="nicht bekannt",
    peak=Formula("Zuschauer, Spitze", "Die höchste Zuschauerzahl in einem Moment, alle Kanäle zusammen."),
    average=Formula(
        "Zuschauer im Mittel",
        "Zuschauer aller Kanäle zusammen, nach Zeit gewichtet, vom Beginn bis zum Ende der Show; die Zeit vor der"
        " ersten Zahl zählt nicht.",
    ),
    sessions=Formula(
        "Besuche über Links", "Besuche im Shop über die Links der Show, wie der Shop sie zählt."
    ),
    add_to_carts=Formula(
        "In den Warenkorb",
        "Wie oft in diesen Besuchen etwas in einen Warenkorb gelegt wurde, wie der Shop es zählt.",
    ),
    orders=Formula(
        "Bestellungen",
        "Bestellungen über Codes oder Links der Show bis zum Ende der Aufzeichnung, ohne stornierte.",
    ),
    net=Formula("Umsatz netto", "Brutto ohne stornierte Bestellungen und ohne Erstattungen für Retouren."),
    gross=Formula(
        "Umsatz brutto", "Summe aller bezahlten Bestellungen der Show mit Steuer und Versand, nach Rabatten."
    ),
    basket=Formula(
        "Warenkorb im Mittel", "Summe der nicht stornierten Bestellungen geteilt durch ihre Anzahl."
    ),
    redemptions=Formula(
        "Eingelöste Codes",
        "Wie oft Codes der Show in ihren nicht stornierten Bestellungen eingelöst wurden; der Anteil sind"
        " Bestellungen mit Code geteilt durch alle Bestellungen.",
    ),
    at="um {time}",
    of_sessions="{share} der Besuche",
    of_orders="{share} der Bestellungen",
    session_length="{length} im Mittel",
    cancelled="{n} storniert",
    gross_note="brutto {money}",
    units="{n} Stück",
    timeline="Zuschauer, Bestellungen und was auf Sendung war",
    products="Produkte",
    item="Artikel",
    time_on_air=Formula("Sendezeit", "Wie lange das Produkt auf Sendung war, alle Auftritte zusammen."),
    item_viewers=Formula(
        "Zuschauer Ø", "Zuschauer im Mittel, nach Zeit gewichtet, während das Produkt auf Sendung war."
    ),
    carts="Warenkörbe",
    sold=Formula("Verkauft", "Stück in nicht stornierten Bestellungen der Show, ohne zurückgegebene."),
    revenue=Formula("Umsatz", "Was diese Stücke eingebracht haben, nach Rabatten, mit Steuer, ohne Versand."),
    per_minute=Formula("Je Minute", "Umsatz geteilt durch Minuten auf Sendung."),
    questions="Fragen",
    sold_out="ausverkauft um {time}",
    no_products="Im Ablauf standen keine Produkte.",
    promos="Aktionscodes",
    code="Code",
    used=Formula("Eingelöst", "Nicht stornierte Bestellungen der Show mit diesem Code."),
    code_revenue=Formula("Bestellsumme", "Die Summe dieser Bestellungen."),
    discount=Formula("Rabatt", "Die Summe der Rabatte dieser Bestellungen."),
    of_limit="{n} von {limit}",
    no_promos="In dieser Show galt kein Aktionscode.",
    asked=Formula("Gestellt", "Nachrichten, die etwas gefragt haben."),
    answered=Formula(
        "Schriftlich beantwortet", "Nachrichten mit einer schriftlichen Antwort, die der Kanal annahm."
    ),
    open=Formula("Offen", "Fragen, die niemand beantwortet hat; dieselbe Frage zählt einmal."),
    shop_total=Formula(
        "Shop gesamt während der Show",
        "Alle Bestellungen, die der Shop vom Beginn bis zum Ende der Show annahm, wem auch immer sie gehören.",
    ),
    orders_taken=Formula("Angenommen", "Diese Bestellungen ohne stornierte."),
    gross_taken=Formula("Brutto", "Summe derer, die bezahlt sind, mit Steuer und Versand, nach Rabatten."),
    net_taken=Formula(
        "Netto", "Dieses Brutto ohne stornierte Bestellungen und ohne Erstattungen für Retouren."
    ),
    shop_note="Nicht die Zahlen der Show: Auch Bestellungen, die nichts mit ihr zu tun haben, sind dabei.",
    how="Wie die Zahlen berechnet sind",
    made="Erstellt am {day} um {time}",
    times_in="Alle Zeiten in {zone}.",
    chart=Words(
        title="Zuschauer, Bestellungen und was auf Sendung war",
        peak="Spitze {count} um {time}",
        no_viewers="Es wurden keine Zuschauerzahlen aufgezeichnet.",
        viewers="Spitze {peak} Zuschauer um {time}; {first} am Anfang, {last} am Ende.",
        orders="{orders} Bestellungen.",
        on_air="Auf Sendung: {items}.",
        promos="Aktionscodes: {codes}.",
        alerts="Störungen: {alerts}.",
        questions="{questions} Fragen.",
        key_viewers="Zuschauer",
        key_orders="Bestellungen je Minute, höchstens {count}",
        key_pin="ging auf Sendung",
        key_promo="Aktionscode",
        key_alert="Störung",
        key_question="Fragen gestellt",
        thousands=".",
    ),
)

NB = Labels(
    language="nb",
    report="Rapport",
    rehearsal="PRØVE: simulert publikum, ingen virkelige salg",
    so_far="Sendingen pågår: dette er tallene så langt.",
    not_started="Sendingen har ikke begynt: den har aldri vært på lufta, og det finnes ingen tall ennå.",
    on_air="på lufta {start}–{end}, {length}",
    replay="salg fra opptaket til {day}, {time}",
    not_known="ikke kjent",
    peak=Formula("Seere, høyest", "Det høyeste antallet seere på ett tidspunkt, alle kanaler sammen."),
    average=Formula(
        "Seere i snitt",
        "Seere i alle kanaler sammen, vektet etter tid, fra sendingen begynte til den sluttet; tiden før det første"
        " tallet er ikke med.",
    ),
    sessions=Formula("Besøk fra lenker", "Besøk i butikken fra sendingens lenker, slik butikken teller dem."),
    add_to_carts=Formula(
        "Lagt i handlekurv",
        "Hvor ofte noe ble lagt i en handlekurv i disse besøkene, slik butikken teller det.",
    ),
    orders=Formula(
        "Bestillinger",
        "Bestillinger med sendingens koder eller lenker fram til opptaket er slutt, uten avbestilte.",
    ),
    net=Formula(
        "Omsetning netto",
        "Brutto uten avbestilte bestillinger og uten det som er betalt tilbake for returer.",
    ),
    gross=Formula(
        "Omsetning brutto",
        "Summen av alle betalte bestillinger i sendingen med avgift og frakt, etter rabatter.",
    ),
    basket=Formula("Handlekurv i snitt", "Summen av bestillingene som ikke er avbestilt, delt på antallet."),
    redemptions=Formula(
        "Brukte koder",
        "Hvor ofte sendingens koder ble brukt i bestillinger som ikke er avbestilt; andelen er bestillinger med kode"
        " delt på alle bestillinger.",
    ),
    at="kl. {time}",
    of_sessions="{share} av besøkene",
    of_orders="{share} av bestillingene",
    session_length="{length} i snitt",
    cancelled="{n} avbestilt",
    gross_note="brutto {money}",
    units="{n} stk.",
    timeline="Seere, bestillinger og hva som var på lufta",
    products="Varer",
    item="Vare",
    time_on_air=Formula("På lufta", "Hvor lenge varen var på lufta, alle gangene til sammen."),
    item_viewers=Formula("Seere i snitt", "Seere i snitt, vektet etter tid, mens varen var på lufta."),
    carts="Handlekurver",
    sold=Formula("Solgt", "Stykk i sendingens bestillinger som ikke er avbestilt, uten returnerte."),
    revenue=Formula("Omsetning", "Det disse stykkene kom på, etter rabatter, med avgift, uten frakt."),
    per_minute=Formula("Per minutt", "Omsetning delt på minutter på lufta."),
    questions="Spørsmål",
    sold_out="utsolgt kl. {time}",
    no_products="Det var ingen varer i kjøreplanen.",
    promos="Rabattkoder",
    code="Kode",
    used=Formula("Brukt", "Sendingens bestillinger med denne koden som ikke er avbestilt."),
    code_revenue=Formula("Bestillinger, sum", "Summen av disse bestillingene."),
    discount=Formula("Rabatt", "Summen av rabattene i disse bestillingene."),
    of_limit="{n} av {limit}",
    no_promos="Ingen rabattkode gjaldt i denne sendingen.",
    asked=Formula("Stilt", "Meldinger som spurte om noe."),
    answered=Formula("Besvart skriftlig", "Meldinger som fikk et skriftlig svar som kanalen tok imot."),
    open=Formula("Åpne", "Spørsmål ingen har svart på; det samme spørsmålet teller én gang."),
    shop_total=Formula(
        "Hele butikken under sendingen",
        "Alle bestillinger butikken tok imot fra sendingen begynte til den sluttet, uansett hvor de kom fra.",
    ),
    orders_taken=Formula("Tatt imot", "Disse bestillingene uten de avbestilte."),
    gross_taken=Formula("Brutto", "Summen av dem som er betalt, med avgift og frakt, etter rabatter."),
    net_taken=Formula(
        "Netto", "Dette bruttoet uten avbestilte bestillinger og uten det som er betalt tilbake."
    ),
    shop_note="Ikke sendingens tall: her er også bestillinger som ikke har noe med den å gjøre.",
    how="Slik er tallene regnet ut",
    made="Laget {day} kl. {time}",
    times_in="Alle tider i {zone}.",
    chart=Words(
        title="Seere, bestillinger og hva som var på lufta",
        peak="høyest {count} kl. {time}",
        no_viewers="Ingen seertall ble registrert.",
        viewers="Høyest {peak} seere kl. {time}; {first} i starten, {last} på slutten.",
        orders="{orders} bestillinger.",
        on_air="På lufta: {items}.",
        promos="Rabattkoder: {codes}.",
        alerts="Feil: {alerts}.",
        questions="{questions} spørsmål.",
        key_viewers="seere",
        key_orders="bestillinger i minuttet, høyst {count}",
        key_pin="gikk på lufta",
        key_promo="rabattkode",
        key_alert="feil",
        key_question="spørsmål stilt",
        thousands="\N{NO-BREAK SPACE}",
    ),
)

_BY_LANGUAGE = {"en": EN, "de": DE, "nb": NB, "no": NB, "nn": NB}


def labels_for(language: str) -> Labels:
    """The words for a BCP 47 language; English where there are none."""
    return _BY_LANGUAGE.get(language.replace("_", "-").split("-")[0].lower(), EN)
