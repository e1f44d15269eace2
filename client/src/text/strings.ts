/**
 * The texts of the elements, each in English, Russian and Spanish between bars: one string of three compresses better than a
 * list of three. Forms for different numbers stand between slashes, in the order of `Intl.PluralRules`: one, few, and all
 * others; where the last two are alike one is enough. `{n}` is filled in.
 *
 * Deliberately not here: texts of the panel and of the create form (panel-strings.ts, compose-strings.ts); of notifications, which come from the server in the user's language,
 * and names of days and spans of time, which Intl has.
 */
import type { Language } from "../core/types.js";

/** The order of the texts in each row. */
export const LANGUAGES: readonly Language[] = ["en", "ru", "es"];

export const TEXTS = {
  notifications: "Notifications|Уведомления|Notificaciones",
  unread: "Unread|Непрочитанные|Sin leer",
  close: "Close|Закрыть|Cerrar",
  close_all: "Close all ({n})|Закрыть все ({n})|Cerrar todas ({n})",
  closed: "Closed: {n}|Закрыто: {n}|Cerradas: {n}",
  undo: "Undo|Вернуть|Deshacer",
  more: "and {n} more|и ещё {n}|y {n} más",
  away: "{n} while you were away|Пока вас не было: {n}|{n} mientras no estabas",
  new_count: "{n} new notification/{n} new notifications|{n} новое уведомление/{n} новых уведомления/{n} новых уведомлений|{n} notificación nueva/{n} notificaciones nuevas",
  failed: "Could not be loaded|Не загрузилось|No se ha cargado",
  retry: "Try again|Повторить|Reintentar",
  not_done: "That was not saved.|Изменение не сохранено.|No se ha guardado el cambio.",
  success: "Success|Успешно|Correcto",
  warning: "Warning|Внимание|Atención",
  error: "Important|Важно|Importante",
  due: "Due {n}|Срок: {n}|Vence: {n}",
  late: "{n} late|просрочено на {n}|{n} de retraso",
  snoozed: "Until {n}|До: {n}|Hasta: {n}",
} satisfies Record<string, string>;

export type TextKey = keyof typeof TEXTS;
