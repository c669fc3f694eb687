"""The scenario's contacts: people at accounts, consumers who buy themselves, and people who do neither.

Rows are made in `sales_rows`; what is expected of the flawed ones stands in `flaws`.
"""

from decimal import Decimal
from typing import Any

from p2c_assets.sandbox.scenario.companies import DEMF, GBSI, USMF, SandboxCompany
from p2c_assets.sandbox.scenario.sales_rows import Row, contact, party

LONG_FIRST_NAME = "Wilhelmine Friederike Auguste"
"""29 letters: Sales takes 50, SCM 25."""

OVERLONG_NUMBER = "CON-GB-FEATHERSTONEHAUGH"

_COUNTRY = {"usmf": "United States", "demf": "Germany", "gbsi": "United Kingdom"}


def contacts() -> list[Row]:
    """All contacts of the scenario, flawed ones included."""
    return [*_usmf(), *_demf(), *_gbsi()]


def _usmf() -> list[Row]:
    return [
        _at(USMF, "C-US-01", "Zoë", "Johnson", "US-001", jobtitle="Buyer", gendercode=2, familystatuscode=2),
        _at(USMF, "C-US-02", "Hernán", "Ibáñez", "US-001", department="Logistics", gendercode=1),
        _at(USMF, "C-US-03", "Amy", "Strande", "US-002", donotemail=True, middlename="L."),
        _at(USMF, "C-US-04", "Gary", "Yukish", "US-004", familystatuscode=3),
        _at(USMF, "C-US-05", "Renée", "Lo", "US-005"),
        _at(USMF, "C-US-06", "Carlos", "Grilo", "US-007", statecode=1, statuscode=2),
        _at(USMF, "C-US-07", "Karin", "Zimprich", "US-008"),
        _buyer(USMF, "P-US-01", "José", "Peña", "1500"),
        _buyer(USMF, "P-US-02", "Ana", "Trujillo", "800.25"),
        _buyer(USMF, "P-US-03", "Thomas", "Hardy", "0"),
        # Works at an account and buys for himself: contact person first, customer now.
        {**_at(USMF, "P-US-04", "Ray", "Sanchez", "US-003"), "msdynce_isactivecustomer": True},
        _passer_by(USMF, "N-US-01", "Kim", "Abercrombie"),  # C01
        _at(USMF, "C-US-13", "Nemo", "Atlan", "US-009"),  # C02: the account is rejected
        _buyer(USMF, "P-US-06", "Cher", None, "10"),  # C03
        _buyer(USMF, "P-US-05", "Ægir", "Sea", "10", address1_country="Lyonesse"),  # C04
    ]


def _demf() -> list[Row]:
    return [
        _at(DEMF, "C-DE-01", "Jürgen", "Groß", "DE-001", jobtitle="Einkäufer", gendercode=1),
        _at(DEMF, "C-DE-02", "Käthe", "Schäfer", "DE-002", gendercode=2),
        _at(DEMF, "C-DE-03", "Søren", "Kjær", "DE-003"),
        _at(DEMF, "C-DE-04", "Anneliese", "Meyer-Lüdenscheid", "DE-004", department="Verkauf"),
        _at(DEMF, "C-DE-05", "Benoît", "Lefèvre", "DE-005", familystatuscode=4),
        _at(DEMF, "C-DE-06", "Franz", "Huber", "DE-006"),
        _at(DEMF, "C-DE-07", LONG_FIRST_NAME, "von Hohenzollern", "DE-007"),  # C05
        _buyer(DEMF, "P-DE-01", "Lotte", "Weiß", "1200"),
        _buyer(DEMF, "P-DE-02", "Peter", "Franke", "350.5"),
        _buyer(DEMF, "P-DE-03", "Şule", "Yılmaz", "0"),
        _buyer(DEMF, "P-DE-04", "Dörte", "Ahrens", "75"),
        _passer_by(DEMF, "N-DE-01", "Max", "Mustermann"),  # C06
        _at(DEMF, "C-DE-13", "Ohne", "Namen", "DE-010"),  # C07: the account is rejected
        _buyer(DEMF, None, "Ohne", "Nummer", "5"),  # C08
        _at(DEMF, "C-DE-15", "Greta", "Vogel", "DE-012"),
    ]


def _gbsi() -> list[Row]:
    return [
        _at(GBSI, "C-GB-01", "Niamh", "O'Brien", "GB-001", jobtitle="Curator", gendercode=2),
        _at(GBSI, "C-GB-02", "Piero", "Nerò", "GB-002", gendercode=1),
        _at(GBSI, "C-GB-03", "Màiri", "MacLeod", "GB-003"),
        _at(GBSI, "C-GB-04", "Tom", "Wapshott", "GB-004"),
        _at(GBSI, "C-GB-05", "Siân", "Rhys", "GB-005", donotemail=True),
        _at(GBSI, "C-GB-06", "Éamon", "Walsh", "GB-006", familystatuscode=1),
        _at(GBSI, "C-GB-07", "Åse", "Bjørnstad", "GB-007"),
        _buyer(GBSI, "P-GB-01", "Chloë", "Smythe", "600"),
        _buyer(GBSI, "P-GB-02", "Rhodri", "Llewellyn", "940.99"),
        _buyer(GBSI, "P-GB-03", "Ian", "Ng", "0"),
        _passer_by(GBSI, "N-GB-01", "Jo", "Bloggs"),  # C09
        _buyer(GBSI, OVERLONG_NUMBER, "Ann", "Featherstonehaugh", "20"),  # C10
        _buyer(GBSI, "P-GB-04", "Zed", "Typo", "10", creditlimit="a lot"),  # C11: a text where a number belongs
        # Parent is another contact, so that she belongs to no account and buys nothing herself.
        {**_passer_by(GBSI, "N-GB-02", "Ida", "Smythe"), **party("parentcustomerid", "contact", "P-GB-01")},  # C12
        _at(GBSI, "C-GB-15", "Nora", "Keen", "GB-012"),
    ]


def _at(company: SandboxCompany, number: str, first: str, last: str | None, account: str, **more: Any) -> Row:
    """A person at an account, to become a contact person in SCM."""
    return _contact(company, number, first, last, **{**party("parentcustomerid", "account", account), **more})


def _buyer(company: SandboxCompany, number: str | None, first: str, last: str | None, limit: str, **more: Any) -> Row:
    """A consumer who has bought before (an active customer), to become a customer in SCM."""
    return _contact(
        company, number, first, last, **{"msdynce_isactivecustomer": True, "creditlimit": Decimal(limit), **more}
    )


def _passer_by(company: SandboxCompany, number: str, first: str, last: str) -> Row:
    """Somebody who neither works at an account nor ever bought."""
    return _contact(company, number, first, last)


def _contact(company: SandboxCompany, number: str | None, first: str, last: str | None, **more: Any) -> Row:
    key = number or f"without number: {first} {last}"
    row = contact(company, key, first, last, emailaddress1=f"{key.replace(' ', '')[:20]}@people.example.com")
    home = {"address1_line1": "1 Main St", "address1_city": "Springfield", "address1_postalcode": "12345"}
    parent = {"msdynce_iscompanyanaccount": more.get("parentcustomerid_type") == "account"}
    return {**row, **home, "address1_country": _COUNTRY[company.id], **parent, **more, "msdynce_contactnumber": number}
