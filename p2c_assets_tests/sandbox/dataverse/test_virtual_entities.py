"""F&O's entities as tables of Dataverse: refused by name."""

import pytest

from p2c_assets_tests.sandbox.dataverse.sales import Sales, message, refusal


@pytest.mark.parametrize(
    "path", ["mserp_custcustomerv2entities", "mserp_custcustomerv2entities(0000189f-0000-0000-0500-000001000000)"]
)
def test_virtual_entities_are_refused_by_name(sales: Sales, path: str) -> None:
    """power-platform/virtual-entities-overview, power-platform/entity-modeling: tables named mserp_<entity>."""
    answer = sales.get(path)
    assert refusal(answer) == (501, "501")
    assert message(answer) == "the sandbox does not support: virtual entities (mserp_custcustomerv2entities)"
