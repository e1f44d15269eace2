// How the pages are built: one entry, hashed files under assets/, nothing inline, because the server's
// content security policy allows neither inline scripts nor inline styles. Compression is not here:
// scripts/compress.mjs does it afterwards and holds the size budget.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: ["chrome125", "firefox128", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssMinify: "lightningcss",
  },
  server: { proxy: { "/v1": process.env["BELLWIRE_DEV_SERVER"] ?? "http://127.0.0.1:8080" } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
