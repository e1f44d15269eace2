// Where the pages start: theme and clock, router, session, and the first drawing. Everything else hangs on app.tsx.
import { render } from "preact";
import { App } from "./app.tsx";
import { startClock } from "./format.ts";
import { startLive } from "./live.tsx";
import { startRouter } from "./router.ts";
import { startSession, watchOtherWindows } from "./session.ts";
import { startTheme } from "./theme.ts";

startTheme();
startClock();
startRouter();
startLive();
watchOtherWindows();
void startSession();

const root = document.getElementById("app");
if (root) render(<App />, root);
