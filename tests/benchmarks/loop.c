/* One attempt in plain C: the equations of simulator/physics/kernel.py, finish only, to hold its speed against.
   Built by tests.benchmarks.c_loop where there is a compiler; docs/physics.md has the equations. */
#include <math.h>

typedef struct {
    double step, race, start, drag_k, force_k, cost_k, aerobic_max, reserve, anticipation, gusts;
    double shift, scale, drop_back;
    long halves, cells, ticks, stands_from, phases, windy;
    const double *marks, *speeds, *leader, *level, *drag, *time;
    const double *wake, *lost, *trail, *constant, *breaks, *least, *bends, *wind;
} Attempt;

typedef struct {
    double accel_max, accel_min, gap_gain, gap_speed_max, tau_aerobic, tau_limit, tau_reserve, tau_speed;
    double aerobic_start, wake_limit, c0, c1, c2, lean;
} Constants;

static double at(const double *table, long i, double f) { return table[i] + (table[i + 1] - table[i]) * f; }

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double shelter(const Attempt *a, const Constants *c, long phase, double gap)
{
    if (a->constant[phase] < 9.0) return a->constant[phase];
    double place = clamp((gap + 20.0) * 50.0, 0.0, 3999.999);
    long i = (long)place;
    double f = place - i;
    i += phase * 4001;
    double wake = a->scale * at(a->wake, i, f);
    double rest = 1.0 - ((wake < c->wake_limit ? wake : c->wake_limit) - at(a->lost, i, f));
    return clamp(1.0 - fabs(rest) * rest * at(a->trail, i, f), -0.2, 0.95);
}

double finish(const Attempt *a, const Constants *c, double *xs)
{
    double x = 0, v = 0, p = c->aerobic_start, e = a->reserve, x1 = 0, v1 = 0, p1 = p, e1 = e, x2 = 0, v2 = 0, p2 = p, e2 = e;
    double spent = 0, drawn = 0, sheltered = 0, least = e, fastest = 0;
    for (long tick = -1; tick < a->ticks; tick++) {
        /* the first turn makes up the two states before the gun */
        double mx = x, mv = v, mp = p, me = e;
        long half = 2 * tick + 1;
        if (tick < 0) half = 0;
        else {
            mx = 1.875 * x - 1.25 * x1 + 0.375 * x2;
            mv = 1.875 * v - 1.25 * v1 + 0.375 * v2;
            mp = 1.875 * p - 1.25 * p1 + 0.375 * p2;
            me = 1.875 * e - 1.25 * e1 + 0.375 * e2;
        }
        mv = mv > 0 ? mv : 0;
        double mark, planned, ahead;
        if (half < a->halves) { mark = a->marks[half]; planned = a->speeds[half]; ahead = a->leader[half]; }
        else {
            double over = (half - a->halves + 1) * 0.5 * a->step;
            planned = a->speeds[a->halves - 1];
            mark = a->marks[a->halves - 1] + over * planned;
            ahead = a->leader[a->halves - 1] + over * planned;
        }
        /* what she meets */
        long phase = 0;
        while (phase < a->phases - 1 && mx >= a->breaks[phase]) phase++;
        double extra = ahead - mx;
        if (extra > 0) extra -= extra < a->drop_back ? extra : a->drop_back;
        if (extra < a->least[phase] - a->shift) extra = a->least[phase] - a->shift;
        double s = shelter(a, c, phase, extra + a->shift);
        double exposed = a->drag_k * (1 - s);
        double place = (mx + a->start) * 10.0;
        long cell = (long)(place > 0 ? place : 0) % 4000;
        double bend = a->bends[cell] * a->cost_k, wind = a->windy ? a->wind[cell] : 0;
        /* what she may spend */
        double limit = mp + (me > 0 ? me : 0) / c->tau_reserve;
        double lag = a->aerobic_max > mp ? a->aerobic_max - mp : 0;
        double usable = me - c->tau_aerobic * lag;
        usable = a->anticipation * (usable > 0 ? usable : 0);
        place = clamp(mx * 0.5, 0, a->cells - 1.001);
        long i = (long)place;
        double f = place - i, level = at(a->level, i, f), drag = at(a->drag, i, f) + a->gusts * level;
        double need = a->cost_k * (level + exposed * drag) - a->aerobic_max * at(a->time, i, f);
        need = need > 1 ? need : 1;
        if (usable < need) {
            double sq = planned * planned, air = planned + wind;
            double dear = a->cost_k + (bend ? bend * (sqrt(1 + sq * sq * c->lean) - 1) : 0);
            double draw = ((c->c2 * planned + c->c1) * planned + c->c0) * dear * (1 + exposed * air * fabs(air)) - a->aerobic_max;
            double dares = a->aerobic_max + lag + usable / need * (draw > 0 ? draw : 0);
            if (dares < limit) limit = dares;
        }
        /* what she does */
        double wanted = planned + clamp((mark - mx) * c->gap_gain, -c->gap_speed_max, c->gap_speed_max);
        double sq = mv * mv, air = mv + wind;
        double dear = a->cost_k + (bend ? bend * (sqrt(1 + sq * sq * c->lean) - 1) : 0);
        double cost = ((c->c2 * mv + c->c1) * mv + c->c0) * dear, dragged = 1 + exposed * air * fabs(air);
        double hold = cost * dragged, room = limit - hold, per_accel = cost * a->force_k, allowed;
        if (room >= 0) allowed = room / per_accel;
        else allowed = room / ((2 * c->c2 * mv + c->c1) * dear * dragged * c->tau_limit + exposed * 2 * c->tau_limit * fabs(air) * cost);
        double accel = (wanted - mv) / c->tau_speed;
        if (accel > c->accel_max) accel = c->accel_max;
        if (accel > allowed) accel = allowed;
        if (accel < c->accel_min) accel = c->accel_min;
        double power = hold + per_accel * (accel > 0 ? accel : 0);
        double supply = ((power < a->aerobic_max ? power : a->aerobic_max) - mp) / c->tau_aerobic;
        double h = a->step;
        if (tick < 0) {
            x1 = x - h * mv; v1 = v - h * accel; p1 = p - h * supply; e1 = e - h * (mp - power);
            x2 = x1 - h * mv; v2 = v1 - h * accel; p2 = p1 - h * supply; e2 = e1 - h * (mp - power);
            continue;
        }
        x2 = x1; v2 = v1; p2 = p1; e2 = e1;
        x1 = x; v1 = v; p1 = p; e1 = e;
        x = x1 + h * mv;
        v = v1 + h * accel;
        v = v > 0 ? v : 0;
        p = p1 + h * supply;
        e = e1 + h * (mp - power);
        spent += power;
        drawn += power - 0.5 * (p1 + p);
        sheltered += s;
        if (e < least) least = e;
        if (v > fastest) fastest = v;
        xs[tick + 1] = x;
        if (x >= a->race) {
            double f = (a->race - x1) / (x - x1);
            xs[0] = spent + drawn + sheltered + least + fastest; /* so that nothing is optimised away */
            return (tick + f) * h;
        }
        if (v < 0.2 && tick >= a->stands_from) break;
    }
    return NAN;
}
