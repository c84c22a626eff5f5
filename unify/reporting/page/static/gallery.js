// A page of cards at a time, whatever the number of pictures: only what is looked at is built.
const CARDS = innerWidth < 600 ? 8 : 24;
const CLASSES_NAMED = 8;
const ROOM = roomOf(data.pictures);
const gallery = { found: [], first: 0 };

// Width to height of the room of a picture: that of the middle one.
function roomOf(pictures) {
  const shapes = pictures.map((picture) => picture.size[0] / picture.size[1]).sort((a, b) => a - b);
  return Math.min(2, Math.max(0.75, shapes[shapes.length >> 1] ?? 4 / 3));
}

function cardNode(picture, wish, open) {
  const { node, boxes, nodes } = pictureNode(picture, described(picture));
  boxes.forEach((box, index) => nodes[index].classList.toggle("off", !boxPasses(box, wish)));
  fitInto(node, picture, ROOM);
  const button = element("button", { type: "button", class: "open" }, element("div", { class: "stage", style: { aspectRatio: String(ROOM) } }, node));
  button.addEventListener("click", open);
  const batches = picture.batches.map((each) => data.batches[each]).join(", ");
  return element("div", { class: "card" }, button,
    element("h3", { title: picture.file }, picture.file),
    element("p", {}, `${data.splits[picture.split]} · ${batches}`), statesNode(picture, CLASSES_NAMED));
}

function showCards() {
  const wish = wishes();
  const { found, first } = gallery;
  const cards = found.slice(first, first + CARDS).map((picture, index) =>
    element("li", {}, cardNode(picture, wish, () => openViewer(found, first + index))));
  byId("cards").replaceChildren(...cards);
  const last = Math.min(first + CARDS, found.length);
  const range = found.length ? `${first + 1} to ${last} of ${plural(found.length, "picture")}` : "No picture is like that";
  const all = found.length === data.pictures.length ? "" : ` (all: ${data.pictures.length.toLocaleString("en")})`;
  byId("shown").textContent = range + all;
  byId("page-back").disabled = first === 0;
  byId("page-on").disabled = last >= found.length;
}

function turnTo(first) {
  gallery.first = Math.max(0, Math.min(first, Math.floor((gallery.found.length - 1) / CARDS) * CARDS));
  showCards();
}

function applyFilters() {
  const wish = wishes();
  gallery.found = data.pictures.filter((picture) => picturePasses(picture, wish));
  turnTo(0);
}

// The card beside the one that has the focus, on the next page if need be.
function moveFocus(step) {
  const buttons = [...byId("cards").querySelectorAll(".open")];
  const place = buttons.indexOf(document.activeElement) + step;
  if (place >= 0 && place < buttons.length) return buttons[place].focus();
  const first = gallery.first + step * CARDS;
  if (first < 0 || first >= gallery.found.length) return;
  turnTo(first);
  const turned = byId("cards").querySelectorAll(".open");
  turned[step > 0 ? 0 : turned.length - 1].focus();
}

byId("cards").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  moveFocus(step);
});
filters.addEventListener("input", applyFilters);
filters.addEventListener("reset", () => setTimeout(applyFilters));
byId("page-back").addEventListener("click", () => turnTo(gallery.first - CARDS));
byId("page-on").addEventListener("click", () => turnTo(gallery.first + CARDS));
