// What a node of the lineage graph stands for is told below the graph when it is pointed at or has the focus.
const origin = byId("origin");

for (const node of document.querySelectorAll(".flow .node")) {
  const tell = () => {
    origin.hidden = false;
    origin.textContent = node.querySelector("title").textContent.replaceAll("\n\n", "\n");
  };
  node.addEventListener("mouseenter", tell);
  node.addEventListener("focus", tell);
}
