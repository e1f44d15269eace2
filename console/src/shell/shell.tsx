// The frame around every page of a signed-in user: skip link, demo bar, header, navigation, the popups, and the
// dialog that creates a notification, which can be opened from everywhere.
import type { ComponentChildren, JSX } from "preact";
import { composerOpen } from "../compose/state.ts";
import { t } from "../i18n/index.ts";
import { banners, PopupsElement } from "../live.tsx";
import { session } from "../session.ts";
import { lazy } from "../lazy.tsx";
import { taskForm } from "../pages/tasks/state.ts";
import { Header } from "./header.tsx";
import { BottomBar, SideNav } from "./nav.tsx";

const DemoBar = lazy(
  () => import("./demo-bar.tsx").then((module) => module.DemoBar),
  { waiting: () => <aside class="demo-bar" /> },
);
const Banners = lazy(
  () => import("./banners.tsx").then((module) => module.Banners),
  { waiting: () => null },
);
const Composer = lazy(
  () => import("../compose/composer.tsx").then((module) => module.Composer),
  { waiting: () => null },
);
const TaskDialog = lazy(
  () => import("../pages/tasks/form.tsx").then((module) => module.TaskDialog),
  { waiting: () => null },
);

export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div class={session.value?.demo ? "shell with-demo" : "shell"}>
      <a
        class="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t("shell.skip")}
      </a>
      {session.value?.demo ? <DemoBar /> : null}
      <Header />
      <SideNav />
      <main id="main" class="main" tabIndex={-1}>
        {banners.value.length ? <Banners /> : null}
        {children}
      </main>
      <BottomBar />
      <PopupsElement />
      {composerOpen.value ? <Composer /> : null}
      {taskForm.value ? <TaskDialog /> : null}
    </div>
  );
}
