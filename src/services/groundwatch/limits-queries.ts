// Constraints of the own service's operations on queries of logs.

/** Bins of a histogram for which nothing else is asked. */
export const defaultBins = 60;

const query = (request: string) => `
${request}.QueryId 1..256
${request}.QueryString 1..10000
${request}.QueryLanguage (CWLI|PPL|SQL)
${request}.LogGroupIdentifiers 1..50 [ 1..2048 ]
${request}.From long 0..
${request}.To long 0..
${request}.Bins integer 2..1000
${request}.BinMilliseconds long 1..`;

export const queryLimitLines = `
${query("StreamQueryResultsRequest").trim()}
StreamQueryResultsRequest.Limit integer 1..100000
${query("GetQueryHistogramRequest").trim()}
GetQueryCostRequest.QueryId 1..256
QueryStatistics.RecordsMatched long
QueryStatistics.RecordsScanned long
QueryStatistics.BytesScanned long
QueryStatistics.RecordsSkipped long
QueryStatistics.BytesSkipped long
QueryStatistics.LogGroupsScanned integer
QueryProgress.SearchedFrom long
QueryHistogram.From long
QueryHistogram.To long
QueryHistogram.BinMilliseconds long
HistogramBin.From long
HistogramBin.Count long
QueryCost.Statements integer
QueryCost.RowsRead long
QueryCost.BytesRead long
QueryCost.EngineMilliseconds long
QueryCost.PartsRead integer
QueryCost.PartsTotal integer
QueryCost.GranulesRead integer
QueryCost.GranulesTotal integer
QueryCost.MemoryPeakBytes long
`.trim();
