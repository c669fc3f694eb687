"""Every reason a row can be given instead of arriving: what it means, who can act, and how.

DATA only. `detail` of a row adds the offending value; the code here is what is counted, filtered by and documented. `dipv`
is the code of the same rule in dual-write's validation (DIPV), for people who know those.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Outcome = Literal["filtered", "rejected", "held", "refused"]
Responsible = Literal["CRM admin", "ERP admin", "data owner"]


class Reason(NamedTuple):
    """Why a row did not arrive."""

    code: str
    outcome: Outcome
    cause: str
    owner: Responsible
    fix: str
    dipv: int | None = None


_FILTERED = (
    Reason(
        "contact_is_customer",
        "filtered",
        "the contact is an active customer and goes to SCM as a customer",
        "data owner",
        "nothing to do",
    ),
    Reason(
        "contact_not_customer",
        "filtered",
        "the contact has bought nothing yet",
        "data owner",
        "nothing to do: its first quote or order makes it an active customer",
    ),
    Reason(
        "parent_is_not_account",
        "filtered",
        "the contact's company is not an account",
        "data owner",
        "give the contact an account as company in Sales if it should be a contact person in SCM",
    ),
    Reason("quote_not_active", "filtered", "the quote is not active", "data owner", "activate the quote in Sales"),
    Reason(
        "superseded_revision",
        "filtered",
        "a later revision of the quote is active",
        "data owner",
        "close the older revision in Sales",
    ),
    Reason(
        "order_not_activated",
        "filtered",
        "the order is a draft",
        "data owner",
        "activate the order in Sales",
    ),
    Reason(
        "order_cancelled_in_sales",
        "filtered",
        "the order was cancelled in Sales",
        "data owner",
        "cancel the order in SCM if it is there already: SCM owns it, and no interface of SCM cancels an order",
    ),
    Reason(
        "owned_by_scm",
        "filtered",
        "SCM has the order and owns it",
        "data owner",
        "change the order in SCM; it returns by itself",
    ),
    Reason(
        "lines_not_externally_maintained",
        "filtered",
        "the document has no line, a write-in line or a product that is not from SCM",
        "data owner",
        "use products that come from SCM on every line",
    ),
    Reason(
        "write_in_line",
        "filtered",
        "the line is a write-in without product",
        "data owner",
        "replace it by a product that comes from SCM",
    ),
    Reason(
        "foreign_product",
        "filtered",
        "the line's product is not from SCM",
        "data owner",
        "replace it by a product that comes from SCM",
    ),
    Reason(
        "freight_tax_line",
        "filtered",
        "the line stands for the tax on SCM's charges",
        "data owner",
        "nothing to do: the solution keeps this line",
    ),
    Reason(
        "order_not_confirmed",
        "filtered",
        "the order is not confirmed in SCM",
        "ERP admin",
        "confirm the order in SCM",
    ),
    Reason(
        "totals_not_calculated",
        "filtered",
        "SCM has not calculated the order's totals",
        "ERP admin",
        "run the batch job Calculate sales totals in SCM",
    ),
    Reason(
        "customer_not_externally_maintained",
        "filtered",
        "the ordering customer does not come from Sales",
        "ERP admin",
        "nothing to do unless the customer should be kept in Sales",
    ),
    Reason(
        "invoice_customer_not_externally_maintained",
        "filtered",
        "the invoiced customer does not come from Sales",
        "ERP admin",
        "nothing to do unless the customer should be kept in Sales",
    ),
    Reason(
        "work_order_origin",
        "filtered",
        "the order comes from a work order",
        "ERP admin",
        "nothing to do: work orders have an integration of their own",
    ),
    Reason(
        "free_text_invoice",
        "filtered",
        "the invoice belongs to no sales order",
        "ERP admin",
        "nothing to do: free text invoices stay in SCM",
    ),
    Reason(
        "price_list_shared",
        "filtered",
        "another company gives this product its price in the same price list",
        "CRM admin",
        "give the company a price list of its own (price_list) if its prices differ",
    ),
)

_REJECTED = (
    Reason(
        "wrong_type",
        "rejected",
        "a value is not of its column's type",
        "data owner",
        "correct the value in the source",
        1030,
    ),
    Reason(
        "key_missing",
        "rejected",
        "the key is empty",
        "data owner",
        "fill the key in the source",
        1014,
    ),
    Reason(
        "key_too_long",
        "rejected",
        "the key is longer than the destination's; keys are never cut",
        "data owner",
        "shorten the key in the source",
        1004,
    ),
    Reason(
        "duplicate_key",
        "rejected",
        "several rows have the same key",
        "data owner",
        "give each row a key of its own in the source",
        1023,
    ),
    Reason(
        "key_used_by_other_company",
        "rejected",
        "another company uses the same number, and Sales' numbers are not per company",
        "CRM admin",
        "set sales_number_prefix for one of the companies",
        1002,
    ),
    Reason(
        "required_value_missing",
        "rejected",
        "a value that the destination requires is empty",
        "data owner",
        "fill the value in the source",
        1010,
    ),
    Reason(
        "unmapped_country",
        "rejected",
        "the country is not in the value map",
        "CRM admin",
        "correct the country in the source or add it under [value_maps.countries] or [value_maps.country_regions]",
    ),
    Reason(
        "unmapped_unit",
        "rejected",
        "the unit has no counterpart in the other system",
        "CRM admin",
        "add it under [value_maps.units], and make sure that Sales has the unit in the product's unit group",
    ),
    Reason(
        "unmapped_currency",
        "rejected",
        "the currency has no counterpart in the other system",
        "CRM admin",
        "create the currency in Sales with its ISO code",
    ),
    Reason(
        "unmapped_status",
        "rejected",
        "the processing status is not in the value map",
        "ERP admin",
        "add it under [value_maps.processing_status]",
    ),
    Reason(
        "unmapped_value",
        "rejected",
        "the value is not in its value map",
        "CRM admin",
        "correct the value in the source or add it to the value map",
    ),
    Reason(
        "no_price_list",
        "rejected",
        "there is no valid price list in the document's currency",
        "CRM admin",
        "create a price list of that currency in Sales, or correct the one that the settings name",
    ),
    Reason(
        "no_unit_group",
        "rejected",
        "the unit group is not in Sales",
        "CRM admin",
        "correct mapping.unit_group or create the unit group in Sales",
    ),
    Reason(
        "out_of_range",
        "rejected",
        "a number is outside of what the destination takes",
        "data owner",
        "correct the number in the source",
    ),
    Reason(
        "already_ordered_from_quote",
        "rejected",
        "SCM has made an order of this order's quote already",
        "data owner",
        "cancel one of the two orders",
    ),
)

_HELD = (
    Reason(
        "parent_missing",
        "held",
        "a record that this one refers to is not in the destination yet",
        "data owner",
        "it is sent by itself as soon as that record has arrived",
        1027,
    ),
)

_DELIVERY = (
    Reason(
        "deleted_in_source",
        "filtered",
        "the row was read before and is no longer in its source",
        "data owner",
        "nothing to do: delivery.deleted_lines and delivery.removals say what follows; documents stay until somebody acts",
    ),
    Reason(
        "deactivated_in_source",
        "filtered",
        "the record was deleted or deactivated in its source, and is deactivated in the destination by delivery.removals",
        "data owner",
        "nothing to do; who wants it back activates it in both systems",
    ),
    Reason(
        "moved_to_other_company",
        "filtered",
        "the row belongs to another company's business unit now",
        "CRM admin",
        "nothing to do: it goes on in that company; what was sent of it in this one stays there",
    ),
    Reason(
        "lines_missing",
        "held",
        "the document's lines were not read with it",
        "data owner",
        "it is sent by itself at the next run, once it has lines",
    ),
    Reason(
        "lines_of_other_company",
        "rejected",
        "lines of the document belong to another business unit",
        "CRM admin",
        "give the document and all its lines one owner in Sales",
        1002,
    ),
    Reason(
        "number_used_by_other_document",
        "rejected",
        "the other system has a different order of this number",
        "data owner",
        "renumber one of the two orders; give the two systems number series that cannot meet",
        1023,
    ),
    Reason(
        "deleted_lines_kept",
        "filtered",
        "lines were deleted in the source after they had been sent, and stay in the destination",
        "data owner",
        "delete them there if they should go; delivery.deleted_lines says when that is done by itself",
    ),
    Reason(
        "deleted_in_scm",
        "filtered",
        "SCM had the order and has deleted it; SCM owns it, so it is not made anew",
        "data owner",
        "cancel the order in Sales, or copy it there under a new number if SCM should have it again",
    ),
    Reason(
        "quotation_closed_in_scm",
        "rejected",
        "the quotation is confirmed, lost or cancelled in SCM, which takes no changes of it any more",
        "data owner",
        "make a new quote in Sales, or change what SCM has made of the quotation",
    ),
    Reason(
        "order_closed_in_sales",
        "rejected",
        "the order is cancelled or fulfilled in Sales, which takes no changes of it any more",
        "data owner",
        "cancel the order in SCM too, or make a new one: Sales does not open it again",
    ),
    Reason(
        "conflict",
        "held",
        "the side that does not own the document has changed it",
        "data owner",
        "make both values equal in either system; or let the owner's value win with delivery.conflicts",
    ),
    Reason(
        "order_invoiced_in_sales",
        "filtered",
        "Sales calls the order invoiced, and the settings leave such orders alone",
        "CRM admin",
        "set delivery.reopen_invoiced_orders if later changes in SCM should still arrive",
    ),
    Reason(
        "business_unit_not_mapped",
        "rejected",
        "the row's business unit belongs to no company of the settings",
        "CRM admin",
        "name the business unit under [companies], or move the row in Sales",
        1008,
    ),
    Reason(
        "too_many_lines",
        "rejected",
        "the document does not fit one changeset, and documents are never split",
        "data owner",
        "divide the document in the source",
    ),
    Reason(
        "refused_by_destination",
        "refused",
        "the destination said no; its words are in the detail",
        "data owner",
        "correct the record: it is sent again once it has changed; after a repair elsewhere run `p2c retry`",
    ),
    Reason(
        "approval",
        "held",
        "the flow's plans wait for a person (approval.<flow>.mode is always)",
        "data owner",
        "look at it with `p2c plan`, release it with `p2c approve PLAN`",
    ),
    Reason(
        "guard",
        "held",
        "the plan does more than its flow's guards allow without a person",
        "data owner",
        "look at it with `p2c plan`; release it with `p2c approve PLAN`, or correct the source and run again",
    ),
    Reason(
        "changed_since_plan",
        "held",
        "the destination was changed between the plan and the delivery",
        "data owner",
        "nothing to do: the next run plans anew",
    ),
    Reason(
        "no_answer",
        "held",
        "the destination may have taken it, but its answer was not read",
        "ERP admin",
        "nothing to do: the next run reads the record first",
    ),
    Reason(
        "lost_by_destination",
        "held",
        "the destination answered that it was done, and what was written is not there",
        "ERP admin",
        "look at the destination's own rules, events and plug-ins for the record; it is sent once more, and then no more "
        "until it, its mapping or its destination changes, or until p2c retry",
    ),
    Reason(
        "altered_by_destination",
        "held",
        "the destination answered that it was done, and holds another value than it was sent",
        "ERP admin",
        "find out who changes it (a plug-in, a workflow, a person); leave the field out of the mapping if it is theirs; it is "
        "sent once more, and then no more until it, its mapping or its destination changes, or until p2c retry",
    ),
    Reason(
        "destination_unavailable",
        "held",
        "the destination did not take requests",
        "ERP admin",
        "run again when the destination is available",
    ),
)

GIVEN_BY_TRANSFORMS: Mapping[str, Reason] = {reason.code: reason for reason in (*_FILTERED, *_REJECTED, *_HELD)}
"""Reasons that a mapping gives before anything is sent, by code."""

REASONS: Mapping[str, Reason] = {**GIVEN_BY_TRANSFORMS, **{reason.code: reason for reason in _DELIVERY}}
"""All reasons, by code."""
