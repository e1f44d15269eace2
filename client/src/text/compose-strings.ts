/**
 * The texts of the create form in English, Russian and Spanish, between bars; `{n}` is filled in.
 *
 * Deliberately not here: what the server says of a field, which comes in the user's language.
 */

export const COMPOSE_TEXTS = {
  text: "Message|Сообщение|Mensaje",
  groups: "Groups|Группы|Grupos",
  users: "Users|Пользователи|Usuarios",
  find: "Find by name|Найти по имени|Buscar por nombre",
  remove: "Remove {n}|Убрать: {n}|Quitar a {n}",
  severity: "Severity|Важность|Importancia",
  info: "Ordinary|Обычная|Normal",
  success: "Success|Успех|Correcto",
  warning: "Warning|Внимание|Atención",
  error: "Important|Важно|Importante",
  link: "Link|Ссылка|Enlace",
  sticky: "Stays until closed|Остаётся до закрытия|Permanece hasta cerrarla",
  recipients: "Recipients: {n}|Получателей: {n}|Destinatarios: {n}",
  send: "Send|Отправить|Enviar",
  sending: "Sending…|Отправляется…|Enviando…",
  sent: "Sent. Recipients: {n}|Отправлено. Получателей: {n}|Enviado. Destinatarios: {n}",
  refused: "That was not sent.|Не отправлено.|No se ha enviado.",
} satisfies Record<string, string>;

export type ComposeKey = keyof typeof COMPOSE_TEXTS;
