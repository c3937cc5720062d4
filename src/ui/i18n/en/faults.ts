/**
 * One plain sentence for every fault: what happened, with the numbers the fault carries. The most precise whose
 * placeholders are all filled is shown: `fault.<code>.<reason>`, then `fault.<code>`, then `fault.<code>.plain`. The
 * buttons that go with it are in `notices.ts`. Placeholders are the names of the fault's `details`.
 */
export const faultMessages = {
  "fault.webgpu-missing": "This browser has no WebGPU, so the network trains on the CPU: slower, same numbers.",
  "fault.webgpu-insecure":
    "WebGPU needs https or localhost; this page came over plain http, so the network trains on the CPU.",
  "fault.adapter-missing":
    "The browser found no usable GPU (it may be blocked, or have crashed too often), so the network trains on the CPU.",
  "fault.wasm-refused":
    "This browser does not compile WebAssembly with SIMD here, so the network trains on the reference CPU player: much slower, same numbers.",
  "fault.device-refused": "The GPU refused to open, so the network trains on the CPU.",
  "fault.device-lost": "The GPU was lost. The run is paused at its last good state while a new one is opened.",
  "fault.device-lost-again":
    "The GPU was lost and {attempts} attempts to open a new one failed. Your run is safe: go on with the CPU, or save it and reload the page.",
  "fault.device-lost-again.plain":
    "The GPU was lost again. Your run is safe: go on with the CPU, or save it and reload the page.",
  "fault.program-refused":
    "This network does not fit the device: {tensor} needs {bytes} bytes, the limit is {limit}. Take fewer units, layers, rows or steps.",
  "fault.program-refused.plain": "This network does not fit the device. Take fewer units, layers, rows or steps.",
  "fault.shader-error":
    "The kernel {file} did not compile on this device (line {line}, column {column}). What was training is untouched.",
  "fault.shader-error.plain": "A kernel did not compile on this device. What was training is untouched.",
  "fault.not-finite":
    "The numbers are no longer finite ({operation}, {where}). The run stopped at its last good parameters.",
  "fault.not-finite.plain": "The loss is no longer a finite number. The run stopped at its last good parameters.",
  "fault.diverging":
    "The loss is {loss}, far above its best {bestLoss}, and has been for {steps} steps. The run is paused.",
  "fault.diverging.plain": "The loss has grown far above its best and stays there. The run is paused.",
  "fault.no-improvement": "No longer improving; best at step {bestStep}. Training goes on.",
  "fault.no-improvement.plain": "No longer improving. Training goes on.",
  "fault.stopped-early":
    "Stopped early: {evaluations} evaluations in a row brought no lower validation loss. The parameters of step {bestStep}, with {loss}, are back; Play goes on from them.",
  "fault.stopped-early.plain":
    "Stopped early: the validation loss no longer falls. The best parameters are back; Play goes on from them.",
  "fault.plan-refused":
    "The plan that came with this experiment cannot be read and was left out. The curve may differ in its last digits.",
  "fault.plan-refused.player":
    "The plan that came with this experiment is of another player than computes here, and was left out. The curve may differ in its last digits.",
  "fault.plan-refused.choice":
    "The plan that came with this experiment names kernels or sizes that this device would not choose, and was left out. The curve may differ in its last digits.",
  "fault.experiment-invalid":
    "This experiment was refused: {path} must be {expected}, but is {actual}. What was training is untouched.",
  "fault.experiment-invalid.plain": "This experiment was refused. What was training is untouched.",
  "fault.experiment-newer":
    "This experiment was made by a later version of Gatescope. Reload the page to get that version.",
  "fault.link-invalid": "The link does not hold a readable experiment; nothing was started.",
  "fault.link-too-large": "The link holds {characters} characters; the limit is {limit}. Nothing was started.",
  "fault.link-too-large.plain": "The link holds more than an experiment can need. Nothing was started.",

  "fault.file-invalid": "This file is not a run saved by Gatescope. What was training is untouched.",
  "fault.file-invalid.HeaderTooSmall":
    "This file has fewer than 8 bytes; a saved run has more. What was training is untouched.",
  "fault.file-invalid.InvalidHeaderLength":
    "This file ends before its own header does: it is damaged, or no saved run. What was training is untouched.",
  "fault.file-invalid.MetadataIncompleteBuffer":
    "This file is longer or shorter than its header says: it is damaged. Choose another copy; what was training is untouched.",
  "fault.file-invalid.TensorInvalidInfo":
    "This file is damaged: what its header says of {tensor} cannot be. Choose another copy; what was training is untouched.",
  "fault.file-invalid.InvalidOffset":
    "This file is damaged: the place of {tensor} in it cannot be. Choose another copy; what was training is untouched.",
  "fault.file-mismatch": "This file does not fit the experiment it names. {differences}. Nothing was loaded.",
  "fault.file-mismatch.plain": "This file does not fit the experiment it names. Nothing was loaded.",
  "fault.file-not-finite":
    "This file holds numbers that are not finite, in {tensors}. Training may stop at them; an earlier file may be whole.",
  "fault.file-not-finite.plain": "This file holds numbers that are not finite.",
  "fault.file-unreadable": "{name} could not be read. It may have been moved or changed; choose it again.",
  "fault.file-unreadable.too-large": "{name} has {bytes} bytes; the limit is {limit}.",
  "fault.file-unreadable.insecure":
    "{name} cannot be checked here: the browser computes SHA-256 only over https or on localhost.",
  "fault.file-unreadable.plain": "The file could not be read. It may have been moved or changed; choose it again.",

  "fault.text-invalid": "This is not a readable text file.",
  "fault.text-invalid.empty": "This file is empty.",
  "fault.text-invalid.too-large": "This text has {bytes} bytes; the limit is {maximumBytes}.",
  "fault.text-invalid.binary": "This is no text: there is a zero byte at offset {offset}.",
  "fault.text-invalid.encoding":
    "This text is neither UTF-8 nor UTF-16: byte {byte} at offset {offset} fits neither. Save it as UTF-8 and choose it again.",

  "fault.csv-invalid": "This table could not be read as CSV.",
  "fault.csv-invalid.empty": "This file is empty.",
  "fault.csv-invalid.too-large": "This table has {bytes} bytes; the limit is {maximumBytes}.",
  "fault.csv-invalid.binary": "This is no table: there is a zero byte at offset {offset}.",
  "fault.csv-invalid.encoding":
    "This table is neither UTF-8 nor UTF-16: byte {byte} at offset {offset} fits neither. Save it as UTF-8 and choose it again.",
  "fault.csv-invalid.quotes":
    "Row {row}: a quotation mark is not closed, or text follows it. Mend the row and choose the file again.",
  "fault.csv-invalid.ragged":
    "Row {row}: the header has {expected} cells, this row {actual}. Mend the row and choose the file again.",
  "fault.csv-invalid.blank-row": "Row {row} is blank. A series may have no holes: fill the row or remove it.",
  "fault.csv-invalid.no-header":
    "The first row must name the columns, but begins with the number {cell}. Put a row of names above it.",
  "fault.csv-invalid.duplicate-column":
    "Columns {first} and {second} have the same name, {column}. Rename one of them.",
  "fault.csv-invalid.long-name": "The name of column {column} has {characters} characters; the limit is {maximum}.",
  "fault.csv-invalid.too-many-columns": "This table has {columns} columns; the limit is {maximum}.",
  "fault.csv-invalid.too-few-rows": "Rows below the header: {rows}; at least {needed} are needed.",
  "fault.csv-invalid.no-shares":
    "Row {row}: the predicted columns are no shares of a whole; they must be at least 0 and sum to 1, not {sum}. Choose other columns or another loss.",
  "fault.csv-invalid.one-share":
    "Shares of a whole need at least two columns to predict, not {columns}. Choose more columns or another loss.",
  "fault.csv-invalid.column-missing": "This table has no column {column}.",
  "fault.csv-invalid.missing-cell": "Row {row}, column {column}: the cell is empty. Fill it or leave the column out.",
  "fault.csv-invalid.not-a-number": "Row {row}, column {column}: {cell} is not a number.",
  "fault.csv-invalid.not-finite": "Row {row}, column {column}: {cell} is too large for a number.",
  "fault.csv-invalid.range": "Column {column} runs from {minimum} to {maximum}, too wide to be scaled.",

  "fault.data-missing": "This experiment needs your file {name}; it stays on your machine and is not part of a link.",
  "fault.data-missing.plain": "This experiment needs your own data file.",
  "fault.data-too-short":
    "There is too little data: {rows} rows, and windows of {length} steps need at least {needed}. Choose a shorter length or a longer file.",
  "fault.data-too-short.characters":
    "There is too little text: {rows} characters, and windows of {length} steps need at least {needed}. Choose a shorter length or a longer text.",
  "fault.data-too-short.plain": "There is too little data for windows of this length.",
  "fault.probe-invalid": "This probe was refused; the one before it stays.",
  "fault.probe-invalid.symbol": "The model has no symbol for “{symbol}”; the probe before it stays.",
  "fault.probe-invalid.length": "{length} symbols are too many; a probe may have {maximum}.",
  "fault.storage-unavailable": "This browser does not let the page store runs. Save them as files.",
  "fault.storage-full": "The browser's storage is full ({bytes} bytes were asked for). Save the run as a file.",
  "fault.storage-full.plain": "The browser's storage is full; the run was not stored. Save it as a file.",
  "fault.worker-failed": "The engine stopped. What you see stays; start it again to go on.",
  "fault.internal": "Something went wrong inside Gatescope: {message}",
  "fault.internal.plain": "Something went wrong inside Gatescope.",
} as const;
