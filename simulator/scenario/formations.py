"""Finding a formation by its name; see `simulator.scenario.named`."""

from simulator.scenario.named import FORMATION

find_formation = FORMATION.find
