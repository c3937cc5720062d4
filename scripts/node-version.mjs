/**
 * Runs before `npm start`, `npm test` and the commands: refuses a Node that is too old with one sentence. A process of
 * its own, because the other scripts import packages that an old Node cannot even link.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;

if (!supported) {
  console.error(`Gatescope needs Node 20.19 or newer (or 22.12 or newer); this is ${process.versions.node}.`);
  process.exit(1);
}
