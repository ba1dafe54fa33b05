// Logs thirty lines through the pino transport: a program, as a transport blocks its thread at its end.
import { once } from "node:events";
import pino from "pino";

const [awsRegion, awsAccessKeyId] = process.argv.slice(2);

const stream = pino.transport({
  target: "@serdnam/pino-cloudwatch-transport",
  options: {
    logGroupName: "pino",
    logStreamName: "lines",
    awsRegion,
    awsAccessKeyId,
    awsSecretAccessKey: "any",
    // Below the second that the transport leaves between two calls, each line would be a call of its own.
    interval: 5000,
  },
});
await once(stream, "ready");
const logger = pino(stream);
for (let line = 0; line < 30; line++) logger.info(`line ${line}`);
