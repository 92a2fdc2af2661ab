// The script of the timeline of a trace: a bundle of its own, loaded when the
// first timeline is used. What it exports is for its tests.
import { TraceView } from "./trace/element";

export { readBlock, readWakes } from "./trace/block";
export { Column, sections, unbase64 } from "./trace/container";
export { readContents } from "./trace/contents";
export { factsOf, sumRange } from "./trace/facts";
export { filterOf, nextMatch } from "./trace/filter";
export { Model } from "./trace/model";
export { pyramid } from "./trace/pyramid";
export { embedded, remote } from "./trace/source";
export { ticks, Viewport } from "./trace/viewport";
export { moment, readRange, span, writeRange } from "./trace/words";

if (!customElements.get("trace-view")) customElements.define("trace-view", TraceView);
