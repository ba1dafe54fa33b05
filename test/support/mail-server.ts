// A mail server that keeps what it gets.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface MailServer {
  /** As `--smtp-url` takes it. */
  readonly url: string;
  /** Whole messages, headers and all. */
  readonly mails: string[];
  /** Refuses recipients with this status from now on; 0 takes all. */
  refuseWith(status: number): void;
  stop(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: string[] = [];
  let refusal = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo(_address, _session, callback) {
      callback(refusal === 0 ? null : Object.assign(new Error("not now"), { responseCode: refusal }));
    },
    onData(stream, _session, callback) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        mails.push(text);
        callback();
      });
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    mails,
    refuseWith: (status) => (refusal = status),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/**
 * The link that confirms: of a program's mail its own, of a person's that of the button on the page behind
 * it.
 */
export async function confirmationLinkIn(mailText: string): Promise<string> {
  const ofApi = /http:\/\/127[^\s"]+Action=ConfirmSubscription[^\s"]+/.exec(mailText)?.[0];
  if (ofApi !== undefined) return ofApi;
  const page = /http:\/\/127\S+confirm-subscription\S+/.exec(mailText)![0];
  const form = await (await fetch(page)).text();
  const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)];
  const query = new URLSearchParams(fields.map(([, name, value]): [string, string] => [name!, value!]));
  return `${new URL(page).origin}/?${query.toString()}`;
}
