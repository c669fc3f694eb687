"""The sandbox's own certificate authority: clients that insist on https trust its file, and the twins its certificates.

With a folder the authority is kept in it, so that a client's trust outlives the process; else it lasts as long as that.
"""

import ssl
from pathlib import Path

import trustme

CA_FILE = "sandbox-ca.pem"
KEY_FILE = "sandbox-ca-key.pem"
NAMES = ("localhost", "127.0.0.1", "::1")
TRUST_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Between them every Python client is served: httpx and aiohttp read the first, requests the second."""


class Authority:
    """One authority, whose certificate is in `ca_file`."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / CA_FILE
        self._authority = _kept(folder) or _new(folder)

    def server_context(self) -> ssl.SSLContext:
        """What a server on loopback shows its callers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*NAMES).configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make other programs trust the twins, and nobody else."""
        return dict.fromkeys(TRUST_VARIABLES, str(self.ca_file))


def _kept(folder: Path) -> trustme.CA | None:
    certificate, key = folder / CA_FILE, folder / KEY_FILE
    if not (certificate.is_file() and key.is_file()):
        return None
    return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())


def _new(folder: Path) -> trustme.CA:
    authority = trustme.CA(organization_name="Prospect to cash sandbox")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEY_FILE).touch(mode=0o600)
    (folder / KEY_FILE).write_bytes(authority.private_key_pem.bytes())
    (folder / CA_FILE).write_bytes(authority.cert_pem.bytes())
    return authority
