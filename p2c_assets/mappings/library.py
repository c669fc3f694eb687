"""Building blocks of the flows' mappings: field maps in one line each, address blocks, what several tasks share.

The tasks themselves are in the modules named after the flows.
"""

from p2c_assets.mappings.model import Block, Exists, FieldMap, Mode
from p2c_assets.mappings.rules import (
    Constant,
    Copy,
    Currency,
    FromSetting,
    Owner,
    PriceList,
    Reference,
    Rule,
    Unit,
    Value,
    ValueMap,
)

GRID = "D:grid"
CUSTOMER_NUMBER = "customerid.Account(accountnumber).Contact(msdynce_contactnumber)"
CURRENCY_CODE = "transactioncurrencyid.isocurrencycode"
CUSTOMERS = "scm.customers_v2"
RELEASED_PRODUCTS = "scm.sellable_released_products"
SHIP_TO = ("name", "line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


def field(
    target: str,
    rule: Rule,
    evidence: str = GRID,
    *,
    mode: Mode = "synced",
    note: str = "",
    required: bool = False,
    exists: Exists | None = None,
    as_key: bool = False,
) -> FieldMap:
    """One field, with the usual mode and evidence left out."""
    return FieldMap(target, rule, mode, evidence, note, required, exists, as_key)


def copy(
    source: str,
    target: str,
    evidence: str = GRID,
    *,
    mode: Mode = "synced",
    blank: Value | None = None,
    required: bool = False,
    note: str = "",
) -> FieldMap:
    """The source as it is."""
    return field(target, Copy(source=source, blank=blank), evidence, mode=mode, required=required, note=note)


def copies(*pairs: tuple[str, str], evidence: str = GRID, mode: Mode = "synced") -> tuple[FieldMap, ...]:
    """Several sources as they are."""
    return tuple(copy(source, target, evidence, mode=mode) for source, target in pairs)


def constant(target: str, value: Value, evidence: str = GRID, *, mode: Mode = "on_create", note: str = "") -> FieldMap:
    """A constant: for new rows only unless the mode says otherwise."""
    return field(target, Constant(value=value), evidence, mode=mode, note=note)


def setting(target: str, name: str, evidence: str = GRID, note: str = "") -> FieldMap:
    """A value from the settings: for new rows only, so that it never overwrites what a clerk changed."""
    return field(target, FromSetting(setting=name), evidence, mode="on_create", note=note)


def mapped(
    source: str, target: str, value_map: str, evidence: str = GRID, *, blank: str | None = None, note: str = ""
) -> FieldMap:
    """A value through a value map."""
    return field(target, ValueMap(source=source, value_map=value_map, blank=blank), evidence, note=note)


def country(source: str, target: str, evidence: str = f"{GRID}, D:quo, D:ord") -> FieldMap:
    """Country as people write it to ISO 3166-1 alpha-2. Source: MicrosoftDocs sales-quotation-template-mapping."""
    rule = ValueMap(
        source=source, value_map="countries", blank_setting="company.blank_country", unmapped="unmapped_country"
    )
    return field(
        target, rule, evidence, note="Blank: the company's blank_country; where it has none, no address is sent."
    )


def currency_code(target: str, *, fallback: bool = False) -> FieldMap:
    """The ISO code of a Sales currency."""
    note = "Blank: the company's currency." if fallback else ""
    return field(target, Currency(source=CURRENCY_CODE, fallback=fallback), required=True, note=note)


def customer_number(target: str) -> FieldMap:
    """The number of the account or contact; the row is held until SCM has that customer."""
    rule = Copy(source=CUSTOMER_NUMBER)
    exists = Exists(CUSTOMERS, "CustomerAccount")
    return field(target, rule, exists=exists, note="Held until SCM has the customer.", as_key=True)


def product_number() -> FieldMap:
    """The number of a product; the row is held where the company has not released it."""
    rule = Copy(source="productid.productnumber")
    exists = Exists(RELEASED_PRODUCTS, "ProductNumber")
    note = "Held where the product is not released in the company."
    return field("ProductNumber", rule, exists=exists, note=note, as_key=True)


def unit_symbol() -> FieldMap:
    """SCM's unit symbol for a unit of Sales. Source: mappings.md 3.7 (symbols are compared without case)."""
    rule = ValueMap(source="uomid.name", value_map="units", inverse=True, unmapped="unmapped_unit")
    return field("SalesUnitSymbol", rule, f"{GRID}, D:quo", required=True, as_key=True)


def sales_currency() -> FieldMap:
    """The Sales currency of an ISO code."""
    rule = Reference(
        source="CurrencyCode", entity="sales.transactioncurrencies", by="isocurrencycode", absent="unmapped_currency"
    )
    return field("transactioncurrencyid", rule, required=True)


def line_currency() -> FieldMap:
    """A line inherits its document's currency, so that it is only given when the line is created."""
    rule = Reference(
        source="CurrencyCode", entity="sales.transactioncurrencies", by="isocurrencycode", absent="unmapped_currency"
    )
    return field("transactioncurrencyid", rule, mode="on_create", note="Inherited from the document in Sales.")


def price_list(evidence: str) -> FieldMap:
    """The price list of the document's currency."""
    note = "The company's price_list, else default_price_list_by_currency, else the first valid one by name."
    return field("pricelevelid", PriceList(source="CurrencyCode"), evidence, mode="on_create", note=note, required=True)


def sales_product() -> FieldMap:
    """The Sales product of a number; the row is held until Sales has it."""
    rule = Reference(source="ProductNumber", entity="sales.products", by="productnumber", absent="parent_missing")
    return field("productid", rule, required=True)


def sales_unit(evidence: str) -> FieldMap:
    """The unit of the product's own unit group."""
    return field("uomid", Unit(source="SalesUnitSymbol", product="ProductNumber"), evidence, required=True)


def maintained_externally(evidence: str) -> FieldMap:
    """Everything that comes from SCM is read-only in Sales; synced, since the flag is what later filters go by."""
    return constant("msdynce_ismaintainedexternally", True, evidence, mode="synced")


def owner() -> FieldMap:
    """What we create belongs to the default team of the company's business unit."""
    return field("ownerid", Owner(), "I", mode="on_create", note="The company's owner_team.")


def ship_to_block(country_source: str = "shipto_country") -> Block:
    """The delivery address of a quote or order: sent only where one of the shipto columns is filled."""
    parts = ("Name", "Description", "Street", "StreetNumber", "City", "StateId", "ZipCode", "CountryRegionISOCode")
    return Block(
        name="delivery address",
        fields=("IsDeliveryAddressOrderSpecific", *(f"DeliveryAddress{part}" for part in parts)),
        sources=tuple(f"shipto_{part}" for part in SHIP_TO),
        country=country_source,
        only_when_filled=True,
    )


def delivery_address(
    street_number: str = "shipto_line2", postal_code: str = "shipto_postalcode"
) -> tuple[FieldMap, ...]:
    """The delivery address of a quote or order."""
    specific = "Sent with the address only. Source of the need: an order's own address must be marked as such."
    return (
        copy("shipto_city", "DeliveryAddressCity"),
        country("shipto_country", "DeliveryAddressCountryRegionISOCode"),
        copy("shipto_line1", "DeliveryAddressStreet"),
        copy(street_number, "DeliveryAddressStreetNumber"),
        copy(postal_code, "DeliveryAddressZipCode"),
        copy("shipto_stateorprovince", "DeliveryAddressStateId"),
        setting(
            "DeliveryAddressName", "mapping.delivery_address_name", note="The grid's text is not public: a setting."
        ),
        constant("IsDeliveryAddressOrderSpecific", "Yes", mode="synced", note=specific),
        setting(
            "DeliveryAddressDescription",
            "mapping.delivery_address_description",
            note="The grid's text is not public: a setting.",
        ),
    )


def party_block(name: str, target: str, source: str, *more: str) -> Block:
    """An address of a customer or contact person."""
    state = "StateId" if target == "PrimaryAddress" else "State"
    parts = ("Street", "City", state, "ZipCode", "CountryRegionISOCode")
    columns = ("line1", "line2", "line3", "city", "stateorprovince", "county", "postalcode", "country")
    return Block(
        name=name,
        fields=(*(f"{target}{part}" for part in parts), *more),
        sources=tuple(f"{source}_{column}" for column in columns),
        country=f"{source}_country",
    )


def customer_address(target: str, source: str) -> tuple[FieldMap, ...]:
    """An address of Customers V2. Line 2 never reached it in any generation of the templates."""
    return (
        copy(f"{source}_line1", f"{target}Street"),
        copy(f"{source}_city", f"{target}City"),
        copy(f"{source}_stateorprovince", f"{target}State"),
        copy(f"{source}_postalcode", f"{target}ZipCode"),
        country(f"{source}_country", f"{target}CountryRegionISOCode", f"{GRID}, D:old-acc"),
    )
