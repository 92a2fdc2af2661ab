// Where the bytes of a timeline come from: the server, or the page itself.
import { Bytes, gunzip, kinds, Section, sections, unbase64 } from "./container";
import { Contents, readContents } from "./contents";

/** Source gives the parts of a timeline, unpacked. */
export interface Source {
  contents(): Promise<Contents>;
  events(block: number): Promise<Bytes>;
  wakes(block: number): Promise<Bytes>;
}

/** remote fetches from a URL: the first answer has the contents and block 0. */
export function remote(url: string): Source {
  let first: Promise<Section[]> | null = null;
  const begin = () => first ??= get(url);
  const at = async (parameter: string, block: number, kind: number): Promise<Bytes> => {
    const to = new URL(url, document.baseURI);
    to.searchParams.set(parameter, String(block));
    return part(await get(to.href), kind);
  };
  return {
    contents: async () => readContents(new TextDecoder().decode(await part(await begin(), kinds.contents))),
    events: async (block) => {
      if (block > 0 || !first) return at("block", block, kinds.events);
      const bytes = await part(await first, kinds.events);
      first = null; // it is used once; later it is asked for like any other
      return bytes;
    },
    wakes: (block) => at("wakes", block, kinds.wakes),
  };
}

async function get(url: string): Promise<Section[]> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(await refusal(answer));
  return sections(new Uint8Array(await answer.arrayBuffer()));
}

async function refusal(answer: Response): Promise<string> {
  try {
    const problem = await answer.json();
    return problem.detail || problem.title;
  } catch {
    return `The server answered with ${answer.status}.`;
  }
}

async function part(list: Section[], kind: number, which = 0): Promise<Bytes> {
  const found = list.filter((s) => s.kind === kind)[which];
  if (!found) throw new Error("a part of the timeline is missing");
  return gunzip(found.body);
}

/** embedded reads a container that a page carries as base64. */
export function embedded(text: string): Source {
  let all: Section[] | null = null;
  const list = () => all ??= sections(unbase64(text));
  return {
    contents: async () => readContents(new TextDecoder().decode(await part(list(), kinds.contents))),
    events: async (block) => part(list(), kinds.events, block),
    wakes: async (block) => part(list(), kinds.wakes, block),
  };
}
