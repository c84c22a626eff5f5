// Which pictures are shown, and which of their boxes stand out.
const filters = byId("filters");

function wishes() {
  const field = (name) => filters.elements[name].value;
  const place = (name) => (field(name) === "" ? null : Number(field(name)));
  const limit = (name, otherwise) => (field(name) === "" ? otherwise : Number(field(name)));
  return {
    kind: place("class"), state: place("state"), source: place("source"), batch: place("batch"), split: place("split"),
    least: limit("least", 0), most: limit("most", 1), difficulty: field("difficulty"),
  };
}

const narrows = (wish) => wish.least > 0 || wish.most < 1;

// Weights are wished of machine boxes: with a narrower range, people's boxes stand back.
function boxPasses(box, wish) {
  if (wish.kind !== null && box.kind !== wish.kind) return false;
  if (wish.source !== null && box.source !== wish.source) return false;
  return !narrows(wish) || (box.machine && box.weight >= wish.least && box.weight <= wish.most);
}

function statePasses(picture, wish) {
  if (wish.state === null) return true;
  const kinds = picture.states[wish.state];
  return wish.kind === null ? kinds.length > 0 : kinds.includes(wish.kind);
}

// A class alone asks for a box of it; with a state it asks what is known of the class, box or no box.
function picturePasses(picture, wish) {
  if (wish.batch !== null && !picture.batches.includes(wish.batch)) return false;
  if (wish.split !== null && picture.split !== wish.split) return false;
  if (wish.difficulty && picture.difficulty !== wish.difficulty) return false;
  if (!statePasses(picture, wish)) return false;
  const wantsBox = wish.source !== null || narrows(wish) || (wish.kind !== null && wish.state === null);
  return !wantsBox || picture.boxes.some((row) => boxPasses(boxOf(row), wish));
}

function offer(name, texts) {
  filters.elements[name].append(...texts.map((text, index) => element("option", { value: index }, text)));
}

offer("class", data.classes.map((each) => each.name));
for (const [name, texts] of [["state", data.states], ["source", data.sources], ["batch", data.batches], ["split", data.splits]]) {
  offer(name, texts);
}
filters.addEventListener("submit", (event) => event.preventDefault());
