"""Accounts of Sales become customers of SCM.

Source: MicrosoftDocs accounts-template-mapping-direct (text and pictured grid). Payment terms, delivery terms and modes are
excluded there too: they need value maps of the customer's own.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    GRID,
    constant,
    copies,
    copy,
    currency_code,
    customer_address,
    party_block,
    setting,
)
from p2c_assets.mappings.model import Task

ACCOUNTS_TO_CUSTOMERS = Task(
    name="accounts_to_customers",
    flow="accounts",
    title="Accounts (Sales to SCM)",
    source=sales.ACCOUNTS,
    target=scm.CUSTOMERS_V2,
    asset="scm/customers_from_accounts",
    unit="scm/customers_from_accounts",
    document="accountnumber",
    checks=("customer_numbers",),
    fields=(
        copy("accountnumber", "CustomerAccount", required=True),
        copy("accountnumber", "PartyNumber", mode="on_create", note="The account number is the party number: D:mig."),
        copy("name", "OrganizationName", required=True),
        copy("creditlimit", "CreditLimit"),
        copy("numberofemployees", "OrganizationNumberOfEmployees", note="Blank is 0."),
        currency_code("SalesCurrencyCode", fallback=True),
        *copies(
            ("description", "SalesMemo"),
            ("emailaddress1", "PrimaryContactEmail"),
            ("telephone1", "PrimaryContactPhone"),
            ("fax", "PrimaryContactFax"),
            ("websiteurl", "PrimaryContactURL"),
        ),
        *customer_address("Address", "address1"),
        copy("name", "AddressDescription"),
        constant("AddressLocationRoles", "Business", f"{GRID}, D:dw"),
        *customer_address("DeliveryAddress", "address2"),
        copy("name", "DeliveryAddressDescription"),
        constant("PartyType", "Organization", f"{GRID}, D:dw"),
        constant("IsExternallyMaintained", "Yes", f"{GRID}, D:acc", mode="synced", note="Later filters go by it."),
        setting("CustomerGroupId", "company.customer_group", f"{GRID}, D:acc"),
        setting("SiteId", "company.site", f"{GRID}, D:acc"),
        setting("WarehouseId", "company.warehouse", f"{GRID}, D:acc"),
        setting("LanguageId", "company.language", f"{GRID}, D:acc"),
    ),
    blocks=(
        party_block("address", "Address", "address1", "AddressDescription", "AddressLocationRoles"),
        party_block("delivery address", "DeliveryAddress", "address2", "DeliveryAddressDescription"),
    ),
    optional=(
        copy("primarytwitterid", "PrimaryContactTwitter", "D:dw"),
        copy("address1_county", "AddressCounty", "I"),
        copy("address2_county", "DeliveryAddressCounty", "I"),
    ),
)

TASKS: tuple[Task, ...] = (ACCOUNTS_TO_CUSTOMERS,)
