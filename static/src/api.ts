// Talking to the server: JSON, streams of events, and what it refuses.

export interface SourceFile { name: string; content: string }

/** Input is what a program is given besides its code; a draft without has the fence's. */
export interface Input { args: string; stdin: string }

export interface Draft { files: SourceFile[]; answers?: Record<string, string>; input?: Input; version: number }

/** Refusal is what the server said no with, in words for the reader. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string, readonly draft?: Draft) { super(message); }
}

/** json sends a request and gives the answer's JSON. */
export async function json<T>(method: string, url: string, body?: unknown, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { method, ...bodyOf(body), ...options });
  if (!answer.ok) throw await refusal(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** text fetches a fragment of HTML. */
export async function text(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw await refusal(answer);
  return answer.text();
}

/** events posts body and hands on each server-sent event as it comes. */
export async function events(url: string, body: unknown, signal: AbortSignal, on: (name: string, data: any) => void): Promise<void> {
  const request = bodyOf(body);
  request.headers = { ...request.headers, Accept: "text/event-stream" };
  const answer = await fetch(url, { method: "POST", signal, ...request });
  if (!answer.ok || !answer.body) throw await refusal(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) dispatch(frame, on);
  }
}

function dispatch(frame: string, on: (name: string, data: any) => void): void {
  let name = "message";
  let data = "";
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data !== "") on(name, JSON.parse(data));
}

function bodyOf(body: unknown): { body?: string; headers?: Record<string, string> } {
  if (body === undefined) return {};
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function refusal(answer: Response): Promise<Refusal> {
  try {
    const problem = await answer.json();
    return new Refusal(answer.status, problem.detail || problem.title, problem.draft);
  } catch {
    return new Refusal(answer.status, `The server answered with ${answer.status}.`);
  }
}
