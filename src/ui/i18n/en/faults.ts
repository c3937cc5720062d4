/**
 * One plain sentence for every fault: what happened, with the numbers the fault carries. The buttons that go with it
 * are in `notices.ts`. Placeholders are the names of the fault's `details`.
 */
export const faultMessages = {
  "fault.webgpu-missing": "This browser has no WebGPU, so the network trains on the CPU: slower, same numbers.",
  "fault.webgpu-insecure":
    "WebGPU needs https or localhost; this page came over plain http, so the network trains on the CPU.",
  "fault.adapter-missing":
    "The browser found no usable GPU (it may be blocked, or have crashed too often), so the network trains on the CPU.",
  "fault.device-refused": "The GPU refused to open, so the network trains on the CPU.",
  "fault.device-lost": "The GPU was lost. The run is paused at its last good state while a new one is opened.",
  "fault.device-lost-again":
    "The GPU was lost again. Your run is safe: go on with the CPU, or save it and reload the page.",
  "fault.program-refused":
    "This network does not fit the device: {tensor} needs {bytes} bytes, the limit is {limitBytes}.",
  "fault.shader-error": "A kernel did not compile on this device.",
  "fault.not-finite": "The loss is no longer a finite number. The run stopped; its last good parameters are kept.",
  "fault.diverging": "The loss has grown far above its best and stays there. The run is paused.",
  "fault.no-improvement": "No longer improving; best at step {bestStep}.",
  "fault.experiment-invalid": "This experiment was refused: {path} must be {expected}, but is {actual}.",
  "fault.experiment-newer":
    "This experiment was made by a later version of Gatescope. Reload the page to get that version.",
  "fault.link-invalid": "The link does not hold a readable experiment; nothing was started.",
  "fault.link-too-large": "The link holds {bytes} bytes; the limit is {limit}. Nothing was started.",
  "fault.file-invalid": "This file is not a run saved by Gatescope.",
  "fault.file-mismatch": "This file does not fit the experiment it names.",
  "fault.file-not-finite": "This file holds numbers that are not finite.",
  "fault.file-unreadable": "The file could not be read. It may have been moved or changed; choose it again.",
  "fault.text-invalid": "This is not a readable text file.",
  "fault.csv-invalid": "This table could not be read as CSV.",
  "fault.data-missing": "This experiment needs your file {name}; it stays on your machine and is not part of a link.",
  "fault.data-too-short": "There is too little data for sequences of this length.",
  "fault.probe-invalid": "The probe text was refused.",
  "fault.storage-unavailable": "This browser does not let the page store runs. Save them as files.",
  "fault.storage-full": "The browser's storage is full; the run was not stored. Save it as a file.",
  "fault.worker-failed": "The engine stopped. What you see stays; start it again to go on.",
  "fault.internal": "Something went wrong inside Gatescope.",
} as const;
