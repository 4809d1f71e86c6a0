"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue("--" + name).trim();
  const GONE = -32768;

  // columns are base64 of little-endian int16: differences, summed up again here
  const column = (text, unit, sums = true) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const out = new Float64Array(bytes.length / 2);
    let sum = 0;
    for (let i = 0; i < out.length; i++) {
      const value = view.getInt16(2 * i, true);
      sum += value;
      out[i] = sums ? sum * unit : value === GONE ? NaN : value * unit;
    }
    return out;
  };
  const bodies = data.bodies.map((b) => ({ ...b, x: column(b.x, 0.01), alpha: column(b.alpha, 0.01) }));
  const runner = bodies.find((b) => b.kind === "runner");
  const waves = data.waves.map((w) => ({ ...w, x: column(w.x, 0.01) }));
  const gap = column(data.gap, 0.01, false);
  const metres = column(data.metres, 0.01, false);
  const states = column(data.state, 1, false);
  const curves = data.curves.map((c) => ({ ...c, gap: column(c.gap, 0.01, false) }));

  const at = (values, t) => {
    const place = Math.min(Math.max(t / data.step_s, 0), values.length - 1);
    const i = Math.min(Math.floor(place), values.length - 2);
    return values[i] + (values[i + 1] - values[i]) * (place - i);
  };
  const clockText = (t) => {
    if (t >= data.end_s) return data.end_text;
    const tenths = Math.floor(t * 10 + 1e-6);
    return Math.floor(tenths / 600) + ":" + String(Math.floor(tenths / 10) % 60).padStart(2, "0") + "." + (tenths % 10);
  };
  const signed = (v, digits) => {
    const text = Math.abs(v).toFixed(digits);
    return Number(text) === 0 ? text : (v > 0 ? "+" : "−") + text;
  };

  const state = { t: 0, rate: 1, playing: false, before: 0 };

  // -- the track: s = 0 on the finish line, anticlockwise; y upwards, metres --------------------
  const L = 84.39, R = 36.8, LANES = 9.76, LAP = 400;
  const plane = (x, off) => {
    let s = ((x + data.start_s_m) % LAP + LAP) % LAP;
    const r = R + off, bend = Math.PI * R;
    if (s < bend) return [L / 2 + r * Math.sin(s / R), -r * Math.cos(s / R)];
    s -= bend;
    if (s < L) return [L / 2 - s, r];
    s -= L;
    if (s < bend) return [-L / 2 - r * Math.sin(s / R), r * Math.cos(s / R)];
    return [-L / 2 + (s - bend), -r];
  };
  const sized = (canvas) => {
    const scale = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
    const w = Math.max(1, Math.round(box.width * scale)), h = Math.max(1, Math.round(box.height * scale));
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, box.width, box.height);
    return [pen, box.width, box.height];
  };
  const oval = (pen, off, put) => {
    const r = R + off, [cx, cy] = put([0, 0]), k = put([1, 0])[0] - cx;
    pen.beginPath();
    pen.arc(cx + k * L / 2, cy, k * r, -Math.PI / 2, Math.PI / 2);
    pen.arc(cx - k * L / 2, cy, k * r, Math.PI / 2, 1.5 * Math.PI);
    pen.closePath();
    return k;
  };
  const glow = (pen, x, y, radius, shade, alpha) => {
    const soft = pen.createRadialGradient(x, y, 0, x, y, radius);
    soft.addColorStop(0, shade); soft.addColorStop(1, "transparent");
    pen.globalAlpha = alpha; pen.fillStyle = soft;
    pen.beginPath(); pen.arc(x, y, radius, 0, 7); pen.fill(); pen.globalAlpha = 1;
  };
  const dot = (pen, x, y, radius, body) => {
    pen.globalAlpha = Math.max(0, Math.min(1, at(body.alpha, state.t)));
    pen.beginPath(); pen.arc(x, y, radius, 0, 7);
    if (body.kind === "ghost") {
      pen.setLineDash([3, 2]); pen.lineWidth = 2; pen.strokeStyle = body.colour; pen.stroke(); pen.setLineDash([]);
    } else {
      pen.fillStyle = body.colour; pen.fill(); pen.lineWidth = 1.5; pen.strokeStyle = colour("back"); pen.stroke();
    }
    pen.globalAlpha = 1;
  };
  const drawTrack = () => {
    const [pen, w, h] = sized($("track"));
    const k = Math.min(w / (L + 2 * (R + LANES + 4)), h / (2 * (R + LANES + 4)));
    const put = ([x, y]) => [w / 2 + k * x, h / 2 - k * y];
    oval(pen, LANES + 2.4, put); pen.fillStyle = colour("apron"); pen.fill();
    oval(pen, LANES - 0.3, put); pen.fillStyle = colour("tartan"); pen.fill();
    pen.strokeStyle = colour("lane"); pen.lineWidth = 1; pen.globalAlpha = w > 500 ? 0.35 : 0.2;
    for (let lane = 1; lane < 8; lane++) { oval(pen, lane * 1.22 - 0.3, put); pen.stroke(); }
    pen.globalAlpha = 1;
    oval(pen, -0.3, put); pen.fillStyle = colour("turf"); pen.fill();
    pen.save(); pen.clip(); pen.fillStyle = colour("white"); pen.globalAlpha = 0.018;
    for (let x = -L / 2 - R - 3; x < L / 2 + R; x += 14) pen.fillRect(put([x, 0])[0], 0, 7 * k, h);
    pen.restore();
    oval(pen, -0.3, put); pen.strokeStyle = colour("kerb"); pen.lineWidth = 1.5; pen.stroke();
    const line = (x, shade, width) => {
      const [a, b] = [put(plane(x, -0.3)), put(plane(x, LANES - 0.3))];
      pen.strokeStyle = shade; pen.lineWidth = width; pen.beginPath(); pen.moveTo(...a); pen.lineTo(...b); pen.stroke();
    };
    line(0, colour("lane"), 1.5); line(data.race_m, colour("white"), 3);
    pen.fillStyle = colour("lane"); pen.font = `700 ${w > 500 ? 11 : 9}px Lightpace`; pen.textBaseline = "middle";
    const foot = put(plane(data.race_m, 6)); pen.textAlign = "left"; pen.fillText("FINISH", foot[0] + 6, foot[1]);
    const size = Math.max(3, 1.35 * k);
    for (const wave of waves) {
      const head = at(wave.x, state.t);
      for (let i = wave.length; i >= 0; i--) {
        const bright = Math.pow(1 - i / (wave.length + 1), 1.4);
        const [x, y] = put(plane(head - i, -1.1));
        glow(pen, x, y, size * (1 + 2 * bright), wave.colour, 0.7 * bright);
      }
    }
    for (const kind of ["ghost", "pacer", "runner"])
      for (const body of bodies) if (body.kind === kind) {
        const [x, y] = put(plane(at(body.x, state.t), body.offset_m));
        dot(pen, x, y, kind === "runner" ? size * 1.35 : size * 0.85, body);
      }
    const lead = put(plane(at(runner.x, state.t), LANES + 0.5));
    const [x, y] = put(plane(at(runner.x, state.t), 0.7));
    pen.strokeStyle = colour("muted"); pen.lineWidth = 1; pen.beginPath(); pen.moveTo(x, y); pen.lineTo(...lead); pen.stroke();
    pen.fillStyle = colour("text"); pen.font = `700 ${w > 500 ? 13 : 11}px Lightpace`;
    const half = pen.measureText(runner.label).width / 2 + 4;
    const lx = Math.min(Math.max(lead[0], half), w - half), ly = lead[1] + (lead[1] > h / 2 ? 10 : -10);
    pen.textAlign = "center"; pen.fillText(runner.label, lx, Math.min(Math.max(ly, 8), h - 8));
  };

  const drawGroup = () => {
    const [pen, w, h] = sized($("group"));
    const span = Math.max(14, Math.min(25, w / 22)), k = w / span, centre = at(runner.x, state.t) + 1.2;
    const put = (x, off) => [w / 2 + k * (x - centre), 34 + Math.min(k, 30) * off];
    pen.fillStyle = colour("tartan"); pen.fillRect(0, 20, w, h);
    pen.fillStyle = colour("panel"); pen.fillRect(0, 0, w, 20);
    pen.fillStyle = colour("kerb"); pen.fillRect(0, 19, w, 1.5);
    pen.font = "700 11px Lightpace"; pen.textBaseline = "middle"; pen.textAlign = "center"; pen.fillStyle = colour("lane");
    for (let m = Math.ceil((centre - span) / 5) * 5; m < centre + span; m += 5) {
      const [x] = put(m, 0);
      pen.globalAlpha = 0.5; pen.fillRect(x, 21, 1, h); pen.globalAlpha = 1;
      if (m >= 0 && m <= data.race_m && x < w - 90) pen.fillText(m + " m", x, h - 10);
    }
    for (let m = Math.floor(centre - span); m < centre + span; m++) {
      const [x] = put(m, 0);
      pen.fillStyle = colour("led"); pen.beginPath(); pen.arc(x, 12, 1.6, 0, 7); pen.fill();
      for (const wave of waves) {
        const behind = at(wave.x, state.t) - m;
        const bright = behind < 0 ? Math.max(0, 1 + behind) : Math.pow(Math.max(0, 1 - behind / wave.length), 1.4);
        if (bright > 0.02) { glow(pen, x, 12, 9, wave.colour, bright); glow(pen, x, 12, 4, colour("white"), 0.7 * bright); }
      }
    }
    for (const kind of ["ghost", "pacer", "runner"])
      for (const body of bodies) if (body.kind === kind) {
        const [x, y] = put(at(body.x, state.t), body.offset_m);
        if (x < -20 || x > w + 20) continue;
        dot(pen, x, y, kind === "runner" ? 8.5 : 6.5, body);
        if (kind === "ghost") { pen.fillStyle = body.colour; pen.textAlign = "center"; pen.fillText(body.label, x, y + 17); }
      }
    pen.fillStyle = colour("muted"); pen.textAlign = "right"; pen.fillText("running →", w - 8, h - 10);
  };

  const drawCurve = () => {
    const [pen, w, h] = sized($("curve"));
    const left = 46, right = 10, top = 18, bottom = 24;
    const [low, high] = data.gap_range_s;
    const px = (x) => left + (w - left - right) * x / data.race_m;
    const py = (g) => top + (h - top - bottom) * (g - low) / (high - low);
    pen.font = "12px Lightpace"; pen.textBaseline = "middle"; pen.lineWidth = 1;
    const step = [0.5, 1, 2, 5, 10, 20, 50, 100, 500].find((s) => (high - low) / s <= 6) || 1000;
    for (let g = Math.ceil(low / step) * step; g <= high + 1e-9; g += step) {
      pen.strokeStyle = colour("edge"); pen.beginPath(); pen.moveTo(left, py(g)); pen.lineTo(w - right, py(g)); pen.stroke();
      pen.fillStyle = colour("muted"); pen.textAlign = "right"; pen.fillText(signed(g, step < 1 ? 1 : 0), left - 8, py(g));
    }
    pen.textAlign = "left"; pen.fillText("s, ↓ behind", 4, 7);
    const every = data.race_m > 5000 ? 2000 : 400;
    pen.textAlign = "center";
    for (let x = 0; x < data.race_m - every / 3; x += every) pen.fillText(x + " m", Math.max(px(x), 30), h - 9);
    pen.textAlign = "right"; pen.fillText("finish", w - 4, h - 9); pen.textAlign = "center";
    let row = 0;
    for (const mark of data.marks) {
      pen.strokeStyle = mark.colour; pen.setLineDash([2, 4]); pen.beginPath();
      pen.moveTo(px(mark.x_m), top); pen.lineTo(px(mark.x_m), h - bottom); pen.stroke(); pen.setLineDash([]);
      const wide = pen.measureText(mark.label).width, x = px(mark.x_m) + 5;
      pen.fillStyle = mark.colour; pen.textAlign = "left";
      pen.fillText(mark.label, x + wide > w - right ? x - 10 - wide : x, h - bottom - 10 - 16 * (row++ % 3));
    }
    pen.textAlign = "center";
    pen.strokeStyle = data.light_colour; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(px(0), py(0)); pen.lineTo(px(data.race_m), py(0)); pen.stroke();
    const run = at(runner.x, state.t);
    for (const curve of curves) {
      pen.strokeStyle = curve.colour; pen.lineWidth = curve.kind === "runner" ? 3 : 2;
      pen.setLineDash(curve.kind === "runner" ? [] : [6, 5]); pen.beginPath();
      let down = false;
      curve.gap.forEach((g, i) => {
        if (Number.isNaN(g)) { down = false; return; }
        const x = px(data.race_m * i / (curve.gap.length - 1));
        if (down) pen.lineTo(x, py(g)); else pen.moveTo(x, py(g));
        down = true;
      });
      pen.stroke(); pen.setLineDash([]);
    }
    const x = Math.min(run, data.race_m), own = curves[curves.length - 1].gap;
    const place = own.length > 1 ? x / data.race_m * (own.length - 1) : 0, i = Math.min(Math.floor(place), own.length - 2);
    pen.strokeStyle = colour("text"); pen.lineWidth = 1.5; pen.beginPath(); pen.moveTo(px(x), top); pen.lineTo(px(x), h - bottom); pen.stroke();
    const g = own[i] + (own[i + 1] - own[i]) * (place - i);
    if (!Number.isNaN(g)) { pen.fillStyle = colour("text"); pen.beginPath(); pen.arc(px(x), py(g), 5, 0, 7); pen.fill(); }
  };

  // -- what it says ------------------------------------------------------------------------------
  const rows = [...document.querySelectorAll("tbody tr")];
  const gapWords = () => {
    const i = Math.min(Math.round(state.t / data.step_s), gap.length - 1);
    const seconds = gap[i], name = data.states[states[i]];
    if (name === undefined || Number.isNaN(seconds) || state.t <= 0) return ["", "level"];
    const side = name.split(",")[0], arrow = { ahead: "▲", level: "●", behind: "▼" }[side];
    const far = Number.isNaN(metres[i]) ? "" : ` · ${Math.abs(metres[i]).toFixed(1)} m`;
    const told = { ahead: "ahead of the light", level: "level with the light", behind: "behind the light" }[side];
    return [`${arrow} ${signed(seconds, 2)} s${far} ${told}`, name.replace(", ", "-")];
  };
  const show = () => {
    const text = clockText(state.t), x = Math.min(at(runner.x, state.t), data.race_m);
    const [words, name] = gapWords();
    $("clock").textContent = text;
    $("gap").textContent = words;
    $("gap").style.color = colour(name);
    $("where").textContent = state.t >= data.end_s ? data.end_words : `${Math.floor(Math.max(x, 0))} m of ${data.race_text}`;
    $("scrub").value = state.t;
    $("scrub").setAttribute("aria-valuetext", `${text}, ${Math.floor(Math.max(x, 0))} metres${words ? ", " + words : ""}`);
    $("play").textContent = state.playing ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", String(state.playing));
    rows.forEach((row, i) => {
      const from = i ? Number(rows[i - 1].dataset.m) : 0;
      row.classList.toggle("now", x > from && x <= Number(row.dataset.m) && state.t > 0);
    });
    drawTrack(); drawGroup(); drawCurve();
  };
  const say = () => { $("said").textContent = `${state.playing ? "Playing" : "Paused"} at ${clockText(state.t)}. ${gapWords()[0]}`; };
  const frame = (now) => {
    if (!state.playing) return;
    const elapsed = Math.min(Math.max(now - state.before, 0), 250) / 1000;
    state.before = now;
    state.t = Math.min(state.t + elapsed * state.rate, data.end_s);
    if (state.t >= data.end_s) { state.playing = false; say(); }
    show();
    requestAnimationFrame(frame);
  };
  const play = (on) => {
    if (on && state.t >= data.end_s) state.t = 0;
    const begins = on && !state.playing;
    state.playing = on;
    if (begins) { state.before = performance.now(); requestAnimationFrame(frame); }
    show(); say();
  };
  const seek = (t) => { state.t = Math.min(Math.max(t, 0), data.end_s); show(); };
  const timeAt = (x) => {
    let low = 0, high = data.end_s;
    for (let n = 0; n < 40; n++) { const mid = (low + high) / 2; if (at(runner.x, mid) < x) low = mid; else high = mid; }
    return high;
  };
  const setRate = (by) => {
    const select = $("rate"), n = select.options.length;
    select.selectedIndex = by === null ? [...select.options].findIndex((o) => o.value === "1") : Math.min(Math.max(select.selectedIndex + by, 0), n - 1);
    state.rate = Number(select.value);
  };

  $("play").addEventListener("click", () => play(!state.playing));
  $("scrub").addEventListener("input", (event) => {
    const t = Number(event.target.value);
    seek(t >= Number(event.target.max) - 1e-6 ? data.end_s : t);
  });
  $("scrub").addEventListener("change", say);
  $("rate").addEventListener("change", () => setRate(0));
  rows.forEach((row) => row.addEventListener("click", () => { seek(timeAt(Number(row.dataset.m))); say(); }));
  let dragging = false;
  const drag = (event) => {
    const box = $("curve").getBoundingClientRect();
    seek(timeAt(Math.max(0, event.clientX - box.left - 46) / (box.width - 56) * data.race_m));
  };
  $("curve").addEventListener("pointerdown", (event) => { dragging = true; drag(event); });
  addEventListener("pointermove", (event) => { if (dragging) drag(event); });
  addEventListener("pointerup", () => { if (dragging) { dragging = false; say(); } });
  addEventListener("keydown", (event) => {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "SELECT" || tag === "SUMMARY") return;
    if (tag === "BUTTON" && (event.key === " " || event.key === "Enter")) return;
    const slides = tag === "INPUT" || event.target.closest(".wide, pre");
    const does = {
      " ": () => play(!state.playing), "+": () => setRate(1), "=": () => setRate(1), "-": () => setRate(-1), "1": () => setRate(null),
      ArrowLeft: () => { seek(state.t - 5); say(); }, ArrowRight: () => { seek(state.t + 5); say(); },
      Home: () => { seek(0); say(); }, End: () => { seek(data.end_s); say(); },
    }[event.key];
    if (!does || (slides && tag !== "INPUT" && event.key !== " ")) return;
    event.preventDefault();
    does();
  });
  new ResizeObserver(show).observe(document.body);
  document.fonts.ready.then(show);
  show();
})();
