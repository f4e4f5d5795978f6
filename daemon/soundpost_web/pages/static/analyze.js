// Uploads a recording with its progress, and records one. Without JavaScript the form does it alone.
"use strict";

(() => {
  const form = document.getElementById("analyze");
  const problem = document.getElementById("problem");
  const sending = document.getElementById("sending");
  const record = document.getElementById("record");
  const button = document.getElementById("record-button");
  const state = document.getElementById("record-state");
  const buttons = [button, form.querySelector("button")];
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

  const fail = (text) => {
    sending.hidden = true;
    buttons.forEach((each) => (each.disabled = false));
    problem.textContent = text;
    problem.hidden = false;
  };

  const showProgress = (share) => {
    sending.hidden = false;
    sending.querySelector("progress").value = share;
    sending.querySelector("span").textContent = filled(form.dataset.uploading, { percent: Math.floor(share * 100) });
  };

  // Takes the text out of a page of the server; it is shown as text.
  const reason = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("main > p:not([hidden])")?.textContent;

  const send = (file, name) => {
    problem.hidden = true;
    if (!file || !file.size) return fail(form.dataset.noFile);
    if (file.size > Number(form.dataset.mostBytes)) return fail(form.dataset.tooLarge);
    const fields = new FormData(form);
    fields.delete("file");
    fields.append("file", file, name); // after the other fields, by which the server refuses it early
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && showProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 200) location.assign(request.responseURL);
      else fail(reason(request.responseText) || form.dataset.failed);
    });
    request.addEventListener("error", () => fail(form.dataset.failed));
    buttons.forEach((each) => (each.disabled = true));
    showProgress(0);
    request.send(fields);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [file] = form.elements.file.files;
    send(file, file?.name);
  });

  let recorder = null;
  const start = async () => {
    problem.hidden = true;
    let stream;
    try {
      // What the browser does for telephony would change what the model receives.
      const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
    } catch (error) {
      return fail(filled(record.dataset.denied, { reason: error.message || error.name }));
    }
    const parts = [];
    const began = Date.now();
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(clock);
      stream.getTracks().forEach((track) => track.stop());
      button.classList.remove("on");
      button.textContent = record.dataset.record;
      const { mimeType } = recorder;
      recorder = null;
      const suffix = mimeType.includes("mp4") ? "m4a" : mimeType.includes("ogg") ? "ogg" : "webm";
      send(new Blob(parts, { type: mimeType }), `${new Date().toISOString().slice(0, 19).replace("T", " ")}.${suffix}`);
    });
    const tick = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      state.textContent = filled(record.dataset.recording, { seconds });
      if (seconds >= Number(record.dataset.mostSeconds)) recorder?.stop();
    };
    const clock = setInterval(tick, 1000);
    recorder.start(1000);
    button.classList.add("on");
    button.textContent = record.dataset.stop;
    tick();
  };

  const canRecord = window.isSecureContext && window.MediaRecorder && navigator.mediaDevices;
  record.hidden = !canRecord;
  document.getElementById("insecure").hidden = Boolean(canRecord);
  button.addEventListener("click", () => (recorder ? recorder.stop() : start()));
})();
