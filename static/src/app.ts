// The script of every page: small, deferred, and without the editor, which is
// loaded when the first listing is used.
import { GoCell } from "./cell";
import { ExerciseDesk } from "./desk";
import { FlameGraph } from "./flame";
import { QuizBlock } from "./quiz";
import { dismissing, keys, lines, pointing, reading, theme } from "./reader";
import { TraceDrop } from "./trace-drop";
import { finds, jumps, timelines } from "./trace-load";

theme();
keys();
reading();
pointing();
lines();
dismissing();
timelines();
finds();
jumps();
customElements.define("go-cell", GoCell);
customElements.define("exercise-desk", ExerciseDesk);
customElements.define("flame-graph", FlameGraph);
customElements.define("quiz-block", QuizBlock);
customElements.define("trace-drop", TraceDrop);
