/* One attempt in plain C: the equations of simulator/physics/kernel.py, finish only, to hold its speed against.
   Built by tests.benchmarks.c_loop where there is a compiler; docs/physics.md has the equations. */
#include <math.h>

typedef struct {
    double step, race, start, drag_k, force_k, cost_k, aerobic_max, reserve, anticipation, gusts;
    double shift, scale, drop_back, heat, tau_aerobic, aerobic;
    long halves, cells, ticks, stands_from, stages, windy, follows;
    const double *marks, *speeds, *lines, *line_speeds, *level, *drag, *time;
    const double *wake, *lost, *trail, *base, *constant, *at, *per_m, *least, *lead, *bends, *wind, *cross;
} Attempt;

typedef struct {
    double accel_max, accel_min, gap_gain, gap_speed_max, tau_limit, tau_reserve, tau_speed;
    double wake_limit, c0, c1, c2, lean;
    double approach, follow_near, follow_far, wait_gain, wait_speed, wait_from, wait_full, shelter_rate;
    double heat_free, heat_loss, heat_loss_max;
} Constants;

static double at(const double *table, long i, double f) { return table[i] + (table[i + 1] - table[i]) * f; }

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double sheltered(const Attempt *a, const Constants *c, long i, double f)
{
    double wake = a->scale * at(a->wake, i, f);
    double rest = 1.0 - ((wake < c->wake_limit ? wake : c->wake_limit) - at(a->lost, i, f));
    return clamp(1.0 - fabs(rest) * rest * at(a->trail, i, f), -0.2, 0.95);
}

static double shelter(const Attempt *a, const Constants *c, long stage, double share, double gap)
{
    if (a->constant[stage] < 9.0) return at(a->constant, stage, share);
    double place = clamp((gap + 20.0) * 50.0, 0.0, 3999.999);
    long i = (long)place, here = (long)a->base[stage], there = (long)a->base[stage + 1];
    double s = sheltered(a, c, i + here, place - i);
    return here == there ? s : s + (sheltered(a, c, i + there, place - i) - s) * share;
}

double finish(const Attempt *a, const Constants *c, double *xs)
{
    double x = 0, v = 0, p = a->aerobic, e = a->reserve, x1 = 0, v1 = 0, p1 = p, e1 = e, x2 = 0, v2 = 0, p2 = p, e2 = e;
    double g = 0, u = 0, g1 = 0, u1 = 0, g2 = 0, u2 = 0, felt = -9;
    long stage = 0;
    double spent = 0, drawn = 0, sheltered = 0, least = e, fastest = 0;
    for (long tick = -1; tick < a->ticks; tick++) {
        /* the first turn makes up the two states before the gun */
        double mx = x, mv = v, mp = p, me = e, mg = g, mu = u;
        long half = 2 * tick + 1;
        if (tick < 0) half = 0;
        else {
            mx = 1.875 * x - 1.25 * x1 + 0.375 * x2;
            mv = 1.875 * v - 1.25 * v1 + 0.375 * v2;
            mp = 1.875 * p - 1.25 * p1 + 0.375 * p2;
            me = 1.875 * e - 1.25 * e1 + 0.375 * e2;
            mg = 1.875 * g - 1.25 * g1 + 0.375 * g2;
            mu = 1.875 * u - 1.25 * u1 + 0.375 * u2;
        }
        mv = mv > 0 ? mv : 0;
        mu = mu > 0 ? mu : 0;
        double mark, planned, line, line_v;
        if (half < a->halves) {
            mark = a->marks[half]; planned = a->speeds[half];
            line = a->lines[half]; line_v = a->line_speeds[half];
        }
        else {
            double over = (half - a->halves + 1) * 0.5 * a->step;
            planned = a->speeds[a->halves - 1];
            mark = a->marks[a->halves - 1] + over * planned;
            line_v = a->line_speeds[a->halves - 1];
            line = a->lines[a->halves - 1] + over * line_v;
        }
        double top = a->aerobic_max;
        if (a->heat > 0) {
            double exposure = a->heat * (0.5 * a->step * half) - c->heat_free;
            if (exposure > 0) top *= 1 - (c->heat_loss * exposure < c->heat_loss_max ? c->heat_loss * exposure : c->heat_loss_max);
        }
        /* what she meets */
        while (stage > 0 && mx < a->at[stage]) stage--;
        while (stage < a->stages - 2 && mx >= a->at[stage + 1]) stage++;
        double share = clamp((mx - a->at[stage]) * a->per_m[stage], 0, 1);
        double least_gap = at(a->least, stage, share) - a->shift, led = at(a->lead, stage, share);
        double gap = mg - mx;
        if (led <= 0 && gap < 0) gap = 0;
        /* the group */
        double behind = line - mx - gap;
        double ask = line_v + clamp(behind * c->gap_gain, -c->gap_speed_max, c->gap_speed_max);
        if (a->drop_back > 0 && gap > c->wait_from) {
            double slower = c->wait_gain * (gap - c->wait_from);
            double wait = mv - (slower < c->wait_speed ? slower : c->wait_speed);
            double floor = line_v + clamp(c->wait_gain * (behind - a->drop_back), -2.0, 0.5);
            wait = wait > floor ? wait : floor;
            if (wait < ask) ask += clamp((gap - c->wait_from) / (c->wait_full - c->wait_from), 0, 1) * (wait - ask);
        }
        double pulled = clamp((ask - mu) / c->tau_speed, c->accel_min, c->accel_max);
        /* what she asks for */
        double wanted = planned + clamp((mark - mx) * c->gap_gain, -c->gap_speed_max, c->gap_speed_max);
        double cruise = planned;
        if (led > 0) {
            double near = ask + c->approach * gap;
            if (a->follows && gap < c->follow_far) {
                double weight = clamp((c->follow_far - gap) / (c->follow_far - c->follow_near), 0, 1) * led;
                double pace = ask + clamp(gap * c->gap_gain, -c->gap_speed_max, c->gap_speed_max);
                double meets = wanted < near ? wanted : near;
                if (gap > 0 && meets > pace) pace = meets;
                wanted += weight * (pace - wanted);
                cruise += weight * (line_v - cruise);
            }
            if (near < wanted) wanted = near;
        }
        double s = shelter(a, c, stage, share, (gap > least_gap ? gap : least_gap) + a->shift);
        if (felt > -9) s = clamp(s, felt - c->shelter_rate * a->step, felt + c->shelter_rate * a->step);
        felt = s;
        double exposed = a->drag_k * (1 - s);
        double place = (mx + a->start) * 10.0;
        long cell = (long)(place > 0 ? place : 0) % 4000;
        double bend = a->bends[cell] * a->cost_k, wind = 0, cross = 0;
        if (a->windy) { wind = a->wind[cell]; cross = a->cross[cell]; }
        /* what she may spend */
        double limit = mp + me / c->tau_reserve;
        double lag = top > mp ? top - mp : 0;
        double usable = me - a->tau_aerobic * lag;
        usable = a->anticipation * (usable > 0 ? usable : 0);
        place = clamp(mx * 0.5, 0, a->cells - 1.001);
        long i = (long)place;
        double f = place - i, level = at(a->level, i, f), drag = at(a->drag, i, f) + a->gusts * level;
        double need = a->cost_k * (level + exposed * drag) - top * at(a->time, i, f);
        need = need > 1 ? need : 1;
        if (usable < need) {
            double sq = cruise * cruise, air = cruise + wind, relative = cross > 0 ? sqrt(air * air + cross) : fabs(air);
            double dear = a->cost_k + (bend ? bend * (sqrt(1 + sq * sq * c->lean) - 1) : 0);
            double draw = ((c->c2 * cruise + c->c1) * cruise + c->c0) * dear * (1 + exposed * air * relative) - top;
            double dares = top + lag + usable / need * (draw > 0 ? draw : 0);
            if (dares < limit) limit = dares;
        }
        /* what she does */
        double sq = mv * mv, air = mv + wind, relative = cross > 0 ? sqrt(air * air + cross) : fabs(air);
        double dear = a->cost_k + (bend ? bend * (sqrt(1 + sq * sq * c->lean) - 1) : 0);
        double cost = ((c->c2 * mv + c->c1) * mv + c->c0) * dear, dragged = 1 + exposed * air * relative;
        double hold = cost * dragged, room = limit - hold, per_accel = cost * a->force_k, allowed;
        if (room >= 0) allowed = room / per_accel;
        else allowed = room / ((2 * c->c2 * mv + c->c1) * dear * dragged * c->tau_limit + exposed * 2 * c->tau_limit * relative * cost);
        double accel = (wanted - mv) / c->tau_speed;
        if (accel > c->accel_max) accel = c->accel_max;
        if (accel > allowed) accel = allowed;
        if (accel < c->accel_min) accel = c->accel_min;
        double power = hold + per_accel * (accel > 0 ? accel : 0);
        double supply = ((power < top ? power : top) - mp) / a->tau_aerobic;
        double h = a->step;
        if (tick < 0) {
            x1 = x - h * mv; v1 = v - h * accel; p1 = p - h * supply; e1 = e - h * (mp - power);
            g1 = g - h * mu; u1 = u - h * pulled;
            g2 = g1 - h * mu; u2 = u1 - h * pulled;
            x2 = x1 - h * mv; v2 = v1 - h * accel; p2 = p1 - h * supply; e2 = e1 - h * (mp - power);
            continue;
        }
        x2 = x1; v2 = v1; p2 = p1; e2 = e1; g2 = g1; u2 = u1; g1 = g; u1 = u;
        x1 = x; v1 = v; p1 = p; e1 = e;
        x = x1 + h * mv;
        v = v1 + h * accel;
        v = v > 0 ? v : 0;
        p = p1 + h * supply;
        e = e1 + h * (mp - power);
        g = g1 + h * mu;
        u = u1 + h * pulled;
        u = u > 0 ? u : 0;
        if (led <= 0 && g < x) { g = x; u = v; g1 = x1; u1 = v1; g2 = x2; u2 = v2; }
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
