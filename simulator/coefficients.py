"""Every physical coefficient of the model: name, unit, value, source. The one table in code.

In: nothing. Out: `COEFFICIENTS` (the table, kept equal to docs/physics.md by a test) and one plain
module constant for each row, so that formulas read like formulas.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One row: the attribute that holds it, its value, unit and where it comes from."""

    name: str
    value: float
    unit: str
    source: str


G = 9.81
BEND_RADIUS_M = 36.80
BEND_M = 115.61
STRAIGHT_M = 84.39
LAP_M = 400.0
KERB_RADIUS_M = 36.50
LANE_WIDTH_M = 1.22

GAS_DRY = 287.05
GAS_VAPOUR = 461.495
DRAG_FORM = 0.80
FRONTAL_SHARE = 0.266
DUBOIS = 0.007184
DUBOIS_HEIGHT = 0.725
DUBOIS_MASS = 0.425

J_PER_ML_O2 = 20.9
COST_V2 = 1.5355
COST_V1 = 1.5374
COST_V0 = 15.661
BEND_COST = 0.58
FORCE_COST = 6.13

AEROBIC_START = 5.0
TAU_AEROBIC = 20.0
TAU_RESERVE = 15.0
ENDURANCE_FROM = 250.0

TAU_SPEED = 1.2
TAU_LIMIT = 0.3
ACCEL_MIN = -2.0
ACCEL_MAX = 4.5
GAP_GAIN = 0.1
GAP_SPEED_MAX = 0.5
APPROACH = 0.5
FOLLOW_NEAR_M = 4.0
FOLLOW_FAR_M = 8.0
LEAD_SPEED_MAX = 1.0
WAIT_GAIN = 0.25
WAIT_SPEED = 1.0
WAIT_FROM_M = 0.3
WAIT_FULL_M = 1.0
PASS_WIDE_M = 1.2
PASS_OUT_S = 4.5
PASS_SLOWER = 0.1
PASS_BEHIND_M = 3.0
PASS_AFTER_S = 8.0
PASS_GIVE_UP_S = 30.0
CHANGE_M = 45.0
SWAP_M = 20.0
SWAP_IN_M = 0.8
SHELTER_RATE = 0.19

ALTITUDE_0 = -174.1448622
ALTITUDE_1 = 1.0899959
ALTITUDE_2 = -1.5119e-3
ALTITUDE_3 = 0.72674e-6
PRESSURE_LEAST = 616.0
WBGT_MOST = 33.0
WBGT_TEMPERATURE = 0.567
WBGT_VAPOUR = 0.393
WBGT_SUN = 3.94
HEAT_FROM = 15.0
HEAT_FREE = 50.0
HEAT_LOSS = 0.00038
HEAT_LOSS_MAX = 0.15

WAKE_PEAK = 0.40
WAKE_PEAK_AT_M = 1.2
WAKE_LENGTH_M = 1.8
WAKE_WIDTH_M = 0.38
WAKE_LIMIT = 0.75
LANE_BIN_M = 0.4
JET = 0.01
JET_INNER_M = 0.42
JET_OUTER_M = 1.2
JET_REACH_M = 2.5
BESIDE = 0.03
BESIDE_REACH_M = 0.3
BEHIND = 0.09
BEHIND_LENGTH_M = 0.8
BEHIND_WIDTH_M = 0.6
BEHIND_NEAR_M = 0.6
BLEND_M = 0.2
CLEARANCE_M = 0.5

LOST_S = 1.0
"""The light is lost where the gap to it stays longer than this to the line [s].

A wave of 6 LEDs is 0.9 s long: all of it is past her then, and a tenth of a second to see it.
"""

_DRAFTING = "fit to the published drafting rows (docs/physics.md)"
_PERONNET = "Péronnet, Thibault & Cousineau 1991, equation 3"
_WBGT = "simplified WBGT, Australian Bureau of Meteorology, moderate sun"
_ASSUMED = "assumed: no measured source"

COEFFICIENTS: tuple[Coefficient, ...] = (
    Coefficient("G", G, "m/s2", "standard gravity, rounded"),
    Coefficient("BEND_RADIUS_M", BEND_RADIUS_M, "m", "World Athletics manual: measuring line"),
    Coefficient("BEND_M", BEND_M, "m", "World Athletics track manual"),
    Coefficient("STRAIGHT_M", STRAIGHT_M, "m", "World Athletics track manual"),
    Coefficient("LAP_M", LAP_M, "m", "World Athletics track manual"),
    Coefficient("KERB_RADIUS_M", KERB_RADIUS_M, "m", "World Athletics track manual"),
    Coefficient("LANE_WIDTH_M", LANE_WIDTH_M, "m", "World Athletics track manual"),
    Coefficient("GAS_DRY", GAS_DRY, "J/(kg K)", "gas constant of dry air"),
    Coefficient("GAS_VAPOUR", GAS_VAPOUR, "J/(kg K)", "gas constant of water vapour"),
    Coefficient("DRAG_FORM", DRAG_FORM, "1", "drag coefficient of a runner, as in da Silva 2025"),
    Coefficient("FRONTAL_SHARE", FRONTAL_SHARE, "1", "frontal area over body surface, Pugh 1971"),
    Coefficient("DUBOIS", DUBOIS, "m2", "Du Bois 1916, height in cm, mass in kg"),
    Coefficient("DUBOIS_HEIGHT", DUBOIS_HEIGHT, "1", "Du Bois 1916"),
    Coefficient("DUBOIS_MASS", DUBOIS_MASS, "1", "Du Bois 1916"),
    Coefficient("J_PER_ML_O2", J_PER_ML_O2, "J/ml", "energy equivalent of oxygen"),
    Coefficient("COST_V2", COST_V2, "ml s2/(kg min m2)", "Batliner curve in Kipp 2019"),
    Coefficient("COST_V1", COST_V1, "ml s/(kg min m)", "Batliner curve in Kipp 2019"),
    Coefficient("COST_V0", COST_V0, "ml/(kg min)", "Batliner curve in Kipp 2019"),
    Coefficient("BEND_COST", BEND_COST, "1", "derived from Taboga & Kram 2019"),
    Coefficient("FORCE_COST", FORCE_COST, "1", "da Silva 2022; individuals 4.17 to 8.14"),
    Coefficient("AEROBIC_START", AEROBIC_START, "W/kg", "aerobic power on the line; model"),
    Coefficient("TAU_AEROBIC", TAU_AEROBIC, "s", "oxygen uptake kinetics; model"),
    Coefficient("TAU_RESERVE", TAU_RESERVE, "s", "three-parameter critical power, Morton 1996"),
    Coefficient(
        "ENDURANCE_FROM", ENDURANCE_FROM, "s", "form of Péronnet & Thibault 1989; fitted, they: 420"
    ),
    Coefficient("TAU_SPEED", TAU_SPEED, "s", "time constant of a start; model"),
    Coefficient("TAU_LIMIT", TAU_LIMIT, "s", "how fast speed yields to the power limit; model"),
    Coefficient("ACCEL_MIN", ACCEL_MIN, "m/s2", "strongest braking; model"),
    Coefficient("ACCEL_MAX", ACCEL_MAX, "m/s2", "strongest start; model"),
    Coefficient("GAP_GAIN", GAP_GAIN, "1/s", _ASSUMED + " (gentle correction of the gap)"),
    Coefficient("GAP_SPEED_MAX", GAP_SPEED_MAX, "m/s", _ASSUMED + " (bound on that correction)"),
    Coefficient("APPROACH", APPROACH, "1/s", _ASSUMED + " (how she nears her slot)"),
    Coefficient("FOLLOW_NEAR_M", FOLLOW_NEAR_M, "m", _ASSUMED + " (so near she follows pacers)"),
    Coefficient("FOLLOW_FAR_M", FOLLOW_FAR_M, "m", _ASSUMED + " (so far she follows her plan)"),
    Coefficient("LEAD_SPEED_MAX", LEAD_SPEED_MAX, "m/s", _ASSUMED + " (bound on a leader's error)"),
    Coefficient("WAIT_GAIN", WAIT_GAIN, "1/s", _ASSUMED + " (how a group comes back to her)"),
    Coefficient("WAIT_SPEED", WAIT_SPEED, "m/s", _ASSUMED + " (slower than she is by no more)"),
    Coefficient("WAIT_FROM_M", WAIT_FROM_M, "m", _ASSUMED + " (a gap no group waits for)"),
    Coefficient("WAIT_FULL_M", WAIT_FULL_M, "m", _ASSUMED + " (a gap for which it waits fully)"),
    Coefficient("PASS_WIDE_M", PASS_WIDE_M, "m", _ASSUMED + " (beside the outermost body)"),
    Coefficient("PASS_OUT_S", PASS_OUT_S, "s", _ASSUMED + " (moving out or in)"),
    Coefficient("PASS_SLOWER", PASS_SLOWER, "m/s", _ASSUMED + " (a group so much too slow)"),
    Coefficient("PASS_BEHIND_M", PASS_BEHIND_M, "m", _ASSUMED + " (and so far behind her plan)"),
    Coefficient("PASS_AFTER_S", PASS_AFTER_S, "s", _ASSUMED + " (for so long is passed)"),
    Coefficient("PASS_GIVE_UP_S", PASS_GIVE_UP_S, "s", _ASSUMED + " (beside it in vain)"),
    Coefficient("CHANGE_M", CHANGE_M, "m", _ASSUMED + " (joins, leaves and changes take so long)"),
    Coefficient("SWAP_M", SWAP_M, "m", _ASSUMED + " (each part of a hand-over)"),
    Coefficient("SWAP_IN_M", SWAP_IN_M, "m", _ASSUMED + " (who takes over goes in so far ahead)"),
    Coefficient("SHELTER_RATE", SHELTER_RATE, "1/s", _ASSUMED + " (a wake forms no faster)"),
    Coefficient("ALTITUDE_0", ALTITUDE_0, "%", _PERONNET),
    Coefficient("ALTITUDE_1", ALTITUDE_1, "%/torr", _PERONNET),
    Coefficient("ALTITUDE_2", ALTITUDE_2, "%/torr2", _PERONNET),
    Coefficient("ALTITUDE_3", ALTITUDE_3, "%/torr3", _PERONNET),
    Coefficient("PRESSURE_LEAST", PRESSURE_LEAST, "hPa", "4,000 m: least that they cover"),
    Coefficient("WBGT_MOST", WBGT_MOST, "°C", "the warmest of Mantzios 2022"),
    Coefficient("WBGT_TEMPERATURE", WBGT_TEMPERATURE, "1", _WBGT),
    Coefficient("WBGT_VAPOUR", WBGT_VAPOUR, "°C/hPa", _WBGT),
    Coefficient("WBGT_SUN", WBGT_SUN, "°C", _WBGT),
    Coefficient("HEAT_FROM", HEAT_FROM, "°C", "WBGT up to which none is lost, Mantzios 2022"),
    Coefficient("HEAT_FREE", HEAT_FREE, "°C min", "assumed; miles unaffected at 25 °C, Guy 2015"),
    Coefficient("HEAT_LOSS", HEAT_LOSS, "1/(°C min)", "assumed; through Mantzios 2022"),
    Coefficient("HEAT_LOSS_MAX", HEAT_LOSS_MAX, "1", "assumed; VO2max loses less, Sawka 1985"),
    Coefficient("WAKE_PEAK", WAKE_PEAK, "1", _DRAFTING),
    Coefficient("WAKE_PEAK_AT_M", WAKE_PEAK_AT_M, "m", _DRAFTING),
    Coefficient("WAKE_LENGTH_M", WAKE_LENGTH_M, "m", _DRAFTING),
    Coefficient("WAKE_WIDTH_M", WAKE_WIDTH_M, "m", _DRAFTING),
    Coefficient("WAKE_LIMIT", WAKE_LIMIT, "1", _DRAFTING),
    Coefficient("LANE_BIN_M", LANE_BIN_M, "m", _DRAFTING),
    Coefficient("JET", JET, "1", _ASSUMED),
    Coefficient("JET_INNER_M", JET_INNER_M, "m", _ASSUMED),
    Coefficient("JET_OUTER_M", JET_OUTER_M, "m", _ASSUMED),
    Coefficient("JET_REACH_M", JET_REACH_M, "m", _ASSUMED),
    Coefficient("BESIDE", BESIDE, "1", _ASSUMED),
    Coefficient("BESIDE_REACH_M", BESIDE_REACH_M, "m", _ASSUMED),
    Coefficient("BEHIND", BEHIND, "1", _DRAFTING),
    Coefficient("BEHIND_LENGTH_M", BEHIND_LENGTH_M, "m", _DRAFTING),
    Coefficient("BEHIND_WIDTH_M", BEHIND_WIDTH_M, "m", _DRAFTING),
    Coefficient("BEHIND_NEAR_M", BEHIND_NEAR_M, "m", _DRAFTING),
    Coefficient("BLEND_M", BLEND_M, "m", "width over which the formula's edges are blended; model"),
    Coefficient("CLEARANCE_M", CLEARANCE_M, "m", "least distance of two bodies in a line; model"),
    Coefficient(
        "LOST_S", LOST_S, "s", "a wave of 6 LEDs is 0.9 s long, a tenth to see it; assumed"
    ),
)
