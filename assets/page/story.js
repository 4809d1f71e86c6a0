// A story: its chapters are played from what was embedded; each waits at its end.
const summed = (changes, unit) => {
  let once = 0, value = 0;
  return Float64Array.from(changes, (change) => { once += change; value += once; return value * unit; });
};
const start = ({ arrays, files, values: { chapters } }) => {
  takeFonts(files);
  for (const c of chapters) {
    c.time = summed(c.time, 0.001);
    for (const b of c.bodies) { b.x = summed(b.x, 0.01); b.offset = summed(b.offset, 0.01); b.alpha = summed(b.alpha, 0.01); }
    for (const w of c.waves) w.x = summed(w.x, 0.01);
    if (c.chart) for (const curve of c.chart.curves) curve.gap = arrays[curve.gap];
  }
  const state = { number: 0, t: 0, playing: false, before: 0 };
  const chapter = () => chapters[state.number];
  const at = (values, t) => {
    const place = Math.min(Math.max(t / chapter().step, 0), values.length - 1), i = Math.min(Math.floor(place), Math.max(values.length - 2, 0));
    return values.length < 2 ? values[0] : values[i] + (values[i + 1] - values[i]) * (place - i);
  };
  const nearest = (values, t) => values[Math.min(Math.max(Math.floor(t / chapter().step + 1e-9), 0), values.length - 1)];
  const picture = () => {
    const c = chapter(), t = state.t, runner = c.bodies.find((b) => b.kind === "runner"), reveal = nearest(c.reveal, t) / 100;
    const placed = (b) => ({ x: at(b.x, t), offset: at(b.offset, t), alpha: at(b.alpha, t), label: b.label, colour: b.colour });
    const cut = (curve) => (curve.own ? curve.gap.map((g, i) => (c.race * i / (curve.gap.length - 1) <= reveal + 1 ? g : NaN)) : curve.gap);
    return {
      race: c.race, oval: c.oval, x: at(runner.x, t), runner: runner.label,
      pacers: c.bodies.filter((b) => b.kind === "pacer").map(placed).filter((b) => b.alpha > 0.02),
      ghosts: c.bodies.filter((b) => b.kind === "ghost").map(placed).filter((b) => b.alpha > 0.02),
      waves: c.waves.map((w) => ({ head: at(w.x, t), length: w.length, colour: w.colour })),
      ...(c.chart ? { light: c.chart.light, range: c.chart.range, marks: c.chart.marks, curves: c.chart.curves.map((curve) => ({ ...curve, colour: named(curve.colour), gap: cut(curve) })) } : {}),
      gap: (nearest(c.gap, t) || 0) / 100,
    };
  };
  const raceTime = () => { // the times are rounded, but the end of the chapter is what its words are about
    const { time, until } = chapter(), now = at(time, state.t);
    return now >= time[time.length - 1] - 1e-6 ? until : now;
  };
  const words = (pieces) => pieces.map(([text, known]) => (known <= raceTime() + 1e-6 ? text : "…")).join("");
  const draw = () => {
    const c = chapter(), p = picture();
    drawTrack(p);
    if (c.close) drawGroup(p);
    if (c.chart) drawCurve(p);
  };
  const set = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
  const shown = () => {
    const c = chapter(), now = raceTime(), gap = nearest(c.gap, state.t), metres = nearest(c.metres, state.t), name = c.states[nearest(c.state, state.t)];
    set("clock", !c.clock ? "" : now < 0 ? String(Math.ceil(-now)) : now >= c.end && c.finished ? timeText(c.end) : clockText(Math.min(now, c.end)));
    const side = name.split("-")[0];
    set("gap", !c.gaps || gap === null || now <= 0 ? "" : `${{ ahead: "▲", level: "●", behind: "▼" }[side]} ${signed(gap / 100)} s${metres === null ? "" : ` · ${Math.abs(metres / 100).toFixed(1)} m`} ${side === "level" ? "level with" : side === "ahead" ? "ahead of" : "behind"} ${c.mark}`);
    $("gap").style.color = shade(name);
    const runner = c.bodies.find((b) => b.kind === "runner");
    set("where", now >= c.end ? (c.finished ? "finish" : "did not finish") : `${wholeMetres(Math.min(at(runner.x, state.t), c.race))} m of ${c.race_text}`);
    set("caption", words(c.caption));
    c.figures.forEach(([, pieces], n) => { const place = $("figures").children[n].lastChild, text = words(pieces); if (place.textContent !== text) place.textContent = text; });
    $("far").value = c.length > 0 ? state.t / c.length : 1;
    set("play", state.playing ? "Pause" : state.t >= c.length - 1e-9 ? "Again" : "Play");
    c.meters.forEach((meter, n) => { const place = $("meters").children[n].lastChild; const text = meter.texts[nearest(meter.which, state.t)]; if (place.textContent !== text) place.textContent = text; });
    const told = c.revealed || now >= c.end - 1e-6; // her own bar waits for the line
    for (const bar of $("bars").children) if (bar.classList.contains("current")) bar.classList.toggle("untold", !told);
    if (c.bars.length) $("bars").setAttribute("aria-label", "Finish by the number of pacers: " + c.bars.map(([label, , text, , current]) => `${label}: ${current && !told ? "at the finish" : text}`).join(", "));
    for (const row of $("splits").rows) if (row.dataset.s) row.hidden = Number(row.dataset.s) > now + 1e-6;
    draw();
  };
  const barNodes = (c) => {
    const late = c.bars.map(([, finish]) => (finish === null ? NaN : finish - c.target)), top = Math.max(...late.filter(Number.isFinite).map(Math.abs), 0.01);
    return c.bars.map(([label, , , assumed, current], i) => {
      const bar = make("i");
      bar.style.height = Number.isFinite(late[i]) ? `${Math.max(1.5, 75 * Math.abs(late[i]) / top)}%` : "0";
      return make("div", { className: `${assumed ? "assumed " : ""}${current ? "current" : ""}` }, make("span", {}, Number.isFinite(late[i]) ? Math.abs(late[i]).toFixed(1) : "–"), bar, make("b", {}, label));
    });
  };
  const built = () => { // what does not change within a chapter
    const c = chapter();
    $("name").textContent = c.name;
    $("number").textContent = `${state.number + 1} of ${chapters.length}`;
    $("notes").textContent = c.notes;
    $("chapters").value = String(state.number);
    $("group").hidden = !c.close;
    $("chart").hidden = !c.chart;
    if (c.chart) {
      $("curve").setAttribute("aria-label", `Gap to ${c.mark} over distance.`);
      $("legend").replaceChildren(...[{ name: c.mark, colour: c.chart.light, own: true }, ...c.chart.curves].map((curve) => {
        const key = make("i", { className: curve.own ? "" : "ghost" });
        key.style.color = named(curve.colour);
        return make("li", {}, key, curve.name);
      }));
    }
    $("figures").hidden = c.figures.length === 0;
    $("figures").replaceChildren(...c.figures.map(([name]) => make("div", {}, make("dt", {}, name), make("dd"))));
    $("meters").hidden = c.meters.length === 0;
    $("meters").replaceChildren(...c.meters.map((meter) => make("div", {}, make("dt", {}, meter.note ? `${meter.name} (${meter.note})` : meter.name), make("dd"))));
    $("bars").hidden = c.bars.length === 0;
    $("bars").replaceChildren(...barNodes(c));
    $("splits").hidden = c.splits.length === 0;
    $("splits").replaceChildren(...(c.splits.length ? [make("tr", {}, ...["m", "plan", "run"].map((name) => make("th", {}, name)))] : []), ...c.splits.map(([label, plan, ran, known]) => {
      const row = make("tr", {}, make("th", {}, label), make("td", {}, plan), make("td", {}, ran));
      row.dataset.s = known;
      return row;
    }));
    const code = document.querySelector(".code"), last = state.number === chapters.length - 1;
    if (code) code.hidden = !last;
    const alone = !c.chart && !c.figures.length && !c.meters.length && !c.bars.length && !c.splits.length && !(code && last);
    $("aside").hidden = alone;
    document.querySelector(".picture").classList.toggle("alone", alone);
    document.querySelector(".picture").classList.toggle("close", c.close);
    $("back").disabled = state.number === 0 && state.t === 0;
    shown();
  };
  const frame = (now) => {
    if (!state.playing) return;
    const elapsed = Math.min(Math.max(now - state.before, 0), 250) / 1000;
    if (still.matches && elapsed < 0.24) { requestAnimationFrame(frame); return; }
    state.before = now;
    state.t = Math.min(state.t + elapsed, chapter().length);
    if (state.t >= chapter().length) state.playing = false;
    shown();
    requestAnimationFrame(frame);
  };
  const play = (on) => {
    if (on && state.t >= chapter().length) state.t = 0;
    const begins = on && !state.playing;
    state.playing = on;
    if (begins) { state.before = performance.now(); requestAnimationFrame(frame); }
    shown();
  };
  const go = (number, { end = false, on = false } = {}) => {
    state.number = Math.min(Math.max(number, 0), chapters.length - 1);
    state.t = end ? chapter().length : 0;
    state.playing = false;
    built();
    try { history.replaceState(null, "", `#${state.number + 1}`); } catch { /* a page in a frame may not */ }
    if (on) play(true);
  };
  // next: the end of a chapter that is under way, then the next one; back: its beginning, then the one before
  const next = () => {
    if (state.t > 0 && state.t < chapter().length) go(state.number, { end: true });
    else if (state.t === 0 && !state.playing) play(true);
    else if (state.number < chapters.length - 1) go(state.number + 1, { on: true });
  };
  const back = () => go(state.t > 0 ? state.number : state.number - 1);
  const speak = () => {
    $("notes").hidden = !$("notes").hidden;
    $("speak").setAttribute("aria-pressed", String(!$("notes").hidden));
    draw();
  };
  $("next").addEventListener("click", next);
  $("back").addEventListener("click", back);
  $("play").addEventListener("click", () => play(!state.playing));
  $("speak").addEventListener("click", speak);
  $("chapters").append(...chapters.map((c, n) => make("option", { value: String(n) }, `${n + 1}. ${c.name}`)));
  $("chapters").addEventListener("change", () => go(Number($("chapters").value)));
  const linked = () => Math.floor(Number(location.hash.slice(1))) - 1; // the chapter of the link, from 0; below or NaN: none
  addEventListener("hashchange", () => { const n = linked(); if (n >= 0 && n !== state.number) go(n); });
  $("scheme").addEventListener("click", () => {
    const light = root.dataset.scheme ? root.dataset.scheme === "light" : matchMedia("(prefers-color-scheme: light)").matches;
    root.dataset.scheme = light ? "dark" : "light";
    forgetColours(); built();
  });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => { forgetColours(); built(); });
  addEventListener("keydown", (event) => {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "SELECT" || (tag === "BUTTON" && (event.key === " " || event.key === "Enter"))) return;
    const does = {
      ArrowRight: next, PageDown: next, ArrowLeft: back, PageUp: back, " ": () => play(!state.playing), n: speak, N: speak,
      Home: () => go(0), End: () => go(chapters.length - 1),
    }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  // the hand-out: each chapter's last moment, drawn here and copied
  const handOut = () => {
    const was = { ...state }, scheme = root.dataset.scheme;
    root.dataset.scheme = "light";
    forgetColours();
    [...document.querySelectorAll("#handout figure")].forEach((figure, n) => {
      state.number = n; state.t = chapters[n].length; state.playing = false;
      built();
      figure.replaceChildren(make("div", { className: "drawn" }, ...["track", ...(chapters[n].chart ? ["curve"] : [])].map((id) => {
        const from = $(id), to = make("canvas", { width: from.width, height: from.height });
        to.getContext("2d").drawImage(from, 0, 0);
        return to;
      })));
      if (chapters[n].bars.length) figure.append(make("div", { className: "columns" }, ...barNodes(chapters[n])));
      figure.append(make("p", {}, make("strong", {}, `${$("clock").textContent} ${$("gap").textContent}`)));
    });
    if (scheme === undefined) delete root.dataset.scheme; else root.dataset.scheme = scheme;
    forgetColours();
    Object.assign(state, was, { playing: false });
    built();
  };
  addEventListener("beforeprint", handOut);
  $("show").hidden = false;
  go(linked() || 0);
  new ResizeObserver(() => shown()).observe(document.body);
  document.fonts.ready.then(() => shown());
  globalThis.lightpace = { state, chapters, handOut };
};
$("handout").classList.add("whole");
begin((page) => { $("handout").classList.remove("whole"); start(page); });
