"""The exceptions of the platform.

    P2cError
    ├── SettingsError        configuration is wrong: nothing starts
    ├── PermanentError       asking again changes nothing: someone has to act
    └── TransientError       asking again later may succeed

Rows never raise: a flawed row gets an outcome with a reason. These are for what stops a whole step.
"""


class P2cError(Exception):
    """Anything this platform raises on purpose."""


class SettingsError(P2cError):
    """A setting is missing, wrong or unknown; the text names it, its value and what is allowed."""


class PermanentError(P2cError):
    """The same request would fail again; the text says what was attempted, on which record, and what came back."""


class TransientError(P2cError):
    """The same request may succeed later: throttling, gateway errors, connections that broke."""
