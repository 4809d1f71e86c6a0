// From what is turned to an attempt that the kernel steps, as simulator/physics/setup.py does.
const COLUMNS = ["xs", "vs", "aerobics", "reserves", "powers", "shelters", "groups", "group_vs", "wides", "modes", "helds", "felts"];

const makeModel = (m, arrays) => {
  const table = (n) => arrays[n];
  const HALF = 0.5 * m.step;
  const bends = table(m.bends), along = table(m.along), across = table(m.across);
  const air = Object.fromEntries(Object.entries(m.air).map(([name, n]) => [name, table(n)]));
  const cache = (make, most) => {
    const known = new Map();
    return (key, ...rest) => {
      let value = known.get(key);
      if (value === undefined) {
        if (known.size >= most) known.clear();
        known.set(key, value = make(key, ...rest));
      }
      return value;
    };
  };

  // -- schedules: simulator/scenario/schedule.py and plan.py ---------------------------------------
  const warp = (t, loss) => (loss ? t + loss * Math.expm1(-t / loss) : t);
  const raceClock = (u, loss) => { // its inverse, by Newton's method
    let t = u + loss;
    for (let n = 0; n < 60; n++) {
      const fromRest = Math.expm1(-t / loss), gap = t + loss * fromRest - u;
      t = Math.max(t - gap / Math.max(-fromRest, 1e-9), 0);
      if (Math.abs(gap) < 1e-12) break;
    }
    return t;
  };
  const finishAt = ({ x, u, pace, loss }) => {
    const last = x.length - 1, time = u[last] + loss;
    if (time >= FORGOTTEN * loss) return time;
    const i = last - 1, dx = x[last] - x[i], slope = (pace[last] - pace[i]) / dx;
    return raceClock(u[i] + dx * (pace[i] + 0.5 * slope * dx), loss);
  };
  const through = (x, t, standing) => {
    const loss = standing ? _loss_for(x[1], t[1]) : 0;
    const knots = { x: [], u: [], pace: [], loss };
    ramps_through(x, t.map((s) => warp(s, loss)), knots.x, knots.u, knots.pace);
    knots.finish = finishAt(knots);
    return knots;
  };
  const even = (time, standing, race = m.race) => through([0, race], [0, time], standing);
  const halved = (time, share, standing) => {
    const x = [0, 0.5 * m.race, m.race];
    const first = (x[1] - x[0]) / 1, both = first + (x[2] - x[1]) / (1 + share);
    let loss = even(time, standing).loss, run;
    for (let n = 0; n < 20; n++) {
      const flying = (weight) => (time - loss) * weight / both + loss;
      run = through(x, [0, flying(first), flying(both)], standing);
      if (Math.abs(run.loss - loss) < 1e-12) break;
      loss = run.loss;
    }
    return run;
  };
  const schedule = (s) => ({ ...s, u: table(s.u), x: table(s.x), pace: table(s.pace) });
  const paceOf = (run) => {
    const last = run.x.length - 1, slope = new Float64Array(last);
    for (let i = 0; i < last; i++) slope[i] = (run.pace[i + 1] - run.pace[i]) / (run.x[i + 1] - run.x[i]);
    const pace = new Pace(run.u, run.x, run.pace, slope, run.loss, run.loss || 1, 0);
    const halves = halvesOf(run.finish);
    pace.tabulate(HALF, halves, new Float64Array(halves), new Float64Array(halves));
    pace.finish = run.finish;
    return pace;
  };
  const halvesOf = (time) => Math.ceil(2 * time / m.step) + 4;
  const withoutKnots = () => new Pace([0], [0], [0], [0], 0, 1, 0);

  const clip = (v, low, high) => Math.min(Math.max(v, low), high);
  const smoothed = (z) => { const c = clip(z, 0, 1); return c * c * (3 - 2 * c); };
  // a leader who errs; where he fades or surges, as `_lapse` does
  const ledBy = (light, leader) => {
    if (!leader.fast_opening && !leader.jitter && !leader.fade && !leader.surge) return light;
    const columns = () => [new Float64Array(light.halves), new Float64Array(light.halves)];
    const line = withoutKnots(), [marks, speeds] = columns();
    line.lead(light, leader.fast_opening, leader.count, table(leader.errors), marks, speeds);
    if (!leader.fade && !leader.surge) return line;
    const [x, v] = columns(), count = light.halves, error = new Float64Array(count);
    withoutKnots().lead(light, 0, 0, [0], x, v);
    const left = Math.max(m.race - leader.fade_from, 1);
    for (let i = 0; i < count; i++) {
      const ahead = x[i] - leader.surge_from;
      const surge = smoothed(ahead / m.surge_m[0]) - smoothed((ahead - m.surge_m[0]) / m.surge_m[1]);
      error[i] = leader.surge * surge - leader.fade * Math.max(x[i] - leader.fade_from, 0) / left;
    }
    for (let i = 0; i < count; i++) {
      const change = i === 0 ? (error[1] - error[0]) / HALF
        : i === count - 1 ? (error[i] - error[i - 1]) / HALF : (error[i + 1] - error[i - 1]) / (2 * HALF);
      const more = speeds[i] - v[i] + change * v[i];
      marks[i] += error[i] * v[i];
      speeds[i] = v[i] + clip(more, -LEAD_SPEED_MAX, LEAD_SPEED_MAX);
    }
    return line;
  };
  const fixed = (plan) => (plan ? paceOf(schedule(plan)) : null);
  const ownLight = fixed(m.light_plan), ownLeader = fixed(m.leader_plan);
  const scheduleFor = (target, strength) => {
    const own = target === m.knobs.target.value && (!m.knobs.strength || strength === m.knobs.strength.value);
    if (own) return schedule(m.plan.own);
    if (m.plan.stretched) return schedule(m.plan.stretched.find((plan) => plan.target === target).schedule);
    const standing = m.plan.standing_start;
    if (m.plan.shape === "even" && strength === 0) return even(target, standing);
    return halved(target, strength / 100 * (m.plan.shape === "positive" ? -1 : 1), standing);
  };
  const planned = cache((key, target, strength) => {
    const plan = paceOf(scheduleFor(target, strength));
    const cells = Math.ceil(m.race / PLAN_CELL_M) + 2;
    const remaining = [0, 0, 0].map(() => new Float64Array(cells));
    plan.remaining(m.race, m.plan_start, cells, ...remaining);
    if (m.tightness !== null) { // on a shorter lap the bends cost more, as `_bends_of_plan` has it
      const dearer = bend_factor(m.race / plan.finish) - 1, share = m.bend_share;
      const factor = (1 + share * dearer * m.tightness) / (1 + share * dearer);
      for (let i = 0; i < cells; i++) remaining[0][i] *= factor;
    }
    const light = ownLight || plan, led = ownLeader || plan;
    return { plan, remaining, light, led, lines: new Map(), endurance: enduring(plan.finish, target) };
  }, 24);
  const enduring = (finish, target) => {
    if (m.plan.endurance === undefined) return 1;
    const i = table(m.plan.targets).indexOf(target), most = m.plan.ulps;
    const off = Math.round((finish - table(m.plan.finishes)[i]) / table(m.plan.spacing)[i]);
    return table(m.plan.endurance)[i * (2 * most + 1) + clip(off, -most, most) + most];
  };

  // -- the air ---------------------------------------------------------------------------------------
  const winds = cache((speed) => {
    const against = new Float64Array(along.length), square = new Float64Array(along.length);
    for (let i = 0; i < along.length; i++) {
      const side = speed * across[i];
      against[i] = speed * along[i];
      square[i] = side * side;
    }
    return [against, square];
  }, 12);

  // -- formations: what each pacer does to the air adds up as in simulator/physics/shelter.py --------
  const combined = (group) => {
    const lanes = new Map(), wake = new Float64Array(EXTRA_COUNT), lost = new Float64Array(EXTRA_COUNT);
    const trail = new Float64Array(EXTRA_COUNT).fill(1);
    for (const [shares, taken, behind] of group) {
      for (const [lane, number] of shares) {
        if (!lanes.has(lane)) lanes.set(lane, new Float64Array(EXTRA_COUNT));
        const most = lanes.get(lane), values = table(number);
        for (let i = 0; i < EXTRA_COUNT; i++) if (values[i] > most[i]) most[i] = values[i];
      }
      const l = table(taken), t = table(behind);
      for (let i = 0; i < EXTRA_COUNT; i++) { lost[i] += l[i]; trail[i] *= t[i]; }
    }
    for (const most of lanes.values()) for (let i = 0; i < EXTRA_COUNT; i++) wake[i] += most[i];
    return [wake, lost, trail];
  };
  const formed = (s) => {
    const joined = [0, 1, 2].map(() => new Float64Array(s.groups.length * EXTRA_COUNT));
    s.groups.forEach((group, n) => combined(group).forEach((part, k) => joined[k].set(part, n * EXTRA_COUNT)));
    const stages = table(s.stages), per = new Float64Array(stages.length);
    for (let i = 0; i + 1 < stages.length; i++) per[i] = 1 / (stages[i + 1] - stages[i]);
    const base = Float64Array.from(s.which, (n) => n * EXTRA_COUNT);
    return new Formation(...joined, base, table(s.constant), stages, per, table(s.least), table(s.lead), table(s.far));
  };
  const groups = cache((key, formation, count) => {
    const group = m.formations[formation].counts[count], inside = formed(group.shelter);
    return { inside, outside: group.outside ? formed(group.outside) : inside, wide: group.wide_m };
  }, 200);

  // -- an attempt ------------------------------------------------------------------------------------
  const own = Object.fromEntries(Object.entries(m.knobs).map(([name, knob]) => [name, knob.value]));
  const defaults = { pacers: 0, gap: m.gap, strength: 0, ...own, policy: m.policy, formation: 0, power: 1, usual: false, errors: true };
  const attemptOf = (settings) => {
    const s = { ...defaults, ...settings }, a = new Attempt();
    const p = planned(`${s.target} ${s.strength}`, s.target, s.strength);
    const form = 1 + (s.usual ? 0 : s.form) / 100;
    a.step = m.step; a.race = m.race; a.start = m.start; a.cells_per_m = m.cells_per_m;
    const degree = air.temperature.indexOf(s.temperature);
    a.drag_k = s.usual ? m.usual.drag_k : air.drag_k[degree];
    a.heat = s.usual ? m.usual.heat : air.heat[degree];
    a.force_k = m.force_k; a.cost_k = m.cost_k;
    a.aerobic_max = m.power * s.power * form * (s.usual ? m.usual.altitude : m.altitude);
    a.aerobic_max *= p.endurance;
    a.reserve = m.reserve * form;
    a.tau_aerobic = m.tau_aerobic; a.per_tau_aerobic = 1 / m.tau_aerobic;
    a.anticipation = m.anticipation;
    a.x = 0; a.v = 0; a.aerobic = m.aerobic;
    a.plan = p.plan; a.light = p.light;
    if (!p.lines.has(s.errors)) p.lines.set(s.errors, s.errors ? ledBy(p.led, m.leader) : p.led);
    a.leader = p.lines.get(s.errors);
    [a.level, a.drag, a.time] = p.remaining;
    a.last_place = a.level.length - 1.001;
    a.shelter_step = m.shelter_step; a.light_lag = m.light_lag;
    const formation = m.formations[s.formation], count = countIn(formation, s.pacers);
    const group = groups(`${s.formation} ${count}`, s.formation, count);
    a.formation = a.earlier = group.inside; a.outside = group.outside; a.wide_m = group.wide * m.oval[1];
    a.shift = m.gap_set || s.gap !== m.gap ? s.gap - formation.nearest : 0;
    a.follows = m.follows; a.passes = m.passes;
    a.scale = m.wake;
    a.drop_back = s.policy === "wait_for_runner" ? s.wait : 0;
    a.bends = bends;
    const wind = s.usual ? 0 : s.wind;
    a.windy = wind > 0;
    a.gusts = s.usual ? 0 : air.gusts[air.wind.indexOf(wind)];
    [a.head_wind, a.cross] = a.windy ? winds(wind) : [[0], [0]];
    a.ticks = Math.ceil((m.patience[0] * p.plan.finish + m.patience[1]) / m.step);
    a.stands_from = m.stands_from;
    a.planned_s = p.plan.finish;
    return a;
  };
  // how many of another formation run: as many, or all where the file leaves it to the formation
  const countIn = (formation, pacers) => {
    const most = formation.counts.length - 1;
    return formation !== m.formations[0] && !m.count_set && pacers === own.pacers ? most : Math.min(pacers, most);
  };
  const scratch = [new Float64Array(m.longest), new Float64Array(m.longest)];
  // the finish [s]; NaN: she does not finish
  const finishOf = (settings) => {
    const a = attemptOf(settings);
    [a.xs, a.vs] = scratch.map((column) => (column.length > a.ticks ? column : new Float64Array(a.ticks + 1)));
    a.steps(1);
    return finished(a);
  };
  const finished = (a) => (a.finished ? (a.tick - 1 + crossing(a.x1, a.v1, a.x, a.v, a.step, a.race)) * a.step : NaN);
  const run = (settings) => {
    const a = attemptOf(settings);
    a.recording = true;
    for (const name of COLUMNS) a[name] = new Float64Array(a.ticks + 1);
    a.steps(1);
    const run = { ticks: a.tick, step: m.step, race: m.race, plan: a.plan, light: a.light, target: a.planned_s };
    for (const name of COLUMNS) run[name] = a[name].subarray(0, a.tick + 1);
    run.finish = finished(a);
    run.end = a.finished ? run.finish : a.tick * m.step;
    return run;
  };
  return { run, finishOf, countIn, defaults, even, paceOf, table, ...m };
};

// -- between the ticks: simulator/recording/recording.py ---------------------------------------------
const hermite = (x0, v0, x1, v1, step, f) => {
  const jump = x1 - x0, c2 = 3 * jump - (2 * v0 + v1) * step, c3 = (v0 + v1) * step - 2 * jump;
  return x0 + f * (v0 * step + f * (c2 + f * c3));
};
const crossing = (x0, v0, x1, v1, step, target) => {
  let low = 0, high = 1;
  const span = x1 > x0 ? x1 - x0 : 1;
  let f = Math.min(Math.max((target - x0) / span, 0), 1);
  for (let n = 0; n < 60; n++) {
    const miss = hermite(x0, v0, x1, v1, step, f) - target;
    if (Math.abs(miss) < 1e-12) break;
    if (miss > 0) high = f; else low = f;
    const slope = Math.max(((1 - f) * v0 + f * v1) * step, 1e-12), newton = f - miss / slope;
    f = newton > low && newton < high ? newton : 0.5 * (low + high);
  }
  return Math.min(Math.max(f, 0), 1);
};
