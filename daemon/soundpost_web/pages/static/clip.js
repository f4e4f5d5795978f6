// Moves a cursor over the spectrogram while the sound plays, and follows a clip that is fetched.
"use strict";

(() => {
  const sound = document.getElementById("sound");
  const picture = document.getElementById("spectrogram");
  const cursor = document.getElementById("cursor");
  const progress = document.getElementById("progress");

  const follow = () => {
    cursor.hidden = !sound.duration || (sound.paused && !sound.currentTime);
    if (!cursor.hidden) cursor.style.left = `${(100 * sound.currentTime) / sound.duration}%`;
    if (!sound.paused) requestAnimationFrame(follow);
  };

  if (sound && picture) {
    for (const name of ["play", "pause", "seeked", "ended", "emptied"]) sound.addEventListener(name, follow);
    picture.addEventListener("click", (event) => {
      if (!sound.duration) return;
      const box = picture.getBoundingClientRect();
      sound.currentTime = (sound.duration * (event.clientX - box.left)) / box.width;
    });
    const silent = document.getElementById("silent");
    sound.addEventListener("error", () => (silent.hidden = false));
    sound.addEventListener("loadedmetadata", () => (silent.hidden = true));
  }

  const look = async () => {
    try {
      const answer = await fetch(progress.dataset.progress);
      const state = await answer.json();
      if (!["waiting", "receiving"].includes(state.fetch)) return location.reload();
      progress.textContent = state.fetch_text;
    } catch {
      // The page may be restarting.
    }
    setTimeout(look, 500);
  };
  if (progress) setTimeout(look, 300);
})();
