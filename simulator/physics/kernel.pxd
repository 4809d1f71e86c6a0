# The types of kernel.py for Cython; the code itself stands there, once.
cimport cython

cdef double ACCEL_MAX, ACCEL_MIN, BEND_COST, BEND_M, BEND_RADIUS_M, COST_V0, COST_V1, COST_V2
cdef double GAP_GAIN, GAP_SPEED_MAX, J_PER_ML_O2, LAP_M, TAU_AEROBIC, TAU_LIMIT, TAU_RESERVE
cdef double TAU_SPEED, WAKE_LIMIT, G
cdef double EXTRA_MIN_M, EXTRA_PER_M, EXTRA_LAST, PLAN_CELL_M, JITTER_KNOT_M, OPENING_PEAK_M, OPENING_END_M
cdef double S_MIN, S_MAX, STANDS_M_S, BY_FORMATION, SLACK_CELL_M, NEVER, UNLIMITED
cdef Py_ssize_t EXTRA_COUNT, TRACK_CELLS
cdef double PER_TAU_SPEED, PER_TAU_AEROBIC, PER_TAU_RESERVE, YIELDING, C0, C1, C2, LEAN
cdef double CELLS_PER_M, M_PER_CELL, HALF_LAP_M, HALVES_PER_M, PLAN_CELLS_PER_M, HERE, BEFORE, EARLIER
cdef const double[::1] EXP_WHOLE, EXP_PART

@cython.locals(whole=Py_ssize_t, part=Py_ssize_t, rest=double, r=double, series=double)
cpdef double rise(double z) noexcept nogil
cdef double smooth(double z) noexcept nogil
cpdef double level_cost(double v) noexcept nogil
cpdef double level_cost_slope(double v) noexcept nogil
@cython.locals(square=double)
cpdef double lean_strain(double v) noexcept nogil
cpdef double bend_factor(double v) noexcept nogil
@cython.locals(halves=Py_ssize_t)
cpdef double on_bend(double s) noexcept nogil


@cython.final
cdef class Pace:
    cdef const double[::1] u, x, pace, slope
    cdef double[::1] marks, speeds
    cdef Py_ssize_t last, halves
    cdef double loss, tau, ahead, half_step

    @cython.locals(i=Py_ssize_t, half=Py_ssize_t, t=double, u=double, p0=double, du=double,
                   under=double, dx=double)
    cpdef void tabulate(self, double half_step, Py_ssize_t halves, double[::1] marks,
                        double[::1] speeds)
    @cython.locals(over=double)
    cdef double mark(self, Py_ssize_t half) noexcept nogil
    cdef double speed(self, Py_ssize_t half) noexcept nogil
    @cython.locals(i=Py_ssize_t, cell=Py_ssize_t, begin=double, length=double, at=double,
                   pace=double, v=double, seconds=double, cost=double)
    cpdef void remaining(self, double race, double start, Py_ssize_t cells, double[::1] level,
                         double[::1] drag, double[::1] time)


@cython.final
cdef class Formation:
    cdef const double[::1] wake, lost, trail, constant, breaks, least
    cdef Py_ssize_t phases

    @cython.locals(i=Py_ssize_t)
    cdef Py_ssize_t phase(self, double x) noexcept nogil
    @cython.locals(place=double, i=Py_ssize_t, f=double, wake=double, lost=double, trail=double,
                   rest=double, shelter=double)
    cpdef double shelter(self, Py_ssize_t phase, double gap, double scale) noexcept nogil


@cython.final
cdef class Attempt:
    cdef public double step, race, start, drag_k, force_k, cost_k, aerobic_max
    cdef public double anticipation, gusts, fast_opening, shift, scale, drop_back
    cdef public Pace plan, leader, light
    cdef public Formation formation
    cdef public Py_ssize_t jitter, light_lag, cells, ticks, stands_from
    cdef public bint windy, erring
    cdef bint observed
    cdef public const double[::1] errors, bends, head_wind, level, drag, time, places_m

    cdef public Py_ssize_t tick, stepped
    cdef public double x, v, aerobic, reserve, x1, v1, aerobic1, reserve1
    cdef public double x2, v2, aerobic2, reserve2

    cdef public bint recording, watching, finished
    cdef public Py_ssize_t places, slack_cells
    cdef public double slack_until
    cdef public double[::1] xs, vs, aerobics, reserves, powers, shelters, groups, crossed, slack

    cdef public double spent, drawn, sheltered, least_reserve
    cdef public double fastest, lost_share, lost_x0, lost_v0, lost_x1, lost_v1
    cdef public bint lost

    cdef Py_ssize_t coming
    cdef double mark, planned, ahead_line, extra, shelter, bend, wind, exposed
    cdef double accel, power, supply, spare, spare_x, clear

    @cython.locals(line=double)
    cdef void follow(self, Py_ssize_t half) noexcept nogil
    @cython.locals(back=double, error=double, place=double, last=double, i=Py_ssize_t, rest=double)
    cdef double error(self, double x) noexcept nogil
    @cython.locals(group=Py_ssize_t, gap=double, shelter=double, least=double, place=double, cell=Py_ssize_t)
    cdef void meet(self, double x) noexcept nogil
    @cython.locals(square=double)
    cdef double dearer(self, double v) noexcept nogil
    @cython.locals(place=double, last=double, i=Py_ssize_t, f=double, level=double, drag=double, time=double)
    cdef double needed(self, double x) noexcept nogil
    @cython.locals(can=double, lag=double, usable=double, need=double, draw=double, dares=double,
                   top=double, v=double, air=double, dragged=double, dearer=double)
    cdef double limit(self, double x, double aerobic, double reserve) noexcept nogil
    @cython.locals(dearer=double, level=double, dragged=double, hold=double, room=double,
                   per_accel=double, allowed=double, air=double, air_speed=double,
                   slope=double, accel=double)
    cdef void pull(self, double v, double limit, double wanted) noexcept nogil
    @cython.locals(more=double)
    cdef double wanted(self, double x) noexcept nogil
    @cython.locals(fed=double)
    cdef void rates(self, double x, double v, double aerobic, double reserve) noexcept nogil
    @cython.locals(h=double, x=double, v=double, aerobic=double, reserve=double)
    cdef void begin(self, Py_ssize_t known) noexcept nogil
    @cython.locals(first=Py_ssize_t, spent=double, drawn=double, sheltered=double, least=double,
                   fastest=double, h=double, x=double, v=double, aerobic=double, reserve=double,
                   tick=Py_ssize_t, middle_x=double, middle_v=double, middle_aerobic=double,
                   middle_reserve=double, power=double)
    cdef void steps(self, Py_ssize_t known) noexcept nogil
    cdef void observe(self, Py_ssize_t i) noexcept nogil
    cdef void keep(self, Py_ssize_t i) noexcept nogil
    @cython.locals(half=Py_ssize_t)
    cdef double clear_of_light(self) noexcept nogil
    @cython.locals(clear=double)
    cdef void watch(self) noexcept nogil
    @cython.locals(i=Py_ssize_t)
    cdef void pass_places(self) noexcept nogil
    @cython.locals(limit=double, slack=double, before=double, before_x=double, place=double,
                   way=double, over=double, i=Py_ssize_t)
    cdef void look_for_slack(self) noexcept nogil
    @cython.locals(i=Py_ssize_t)
    cdef void look_back(self, Py_ssize_t first) noexcept nogil


cpdef object run(Attempt attempt, Py_ssize_t known)
