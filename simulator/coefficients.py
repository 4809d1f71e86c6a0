"""Every physical coefficient of the model: name, value, unit, source. The one table in code.

In: nothing. Out: one plain module constant for each row, so that formulas read like formulas, and
`COEFFICIENTS`, all the rows (kept equal to docs/physics.md by a test).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One row: the constant that holds it, its value, unit and where it comes from."""

    name: str
    value: float
    unit: str
    source: str


COEFFICIENTS: list[Coefficient] = []


def _row(name: str, value: float, unit: str, source: str) -> float:
    """Add a row to the table and return its value."""
    COEFFICIENTS.append(Coefficient(name, value, unit, source))
    return value


_DRAFTING = "fit to the published drafting rows (docs/physics.md)"
_PERONNET = "Péronnet, Thibault & Cousineau 1991, equation 3"
_WBGT = "simplified WBGT, Australian Bureau of Meteorology, moderate sun"
_ASSUMED = "assumed: no measured source"

G = _row("G", 9.81, "m/s2", "standard gravity, rounded")
BEND_RADIUS_M = _row("BEND_RADIUS_M", 36.80, "m", "World Athletics manual: measuring line")
BEND_M = _row("BEND_M", 115.61, "m", "World Athletics track manual")
STRAIGHT_M = _row("STRAIGHT_M", 84.39, "m", "World Athletics track manual")
LAP_M = _row("LAP_M", 400.0, "m", "World Athletics track manual")
KERB_RADIUS_M = _row("KERB_RADIUS_M", 36.50, "m", "World Athletics track manual")
LANE_WIDTH_M = _row("LANE_WIDTH_M", 1.22, "m", "World Athletics track manual")

GAS_DRY = _row("GAS_DRY", 287.05, "J/(kg K)", "gas constant of dry air")
GAS_VAPOUR = _row("GAS_VAPOUR", 461.495, "J/(kg K)", "gas constant of water vapour")
DRAG_FORM = _row("DRAG_FORM", 0.80, "1", "drag coefficient of a runner, as in da Silva 2025")
FRONTAL_SHARE = _row("FRONTAL_SHARE", 0.266, "1", "frontal area over body surface, Pugh 1971")
DUBOIS = _row("DUBOIS", 0.007184, "m2", "Du Bois 1916, height in cm, mass in kg")
DUBOIS_HEIGHT = _row("DUBOIS_HEIGHT", 0.725, "1", "Du Bois 1916")
DUBOIS_MASS = _row("DUBOIS_MASS", 0.425, "1", "Du Bois 1916")

J_PER_ML_O2 = _row("J_PER_ML_O2", 20.9, "J/ml", "energy equivalent of oxygen")
COST_V2 = _row("COST_V2", 1.5355, "ml s2/(kg min m2)", "Batliner curve in Kipp 2019")
COST_V1 = _row("COST_V1", 1.5374, "ml s/(kg min m)", "Batliner curve in Kipp 2019")
COST_V0 = _row("COST_V0", 15.661, "ml/(kg min)", "Batliner curve in Kipp 2019")
BEND_COST = _row("BEND_COST", 0.58, "1", "derived from Taboga & Kram 2019")
FORCE_COST = _row("FORCE_COST", 6.13, "1", "da Silva 2022; individuals 4.17 to 8.14")
AIDED_COST = _row("AIDED_COST", 0.67, "1", "an aiding force of 15 % of weight, Chang & Kram 1999")

AEROBIC_START = _row("AEROBIC_START", 5.0, "W/kg", "aerobic power on the line; model")
TAU_AEROBIC = _row("TAU_AEROBIC", 20.0, "s", "oxygen uptake kinetics; model")
TAU_RESERVE = _row("TAU_RESERVE", 15.0, "s", "three-parameter critical power, Morton 1996")

ENDURANCE_FROM = _row(
    "ENDURANCE_FROM", 250.0, "s", "form of Péronnet & Thibault 1989 (420 s); fitted"
)

TAU_SPEED = _row("TAU_SPEED", 1.2, "s", "time constant of a start; model")
TAU_LIMIT = _row("TAU_LIMIT", 0.3, "s", "how fast speed yields to the power limit; model")
TAU_OVERDRAWN = _row("TAU_OVERDRAWN", 0.8, "s", "how fast a reserve below zero is made good; model")
ACCEL_MIN = _row("ACCEL_MIN", -2.0, "m/s2", "strongest braking; model")
ACCEL_MAX = _row("ACCEL_MAX", 4.5, "m/s2", "strongest start; model")
GAP_GAIN = _row("GAP_GAIN", 0.1, "1/s", _ASSUMED + " (gentle correction of the gap)")
GAP_SPEED_MAX = _row("GAP_SPEED_MAX", 0.5, "m/s", _ASSUMED + " (bound on that correction)")
APPROACH = _row("APPROACH", 0.5, "1/s", _ASSUMED + " (how she nears her slot)")
FOLLOW_NEAR_M = _row("FOLLOW_NEAR_M", 4.0, "m", _ASSUMED + " (so near she follows pacers)")
FOLLOW_FAR_M = _row("FOLLOW_FAR_M", 8.0, "m", _ASSUMED + " (so far she follows her plan)")
LEAD_SPEED_MAX = _row("LEAD_SPEED_MAX", 1.0, "m/s", _ASSUMED + " (bound on a leader's error)")
WAIT_GAIN = _row("WAIT_GAIN", 0.25, "1/s", _ASSUMED + " (how a group comes back to her)")
WAIT_SPEED = _row("WAIT_SPEED", 1.0, "m/s", _ASSUMED + " (slower than she is by no more)")
WAIT_FROM_M = _row("WAIT_FROM_M", 0.3, "m", _ASSUMED + " (a gap no group waits for)")
WAIT_FULL_M = _row("WAIT_FULL_M", 1.0, "m", _ASSUMED + " (a gap for which it waits fully)")
PASS_WIDE_M = _row("PASS_WIDE_M", 1.2, "m", _ASSUMED + " (beside the outermost body)")
PASS_OUT_S = _row("PASS_OUT_S", 4.5, "s", _ASSUMED + " (moving out or in)")
PASS_SLOWER = _row("PASS_SLOWER", 0.1, "m/s", _ASSUMED + " (a group so much too slow)")
PASS_BEHIND_M = _row("PASS_BEHIND_M", 3.0, "m", _ASSUMED + " (and so far behind her plan)")
PASS_AFTER_S = _row("PASS_AFTER_S", 8.0, "s", _ASSUMED + " (for so long is passed)")
PASS_GIVE_UP_S = _row("PASS_GIVE_UP_S", 30.0, "s", _ASSUMED + " (beside it in vain)")
CHANGE_M = _row("CHANGE_M", 45.0, "m", _ASSUMED + " (joins, leaves and changes take so long)")
SWAP_M = _row("SWAP_M", 20.0, "m", _ASSUMED + " (each part of a hand-over)")
SWAP_IN_M = _row("SWAP_IN_M", 0.8, "m", _ASSUMED + " (who takes over goes in so far ahead)")
SURGE_M = _row("SURGE_M", 100.0, "m", _ASSUMED + " (so long a leader's surge gains)")
SURGE_BACK_M = _row("SURGE_BACK_M", 200.0, "m", _ASSUMED + " (and so long it is given back)")
SHELTER_RATE = _row("SHELTER_RATE", 0.19, "1/s", _ASSUMED + " (a wake forms no faster)")

ALTITUDE_0 = _row("ALTITUDE_0", -174.1448622, "%", _PERONNET)
ALTITUDE_1 = _row("ALTITUDE_1", 1.0899959, "%/torr", _PERONNET)
ALTITUDE_2 = _row("ALTITUDE_2", -1.5119e-3, "%/torr2", _PERONNET)
ALTITUDE_3 = _row("ALTITUDE_3", 0.72674e-6, "%/torr3", _PERONNET)
PRESSURE_LEAST = _row("PRESSURE_LEAST", 616.0, "hPa", "4,000 m: least that they cover")
WBGT_MOST = _row("WBGT_MOST", 33.0, "°C", "the warmest of Mantzios 2022")
WBGT_TEMPERATURE = _row("WBGT_TEMPERATURE", 0.567, "1", _WBGT)
WBGT_VAPOUR = _row("WBGT_VAPOUR", 0.393, "°C/hPa", _WBGT)
WBGT_SUN = _row("WBGT_SUN", 3.94, "°C", _WBGT)
HEAT_FROM = _row("HEAT_FROM", 15.0, "°C", "WBGT up to which none is lost, Mantzios 2022")
HEAT_FREE = _row("HEAT_FREE", 50.0, "°C min", "assumed; miles unaffected at 25 °C, Guy 2015")
HEAT_LOSS = _row("HEAT_LOSS", 0.00038, "1/(°C min)", "assumed; through Mantzios 2022")
HEAT_LOSS_MAX = _row("HEAT_LOSS_MAX", 0.15, "1", "assumed; VO2max loses less, Sawka 1985")

WAKE_PEAK = _row("WAKE_PEAK", 0.40, "1", _DRAFTING)
WAKE_PEAK_AT_M = _row("WAKE_PEAK_AT_M", 1.2, "m", _DRAFTING)
WAKE_LENGTH_M = _row("WAKE_LENGTH_M", 1.8, "m", _DRAFTING)
WAKE_WIDTH_M = _row("WAKE_WIDTH_M", 0.38, "m", _DRAFTING)
WAKE_LIMIT = _row("WAKE_LIMIT", 0.75, "1", _DRAFTING)
LANE_BIN_M = _row("LANE_BIN_M", 0.4, "m", _DRAFTING)
JET = _row("JET", 0.01, "1", _ASSUMED)
JET_INNER_M = _row("JET_INNER_M", 0.42, "m", _ASSUMED)
JET_OUTER_M = _row("JET_OUTER_M", 1.2, "m", _ASSUMED)
JET_REACH_M = _row("JET_REACH_M", 2.5, "m", _ASSUMED)
BESIDE = _row("BESIDE", 0.03, "1", _ASSUMED)
BESIDE_REACH_M = _row("BESIDE_REACH_M", 0.3, "m", _ASSUMED)
BEHIND = _row("BEHIND", 0.09, "1", _DRAFTING)
BEHIND_LENGTH_M = _row("BEHIND_LENGTH_M", 0.8, "m", _DRAFTING)
BEHIND_WIDTH_M = _row("BEHIND_WIDTH_M", 0.6, "m", _DRAFTING)
BEHIND_NEAR_M = _row("BEHIND_NEAR_M", 0.6, "m", _DRAFTING)
BLEND_M = _row("BLEND_M", 0.2, "m", "width over which the formula's edges are blended; model")
CLEARANCE_M = _row("CLEARANCE_M", 0.5, "m", "least distance of two bodies in a line; model")

LOST_S = _row("LOST_S", 1.0, "s", "a wave of 6 LEDs is 0.9 s long, a tenth to see it; assumed")
"""The light is lost once the gap to it stays longer than this until the finish [s].

A wave of 6 LEDs is 0.9 s long, so all of it is past her; 0.1 s is added for her to see that.
"""
