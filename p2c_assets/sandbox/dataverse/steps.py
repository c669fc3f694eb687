"""Which steps run before and after a write, by table: the platform's own rules first, then the solution's plug-ins.

The steps themselves are in the *_steps modules. Order matters: later ones see what earlier ones set.
"""

from collections.abc import Mapping

from p2c_assets.sandbox.dataverse import document_steps as headers
from p2c_assets.sandbox.dataverse import line_steps as lines
from p2c_assets.sandbox.dataverse import party_steps as parties
from p2c_assets.sandbox.dataverse import product_steps as products
from p2c_assets.sandbox.dataverse import webhooks
from p2c_assets.sandbox.dataverse.schema import DOCUMENTS, Document
from p2c_assets.sandbox.dataverse.work import After, Before


def _before_header(document: Document) -> tuple[Before, ...]:
    shared = (headers.number_document(document), headers.check_price_list(document))
    return (*shared, headers.default_processing_status) if document.prefix == "ORD" else shared


def _after_header(document: Document) -> tuple[After, ...]:
    shared = (headers.touch_header(document), headers.activate_customer)
    return (*shared, headers.invoice_order) if document.prefix == "INV" else shared


BEFORE: Mapping[str, tuple[Before, ...]] = {
    "account": (parties.number_account,),
    "contact": (parties.number_contact, parties.mark_company, parties.full_name),
    "product": (products.check_unit,),
    "productpricelevel": (products.derive_item,),
    "serviceendpoint": (webhooks.keep_secret,),
    "sdkmessageprocessingstep": (webhooks.check_step,),
    **{document.header.logical: _before_header(document) for document in DOCUMENTS},
    **{document.line.logical: tuple(step(document) for step in lines.BEFORE) for document in DOCUMENTS},
}
AFTER: Mapping[str, tuple[After, ...]] = {
    "product": (products.list_price,),
    **{document.header.logical: _after_header(document) for document in DOCUMENTS},
    **{document.line.logical: (lines.touch_lines(document),) for document in DOCUMENTS},
}
