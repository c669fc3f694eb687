"""Ids that mean nothing: of requests, boundaries and correlations. Those of rows are made by their systems."""

from random import getrandbits


def random_guid() -> str:
    """A GUID of version 4, for a third of what `uuid.uuid4` costs."""
    digits = f"{getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
