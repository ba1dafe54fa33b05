// awsQuery: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { Failure } from "./errors.ts";
import { memoize } from "./memoize.ts";
import type { Protocol, Values } from "./protocol.ts";
import { compileQueryDecoder } from "./query-decoder.ts";
import type { ServiceModel, StructureShape } from "./shapes.ts";
import { createValidator } from "./validate.ts";
import { compileXmlEncoder, escapeXml } from "./xml-writer.ts";

const headers = { "content-type": "text/xml" };

export function createQueryProtocol(service: ServiceModel): Protocol {
  const decoderOf = memoize(compileQueryDecoder);
  const encoderOf = memoize(compileXmlEncoder);
  const validate = createValidator(service);
  const namespace = service.xmlNamespace === "" ? "" : ` xmlns="${escapeXml(service.xmlNamespace)}"`;
  return {
    name: "awsQuery",
    decode({ input }, request, body) {
      const mark = request.url.indexOf("?");
      const inUrl = mark === -1 ? [] : [Buffer.from(request.url.slice(mark + 1))];
      const path = mark === -1 ? request.url : request.url.slice(0, mark);
      const values = withPath(decoderOf(input)([...inUrl, body]), path, service, input);
      validate(input, values);
      return values;
    },
    encode({ name, output }, values, requestId) {
      const content = encoderOf(output)(values);
      const result = output.members.length === 0 ? "" : `<${name}Result>${content}</${name}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
      return {
        status: 200,
        headers,
        body: `<${name}Response${namespace}>${result}${metadata}</${name}Response>`,
      };
    },
    encodeError(failure, _request, requestId) {
      const type = failure.fault === "client" ? "Sender" : "Receiver";
      const error =
        `<Error><Type>${type}</Type><Code>${escapeXml(failure.queryCode)}</Code>` +
        `<Message>${escapeXml(failure.message)}</Message>${furtherMembers(failure, encoderOf)}</Error>`;
      const id = `<RequestId>${escapeXml(requestId)}</RequestId>`;
      const body = `<ErrorResponse${namespace}>${error}${id}</ErrorResponse>`;
      return { status: failure.queryStatus, headers, body };
    },
  };
}

/** A request may go to what it is about instead of naming it: POST /123456789012/orders. */
function withPath(values: Values, path: string, { pathMember }: ServiceModel, input: StructureShape): Values {
  if (pathMember === undefined || path === "/" || values[pathMember] !== undefined) return values;
  const isMember = input.members.some(({ name }) => name === pathMember);
  return isMember ? { ...values, [pathMember]: path } : values;
}

/** The members of an error besides its message, which is always in the element Message. */
function furtherMembers(
  { shape, members }: Failure,
  encoderOf: (structure: StructureShape) => (values: Failure["members"]) => string,
): string {
  return shape === undefined ? "" : encoderOf(shape.structure)(members);
}
