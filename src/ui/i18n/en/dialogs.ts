/** Sentences of the dialogs: help, sources, own data. */
export const dialogMessages = {
  "help.title": "Help",
  "help.shortcuts": "Keyboard",
  "help.key": "Key",
  "help.does": "What it does",
  "help.toggle-play": "Play or pause",
  "help.step": "One training step",
  "help.reset": "Reset: this run again from step 0",
  "help.undo": "Undo: bring back the run that was put aside",
  "help.help": "This sheet",
  "help.note": "Shortcuts rest while you type. Arrow keys inside a picture move its cursor.",
  "help.useShortcuts": "Use keyboard shortcuts",
  "help.pauseWhenHidden": "Pause while this tab is hidden",
  "help.settings": "Settings",
  "help.what": "What you see",
  "help.what.gates":
    "A gated recurrent unit (GRU) reads a sequence step by step and keeps a state h. Its update gate z decides how much of the state is rewritten, its reset gate r how much of the old state the candidate n may see.",
  "help.what.real":
    "Every number on this page is a tensor of the network that is training here, on your device. Nothing leaves this machine.",
  "help.sources": "Sources and licences",

  "sources.title": "Sources and licences",
  "sources.data": "Data",
  "sources.dataLine": "Licence: {licence}",
  "sources.operations": "Equations",
  "sources.operation": "Operation",
  "sources.source": "Source",
  "sources.code": "Gatescope is free software under the Apache License 2.0.",

  "own.local": "Your file is read here and goes nowhere else. A link names it only by name, size and SHA-256.",
  "own.start": "Start training",
  "own.chooseFile": "Choose a file",

  "ownText.paste": "Paste a text",
  "ownText.pasteHelp": "A page or more; the longer, the more there is to learn.",
  "ownText.usePasted": "Use this text",
  "ownText.pastedName": "pasted.txt",
  "ownText.found": "Characters: {characters}; different symbols: {symbols}. It begins:",

  "ownSeries.choose": "Choose a table (.csv)",
  "ownSeries.rows": { one: "{count} row", other: "{count} rows, oldest first" },
  "ownSeries.column": "Column",
  "ownSeries.input": "Input",
  "ownSeries.target": "Target",
  "ownSeries.inputOf": "{column} as input",
  "ownSeries.targetOf": "{column} as target",
  "ownSeries.help": "The network reads the inputs row by row and forecasts the targets of the next row.",
  "ownSeries.sample": "first rows",
  "ownSeries.needBoth": "Tick at least one input and one target.",
  "ownSeries.more": {
    one: "{count} more column is not listed.",
    other: "{count} more columns are not listed; the limit is {limit}.",
  },

  "fileRequest.title": "This experiment needs your file",
  "fileRequest.about":
    "It was made with {name} ({bytes} bytes). The file is not part of the link; choose it on this machine to go on.",
  "fileRequest.otherSize": "{name} is another file: it has {bytes} bytes, the experiment names {expected}.",
  "fileRequest.wrong":
    "{name} ({bytes} bytes) is another file: its SHA-256 begins with {actual}, the experiment names {expected}.",
  "fileRequest.pasteHelp": "It was pasted: paste the same text again, or choose a file that holds it.",
  "fileRequest.without": "Go on without it",
} as const;
