// One announcement: written or changed in three languages with a preview beside it, published, recalled, and how it fares
// in each account.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Editor } from "../compose/editor.tsx";
import { PopupView } from "../compose/preview.tsx";
import { isProblem, withQuery } from "../http.ts";
import { language, LANGUAGE_NAMES, LANGUAGES, t } from "../i18n/index.ts";
import { useForm, type FormState } from "../pages/form.ts";
import { useListing, useResource } from "../resource.ts";
import { RichText } from "../rich-text.tsx";
import { go } from "../router.ts";
import { zone } from "../session.ts";
import { BannerView } from "../shell/banner-view.tsx";
import { useTitle } from "../title.ts";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Check, SelectField, TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { SEVERITIES, severityName } from "../ui/kind.tsx";
import { More } from "../ui/more.tsx";
import { Alert, Failure, SkeletonRows, wording } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import { attempt, say } from "../ui/toast.tsx";
import type { Language, Page, Severity } from "../wire.ts";
import { reached, StageBadge, whom } from "./announcements.tsx";
import { draftOf, firstText, toRequest, type Draft } from "./draft.ts";
import { api } from "./session.ts";
import type { Announcement, Detail, Fare, ServerAccount, Written } from "./wire.ts";

const FIELDS = ["texts", "severity", "form", "accounts", "people", "link", "window", "question", "starts_at", "expires_at"];

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  form: FormState;
  /** Whom it is for cannot be another any more. */
  isFixed: boolean;
}

function Words({ draft, change, form }: PartProps): JSX.Element {
  const written = useSignal<Language>("en");
  const text = draft.texts[written.value];
  const set = (part: Partial<typeof text>) => change({ texts: { ...draft.texts, [written.value]: { ...text, ...part } } });
  return (
    <fieldset class="card operator-card">
      <legend class="visually-hidden">{t("operator.words")}</legend>
      <div class="segmented" role="group" aria-label={t("operator.words")}>
        {LANGUAGES.map((name) => (
          <button key={name} type="button" aria-pressed={written.value === name ? "true" : "false"} onClick={() => (written.value = name)}>
            {LANGUAGE_NAMES[name]}
            {draft.texts[name].body ? <Icon name="check" size={13} /> : null}
          </button>
        ))}
      </div>
      <TextField key={`title-${written.value}`} label={t("operator.title_field")} note={t("form.optional")} maxLength={200} dir="auto" error={form.error(`texts.${written.value}.title`)} value={text.title} onValue={(title) => set({ title })} />
      <Editor key={`body-${written.value}`} initial={text.body} label={t("operator.body_field")} help={t("operator.words_help")} error={form.error(`texts.${written.value}.body`) ?? form.error("texts")} onHtml={(body) => set({ body })} />
      <TextField label={t("operator.link_field")} note={t("form.optional")} inputMode="url" autocomplete="off" spellcheck={false} error={form.error("link")} value={draft.link} onValue={(link) => change({ link })} />
    </fieldset>
  );
}

function Codes({ draft, change, form }: PartProps): JSX.Element {
  const accounts = useResource("operator-accounts-all", () => api.get<{ items: ServerAccount[] }>("/v1/operator/accounts?limit=100"));
  const items = accounts.data.value?.items ?? [];
  const toggle = (code: string, isOn: boolean) => change({ codes: isOn ? [...draft.codes, code] : draft.codes.filter((one) => one !== code) });
  return (
    <div class="operator-codes" role="group" aria-label={t("operator.accounts")}>
      {items.map((account) => (
        <Check key={account.code} label={<span dir="auto">{account.name}</span>} help={account.code} checked={draft.codes.includes(account.code)} onValue={(isOn) => toggle(account.code, isOn)} />
      ))}
      {form.error("accounts") ? <p class="help error">{form.error("accounts")}</p> : null}
    </div>
  );
}

function Audience(props: PartProps): JSX.Element {
  const { draft, change, form, isFixed } = props;
  const kinds = ["all", "chosen", "plan", "version"] as const;
  return (
    <fieldset class="card operator-card" disabled={isFixed}>
      <legend class="visually-hidden">{t("operator.whom")}</legend>
      <SelectField label={t("operator.accounts")} value={draft.whom} options={kinds.map((value) => ({ value, label: t(`operator.choose_${value}`) }))} error={draft.whom === "chosen" ? undefined : form.error("accounts")} onValue={(value) => change({ whom: value })} />
      {draft.whom === "chosen" ? <Codes {...props} /> : null}
      {draft.whom === "plan" || draft.whom === "version" ? <TextField label={t(draft.whom === "plan" ? "operator.plan" : "operator.on_version")} autocomplete="off" value={draft.label} onValue={(label) => change({ label })} /> : null}
      <SelectField label={t("operator.people")} value={draft.people} options={(["everybody", "administrators"] as const).map((value) => ({ value, label: t(`operator.people_${value}`) }))} help={t("operator.people_help")} error={form.error("people")} onValue={(people) => change({ people })} />
      <Check label={t("operator.beta")} help={t("operator.beta_help")} checked={draft.beta} onValue={(beta) => change(beta ? { beta, people: "administrators", form: "popup" } : { beta })} />
      {isFixed ? <p class="help">{t("operator.fixed")}</p> : null}
    </fieldset>
  );
}

function Manner({ draft, change, form, isFixed }: PartProps): JSX.Element {
  const time = (field: "from" | "to" | "starts" | "expires", wire: string, isOff = false) => (
    <TextField label={t(`operator.${field}`)} note={t("form.optional")} type="datetime-local" readOnly={isOff} error={form.error(wire)} value={draft[field]} onValue={(value) => change({ [field]: value })} />
  );
  return (
    <fieldset class="card operator-card">
      <legend class="visually-hidden">{t("operator.manner")}</legend>
      <div class="operator-pair">
        <fieldset class="operator-bare" disabled={isFixed}>
          <SelectField label={t("operator.form")} value={draft.form} options={(["popup", "banner"] as const).map((value) => ({ value, label: t(`operator.form_${value}`) }))} error={form.error("form")} onValue={(value) => change({ form: value })} />
        </fieldset>
        <SelectField<Severity> label={t("operator.severity")} value={draft.severity} options={SEVERITIES.map((value) => ({ value, label: severityName(value) }))} onValue={(severity) => change({ severity })} />
      </div>
      {draft.form === "banner" || draft.from || draft.to ? (
        <div class="operator-pair">
          {time("from", "window.from")}
          {time("to", "window.to")}
        </div>
      ) : null}
      <div class="operator-pair">
        {time("starts", "starts_at", isFixed)}
        {time("expires", "expires_at")}
      </div>
      <Check label={t("operator.mandatory")} help={t("operator.mandatory_help")} checked={draft.mandatory} onValue={(mandatory) => change({ mandatory })} />
    </fieldset>
  );
}

type Preview = Written & { reach: { accounts: number; people: number } };

/** Asks the server a moment after the last key, and takes the answer to the last question only. */
function usePreview(draft: Draft) {
  const preview = useSignal<Preview | null>(null);
  const complaint = useSignal<string | null>(null);
  const turn = useRef(0);
  useEffect(() => {
    const mine = ++turn.current;
    const timer = window.setTimeout(() => {
      api
        .post<Preview>("/v1/operator/announcements/preview", toRequest(draft, zone.value))
        .then((found) => {
          if (mine === turn.current) [preview.value, complaint.value] = [found, null];
        })
        .catch((error: unknown) => {
          if (mine === turn.current && isProblem(error)) complaint.value = error.errors[0]?.message ?? wording(error);
        });
    }, 300);
    return () => clearTimeout(timer);
  }, [JSON.stringify(draft)]);
  return { preview, complaint };
}

function Beside({ draft }: { draft: Draft }): JSX.Element {
  const { preview, complaint } = usePreview(draft);
  const seen = preview.value;
  const written = LANGUAGES.filter((name) => draft.texts[name].title || draft.texts[name].body);
  return (
    <aside class="operator-beside" aria-label={t("operator.preview")}>
      <h2>{t("operator.preview")}</h2>
      {written.length ? null : <p class="operator-reach">{t("operator.preview_empty")}</p>}
      {written.map((name) => {
        const text = seen?.texts[name] ?? draft.texts[name];
        return (
          <div key={name} class="operator-sample" lang={name}>
            <small>{LANGUAGE_NAMES[name]}</small>
            {draft.form === "banner" ? (
              <BannerView severity={draft.severity} title={text.title} body={text.body} from={seen?.window?.from ?? null} to={seen?.window?.to ?? null} link={draft.link || null} close={draft.mandatory ? null : () => undefined} />
            ) : (
              <PopupView title={text.title} body={text.body} severity={draft.severity} kind="announcement" actions={draft.beta ? [t("operator.accept"), t("operator.decline")] : []} line={t(`operator.people_${draft.people}`)} />
            )}
          </div>
        );
      })}
      <p class="operator-reach" role="status" hidden={written.length === 0}>
        {complaint.value ?? (seen ? reached(seen.reach.people, seen.reach.accounts, "operator.reach") : "…")}
      </p>
    </aside>
  );
}

function Fares({ detail }: { detail: Detail }): JSX.Element {
  const { id, counts } = detail;
  const asks = detail.question !== null;
  const list = useListing<Fare>(`operator-fares-${id}`, (cursor) => api.get<Page<Fare>>(withQuery(`/v1/operator/announcements/${id}/accounts`, { cursor })));
  const numbers = [
    [t("operator.col_delivered"), counts.delivered],
    [t("operator.col_seen"), counts.seen],
    [t("operator.col_closed"), counts.closed],
    ...(asks ? ([[t("operator.col_accepted"), counts.accepted], [t("operator.col_declined"), counts.declined]] as const) : []),
  ] as const;
  return (
    <section aria-label={t("operator.fares")}>
      <h2 class="operator-part">{t("operator.fares")}</h2>
      <dl class="operator-numbers">
        {numbers.map(([name, n]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{n.toLocaleString(language.value)}</dd>
          </div>
        ))}
      </dl>
      <table class="table people-table operator-table">
        <thead>
          <tr>
            <th scope="col">{t("operator.account")}</th>
            <th scope="col">{t("operator.col_delivered")}</th>
            <th scope="col">{t("operator.col_seen")}</th>
            <th scope="col">{t("operator.col_closed")}</th>
            {asks ? <th scope="col">{t("operator.col_answer")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {(list.data.value ?? []).map((fare) => (
            <tr key={fare.code}>
              <td>
                <div class="operator-name">
                  <b dir="auto">{fare.name}</b>
                  <small class="operator-line">
                    <code>{fare.code}</code>
                  </small>
                </div>
              </td>
              <td data-label={t("operator.col_delivered")}>{fare.delivered}</td>
              <td data-label={t("operator.col_seen")}>{fare.seen}</td>
              <td data-label={t("operator.col_closed")}>{fare.closed}</td>
              {asks ? (
                <td data-label={t("operator.col_answer")}>
                  {fare.answer ? <span class={`badge ${fare.answer === "accepted" ? "tone-success" : "tone-quiet"}`}>{t(`operator.answer_${fare.answer}`, { name: fare.answered_by ?? "" })}</span> : <span class="faint">–</span>}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      <More list={list} />
    </section>
  );
}

function Trace({ detail }: { detail: Detail }): JSX.Element {
  return (
    <section>
      <h2 class="operator-part">{t("operator.trace")}</h2>
      <ol class="operator-trace">
        {detail.earlier.map((earlier) => {
          const text = firstText(earlier.texts);
          return (
            <li key={earlier.version}>
              <b>{t("operator.version", { n: earlier.version })}</b> <span class="faint">{earlier.by}</span> <Time at={earlier.at} />
              <PopupView title={text.title} body={text.body} severity={earlier.severity} kind="announcement" line={whom(earlier.accounts)} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Form({ detail, reload }: { detail: Detail | null; reload: () => Promise<void> }): JSX.Element {
  const draft = useSignal(draftOf(detail, zone.value));
  const form = useForm(FIELDS);
  const recalling = useSignal(false);
  const stage = detail?.state ?? "draft";
  const isOver = stage === "expired" || stage === "recalled";
  const path = detail ? `/v1/operator/announcements/${detail.id}` : null;
  const change = (part: Partial<Draft>) => {
    draft.value = { ...draft.value, ...part };
    form.clear();
  };
  const save = async (): Promise<Announcement> => {
    const body = toRequest(draft.value, zone.value);
    return path ? api.put<Announcement>(path, body) : api.post<Announcement>("/v1/operator/announcements", body);
  };
  async function keep(thenPublish: boolean): Promise<void> {
    await form.run(async () => {
      const saved = await save();
      if (thenPublish) await api.post(`/v1/operator/announcements/${saved.id}/publish`);
      say(t(thenPublish ? "operator.published" : "operator.saved"));
      if (detail) await reload();
      else go(`/operator/announcements/${saved.id}`, { replace: true });
    });
  }
  const parts: PartProps = { draft: draft.value, change, form, isFixed: stage === "standing" };
  return (
    <>
      {form.problem ? <Alert>{wording(form.problem)}</Alert> : null}
      <div class="operator-layout">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void keep(false);
          }}
        >
          <fieldset class="operator-fields" disabled={isOver}>
            <Words {...parts} />
            <Audience {...parts} />
            <Manner {...parts} />
          </fieldset>
          <div class="operator-foot">
            {isOver ? null : (
              <Button type="submit" kind={stage === "draft" ? "plain" : "primary"} busy={form.busy}>
                {t(stage === "draft" ? "operator.save_draft" : "operator.save")}
              </Button>
            )}
            {stage === "draft" ? (
              <Button kind="primary" icon="megaphone" busy={form.busy} onClick={() => void keep(true)}>
                {t(draft.value.starts ? "operator.schedule" : "operator.publish")}
              </Button>
            ) : null}
            <span class="spring" />
            {detail && stage === "draft" ? (
              <Button icon="trash" onClick={() => void attempt(() => api.delete(path!)).then((done) => (done ? go("/operator/announcements") : undefined))}>
                {t("operator.delete")}
              </Button>
            ) : null}
            {stage === "scheduled" || stage === "standing" ? (
              <Button kind="danger" icon="undo" onClick={() => (recalling.value = true)}>
                {t("operator.recall")}
              </Button>
            ) : null}
          </div>
        </form>
        {isOver ? null : <Beside draft={draft.value} />}
      </div>
      {recalling.value ? (
        <Confirm
          title={t("operator.recall_title")}
          text={t("operator.recall_text")}
          action={t("operator.recall")}
          onClose={() => (recalling.value = false)}
          run={async () => {
            await api.post(`${path}/recall`);
            await reload();
            say(t("operator.recalled"));
          }}
        />
      ) : null}
    </>
  );
}

export function AnnouncementPage({ id }: { id: string }): JSX.Element {
  const isNew = id === "new";
  useTitle(isNew ? t("operator.new") : t("operator.announcement"));
  const found = useResource<Detail | null>(`operator-announcement-${id}`, () => (isNew ? Promise.resolve(null) : api.get<Detail>(`/v1/operator/announcements/${id}`)));
  const detail = found.data.value;
  const title = detail && firstText(detail.texts).title;
  return (
    <section>
      <a class="back-link" href="/operator/announcements">
        <Icon name="back" size={14} />
        <span>{t("operator.announcements")}</span>
      </a>
      <div class="page-head">
        <h1>{isNew ? t("operator.new") : title ? <RichText inline html={title} /> : t("operator.announcement")}</h1>
        {detail ? <StageBadge stage={detail.state} /> : null}
      </div>
      {found.problem.value && detail === undefined ? (
        <Failure problem={found.problem.value} retry={() => void found.reload()} />
      ) : detail === undefined ? (
        <SkeletonRows />
      ) : (
        <>
          {detail?.published_at && detail.state !== "scheduled" ? (
            <>
              <Fares detail={detail} />
              <h2 class="operator-part">{t("operator.announcement")}</h2>
            </>
          ) : null}
          <Form key={detail ? `${detail.id}-${detail.version}-${detail.state}` : "new"} detail={detail} reload={found.reload} />
          {detail?.earlier.length ? <Trace detail={detail} /> : null}
        </>
      )}
    </section>
  );
}
