// <quiz-block>: says at once what is right, and why. Without it the style
// sheet shows the explanation of what is chosen.
import { all, icon, make, maybe, one } from "./dom";

export class QuizBlock extends HTMLElement {
  private readonly said = make("span", { role: "status" });
  private readonly again = make("button", { type: "button", class: "b" }, icon("reset"), "Try again");
  private readonly answer = make("button", { type: "button", class: "b sec" }, "Answer");

  connectedCallback(): void {
    if (this.said.isConnected) return;
    const many = maybe(this, "input[type='checkbox']") !== null;
    this.append(make("p", { class: "q-f" }, many ? this.answer : null, this.again, this.said));
    this.again.hidden = true;
    this.again.addEventListener("click", () => this.clear());
    if (many) this.answer.addEventListener("click", () => this.judge());
    else this.addEventListener("change", () => this.judge());
  }

  private judge(): void {
    let wrong = 0;
    for (const option of all<HTMLLabelElement>(this, ".opt")) {
      const chosen = one<HTMLInputElement>(option, "input").checked;
      const right = "right" in option.dataset;
      option.classList.toggle("right", right);
      option.classList.toggle("wrong", chosen && !right);
      maybe(option, ".mk2")?.remove();
      if (right || chosen) option.append(make("span", { class: "mk2" }, right ? "right" : "your answer"));
      if (chosen !== right) wrong++;
    }
    this.again.hidden = false;
    this.said.textContent = wrong === 0 ? "Right." : "Not quite: both answers are explained above.";
  }

  private clear(): void {
    for (const option of all<HTMLLabelElement>(this, ".opt")) {
      option.classList.remove("right", "wrong");
      maybe(option, ".mk2")?.remove();
      one<HTMLInputElement>(option, "input").checked = false;
    }
    this.again.hidden = true;
    this.said.textContent = "";
    one<HTMLInputElement>(this, "input").focus();
  }
}
