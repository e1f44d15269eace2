// The message field: a contenteditable with a toolbar for the allowed tags. The browser edits (execCommand is the only
// way that keeps its undo history, and these commands insert no HTML, so Trusted Types have nothing to refuse); what
// leaves the field is written by our own serialiser, and what enters it is plain text or nodes built by client/'s renderer.
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { richText } from "../rich-text.tsx";
import { IconButton } from "../ui/button.tsx";
import { FieldHelp } from "../ui/field.tsx";
import { isMac } from "../ui/keys.ts";
import { LinkRow } from "./link-row.tsx";
import { normalLink, serialize } from "./serialize.ts";

export interface EditorProps {
  /** Read once, when the field appears. */
  initial: string;
  label: string;
  onHtml: (html: string) => void;
  help?: string;
  error?: string | undefined;
}

const ALLOWED_INPUT = /^(insert(Text|Paragraph|LineBreak|CompositionText|ReplacementText|FromComposition|FromPaste|Link)|delete|history|format(Bold|Italic|Remove))/;

function run(command: string, value?: string): void {
  document.execCommand(command, false, value);
}

function isLinkKey(event: KeyboardEvent): boolean {
  return event.code === "KeyK" && (event.metaKey || event.ctrlKey);
}

function onPaste(event: ClipboardEvent): void {
  event.preventDefault();
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const link = /^(https?:\/\/|mailto:)\S+$/i.test(text.trim()) ? normalLink(text) : null;
  if (link && getSelection()?.isCollapsed === false) run("createLink", link);
  else run("insertText", text.replace(/\r\n?/g, "\n"));
}

function selectionIn(root: HTMLElement | null): Range | null {
  const selection = getSelection();
  if (!root || !selection?.rangeCount) return null;
  const range = selection.getRangeAt(0);
  return root.contains(range.commonAncestorContainer) ? range : null;
}

/** Fills the field once, and tells which marks the selection has. */
function useField(field: { current: HTMLDivElement | null }, initial: string): Signal<{ bold: boolean; italic: boolean }> {
  const marks = useSignal({ bold: false, italic: false });
  useEffect(() => {
    field.current?.replaceChildren(richText(initial));
    run("defaultParagraphSeparator", "p");
    run("styleWithCSS", "false");
    const look = () => {
      if (selectionIn(field.current)) marks.value = { bold: document.queryCommandState("bold"), italic: document.queryCommandState("italic") };
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  return marks;
}

/** The link that is being asked for: where it goes, and what it points to already. */
function useLinking(field: { current: HTMLDivElement | null }, changed: () => void) {
  const linking = useSignal<{ range: Range; href: string } | null>(null);
  function askLink(): void {
    const range = selectionIn(field.current);
    const anchor = range && (range.startContainer.parentElement?.closest("a") ?? null);
    if (range) linking.value = { range: range.cloneRange(), href: anchor?.getAttribute("href") ?? "" };
    else field.current?.focus();
  }
  function setLink(href: string | null): void {
    const at = linking.value;
    linking.value = null;
    if (at) placeLink(field.current, at.range, href);
    changed();
  }
  return { linking, askLink, setLink };
}

export function Editor({ initial, label, onHtml, help, error }: EditorProps): JSX.Element {
  const id = useId();
  const field = useRef<HTMLDivElement>(null);
  const marks = useField(field, initial);
  const empty = useSignal(initial === "");
  const changed = () => {
    const html = field.current ? serialize(field.current) : "";
    empty.value = html === "";
    onHtml(html);
  };
  const { linking, askLink, setLink } = useLinking(field, changed);
  function apply(command: string, value?: string): void {
    field.current?.focus();
    run(command, value);
    changed();
  }
  return (
    <div class="field">
      <label id={`${id}-label`} onClick={() => field.current?.focus()}>
        {label}
      </label>
      <div class={error ? "editor invalid" : "editor"}>
        <Toolbar bold={marks.value.bold} italic={marks.value.italic} apply={apply} askLink={askLink} />
        {linking.value ? <LinkRow href={linking.value.href} onDone={setLink} onCancel={() => (linking.value = null)} /> : null}
        <div
          ref={field}
          class="editor-field"
          contentEditable
          role="textbox"
          aria-multiline="true"
          aria-labelledby={`${id}-label`}
          aria-describedby={`${id}-help`}
          aria-invalid={error ? "true" : undefined}
          data-empty={empty.value ? "" : undefined}
          data-placeholder={t("compose.body_placeholder")}
          dir="auto"
          onInput={changed}
          onKeyDown={(event) => isLinkKey(event) && (event.preventDefault(), askLink())}
          onPaste={onPaste}
          onDrop={(event) => event.preventDefault()}
          onBeforeInput={(event) => {
            if (!ALLOWED_INPUT.test((event as InputEvent).inputType)) event.preventDefault();
          }}
        />
      </div>
      <FieldHelp id={`${id}-help`} error={error}>
        {help}
      </FieldHelp>
    </div>
  );
}

/** Puts the selection back where it was before the link's field took the focus, and links it, or types the address. */
function placeLink(field: HTMLElement | null, range: Range, href: string | null): void {
  field?.focus();
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
  const anchor = range.startContainer.parentElement?.closest("a");
  if (range.collapsed && anchor && field?.contains(anchor)) selection?.selectAllChildren(anchor);
  if (href === null) run("unlink");
  else if (selection?.isCollapsed) {
    run("insertText", href.replace(/^mailto:/, ""));
    const end = selection.getRangeAt(0);
    const node = end.startContainer;
    const start = Math.max(0, end.startOffset - href.replace(/^mailto:/, "").length);
    if (node.nodeType === Node.TEXT_NODE) {
      selection.setBaseAndExtent(node, start, node, end.startOffset);
      run("createLink", href);
      selection.collapseToEnd();
    }
  } else run("createLink", href);
}

interface ToolbarProps {
  bold: boolean;
  italic: boolean;
  apply: (command: string) => void;
  askLink: () => void;
}

function Toolbar({ bold, italic, apply, askLink }: ToolbarProps): JSX.Element {
  const modifier = isMac ? "⌘" : "Ctrl+";
  // The press must not take the focus, or the selection in the field would be gone.
  return (
    <div class="editor-toolbar" role="toolbar" aria-label={t("compose.toolbar")} onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()}>
      <IconButton icon="bold" label={`${t("compose.bold")} (${modifier}B)`} pressed={bold} onClick={() => apply("bold")} />
      <IconButton icon="italic" label={`${t("compose.italic")} (${modifier}I)`} pressed={italic} onClick={() => apply("italic")} />
      <IconButton icon="link" label={`${t("compose.add_link")} (${modifier}K)`} onClick={askLink} />
      <IconButton icon="paragraph" label={t("compose.paragraph")} onClick={() => apply("insertParagraph")} />
    </div>
  );
}
