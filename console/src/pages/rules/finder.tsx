// What stands above the lists of rules: the search and the chips that narrow them, all of it in the address.
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { query, setQuery } from "../../router.ts";
import { Icon } from "../../ui/icon.tsx";
import { Drop, MenuItem } from "../../ui/menu.tsx";

const PAUSE_MS = 200;

export function Finder({ label, children }: { label: string; children?: ComponentChildren }): JSX.Element {
  const timer = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  const q = query.value.get("q") ?? "";
  // "Clear filters" empties it from elsewhere.
  if (q === "" && input.current && document.activeElement !== input.current) input.current.value = "";
  return (
    <div class="filter-bar">
      <label class="search inline">
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label={label}
          placeholder={label}
          defaultValue={q}
          onInput={(event) => {
            const value = event.currentTarget.value.trim();
            clearTimeout(timer.current);
            timer.current = window.setTimeout(() => setQuery({ q: value || null }, { replace: true }), PAUSE_MS);
          }}
        />
      </label>
      <div class="chips">{children}</div>
    </div>
  );
}

interface ChoiceChipProps {
  /** The parameter of the address. */
  name: string;
  label: string;
  any: string;
  options: readonly { value: string; label: string }[];
}

export function ChoiceChip({ name, label, any, options }: ChoiceChipProps): JSX.Element {
  const chosen = options.find(({ value }) => value === query.value.get(name));
  return (
    <Drop
      label={t("rules.filter", { name: label, value: chosen?.label ?? any })}
      menu
      faceClass={chosen ? "chip set" : "chip"}
      face={
        <>
          {chosen ? null : <Icon name="plus" size={14} />}
          <span class="chip-text">{chosen?.label ?? label}</span>
        </>
      }
    >
      {(close) => (
        <>
          <MenuItem checked={!chosen} onClick={() => (close(), setQuery({ [name]: null }))}>
            {any}
          </MenuItem>
          {options.map(({ value, label: text }) => (
            <MenuItem key={value} checked={chosen?.value === value} onClick={() => (close(), setQuery({ [name]: value }))}>
              {text}
            </MenuItem>
          ))}
        </>
      )}
    </Drop>
  );
}

export function ActiveChip(): JSX.Element {
  return (
    <ChoiceChip
      name="active"
      label={t("rules.state")}
      any={t("rules.any_state")}
      options={[
        { value: "true", label: t("rules.on") },
        { value: "false", label: t("rules.off") },
      ]}
    />
  );
}
