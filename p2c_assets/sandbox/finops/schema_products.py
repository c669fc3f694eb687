"""Sellable released products: fifteen columns, read-only. Source: $metadata (10.0.4x)."""

from p2c_assets.sandbox.finops.columns import EntitySet, company, decimals, enum, integer, text, yes_no

SELLABLE_RELEASED_PRODUCTS = EntitySet(
    name="SellableReleasedProducts",
    entity="SellableReleasedProduct",
    aot="EcoResSellableReleasedProductEntity",
    table="InventTable",
    table_label="Released products",
    keys=("dataAreaId", "ProductNumber"),
    read_only=True,
    sources=4,
    columns=(
        company(),
        text("ProductNumber", 70, "never"),
        text("ProductName", 100, "never"),
        text("ProductDescription", 1000, "never"),
        enum("ProductType", "EcoResProductType", "never"),
        text("SalesUnitSymbol", 10, "never"),
        integer("SalesUnitDecimalPrecision", "never"),
        text("InventoryUnitSymbol", 10, "never"),
        integer("InventoryUnitDecimalPrecision", "never"),
        *decimals("SalesPrice UnitCost", "never"),
        text("CurrencyCode", 3, "never"),
        *yes_no("IsSalesStopped IsStockedProduct", "never"),
        enum("FieldServiceProductType", "FieldServiceProductType", "never"),
    ),
)
