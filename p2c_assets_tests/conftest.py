"""What every test may count on: the sandbox's secrets, as the Makefile gives them to its targets."""

import os

for system in ("SALES", "SCM"):
    os.environ.setdefault(f"P2C_{system}__CLIENT_SECRET", "sandbox-secret-not-for-real-tenants")
