// <trace-drop>: the form that opens a trace file, with a place to drop one and
// the progress of what takes longer. Without this script it is a plain form.
import { maybe, one } from "./dom";

export class TraceDrop extends HTMLElement {
  connectedCallback(): void {
    const form = one<HTMLFormElement>(this, "form");
    const input = one<HTMLInputElement>(this, "input[type=file]");
    form.addEventListener("submit", (e) => {
      const file = input.files?.[0];
      if (!file) return;
      e.preventDefault();
      this.send(file);
    });
    input.addEventListener("change", () => { if (input.files?.[0]) this.send(input.files[0]); });
    for (const kind of ["dragover", "dragleave", "drop"] as const) {
      addEventListener(kind, (e) => this.drag(kind, e as DragEvent));
    }
  }

  private drag(kind: string, e: DragEvent): void {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    this.classList.toggle("over", kind === "dragover");
    const file = kind === "drop" ? e.dataTransfer.files[0] : undefined;
    if (file) this.send(file);
  }

  /** send uploads a file and goes to its page. fetch tells no progress of what it sends. */
  private send(file: File): void {
    const asked = new XMLHttpRequest();
    asked.open("POST", "/api/traces?name=" + encodeURIComponent(file.name));
    asked.setRequestHeader("Content-Type", "application/octet-stream");
    asked.responseType = "json";
    asked.upload.addEventListener("progress", (e) => {
      if (e.lengthComputable) this.say(e.loaded < e.total ? `Reading ${file.name}: ${Math.round(e.loaded / e.total * 100)} %` : `Analysing ${file.name}…`);
    });
    asked.addEventListener("load", () => {
      if (asked.status === 201) location.assign("/traces/" + asked.response.id);
      else this.say(asked.response?.detail ?? `The server answered ${asked.status}.`, true);
    });
    asked.addEventListener("error", () => this.say("No answer from the server. Is tutor still running?", true));
    this.say(`Reading ${file.name}…`);
    asked.send(file);
  }

  private say(text: string, bad = false): void {
    const status = one(this, ".drop-s");
    status.textContent = text;
    status.classList.toggle("bad", bad);
    maybe(document, ".trouble")?.remove();
  }
}
