// What a run is given besides the code: the fields for arguments and standard input.
import { Input } from "./api";
import { all, maybe, one } from "./dom";

type Field = HTMLInputElement | HTMLTextAreaElement;

export class Feed {
  private readonly fields: Field[];

  constructor(private readonly root: HTMLElement, changed: () => void) {
    this.fields = all<Field>(root, ".feed-f :is(input, textarea)");
    for (const field of this.fields) field.addEventListener("input", changed);
  }

  /** input is what the reader gives; undefined for what the fence gives. */
  get input(): Input | undefined {
    if (this.fields.every((f) => f.value === original(f))) return undefined;
    return { args: this.value("args"), stdin: this.value("stdin") };
  }

  /** asked is that in the words of a request. */
  get asked(): { args_line?: string; stdin?: string } {
    const input = this.input;
    if (!input) return {};
    return maybe(this.root, ".feed-f textarea") ? { args_line: input.args, stdin: input.stdin } : { args_line: input.args };
  }

  /** write fills the fields; with undefined, as the fence does. */
  write(input: Input | undefined): void {
    for (const f of this.fields) f.value = input ? input[f.name as keyof Input] : original(f);
    if (input) one<HTMLDetailsElement>(this.root, ".feed").open = true;
  }

  private value(name: keyof Input): string { return this.fields.find((f) => f.name === name)?.value ?? ""; }
}

function original(field: Field): string { return field.dataset.original ?? ""; }
