"""Contacts: a company's contact becomes a contact person, a contact that buys becomes a customer.

sales contacts -> raw -> two mappings (the fork is msdynce_isactivecustomer) -> CDSContactPersons and CustomersV2.
"""

import dagster as dg

from p2c_assets.defs.stages import Context, Result, Stages, Systems
from p2c_assets.defs.steps import delivered, mapped, planned, raw, reconciled
from p2c_assets.mappings import sales, scm

ENTITIES = (sales.CONTACTS, scm.CONTACT_PERSONS, scm.CUSTOMERS_V2)
"""What reconciliation reads afresh on both sides."""


def assets(companies: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The flow's assets, in the order of their data."""
    stage = Stages("contacts", companies)

    @stage.raw_sales("raw/sales/contacts")
    def raw_sales_contacts(context: Context, platform: Systems) -> Result:
        """Contacts of Sales, all companies, with the flags that decide what they become."""
        return raw.read_sales(context, platform, sales.CONTACTS)

    @stage.raw_scm("raw/scm/contact_persons")
    def raw_scm_contact_persons(context: Context, platform: Systems) -> Result:
        """Contact persons of one legal entity as SCM holds them now."""
        return raw.read_scm(context, platform, scm.CONTACT_PERSONS)

    @stage.mapped(
        "mapped/scm/contact_persons",
        ["raw/scm/customers_v2", "raw/sales/contacts", "raw/sales/accounts", "delivered/scm/customers_from_accounts"],
    )
    def mapped_scm_contact_persons(context: Context, platform: Systems) -> Result:
        """One row per contact: the contact person it becomes, or why it does not."""
        return mapped.map_task(context, platform, "contacts_to_contact_persons")

    @stage.mapped(
        "mapped/scm/customers_from_contacts",
        [
            "raw/sales/accounts",
            "raw/sales/contacts",
            "raw/sales/transactioncurrencies",
            "delivered/scm/customers_from_accounts",
        ],
    )
    def mapped_scm_customers_from_contacts(context: Context, platform: Systems) -> Result:
        """One row per contact: the customer it becomes, or why it does not."""
        return mapped.map_task(context, platform, "contacts_to_customers")

    @stage.planned("planned/scm/contact_persons", ["mapped/scm/contact_persons", "raw/scm/contact_persons"])
    def planned_scm_contact_persons(context: Context, platform: Systems) -> Result:
        """What would be written to contact persons, with before and after per field."""
        return planned.plan_unit(context, platform, "scm/contact_persons")

    @stage.planned(
        "planned/scm/customers_from_contacts", ["mapped/scm/customers_from_contacts", "raw/scm/customers_v2"]
    )
    def planned_scm_customers_from_contacts(context: Context, platform: Systems) -> Result:
        """What would be written to customers that are persons, with before and after per field."""
        return planned.plan_unit(context, platform, "scm/customers_from_contacts")

    @stage.delivered_to_scm("delivered/scm/contact_persons", ["planned/scm/contact_persons"])
    def delivered_scm_contact_persons(context: Context, platform: Systems) -> Result:
        """Contact persons created and updated in SCM, with SCM's own words where it refused."""
        return delivered.deliver_unit(context, platform, "scm/contact_persons")

    @stage.delivered_to_scm("delivered/scm/customers_from_contacts", ["planned/scm/customers_from_contacts"])
    def delivered_scm_customers_from_contacts(context: Context, platform: Systems) -> Result:
        """Customers that are persons, created and updated in SCM."""
        return delivered.deliver_unit(context, platform, "scm/customers_from_contacts")

    @stage.reconciled("reconciled/contacts", ["delivered/scm/contact_persons", "delivered/scm/customers_from_contacts"])
    def reconciled_contacts(context: Context, platform: Systems) -> Result:
        """Contacts against contact persons and customers, read afresh."""
        return reconciled.reconcile_flow(context, platform, "contacts", ENTITIES)

    return [
        raw_sales_contacts,
        raw_scm_contact_persons,
        mapped_scm_contact_persons,
        mapped_scm_customers_from_contacts,
        planned_scm_contact_persons,
        planned_scm_customers_from_contacts,
        delivered_scm_contact_persons,
        delivered_scm_customers_from_contacts,
        reconciled_contacts,
    ]
