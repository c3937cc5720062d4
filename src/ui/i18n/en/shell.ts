/** Sentences of the page's frame: top bar, experiment panel, notices, dialogs. */
export const shellMessages = {
  "app.name": "Gatescope",
  "app.tagline": "Watch a gated network learn, gate by gate",
} as const;
