// The values that a field of a condition can be compared with, where they are known: statuses, people, entries of lists. A
// condition names people by what its field has: the id, the name or the address.
import { useDirectory, type Directory } from "../../records/directory.ts";
import { usePeople, type People } from "../people.ts";

export interface Choice {
  value: string;
  label: string;
}

export interface Known {
  of: (path: string) => Choice[] | null;
}

const LISTS: Record<string, string> = {
  "order.status": "statuses",
  "order.status.group": "status-groups",
  "order.delivery.type": "delivery-types",
  "order.delivery_type": "delivery-types",
  "order.order_type": "order-types",
  "order.order_method": "order-methods",
};

function entries(directory: Directory, list: string): Choice[] | null {
  const known = directory.lists.get(list);
  return known?.length ? known.map(({ code, name }) => ({ value: code, label: name })) : null;
}

function dictionary(directory: Directory, path: string): Choice[] | null {
  const code = /\.custom_([^.]+)(?:\.code)?$/.exec(path)?.[1];
  const field = code ? directory.custom.find((custom) => custom.code === code && custom.type === "dictionary") : undefined;
  return field ? entries(directory, `dictionary:${field.dictionary ?? field.code}`) : null;
}

function persons(people: People, path: string): Choice[] | null {
  const part = /\.manager\.(id|email|name)$/.exec(path)?.[1];
  if (!part || people.users.length === 0) return null;
  return people.users.flatMap(({ id, name, email }) => {
    const value = part === "id" ? id : part === "name" ? name : email;
    return value ? [{ value, label: name }] : [];
  });
}

export function useKnown(): Known {
  const orders = useDirectory("order");
  const customers = useDirectory("customer");
  const people = usePeople();
  return {
    of: (path) => {
      const directory = path.startsWith("customer.") ? customers : orders;
      if (/\.site(\.code)?$/.test(path) && directory.sites.length) return directory.sites.map(({ code, name }) => ({ value: code, label: name }));
      const list = LISTS[path.replace(/\.code$/, "")];
      return (list ? entries(directory, list) : null) ?? persons(people, path) ?? dictionary(directory, path);
    },
  };
}
