// Names of functions of OpenSearch PPL and SQL: those that mean the same everywhere, and those that differ.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Functions of the same name in Logs Insights QL, where they may have been added for these languages. */
export const shared: ReadonlySet<string> = new Set(
  words(`
    abs acos acosh asin asinh atan atan2 atanh bround cbrt ceil conv cos cosh cot crc32 csc degrees div
    e exp
    expm1 factorial floor greatest hex hypot isnan least log log10 log1p log2 mod nanvl pi pmod positive
    pow
    radians rand randn rint round sec shiftleft shiftright sign sin sinh sqrt tan tanh unhex
    width_bucket xor
    ascii bit_length char concat_ws contains elt find_in_set format_number format_string initcap instr
    isblank
    isempty ispresent left levenshtein locate lpad ltrim luhn_check mask md5 octet_length overlay repeat
    reverse
    right rpad rtrim sentences sha1 sha2 soundex space split_part substring_index to_char to_number
    translate trim
    regexp_count regexp_extract regexp_extract_all regexp_instr regexp_substr
    coalesce if nullif
    json_array json_extract json_keys json_object json_valid from_json to_json
    array_append array_compact array_contains array_distinct array_except array_insert array_intersect
    array_join
    array_max array_min array_position array_prepend array_remove array_repeat array_union arrays_overlap
    arrays_zip sequence shuffle size slice sort_array
    add_months adddate convert_timezone current_date current_timestamp current_timezone date date_format
    date_from_unix_date date_trunc datediff day dayname dayofweek dayofyear from_unixtime
    from_utc_timestamp hour
    last_day make_date make_timestamp minute month monthname months_between next_day quarter second
    subdate time
    timestamp timestamp_micros timestamp_millis timestamp_seconds timestampadd timestampdiff
    to_utc_timestamp
    unix_date unix_micros unix_millis unix_seconds unix_timestamp weekday weekofyear year
    any_value avg avg_distinct bool_and bool_or collect_list collect_set corr count count_if covar_pop
    covar_samp
    first_value kurtosis last_value max max_by median min min_by mode percentile_cont percentile_disc
    percentile_disc_desc skewness stddev_samp sum sum_distinct take var_pop var_samp
    cume_dist dense_rank lag lead nth_value ntile percent_rank rank row_number
  `),
);

/** The others by their names there. */
export const aliases: Readonly<Record<string, string>> = {
  approx_count_distinct: "count_distinct",
  array: "json_array",
  array_agg: "collect_list",
  array_length: "size",
  array_size: "size",
  base64: "base64encode",
  bigint: "toLong",
  bin: "binary_text",
  binary: "toText",
  boolean: "to_boolean",
  bool_all: "bool_and",
  btrim: "trim",
  cardinality: "size",
  ceiling: "ceil",
  char_length: "strlen",
  character_length: "strlen",
  chr: "char",
  concat: "concat_present",
  curdate: "current_date",
  date_diff: "datediff",
  dateadd: "adddate",
  day_of_month: "day",
  day_of_week: "dayofweek",
  day_of_year: "dayofyear",
  dayofmonth: "day",
  dc: "count_distinct",
  decimal: "toDouble",
  distinct_count: "count_distinct",
  double: "toDouble",
  endswith: "ends_with",
  every: "bool_and",
  any: "bool_or",
  some: "bool_or",
  first: "first_value",
  flatten: "array_flatten",
  float: "toDouble",
  get: "array_get",
  get_json_object: "json_extract",
  hour_of_day: "hour",
  ifnull: "coalesce",
  int: "toInt",
  isnotnull: "ispresent",
  json: "json_text",
  json_array_length: "size",
  json_object_keys: "json_keys",
  last: "last_value",
  lcase: "tolower",
  len: "strlen",
  length: "strlen",
  ln: "log",
  localtime: "current_timestamp",
  localtimestamp: "current_timestamp",
  lower: "tolower",
  make_timestamp_ltz: "make_timestamp",
  make_timestamp_ntz: "make_timestamp",
  makedate: "make_date",
  mean: "avg",
  minute_of_hour: "minute",
  month_of_year: "month",
  named_struct: "json_object",
  negative: "negate",
  now: "current_timestamp",
  num: "toDouble",
  nvl: "coalesce",
  position: "locate",
  power: "pow",
  printf: "format_string",
  random: "rand",
  regexp: "matches",
  regexp_like: "matches",
  replace: "replace_text",
  rlike: "matches",
  second_of_minute: "second",
  sha: "sha1",
  signum: "sign",
  smallint: "toInt",
  split: "split_regex",
  startswith: "begins_with",
  stddev_pop: "stddev",
  str: "toText",
  string: "toText",
  tinyint: "toInt",
  to_binary: "decode_text",
  to_date: "date",
  to_json_string: "to_json",
  to_timestamp: "timestamp",
  to_timestamp_ltz: "timestamp",
  to_timestamp_ntz: "timestamp",
  to_unix_timestamp: "unix_timestamp",
  to_varchar: "to_char",
  try_add: "sum_of",
  try_avg: "avg",
  try_divide: "quotient_of",
  try_multiply: "product_of",
  try_subtract: "difference_of",
  try_sum: "sum",
  try_to_binary: "decode_text",
  try_to_number: "to_number",
  try_to_timestamp: "timestamp",
  ucase: "toupper",
  unbase64: "base64decode",
  upper: "toupper",
  utc_date: "current_date",
  utc_timestamp: "current_timestamp",
  variance: "var_samp",
  week: "weekofyear",
  week_of_year: "weekofyear",
};

/** Functions that AWS's page says are not supported in CloudWatch Logs: those of maps, and generators. */
export const unsupported: ReadonlySet<string> = new Set(
  words(`
    element_at explode explode_outer inline inline_outer map map_concat map_contains_key map_entries
    map_filter
    map_from_arrays map_from_entries map_keys map_values posexplode posexplode_outer stack str_to_map
    try_element_at filter transform reduce
  `),
);
