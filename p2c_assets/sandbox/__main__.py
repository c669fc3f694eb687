"""`python -m p2c_assets.sandbox`: the twins in the foreground, as `p2c sandbox serve` runs them, without the platform."""

import argparse
from pathlib import Path

from p2c_assets.sandbox.serve import SALES_PORT, SALES_TLS_PORT, SCM_PORT, SCM_TLS_PORT, TlsPorts, serve


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m p2c_assets.sandbox", description=__doc__)
    parser.add_argument("--sales-port", type=int, default=SALES_PORT)
    parser.add_argument("--scm-port", type=int, default=SCM_PORT)
    parser.add_argument("--data", type=Path, help="folder that keeps the twins' state")
    parser.add_argument("--tls", action="store_true", help="listen with TLS too")
    parser.add_argument("--sales-tls-port", type=int, default=SALES_TLS_PORT)
    parser.add_argument("--scm-tls-port", type=int, default=SCM_TLS_PORT)
    given = parser.parse_args()
    tls = TlsPorts(given.sales_tls_port, given.scm_tls_port) if given.tls else None
    serve(given.sales_port, given.scm_port, given.data, tls)


if __name__ == "__main__":
    main()
