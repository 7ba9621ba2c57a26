"use strict";
(() => {
  const form = document.getElementById("filter");
  const items = [...document.querySelectorAll("article[data-severity]")];
  if (!form || items.length < 2) return;
  const shown = document.getElementById("shown");
  const texts = items.map((item) => item.textContent.toLowerCase());
  const apply = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    items.forEach((item, at) => {
      const fits = wanted.has(item.dataset.severity) && words.every((word) => texts[at].includes(word));
      item.hidden = !fits;
      count += fits ? 1 : 0;
    });
    for (const group of document.querySelectorAll("section.account")) {
      group.hidden = !group.querySelector("article:not([hidden])");
    }
    shown.textContent = `${count} of ${items.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
