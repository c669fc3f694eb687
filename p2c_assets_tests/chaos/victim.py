"""A process that runs the first chain and is killed on the way: `victim FOLDER SALES_URL SCM_URL EVENT`."""

import sys
from pathlib import Path

from p2c_assets_tests.chaos import world
from p2c_assets_tests.chaos.driver import Graph, Warehouse, run
from p2c_assets_tests.chaos.fate import SuddenDeath
from p2c_assets_tests.chaos.systems import Sockets


def main() -> None:
    """Run, until the event of the number that was given."""
    folder, sales_url, scm_url, event = sys.argv[1:]
    systems = Sockets({"sales": sales_url, "scm": scm_url})
    warehouse = Warehouse(world.settings(Path(folder), systems.urls))
    run(warehouse, systems, Graph(warehouse.settings).steps(), "victim", fate=SuddenDeath(int(event)))


if __name__ == "__main__":
    main()
