/**
 * The texts of the elements in English, Russian and Spanish. A plain text, or its plural forms by
 * the names of Intl.PluralRules; `{n}` is filled in.
 *
 * Deliberately not here: texts of notifications, which come from the server in the user's language,
 * and names of days and spans of time, which Intl has.
 */
import type { Language } from "../core/types.js";

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Text = string | Plural;

const en = {
  notifications: "Notifications",
  all: "All",
  unread: "Unread",
  one_time: "Messages",
  task: "Tasks",
  system: "System",
  custom: "Rules",
  announcement: "News",
  create: "Create notification",
  mark_all_read: "Mark all as read",
  mark_read: "Mark as read",
  mark_unread: "Mark as unread",
  archive: "Archive",
  close: "Close",
  close_all: "Close all ({n})",
  closed: "Closed: {n}",
  undo: "Undo",
  more: "and {n} more",
  away: "{n} while you were away",
  new_count: { one: "{n} new notification", other: "{n} new notifications" } as Text,
  empty: "Nothing here yet",
  empty_hint: "Messages, tasks and orders will appear here.",
  empty_unread: "All read",
  failed: "Could not be loaded",
  retry: "Try again",
  not_done: "That was not saved.",
  waiting: "No connection, trying again",
  signed_out: "Please sign in again.",
  success: "Success",
  warning: "Warning",
  error: "Important",
};

export type TextKey = keyof typeof en;
export type Catalogue = Readonly<Record<TextKey, Text>>;

const ru: Catalogue = {
  notifications: "Уведомления",
  all: "Все",
  unread: "Непрочитанные",
  one_time: "Сообщения",
  task: "Задачи",
  system: "Системные",
  custom: "Правила",
  announcement: "Новости",
  create: "Создать уведомление",
  mark_all_read: "Отметить все прочитанными",
  mark_read: "Отметить прочитанным",
  mark_unread: "Отметить непрочитанным",
  archive: "В архив",
  close: "Закрыть",
  close_all: "Закрыть все ({n})",
  closed: "Закрыто: {n}",
  undo: "Вернуть",
  more: "и ещё {n}",
  away: "Пока вас не было: {n}",
  new_count: {
    one: "{n} новое уведомление",
    few: "{n} новых уведомления",
    other: "{n} новых уведомлений",
  },
  empty: "Здесь пока пусто",
  empty_hint: "Здесь появятся сообщения, задачи и заказы.",
  empty_unread: "Всё прочитано",
  failed: "Не загрузилось",
  retry: "Повторить",
  not_done: "Изменение не сохранено.",
  waiting: "Нет связи, пробуем снова",
  signed_out: "Войдите снова.",
  success: "Успешно",
  warning: "Внимание",
  error: "Важно",
};

const es: Catalogue = {
  notifications: "Notificaciones",
  all: "Todas",
  unread: "Sin leer",
  one_time: "Mensajes",
  task: "Tareas",
  system: "Sistema",
  custom: "Reglas",
  announcement: "Novedades",
  create: "Crear notificación",
  mark_all_read: "Marcar todas como leídas",
  mark_read: "Marcar como leída",
  mark_unread: "Marcar como no leída",
  archive: "Archivar",
  close: "Cerrar",
  close_all: "Cerrar todas ({n})",
  closed: "Cerradas: {n}",
  undo: "Deshacer",
  more: "y {n} más",
  away: "{n} mientras no estabas",
  new_count: { one: "{n} notificación nueva", other: "{n} notificaciones nuevas" },
  empty: "Todavía no hay nada",
  empty_hint: "Aquí aparecerán mensajes, tareas y pedidos.",
  empty_unread: "Todo leído",
  failed: "No se ha cargado",
  retry: "Reintentar",
  not_done: "No se ha guardado el cambio.",
  waiting: "Sin conexión, reintentando",
  signed_out: "Inicia sesión de nuevo.",
  success: "Correcto",
  warning: "Atención",
  error: "Importante",
};

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, ru, es };
