// Gives all clips one use by a button, and counts the uses, also for a screen reader.
"use strict";

(() => {
  const every = document.getElementById("every");
  if (!every) return;
  const count = document.getElementById("count");
  const uses = [...document.querySelectorAll('select[name^="use:"]')];

  const show = () => {
    const number = (use) => uses.filter((each) => each.value === use).length;
    count.textContent = count.dataset.text
      .replace("#label", number("label"))
      .replace("#not", number("not"))
      .replace("#out", number("out"));
  };

  every.addEventListener("click", (click) => {
    const use = click.target.closest("button")?.dataset.use;
    if (!use) return;
    for (const each of uses) each.value = use;
    show();
  });
  for (const each of uses) each.addEventListener("change", show);
  // A browser restores the choices of a form when a person goes back to it, after this script.
  addEventListener("pageshow", show);
  every.hidden = count.hidden = false;
  show();
})();
