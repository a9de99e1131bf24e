// One file to the bucket by a presigned POST, with its progress.

import { Problem, retryAfter } from "./api.js";

const STALLED_MS = 45_000;

/** Resolves when the bucket has it. Rejects with a Problem; status 0 also when nothing moved for 45 s. */
export function post(upload, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
    form.append("file", file, "picture"); // last, as S3 wants it; the name it has here is nobody's business
    const request = new XMLHttpRequest();
    let watchdog;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => request.abort(), STALLED_MS);
    };
    const failed = () => reject(new Problem(0, "No answer"));
    request.upload.onprogress = (event) => {
      alive();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      return reject(refusal(request));
    };
    request.onerror = failed;
    request.onabort = failed;
    request.onloadend = () => clearTimeout(watchdog);
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", upload.url);
    alive();
    request.send(form);
  });
}

function refusal(request) {
  const code = /<Code>(\w{1,60})<\/Code>/.exec(request.responseText ?? "")?.[1];
  const text = { EntityTooLarge: "This picture is too large.", EntityTooSmall: "This picture is too small." };
  const wait = retryAfter(request.getResponseHeader("Retry-After"));
  return new Problem(request.status, text[code] ?? "The bucket did not take it.", "", wait);
}
