"""The benchmark in small: what it counts is what the readers promise."""

from p2c_assets_tests.benchmarks.incremental import BY_EVENTS, CHANGED, FULL, IDLE, main


def test_the_change_readers_bring_only_what_changed() -> None:
    costs = {(cost.reader, cost.cycle): (cost.requests, cost.rows) for cost in main(200)}
    assert costs == {
        ("delta links", FULL): (1, 200),
        ("delta links", IDLE): (1, 0),
        ("delta links", CHANGED): (1, 2),
        ("pages", FULL): (1, 200),
        ("pages", IDLE): (1, 200),
        ("pages", CHANGED): (1, 200),
        ("data packages", FULL): (7, 200),
        ("data packages", IDLE): (6, 0),
        ("data packages", CHANGED): (6, 2),
        (BY_EVENTS, IDLE): (0, 0),
        (BY_EVENTS, CHANGED): (1, 2),
    }
