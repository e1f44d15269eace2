// What every settings page of lists does while it reads: a failure with the way on, or grey rows.
import type { ComponentChildren, JSX } from "preact";
import type { Resource } from "../../resource.ts";
import { Failure, SkeletonRows } from "../../ui/states.tsx";

export function Reading<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }): JSX.Element {
  const data = of.data.value;
  if (data !== undefined) return <>{children(data)}</>;
  if (of.problem.value) return <Failure problem={of.problem.value} retry={() => void of.reload()} />;
  return <SkeletonRows rows={4} />;
}
