// The dialog that creates a one-time notification. It keeps the draft, sends it once, and puts the server's complaints
// beside the fields that they are about; the fields themselves are in the files beside it.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, isProblem, type Problem } from "../http.ts";
import { t } from "../i18n/index.ts";
import { useResource } from "../resource.ts";
import { session, zone } from "../session.ts";
import type { Group, Page } from "../wire.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { isMac, sends } from "../ui/keys.ts";
import { Alert, wording } from "../ui/states.tsx";
import { say } from "../ui/toast.tsx";
import { GroupBoxes, UserPicker, type PartProps } from "./audience.tsx";
import { BODY_LIMIT, EMPTY, isEmpty, keyKeeper, loadDraft, saveDraft, storageKey, TITLE_LIMIT, toRequest, type Draft } from "./draft.ts";
import { Editor } from "./editor.tsx";
import { MoreOptions, SeverityChoice } from "./options.tsx";
import { Preview } from "./preview.tsx";
import { useReach, type Reach } from "./reach.ts";
import { closeComposer, openComposer } from "./state.ts";

interface Trouble {
  problem: Problem | null;
  fields: Record<string, string>;
}

const CALM: Trouble = { problem: null, fields: {} };
const SHOWN = ["body", "title", "groups", "users", "severity", "link", "expires_at", "send_at"];

/** What can be said without asking the server. */
function obviousTrouble(draft: Draft): Record<string, string> {
  const fields: Record<string, string> = {};
  if (!draft.body) fields["body"] = t("compose.body_missing");
  else if (draft.body.length > BODY_LIMIT) fields["body"] = t("compose.body_long", { n: BODY_LIMIT });
  if (!draft.groups.length && !draft.users.length) fields["groups"] = t("compose.nobody");
  return fields;
}

function troubleFrom(problem: Problem): Trouble {
  const fields: Record<string, string> = {};
  for (const error of problem.errors) fields[error.field.replace(/[.[].*$/, "")] ??= error.message;
  const told = Object.keys(fields).some((field) => SHOWN.includes(field));
  return { problem: told ? null : problem, fields };
}

function discard(key: string, draft: Draft): void {
  saveDraft(key, EMPTY);
  closeComposer();
  say(t("compose.discarded"), {
    undo: async () => {
      saveDraft(key, draft);
      openComposer();
    },
  });
}

function ReachLine({ reach }: { reach: Reach }): JSX.Element {
  const text =
    reach.people === null ? t("compose.reach_unknown") : reach.people === 0 ? t("compose.reach_none") : t("compose.reach", { n: reach.people });
  return (
    <p class={reach.asking ? "reach asking" : "reach"} role="status" aria-live="polite">
      {text}
    </p>
  );
}

/** Sends a draft; the key keeper makes a repeated press harmless. */
function useSending(key: string, draft: () => Draft): { busy: boolean; trouble: Trouble; send: () => Promise<void>; forgive: (field: string) => void } {
  const busy = useSignal(false);
  const trouble = useSignal<Trouble>(CALM);
  const keep = useMemo(keyKeeper, []);
  async function send(): Promise<void> {
    if (busy.value) return;
    const fields = obviousTrouble(draft());
    trouble.value = { problem: null, fields };
    if (Object.keys(fields).length) return;
    busy.value = true;
    try {
      const request = toRequest(draft(), zone.value);
      const answer = await api.post<{ id: string; recipients: number }>("/v1/notifications", request, { key: keep(request) });
      saveDraft(key, EMPTY);
      closeComposer();
      const text = request.send_at ? t("compose.scheduled", { n: answer.recipients }) : t("compose.sent", { n: answer.recipients });
      say(text, { link: { label: t("compose.who_saw"), href: `/sent/${answer.id}` } });
    } catch (error) {
      if (!isProblem(error)) throw error;
      trouble.value = troubleFrom(error);
    } finally {
      busy.value = false;
    }
  }
  const forgive = (field: string) => {
    const { [field]: gone, ...fields } = trouble.value.fields;
    if (gone !== undefined) trouble.value = { ...trouble.value, fields };
  };
  return { busy: busy.value, trouble: trouble.value, send, forgive };
}

const FIELD_OF: Partial<Record<keyof Draft, string>> = { expires: "expires_at", sendAt: "send_at", users: "groups" };

export function Composer(): JSX.Element | null {
  const who = session.value;
  const key = storageKey(who?.account.code ?? "", who?.user.id ?? "");
  const draft = useSignal<Draft>(useMemo(() => loadDraft(key), [key]));
  const form = useRef<HTMLFormElement>(null);
  const groups = useResource("groups", () => api.get<Page<Group>>("/v1/groups"));
  const reach = useReach(draft.value);
  const sending = useSending(key, () => draft.peek());
  const { trouble } = sending;
  useEffect(() => {
    if (Object.keys(trouble.fields).length) form.current?.querySelector<HTMLElement>("[aria-invalid=true], .help.error")?.scrollIntoView({ block: "center" });
  }, [trouble]);
  function change(part: Partial<Draft>): void {
    draft.value = { ...draft.value, ...part };
    saveDraft(key, draft.value);
    for (const field of Object.keys(part) as (keyof Draft)[]) sending.forgive(FIELD_OF[field] ?? field);
  }
  const part: PartProps = { draft: draft.value, change, errorOf: (field) => trouble.fields[field] };
  const names = groups.data.value?.items.filter((group) => draft.value.groups.includes(group.code)).map((group) => group.name);
  return (
    <Dialog title={t("compose.open")} wide keep={!isEmpty(draft.value)} onClose={closeComposer} onKeyDown={(event) => {
      if (!sends(event)) return;
      event.preventDefault();
      void sending.send();
    }}>
      <form class="dialog-body compose" ref={form} onSubmit={(event) => event.preventDefault()}>
        <div class="compose-form">
          {trouble.problem ? <Alert>{wording(trouble.problem)}</Alert> : null}
          <MessageFields {...part} />
          <GroupBoxes {...part} />
          <UserPicker {...part} />
          <SeverityChoice {...part} />
          <MoreOptions {...part} />
        </div>
        <Preview draft={draft.value} groupNames={names ?? []} />
      </form>
      {/* From the left: popups stand at the right, above dialogs too, and must not cover what one is about to press. */}
      <div class="dialog-foot">
        <Button kind="primary" icon="send" busy={sending.busy} title={isMac ? "⌘↵" : "Ctrl+↵"} onClick={() => void sending.send()}>
          {draft.value.sendAt ? t("compose.schedule") : t("compose.send")}
        </Button>
        <ReachLine reach={reach.value} />
        <span class="spring" />
        {isEmpty(draft.value) ? null : (
          <Button kind="quiet" onClick={() => discard(key, draft.value)}>
            {t("compose.discard")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function MessageFields({ draft, change, errorOf }: PartProps): JSX.Element {
  const left = BODY_LIMIT - draft.body.length;
  return (
    <>
      <TextField
        label={t("compose.title")}
        note={t("form.optional")}
        error={errorOf("title")}
        maxLength={TITLE_LIMIT}
        value={draft.title}
        dir="auto"
        onValue={(title) => change({ title })}
      />
      <Editor
        initial={draft.body}
        label={t("compose.body")}
        error={errorOf("body") ?? (left < 0 ? t("compose.body_long", { n: BODY_LIMIT }) : undefined)}
        help={left < 1_000 && left >= 0 ? t("compose.left", { n: left }) : ""}
        onHtml={(body) => change({ body })}
      />
    </>
  );
}
