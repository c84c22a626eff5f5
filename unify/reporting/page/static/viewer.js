// One picture as large as there is room, with every box in a table.
const TAGS = 14; // more names on a picture hide it
const viewer = { pictures: [], place: 0 };
const dialog = byId("viewer");
const stage = byId("viewer-stage");

function openViewer(pictures, place) {
  viewer.pictures = pictures;
  showPicture(place);
  dialog.showModal();
  fitStage();
}

function showPicture(place) {
  viewer.place = place;
  const picture = viewer.pictures[place];
  const { node, boxes, nodes } = pictureNode(picture, described(picture));
  stage.replaceChildren(node);
  fitStage();
  byId("viewer-title").textContent = picture.file;
  byId("viewer-about").textContent = aboutPicture(picture);
  byId("viewer-place").textContent = `${(place + 1).toLocaleString("en")} of ${viewer.pictures.length.toLocaleString("en")}`;
  byId("viewer-back").disabled = place === 0;
  byId("viewer-on").disabled = place === viewer.pictures.length - 1;
  byId("viewer-states").replaceChildren(statesNode(picture, Infinity));
  byId("viewer-caption").textContent = plural(boxes.length, "box");
  byId("viewer-boxes").replaceChildren(...boxes.map((box, index) => boxRow(box, nodes[index], node, picture)));
  if (boxes.length <= TAGS) boxes.forEach((box) => node.append(tagNode(box, picture)));
}

function aboutPicture(picture) {
  const [width, height] = picture.size;
  const batches = picture.batches.map((each) => data.batches[each]).join(", ");
  const reduced = picture.shown[0] < width ? `, shown with ${picture.shown[0]} × ${picture.shown[1]}` : "";
  const rated = picture.difficulty ? ` · ${picture.difficulty}, uncertainty ${picture.uncertainty.toFixed(2)}` : "";
  return `${data.splits[picture.split]} · ${batches} · ${width} × ${height} pixels${reduced}${rated}`;
}

// The name of a box, at its left upper corner; at its right one where the picture would cut it off.
function tagNode(box, picture) {
  const [width, height] = picture.size;
  const opacity = box.machine && !box.ignored ? String(Math.max(0.5, box.weight)) : "1";
  const side = box.x1 < 0.8 * width ? { left: `${(100 * box.x1) / width}%` } : { right: `${100 - (100 * box.x2) / width}%` };
  const { name, colour, ink } = data.classes[box.kind];
  const style = { opacity, ...side, top: `${(100 * box.y1) / height}%`, background: colour, color: ink };
  const near = box.y1 < height / 20 ? " inside" : "";
  return element("span", { class: `tag${near}`, "aria-hidden": "true", style }, name);
}

function boxRow(box, drawnBox, node, picture) {
  const { name, colour } = data.classes[box.kind];
  const chip = element("span", { class: "chip", "aria-hidden": "true", style: { background: colour } });
  const notes = box.notes.length ? element("small", {}, ` ${box.notes.join(", ")}`) : null;
  const cell = (value) => element("td", { class: "n" }, value.toFixed(2));
  const row = element("tr", { tabindex: 0 }, element("th", { scope: "row" }, chip, name, notes),
    element("td", {}, data.sources[box.source]), cell(box.score), cell(box.weight), cell(box.boxWeight));
  const tag = tagNode(box, picture);
  const choose = (chosen) => {
    drawnBox.classList.toggle("chosen", chosen);
    stage.classList.toggle("choosing", chosen);
    if (chosen) node.append(tag);
    else tag.remove();
  };
  for (const event of ["mouseenter", "focus"]) row.addEventListener(event, () => choose(true));
  for (const event of ["mouseleave", "blur"]) row.addEventListener(event, () => choose(false));
  return row;
}

function fitStage() {
  const node = stage.querySelector(".fit");
  if (node && stage.clientHeight) fitInto(node, viewer.pictures[viewer.place], stage.clientWidth / stage.clientHeight);
}

function step(by) {
  const place = viewer.place + by;
  if (place >= 0 && place < viewer.pictures.length) showPicture(place);
}

// Back in the gallery, the focus is on the picture that was looked at last.
function focusCard() {
  if (viewer.pictures !== gallery.found) return;
  turnTo(Math.floor(viewer.place / CARDS) * CARDS);
  byId("cards").querySelectorAll(".open")[viewer.place - gallery.first]?.focus();
}

dialog.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by);
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", focusCard);
byId("viewer-back").addEventListener("click", () => step(-1));
byId("viewer-on").addEventListener("click", () => step(1));
byId("viewer-close").addEventListener("click", () => dialog.close());
new ResizeObserver(fitStage).observe(stage);
