// What was written to a task, oldest first, and the line to write into.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useKept } from "../../kept.ts";
import type { Resource } from "../../resource.ts";
import type { TaskComment } from "../../wire.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { isMac, sends } from "../../ui/keys.ts";
import { Alert, Failure, SkeletonRows, wording } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useForm } from "../form.ts";
import { taskApi } from "./actions.ts";

function CommentView({ comment }: { comment: TaskComment }): JSX.Element {
  const name = comment.by ?? t("records.source_api");
  return (
    <li class="comment">
      <Avatar name={name} />
      <div>
        <p class="comment-head">
          <b dir="auto">{name}</b>
          <Time at={comment.created_at} style="relative" />
        </p>
        <p class="comment-text" dir="auto">
          {comment.text}
        </p>
      </div>
    </li>
  );
}

function Write({ id, done }: { id: string; done: () => Promise<void> }): JSX.Element {
  const { values, changed, forget } = useKept(`comment.${id}`, { text: "" });
  const { busy, problem, error, run, clear } = useForm(["text"]);
  async function send(): Promise<void> {
    const text = values.value.text.trim();
    if (!text || !(await run(() => api.post(taskApi(id, "/comments"), { text })))) return;
    values.value = { text: "" };
    forget();
    await done();
  }
  return (
    <form
      class="comment-form"
      noValidate
      onKeyDown={(event) => {
        if (!sends(event)) return;
        event.preventDefault();
        void send();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {problem ? <Alert>{wording(problem)}</Alert> : null}
      <Field label={t("tasks.write_comment")} error={error("text")}>
        {(attributes) => (
          <textarea
            class="input long"
            rows={2}
            {...attributes}
            dir="auto"
            value={values.value.text}
            onInput={(event) => {
              values.value = { text: event.currentTarget.value };
              clear();
            }}
          />
        )}
      </Field>
      <div class="comment-foot">
        <span class="faint only-wide">{t("tasks.comment_hint", { key: isMac ? "⌘" : "Ctrl" })}</span>
        <Button type="submit" small busy={busy} disabled={!changed}>
          {t("tasks.add_comment")}
        </Button>
      </div>
    </form>
  );
}

export function Comments({ id, list, changed }: { id: string; list: Resource<TaskComment[]>; changed: () => Promise<void> }): JSX.Element {
  const comments = list.data.value;
  return (
    <section class="card card-section" aria-labelledby="task-comments">
      <h2 id="task-comments">{t("tasks.comments")}</h2>
      {comments ? (
        <>
          {comments.length ? (
            <ol class="comments">
              {comments.map((comment) => (
                <CommentView key={comment.id} comment={comment} />
              ))}
            </ol>
          ) : (
            <p class="faint">{t("tasks.no_comments")}</p>
          )}
        </>
      ) : list.problem.value ? (
        <Failure problem={list.problem.value} retry={() => void list.reload()} />
      ) : (
        <SkeletonRows rows={2} />
      )}
      <Write id={id} done={changed} />
    </section>
  );
}
