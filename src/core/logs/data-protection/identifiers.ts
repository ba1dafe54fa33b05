// The managed data identifiers: what each looks like, the words that stand near it, and its check digits.
import {
  cnpj,
  cpf,
  deaNumber,
  iban,
  inseeCode,
  luhn,
  nhsNumber,
  octets,
  spanishId,
  vehicleNumber,
} from "./checksums.ts";

export interface DataIdentifier {
  /** Global; our own, and without nested repetition, so that its time is bounded by the text. */
  readonly pattern: RegExp;
  /** One of these must be within `keywordDistance`, whatever its capitals; none where the list is empty. */
  readonly keywords: readonly string[];
  readonly check?: (text: string) => boolean;
}

/** How far a keyword may be from the value, in characters. */
export const keywordDistance = 30;

const list = (words: string): readonly string[] => (words === "" ? [] : words.split(", "));

/** A pattern that is no part of a longer word or number. */
function identifier(pattern: string, words = "", check?: (text: string) => boolean): DataIdentifier {
  const whole = new RegExp(String.raw`(?<![\w.-])(?:${pattern})(?![\w-]|\.\d)`, "gi");
  return { pattern: whole, keywords: list(words), ...(check === undefined ? {} : { check }) };
}

const privateKey = (kind: string): DataIdentifier => ({
  pattern: new RegExp(`-----BEGIN ${kind}-----[^-]*(?:-----END ${kind}-----)?`, "g"),
  keywords: [],
});

const bank = "account, bank, bban, iban, konto, kontonummer, compte, cuenta, conto, sort code, routing, bic";
const card =
  "card, cc, ccv, cvc, cvv, cvv2, security code, verification, credit, debit, visa, mastercard, amex, exp";
const driving =
  "driver, driving, license, licence, permit, dl#, dlno, führerschein, fuhrerschein, fahrerlaubnis, " +
  "permis, patente, carnet, conducir, conduire, guida, rijbewijs, körkort, kørekort, ajokortti, " +
  "prawo jazdy, condução, juhiluba, vezetői, vozačk, vodičsk, řidičsk, vairuotojo, vadītāja, άδεια";
const phones =
  "phone, tel, mobile, cell, fax, contact, telefon, téléphone, teléfono, telefone, handy, móvil, celular";
const passport = "passport, passeport, passaporto, pasaporte, reisepass";
const tax = "tax, tin, steuer, fiscal, fiscale, impot, impôt, nif, utr, itin, i.t.i.n.";
const national =
  "identity, identification, national id, ausweis, dni, documento, carta, codice fiscale, id number, nie";
const health =
  "health, insurance, ehic, versicherung, gesundheitskarte, assurance, salud, sanitaria, ceam, vitale";

const credentials = {
  AwsSecretKey: {
    pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g,
    keywords: list(
      "aws_secret_access_key, credentials, secret access key, secretaccesskey, secret key, set-awscredential",
    ),
  },
  OpenSshPrivateKey: privateKey("OPENSSH PRIVATE KEY"),
  PgpPrivateKey: privateKey("PGP PRIVATE KEY BLOCK"),
  PkcsPrivateKey: privateKey("(?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY"),
  PuttyPrivateKey: { pattern: /PuTTY-User-Key-File-\d: [^\r\n]+(?:\r?\n[^\r\n]+){0,100}/g, keywords: [] },
} satisfies Readonly<Record<string, DataIdentifier>>;

const devices = {
  IpAddress: {
    pattern: new RegExp(
      String.raw`(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|` +
        String.raw`(?:[\da-f]{1,4}:){1,6}(?::[\da-f]{1,4}){1,6})(?![\w:]|\.\d)`,
      "gi",
    ),
    keywords: [],
    check: (text: string) => text.includes(":") || octets(text),
  },
} satisfies Readonly<Record<string, DataIdentifier>>;

const ibanOf = (country: string, length: number) =>
  identifier(`${country}\\d{2}(?: ?[A-Z0-9]){${length - 4}}`, "", iban);

const financial = {
  "BankAccountNumber-DE": ibanOf("DE", 22),
  "BankAccountNumber-ES": ibanOf("ES", 24),
  "BankAccountNumber-FR": ibanOf("FR", 27),
  "BankAccountNumber-GB": ibanOf("GB", 22),
  "BankAccountNumber-IT": ibanOf("IT", 27),
  "BankAccountNumber-US": identifier(String.raw`\d{9,17}`, bank),
  CreditCardExpiration: identifier(String.raw`(?:0[1-9]|1[0-2])[/-](?:20)?\d{2}`, card),
  CreditCardNumber: identifier(
    String.raw`(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6\d{3}|3[0-9]\d{2})(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,3})?|` +
      String.raw`3[47]\d{2}[ -]?\d{6}[ -]?\d{5}`,
    "",
    luhn,
  ),
  CreditCardSecurityCode: identifier(
    String.raw`\d{3,4}`,
    "card id, card identification, cvc, cvc2, cvv, cvv2, card security, card verification, security code, " +
      "card code, elo verification",
  ),
} satisfies Readonly<Record<string, DataIdentifier>>;

const protectedHealth = {
  "DrugEnforcementAgencyNumber-US": identifier(
    String.raw`[A-Z][A-Z9]\d{7}`,
    "dea number, dea registration",
    deaNumber,
  ),
  "HealthInsuranceCardNumber-EU": identifier(String.raw`80\d{18}|\d{10,20}|[A-Z]\d{9}`, health),
  "HealthInsuranceClaimNumber-US": identifier(
    String.raw`\d{3}-?\d{2}-?\d{4}-?[A-Z]\d?`,
    "health insurance claim number, hic no, hic no., hic number, hic#, hicn, hicn#, hicno#",
  ),
  "HealthInsuranceNumber-FR": identifier(
    String.raw`[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)[\dAB]{2}\d{6}(?:\d{2})?`,
    "carte d'assuré social, carte vitale, insurance card",
  ),
  "HealthcareProcedureCode-US": identifier(
    String.raw`[A-V]\d{4}|\d{4}[FTU]|\d{5}`,
    "current procedural terminology, hcpcs, healthcare common procedure coding system",
  ),
  "MedicareBeneficiaryNumber-US": identifier(
    String.raw`[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}`,
    "mbi, medicare beneficiary",
  ),
  "NationalDrugCode-US": identifier(String.raw`\d{4,5}-\d{3,4}-\d{1,2}`, "national drug code, ndc"),
  "NationalInsuranceNumber-GB": identifier(
    String.raw`[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]`,
    "insurance no., insurance number, insurance#, national insurance number, nationalinsurance#, nin, nino",
  ),
  "NationalProviderId-US": identifier(
    String.raw`[12]\d{9}`,
    "hipaa, n.p.i., national provider, npi",
    (text) => luhn(`80840${text}`),
  ),
  "NhsNumber-GB": identifier(
    String.raw`\d{3}[ -]?\d{3}[ -]?\d{4}`,
    "national health service, nhs",
    nhsNumber,
  ),
  "PersonalHealthNumber-CA": identifier(
    String.raw`9\d{3} ?\d{3} ?\d{3}|\d{4}[ -]?\d{3}[ -]?\d{3}`,
    "canada healthcare number, msp number, care number, phn, soins de santé",
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
  keywords: string,
): Readonly<Record<string, DataIdentifier>> {
  return Object.fromEntries(
    Object.entries(patterns).map(([country, pattern]) => [
      `${name}-${country}`,
      identifier(pattern, keywords),
    ]),
  );
}

const personal = {
  ...byCountry("DriversLicense", drivingLicences, driving),
  ...byCountry("PhoneNumber", phoneNumbers, phones),
  ...byCountry("PassportNumber", passports, passport),
  "CepCode-BR": identifier(String.raw`\d{5}-?\d{3}`, "cep, código de endereçamento postal, codigo postal"),
  "Cnpj-BR": identifier(String.raw`\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}`, "", cnpj),
  "CpfCode-BR": identifier(String.raw`\d{3}\.?\d{3}\.?\d{3}-?\d{2}`, "", cpf),
  "ElectoralRollNumber-GB": identifier(
    String.raw`[A-Z]{2}\d{1,4}`,
    "electoral, electoral roll, electoralroll",
  ),
  EmailAddress: {
    pattern: /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/g,
    keywords: [],
  },
  "IndividualTaxIdentificationNumber-US": identifier(String.raw`9\d{2}[ -]?[5-9]\d[ -]?\d{4}`, tax),
  "InseeCode-FR": identifier(String.raw`[12] ?\d{2} ?\d{2} ?[\dAB]{2} ?\d{3} ?\d{3} ?\d{2}`, "", inseeCode),
  LatLong: identifier(
    String.raw`-?\d{1,2}\.\d{2,}\s*,\s*-?\d{1,3}\.\d{2,}`,
    "coordinate, coordinates, lat long, latitude longitude, location, position, latlong, latitude, longitude",
  ),
  "NationalIdentificationNumber-DE": identifier(String.raw`[CFGHJKLMNPRTVWXYZ\d]{9}\d?D?`, national),
  "NationalIdentificationNumber-ES": identifier(String.raw`\d{8}-?[A-Z]`, "", spanishId),
  "NationalIdentificationNumber-IT": identifier(
    String.raw`[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]`,
    "",
  ),
  "NieNumber-ES": identifier(String.raw`[XYZ]-?\d{7}-?[A-Z]`, "", spanishId),
  "NifNumber-ES": identifier(String.raw`\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z]`, "", spanishId),
  "PermanentResidenceNumber-CA": identifier(
    String.raw`[A-Z]{2}\d{7,10}`,
    "carte résident permanent, numéro carte résident permanent, numéro résident permanent, " +
      "permanent resident, pr number, pr no",
  ),
  "PostalCode-CA": identifier(
    String.raw`[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d`,
    "postal, code postal, zip",
  ),
  "RgNumber-BR": identifier(String.raw`\d{1,2}\.?\d{3}\.?\d{3}-?[\dX]`, "rg, registro geral, identidade"),
  "SocialInsuranceNumber-CA": identifier(
    String.raw`\d{3}[ -]?\d{3}[ -]?\d{3}`,
    "canadian id, numéro d'assurance sociale, social insurance number, sin",
    luhn,
  ),
  "Ssn-ES": identifier(
    String.raw`\d{2}/?\d{7,8}/?\d{2}`,
    "número de la seguridad social, social security no, social security number, socialsecurityno#, ssn, ssn#",
  ),
  "Ssn-US": identifier(
    String.raw`(?!000|666|9)\d{3}([ -]?)(?!00)\d{2}\1(?!0000)\d{4}`,
    "social security, ss#, ssn",
  ),
  "TaxId-DE": identifier(String.raw`\d{2} ?\d{3} ?\d{3} ?\d{3}`, tax),
  "TaxId-ES": identifier(String.raw`[A-HJ-NP-SUVW]\d{7}[A-J\d]|\d{8}-?[A-Z]|[XYZ]\d{7}[A-Z]`, tax),
  "TaxId-FR": identifier(String.raw`[0-3]\d(?: ?\d{2})(?: ?\d{3}){3}`, tax),
  "TaxId-GB": identifier(String.raw`\d{10}|\d{5} ?\d{5}`, tax),
  VehicleIdentificationNumber: identifier(
    String.raw`[A-HJ-NPR-Z\d]{17}`,
    "fahrgestellnummer, niv, numarul de identificare, número de identificación, vin, " +
      "vehicle identification, numéro d'identification du véhicule, vehicle",
    vehicleNumber,
  ),
  "ZipCode-US": identifier(String.raw`\d{5}(?:-\d{4})?`, "zip code, zip+4, zip, zipcode, postal code"),
} satisfies Readonly<Record<string, DataIdentifier>>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html */
export const managedIdentifiers: ReadonlyMap<string, DataIdentifier> = new Map(
  Object.entries({ ...credentials, ...devices, ...financial, ...protectedHealth, ...personal }),
);

/** AWS finds these with models that know the world's names and streets; a pattern would not. */
export const unsupportedIdentifiers: ReadonlySet<string> = new Set(["Address", "Name"]);
