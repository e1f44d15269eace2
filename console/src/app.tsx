// Which page: the ones outside of the shell (sign in, links, first run), or the shell with what the path names.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { go, path, query } from "./router.ts";
import { session, startProblem, startSession, status } from "./session.ts";
import { Shell } from "./shell/shell.tsx";
import { Failure } from "./ui/states.tsx";
import { Toasts } from "./ui/toast.tsx";
import { lazy } from "./lazy.tsx";
import { Pages } from "./pages/pages.tsx";

const nothing = () => <div class="outside" aria-busy="true" />;
const SignIn = lazy(() => import("./pages/sign-in.tsx").then((module) => module.SignIn), { waiting: nothing });
const Setup = lazy(() => import("./pages/setup.tsx").then((module) => module.Setup), { waiting: nothing });
const SetupNeeded = lazy(() => import("./pages/setup.tsx").then((module) => module.SetupNeeded), { waiting: nothing });
const OperatorApp = lazy(() => import("./operator/app.tsx").then((module) => module.OperatorApp), { waiting: nothing });
const LinkPage = lazy(() => import("./pages/link.tsx").then((module) => module.LinkPage), { waiting: nothing });

function Outside(): JSX.Element | null {
  if (path.value === "/setup") return <Setup />;
  if (path.value === "/invitation" || path.value === "/password") return <LinkPage key={path.value} />;
  if (status.value?.setup_required) return <SetupNeeded />;
  return <SignIn />;
}

/** A second window of the demo asks who one wants to be, although the cookie still says who one was. */
function choosesPerson(): boolean {
  return status.value?.demo === true && path.value === "/" && query.value.has("demo");
}

function Redirect({ to }: { to: string }): null {
  useEffect(() => go(to, { replace: true }), [to]);
  return null;
}

export function App(): JSX.Element {
  if (/^\/operator(\/|$)/.test(path.value)) {
    return (
      <>
        <OperatorApp />
        <Toasts />
      </>
    );
  }
  if (startProblem.value) {
    return (
      <div class="outside">
        <Failure problem={startProblem.value} retry={() => void startSession()} />
      </div>
    );
  }
  if (session.value === undefined) return <div class="outside" aria-busy="true" />;
  const outside = /^\/(setup|invitation|password)$/.test(path.value) || !session.value || choosesPerson();
  return (
    <>
      {outside ? (
        <Outside />
      ) : path.value === "/" ? (
        <Redirect to="/notifications" />
      ) : (
        <Shell key={session.value?.user.id}>
          <Pages />
        </Shell>
      )}
      <Toasts />
    </>
  );
}
