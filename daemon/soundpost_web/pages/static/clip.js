// Moves a cursor over the spectrogram while the sound plays, and follows a clip that is fetched.
"use strict";

(() => {
  const picture = document.getElementById("spectrogram");
  const cursor = document.getElementById("cursor");
  const silent = document.getElementById("silent");
  const progress = document.getElementById("progress");
  const sound = () => document.getElementById("sound");
  const moves = ["play", "pause", "seeked", "ended", "emptied"];

  const follow = (event) => {
    const player = event.target;
    if (player !== sound()) return;
    const { duration, currentTime, paused } = player;
    cursor.hidden = !duration || (paused && !currentTime);
    if (!cursor.hidden) cursor.style.left = `${(100 * currentTime) / duration}%`;
    if (!paused) requestAnimationFrame(() => follow(event));
  };

  const attach = () => {
    const player = sound();
    if (!player || player.isAttached) return;
    player.isAttached = true;
    for (const name of moves) player.addEventListener(name, follow);
    const report = () => (silent.hidden = player !== sound() || !player.error);
    player.addEventListener("error", report);
    player.addEventListener("loadedmetadata", report);
    if (player.error) report();
  };

  if (picture) {
    attach();
    document.addEventListener("player", attach);
    picture.addEventListener("click", (event) => {
      const player = sound();
      if (!player.duration) return;
      const box = picture.getBoundingClientRect();
      player.currentTime = (player.duration * (event.clientX - box.left)) / box.width;
    });
  }

  const look = async () => {
    try {
      const answer = await fetch(progress.dataset.progress);
      const state = await answer.json();
      if (!["waiting", "receiving"].includes(state.fetch)) {
        location.reload();
        return;
      }
      progress.textContent = state.fetch_text;
    } catch {
      // The page may be restarting.
    }
    setTimeout(look, 500);
  };
  if (progress) setTimeout(look, 300);
})();
