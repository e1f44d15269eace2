/** A stylesheet imported as text: `?inline` is what Vite calls it, and our own build does the same. */
declare module "*.css?inline" {
  const css: string;
  export default css;
}
