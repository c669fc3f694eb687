"""Which versions the environment says it has. Source: three independent clients (GetApplicationVersion and its sisters)."""

from collections.abc import Mapping
from dataclasses import dataclass

from p2c_assets.sandbox.finops.action_schema import (
    APPLICATION_BUILD_VERSION,
    APPLICATION_VERSION,
    INSTALLED_MODULES,
    PLATFORM_BUILD_VERSION,
    Action,
)
from p2c_assets.sandbox.finops.actions import Perform


@dataclass(frozen=True)
class Versions:
    """Four numbers each. modules: name -> version; all are published by Microsoft."""

    application: str = "10.0.2177.37"
    platform_build: str = "7.0.7690.29"
    application_build: str = "10.0.2177.37"
    modules: tuple[tuple[str, str], ...] = (
        ("ApplicationFoundation", "7.0.7690.29"),
        ("ApplicationSuite", "10.0.2177.37"),
    )

    def performers(self) -> Mapping[Action, Perform]:
        """What the version actions answer."""
        return {
            APPLICATION_VERSION: lambda _: self.application,
            PLATFORM_BUILD_VERSION: lambda _: self.platform_build,
            APPLICATION_BUILD_VERSION: lambda _: self.application_build,
            INSTALLED_MODULES: lambda _: [_module(name, version) for name, version in self.modules],
        }


def _module(name: str, version: str) -> str:
    return f"Name: {name} | Version: {version} | Module: {name} | Publisher: Microsoft | DisplayName: {name}"
