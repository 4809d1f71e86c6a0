// A moment drawn from plain values: where everybody is, and the gap by distance. For every page.
// picture: race, oval (where on it the start is [m], its metres to one run), x (hers), runner (her name), pacers [{x, offset, alpha}], ghosts [{x, alpha,
// label, colour}], waves [{head, length, colour}]; light, curves [{colour, own, gap}], range, marks, gap.
const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && name !== "list") node[name] = value; else node.setAttribute(name, value);
  }
  node.append(...inside);
  return node;
};
const trouble = (words) => { $("trouble").textContent = words; $("trouble").hidden = false; };
const begin = (start) => {
  if (typeof DecompressionStream === "undefined") trouble("This browser is older than 2023 and cannot run this page; what is written below holds all the same.");
  else unbundled($("data").textContent).then(start).catch((error) => { trouble("This page could not start: " + error.message); throw error; });
};
const takeFonts = (files) => {
  for (const [name, weight] of [["regular", "400"], ["bold", "700"]]) {
    const font = new FontFace("Lightpace", files[name], { weight });
    document.fonts.add(font);
    font.load().catch(() => {});
  }
};

// -- words and colours -------------------------------------------------------------------------------
const colour = (name) => {
  if (name.startsWith("#")) return name;
  return getComputedStyle(root).getPropertyValue("--" + name).trim();
};
let shades = new Map();
const forgetColours = () => { shades = new Map(); };
const shade = (name) => { if (!shades.has(name)) shades.set(name, colour(name)); return shades.get(name); };
const named = (name) => (name.startsWith("#") ? name : shade("named-" + name) || shade("muted"));
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const halfEven = (v) => { const up = Math.round(v); return up - v === 0.5 && up % 2 ? up - 1 : up; };
const timeText = (s, digits = 2) => { // as `format_time` in simulator/units.py, which rounds halves to even
  if (!Number.isFinite(s)) return "–";
  const unit = 10 ** digits, whole = halfEven(Math.abs(s) * unit), minutes = Math.floor(whole / (60 * unit)), hours = Math.floor(minutes / 60);
  const seconds = ((whole - minutes * 60 * unit) / unit).toFixed(digits), padded = seconds.padStart(digits ? digits + 3 : 2, "0");
  const sign = s < 0 && whole ? "-" : "";
  if (hours) return `${sign}${hours}:${String(minutes % 60).padStart(2, "0")}:${padded}`;
  return sign + (minutes ? `${minutes}:${padded}` : seconds);
};
const wholeMetres = (x) => String(Math.floor(Math.max(x, 0) + 1e-6)); // as `whole_metres` there: a metre counts once it has been passed
const clockText = (t) => {
  const tenths = Math.floor(t * 10 + 1e-6);
  return Math.floor(tenths / 600) + ":" + String(Math.floor(tenths / 10) % 60).padStart(2, "0") + "." + (tenths % 10);
};
const signed = (v, digits = 2) => {
  const text = Math.abs(v).toFixed(digits);
  return Number(text) === 0 ? text : (v > 0 ? "+" : "−") + text;
};
const difference = (a, b) => cell((halfEven(100 * a) - halfEven(100 * b)) / 100, signed); // as `difference_cell` in simulator/units.py
const cell = (v, text) => (Number.isFinite(v) ? text(v) : "–");
// -- canvases --------------------------------------------------------------------------------------
const still = matchMedia("(prefers-reduced-motion: reduce)");
const sized = (canvas) => { // drawn in rem/16, so that it grows with the type
  const unit = parseFloat(getComputedStyle(root).fontSize) / 16, scale = (window.devicePixelRatio || 1) * unit;
  const box = canvas.getBoundingClientRect(), w = box.width / unit, h = box.height / unit;
  const wide = Math.max(1, Math.round(w * scale)), high = Math.max(1, Math.round(h * scale));
  if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, w, h);
  return [pen, w, h];
};
// the track: s = 0 on the finish line, anticlockwise; y upwards, metres
const L = 84.39, R = 36.8, LANES = 9.76, LAP = 400;
const planeFrom = ([start, scale]) => (x, off) => { // a shorter lap is the same oval, smaller
  let s = ((scale * x + start) % LAP + LAP) % LAP;
  const r = R + off, bend = Math.PI * R;
  if (s < bend) return [L / 2 + r * Math.sin(s / R), -r * Math.cos(s / R)];
  s -= bend;
  if (s < L) return [L / 2 - s, r];
  s -= L;
  if (s < bend) return [-L / 2 - r * Math.sin(s / R), r * Math.cos(s / R)];
  return [-L / 2 + (s - bend), -r];
};
const oval = (pen, off, put) => {
  const r = R + off, [cx, cy] = put([0, 0]), k = put([1, 0])[0] - cx;
  pen.beginPath();
  pen.arc(cx + k * L / 2, cy, k * r, -Math.PI / 2, Math.PI / 2);
  pen.arc(cx - k * L / 2, cy, k * r, Math.PI / 2, 1.5 * Math.PI);
  pen.closePath();
};
const glow = (pen, x, y, radius, tint, alpha) => {
  const soft = pen.createRadialGradient(x, y, 0, x, y, radius);
  soft.addColorStop(0, tint); soft.addColorStop(1, "transparent");
  pen.globalAlpha = alpha; pen.fillStyle = soft;
  pen.beginPath(); pen.arc(x, y, radius, 0, 7); pen.fill(); pen.globalAlpha = 1;
};
const dot = (pen, x, y, radius, tint, hollow, alpha = 1) => {
  pen.globalAlpha = Math.max(0, Math.min(1, alpha));
  pen.beginPath(); pen.arc(x, y, radius, 0, 7);
  if (hollow) {
    pen.setLineDash([3, 2]); pen.lineWidth = 2; pen.strokeStyle = tint; pen.stroke(); pen.setLineDash([]);
  } else {
    pen.fillStyle = tint; pen.fill(); pen.lineWidth = 1.5; pen.strokeStyle = shade("back"); pen.stroke();
  }
  pen.globalAlpha = 1;
};
const lightsOf = (picture) => { // colour and brightness at a metre: the waves added up, as `led_lights` in simulator/view/layers/effects.py
  const lap = LAP / picture.oval[1], waves = picture.waves.map((wave) => ({ ...wave, tint: channels(named(wave.colour)) }));
  return (at) => {
    const sum = [0, 0, 0];
    let total = 0;
    for (const { head, length, tint } of waves) {
      const behind = ((head - at) % lap + lap) % lap, bright = Math.max(Math.pow(Math.max(0, 1 - behind / length), 1.4), behind - lap + 1);
      total += bright;
      tint.forEach((c, i) => { sum[i] += bright * c; });
    }
    const bright = Math.min(total, 1);
    return [bright > 0 ? `rgb(${sum.map((c) => Math.round(Math.min(c / bright, 255)))})` : "", bright];
  };
};
const drawTrack = (picture) => {
  const [pen, w, h] = sized($("track")), plane = planeFrom(picture.oval);
  const k = Math.min(w / (L + 2 * (R + LANES + 4)), h / (2 * (R + LANES + 4)));
  const put = ([x, y]) => [w / 2 + k * x, h / 2 - k * y];
  oval(pen, LANES + 2.4, put); pen.fillStyle = shade("apron"); pen.fill();
  oval(pen, LANES - 0.3, put); pen.fillStyle = shade("tartan"); pen.fill();
  pen.strokeStyle = shade("lane"); pen.lineWidth = 1; pen.globalAlpha = w > 500 ? 0.35 : 0.2;
  for (let lane = 1; lane < 8; lane++) { oval(pen, lane * 1.22 - 0.3, put); pen.stroke(); }
  pen.globalAlpha = 1;
  oval(pen, -0.3, put); pen.fillStyle = shade("turf"); pen.fill();
  pen.strokeStyle = shade("kerb"); pen.lineWidth = 1.5; pen.stroke();
  const line = (x, tint, width) => {
    const [a, b] = [put(plane(x, -0.3)), put(plane(x, LANES - 0.3))];
    pen.strokeStyle = tint; pen.lineWidth = width; pen.beginPath(); pen.moveTo(...a); pen.lineTo(...b); pen.stroke();
  };
  line(0, shade("lane"), 1.5); line(picture.race, named("white"), 3);
  pen.textBaseline = "middle";
  const size = Math.max(3, 1.35 * k), lightAt = lightsOf(picture);
  for (let at = 0; at < LAP / picture.oval[1]; at++) {
    const [tint, bright] = lightAt(at);
    if (bright > 0.02) glow(pen, ...put(plane(at, -1.1)), size * (1 + 2 * bright), tint, 0.7 * bright);
  }
  for (const g of picture.ghosts) { const [x, y] = put(plane(g.x, 0.7)); dot(pen, x, y, size * 0.9, named(g.colour), true, g.alpha); }
  for (const body of picture.pacers) { const [x, y] = put(plane(body.x, body.offset + 0.7)); dot(pen, x, y, size * 0.85, shade("muted"), false, body.alpha); }
  const [x, y] = put(plane(picture.x, 0.7)), lead = put(plane(picture.x, LANES + 0.5));
  dot(pen, x, y, size * 1.35, named("white"));
  pen.strokeStyle = shade("muted"); pen.lineWidth = 1; pen.beginPath(); pen.moveTo(x, y); pen.lineTo(...lead); pen.stroke();
  pen.fillStyle = shade("text"); pen.font = `700 ${w > 500 ? 13 : 11}px Lightpace`;
  const half = pen.measureText(picture.runner).width / 2 + 4;
  const lx = Math.min(Math.max(lead[0], half), w - half), ly = lead[1] + (lead[1] > h / 2 ? 10 : -10);
  pen.textAlign = "center"; pen.fillText(picture.runner, lx, Math.min(Math.max(ly, 8), h - 8));
  pen.fillStyle = shade("lane"); pen.font = `700 ${w > 500 ? 11 : 9}px Lightpace`; pen.textAlign = "left";
  const foot = put(plane(picture.race, 6)), end = foot[0] + 6 + pen.measureText("FINISH").width; // her name goes before
  if (Math.abs(ly - foot[1]) > 13 || lx + half < foot[0] || lx - half > end) pen.fillText("FINISH", foot[0] + 6, foot[1]);
};

const drawGroup = (picture) => {
  const [pen, w, h] = sized($("group"));
  const span = Math.max(14, Math.min(25, w / 22)), k = w / span, centre = picture.x + 1.2;
  const put = (x, off) => [w / 2 + k * (x - centre), 34 + Math.min(k, 30) * off];
  pen.fillStyle = shade("tartan"); pen.fillRect(0, 20, w, h);
  pen.fillStyle = shade("panel"); pen.fillRect(0, 0, w, 20);
  pen.fillStyle = shade("kerb"); pen.fillRect(0, 19, w, 1.5);
  pen.font = "700 11px Lightpace"; pen.textBaseline = "middle"; pen.textAlign = "center"; pen.fillStyle = shade("lane");
  for (let at = Math.ceil((centre - span) / 5) * 5; at < centre + span; at += 5) {
    const [x] = put(at, 0);
    pen.globalAlpha = 0.5; pen.fillRect(x, 21, 1, h); pen.globalAlpha = 1;
    if (at >= 0 && at <= picture.race && x < w - 90 && x > 20) pen.fillText(at + " m", x, h - 9);
  }
  const lightAt = lightsOf(picture);
  for (let at = Math.floor(centre - span); at < centre + span; at++) {
    const [x] = put(at, 0);
    pen.fillStyle = shade("led"); pen.beginPath(); pen.arc(x, 12, 1.6, 0, 7); pen.fill();
    const [tint, bright] = lightAt(at);
    if (bright > 0.02) { glow(pen, x, 12, 9, tint, bright); glow(pen, x, 12, 4, named("white"), 0.7 * bright); }
  }
  const taken = []; // labels already there, as [left, right]
  for (const g of picture.ghosts) {
    const [x, y] = put(g.x, 0.15);
    if (x < -20 || x > w + 20) continue;
    dot(pen, x, y, 6.5, named(g.colour), true, g.alpha);
    const half = pen.measureText(g.label).width / 2 + 4;
    const row = [0, 1].find((r) => taken.every(([from, to, at]) => at !== r || x + half < from || x - half > to));
    if (row === undefined) continue;
    taken.push([x - half, x + half, row]);
    pen.globalAlpha = g.alpha; pen.fillStyle = shade("text"); pen.fillText(g.label, x, 75 + 14 * row); pen.globalAlpha = 1;
  }
  for (const body of picture.pacers) { const [x, y] = put(body.x, body.offset); if (x > -20 && x < w + 20) dot(pen, x, y, 6.5, shade("muted"), false, body.alpha); }
  const [x, y] = put(picture.x, 0);
  dot(pen, x, y, 8.5, named("white"));
  pen.fillStyle = shade("lane"); pen.textAlign = "right"; pen.fillText("running →", w - 8, h - 9);
};

const axisX = (w, race) => (x) => 46 + (w - 56) * x / race;
const drawCurve = (picture) => {
  const [pen, w, h] = sized($("curve"));
  const left = 46, right = 10, top = 18, [low, high] = picture.range, px = axisX(w, picture.race);
  pen.font = "12px Lightpace";
  const rows = [], words = picture.marks.map(({ x_m, label }) => { // in rows of their own below the curves
    const x = px(x_m), wide = pen.measureText(label).width, at = x + 5 + wide > w - right ? x - 5 - wide : x + 5;
    let row = 0;
    while ((rows[row] ?? []).some(([from, to]) => at < to + 8 && at + wide > from - 8)) row++;
    (rows[row] ??= []).push([at, at + wide]);
    return { x, at, label, row };
  });
  const bottom = 24 + 16 * rows.length, py = (g) => top + (h - top - bottom) * (g - low) / (high - low);
  pen.textBaseline = "middle"; pen.lineWidth = 1;
  const step = [0.5, 1, 2, 5, 10, 20, 50, 100, 500].find((s) => (high - low) / s <= 6) || 1000;
  for (let g = Math.ceil(low / step) * step; g <= high + 1e-9; g += step) {
    pen.strokeStyle = shade("edge"); pen.beginPath(); pen.moveTo(left, py(g)); pen.lineTo(w - right, py(g)); pen.stroke();
    pen.fillStyle = shade("muted"); pen.textAlign = "right"; pen.fillText(signed(g, step < 1 ? 1 : 0), left - 8, py(g));
  }
  pen.textAlign = "left"; pen.fillText("s, ↓ behind", 4, 7);
  pen.textAlign = "right"; pen.fillText("finish", w - 4, h - 9); pen.textAlign = "center";
  const room = w - 4 - pen.measureText("finish").width - 10;
  const every = [200, 400, 800, 2000].find((s) => (w - 56) * s / picture.race > 62) || 4000;
  for (let x = 0; x < picture.race; x += every) {
    const half = pen.measureText(x + " m").width / 2, middle = Math.max(px(x), 30);
    if (middle + half < room) pen.fillText(x + " m", middle, h - 9);
  }
  for (const { x, at, label, row } of words) {
    pen.strokeStyle = shade("muted"); pen.setLineDash([2, 4]); pen.beginPath();
    pen.moveTo(x, top); pen.lineTo(x, h - bottom + 6); pen.stroke(); pen.setLineDash([]);
    pen.fillStyle = shade("muted"); pen.textAlign = "left"; pen.fillText(label, at, h - bottom + 8 + 16 * row);
  }
  pen.strokeStyle = named(picture.light); pen.lineWidth = 2; pen.beginPath(); pen.moveTo(px(0), py(0)); pen.lineTo(px(picture.race), py(0)); pen.stroke();
  pen.save(); pen.beginPath(); pen.rect(left - 2, top - 4, w - left - right + 4, h - top - bottom + 8); pen.clip();
  for (const curve of picture.curves) {
    pen.strokeStyle = curve.colour; pen.lineWidth = curve.own ? 3 : 2; pen.setLineDash(curve.own ? [] : [6, 5]); pen.beginPath();
    let down = false;
    curve.gap.forEach((g, i) => {
      if (Number.isNaN(g)) { down = false; return; }
      const x = px(picture.race * i / (curve.gap.length - 1));
      if (down) pen.lineTo(x, py(g)); else pen.moveTo(x, py(g));
      down = true;
    });
    pen.stroke(); pen.setLineDash([]);
  }
  pen.restore();
  const x = Math.min(picture.x, picture.race), g = picture.gap;
  pen.strokeStyle = shade("text"); pen.lineWidth = 1.5; pen.beginPath(); pen.moveTo(px(x), top); pen.lineTo(px(x), h - bottom); pen.stroke();
  pen.fillStyle = shade("text"); pen.beginPath(); pen.arc(px(x), py(g), 5, 0, 7); pen.fill();
};
