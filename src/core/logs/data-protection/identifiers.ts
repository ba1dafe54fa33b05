// The managed data identifiers: what each looks like, the words that stand near it, and its check digits.
import { cardLength, cardPattern } from "./card-number.ts";
import {
  cnpj,
  coordinates,
  cpf,
  deaNumber,
  iban,
  inseeCode,
  ipAddress,
  luhn,
  nhsNumber,
  spanishId,
  vehicleNumber,
} from "./checksums.ts";
import {
  financialWords,
  healthWords,
  licenceWords,
  passportWords,
  personalWords,
  phoneWords,
  secretKeyWords,
  taxWords,
  type Keywords,
} from "./keywords.ts";

export interface DataIdentifier {
  /** Global; our own, and without nested repetition, so that its time is bounded by the text. */
  readonly pattern: RegExp;
  /** One of them must be near what the pattern finds. */
  readonly keywords?: Keywords;
  /** What begins so is found without a keyword. */
  readonly withoutKeyword?: string;
  /** A text without it has none. */
  readonly sign?: string;
  /** How much of what the pattern finds is meant, from its beginning. */
  readonly measure?: (text: string) => number;
}

/** A pattern that is no part of a longer word or number. */
function identifier(pattern: string, keywords?: Keywords, check?: (text: string) => boolean): DataIdentifier {
  const whole = new RegExp(String.raw`(?<![\w.-])(?:${pattern})(?![\w-]|\.\d)`, "gi");
  return {
    pattern: whole,
    ...(keywords === undefined ? {} : { keywords }),
    ...(check === undefined ? {} : { measure: (text: string) => (check(text) ? text.length : 0) }),
  };
}

/** To its end, or as far as the text of JSON goes that it stands in. */
const privateKey = (kind: string): DataIdentifier => ({
  pattern: new RegExp(`-----BEGIN ${kind}-----(?:(?!-----)[^"])*(?:-----END ${kind}-----)?`, "g"),
  sign: "-----BEGIN ",
});

const credentials = {
  AwsSecretKey: {
    pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g,
    keywords: secretKeyWords,
  },
  OpenSshPrivateKey: privateKey("OPENSSH PRIVATE KEY"),
  PgpPrivateKey: privateKey("PGP PRIVATE KEY BLOCK"),
  PkcsPrivateKey: privateKey("(?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY"),
  PuttyPrivateKey: { pattern: /PuTTY-User-Key-File-\d: [^\r\n]+(?:\r?\n[^\r\n]+){0,100}/g },
} satisfies Readonly<Record<string, DataIdentifier>>;

const dotted = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;

const devices = {
  // A port may follow an address of version 4.
  IpAddress: {
    pattern: new RegExp(
      String.raw`(?<![\w.:])(?:[\da-f]{0,4}:){2,8}(?:${dotted}|[\da-f]{1,4})?(?![\w:]|\.\d)|` +
        String.raw`(?<![\w.])${dotted}(?!\w|\.\d)`,
      "gi",
    ),
    measure: (text: string) => (ipAddress(text) ? text.length : 0),
  },
} satisfies Readonly<Record<string, DataIdentifier>>;

const ibanOf = (country: string, length: number) =>
  identifier(`${country}\\d{2}(?: ?[A-Z0-9]){${length - 4}}`, undefined, iban);

const financial = {
  "BankAccountNumber-DE": ibanOf("DE", 22),
  "BankAccountNumber-ES": ibanOf("ES", 24),
  "BankAccountNumber-FR": ibanOf("FR", 27),
  "BankAccountNumber-GB": ibanOf("GB", 22),
  "BankAccountNumber-IT": ibanOf("IT", 27),
  "BankAccountNumber-US": identifier(String.raw`\d{9,17}`, financialWords.bankUs),
  CreditCardExpiration: identifier(
    String.raw`(?:0[1-9]|1[0-2])[/-](?:20)?\d{2}`,
    financialWords.cardExpiration,
  ),
  CreditCardNumber: { ...identifier(cardPattern), measure: cardLength },
  CreditCardSecurityCode: identifier(String.raw`\d{3,4}`, financialWords.cardSecurity),
} satisfies Readonly<Record<string, DataIdentifier>>;

const protectedHealth = {
  "DrugEnforcementAgencyNumber-US": identifier(String.raw`[A-Z][A-Z9]\d{7}`, healthWords.dea, deaNumber),
  "HealthInsuranceCardNumber-EU": identifier(String.raw`80\d{18}|\d{10,20}|[A-Z]\d{9}`, healthWords.cardEu),
  "HealthInsuranceClaimNumber-US": identifier(String.raw`\d{3}-?\d{2}-?\d{4}-?[A-Z]\d?`, healthWords.claimUs),
  "HealthInsuranceNumber-FR": identifier(
    String.raw`[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)[\dAB]{2}\d{6}(?:\d{2})?`,
    healthWords.insuranceFr,
  ),
  "HealthcareProcedureCode-US": identifier(String.raw`[A-V]\d{4}|\d{4}[FTU]|\d{5}`, healthWords.procedureUs),
  "MedicareBeneficiaryNumber-US": identifier(
    String.raw`[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d` +
      String.raw`-?[AC-HJKMNP-RT-Y]{2}\d{2}`,
    healthWords.medicareUs,
  ),
  "NationalDrugCode-US": identifier(String.raw`\d{4,5}-\d{3,4}-\d{1,2}`, healthWords.drugUs),
  "NationalInsuranceNumber-GB": identifier(
    String.raw`(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]`,
    healthWords.nationalInsuranceGb,
  ),
  "NationalProviderId-US": identifier(String.raw`[12]\d{9}`, healthWords.providerUs, (text) =>
    luhn(`80840${text}`),
  ),
  "NhsNumber-GB": identifier(String.raw`\d{3}[ -]?\d{3}[ -]?\d{4}`, healthWords.nhs, nhsNumber),
  "PersonalHealthNumber-CA": identifier(
    String.raw`9\d{3} ?\d{3} ?\d{3}|\d{4}[ -]?\d{3}[ -]?\d{3}`,
    healthWords.personalCa,
  ),
} satisfies Readonly<Record<string, DataIdentifier>>;

/** By country: the forms that a licence has there, in letters and digits. */
const drivingLicences: Readonly<Record<string, string>> = {
  AT: String.raw`\d{8}`,
  AU: String.raw`[A-Z\d]{6,10}`,
  BE: String.raw`\d{10}`,
  BG: String.raw`\d{9}`,
  CA: String.raw`[A-Z]\d{4}-?\d{5}-?\d{5}|[A-Z\d]{7,15}`,
  CY: String.raw`\d{12}`,
  CZ: String.raw`[A-Z]{2} ?\d{6}`,
  DE: String.raw`[A-Z\d]\d{2}[A-Z\d]{6}\d[A-Z\d]`,
  DK: String.raw`\d{8}`,
  EE: String.raw`ET\d{6}`,
  ES: String.raw`\d{8}-?[A-Z]`,
  FI: String.raw`\d{6}[-+A]\d{3}[A-Z\d]`,
  FR: String.raw`\d{12}`,
  GB: String.raw`[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z\d]{3}`,
  GR: String.raw`\d{9}`,
  HR: String.raw`\d{8}`,
  HU: String.raw`[A-Z]{2}\d{6}`,
  IE: String.raw`\d{3} ?\d{3} ?\d{3}`,
  IT: String.raw`[A-Z]{2}\d{7}[A-Z]|U1[A-Z\d]{7}[A-Z]`,
  LT: String.raw`\d{8}`,
  LU: String.raw`\d{6}`,
  LV: String.raw`[A-Z]{3} ?\d{6}`,
  MT: String.raw`MT ?\d{3} ?\d{3}`,
  NL: String.raw`\d{10}`,
  PL: String.raw`\d{5}/\d{2}/\d{4}`,
  PT: String.raw`[A-Z]{1,2}-?\d{6,7} ?\d?`,
  RO: String.raw`[A-Z]?\d{8}[A-Z]?`,
  SE: String.raw`\d{6}-?\d{4}`,
  SI: String.raw`\d{9}`,
  SK: String.raw`[A-Z]\d{7}`,
  US: String.raw`[A-Z]{0,2}\d{5,14}[A-Z]?|[A-Z]\d{3}-\d{4}-\d{4}`,
};

const phoneNumbers: Readonly<Record<string, string>> = {
  BR: String.raw`(?:\+?55 ?)?\(?\d{2}\)? ?9?\d{4}[ -]?\d{4}`,
  DE: String.raw`(?:\+49|0049|0)[ /-]?\(?\d{2,5}\)?[ /-]?\d{3,9}(?:[ -]?\d{1,6})?`,
  ES: String.raw`(?:\+34 ?)?[6789]\d{2}[ -]?\d{3}[ -]?\d{3}`,
  FR: String.raw`(?:\+33 ?|0)[1-9](?:[ .-]?\d{2}){4}`,
  GB: String.raw`(?:\+44 ?\(?0?\)? ?|0)\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}`,
  IT: String.raw`(?:\+39 ?)?(?:3\d{2}|0\d{1,3})[ -]?\d{3,4}[ -]?\d{3,4}`,
  US: String.raw`(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}`,
};

const passports: Readonly<Record<string, string>> = {
  CA: String.raw`[A-Z]{2}\d{6}`,
  DE: String.raw`[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{8}`,
  ES: String.raw`[A-Z]{2,3}\d{6}`,
  FR: String.raw`\d{2}[A-Z]{2}\d{5}`,
  GB: String.raw`\d{9}`,
  IT: String.raw`[A-Z]{2}\d{7}`,
  US: String.raw`[A-Z]?\d{8,9}`,
};

function byCountry(
  name: string,
  patterns: Readonly<Record<string, string>>,
  keywords: Readonly<Record<string, Keywords>>,
): Readonly<Record<string, DataIdentifier>> {
  return Object.fromEntries(
    Object.entries(patterns).map(([country, pattern]) => [
      `${name}-${country}`,
      identifier(pattern, keywords[country]),
    ]),
  );
}

/** A number with the code of its country is one without a keyword. */
const phones = Object.fromEntries(
  Object.entries(byCountry("PhoneNumber", phoneNumbers, phoneWords)).map(([name, phone]) => [
    name,
    { ...phone, withoutKeyword: "+" },
  ]),
);

const [birthDay, birthMonth] = [String.raw`(?:0?[1-9]|[12]\d|3[01])`, String.raw`(?:0?[1-9]|1[0-2])`];
const monthName =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|" +
  "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const birthDates = [
  String.raw`(?:19|20)\d\d([ /-]?)${birthMonth}\1${birthDay}(?:T\d\d:[\d:.]{2,20}(?:Z|[+-]\d\d:?\d\d)?)?`,
  String.raw`(?:${birthDay}([ /-])${birthMonth}|${birthMonth}([ /-])${birthDay})[ /-](?:\d{4}|\d{2})`,
  String.raw`${birthDay}(?:st|nd|rd|th)?[ /-]${monthName},?[ /-](?:\d{4}|\d{2})`,
  String.raw`${monthName}[ /-]${birthDay}(?:st|nd|rd|th)?,?[ /-](?:\d{4}|\d{2})`,
];

const personal = {
  ...byCountry("DriversLicense", drivingLicences, licenceWords),
  ...phones,
  ...byCountry("PassportNumber", passports, passportWords),
  "CepCode-BR": identifier(String.raw`\d{5}-?\d{3}`, personalWords.cepBr),
  "Cnpj-BR": identifier(String.raw`\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}`, undefined, cnpj),
  "CpfCode-BR": identifier(String.raw`\d{3}\.?\d{3}\.?\d{3}-?\d{2}`, undefined, cpf),
  DateOfBirth: identifier(birthDates.join("|"), personalWords.birth),
  "ElectoralRollNumber-GB": identifier(String.raw`[A-Z]{2}\d{1,4}`, personalWords.electoralGb),
  EmailAddress: {
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}_.%+-])(?:[\p{L}\p{N}_.%+-]|(?<=\p{L})'(?=\p{L})){1,64}@` +
        String.raw`(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:xn--[a-zA-Z\d-]{2,59}|\p{L}{2,24})(?![\p{L}\p{N}])`,
      "gu",
    ),
    sign: "@",
  },
  "IndividualTaxIdentificationNumber-US": identifier(
    String.raw`9\d{2}[ -]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[ -]?\d{4}`,
    taxWords.US,
  ),
  "InseeCode-FR": identifier(
    String.raw`[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}`,
    undefined,
    inseeCode,
  ),
  LatLong: identifier(
    String.raw`-?\d{1,2}\.\d{2,}\s*,\s*-?\d{1,3}\.\d{2,}`,
    personalWords.coordinates,
    coordinates,
  ),
  "NationalIdentificationNumber-DE": identifier(
    String.raw`[CFGHJKLMNPRTVWXYZ\d]{9}\d?D?`,
    personalWords.nationalDe,
  ),
  "NationalIdentificationNumber-ES": identifier(String.raw`\d{8}-?[A-Z]`, undefined, spanishId),
  "NationalIdentificationNumber-IT": identifier(String.raw`[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]`),
  "NieNumber-ES": identifier(String.raw`[XYZ]-?\d{7}-?[A-Z]`, undefined, spanishId),
  "NifNumber-ES": identifier(String.raw`\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z]`, undefined, spanishId),
  "PermanentResidenceNumber-CA": identifier(String.raw`[A-Z]{2}\d{7,10}`, personalWords.residenceCa),
  "PostalCode-CA": identifier(String.raw`[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d`),
  "RgNumber-BR": identifier(String.raw`\d{1,2}\.?\d{3}\.?\d{3}-?[\dX]`, personalWords.rgBr),
  "SocialInsuranceNumber-CA": identifier(
    String.raw`\d{3}[ -]?\d{3}[ -]?\d{3}`,
    personalWords.insuranceCa,
    luhn,
  ),
  "Ssn-ES": identifier(String.raw`\d{2}/?\d{7,8}/?\d{2}`, personalWords.securityEs),
  "Ssn-US": identifier(
    String.raw`(?!000|666|9)\d{3}([ -]?)(?!00)\d{2}\1(?!0000)\d{4}`,
    personalWords.securityUs,
  ),
  "TaxId-DE": identifier(String.raw`\d{2} ?\d{3} ?\d{3} ?\d{3}`, taxWords.DE),
  "TaxId-ES": identifier(String.raw`[A-HJ-NP-SUVW]\d{7}[A-J\d]|\d{8}-?[A-Z]|[XYZ]\d{7}[A-Z]`, taxWords.ES),
  "TaxId-FR": identifier(String.raw`[0-3]\d(?: ?\d{2})(?: ?\d{3}){3}`, taxWords.FR),
  "TaxId-GB": identifier(String.raw`\d{10}|\d{5} ?\d{5}`, taxWords.GB),
  VehicleIdentificationNumber: identifier(
    String.raw`[A-HJ-NPR-Z\d]{17}`,
    personalWords.vehicle,
    vehicleNumber,
  ),
  "ZipCode-US": identifier(String.raw`\d{5}(?:-\d{4})?`, personalWords.zipUs),
} satisfies Readonly<Record<string, DataIdentifier>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html */
export const managedIdentifiers: ReadonlyMap<string, DataIdentifier> = new Map(
  Object.entries({ ...credentials, ...devices, ...financial, ...protectedHealth, ...personal }),
);

/** AWS finds these with models that know the world's names and streets; a pattern would not. */
export const unsupportedIdentifiers: ReadonlySet<string> = new Set(["Address", "Name"]);
