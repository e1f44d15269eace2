// What the pages of tasks share with the rest: whether the form of a task is open and for what, how many tasks are late,
// and the sign that tasks were changed from here. Small, because the first look has it too.
import { signal } from "@preact/signals";
import type { RecordType, Task } from "../../wire.ts";

export function taskHref(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}

export interface RecordTitle {
  type: RecordType;
  id: string;
  title: string;
}

export interface TaskForm {
  /** The task that is edited; none makes a new one. */
  task?: Task;
  /** One task for each of these. */
  records?: RecordTitle[];
  /** A new task of one record. */
  about?: RecordTitle[];
  phone?: string;
  /** A day to begin with. */
  day?: string;
}

export const taskForm = signal<TaskForm | null>(null);

export function openTask(form: TaskForm = {}): void {
  taskForm.value = form;
}

export function closeTask(): void {
  taskForm.value = null;
}

/** Grows with every change that this page makes to tasks; what shows tasks reads again. */
export const taskChanges = signal(0);

export function tasksChanged(): void {
  taskChanges.value = taskChanges.peek() + 1;
}

/** How many tasks of mine and of my groups are late, as the server counted them last; and how many of those are mine. */
export const overdue = signal(0);
export const overdueMine = signal(0);
