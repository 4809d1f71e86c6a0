// What simulator/export/page_model.py packed: plain values, and tables to the last bit.
const inflated = async (text) => {
  const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
};
const unbundled = async (text) => {
  const buffer = await inflated(text);
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let at = 4 + length;
  const arrays = head.arrays.map(([count, predictor]) => {
    const bytes = new Uint8Array(buffer, at, 8 * count);
    at += 8 * count;
    return decoded(bytes, count, head.predictors[predictor]);
  });
  const files = {};
  for (const [name, size] of head.files) {
    files[name] = new Uint8Array(buffer, at, size);
    at += size;
  }
  return { arrays, files, values: head.values };
};
// the low bytes of all numbers come first; what they are added to is foretold by those before each
const decoded = (bytes, count, weights) => {
  const values = new Float64Array(count), words = new Uint32Array(values.buffer);
  const guess = new Float64Array(1), guessed = new Uint32Array(guess.buffer);
  for (let i = 0; i < count; i++) {
    const byte = (n) => bytes[n * count + i];
    const low = (byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24) >>> 0;
    const high = (byte(4) | byte(5) << 8 | byte(6) << 16 | byte(7) << 24) >>> 0;
    const sign = -(low & 1);
    const left = ((low >>> 1 | high << 31) ^ sign) >>> 0, leftHigh = ((high >>> 1) ^ sign) >>> 0;
    let sum = 0;
    if (weights.length && i >= weights.length) for (let n = 0; n < weights.length; n++) sum += weights[n] * values[i - 1 - n];
    guess[0] = sum;
    const whole = guessed[0] + left;
    words[2 * i] = whole;
    words[2 * i + 1] = guessed[1] + leftHigh + (whole > 0xffffffff ? 1 : 0);
  }
  return values;
};
