"""The code location: flows listed by hand, and the chain as the command line runs it.

`defs` is what Dagster loads; it reads the configuration when it is called, not when this module is imported. Tests, the
sandbox and customers use the same door: `build_defs(settings)`.
"""

from datetime import timedelta

import dagster as dg

from p2c_assets import settings as configuration
from p2c_assets.defs import readiness
from p2c_assets.defs.approve import approve_job
from p2c_assets.defs.automation import automated
from p2c_assets.defs.flows import accounts, contacts, invoices, orders, products, quotes, references
from p2c_assets.defs.jobs import jobs, partitions
from p2c_assets.defs.platform import platform_resource
from p2c_assets.defs.sensors import follow_changes
from p2c_assets.defs.sensors.all_sensors import sensors
from p2c_assets.events import subjects
from p2c_assets.extraction import choice
from p2c_assets.mappings import catalogue
from p2c_assets.settings import Settings
from p2c_assets.warehouse.database import Database


def build_defs(settings: Settings, database: Database | None = None) -> dg.Definitions:
    """Definitions for these settings; runs open the warehouse themselves, or work on one that is open already.

    Raises SettingsError when an override or a data project names something unknown.
    """
    catalogue.tasks(settings.mapping_settings())
    choice.check(settings.reading)
    subjects.check(settings.events)
    companies = partitions(list(settings.companies))
    fresh_within = timedelta(hours=settings.sensors.fresh_within_h)
    defined = [
        *references.assets(companies),
        *products.assets(companies),
        *accounts.assets(companies),
        *contacts.assets(companies),
        *quotes.assets(companies),
        *orders.assets(companies),
        *invoices.assets(companies),
    ]
    assets = [automated(asset, fresh_within) for asset in defined]
    following = follow_changes.job(settings, lambda: found, assets)
    found = dg.Definitions(
        assets=[*assets, *readiness.assets(companies)],
        jobs=[*jobs(), approve_job(), following],
        sensors=sensors(settings, assets, following),
        resources={"platform": platform_resource(settings, database)},
        executor=dg.in_process_executor,
    )
    return found


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads: the configuration file of the working folder, or the one that P2C_CONFIG names."""
    return build_defs(configuration.load(configuration.config_path()))
