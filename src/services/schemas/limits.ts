// The constraints of EventBridge Schemas's inputs, and which numbers are not integers: AWS's published
// facts, as data.
import { parseLimits } from "../../wire/limits.ts";

/**
 * From the service description in botocore 1.43.11, structure by structure; `parseLimits` explains the
 * notation. A member that is not here is not checked.
 * https://docs.aws.amazon.com/eventbridge/latest/schema-reference/
 */
export const limits = parseLimits(String.raw`
CreateDiscovererRequest.Description 0..256
CreateDiscovererRequest.SourceArn 20..1600
CreateRegistryRequest.Description 0..256
CreateSchemaRequest.Content 1..100000
CreateSchemaRequest.Description 0..256
CreateSchemaRequest.Type (OpenApi3|JSONSchemaDraft4)
GetDiscoveredSchemaRequest.Events 1..10 [ 1..100000 ]
GetDiscoveredSchemaRequest.Type (OpenApi3|JSONSchemaDraft4)
ListDiscoverersRequest.Limit integer
ListRegistriesRequest.Limit integer
ListSchemaVersionsRequest.Limit integer
ListSchemasRequest.Limit integer
SearchSchemasRequest.Limit integer
UpdateDiscovererRequest.Description 0..256
UpdateRegistryRequest.Description 0..256
UpdateSchemaRequest.ClientTokenId 0..36
UpdateSchemaRequest.Content 1..100000
UpdateSchemaRequest.Description 0..256
UpdateSchemaRequest.Type (OpenApi3|JSONSchemaDraft4)
`);
