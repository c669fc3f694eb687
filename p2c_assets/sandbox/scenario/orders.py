"""The scenario's orders that are born in Sales, with what SCM's day does to each. Flawed ones carry the id of their flaw.

Orders that SCM's own people book are in `erp_orders`; what is expected of the flawed ones stands in `flaws`.
"""

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF
from p2c_assets.sandbox.scenario.documents import Address, Line, Order, account_customer, contact_customer
from p2c_assets.sandbox.scenario.erp import Plan
from p2c_assets.sandbox.scenario.products import SALES_ONLY
from p2c_assets.sandbox.scenario.quotes import CHICAGO, DUESSELDORF, INVERNESS, LONDON, MUENSTER, SEATTLE

LONG_NAME = "Everything for the new flagship store on Michigan Avenue, phase two, including the mezzanine"
"""91 letters: Sales takes 300, SCM's customer reference 60."""

OVERLONG_NUMBER = "SO-US-2026-FLAGSHIP-0001"

USMF_ORDERS = (
    Order(
        USMF,
        "SO-US-01",
        account_customer("US-001"),
        "Lamps and cables",
        (Line("P1001", "2", "49.90"), Line("P1003", "100", "2.1255")),
        CHICAGO,
    ),
    # The documented example: 10.00 off three pieces is 3.33 a piece and a charge of -0.01.
    Order(
        USMF,
        "SO-US-02",
        account_customer("US-002"),
        "Speakers",
        (Line("P1002", "3", "129.00", "10.00"),),
        Address("1 Wright Brothers Ave", "Dayton", "45402", "United States", "OH"),
    ),
    Order(
        USMF,
        "SO-US-03",
        account_customer("US-003"),
        "Chairs for Miami",
        (Line("P1004", "7", "299.99", "9.99"),),
        Address("88 Flagler St", "Miami", "33130", "USA", "FL"),
    ),
    Order(
        USMF,
        "SO-US-04",
        account_customer("US-004"),
        "Screws and toolboxes",
        (Line("P1005", "12", "7.35", unit="Box"), Line("U3002", "2", "64.00", "10.00")),
        SEATTLE,
    ),
    # The country of the delivery address is blank: US by the company's default.
    Order(
        USMF,
        "SO-US-05",
        account_customer("US-005"),
        "Toys corner",
        (Line("P2001", "2", "89.00"),),
        Address("12 Elm St", "Tulsa", "74103", "", "OK"),
    ),
    Order(
        USMF,
        "SO-US-06",
        contact_customer("P-US-01"),
        "Lamp for J. Peña",
        (Line("P1001", "1", "49.90"),),
        Address("14 Oak St", "Austin", "78701", "us", "TX"),
    ),
    # Lines without a sequence number are numbered before they are sent.
    Order(
        USMF,
        "SO-US-07",
        account_customer("US-001"),
        "Three lines, no numbers",
        (Line("P1001", "1", "49.90"), Line("P1002", "1", "129.00"), Line("P1006", "2.5", "85.00", unit="Hour")),
        CHICAGO,
        numbered=False,
    ),
    Order(
        USMF,
        "SO-US-08",
        account_customer("US-008"),
        "Half now, half later",
        (Line("P1004", "4", "299.99"), Line("P1001", "8", "49.90")),
        Address("10 Beacon St", "Boston", "02108", "us", "MA"),
    ),
    Order(
        USMF,
        "SO-US-09",
        account_customer("US-002"),
        "Invoiced in parts",
        (Line("P1005", "10", "7.35", unit="Box"), Line("P2001", "6", "89.00", "33.33")),
    ),
    Order(
        USMF,
        "SO-US-10",
        account_customer("US-007"),
        LONG_NAME,
        (Line("P1002", "2", "129.00"),),
        Address("77 Silverado Trail", "Napa", "94558", "us", "CA"),
    ),  # O01
    Order(
        USMF,
        "SO-US-11",
        account_customer("US-002"),
        "Still being written",
        (Line("P1001", "1", "49.90"),),
        activated=False,
    ),  # O02
    Order(
        USMF,
        "SO-US-12",
        account_customer("US-003"),
        "With engraving",
        (Line("P1001", "1", "49.90"), Line(None, "1", "35.00", text="Engraving")),
        CHICAGO,
    ),  # O03
    Order(
        USMF,
        "SO-US-13",
        account_customer("US-001"),
        "Toolboxes, as quoted",
        (Line("U3002", "6", "64.00"),),
        CHICAGO,
        quote="QUO-US-06",
    ),  # O04
    Order(USMF, "SO-US-14", account_customer("US-004"), "Ribbons", (Line("U3003", "20", "6.45"),), SEATTLE),  # O05
    Order(
        USMF, OVERLONG_NUMBER, account_customer("US-001"), "Flagship store", (Line("P1004", "40", "289.99"),), CHICAGO
    ),  # O06
    Order(
        USMF, "SO-US-16", account_customer("US-009"), "For the divers", (Line("P1001", "1", "49.90"),), CHICAGO
    ),  # O07
)

DEMF_ORDERS = (
    Order(
        DEMF,
        "SO-DE-01",
        account_customer("DE-001"),
        "Füllfederhalter",
        (Line("G3002", "50", "24.50"), Line("P1001", "4", "45.90")),
        DUESSELDORF,
    ),
    Order(
        DEMF,
        "SO-DE-02",
        account_customer("DE-002"),
        "Käsewaage und Nudeln",
        (Line("G3004", "7.125", "3.4575", unit="Kilogram"), Line("P1005", "3", "6.80", "10.00", "Box")),
        Address("Seestraße 3", "Überlingen", "88662", "Germany"),
    ),
    Order(DEMF, "SO-DE-03", account_customer("DE-003"), "Stühle", (Line("P1004", "7", "279.99", "9.99"),), MUENSTER),
    Order(
        DEMF,
        "SO-DE-04",
        account_customer("DE-004"),
        "Tafeln",
        (Line("P2001", "3", "79.00"),),
        Address("Am Markt 1", "Bamberg", "96047", "Deutschland"),
    ),
    Order(
        DEMF,
        "SO-DE-05",
        account_customer("DE-005"),
        "Machine à café",
        (Line("P2002", "2", "649.00"),),
        Address("Rue de l'Église 5", "Liège", "4000", "Belgium"),
    ),
    Order(
        DEMF,
        "SO-DE-06",
        contact_customer("P-DE-01"),
        "Lampe",
        (Line("P1001", "1", "45.90"),),
        Address("Lindenallee 4", "Erfurt", "99084", "DE"),
    ),
    Order(
        DEMF,
        "SO-DE-07",
        account_customer("DE-006"),
        "Rösterei",
        (Line("P2002", "1", "649.00", "49.00"), Line("P1006", "3.25", "78.00", unit="Hour")),
        numbered=False,
    ),
    Order(
        DEMF,
        "SO-DE-08",
        account_customer("DE-008"),
        "Kabel",
        (Line("P1003", "1000", "1.9875", "125.50"),),
        Address("Zollhof 14", "Hamburg", "20457", "germany"),
    ),
    Order(
        DEMF,
        "SO-DE-09",
        account_customer("DE-001"),
        "Teilrechnung",
        (Line("P1002", "5", "119.00"), Line("P1001", "5", "45.90")),
        DUESSELDORF,
    ),
    Order(
        DEMF,
        "SO-DE-10",
        account_customer("DE-012"),
        "Seidenlager",
        (Line("P1004", "2", "279.99"),),
        Address("Rheinstraße 40", "Karlsruhe", "76185", "Germany"),
    ),
    Order(
        DEMF,
        "SO-DE-11",
        account_customer("DE-008"),
        "Palettenware",
        (Line("P1005", "1", "900.00", unit="Pallet"),),
        DUESSELDORF,
    ),  # O08
    Order(
        DEMF,
        "SO-DE-12",
        account_customer("DE-002"),
        "Falsche Menge",
        (Line("P1001", "1", "45.90"), Line("P1001", "2", "45.90")),
        DUESSELDORF,
        line_columns={2: {"quantity": "zwei"}},
    ),  # O09
    Order(
        DEMF,
        "SO-DE-13",
        account_customer("DE-007"),
        "In ein Land ohne Namen",
        (Line("P1001", "1", "45.90"),),
        Address("Nirgendwo 1", "Nirgendwo", "0", "Schlaraffenland"),
    ),  # O10
)

GBSI_ORDERS = (
    Order(
        GBSI,
        "SO-GB-01",
        account_customer("GB-001"),
        "Reading lamps",
        (Line("P1001", "12", "39.90", "10.00"), Line("B3001", "6", "12.75")),
        INVERNESS,
    ),
    Order(GBSI, "SO-GB-02", account_customer("GB-002"), "Espresso", (Line("P2002", "3", "579.00", "10.00"),), LONDON),
    Order(
        GBSI, "SO-GB-03", account_customer("GB-003"), "Loom chairs", (Line("P1004", "7", "249.99", "9.99"),), INVERNESS
    ),
    Order(
        GBSI, "SO-GB-04", account_customer("GB-004"), "Deck screws", (Line("P1005", "60", "5.95", unit="Box"),), LONDON
    ),
    Order(
        GBSI,
        "SO-GB-05",
        account_customer("GB-005"),
        "Surf shop",
        (Line("P1001", "3", "39.90"), Line("P1003", "33", "1.7250")),
        Address("5 Beach Rd", "Swansea", "SA1 3SN", "GB"),
    ),
    Order(
        GBSI,
        "SO-GB-06",
        contact_customer("P-GB-01"),
        "Tea for C. Smythe",
        (Line("B3001", "2", "12.75"),),
        Address("9 Mews", "Bath", "BA1 1AA", "United Kingdom"),
    ),
    Order(
        GBSI,
        "SO-GB-07",
        account_customer("GB-007"),
        "Bergen",
        (Line("P1002", "4", "99.00"),),
        Address("Bryggen 9", "Bergen", "5003", "Norway"),
        numbered=False,
    ),
    Order(
        GBSI,
        "SO-GB-08",
        account_customer("GB-006"),
        "Linen store",
        (Line("P1004", "6", "249.99"), Line("P1001", "6", "39.90")),
    ),
    Order(
        GBSI,
        "SO-GB-09",
        account_customer("GB-002"),
        "Third café",
        (Line("P2002", "2", "579.00"), Line("P1006", "10", "72.00", "20.00", "Hour")),
        LONDON,
    ),
    Order(
        GBSI,
        "SO-GB-10",
        account_customer("GB-008"),
        "Belfry",
        (Line("P1006", "8.75", "72.00", unit="Hour"),),
        Address("2 Minster Yard", "York", "YO1 7HH", "gb"),
    ),
    Order(
        GBSI,
        "SO-GB-11",
        account_customer("GB-012"),
        "Engraved lamp",
        (Line("P1001", "1", "39.90"), Line(SALES_ONLY, "1", "28.00")),
        LONDON,
    ),  # O11
    Order(
        GBSI,
        "SO-GB-12",
        account_customer("GB-003"),
        "No price",
        (Line("P1001", "1", "39.90"),),
        LONDON,
        line_columns={1: {"quantity": None}},
    ),  # O12
)

PLANS = (
    Plan(USMF, "SO-US-01", tax="25.77"),
    Plan(USMF, "SO-US-03", freight="25.00"),
    Plan(USMF, "SO-US-04", freight="12.50", freight_tax="1.03"),
    Plan(USMF, "SO-US-08", "partial_delivery"),
    Plan(USMF, "SO-US-09", "partial_invoice"),
    Plan(USMF, "SO-US-10", "confirm"),
    Plan(DEMF, "SO-DE-02", freight="9.90", freight_tax="1.88"),
    Plan(DEMF, "SO-DE-04", "pick"),
    Plan(DEMF, "SO-DE-07", "partial_delivery"),
    Plan(DEMF, "SO-DE-08", tax="354.32", freight="120.00"),
    Plan(DEMF, "SO-DE-09", "partial_invoice"),
    Plan(DEMF, "SO-DE-10", "delivery"),
    Plan(GBSI, "SO-GB-02", freight="15.00", freight_tax="3.00"),
    Plan(GBSI, "SO-GB-04", tax="71.40"),
    Plan(GBSI, "SO-GB-08", "partial_delivery"),
    Plan(GBSI, "SO-GB-09", "partial_invoice"),
    Plan(GBSI, "SO-GB-10", "confirm"),
)
"""Orders that are not simply confirmed, picked, packed and invoiced; and tax, freight and tax on freight of some."""


def orders() -> tuple[Order, ...]:
    """All orders born in Sales, flawed ones included."""
    return (*USMF_ORDERS, *DEMF_ORDERS, *GBSI_ORDERS)
