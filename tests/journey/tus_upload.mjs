// The reference tus client (tus-js-client) against the server: node tus_upload.mjs ENDPOINT TOKEN FILE [cut BYTES | resume LOCATION]
// Prints the upload's location. "cut" breaks the connection off in the middle; "resume" goes on from there.
import fs from "node:fs";
import path from "node:path";
import * as tus from "tus-js-client";

const [endpoint, token, file, how, detail] = process.argv.slice(2);
const size = fs.statSync(file).size;
let located;
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint,
  uploadUrl: how === "resume" ? detail : undefined,
  uploadSize: size,
  chunkSize: how === "cut" ? 1 << 20 : 8 << 20,
  retryDelays: [0, 200, 1000],
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: path.basename(file), filetype: "audio/wav" },
  onProgress(sent) {
    if (how === "cut" && upload.url && sent >= Number(detail) && !located) {
      located = upload.url;
      console.log(located);
      process.exit(0); // the train enters the tunnel: the connection simply goes away
    }
  },
  onError(error) {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess() {
    console.log(upload.url);
  },
});
upload.start();
