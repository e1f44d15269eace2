// The template that comes with an example: made just before the rule that uses it.
import { api, isProblem } from "../../../http.ts";
import type { Action, Template, TemplateDraft } from "../../../wire-rules.ts";
import { ITS_TEMPLATE } from "./examples.ts";

const MOST_TRIES = 9;

/** Two templates of one code there cannot be: another that started from the same example has it already. */
async function make(template: TemplateDraft): Promise<Template> {
  for (let n = 1; ; n += 1) {
    try {
      return await api.post<Template>("/v1/templates", n === 1 ? template : { ...template, name: `${template.name} ${n}`, code: `${template.code}-${n}` });
    } catch (error) {
      if (!isProblem(error) || !error.field("code") || n === MOST_TRIES) throw error;
    }
  }
}

function uses(action: Action): boolean {
  return "template" in action && action.template === ITS_TEMPLATE;
}

/** The actions with the template's id in them; null when there is nothing to make. */
export async function makeTemplate(comes: TemplateDraft | null, actions: readonly Action[]): Promise<Action[] | null> {
  if (!comes || !actions.some(uses)) return null;
  const { id } = await make(comes);
  return actions.map((action) => (uses(action) ? ({ ...action, template: id } as Action) : action));
}
