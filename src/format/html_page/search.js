// Shows only the feeds whose words contain every word of the search. The page is whole without this script.
"use strict";
{
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const box = document.getElementById("search");
  const field = box.querySelector("input");
  const status = box.querySelector("output");
  const groups = [...document.querySelectorAll("main > section")];
  let feeds;

  const search = () => {
    // Reading the words of many feeds takes a moment, so it waits until they are asked for.
    feeds ??= [...document.querySelectorAll(".feed")].map((node) => ({ node, words: plain(node.textContent) }));
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { node, words } of feeds) {
      node.hidden = !wanted.every((word) => words.includes(word));
      shown += !node.hidden;
    }
    for (const group of groups) group.hidden = !group.querySelector(".feed:not([hidden])");
    status.value = wanted.length ? `${shown} of ${feeds.length}` : "";
  };

  box.hidden = false;
  field.addEventListener("input", search);
  // A browser may fill in what was written before the page was left.
  if (field.value) search();
}
