"""The stages as decorators: what the assets of one stage have in common, whatever their flow.

A flow's module names its keys and dependencies as literals; kind, owner, partitions and checks follow from the stage.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg

from p2c_assets.defs import checks
from p2c_assets.defs.checks import Check
from p2c_assets.defs.platform import Platform
from p2c_assets.readiness.kinds import Asset

Context = dg.AssetExecutionContext
Systems = dg.ResourceParam[Platform]
Decorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]
if TYPE_CHECKING:
    Result = dg.MaterializeResult[Any]
else:
    Result = (
        dg.MaterializeResult
    )  # dagster 1.13 does not know the parameterised class where checks stand beside the asset
CRM_OWNERS = ["team:crm-admins"]
ERP_OWNERS = ["team:erp-admins"]
DATA_OWNERS = ["team:data-engineers"]


class Stages(NamedTuple):
    """The stages of one flow (its group in the UI), partitioned by company."""

    flow: str
    companies: dg.PartitionsDefinition[str]

    def raw_sales(self, key: str, after: Sequence[str] = ()) -> Decorator:
        """Read from Sales, all companies at once; lines `after` their headers, so that no header lacks its lines."""
        return dg.asset(
            key=key.split("/"),
            group_name=self.flow,
            kinds={"dataverse", "duckdb"},
            owners=CRM_OWNERS,
            deps=[dg.AssetKey(dep.split("/")) for dep in after],
        )

    def raw_scm(self, key: str, after: Sequence[str] = ()) -> Decorator:
        """Read from SCM, one company; lines `after` their headers."""
        return self._of_company(key, {"d365fo", "duckdb"}, ERP_OWNERS, after, ())

    def mapped(self, key: str, deps: Sequence[str]) -> Decorator:
        """Source rows in the destination's form."""
        return self._of_company(key, {"polars", "duckdb"}, DATA_OWNERS, deps, checks.ON_MAPPED)

    def planned(self, key: str, deps: Sequence[str]) -> Decorator:
        """What would be written."""
        return self._of_company(key, {"duckdb"}, DATA_OWNERS, deps, checks.ON_PLANNED)

    def delivered_to_sales(self, key: str, deps: Sequence[str]) -> Decorator:
        """What Sales made of it."""
        return self._of_company(key, {"dataverse", "duckdb"}, CRM_OWNERS, deps, checks.ON_DELIVERED)

    def delivered_to_scm(self, key: str, deps: Sequence[str]) -> Decorator:
        """What SCM made of it."""
        return self._of_company(key, {"d365fo", "duckdb"}, ERP_OWNERS, deps, checks.ON_DELIVERED)

    def reconciled(self, key: str, deps: Sequence[str]) -> Decorator:
        """Both sides compared."""
        return self._of_company(key, {"duckdb"}, DATA_OWNERS, deps, checks.ON_RECONCILED)

    def looked_at_in_sales(self, key: str, asset: Asset) -> Decorator:
        """What is found about Sales."""
        return self._of_company(key, {"dataverse"}, CRM_OWNERS, (), checks.on_readiness(asset))

    def looked_at_in_scm(self, key: str, asset: Asset) -> Decorator:
        """What is found about SCM."""
        return self._of_company(key, {"d365fo"}, ERP_OWNERS, (), checks.on_readiness(asset))

    def looked_at_in_rows(self, key: str, asset: Asset, deps: Sequence[str]) -> Decorator:
        """What is found in rows of both."""
        return self._of_company(key, {"polars", "duckdb"}, DATA_OWNERS, deps, checks.on_readiness(asset))

    def _of_company(
        self, key: str, kinds: set[str], owners: Sequence[str], deps: Sequence[str], found: Sequence[Check]
    ) -> Decorator:
        return dg.asset(
            key=key.split("/"),
            group_name=self.flow,
            kinds=kinds,
            owners=owners,
            deps=[dg.AssetKey(dep.split("/")) for dep in deps],
            partitions_def=self.companies,
            check_specs=checks.specs(key, found),
        )
