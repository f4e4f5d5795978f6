// Opens the page again as soon as its server answers.
"use strict";

(() => {
  const again = document.getElementById("again");
  again.addEventListener("click", (click) => {
    click.preventDefault();
    location.reload();
  });
  setInterval(async () => {
    try {
      const answer = await fetch("/alive", { cache: "no-store" });
      if (answer.ok) location.reload();
    } catch {
      // Still away.
    }
  }, 5000);
})();
