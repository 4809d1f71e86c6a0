// The page: what is turned goes to the model, and everything is drawn from what it answers.
const start = ({ arrays, files, values: { model: m, show } }) => {
  takeFonts(files);
  const model = makeModel(m, arrays), knobs = m.knobs, pacerNames = m.formations[0].names;
  const ghosts = show.ghosts.map((g) => ({ ...g, x: arrays[g.x], t: arrays[g.t] }));
  const waves = show.waves.map((w) => ({ ...w, pace: w.plan && model.paceOf({ ...w.plan, u: arrays[w.plan.u], x: arrays[w.plan.x], pace: arrays[w.plan.pace] }) }));
  const most = m.formations[0].counts.length - 1;
  const settings = { ...model.defaults };
  let run = model.run(settings), ofFile = run, you = null;
  const state = { t: 0, rate: 1, playing: false, before: 0, x: 0 };

  const PRONOUNS = show.woman ? { she: "she", She: "She", her: "her", hers: "her", Hers: "Her" } : { she: "he", She: "He", her: "him", hers: "his", Hers: "His" };
  const several = show.waves.length > 1;
  const lightName = (i) => { // as `light_name` in simulator/analysis/references.py
    const labels = show.waves.map((w) => w.label ?? timeText(run.target).replace(/\.00$/, "")), { name } = show.waves[i];
    if (labels.filter((label) => label === labels[i]).length === 1) return "light " + labels[i];
    return name.includes("light") ? name : "light " + name;
  };
  const mark = () => (several ? lightName(0) : show.lit ? "the light" : "the plan"); // what gaps are taken to
  const followed = () => (!several ? mark() : show.leads === null ? "the plan" : lightName(show.leads)); // what the pacers keep to
  const as = (words) => words.replace(/\{(\w+)\}/g, (_, name) => PRONOUNS[name]);

  // -- words ---------------------------------------------------------------------------------------
  const clockAt = (t) => (t >= run.finish ? timeText(run.finish) : clockText(Math.min(t, run.end))); // without a finish: no hundredths
  const typedTime = (text) => {
    const match = /^\s*(?:(?:(\d):)?(\d{1,2}):)?(\d{1,3}(?:[.,]\d{1,3})?)\s*$/.exec(text);
    return match ? 3600 * Number(match[1] || 0) + 60 * Number(match[2] || 0) + Number(match[3].replace(",", ".")) : NaN;
  };

  // -- where everything is -------------------------------------------------------------------------
  const between = (values, place) => {
    const i = Math.min(Math.max(Math.floor(place), 0), values.length - 2);
    return values.length < 2 ? values[0] : values[i] + (values[i + 1] - values[i]) * Math.min(place - i, 1);
  };
  const placeIn = (values, x) => { // where x lies among increasing values, as index and share
    let low = 0, high = values.length - 1;
    if (x <= values[0]) return 0;
    if (x >= values[high]) return high;
    while (high - low > 1) { const middle = low + high >> 1; if (values[middle] <= x) low = middle; else high = middle; }
    return low + (x - values[low]) / (values[high] - values[low] || 1);
  };
  const xAt = (r, t) => {
    const place = Math.min(Math.max(t, 0), r.end) / r.step, i = Math.min(Math.floor(place), r.ticks - 1);
    return hermite(r.xs[i], r.vs[i], r.xs[i + 1], r.vs[i + 1], r.step, place - i);
  };
  const timeAt = (r, x) => { // NaN: never there
    if (x <= 0) return 0;
    if (x > r.xs[r.ticks]) return NaN;
    const i = Math.min(Math.floor(placeIn(r.xs, x)), r.ticks - 1);
    return (i + crossing(r.xs[i], r.vs[i], r.xs[i + 1], r.vs[i + 1], r.step, x)) * r.step;
  };
  const markAt = (pace, t) => {
    const half = Math.max(t, 0) / pace.half_step;
    return half < pace.halves - 1 ? between(pace.marks, half) : pace.mark(pace.halves - 1) + (half - pace.halves + 1) * pace.half_step * pace.speeds[pace.halves - 1];
  };
  const passes = (pace, x) => {
    const last = pace.halves - 1;
    return x > pace.marks[last] ? (last * pace.half_step) + (x - pace.marks[last]) / pace.speeds[last] : placeIn(pace.marks, x) * pace.half_step;
  };
  const ghostAt = (g, t) => {
    const last = g.t.length - 1;
    if (t < g.t[last]) return between(g.x, placeIn(g.t, t));
    const far = Math.max(last - 10, 0);
    return g.x[last] + (t - g.t[last]) * (g.x[last] - g.x[far]) / (g.t[last] - g.t[far]);
  };
  const stillThere = (g, x) => { // its opacity, as `still_there` in simulator/stage/scene_builder.py
    const [near, far] = show.gone_m;
    return 1 - Math.min(Math.max((x - g.x[g.x.length - 1] - near) / (far - near), 0), 1);
  };
  const ghostsAt = (t) => everyGhost().map((g) => {
    const x = ghostAt(g, t);
    return { x, alpha: stillThere(g, x), label: g.label, colour: g.colour };
  }).filter((body) => body.alpha > 0.02);
  const ghostPasses = (g, x) => (x > g.x[g.x.length - 1] + 1e-9 ? NaN : between(g.t, placeIn(g.x, x)));
  const everyGhost = () => (you ? [...ghosts, you] : ghosts);
  const group = () => m.formations[0].counts[settings.pacers];
  const BESIDE = m.beside_m;
  const pacersAt = (t, x) => {
    const bodies = group().bodies, stages = arrays[bodies.stages], count = stages.length;
    const i = Math.min(Math.max(Math.floor(placeIn(stages, x)), 0), count - 2);
    const share = Math.min(Math.max((x - stages[i]) / (stages[i + 1] - stages[i]), 0), 1);
    const place = Math.min(t, run.end) / run.step, slot = between(run.groups, place), wide = between(run.wides, place) * group().wide_m;
    const nearest = m.formations[0].nearest, shift = m.gap_set || settings.gap !== m.gap ? settings.gap - nearest : 0;
    return bodies.names.map((name, n) => {
      const at = (number, k) => arrays[number][n * count + k];
      const blend = (a, b) => a + (b - a) * share;
      const leads = (k) => at(bodies.ahead, k) > BESIDE;
      const along = (k) => (leads(k) ? slot + shift : x) + at(bodies.ahead, k);
      const presence = blend(at(bodies.presence, i), at(bodies.presence, i + 1)), gone = 1 - presence;
      const aside = blend(at(bodies.offset, i) + (leads(i) ? 0 : wide), at(bodies.offset, i + 1) + (leads(i + 1) ? 0 : wide));
      return { name, x: blend(along(i), along(i + 1)), offset: aside + 3 * gone * gone * (3 - 2 * gone), alpha: presence };
    }).filter((body) => body.alpha > 0.02);
  };
  const gapAt = (t) => { const x = Math.min(xAt(run, t), run.race); return [Math.min(t, run.end) - passes(run.light, x), markAt(run.light, t) - x]; };

  // what the gap means, held by hysteresis as in simulator/analysis/gaps.py
  const meanings = () => {
    const states = new Array(run.ticks + 1), gaps = new Float64Array(run.ticks + 1), lag = Math.round(3 / run.step);
    let level = true, losing = true;
    for (let i = 0; i <= run.ticks; i++) {
      gaps[i] = gapAt(Math.min(i * run.step, run.end))[0];
      const size = Math.abs(gaps[i]), change = gaps[i] - gaps[Math.max(i - lag, 0)];
      if (size < 0.05) level = true; else if (size >= 0.1) level = false;
      if (change > 0.03) losing = true; else if (change < -0.03) losing = false;
      states[i] = level ? "level" : (gaps[i] > 0 ? "behind" : "ahead") + (losing ? "-losing" : "-gaining");
    }
    return { states, gaps };
  };
  const lostAt = () => {
    const lag = m.light_lag, clear = (i) => run.xs[i] - (2 * i - lag > 0 ? run.light.mark(2 * i - lag) : 0);
    const last = run.finish ? run.ticks - 1 : run.ticks;
    if (xAt(run, run.end) - (run.end > lag * HALF ? markAt(run.light, run.end - lag * HALF) : 0) >= 0) return null;
    for (let i = last; i >= 0; i--) if (clear(i) >= 0) {
      const share = clear(i) / (clear(i) - clear(i + 1) || 1);
      return xAt(run, (i + Math.min(Math.max(share, 0), 1)) * run.step);
    }
    return 0;
  };
  const HALF = 0.5 * m.step;

  // the gap to the light by distance: hers, the file's where it differs, the ghosts'
  let curves = [], gapRange = [-0.5, 1];
  const POINTS = 240;
  const curvesOf = () => {
    const at = Array.from({ length: POINTS + 1 }, (_, i) => run.race * i / POINTS);
    const gapsOf = (time) => Float64Array.from(at, (x) => (x === 0 ? 0 : time(x) - passes(run.light, x)));
    curves = everyGhost().map((g) => ({ name: g.name, colour: named(g.colour), gap: gapsOf((x) => ghostPasses(g, x)) }));
    if (run !== ofFile) curves.push({ name: "as in the file", colour: shade("bar"), gap: gapsOf((x) => timeAt(ofFile, x)) });
    curves.push({ name: show.runner, colour: named("white"), own: true, gap: gapsOf((x) => timeAt(run, x)) });
    let low = -0.5, high = 1;
    for (const c of curves) if (c.own || c.name !== "you") for (const g of c.gap) { if (g < low) low = g; if (g > high) high = g; }
    const pad = 0.06 * (high - low);
    gapRange = [low - pad, high + pad];
    $("gap-heading").textContent = "Gap to " + mark();
    $("legend").replaceChildren(...[{ name: mark(), colour: named(show.light_colour), own: true }, ...curves].map((c) => {
      const key = make("i", { className: c.own ? "" : "ghost" });
      key.style.color = c.colour;
      return make("li", {}, key, c.name);
    }));
  };
  // -- one moment ------------------------------------------------------------------------------------
  let meaning = meanings();
  const rows = [...document.querySelectorAll("tbody tr")];
  const gapWords = () => {
    if (state.t <= 0) return ["", "level"];
    const name = meaning.states[Math.min(Math.floor(state.t / run.step), run.ticks)], [seconds, metres] = gapAt(state.t);
    const side = name.split("-")[0], arrow = { ahead: "▲", level: "●", behind: "▼" }[side];
    const far = state.t >= run.end ? "" : ` · ${Math.abs(metres).toFixed(1)} m`;
    const meant = { ahead: "ahead of", level: "level with", behind: "behind" }[side];
    return [`${arrow} ${signed(seconds)} s${far} ${meant} ${mark()}`, name];
  };
  const endWords = () => (Number.isNaN(run.finish) ? "did not finish" : `finish, ${difference(run.finish, run.target)} s against ${timeText(run.target)}`);
  const draw = () => {
    state.x = xAt(run, state.t);
    const picture = {
      race: run.race, oval: m.oval, x: state.x, runner: show.runner, pacers: pacersAt(state.t, state.x),
      ghosts: ghostsAt(state.t),
      waves: waves.map((w) => ({ head: markAt(w.pace || run.plan, state.t) + w.ahead, length: w.length, colour: w.colour })),
      light: show.light_colour, curves, range: gapRange, marks: show.counts[settings.pacers].marks, gap: state.t > 0 ? gapAt(state.t)[0] : 0,
    };
    drawTrack(picture); drawGroup(picture); drawCurve(picture);
  };
  const lapAt = (x) => { // the last one is whole, as `lap_count` counts them
    const [laps, lap] = show.laps, first = run.race - lap * (laps - 1);
    return `${x < first ? 1 : Math.min(2 + Math.floor((x - first) / lap), laps)}/${laps}`;
  };
  const shown = () => {
    const text = clockAt(state.t), x = Math.min(Math.max(xAt(run, state.t), 0), run.race), [words, name] = gapWords();
    $("clock").textContent = text;
    $("gap").textContent = words;
    $("gap").style.color = shade(name);
    $("where").textContent = state.t >= run.end ? endWords() : `${wholeMetres(x)} m of ${show.race_text}, lap ${lapAt(x)}`;
    $("scrub").value = state.t;
    $("scrub").setAttribute("aria-valuetext", `${text}, ${wholeMetres(x)} metres${words ? ", " + words : ""}`);
    $("play").textContent = state.playing ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", String(state.playing));
    rows.forEach((row, i) => {
      const from = i ? Number(rows[i - 1].dataset.m) : 0;
      row.classList.toggle("now", x > from && x <= Number(row.dataset.m) && state.t > 0);
    });
    draw();
  };
  const say = () => { $("said").textContent = `${state.playing ? "Playing" : "Paused"} at ${clockAt(state.t)}. ${gapWords()[0]}`; };
  const frame = (now) => {
    if (!state.playing) return;
    const elapsed = Math.min(Math.max(now - state.before, 0), 250) / 1000;
    if (still.matches && elapsed < 0.24) { requestAnimationFrame(frame); return; } // four pictures a second
    state.before = now;
    state.t = Math.min(state.t + elapsed * state.rate, run.end);
    if (state.t >= run.end) { state.playing = false; say(); }
    shown();
    requestAnimationFrame(frame);
  };
  const play = (on) => {
    if (on && state.t >= run.end) state.t = 0;
    const begins = on && !state.playing;
    state.playing = on;
    if (begins) { state.before = performance.now(); requestAnimationFrame(frame); }
    shown(); say();
  };
  const seek = (t) => { state.t = Math.min(Math.max(t, 0), run.end); shown(); };
  const setRate = (by) => {
    const select = $("rate"), n = select.options.length;
    select.selectedIndex = by === null ? [...select.options].findIndex((o) => o.value === "1") : Math.min(Math.max(select.selectedIndex + by, 0), n - 1);
    state.rate = Number(select.value);
  };

  // -- what can be turned ------------------------------------------------------------------------------
  const TEXTS = {
    pacers: ["Pacers", (v) => String(v)], gap: ["Gap to the front", (v) => v.toFixed(2) + " m"], wait: ["They wait up to", (v) => v + " m"],
    target: [!show.lit || several || m.light_plan || m.leader_plan ? as("{Hers} plan runs") : "The light runs", (v) => timeText(v)], strength: ["Second half faster", (v) => signed(v, 1) + " %"],
    temperature: ["Temperature", (v) => v.toFixed(1) + " °C"], wind: ["Wind", (v) => v.toFixed(1) + " m/s"], form: [as("{Hers} form"), (v) => signed(v, 1) + " %"],
  };
  const text = (name, value) => TEXTS[name][1](value);
  const leastGap = () => { const least = m.formations[0].least[settings.pacers]; return least === null ? 0 : least; };
  const controls = {};
  const buildKnobs = () => {
    for (const name of Object.keys(TEXTS)) {
      const knob = knobs[name];
      if (!knob) continue;
      const slider = make("input", { type: "range", min: 0, max: knob.values.length - 1, step: 1, id: "knob-" + name });
      const output = make("output", { htmlFor: slider.id }), label = make("label", { htmlFor: slider.id, className: "knob" }, make("span", {}, TEXTS[name][0]), slider, output);
      slider.addEventListener("input", () => turn({ [name]: knob.values[Number(slider.value)] }));
      controls[name] = { slider, output, label };
      $("knobs").append(label);
      if (name === "gap" || (name === "pacers" && !knobs.gap)) policyRow();
    }
    if (!knobs.pacers) policyRow();
  };
  const policyRow = () => {
    if (controls.policy || !knobs.pacers) return;
    const choices = { hold_light: "Keep to " + followed(), wait_for_runner: as("Wait for {her}") };
    const buttons = Object.entries(choices).map(([value, words]) => {
      const button = make("button", { type: "button" }, words);
      button.dataset.policy = value;
      button.addEventListener("click", () => turn({ policy: value }));
      return button;
    });
    controls.policy = buttons;
    $("knobs").append(make("div", { className: "knob", role: "group", "aria-label": "What the pacers do" }, make("span", {}, "The pacers"), make("div", { className: "either" }, ...buttons)));
  };
  const showKnobs = () => {
    for (const [name, control] of Object.entries(controls)) {
      if (name === "policy") {
        for (const button of control) button.setAttribute("aria-pressed", String(button.dataset.policy === settings.policy));
        control[0].textContent = "Keep to " + followed();
        continue;
      }
      const value = settings[name], differs = value !== knobs[name].value;
      control.slider.value = String(knobs[name].values.indexOf(value));
      control.slider.setAttribute("aria-valuetext", text(name, value));
      control.output.replaceChildren(text(name, value), ...(differs ? [make("small", {}, "file " + text(name, knobs[name].value))] : []));
      control.label.classList.toggle("changed", differs);
      if (name === "wait") control.label.hidden = settings.policy !== "wait_for_runner";
      if (name === "gap") control.slider.disabled = settings.pacers === 0;
    }
    $("reset").disabled = changed().length === 0;
  };
  const names = ["pacers", "gap", "policy", "wait", "target", "strength", "temperature", "wind", "form"];
  const changed = () => names.filter((name) => settings[name] !== model.defaults[name] && (name === "policy" || knobs[name]));

  // -- on each turn --------------------------------------------------------------------------------------
  const facts = (id, words) => { $(id).textContent = words; $("fact-" + id).hidden = words === ""; };
  const showFacts = () => {
    $("subtitle").textContent = show.counts[settings.pacers].subtitle;
    const done = !Number.isNaN(run.finish), until = Math.min(Math.floor(run.end / run.step), run.ticks);
    let sheltered = 0;
    for (let i = 0; i <= until; i++) sheltered += run.shelters[i];
    const lost = lostAt(), differs = changed().length > 0;
    facts("finish", done ? timeText(run.finish) : "did not finish");
    facts("late", done ? difference(run.finish, run.target) : "");
    $("fact-late").querySelector("dt").textContent = `s against ${timeText(run.target)}`;
    facts("change", differs && done && ofFile.finish ? difference(run.finish, ofFile.finish) : "");
    if (show.lit) $("fact-lost").querySelector("dt").textContent = mark().replace("the ", "") + " lost at";
    facts("lost", !show.lit || lost === null && !done ? "" : lost === null ? "never" : wholeMetres(lost) + " m");
    facts("shelter", (100 * sheltered / (until + 1)).toFixed(1) + " %");
    facts("reserve", Math.max(0, between(run.reserves, run.end / run.step)).toFixed(0) + " J/kg");
    $("fact-chance").hidden = differs; // it was worked out for the file
    const kept = !show.lit ? "" : lost === null ? " It was kept to the line." : ` It was lost at ${wholeMetres(lost)} m.`;
    const ends = done ? `, ${signed(gapAt(run.end)[0])} s at the finish.${kept}` : ". The line was not reached.";
    $("curve").setAttribute("aria-label", `Gap to ${mark()} over distance${ends}`);
  };
  const showSplits = () => {
    for (const row of rows) {
      const x = Number(row.dataset.m), ran = timeAt(run, x), plan = passes(run.plan, x);
      const put = (kind, words) => { const place = row.querySelector("." + kind); if (place) place.textContent = words; };
      put("plan", timeText(plan)); put("run", cell(ran, timeText)); put("gap", difference(ran, plan));
      if (row.dataset.published) put("residual", difference(ran, Number(row.dataset.published)));
    }
  };
  const roleOf = (count) => { // of the last of so many pacers: what he is there for
    const bodies = m.formations[0].counts[count].bodies, stages = arrays[bodies.stages].length, n = bodies.names.length - 1;
    const ahead = arrays[bodies.ahead][n * stages];
    return ahead > BESIDE ? "ahead" : ahead < -BESIDE ? "behind" : "beside";
  };
  // what surprises, where it is met
  const surprise = () => {
    const words = [], n = settings.pacers, finish = run.finish;
    const without = (change) => model.finishOf({ ...settings, ...change });
    if (knobs.pacers && show.assumed_count) {
      for (const count of [n, n + 1]) {
        if (count < 1 || count > most) continue;
        const more = count === n ? finish : without({ pacers: count }), fewer = count === n ? without({ pacers: n - 1 }) : finish;
        if (more > fewer + 0.005 && roleOf(count) === "beside") {
          words.push(`${count - 1} pacers are ${(more - fewer).toFixed(2)} s faster than ${count}: number ${count} runs beside {her}, and a body beside costs a little. That is assumed: nobody has measured it.`);
        }
      }
    }
    const turned = (name) => knobs[name] && settings[name] !== knobs[name].value;
    const before = (name) => without({ [name]: knobs[name].value });
    if (turned("target") && !m.light_plan && !m.leader_plan) {
      const noun = show.lit && !several ? "light" : "plan";
      const was = before("target"), faster = settings.target < knobs.target.value;
      if (faster && finish > was + 0.005) words.push(`A faster ${noun} makes {her} slower here: it takes the pacers away from {her} sooner, and with them the shelter.`);
      if (!faster && finish < was - 0.005) words.push(`A slower ${noun} makes {her} faster here: {she} stays longer in the shelter of those who follow it.`);
    }
    if (turned("gap") && settings.gap < knobs.gap.value && finish > before("gap") + 0.005) words.push(`Nearer is not faster here: ${show.lit ? "an early loss of " + mark() : "falling behind the plan early"} weighs more.`);
    if (turned("temperature")) {
      const was = before("temperature");
      if (settings.temperature > knobs.temperature.value && finish < was - 0.005) words.push("Warm air is thinner: it brakes less, as long as it is not so hot that the heat takes {hers} power.");
      if (settings.temperature > knobs.temperature.value && finish > was + 0.005) words.push("Warm air is thinner, but in such heat {she} loses more aerobic power than that gives.");
    }
    if (turned("wind") && settings.wind > knobs.wind.value && finish > before("wind") + 0.005) words.push("Wind costs on every lap: what it takes from {her} against the wind is more than it gives back from behind.");
    if (settings.policy === "wait_for_runner" && model.defaults.policy !== settings.policy && finish < without({ policy: "hold_light" }) - 0.005) words.push(`Pacers who wait keep {her} sheltered after ${show.lit ? mark() + " is lost" : "{she} has fallen behind the plan"}: that is worth more than their pace.`);
    return as(words.slice(0, 2).join(" "));
  };
  const verdict = () => {
    const differs = changed();
    const list = differs.map((name) => (name === "policy" ? (settings.policy === "hold_light" ? "they keep to " + followed() : as("they wait for {her}")) : name === "wait" ? "up to " + text(name, settings[name]) : `${TEXTS[name][0].toLowerCase()} ${text(name, settings[name])}`));
    const change = run.finish - ofFile.finish;
    const compared = Number.isNaN(run.finish) ? as("{She} does not finish.") : !differs.length ? "As in the file." : Number.isNaN(change) ? "" : Math.abs(change) < 0.005 ? "No faster and no slower than in the file." : `${Math.abs(change).toFixed(2)} s ${change < 0 ? "faster" : "slower"} than in the file.`;
    const said = [list.length ? list.join(", ").replace(/^./, (c) => c.toUpperCase()) + ": " + compared : compared, surprise()].join(" ");
    $("verdict").replaceChildren(make("strong", {}, Number.isNaN(run.finish) ? "no finish" : timeText(run.finish)), " ", said);
  };

  // what takes longer is done in slices, the newest turn first
  let jobs = 0, busy = false;
  const inSlices = (steps) => {
    const job = ++jobs;
    busy = true;
    const slice = () => {
      if (job !== jobs) return;
      const until = performance.now() + 8;
      while (performance.now() < until) if (steps.next().done) { busy = false; return; }
      setTimeout(slice, 0);
    };
    slice();
  };
  function* further() {
    yield* barsOf();
    verdict();
    yield;
    yield* mapOf();
    yield* pricesOf();
  }
  let shownFor = "", renaming = 0;
  const turned = () => {
    run = model.run(settings);
    if (changed().length === 0) ofFile = run;
    state.t = Math.min(state.t, run.end);
    $("scrub").max = run.end;
    meaning = meanings();
    showKnobs(); showFacts(); showSplits(); curvesOf(); shown(); youWords();
    inSlices(further());
    share();
  };
  const turn = (change) => {
    Object.assign(settings, change);
    if (knobs.gap) {
      const least = leastGap();
      if (settings.gap < least) settings.gap = knobs.gap.values.find((v) => v >= least);
    }
    const atEnd = state.t > 0 && state.t >= run.end;
    turned();
    if (atEnd) seek(run.end);
  };

  // -- bars ------------------------------------------------------------------------------------------------
  const near = (name, wanted) => [...new Set(wanted.map((v) => knobs[name].values.reduce((a, b) => (Math.abs(b - v) < Math.abs(a - v) ? b : a))))];
  const AXES = {
    pacers: () => knobs.pacers.values, gap: () => near("gap", [0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5]).filter((v) => v >= leastGap()),
    target: () => near("target", [-8, -6, -4, -2, -1, 0, 1, 2, 4, 6, 8].map((s) => knobs.target.value + s)), strength: () => near("strength", [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]),
    temperature: () => near("temperature", [0, 5, 10, 15, 20, 25, 30, 35, 40]), wind: () => near("wind", [0, 0.5, 1, 1.5, 2, 3, 4, 5, 6]), form: () => near("form", [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3]),
  };
  const short = (name, v) => (name === "target" ? timeText(v, 0) : name === "gap" ? String(v) : String(v).replace("-", "−"));
  let axis = knobs.pacers ? "pacers" : "target";
  function* barsOf() {
    const values = [...new Set([...AXES[axis](), settings[axis]])].sort((a, b) => a - b), finishes = [];
    for (const value of values) { finishes.push(value === settings[axis] ? run.finish : model.finishOf({ ...settings, [axis]: value })); yield; }
    const late = finishes.map((f, i) => f - (axis === "target" ? values[i] : run.target)), top = Math.max(...late.filter(Number.isFinite).map(Math.abs), 0.01);
    const digits = late.some((v) => v >= 10) ? 1 : 2;
    $("bars").replaceChildren(...values.map((value, i) => {
      const bar = make("i"), v = late[i], rests = axis === "pacers" && show.assumed_count && value > 0 && pacersBeside(value);
      bar.style.height = Number.isFinite(v) ? `${Math.max(1.5, 72 * Math.abs(v) / top)}%` : "0";
      const words = Number.isFinite(v) ? `${text(axis, value)}: ${timeText(finishes[i])}` : as(`${text(axis, value)}: {she} does not finish`);
      const button = make("button", { type: "button", title: words, "aria-label": words, "aria-pressed": String(value === settings[axis]), className: `${rests ? "assumed " : ""}${v <= 0.005 ? "kept" : ""}` },
        make("span", {}, Number.isFinite(v) ? (v < -0.005 ? "−" : "") + Math.abs(v).toFixed(values.length > 12 ? 1 : digits) : "–"), bar, make("b", {}, short(axis, value)));
      button.addEventListener("click", () => { turn({ [axis]: value }); });
      return button;
    }));
    const hatched = axis === "pacers" && show.assumed_count && pacersBeside(most) ? " Hatched: rests on what a body beside costs, which is assumed." : "";
    $("bars-note").textContent = `Seconds behind ${axis === "target" ? "each target" : timeText(run.target)} at the line, by ${TEXTS[axis][0].toLowerCase()}; press one to see it.${hatched}`;
  }
  const pacersBeside = (count) => {
    const bodies = m.formations[0].counts[count].bodies, stages = arrays[bodies.stages].length;
    return bodies.names.some((_, n) => Math.abs(arrays[bodies.ahead][n * stages]) <= BESIDE);
  };

  // -- the map ------------------------------------------------------------------------------------------------
  const mapAxes = knobs.pacers && knobs.gap ? ["pacers", "gap"] : ["temperature", "wind"];
  let chart = null;
  const rgb = (name) => channels(shade(name));
  function* mapOf() {
    const [a, b] = mapAxes, least = (x) => { const l = a === "pacers" ? m.formations[0].least[x] : null; return l === null ? 0 : l; };
    const across = AXES[a](), up = [...new Set([...(b === "gap" ? near("gap", [0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 5]) : AXES[b]()), knobs[b].value])].sort((p, q) => p - q);
    const grid = { a, b, across, up, late: up.map(() => new Float64Array(across.length).fill(NaN)) };
    chart = chart && chart.up.length === up.length && chart.across.length === across.length ? { ...grid, late: chart.late } : grid;
    for (let j = 0; j < up.length; j++) {
      for (let i = 0; i < across.length; i++) {
        grid.late[j][i] = b === "gap" && up[j] < least(across[i]) ? NaN : model.finishOf({ ...settings, [a]: across[i], [b]: up[j] }) - run.target;
        yield;
      }
    }
    chart = grid;
    drawMap();
  }
  const mapBox = (w, h) => ({ left: 46, top: 6, wide: (w - 52) / chart.across.length, high: (h - 46) / chart.up.length });
  const drawMap = () => {
    if (!chart) return;
    const [pen, w, h] = sized($("map")), { left, top, wide, high } = mapBox(w, h);
    const values = chart.late.flatMap((row) => [...row]).filter(Number.isFinite), low = Math.min(...values), top_s = Math.max(...values, low + 0.01);
    const stops = [rgb("target"), rgb("warning"), rgb("reserve")];
    pen.font = "11px Lightpace"; pen.textBaseline = "middle"; pen.textAlign = "center";
    chart.late.forEach((row, j) => row.forEach((v, i) => {
      const x = left + wide * i, y = top + high * (chart.up.length - 1 - j);
      if (!Number.isFinite(v)) { pen.fillStyle = shade("high"); pen.fillRect(x + 0.5, y + 0.5, wide - 1, high - 1); return; }
      const z = 2 * Math.sqrt((v - low) / (top_s - low)), n = Math.min(Math.floor(z), 1), tint = stops[n].map((c, k) => Math.round(c + (stops[n + 1][k] - c) * (z - n)));
      pen.fillStyle = `rgb(${tint})`; pen.fillRect(x + 0.5, y + 0.5, wide - 1, high - 1);
      if (wide >= 31 && high >= 14) { pen.fillStyle = 0.3 * tint[0] + 0.59 * tint[1] + 0.11 * tint[2] > 115 ? "#04060b" : "#ffffff"; pen.fillText(signed(v, 1), x + wide / 2, y + high / 2); }
      if (v <= 0.005) { pen.strokeStyle = shade("text"); pen.lineWidth = 1.5; pen.strokeRect(x + 1.5, y + 1.5, wide - 3, high - 3); }
    }));
    pen.fillStyle = shade("muted");
    chart.across.forEach((v, i) => pen.fillText(short(chart.a, v), left + wide * (i + 0.5), h - 30));
    pen.textAlign = "right";
    chart.up.forEach((v, j) => { if (high > 12 || j % 2 === 0) pen.fillText(short(chart.b, v), left - 6, top + high * (chart.up.length - 0.5 - j)); });
    pen.textAlign = "left"; pen.fillText(`↑ ${TEXTS[chart.b][0].toLowerCase()}   → ${TEXTS[chart.a][0].toLowerCase()}`, left, h - 11);
    const i = chart.across.indexOf(settings[chart.a]), j = placeIn(chart.up, settings[chart.b]);
    if (i >= 0) { pen.strokeStyle = shade("text"); pen.lineWidth = 3; pen.strokeRect(left + wide * i, top + high * (chart.up.length - 1 - j), wide, high); }
    $("map-note").textContent = `Seconds against ${timeText(run.target)}, from ${signed(low)} to ${signed(top_s)}; everything else as turned. Press a field to go there.`;
  };

  // -- where the seconds go: simulator/analysis/attribution.py, run here ---------------------------------------
  const prices = function* () {
    const target = run.target, base = { ...settings }, factors = [], words = show.factors, errors = [...words.errors, { errors: false }];
    const apply = (put) => put.reduce((s, right, i) => (right ? { ...s, ...factors[i][2] } : s), base);
    if (base.pacers > 0 && show.assumed_count) {
      const options = m.formations.map((f, i) => [f.name, i]).sort((p, q) => (p[0] < q[0] ? -1 : 1)), given = m.gap_set || base.gap !== m.gap;
      let best = null;
      for (const [name, i] of options) {
        const f = m.formations[i], least = f.least[model.countIn(f, base.pacers)];
        if (i !== 0 && given && least !== null && base.gap < least) continue;
        const finish = i === 0 ? run.finish : model.finishOf({ ...base, formation: i });
        yield;
        if (!Number.isNaN(finish) && (!best || finish < best.finish || (finish === best.finish && i === 0))) best = { name, i, finish };
      }
      best = best || { name: m.formations[0].name, i: 0 };
      factors.push([...words.shelter, { policy: "wait_for_runner", wait: m.price_wait }], errors,
        [words.formation[0], words.formation[1].replace("{}", () => best.name), { formation: best.i }]);
    } else if (base.pacers > 0 && show.leader_errs) factors.push(errors); // she may follow them all the same
    factors.push([...words.day, { usual: true }]);
    const right = apply(factors.map(() => true)), goal = Math.max(target, model.finishOf({ ...right, power: 1.5 })) + 5e-4;
    let low = 1, high = 1.5, power = 1;
    if (!(model.finishOf({ ...right, power: 1 }) <= goal)) {
      for (let n = 0; n < 30; n++) { const middle = 0.5 * (low + high); if (model.finishOf({ ...right, power: middle }) <= goal) high = middle; else low = middle; yield; }
      power = high;
    }
    const hers = (text) => text.replace(/\bher\b/, PRONOUNS.hers);
    factors.push([hers(words.power[0]), power === 1 ? hers(words.enough) : words.power[1].replace("{}", (100 * (power - 1)).toFixed(1)), { power }]);
    const count = factors.length, values = [];
    for (let n = 0; n < 1 << count; n++) { values.push(model.finishOf(apply(factors.map((_, i) => Boolean(n & 1 << count - 1 - i))))); yield; }
    if (values.some(Number.isNaN)) return null;
    const factorial = (k) => (k < 2 ? 1 : k * factorial(k - 1)), bits = (k) => (k ? (k & 1) + bits(k >> 1) : 0);
    const list = factors.map(([name, against], player) => {
      const bit = 1 << count - 1 - player;
      let share = 0;
      for (let c = 0; c < 1 << count; c++) if (!(c & bit)) share += factorial(bits(c)) * factorial(count - 1 - bits(c)) / factorial(count) * (values[c | bit] - values[c]);
      return { name, against, seconds: -share };
    }).sort((p, q) => q.seconds - p.seconds);
    return { target, finish: values[0], reference: values[values.length - 1], list };
  };
  function* pricesOf() {
    const found = yield* prices();
    $("prices").replaceChildren();
    if (!found || Math.abs(found.finish - found.target) < 0.005) {
      $("prices-note").textContent = as(found ? "{She} is level with the target: there is no gap to explain." : "Not known: in one of the runs compared {she} does not finish.");
      return;
    }
    const left = found.reference - found.target, steps = [];
    let at = 0;
    if (Math.abs(left) >= 0.005) { steps.push(["left over", left, "", 0]); at = left; }
    for (const price of [...found.list].reverse()) { steps.push([price.name, price.seconds, price.against, at]); at += price.seconds; }
    const ends = steps.flatMap(([, s, , from]) => [from, from + s]), least = Math.min(0, ...ends), span = Math.max(0.01, ...ends) - least;
    const row = (name, from, to, words, kind, title) => {
      const bar = make("i", { className: kind });
      bar.style.left = `${100 * (Math.min(from, to) - least) / span}%`;
      bar.style.width = `${100 * Math.abs(to - from) / span}%`;
      return [make("span", { title }, name), make("span", { className: "track" }, bar), make("strong", {}, words)];
    };
    $("prices").replaceChildren(...row(`the target, ${timeText(found.target)}`, 0, 0, "0.00", "end", ""),
      ...steps.reverse().reverse().flatMap(([name, s, against, from]) => row(name, from, from + s, signed(s), s < 0 ? "gain" : "", against && "against " + against)),
      ...row(as(`{she}, ${timeText(found.finish)}`), 0, found.finish - found.target, difference(found.finish, found.target), "end", ""));
    $("prices-note").textContent = `Each is a Shapley value over ${1 << found.list.length} runs, against ${found.list.map((p) => p.against).join(", ")}.`;
  }

  // -- race her yourself -----------------------------------------------------------------------------------------
  const setYou = (time, distance) => {
    const pace = time / distance, option = [...$("you-distance").options].find((o) => Number(o.value) === distance);
    if (!option || !(time >= Number(option.dataset.least)) || pace > 1) return false;
    const light = model.paceOf(model.even(pace * run.race, true)), x = Float64Array.from({ length: Math.ceil(run.race / 5) + 1 }, (_, i) => Math.min(5 * i, run.race));
    you = { name: "you", label: "you", colour: "cyan", x, t: Float64Array.from(x, (at) => passes(light, at)), time, distance };
    return true;
  };
  const youWords = () => {
    $("you-off").hidden = !you;
    if (!you) return;
    const at = ghostAt(you, run.end), left = run.race - at, finish = you.t[you.t.length - 1];
    const half = you.distance === run.race ? "" : `At the pace of your ${timeText(you.time)} you run ${timeText(finish)} here. `;
    $("you-said").textContent = as(half + (left > 0 ? `When {she} ends, after ${timeText(run.end)}, you have run ${wholeMetres(at)} m: ${Math.ceil(left)} m to go.` : `You win by ${(run.end - finish).toFixed(2)} s.`));
  };
  const race = () => {
    const ok = setYou(typedTime($("you-time").value), Number($("you-distance").value));
    if (ok) turned(); else $("you-said").textContent = "Write a time such as 5:30, of somebody who runs and does not fly.";
    return ok;
  };
  $("you").addEventListener("submit", (event) => { event.preventDefault(); if (race()) { seek(0); play(true); } });
  $("you-off").addEventListener("click", () => { you = null; $("you-said").textContent = ""; turned(); });

  // -- the link ----------------------------------------------------------------------------------------------------
  const share = () => {
    const parts = changed().map((name) => `${name}=${name === "policy" ? (settings.policy === "hold_light" ? "hold" : "wait") : settings[name]}`);
    if (you) parts.push(`you=${timeText(you.time)}`, ...(you.distance === run.race ? [] : [`over=${you.distance}`]));
    const hash = parts.length ? "#" + parts.join("&") : "";
    shownFor = hash;
    clearTimeout(renaming); // a slider that is dragged would ask for more than a browser grants
    renaming = setTimeout(() => {
      if (location.hash !== hash) { try { history.replaceState(null, "", hash || location.pathname + location.search); } catch { /* a page in a frame may not */ } }
    }, 200);
    $("link").value = location.href.split("#")[0] + hash;
    const set = changed().filter((name) => name !== "target" && name !== "strength").map((name) => ` --set ${name === "policy" ? "pacers.policy" : knobs[name].path}=${settings[name]}`);
    if (changed().includes("target")) set.push(m.plan.stretched ? ` --set "plan=${stretchedTo(settings.target).text}"` : ` --set plan.target=${timeText(settings.target)}`);
    if (changed().includes("strength")) set.push(` --set plan.shape=${m.plan.shape === "even" ? "negative" : m.plan.shape} --set plan.strength=${settings.strength}`);
    $("command").textContent = set.length ? `In the program: lightpace run SCENARIO${set.join("")}` : "";
  };
  const stretchedTo = (target) => m.plan.stretched.find((plan) => plan.target === target);
  const readLink = () => {
    const asked = new URLSearchParams(location.hash.slice(1)), fresh = { ...model.defaults };
    for (const [name, value] of asked) {
      if (name === "policy" && ["hold", "wait"].includes(value)) fresh.policy = value === "wait" ? "wait_for_runner" : "hold_light";
      else if (Object.hasOwn(knobs, name) && value.trim() !== "" && Number.isFinite(Number(value))) [fresh[name]] = near(name, [Number(value)]);
    }
    you = null;
    if (asked.has("you")) {
      const over = Number(asked.get("over") || run.race), time = typedTime(asked.get("you"));
      if (setYou(time, over)) { $("you-time").value = timeText(time); $("you-distance").value = [...$("you-distance").options].find((o) => Number(o.value) === over).value; }
    }
    Object.assign(settings, fresh);
    turn({});
  };
  addEventListener("hashchange", () => { if (location.hash !== shownFor) readLink(); });
  $("copy").addEventListener("click", async () => {
    $("link").select();
    try { await navigator.clipboard.writeText($("link").value); } catch { document.execCommand("copy"); }
    $("copy").textContent = "Copied";
    setTimeout(() => { $("copy").textContent = "Copy"; }, 1500);
  });

  // -- hands -------------------------------------------------------------------------------------------------------
  $("play").addEventListener("click", () => play(!state.playing));
  $("scrub").addEventListener("input", (event) => { const t = Number(event.target.value); seek(t >= Number(event.target.max) - 1e-6 ? run.end : t); });
  $("scrub").addEventListener("change", say);
  $("rate").addEventListener("change", () => setRate(0));
  rows.forEach((row) => row.addEventListener("click", () => { const t = timeAt(run, Number(row.dataset.m)); if (!Number.isNaN(t)) { seek(t); say(); } }));
  let dragging = false;
  const drag = (event) => {
    const box = $("curve").getBoundingClientRect(), unit = parseFloat(getComputedStyle(root).fontSize) / 16, w = box.width / unit;
    const t = timeAt(run, Math.max(0, ((event.clientX - box.left) / unit - 46) / (w - 56) * run.race));
    seek(Number.isNaN(t) ? run.end : t);
  };
  $("curve").addEventListener("pointerdown", (event) => { dragging = true; drag(event); });
  addEventListener("pointermove", (event) => { if (dragging) drag(event); });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { if (dragging) { dragging = false; say(); } });
  $("map").addEventListener("click", (event) => {
    if (!chart) return;
    const box = $("map").getBoundingClientRect(), unit = parseFloat(getComputedStyle(root).fontSize) / 16, { left, top, wide, high } = mapBox(box.width / unit, box.height / unit);
    const i = Math.floor(((event.clientX - box.left) / unit - left) / wide), j = chart.up.length - 1 - Math.floor(((event.clientY - box.top) / unit - top) / high);
    if (i >= 0 && j >= 0 && i < chart.across.length && j < chart.up.length && Number.isFinite(chart.late[j][i])) turn({ [chart.a]: chart.across[i], [chart.b]: chart.up[j] });
  });
  const reset = () => turn({ ...model.defaults });
  $("reset").addEventListener("click", reset);
  $("axis").append(...Object.keys(AXES).filter((name) => knobs[name]).map((name) => make("option", { value: name }, TEXTS[name][0].toLowerCase())));
  $("axis").value = axis;
  $("axis").addEventListener("change", () => { axis = $("axis").value; inSlices(further()); });
  const repaint = () => { forgetColours(); curvesOf(); shown(); drawMap(); };
  $("scheme").addEventListener("click", () => {
    const light = root.dataset.scheme ? root.dataset.scheme === "light" : matchMedia("(prefers-color-scheme: light)").matches;
    root.dataset.scheme = light ? "dark" : "light";
    repaint();
  });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", repaint);
  let scheme; // on the screen, while it is printed: paper is white, and style sheets cannot repaint a canvas
  addEventListener("beforeprint", () => { scheme = root.dataset.scheme; root.dataset.scheme = "light"; repaint(); });
  addEventListener("afterprint", () => { if (scheme === undefined) delete root.dataset.scheme; else root.dataset.scheme = scheme; repaint(); });
  addEventListener("keydown", (event) => {
    const target = event.target, tag = target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "SELECT" || tag === "SUMMARY" || (tag === "INPUT" && target.type === "text")) return;
    if (tag === "BUTTON" && (event.key === " " || event.key === "Enter")) return;
    const knob = tag === "INPUT" && target.id !== "scrub";
    const slides = knob || target.closest(".wide, pre");
    const does = {
      " ": () => play(!state.playing), "+": () => setRate(1), "=": () => setRate(1), "-": () => setRate(-1), "1": () => setRate(null), r: reset, R: reset,
      ArrowLeft: () => { seek(state.t - 5); say(); }, ArrowRight: () => { seek(state.t + 5); say(); },
      Home: () => { seek(0); say(); }, End: () => { seek(run.end); say(); },
    }[event.key];
    if (!does || (slides && (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End"))) return;
    event.preventDefault();
    does();
  });
  buildKnobs();
  readLink();
  new ResizeObserver(() => { shown(); drawMap(); }).observe(document.body);
  document.fonts.ready.then(() => { shown(); drawMap(); });
  globalThis.lightpace = { run: (s) => model.run(s), finish: (s) => model.finishOf(s), settings, knobs, turn, busy: () => busy, defaults: model.defaults, prices: () => { const it = prices(); let step = it.next(); while (!step.done) step = it.next(); return step.value; } };
};

begin(start);
