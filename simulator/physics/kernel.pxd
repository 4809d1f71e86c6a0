# The types of kernel.py for Cython; the code itself stands there, once.
cimport cython

cdef double APPROACH, CHANGE_M, FOLLOW_FAR_M, FOLLOW_NEAR_M, HEAT_FREE, HEAT_LOSS, HEAT_LOSS_MAX
cdef double LEAD_SPEED_MAX, PASS_AFTER_S, PASS_BEHIND_M, PASS_GIVE_UP_S, PASS_OUT_S, PASS_SLOWER
cdef double WAIT_FROM_M, WAIT_FULL_M, WAIT_GAIN, WAIT_SPEED
cdef double UNFELT, GAVE_UP_S, PASSED_M, CATCH_BRAKE, CATCH_SPEED, PER_FOLLOW_M, PER_WAIT_M
cdef Py_ssize_t BEHIND_GROUP, PASSING, AHEAD_OF_GROUP, BEING_PASSED
cdef double ACCEL_MAX, ACCEL_MIN, AIDED_COST, BEND_COST, BEND_M, BEND_RADIUS_M, COST_V0, COST_V1, COST_V2
cdef double GAP_GAIN, GAP_SPEED_MAX, J_PER_ML_O2, LAP_M, TAU_LIMIT, TAU_OVERDRAWN, TAU_RESERVE
cdef double TAU_SPEED, WAKE_LIMIT, G
cdef double EXTRA_MIN_M, EXTRA_PER_M, EXTRA_LAST, PLAN_CELL_M, JITTER_KNOT_M, OPENING_PEAK_M, OPENING_END_M
cdef double S_MIN, S_MAX, STANDS_M_S, BY_FORMATION, SLACK_CELL_M, NEVER, UNLIMITED
cdef Py_ssize_t EXTRA_COUNT, TRACK_CELLS, STATE_COUNT, SAMPLED_COUNT, OUTCOME_COUNT
cdef double PER_TAU_SPEED, PER_TAU_RESERVE, PER_TAU_OVERDRAWN, YIELDING, C0, C1, C2, LEAN
cdef double CELLS_PER_M, HALF_LAP_M, HALVES_PER_M, PLAN_CELLS_PER_M, HERE, BEFORE, EARLIER
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
@cython.locals(back=double, share=double, error=double, place=double, last=double, i=Py_ssize_t)
cdef double leader_error(double x, double fast_opening, Py_ssize_t jitter,
                         const double[::1] errors) noexcept nogil


@cython.final
cdef class Pace:
    cdef const double[::1] u, x, pace, slope
    cdef public double[::1] marks, speeds
    cdef public Py_ssize_t halves
    cdef Py_ssize_t last
    cdef double loss, tau, ahead, half_step

    @cython.locals(i=Py_ssize_t, half=Py_ssize_t, t=double, begin=double, end=double, x=double, p=double,
                   slope=double, v=double, du=double, under=double, dx=double)
    cpdef void tabulate(self, double half_step, Py_ssize_t halves, double[::1] marks,
                        double[::1] speeds)
    @cython.locals(half=Py_ssize_t, last=Py_ssize_t, halves=Py_ssize_t, after=double,
                   before=double, error=double, v=double, more=double)
    cpdef void lead(self, Pace light, double fast_opening, Py_ssize_t jitter,
                    const double[::1] errors, double[::1] marks, double[::1] speeds)
    @cython.locals(over=double)
    cdef double mark(self, Py_ssize_t half) noexcept nogil
    cdef double speed(self, Py_ssize_t half) noexcept nogil
    @cython.locals(i=Py_ssize_t, cell=Py_ssize_t, begin=double, length=double, at=double,
                   pace=double, v=double, seconds=double, cost=double)
    cpdef void remaining(self, double race, double start, Py_ssize_t cells, double[::1] level,
                         double[::1] drag, double[::1] time)


@cython.final
cdef class Formation:
    cdef const double[::1] wake, lost, trail, base, constant, stages, per_m, least, lead, far
    cdef Py_ssize_t last

    @cython.locals(i=Py_ssize_t)
    cpdef Py_ssize_t stage(self, double x, Py_ssize_t near) noexcept nogil
    @cython.locals(share=double)
    cpdef double share(self, double x, Py_ssize_t stage) noexcept nogil
    @cython.locals(constant=double, place=double, i=Py_ssize_t, f=double, here=Py_ssize_t, there=Py_ssize_t,
                   shelter=double)
    cpdef double shelter(self, Py_ssize_t stage, double share, double gap, double scale) noexcept nogil
    @cython.locals(wake=double, lost=double, trail=double, rest=double, shelter=double)
    cdef double sheltered(self, Py_ssize_t i, double f, double scale) noexcept nogil


@cython.final
cdef class Attempt:
    cdef public double step, race, start, cells_per_m, drag_k, force_k, cost_k, aerobic_max
    cdef public double tau_aerobic, per_tau_aerobic
    cdef public double anticipation, gusts, heat, last_place, shelter_step, shift, scale, drop_back, wide_m
    cdef public double earlier_share, earlier_shift, earlier_scale, changed_at
    cdef public Pace plan, leader, light
    cdef public Formation formation, outside, earlier
    cdef public Py_ssize_t light_lag, ticks, stands_from, earlier_stage
    cdef public bint windy, follows, passes, changing
    cdef bint observed
    cdef public const double[::1] bends, head_wind, cross, level, drag, time, places_m

    cdef public Py_ssize_t tick, stepped
    cdef public double x, v, aerobic, reserve, x1, v1, aerobic1, reserve1
    cdef public double x2, v2, aerobic2, reserve2
    cdef public double group, group_v, group1, group_v1, group2, group_v2, wide, held, felt
    cdef public Py_ssize_t mode

    cdef public bint recording, watching, finished
    cdef public Py_ssize_t places, slack_cells, crossed_from
    cdef public double slack_until
    cdef public double[::1] xs, vs, aerobics, reserves, powers, shelters, groups, crossed, slack
    cdef public double[::1] group_vs, wides, modes, helds, felts

    cdef public double spent, drawn, sheltered, least_reserve
    cdef public double fastest, lost_share, lost_x0, lost_v0, lost_x1, lost_v1
    cdef public bint lost

    cdef Py_ssize_t stage
    cdef double mark, planned, line, line_v, top, share, least, lead, far, gap, wanted_group
    cdef double group_accel, wanted, cruise, shelter, bend, wind, gust, exposed, way
    cdef double accel, power, supply, spare, spare_x

    @cython.locals(exposure=double, loss=double)
    cdef void follow(self, Py_ssize_t half) noexcept nogil
    @cython.locals(stage=Py_ssize_t, share=double,
                   least=double, lead=double, old=double, i=Py_ssize_t, f=double, before=double,
                   gap=double, behind=double, more=double, ask=double, slower=double, wait=double,
                   floor=double, accel=double, wanted=double, cruise=double, inside=double,
                   near=double, weight=double, pace=double, meets=double)
    cdef void meet(self, double x, double v, double group, double group_v) noexcept nogil
    @cython.locals(i=Py_ssize_t, far=double, old=double, before=double)
    cdef double foremost(self, double x) noexcept nogil
    @cython.locals(gap=double, beyond=double, shelter=double, aside=double, old=double, before=double,
                   felt=double)
    cdef double shelter_here(self, double x) noexcept nogil
    @cython.locals(place=double, cell=Py_ssize_t)
    cdef void surround(self, double x, double shelter) noexcept nogil
    @cython.locals(gap=double, slow=bint, late=bint, aim=double, move=double, wide=double)
    cdef void decide(self) noexcept nogil
    @cython.locals(square=double)
    cdef double dearer(self, double v) noexcept nogil
    @cython.locals(place=double, i=Py_ssize_t, f=double, level=double, drag=double, time=double)
    cdef double needed(self, double x) noexcept nogil
    @cython.locals(can=double, lag=double, usable=double, need=double, draw=double, dares=double,
                   top=double, v=double, air=double, air_speed=double, dragged=double, dearer=double)
    cdef double limit(self, double x, double aerobic, double reserve) noexcept nogil
    @cython.locals(dearer=double, level=double, dragged=double, hold=double, room=double,
                   per_accel=double, allowed=double, air=double, air_speed=double,
                   slope=double, accel=double, least=double)
    cdef void pull(self, double v, double limit, double wanted) noexcept nogil
    @cython.locals(fed=double)
    cdef void rates(self, double x, double v, double aerobic, double reserve, double group,
                    double group_v) noexcept nogil
    @cython.locals(h=double, x=double, v=double, aerobic=double, reserve=double, group=double,
                   group_v=double, felt=double)
    cdef void begin(self, Py_ssize_t known) noexcept nogil
    @cython.locals(first=Py_ssize_t, spent=double, drawn=double, sheltered=double, least=double,
                   fastest=double, h=double, x=double, v=double, aerobic=double, reserve=double,
                   x1=double, x2=double, v1=double, v2=double, aerobic1=double, aerobic2=double,
                   reserve1=double, reserve2=double, group1=double, group2=double,
                   group_v1=double, group_v2=double, tick=Py_ssize_t, middle_x=double, middle_v=double, middle_aerobic=double,
                   middle_reserve=double, group=double, group_v=double, middle_group=double,
                   middle_group_v=double, power=double)
    cdef void steps(self, Py_ssize_t known) noexcept nogil
    cpdef Py_ssize_t go_on(self, const double[::1] states, Py_ssize_t i) noexcept nogil
    cdef void leave(self, double[::1] states, Py_ssize_t i) noexcept nogil
    @cython.locals(row=Py_ssize_t, i=Py_ssize_t, known=Py_ssize_t)
    cdef void each(self, Py_ssize_t first, Py_ssize_t last, const double[::1] constants,
                   double[::1] states, double[::1] outcomes) noexcept nogil
    cpdef void report(self, double[::1] outcomes, Py_ssize_t i) noexcept nogil
    cdef void observe(self, Py_ssize_t i) noexcept nogil
    cdef void keep(self, Py_ssize_t i) noexcept nogil
    @cython.locals(half=Py_ssize_t)
    cdef double clear_of_light(self, Py_ssize_t i, Py_ssize_t tick) noexcept nogil
    @cython.locals(last=Py_ssize_t, i=Py_ssize_t, clear=double, after=double)
    cdef void look_for_light(self, Py_ssize_t first) noexcept nogil
    @cython.locals(last=Py_ssize_t, i=Py_ssize_t, place=Py_ssize_t, at=Py_ssize_t)
    cdef void look_for_places(self, Py_ssize_t first) noexcept nogil
    @cython.locals(limit=double, slack=double, before=double, before_x=double, place=double,
                   way=double, over=double, i=Py_ssize_t)
    cdef void look_for_slack(self) noexcept nogil
    @cython.locals(i=Py_ssize_t, last=Py_ssize_t, after=Py_ssize_t, shelter=double, limit=double)
    cdef void look_back(self, Py_ssize_t first) noexcept nogil


cpdef object run(Attempt attempt, Py_ssize_t known)
cpdef object run_samples(Attempt attempt, Py_ssize_t first, Py_ssize_t last,
                         const double[::1] constants, double[::1] states, double[::1] outcomes)
