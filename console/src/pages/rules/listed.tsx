// A list of rules of any sort: waiting, failing, empty, found nothing, rows and "load more". The rows are the pages'.
import type { ComponentChildren, JSX } from "preact";
import { t } from "../../i18n/index.ts";
import type { Listing } from "../../resource.ts";
import { setQuery } from "../../router.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Failure, SkeletonRows } from "../../ui/states.tsx";

export interface ListedProps<T> {
  list: Listing<T>;
  /** The parameters that narrow it now. */
  narrowed: Record<string, string | null>;
  empty: ComponentChildren;
  children: (items: T[]) => ComponentChildren;
}

export function Listed<T>({ list, narrowed, empty, children }: ListedProps<T>): JSX.Element {
  const items = list.data.value;
  if (!items) return list.problem.value ? <Failure problem={list.problem.value} retry={() => void list.reload()} /> : <SkeletonRows />;
  if (items.length === 0) {
    const isNarrowed = Object.values(narrowed).some(Boolean);
    if (!isNarrowed) return <>{empty}</>;
    const none = Object.fromEntries(Object.keys(narrowed).map((name) => [name, null]));
    return (
      <Empty icon="search" title={t("inbox.none_found")} action={<Button onClick={() => setQuery(none)}>{t("inbox.clear_filters")}</Button>}>
        {t("rules.none_found")}
      </Empty>
    );
  }
  return (
    <>
      {children(items)}
      {list.next.value ? (
        <div class="load-more">
          <Button busy={list.loading.value} onClick={() => void list.more()}>
            {t("list.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
