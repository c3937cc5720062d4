/** Imports that the bundler resolves and the compiler cannot see: shader sources as text. */
declare module "*.wgsl?raw" {
  const source: string;
  export default source;
}
