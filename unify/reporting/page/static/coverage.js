// A cell of the coverage matrix leads to its pictures; examples of every difficulty, and pictures whose labels differ.
function choose(name, text, texts) {
  const place = text === undefined ? -1 : texts.indexOf(text);
  filters.elements[name].value = place < 0 ? "" : String(place);
}

for (const cell of document.querySelectorAll(".matrix .cell")) {
  cell.addEventListener("click", () => {
    filters.reset();
    choose("batch", cell.dataset.batch, data.batches);
    choose("split", cell.dataset.split, data.splits);
    choose("class", cell.dataset.class, data.classes.map((each) => each.name));
    choose("state", cell.dataset.state, data.states);
    setTimeout(applyFilters);
  });
}

const everything = { kind: null, source: null, least: 0, most: 1 };
for (const list of document.querySelectorAll(".examples")) {
  const pictures = data.examples[list.dataset.level].map((place) => data.pictures[place]);
  const cards = pictures.map((picture, index) => cardNode(picture, everything, () => openViewer(pictures, index)));
  list.append(...cards.map((card) => element("li", {}, card)));
}

byId("compare-cards")?.append(...data.compare.map((pair) => {
  const differs = new Set(pair.classes);
  const wish = { ...everything };
  const sides = ["before", "after"].map((side) => {
    const twins = [pair.before, pair.after];
    const card = cardNode(pair[side], wish, () => openViewer(twins, side === "before" ? 0 : 1));
    return element("div", {}, element("p", {}, side), card);
  });
  const names = [...differs].map((kind) => data.classes[kind].name).join(", ");
  return element("li", {}, element("p", {}, `differs in ${names}`), element("div", { class: "twins" }, ...sides));
}));

applyFilters();
