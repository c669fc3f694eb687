"""One typed configuration: `p2c.toml` under environment variables. Secrets come from the environment only."""

import json
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from p2c_assets.errors import SettingsError

CONFIG_VARIABLE = "P2C_CONFIG"
DEFAULT_CONFIG = "p2c.toml"
VERSION = r"^\d+(\.\d+){1,3}$"


Constant = Literal["customer_group", "site", "warehouse", "language", "blank_country", "price_list"]
"""Settings of a company for which the original templates have a constant that is an example."""


class Company(BaseModel):
    """One legal entity of SCM and the business unit of Sales that belongs to it.

    `confirmed` names settings of the company that are left as they ship, because that is right here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    business_unit: str
    owner_team: str
    currency: str
    blank_country: str | None = None
    language: str = "en-us"
    customer_group: str = "10"
    site: str = "1"
    warehouse: str = "13"
    price_list: str | None = None
    sales_number_prefix: str = ""
    confirmed: tuple[Constant, ...] = ()

    @field_validator("confirmed", mode="before")
    @classmethod
    def _a_variable_holds_json(cls, value: Any) -> Any:
        """pydantic-settings leaves what is below a table of tables as text."""
        return json.loads(value) if isinstance(value, str) and value.startswith("[") else value


class MappingSettings(BaseModel):
    """What the specification leaves open, with its values as defaults.

    `companies` in the order of the configuration: the first that releases a product owns it in Sales, unless
    `product_owners` (product number -> company) says otherwise. `value_maps` and `overrides` come from the file's own
    sections.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounding: Literal["half_away_from_zero"] = "half_away_from_zero"
    price_scale: int = Field(default=4, ge=0, le=6)
    money_scale: int = Field(default=2, ge=0, le=4)
    money_scale_by_currency: Mapping[str, int] = Field(default_factory=lambda: {"JPY": 0})
    delivered_option: Literal["shipped", "packing_slip"] = "shipped"
    quote_address: Literal["shipto", "template"] = "shipto"
    delivery_address_name: str = "Delivery"
    delivery_address_description: str = "Delivery"
    unit_group: str = "Default Unit"
    default_price_list_by_currency: Mapping[str, str] = Field(default_factory=dict)
    product_owners: Mapping[str, str] = Field(default_factory=dict)
    companies: tuple[Company, ...] = ()
    value_maps: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)


class SystemSettings(BaseModel):
    """Where one system is, who we are there, and how much is asked of it at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    token_url: str
    client_id: str
    client_secret: SecretStr
    page_size: int = Field(default=5000, ge=1, le=5000)
    batch_changesets: int = Field(default=50, ge=1, le=1000)
    concurrency: int = Field(default=4, ge=1, le=52)
    timeout_s: float = Field(default=300.0, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _urls_have_no_trailing_slash(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Source: fin-ops services-home-page: a trailing slash breaks the token's audience."""
        return {key: value.rstrip("/") if key in {"url", "token_url"} else value for key, value in values.items()}


class Paths(BaseModel):
    """Where the platform keeps what it knows. Relative paths stand under the folder of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warehouse: Path = Path(".p2c/p2c.duckdb")
    warehouse_wait_s: float = Field(default=60.0, ge=0)
    events: Path = Path(".p2c/events.sqlite3")


class DeletedLines(BaseModel):
    """What becomes of a line that was sent and is gone from its source since: deleted while the document is open, or kept.

    `orders` are those that SCM has from Sales: it owns them. `returned_orders` are their copies in Sales.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quotes: Literal["delete", "keep"] = "delete"
    orders: Literal["delete", "keep"] = "keep"
    returned_orders: Literal["delete", "keep"] = "delete"


Rule = Literal["owner_wins", "hold"]


class Conflicts(BaseModel):
    """What happens where the side that does not own a document has changed it: the owner's value wins, or it is held.

    `repeats`: after so many times that the same other value came back, a document is held all the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: Rule = "owner_wins"
    contacts: Rule = "owner_wins"
    products: Rule = "owner_wins"
    quotes: Rule = "owner_wins"
    orders: Rule = "owner_wins"
    invoices: Rule = "owner_wins"
    repeats: int = Field(default=3, ge=1)


Removed = Literal["ignore", "deactivate"]


class Removals(BaseModel):
    """What follows when a record is deleted or deactivated in its source: nothing, or it is deactivated too.

    A customer is put on hold, a contact person made inactive, a product retired.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: Removed = "ignore"
    contacts: Removed = "ignore"
    products: Removed = "ignore"


class Delivery(BaseModel):
    """How much is read back by key, and what is done with invoiced orders, with what was removed and with conflicts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read_back_by_key_up_to: int = Field(default=200, ge=1)
    reopen_invoiced_orders: bool = True
    deleted_lines: DeletedLines = DeletedLines()
    conflicts: Conflicts = Conflicts()
    removals: Removals = Removals()


class FlowApproval(BaseModel):
    """When what a flow would write waits for a person: `always`, or (`automatic`) where a guard trips.

    Guards look at one plan: one direction of the flow, one company. `max_share_changed`: the share of the records that both
    systems have which it would change. `max_removals`: documents that it would delete from, cancel or close.
    `max_money_delta`: money that it would move, by currency; a currency that is not named has no guard.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["automatic", "always"] = "automatic"
    max_share_changed: float = Field(default=0.3, gt=0, le=1)
    max_removals: int = Field(default=20, ge=0)
    max_money_delta: Mapping[str, Decimal] = Field(default_factory=dict)

    @field_validator("max_money_delta")
    @classmethod
    def _amounts_are_not_negative(cls, amounts: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        for currency, amount in amounts.items():
            if not amount.is_finite() or amount < 0:
                raise ValueError(f"{amount} {currency}: an amount of zero or more")
        return {currency.upper(): amount for currency, amount in amounts.items()}


class OrdersApproval(FlowApproval):
    """Orders change with every step of their life, and after a first load all of them come back: their share says nothing."""

    max_share_changed: float = Field(default=1.0, gt=0, le=1)


class ApprovalSettings(BaseModel):
    """When plans wait for a person, per flow; from how many changed documents on a share counts; how long an approval holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: FlowApproval = FlowApproval()
    contacts: FlowApproval = FlowApproval()
    products: FlowApproval = FlowApproval()
    quotes: FlowApproval = FlowApproval()
    orders: OrdersApproval = OrdersApproval()
    invoices: FlowApproval = FlowApproval()
    share_from_documents: int = Field(default=100, ge=1)
    expires_after_h: float = Field(default=24.0, gt=0)

    def of(self, flow: str) -> FlowApproval:
        """What a flow has."""
        found = getattr(self, flow)
        if not isinstance(found, FlowApproval):
            raise KeyError(flow)
        return found


class ReadingSettings(BaseModel):
    """How the systems are read.

    Sales by `changes` (delta links) where a table has them, or always whole by `pages`. SCM by `pages`, or in runs for
    changes by `packages`: exports of the data projects that `packages` names by entity, with `{company}` where the company
    stands in the name. They pay from so many rows; deletions are not in them, so every so many reads keys are compared.
    Of up to `told_keys_up_to` rows that data events told of, just these are read (0: never).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sales: Literal["changes", "pages"] = "changes"
    scm: Literal["pages", "packages"] = "pages"
    packages: Mapping[str, str] = Field(default_factory=dict)
    package_from_rows: int = Field(default=20_000, ge=0)
    package_keys_every: int = Field(default=24, ge=1)
    package_wait_s: float = Field(default=1800.0, gt=0)
    told_keys_up_to: int = Field(default=1_000, ge=0, le=5_000)

    @field_validator("packages")
    @classmethod
    def _a_project_belongs_to_one_company(cls, packages: Mapping[str, str]) -> Mapping[str, str]:
        """Source: data-entities/entity-change-track.md: what was exported last is known for each project."""
        for entity, project in packages.items():
            if "{company}" not in project:
                raise ValueError(f"the data project of {entity} is {project!r}: its name lacks {{company}}")
        projects = list(packages.values())
        doubled = sorted({project for project in projects if projects.count(project) > 1})
        if doubled:
            raise ValueError(f"several entities have the data project {', '.join(doubled)}")
        return packages


class Alerts(BaseModel):
    """Who is told of failed runs: a `webhook` (a POST of `{"text": ...}`), e-mail addresses, both or nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhook: str | None = None
    smtp_host: str | None = None
    smtp_port: int = Field(default=25, ge=1, le=65535)
    mail_from: str = "p2c@localhost"
    mail_to: tuple[str, ...] = ()


class Sensors(BaseModel):
    """How often the systems are asked for changes, in seconds, whether the sensors run from the start, how long a run
    waits for more events, and after how many hours a delivered asset is stale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    running: bool = False
    sales_interval_s: int = Field(default=30, ge=1)
    scm_interval_s: int = Field(default=300, ge=1)
    scm_interval_s_by_entity: Mapping[str, int] = Field(default_factory=dict)
    stay_s: float = Field(default=60.0, ge=0)
    fresh_within_h: float = Field(default=26.0, gt=0)
    alerts: Alerts = Alerts()


class ReadinessSettings(BaseModel):
    """What must be true before the first document is sent, and which findings somebody has accepted.

    With `required` nothing is delivered for a company that is not ready. The sequences are the data types by which SCM's
    number sequence references name what they number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = True
    accepted: tuple[str, ...] = ()
    solution: str = "msdynce_ProspectToCashIntegration"
    solution_version: str = Field(default="1.15.0.0", pattern=VERSION)
    sales_version: str = Field(default="8.2.1.207", pattern=VERSION)
    scm_application_version: str = Field(default="7.3.11971.56116", pattern=VERSION)
    scm_platform_version: str = Field(default="7.0.4709.41129", pattern=VERSION)
    customer_sequence: str = "CustAccount"
    quotation_sequence: str = "QuotationIdBase"
    order_sequence: str = "SalesIdBase"


class EventSettings(BaseModel):
    """Where the receiver of events listens, and for which tables of Sales and entities of SCM events are sent (`*`: all).

    What is named is read when an event says so, and every `fallback_s` seconds all the same, because events get lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8120, ge=0, le=65535)
    secret: SecretStr | None = None
    sales: tuple[str, ...] = ()
    scm: tuple[str, ...] = ()
    fallback_s: int = Field(default=3600, ge=1)


class Settings(BaseSettings):
    """The whole configuration. Environment variables (`P2C_SALES__URL`) win over the file."""

    model_config = SettingsConfigDict(
        env_prefix="P2C_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    sales: SystemSettings
    scm: SystemSettings
    companies: Mapping[str, Company]
    mapping: MappingSettings = MappingSettings()
    mappings: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    value_maps: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    delivery: Delivery = Delivery()
    approval: ApprovalSettings = ApprovalSettings()
    reading: ReadingSettings = ReadingSettings()
    sensors: Sensors = Sensors()
    readiness: ReadinessSettings = ReadinessSettings()
    events: EventSettings = EventSettings()
    paths: Paths = Paths()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then what `load` read from the file; secrets have no business in files."""
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _companies_know_their_id(cls, values: dict[str, Any]) -> dict[str, Any]:
        companies = values.get("companies")
        if not isinstance(companies, Mapping):
            return values
        named = cast(Mapping[str, Any], companies)
        return {**values, "companies": {key.lower(): _with_id(key.lower(), value) for key, value in named.items()}}

    @model_validator(mode="after")
    def _a_business_unit_belongs_to_one_company(self) -> "Settings":
        units = [company.business_unit.lower() for company in self.companies.values()]
        doubled = {unit for unit in units if units.count(unit) > 1}
        if doubled:
            raise ValueError(f"business unit {', '.join(sorted(doubled))} is named by several companies")
        return self

    def mapping_settings(self) -> MappingSettings:
        """The mapping's settings together with the companies, the file's overrides and its value maps."""
        return self.mapping.model_copy(
            update={
                "companies": tuple(self.companies.values()),
                "overrides": self.mappings,
                "value_maps": self.value_maps,
            }
        )


def _with_id(company: str, value: Any) -> Any:
    return {"id": company, **cast(Mapping[str, Any], value)} if isinstance(value, Mapping) else value


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """The configuration file: `P2C_CONFIG`, else `p2c.toml` of the working folder."""
    return Path(environment.get(CONFIG_VARIABLE, DEFAULT_CONFIG))


def load(path: Path) -> Settings:
    """Read the file and the environment. Raises SettingsError naming each wrong setting, its value and what is allowed."""
    values = _read(path)
    for section, secret in (("sales", "client_secret"), ("scm", "client_secret"), ("events", "secret")):
        if secret in values.get(section, {}):
            variable = f"P2C_{section}__{secret}".upper()
            raise SettingsError(f"{path}: secrets come from the environment only ({variable})")
    return build(values, path.resolve().parent)


def build(values: Mapping[str, Any], folder: Path) -> Settings:
    """Validate values (under the environment); relative paths are resolved against the folder."""
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error
    placed = {name: folder / getattr(settings.paths, name) for name in ("warehouse", "events")}
    paths = settings.paths.model_copy(update=placed)
    return settings.model_copy(update={"paths": paths})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} does not exist; {CONFIG_VARIABLE} names another configuration file") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _explain(error: ValidationError) -> str:
    lines = [_explain_one(detail["loc"], detail["msg"], detail["input"], detail["type"]) for detail in error.errors()]
    return "the configuration is wrong:\n" + "\n".join(lines)


def _explain_one(location: tuple[int | str, ...], message: str, value: object, kind: str) -> str:
    name = ".".join(str(part) for part in location)
    variable = "P2C_" + "__".join(str(part).upper() for part in location)
    if kind == "missing":
        place = f"as {variable}" if "secret" in name else f"in {DEFAULT_CONFIG} or as {variable}"
        return f"  {name} is missing: set it {place}"
    shown = "(not shown)" if "secret" in name else repr(value)
    return f"  {name} = {shown}: {message}"
