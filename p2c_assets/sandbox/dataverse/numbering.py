"""Numbers, GUIDs and suffixes that the system makes up; the same sequence gives the same ones.

Numbers come in from a journaled sequence of the store; nothing here keeps state.
"""

from hashlib import sha256

from p2c_assets.sandbox.dataverse.assumptions import NUMBER_START

SUFFIX_LENGTH = 6


def autonumber(prefix: str, sequence: int) -> str:
    """ACC-01000-BVRCPS. `sequence` counts from 0.

    Source: MicrosoftDocs accounts-template-mapping-direct.md, contacts-template-mapping-direct.md (the examples).
    """
    number = NUMBER_START + sequence
    return f"{prefix}-{number:05d}-{_suffix(f'{prefix}{number}')}"


def _suffix(seed: str) -> str:
    digest = sha256(seed.encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:SUFFIX_LENGTH])


def server_guid(sequence: int) -> str:
    """Server-made GUIDs are sequential and never meet one that a client made up (version 4 or 5).

    Source: bengribaudo.com, "Dataverse Web API: client-supplied ids" (sequential ids index better).
    """
    return f"{sequence:08x}-0000-1000-8000-00d3a0000000"
