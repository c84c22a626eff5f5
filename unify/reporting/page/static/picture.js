// A picture with its boxes. People's boxes are solid, machines' dashed and as opaque as their weight, weight 0 is hatched.
const [CROWD, DIFFICULT, IGNORED, MACHINE] = [1, 2, 4, 8];
const LEAST_OPACITY = 0.2; // fainter could not be seen at all
const TINY = 160; // pixels: smaller pictures are enlarged without blur

function boxOf(row) {
  const [kind, x1, y1, x2, y2, source, weight, boxWeight, score, bits] = row;
  return {
    kind, x1, y1, x2, y2, source, weight, boxWeight, score,
    machine: Boolean(bits & MACHINE), ignored: Boolean(bits & IGNORED),
    notes: [bits & CROWD && "crowd", bits & DIFFICULT && "difficult", bits & IGNORED && "ignored"].filter(Boolean),
  };
}

function sourceOf(picture) {
  return data.served ? `picture/${picture.id}` : `data:image/jpeg;base64,${byId(`picture-${picture.id}`).textContent}`;
}

function boxNode(box, width, height) {
  const colour = data.classes[box.kind].colour;
  const place = { x: box.x1, y: box.y1, width: Math.max(0, box.x2 - box.x1), height: Math.max(0, box.y2 - box.y1) };
  const kind = box.ignored ? "zone" : box.machine ? "machine" : "human";
  const group = drawn("g", { class: `box ${kind}` });
  if (box.ignored) group.append(drawn("rect", { ...place, style: { fill: `url(#hatch-${width}-${height})` } }));
  else group.append(drawn("rect", { ...place, class: "halo" }));
  group.append(drawn("rect", { ...place, class: "line", style: box.ignored ? {} : { stroke: colour } }));
  if (box.machine && !box.ignored) group.style.opacity = Math.max(LEAST_OPACITY, box.weight);
  return group;
}

function hatching(width, height) {
  const step = Math.max(width, height) / 64;
  const lines = { width: step, height: step, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return drawn("defs", {}, drawn("pattern", { id: `hatch-${width}-${height}`, ...lines },
    drawn("rect", { width: step, height: step, fill: "#000", "fill-opacity": 0.25 }),
    drawn("rect", { width: step / 3, height: step, fill: "#fff", "fill-opacity": 0.55 })));
}

// The picture and, in the order of its boxes, their nodes.
function pictureNode(picture, alt) {
  const [width, height] = picture.size;
  const overlay = drawn("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const boxes = picture.boxes.map(boxOf);
  if (boxes.some((box) => box.ignored)) overlay.append(hatching(width, height));
  const nodes = boxes.map((box) => boxNode(box, width, height));
  overlay.append(...nodes.filter((_, index) => boxes[index].ignored), ...nodes.filter((_, index) => !boxes[index].ignored));
  const tiny = Math.max(width, height) < TINY ? "tiny" : null;
  const image = element("img", { src: sourceOf(picture), alt, width, height, class: tiny, decoding: "async" });
  return { node: element("div", { class: "fit" }, image, overlay), boxes, nodes };
}

// Largest size within a room of the given shape, as percentages of it.
function fitInto(node, picture, room) {
  const shape = picture.size[0] / picture.size[1];
  node.style.width = `${Math.min(1, shape / room) * 100}%`;
  node.style.height = `${Math.min(1, room / shape) * 100}%`;
}

function countedBoxes(picture) {
  const counts = new Map();
  for (const box of picture.boxes.map(boxOf)) {
    const what = `${data.classes[box.kind].name} by ${box.machine ? data.sources[box.source] : "people"}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

function described(picture) {
  const counts = [...countedBoxes(picture)].map(([what, count]) => `${count} ${what}`);
  return `${picture.file}: ${counts.join(", ") || "no boxes"}`;
}

const STATE_WORDS = { labeled: "looked for", incomplete: "not all boxed", machine: "by machine", assumed: "assumed absent", unknown: "nobody looked" };

function statesNode(picture, most) {
  const lines = data.states.map((state, index) => {
    const names = picture.states[index].map((kind) => data.classes[kind].name);
    if (!names.length) return null;
    const more = names.length - most;
    const told = names.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
    return element("li", {}, element("span", { class: `swatch ${state}`, "aria-hidden": "true" }),
      element("span", {}, element("span", { class: "dim" }, `${STATE_WORDS[state] ?? state}: `), told));
  });
  return element("ul", { class: "states" }, ...lines);
}
