/**
 * The texts of the panel in English, Russian and Spanish, between bars.
 *
 * Deliberately not here: those that the bell itself and the popups have as well (strings.ts).
 */

export const PANEL_TEXTS = {
  all: "All|Все|Todas",
  one_time: "Messages|Сообщения|Mensajes",
  task: "Tasks|Задачи|Tareas",
  system: "System|Системные|Sistema",
  custom: "Rules|Правила|Reglas",
  announcement: "News|Новости|Novedades",
  create: "Create notification|Создать уведомление|Crear notificación",
  create_task: "Create task|Создать задачу|Crear tarea",
  mark_all_read: "Mark all as read|Отметить все прочитанными|Marcar todas como leídas",
  mark_read: "Mark as read|Отметить прочитанным|Marcar como leída",
  mark_unread: "Mark as unread|Отметить непрочитанным|Marcar como no leída",
  archive: "Archive|В архив|Archivar",
  empty: "Nothing here yet|Здесь пока пусто|Todavía no hay nada",
  empty_hint: "New ones appear here.|Новые появятся здесь.|Las nuevas aparecerán aquí.",
  empty_unread: "All read|Всё прочитано|Todo leído",
  waiting: "No connection, trying again|Нет связи, пробуем снова|Sin conexión, reintentando",
  signed_out: "Please sign in again.|Войдите снова.|Inicia sesión de nuevo.",
} satisfies Record<string, string>;

export type PanelKey = keyof typeof PANEL_TEXTS;
