"""Sales territories of AdventureWorks as companies: five of them are the United States, the others one country each.

Source: AdventureWorks, Sales.SalesTerritory (the publication leaves this table out; its ten rows are fixed).
"""

from p2c_assets.sandbox.scenario.companies import AUMF, CAMF, DEMF, FRSI, GBSI, USMF, SandboxCompany

COMPANY_OF = {
    "1": USMF,
    "2": USMF,
    "3": USMF,
    "4": USMF,
    "5": USMF,
    "6": CAMF,
    "7": FRSI,
    "8": DEMF,
    "9": AUMF,
    "10": GBSI,
}
"""By territoryid: Northwest, Northeast, Central, Southwest, Southeast, Canada, France, Germany, Australia, United Kingdom."""

COMPANIES: tuple[SandboxCompany, ...] = (USMF, CAMF, FRSI, DEMF, AUMF, GBSI)
