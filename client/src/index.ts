/**
 * The public surface: classes and functions, without side effects. Importing this registers nothing;
 * `@bellwire/client/define` does.
 *
 * Deliberately not here: definitions of elements.
 */
export * from "./core.js";
export { browserEnv } from "./browser-env.js";
export { type BellwireEvents } from "./elements/base.js";
export { BellwireBell } from "./elements/bell.js";
export { renderBody } from "./elements/body-dom.js";
export { BellwirePopups } from "./elements/popups.js";
export { createClient, sharedClient } from "./elements/shared.js";
