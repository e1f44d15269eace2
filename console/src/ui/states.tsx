// What a page shows instead of its content: waiting (only after 300 ms), nothing yet, and what went wrong with the way on.
import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../http.ts";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** Rows of grey bars. The style sheet keeps them invisible for the first 300 ms, so that quick answers do not flicker. */
export function SkeletonRows({ rows = 8 }: { rows?: number }): JSX.Element {
  return (
    <div class="skeleton-rows" aria-busy="true">
      <span class="visually-hidden" role="status">
        {t("state.loading")}
      </span>
      {Array.from({ length: rows }, (_, index) => (
        <div class="skeleton-row" key={index}>
          <i class="skeleton tile" />
          <i class={`skeleton line w${(index * 7) % 4}`} />
          <i class="skeleton line end" />
        </div>
      ))}
    </div>
  );
}

export interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
  /** The page is nothing but this. */
  whole?: boolean;
}

export function Empty({ icon, title, children, action, whole }: EmptyProps): JSX.Element {
  const Heading = whole ? "h1" : "h2";
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size={22} />
      </span>
      <Heading>{title}</Heading>
      {children ? <p>{children}</p> : null}
      {action}
    </div>
  );
}

/** The words for a problem: the server's own where it sent some. */
export function wording(problem: Problem): string {
  if (problem.offline) return t("error.offline");
  if (problem.status === 429) return t("error.too_many", { n: problem.retryAfter ?? 60 });
  if (problem.status === 403) return problem.detail || t("error.forbidden");
  if (problem.status === 404) return problem.detail || t("error.not_found");
  // What is wrong with no field of its own is all that there is to say.
  const whole = problem.errors.find(({ field }) => field === "");
  return whole?.message || problem.detail || problem.title || t("error.server");
}

export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }): JSX.Element {
  return (
    <div class="empty" role="alert">
      <span class="empty-icon bad">
        <Icon name={problem.offline ? "offline" : "warning"} size={22} />
      </span>
      <h2>{problem.offline ? t("error.offline_title") : t("error.title")}</h2>
      <p>{wording(problem)}</p>
      {retry ? (
        <Button icon="retry" onClick={retry}>
          {t("action.retry")}
        </Button>
      ) : null}
    </div>
  );
}

/** A line inside a form or page that says what is wrong or worth knowing. */
export function Alert(props: { children: ComponentChildren; kind?: "error" | "info" | "warning" | "success" }): JSX.Element {
  const kind = props.kind ?? "error";
  const icon: IconName = kind === "error" ? "alert" : kind;
  return (
    <div class={`alert ${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={icon} />
      <span>{props.children}</span>
    </div>
  );
}
