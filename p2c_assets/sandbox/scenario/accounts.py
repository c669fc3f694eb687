"""The scenario's accounts, as Sales people keep them on the first day. Flawed ones carry the id of their flaw.

Rows are made in `sales_rows`; what is expected of the flawed ones stands in `flaws`.
"""

from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF, SandboxCompany
from p2c_assets.sandbox.scenario.documents import Address
from p2c_assets.sandbox.scenario.sales_rows import Row, account, currency, identity

LONG_NAME = (
    "International Brotherhood of Independent Retail Cooperatives and Wholesale Associations of the Midwest, Holding"
)
"""112 letters: Sales takes 160, SCM 100."""

LONG_CITY = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-by-the-Sea"
"""69 letters: Sales takes 80, SCM 60."""

OVERLONG_NUMBER = "GB-KINGFISHER-TRADING-1889"
SHARED_NUMBER = "EU-4711"
"""An account number of two companies: SCM keeps customers per company, so that both arrive."""


def accounts() -> list[Row]:
    """All accounts of the scenario, flawed ones included."""
    return [*_usmf(), *_demf(), *_gbsi(), *_of_no_company()]


def _usmf() -> list[Row]:
    return [
        _account(USMF, "US-001", "Contoso Retail Chicago", _us("233 S Wacker Dr", "Chicago", "IL", "60606"), "250000"),
        _account(USMF, "US-002", "Fabrikam Dayton", _us("1 Wright Brothers Ave", "Dayton", "OH", "45402"), "80000"),
        _account(USMF, "US-003", "Adatum São Paulo Imports", _us("88 Flagler St", "Miami", "FL", "33130"), "15000.55"),
        _account(USMF, "US-004", "Northwind Traders", _us("400 Pine St", "Seattle", "WA", "98101"), "120000"),
        # The blank country becomes US: this company has a default for it.
        _account(USMF, "US-005", "Wingtip Toys", Address("12 Elm St", "Tulsa", "74103", "", "OK"), "9000"),
        _account(USMF, "US-006", LONG_NAME, _us("5 Dearborn St", "Chicago", "IL", "60604"), "5000"),  # A01
        _account(
            USMF,
            "US-007",
            "Coho Vineyard",
            _us("77 Silverado Trail", "Napa", "CA", "94558"),
            "30000",
            address2_line1="Dock 4, 900 Port Rd",
            address2_city="Oakland",
            address2_stateorprovince="CA",
            address2_postalcode="94607",
            address2_country="USA",
        ),
        _account(USMF, "US-008", "Lucerne Publishing", _us("10 Beacon St", "Boston", "MA", "02108"), "60000"),
        _account(
            USMF, "US-009", "Lost City Divers", Address("1 Coral Way", "Poseidonis", "0", "Atlantis"), "100"
        ),  # A02
        _account(USMF, None, "Nameless Number Ltd.", _us("3 Blank Rd", "Reno", "NV", "89501"), "100"),  # A03
        _account(USMF, "US-011", "Twin Peaks Lodge", _us("1 Falls Rd", "Snoqualmie", "WA", "98065"), "2000"),  # A04
        {
            **_account(
                USMF, "US-011", "Twin Peaks Lodge (copy)", _us("1 Falls Rd", "Snoqualmie", "WA", "98065"), "2000"
            ),
            "accountid": identity("account", "US-011", "copy"),  # A05
        },
        _account(
            USMF,
            "US-012",
            "Proseware Staffing",
            _us("9 Market St", "Denver", "CO", "80202"),
            "7000",
            numberofemployees="about fifty",  # A06: a text where a number belongs
        ),
        _account(
            USMF,
            "US-013",
            "Reykjavík Wool Outlet",
            _us("4 Harbor Ln", "Portland", "ME", "04101"),
            "4000",
            **currency("ISK"),  # A07: a currency that SCM has not set up
        ),
    ]


def _demf() -> list[Row]:
    return [
        _account(DEMF, "DE-001", "Müller & Söhne GmbH", _de("Königsallee 12", "Düsseldorf", "40212"), "175000"),
        _account(DEMF, "DE-002", "Käsehaus Überlingen", _de("Seestraße 3", "Überlingen", "88662"), "22000.5"),
        _account(DEMF, "DE-003", "Fahrradwerk Münster eG", _de("Hafenweg 8", "Münster", "48155"), "64000"),
        _account(DEMF, "DE-004", "Brauerei zum Löwen", _de("Am Markt 1", "Bamberg", "96047"), "41000"),
        _account(
            DEMF,
            "DE-005",
            "Société Générale d'Équipement",
            Address("Rue de l'Église 5", "Liège", "4000", "Belgium"),
            "33000",
        ),
        _account(DEMF, "DE-006", "Wiener Kaffeerösterei", Address("Graben 20", "Wien", "1010", "AT"), "28000"),
        _account(DEMF, "DE-007", "Orgelbau Weiß", _de("Domplatz 2", "Fulda", "36037"), "12000"),
        _account(DEMF, "DE-008", "Spedition Günther", _de("Zollhof 14", "Hamburg", "20457"), "90000"),
        # Only the American company has a default for a blank country: this address is not sent.
        _account(DEMF, "DE-009", "Ohne Land KG", Address("Irgendwoweg 1", "Irgendwo", "00000", ""), "500"),  # A08
        _account(DEMF, "DE-010", None, _de("Namenloser Weg 9", "Kassel", "34117"), "500"),  # A09
        _account(DEMF, SHARED_NUMBER, "Doppelt & Partner (Köln)", _de("Ring 1", "Köln", "50667"), "1500"),
        _account(DEMF, "DE-012", "Badische Seiden", _de("Rheinstraße 40", "Karlsruhe", "76185"), "18000"),
    ]


def _gbsi() -> list[Row]:
    return [
        _account(GBSI, "GB-001", "Brontë & Daughters Ltd", _gb("1 Church St", "Haworth", "BD22 8DR"), "95000"),
        _account(GBSI, "GB-002", "Caffè Nero Holdings", _gb("3 Neal St", "London", "WC2H 9PU"), "47000"),
        _account(GBSI, "GB-003", "Highland Woollens", _gb("22 High St", "Inverness", "IV1 1HT"), "38000"),
        _account(GBSI, "GB-004", "Thames Chandlery", _gb("8 Wapping Wall", "London", "E1W 3SG"), "26000.75"),
        _account(GBSI, "GB-005", "Siân's Surf Shop", _gb("5 Beach Rd", "Swansea", "SA1 3SN"), "8000"),
        _account(GBSI, "GB-006", "Ulster Linen Co.", _gb("14 Bedford St", "Belfast", "BT2 7FD"), "52000"),
        _account(GBSI, "GB-007", "Fjord & Fell Outfitters", Address("Bryggen 9", "Bergen", "5003", "Norway"), "31000"),
        _account(GBSI, "GB-008", "Cathedral Bells", _gb("2 Minster Yard", "York", "YO1 7HH"), "11000"),
        _account(GBSI, "GB-009", "Anglesey Railway Society", _gb("Station Rd", LONG_CITY, "LL61 5UJ"), "1000"),  # A10
        _account(GBSI, OVERLONG_NUMBER, "Kingfisher Trading", _gb("18 Quay", "Bristol", "BS1 4UA"), "900"),  # A11
        {
            **_account(GBSI, SHARED_NUMBER, "Doubled & Partners (Leeds)", _gb("1 Ring", "Leeds", "LS1 4DY"), "1500"),
            "accountid": identity("account", SHARED_NUMBER, "gbsi"),
        },
        _account(GBSI, "GB-012", "Norwich Mustard", _gb("7 Colman Rd", "Norwich", "NR4 7UB"), "14000"),
    ]


def _of_no_company() -> list[Row]:
    """An account of a business unit that no company of the settings has."""
    ship = Address("1-1 Marunouchi", "Tokyo", "100-0005", "Japan")
    return [_account(None, "JP-001", "Tailspin Tokyo", ship, "1000")]  # A12


def _account(
    company: SandboxCompany | None, number: str | None, name: str | None, home: Address, limit: str, **more: Any
) -> Row:
    key = number or f"without number: {name}"
    return {
        **account(company, key, name or ""),
        "accountnumber": number,
        "name": name,
        "creditlimit": Decimal(limit),
        "numberofemployees": 25,
        "telephone1": f"+00 555 {identity('phone', key)[:4]}",
        "emailaddress1": f"office@{identity('mail', key)[:8]}.example.com",
        "websiteurl": f"https://{identity('mail', key)[:8]}.example.com",
        **_first_address(home),
        **more,
    }


def _first_address(home: Address) -> Row:
    columns = {
        "address1_line1": home.street,
        "address1_city": home.city,
        "address1_stateorprovince": home.state,
        "address1_postalcode": home.zip_code,
        "address1_country": home.country,
    }
    return {name: value or None for name, value in columns.items()}


def _us(street: str, city: str, state: str, zip_code: str) -> Address:
    return Address(street, city, zip_code, "United States", state)


def _de(street: str, city: str, zip_code: str) -> Address:
    return Address(street, city, zip_code, "Germany")


def _gb(street: str, city: str, zip_code: str) -> Address:
    return Address(street, city, zip_code, "United Kingdom")
