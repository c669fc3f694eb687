"""The scenario's orders that SCM's own people book on its first day, mostly web orders, and what becomes of them.

Customers are those that the first chain carried over, and a few that SCM keeps for itself. Flawed ones carry the id of
their flaw; what is expected of them stands in `flaws`.
"""

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF
from p2c_assets.sandbox.scenario.documents import Address, Line
from p2c_assets.sandbox.scenario.erp import ErpOrder, Plan

COLLIDING_NUMBER = "WEB-000777"
"""SCM numbers orders per company, Sales for all: two orders of two companies have this one."""

AUSTIN = Address("14 Oak St", "Austin", "78701", "US", "TX")
CHICAGO = Address("233 S Wacker Dr", "Chicago", "60606", "US", "IL", "Floor 12")
DUESSELDORF = Address("Königsallee 12", "Düsseldorf", "40212", "DE")
LONDON = Address("3 Neal St", "London", "WC2H 9PU", "GB")

KEPT_IN_SCM = {"usmf": "SCM-US-900", "demf": "SCM-DE-900"}
"""Customers that SCM's own people keep: not externally maintained."""

USMF_ORDERS = (
    ErpOrder(USMF, "WEB-US-01", "P-US-02", (Line("P2003", "1", "59.50"), Line("U3001", "3", "14.95", "10.00")), AUSTIN),
    ErpOrder(
        USMF,
        "WEB-US-02",
        "US-001",
        (Line("P1001", "20", "47.4050"), Line("P1003", "60", "2.1255")),
        CHICAGO,
        reference="PO 4500017",
    ),
    ErpOrder(
        USMF, "WEB-US-03", "P-US-03", (Line("P1002", "1", "129.00"),), AUSTIN, reference="cancelled by the customer"
    ),
    # Two packing slips, two invoices: half on the first day, the rest on the second.
    ErpOrder(
        USMF, "WEB-US-04", "US-004", (Line("P1004", "10", "289.9950", "55.55"), Line("P1005", "40", "7.35", unit="Box"))
    ),
    ErpOrder(USMF, "WEB-US-05", "US-002", (Line("U3001", "7", "14.95", "9.99"),), reference="PO 4500018"),
    ErpOrder(
        USMF,
        "SCM-US-0600",
        "US-001",
        (Line("U3002", "6", "64.00"),),
        CHICAGO,
        name="From quotation",
        header={"QuotationNumber": "QUO-US-06"},
    ),
    ErpOrder(USMF, COLLIDING_NUMBER, "US-003", (Line("P1001", "1", "49.90"),)),  # S01
    ErpOrder(USMF, "WEB-US-07", "US-008", (Line("P1001", "1", "49.90"),), name="Waiting for credit check"),  # S02
    ErpOrder(USMF, "WEB-US-08", "US-008", (Line("P1002", "2", "129.00"),), name="Totals batch did not run"),  # S03
    ErpOrder(USMF, "WEB-US-09", KEPT_IN_SCM["usmf"], (Line("P1004", "1", "299.99"),), name="Staff purchase"),  # S04
    ErpOrder(
        USMF,
        "WEB-US-10",
        "US-002",
        (Line("P1006", "3", "85.00", unit="Hour"),),
        name="Work order",
        header={"SalesOrderOriginType": "WorkOrderIntegration"},
    ),  # S05
    ErpOrder(USMF, "WEB-US-11", "US-007", (Line("U3004", "1", "410.00", unit="Drum"),)),  # S06
    ErpOrder(
        USMF, "WEB-US-12", "US-001", (Line("P1001", "2", "68.00"),), CHICAGO, header={"CurrencyCode": "CAD"}
    ),  # S07
)

DEMF_ORDERS = (
    ErpOrder(
        DEMF,
        "WEB-DE-01",
        "P-DE-02",
        (Line("G3001", "2", "34.90"), Line("G3003", "3", "9.80", "10.00")),
        Address("Ringweg 2", "Köln", "50667", "DE"),
    ),
    ErpOrder(
        DEMF,
        "WEB-DE-02",
        "DE-001",
        (Line("P1003", "500", "1.9875"), Line("P2001", "7", "79.00", "9.99")),
        DUESSELDORF,
        reference="Bestellung 88/2026",
    ),
    ErpOrder(DEMF, "WEB-DE-03", "P-DE-03", (Line("G3002", "1", "24.50"),)),
    ErpOrder(DEMF, "WEB-DE-04", "DE-003", (Line("P1004", "8", "275.1250"), Line("P1001", "8", "45.90"))),
    ErpOrder(
        DEMF,
        "WEB-DE-05",
        "DE-006",
        (Line("G3004", "25.375", "3.4575", unit="Kilogram"),),
        Address("Graben 20", "Wien", "1010", "AT"),
    ),
    ErpOrder(DEMF, COLLIDING_NUMBER, "DE-002", (Line("P1001", "1", "45.90"),)),  # S08
    ErpOrder(DEMF, "WEB-DE-07", "DE-008", (Line("P1002", "1", "119.00"),), header={"CurrencyCode": "CHF"}),  # S09
    ErpOrder(DEMF, "WEB-DE-08", KEPT_IN_SCM["demf"], (Line("P1001", "2", "45.90"),)),  # S10
)

GBSI_ORDERS = (
    ErpOrder(GBSI, "WEB-GB-01", "P-GB-02", (Line("P2003", "2", "47.50"), Line("B3002", "3", "19.50", "10.00")), LONDON),
    ErpOrder(
        GBSI,
        "WEB-GB-02",
        "GB-001",
        (Line("P1003", "320", "1.7250"), Line("B3001", "48", "11.9995")),
        Address("1 Church St", "Haworth", "BD22 8DR", "GB"),
        reference="PO/2026/Ø7",
    ),
    ErpOrder(GBSI, "WEB-GB-03", "P-GB-03", (Line("P1001", "1", "39.90"),), LONDON),
    ErpOrder(GBSI, "WEB-GB-04", "GB-002", (Line("P2002", "4", "561.6250", "99.99"),), LONDON),
    ErpOrder(GBSI, "WEB-GB-05", "GB-006", (Line("P1005", "100", "5.95", "12.34", "Box"),)),
    ErpOrder(GBSI, "WEB-GB-06", "GB-004", (Line("P1002", "2", "99.00"),), name="Picked, no more"),
    ErpOrder(GBSI, "WEB-GB-07", "GB-012", (Line("P1001", "1", "39.90"),), LONDON, name="Invoice to Prishtinë"),  # S11
    ErpOrder(GBSI, "WEB-GB-08", "GB-005", (Line("P1004", "1", "249.99"),), name="Stopped by the credit desk"),  # S12
)

PLANS = (
    Plan(USMF, "WEB-US-01", tax="8.17", freight="6.95"),
    Plan(USMF, "WEB-US-03", "cancel"),
    Plan(USMF, "WEB-US-04", "partial_invoice"),
    Plan(USMF, "WEB-US-05", freight="4.00", freight_tax="0.33"),
    Plan(USMF, "WEB-US-07", "none"),
    Plan(USMF, "WEB-US-08", "confirm", totals=False),
    Plan(DEMF, "WEB-DE-01", freight="4.90", freight_tax="0.93"),
    Plan(DEMF, "WEB-DE-03", "cancel"),
    Plan(DEMF, "WEB-DE-04", "partial_invoice"),
    Plan(GBSI, "WEB-GB-03", "cancel"),
    Plan(GBSI, "WEB-GB-04", "partial_invoice"),
    Plan(GBSI, "WEB-GB-05", tax="116.53", freight="20.00", freight_tax="4.00"),
    Plan(GBSI, "WEB-GB-06", "pick"),
    Plan(GBSI, "WEB-GB-08", "none"),
)


def erp_orders() -> tuple[ErpOrder, ...]:
    """All orders born in SCM, flawed ones included."""
    return (*USMF_ORDERS, *DEMF_ORDERS, *GBSI_ORDERS)
