"""The data of the simulated account: generated from a seed, changed by tests."""

from tap_acton.simulator.world.world import World

__all__ = ["World"]
