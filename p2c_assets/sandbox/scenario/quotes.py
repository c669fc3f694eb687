"""The scenario's quotes. Flawed ones carry the id of their flaw; what is expected of them stands in `flaws`."""

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF
from p2c_assets.sandbox.scenario.documents import Address, Line, Quote, account_customer, contact_customer
from p2c_assets.sandbox.scenario.products import SALES_ONLY

DRAFT, ACTIVE, WON, LOST, REVISED = (0, 1), (1, 2), (2, 4), (3, 5), (3, 7)
"""(statecode, statuscode) of a quote."""

LONG_NAME = "Refurbishment of the north aisle, the bell chamber and the choir stalls, second estimate"
"""87 letters: Sales takes 300, SCM 60."""

CHICAGO = Address("233 S Wacker Dr", "Chicago", "60606", "United States", "IL", "Floor 12")
SEATTLE = Address("400 Pine St", "Seattle", "98101", "USA", "WA")
DUESSELDORF = Address("Königsallee 12", "Düsseldorf", "40212", "Germany")
MUENSTER = Address("Hafenweg 8", "Münster", "48155", "de")
LONDON = Address("3 Neal St", "London", "WC2H 9PU", "United Kingdom")
INVERNESS = Address("22 High St", "Inverness", "IV1 1HT", "GB")

USMF_QUOTES = (
    Quote(
        USMF,
        "QUO-US-01",
        account_customer("US-001"),
        "Lobby refit",
        (Line("P1001", "10", "49.90", "10.00"), Line("P1003", "250", "2.1255")),
        CHICAGO,
    ),
    Quote(
        USMF,
        "QUO-US-02",
        contact_customer("P-US-01"),
        "Home office of J. Peña",
        (Line("P1004", "1", "299.99"), Line("P1006", "1.5", "85.00", unit="Hour")),
        Address("14 Oak St", "Austin", "78701", "us", "TX"),
    ),
    Quote(
        USMF,
        "QUO-US-03",
        account_customer("US-004"),
        "Speakers",
        (Line("P1002", "3", "129.00", "10.00"), Line("P1005", "7", "7.35", "9.99", "Box")),
        SEATTLE,
    ),
    Quote(
        USMF, "QUO-US-04", account_customer("US-002"), "Not yet sent", (Line("P1001", "2", "49.90"),), state=DRAFT
    ),  # Q01
    Quote(
        USMF, "QUO-US-05", account_customer("US-008"), "Chairs", (Line("P1004", "4", "310.00"),), state=REVISED
    ),  # Q02
    Quote(
        USMF, "QUO-US-05", account_customer("US-008"), "Chairs, revised", (Line("P1004", "5", "299.99"),), revision=1
    ),
    Quote(
        USMF, "QUO-US-06", account_customer("US-001"), "Toolboxes", (Line("U3002", "6", "64.00"),), CHICAGO, WON
    ),  # Q03
    Quote(
        USMF,
        "QUO-US-07",
        account_customer("US-003"),
        "Lamps with engraving",
        (Line("P1001", "5", "49.90"), Line(None, "1", "120.00", text="Engraving of five lamps")),  # Q04
    ),
    Quote(
        USMF,
        "QUO-US-08",
        account_customer("US-008"),
        "Delivery to a place not on the map",
        (Line("P1001", "1", "49.90"),),
        Address("1 Coral Way", "Poseidonis", "0", "Atlantis"),  # Q05
    ),
)

DEMF_QUOTES = (
    Quote(
        DEMF,
        "QUO-DE-01",
        account_customer("DE-001"),
        "Empfang",
        (Line("P1001", "3", "45.90", "10.00"), Line("G3002", "12", "24.50")),
        DUESSELDORF,
    ),
    Quote(
        DEMF,
        "QUO-DE-02",
        contact_customer("P-DE-01"),
        "Arbeitszimmer Weiß",
        (Line("P1004", "1", "279.99"),),
        Address("Lindenallee 4", "Erfurt", "99084", "DE"),
    ),
    Quote(
        DEMF,
        "QUO-DE-03",
        account_customer("DE-003"),
        "Werkstatt",
        (Line("P2001", "2", "79.00"), Line("P1003", "99", "1.9875")),
        MUENSTER,
    ),
    Quote(
        DEMF,
        "QUO-DE-04",
        account_customer("DE-006"),
        "Küche",
        (Line("P2002", "1", "649.00"), Line("G3004", "12.345", "3.4575", unit="Kilogram")),
    ),
    Quote(
        DEMF, "QUO-DE-05", account_customer("DE-004"), "Ganze Palette", (Line("P1005", "2", "900.00", unit="Pallet"),)
    ),  # Q06
    Quote(
        DEMF, "QUO-DE-06", account_customer("DE-010"), "Kunde ohne Namen", (Line("P1001", "1", "45.90"),), DUESSELDORF
    ),  # Q07
    Quote(
        DEMF, "QUO-DE-07", account_customer("DE-007"), "Verloren", (Line("P1002", "1", "119.00"),), state=LOST
    ),  # Q08
)

GBSI_QUOTES = (
    Quote(
        GBSI,
        "QUO-GB-01",
        account_customer("GB-001"),
        "Reading room",
        (Line("P1001", "7", "39.90", "9.99"), Line("B3001", "24", "12.75")),
        INVERNESS,
    ),
    Quote(
        GBSI,
        "QUO-GB-02",
        contact_customer("P-GB-02"),
        "Study of R. Llewellyn",
        (Line("P1004", "1", "249.99"),),
        Address("6 Castle St", "Cardiff", "CF10 1BT", "gb"),
    ),
    Quote(
        GBSI, "QUO-GB-03", account_customer("GB-002"), "Second café", (Line("P2002", "2", "579.00", "58.00"),), LONDON
    ),
    Quote(GBSI, "QUO-GB-04", account_customer("GB-006"), "Loom lighting", (Line("P1003", "400", "1.7250"),), LONDON),
    Quote(
        GBSI, "QUO-GB-05", account_customer("GB-008"), LONG_NAME, (Line("P1006", "40", "72.00", unit="Hour"),), LONDON
    ),  # Q09
    Quote(
        GBSI,
        "QUO-GB-06",
        account_customer("GB-003"),
        "Engraved",
        (Line("P1001", "1", "39.90"), Line(SALES_ONLY, "1", "28.00")),
    ),  # Q10
    # Revising closes the earlier revision; here somebody opened it again.
    Quote(
        GBSI, "QUO-GB-07", account_customer("GB-004"), "Chandlery, first offer", (Line("P1001", "9", "41.00"),), LONDON
    ),  # Q11
    Quote(
        GBSI,
        "QUO-GB-07",
        account_customer("GB-004"),
        "Chandlery, revised",
        (Line("P1001", "9", "39.90"),),
        LONDON,
        revision=1,
    ),
)


def quotes() -> tuple[Quote, ...]:
    """All quotes of the scenario, flawed ones included."""
    return (*USMF_QUOTES, *DEMF_QUOTES, *GBSI_QUOTES)
