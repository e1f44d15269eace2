// The mailbox of the demo: the letters that would have gone out into the world, as they arrived at the relay that the
// demo keeps for itself.
import type { JSX } from "preact";
import { api } from "../../http.ts";
import { t } from "../../i18n/index.ts";
import { useRefresh } from "../../refresh.ts";
import { useResource } from "../../resource.ts";
import { query, setQuery } from "../../router.ts";
import { useTitle } from "../../title.ts";
import type { MailboxLetter, MailboxStory } from "../../wire-mail.ts";
import { IconButton } from "../../ui/button.tsx";
import { LetterTabs } from "../../ui/letter-tabs.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import "../../styles/mail.css";

const LOOK_MS = 2_000;

function Headers({ headers }: { headers: [string, string][] }): JSX.Element {
  return (
    <dl class="headers">
      {headers.map(([name, value], index) => (
        <div class="fact" key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function OneLetter({ id, letter }: { id: string; letter: MailboxLetter | undefined }): JSX.Element {
  const read = useResource(`mailbox:${id}`, () => api.get<MailboxStory>(`/v1/demo/mailbox/${encodeURIComponent(id)}`, { anonymous: true }));
  const story = read.data.value;
  return (
    <article class="card mailbox-letter">
      <div class="mailbox-head">
        <span class="faint">{letter ? t("mailbox.to", { to: letter.to }) : ""}</span>
        <span class="spring" />
        <IconButton icon="close" label={t("action.close")} onClick={() => setQuery({ letter: null })} />
      </div>
      {story ? (
        <LetterTabs
          letter={{ subject: letter?.subject ?? "", html: story.html, text: story.text }}
          more={{
            [t("mailbox.headers")]: <Headers headers={story.headers} />,
            [t("mailbox.source")]: (
              <pre class="letter-text" tabIndex={0}>
                {story.raw}
              </pre>
            ),
          }}
        />
      ) : read.problem.value ? (
        <Failure problem={read.problem.value} retry={() => void read.reload()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </article>
  );
}

function Letters({ items, open }: { items: MailboxLetter[]; open: string | null }): JSX.Element {
  return (
    <ul class="mailbox-list card flush">
      {items.map((letter) => (
        <li key={letter.id}>
          <a class="mailbox-row" href={`/demo/mailbox?letter=${encodeURIComponent(letter.id)}`} aria-current={letter.id === open ? "true" : undefined}>
            <span class="mailbox-subject" dir="auto">
              {letter.subject}
            </span>
            <span class="mailbox-to">{letter.to}</span>
            <Time at={letter.at} />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function MailboxPage(): JSX.Element {
  useTitle(t("mailbox.title"));
  const read = useResource("mailbox", () => api.get<{ items: MailboxLetter[] }>("/v1/demo/mailbox", { anonymous: true }));
  const items = read.data.value?.items;
  const open = query.value.get("letter");
  useRefresh(() => void read.reload(), true, LOOK_MS);
  return (
    <section>
      <div class="page-head">
        <h1>{t("mailbox.title")}</h1>
      </div>
      <p class="page-intro">{t("mailbox.intro")}</p>
      {!items ? (
        read.problem.value ? (
          <Failure problem={read.problem.value} retry={() => void read.reload()} />
        ) : (
          <SkeletonRows rows={4} />
        )
      ) : items.length === 0 ? (
        <Empty icon="mail" title={t("mailbox.none")}>
          {t("mailbox.none_text")}
        </Empty>
      ) : (
        <div class={open ? "mailbox open" : "mailbox"}>
          <Letters items={items} open={open} />
          {open ? <OneLetter key={open} id={open} letter={items.find((letter) => letter.id === open)} /> : null}
        </div>
      )}
    </section>
  );
}
