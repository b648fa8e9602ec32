"""The words of a line-up's table in English, German and Norwegian (bokmål): column names and what may stand in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from studio.domain.exchange import Column
from studio.domain.lineup import ItemKind
from studio.domain.promo import PromoKind, PromoScope, PromoWhen


@dataclass(frozen=True, slots=True)
class TableWords:
    """The words of one language. `sheet` is the name of the sheet, `codes` that of the codes of the whole show; `no_limit`
    stands for a limit that is none.
    """

    language: str
    sheet: str
    codes: str
    columns: Mapping[Column, str]
    kinds: Mapping[ItemKind, str]
    promo_kinds: Mapping[PromoKind, str]
    scopes: Mapping[PromoScope, str]
    whens: Mapping[PromoWhen, str]
    no_limit: str


EN: Final = TableWords(
    "en",
    "Line-up",
    "Codes",
    {
        Column.KIND: "Kind", Column.TITLE: "Title", Column.MINUTES: "Minutes", Column.PRODUCT_ID: "Product id",
        Column.SKU: "SKU", Column.BARCODE: "Barcode", Column.SHOW_PRICE: "Show price",
        Column.PLANNED_PRICE: "Price when planned", Column.TARGET: "Target units", Column.SAFETY: "Safety stock",
        Column.POINTS: "Talking points", Column.NOTE: "Notes to the host", Column.ALTERNATIVES: "Alternatives",
        Column.IMAGES: "Pictures", Column.PROMO_CODE: "Promo code", Column.PROMO_KIND: "Promo kind",
        Column.PROMO_VALUE: "Promo value", Column.PROMO_SCOPE: "Promo applies to", Column.PROMO_WHEN: "Promo begins",
        Column.PROMO_AFTER: "Promo minutes after start", Column.PROMO_FROM: "Promo from",
        Column.PROMO_UNTIL: "Promo until", Column.PROMO_MINUTES: "Promo minutes",
        Column.PROMO_HOURS: "Promo hours after show", Column.PROMO_LIMIT: "Promo limit",
        Column.PROMO_EACH: "Promo limit per customer",
    },
    {ItemKind.PRODUCT: "product", ItemKind.TALK: "talk"},
    {PromoKind.PERCENT: "percent", PromoKind.FIXED: "amount", PromoKind.FREE_SHIPPING: "free shipping"},
    {PromoScope.ALL: "whole shop", PromoScope.LINEUP: "line-up", PromoScope.PRODUCT: "product"},
    {
        PromoWhen.BY_HAND: "by hand", PromoWhen.ON_PIN: "on pin", PromoWhen.AT_TIME: "at time",
        PromoWhen.AT_END: "at end", PromoWhen.ABSOLUTE: "from date to date",
    },
    "no limit",
)  # fmt: skip

DE: Final = TableWords(
    "de",
    "Ablauf",
    "Codes",
    {
        Column.KIND: "Art", Column.TITLE: "Titel", Column.MINUTES: "Minuten", Column.PRODUCT_ID: "Produkt-ID",
        Column.SKU: "Artikelnummer", Column.BARCODE: "Strichcode", Column.SHOW_PRICE: "Showpreis",
        Column.PLANNED_PRICE: "Preis bei Planung", Column.TARGET: "Ziel (Stück)", Column.SAFETY: "Sicherheitsbestand",
        Column.POINTS: "Stichpunkte", Column.NOTE: "Notizen", Column.ALTERNATIVES: "Alternativen",
        Column.IMAGES: "Bilder", Column.PROMO_CODE: "Aktionscode", Column.PROMO_KIND: "Aktionsart",
        Column.PROMO_VALUE: "Rabatt", Column.PROMO_SCOPE: "Aktion gilt für", Column.PROMO_WHEN: "Aktion beginnt",
        Column.PROMO_AFTER: "Aktion Minuten nach Beginn", Column.PROMO_FROM: "Aktion von",
        Column.PROMO_UNTIL: "Aktion bis", Column.PROMO_MINUTES: "Aktion Minuten",
        Column.PROMO_HOURS: "Aktion Stunden nach Show", Column.PROMO_LIMIT: "Aktion Höchstzahl",
        Column.PROMO_EACH: "Aktion Höchstzahl je Kunde",
    },
    {ItemKind.PRODUCT: "Produkt", ItemKind.TALK: "Gespräch"},
    {PromoKind.PERCENT: "Prozent", PromoKind.FIXED: "Betrag", PromoKind.FREE_SHIPPING: "versandkostenfrei"},
    {PromoScope.ALL: "ganzer Shop", PromoScope.LINEUP: "Ablauf", PromoScope.PRODUCT: "Produkt"},
    {
        PromoWhen.BY_HAND: "von Hand", PromoWhen.ON_PIN: "mit dem Artikel", PromoWhen.AT_TIME: "nach Beginn",
        PromoWhen.AT_END: "am Ende", PromoWhen.ABSOLUTE: "von Datum bis Datum",
    },
    "unbegrenzt",
)  # fmt: skip

NB: Final = TableWords(
    "nb",
    "Kjøreplan",
    "Koder",
    {
        Column.KIND: "Type", Column.TITLE: "Tittel", Column.MINUTES: "Minutter", Column.PRODUCT_ID: "Produkt-id",
        Column.SKU: "Varenummer", Column.BARCODE: "Strekkode", Column.SHOW_PRICE: "Sendepris",
        Column.PLANNED_PRICE: "Pris ved planlegging", Column.TARGET: "Mål (stk.)", Column.SAFETY: "Sikkerhetslager",
        Column.POINTS: "Stikkord", Column.NOTE: "Notater", Column.ALTERNATIVES: "Alternativer", Column.IMAGES: "Bilder",
        Column.PROMO_CODE: "Rabattkode", Column.PROMO_KIND: "Rabattype", Column.PROMO_VALUE: "Rabatt",
        Column.PROMO_SCOPE: "Rabatt gjelder", Column.PROMO_WHEN: "Rabatt begynner",
        Column.PROMO_AFTER: "Rabatt minutter etter start", Column.PROMO_FROM: "Rabatt fra",
        Column.PROMO_UNTIL: "Rabatt til", Column.PROMO_MINUTES: "Rabatt minutter",
        Column.PROMO_HOURS: "Rabatt timer etter sending", Column.PROMO_LIMIT: "Rabatt grense",
        Column.PROMO_EACH: "Rabatt grense per kunde",
    },
    {ItemKind.PRODUCT: "produkt", ItemKind.TALK: "prat"},
    {PromoKind.PERCENT: "prosent", PromoKind.FIXED: "beløp", PromoKind.FREE_SHIPPING: "fri frakt"},
    {PromoScope.ALL: "hele butikken", PromoScope.LINEUP: "kjøreplanen", PromoScope.PRODUCT: "produkt"},
    {
        PromoWhen.BY_HAND: "for hånd", PromoWhen.ON_PIN: "med varen", PromoWhen.AT_TIME: "etter start",
        PromoWhen.AT_END: "på slutten", PromoWhen.ABSOLUTE: "fra dato til dato",
    },
    "ubegrenset",
)  # fmt: skip

ALL_WORDS: Final = (EN, DE, NB)
_BY_LANGUAGE: Final = {"en": EN, "de": DE, "nb": NB, "no": NB, "nn": NB}

ALSO: Final[Mapping[Column, str]] = {
    Column.KIND: "kind,type,item type,typ,artikeltyp,slag",
    Column.TITLE: "title,name,item,item name,product,product name,product title,description,produkt,produktname,artikel,"
    "artikelname,bezeichnung,vare,varenavn,navn,produktnavn,segment,topic,thema,tema",
    Column.MINUTES: "minutes,planned minutes,min,duration,length,time slot,slot,planned length,dauer,länge,sendezeit,"
    "varighet,lengde,tid,planned_minutes",
    Column.PRODUCT_ID: "product id,productid,product_id,shop id,shopify id,produktid,id",
    Column.SKU: "sku,article number,item number,article no,item no,variant sku,art nr,art.-nr.,artikelnr,artnr,bestellnummer,"
    "varenr,artikkelnummer,lagerført enhet",
    Column.BARCODE: "barcode,ean,gtin,upc,isbn,ean code,ean13,strichcode,strekkode,ean-code",
    Column.SHOW_PRICE: "show price,live price,offer price,promo price,deal price,special price,angebotspreis,aktionspreis,"
    "livepreis,tilbudspris,kampanjepris",
    Column.PLANNED_PRICE: "price when planned,planned price,price,regular price,shop price,list price,preis,normalpreis,"
    "verkaufspreis,pris,ordinær pris",
    Column.TARGET: "target units,target,units,goal,planned units,forecast,ziel,zielmenge,stückziel,mål,salgsmål,target_units",
    Column.SAFETY: "safety stock,safety,reserve,buffer,mindestbestand,puffer,reservelager,buffer stock,safety_stock",
    Column.POINTS: "talking points,points,bullets,selling points,script,key points,talking_points,verkaufsargumente,"
    "argumente,stichworte,salgspunkter,punkter,salgsargumenter",
    Column.NOTE: "notes to the host,notes,note,host notes,comment,comments,private notes,remarks,notiz,bemerkung,kommentar,"
    "anmerkung,hinweis,notat,merknad",
    Column.ALTERNATIVES: "alternatives,alternative,alternative skus,backup,backup products,substitutes,ersatz,ersatzprodukte,"
    "erstatning,reserve products",
    Column.IMAGES: "pictures,images,image,image urls,photos,picture,image url,bild,bilder,bild-url,bilde",
    Column.PROMO_CODE: "promo code,code,discount code,coupon,coupon code,voucher,rabattcode,gutscheincode,gutschein,"
    "aktionscode,kode,promo_code",
    Column.PROMO_KIND: "promo kind,promo type,discount type,promo_kind,rabattart,rabatttyp,gutscheinart",
    Column.PROMO_VALUE: "promo value,discount,discount value,promo_value,rabattwert,rabatthöhe,rabattverdi,avslag",
    Column.PROMO_SCOPE: "promo applies to,promo scope,applies to,scope,gilt für,gjelder",
    Column.PROMO_WHEN: "promo begins,promo when,promo trigger,promo start,aktionsbeginn,rabattstart",
    Column.PROMO_AFTER: "promo minutes after start,promo after start,promo offset",
    Column.PROMO_FROM: "promo from,promo starts at,valid from,gültig ab,gültig von,gyldig fra",
    Column.PROMO_UNTIL: "promo until,promo ends at,valid until,valid to,gültig bis,gyldig til",
    Column.PROMO_MINUTES: "promo minutes,promo length,promo duration,promo_minutes,aktionsdauer,rabattvarighet",
    Column.PROMO_HOURS: "promo hours after show,replay hours,promo replay hours",
    Column.PROMO_LIMIT: "promo limit,promo total limit,usage limit,max uses,einlöselimit,maks bruk",
    Column.PROMO_EACH: "promo limit per customer,per customer,limit per customer,uses per customer,je kunde,per kunde",
}  # fmt: skip
"""Names by which columns are known elsewhere, of all languages."""

ALSO_TALK: Final = (
    "talk,segment,talking,break,q&a,questions,draw,gespräch,talkrunde,fragen,pause,prat,spørsmål"
)
ALSO_PRODUCT: Final = "product,item,article,produkt,artikel,vare"
ALSO_FREE: Final = (
    "free_shipping,free shipping,freeshipping,free delivery,gratisversand,kostenloser versand,gratis frakt"
)
ALSO_FIXED: Final = "fixed,amount,fixed amount,betrag,fix,fast beløp,kroner,euro"
ALSO_PERCENT: Final = "percent,percentage,%,prozent,prosent,pct"
ALSO_NO_LIMIT: Final = "no limit,unlimited,none,no,-,–,∞,unbegrenzt,ohne,kein limit,ubegrenset,ingen"
ALSO_WHEN: Final[Mapping[PromoWhen, str]] = {
    PromoWhen.BY_HAND: "by_hand,manual,manually,manuell,hand",
    PromoWhen.ON_PIN: "on_pin,pin,automatic,armed,with item,mit artikel,beim pinnen,med vare,automatisk,automatisch",
    PromoWhen.AT_TIME: "at_time,time,after start,zeit,zeitpunkt,tidspunkt",
    PromoWhen.AT_END: "at_end,end,after show,ende,slutt,ved slutten",
    PromoWhen.ABSOLUTE: "absolute,dates,date,window,absolut,datum,zeitraum,periode,dato",
}
ALSO_SCOPE: Final[Mapping[PromoScope, str]] = {
    PromoScope.ALL: "all,shop,everything,alles,alle,alt,whole_shop",
    PromoScope.LINEUP: "lineup,line up,show,rundown,kjøreplan",
    PromoScope.PRODUCT: "item,artikel,vare",
}


def words_for(language: str) -> TableWords:
    """The words for a BCP 47 language; English where there are none."""
    return _BY_LANGUAGE.get(language.replace("_", "-").split("-")[0].lower(), EN)
