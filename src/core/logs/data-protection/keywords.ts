// The words that stand near sensitive data, as AWS lists them, and how they are looked for.

/**
 * Some of these must be near the data, whatever their capitals. For a space in one there may as well be a
 * `_`, a `-` or nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
 */
export interface Keywords {
  /** Without what may stand for a space: whoever has none of these has no keyword. */
  readonly squeezed: readonly string[];
  /** In all their forms. */
  readonly forms: readonly string[];
  readonly longest: number;
}

/** How many characters may be between a keyword and the data. */
const distance = 30;

const inSpaces = /[ _-]/g;

/** Words with commas between them. */
export function keywords(...lists: readonly string[]): Keywords {
  const words = [...new Set(lists.flatMap((list) => list.toLowerCase().split(", ")))];
  const forms = words.flatMap((word) => ["", " ", "_", "-"].map((space) => word.replaceAll(" ", space)));
  return {
    squeezed: [...new Set(words.map((word) => word.replace(inSpaces, "")))],
    forms: [...new Set(forms)],
    longest: Math.max(...words.map(({ length }) => length)),
  };
}

/** A text in which keywords can be looked for, with each of its characters where it was. */
export interface FoldedText {
  readonly lower: string;
  readonly squeezed: string;
}

export function foldText(text: string): FoldedText {
  const small = text.toLowerCase();
  // One letter of Turkish is longer in lower case.
  const same = small.length === text.length ? small : text.replaceAll("İ", "i").toLowerCase();
  const lower = same.replaceAll("’", "'");
  return { lower, squeezed: lower.replace(inSpaces, "") };
}

export function mentions({ squeezed }: FoldedText, { squeezed: words }: Keywords): boolean {
  return words.some((word) => squeezed.includes(word));
}

export function isNear({ lower }: FoldedText, start: number, end: number, words: Keywords): boolean {
  const reach = distance + words.longest;
  const before = lower.slice(Math.max(0, start - reach), start);
  const after = lower.slice(end, end + reach);
  return words.forms.some((word) => {
    const last = before.lastIndexOf(word);
    if (last >= 0 && before.length - last - word.length <= distance) return true;
    const first = after.indexOf(word);
    return first >= 0 && first <= distance;
  });
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-credentials.html
export const secretKeyWords = keywords(
  "aws_secret_access_key, credentials, secret access key, secret key, set-awscredential",
);

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-financial.html
export const financialWords = {
  bankUs: keywords(
    "bank account, bank acct, checking account, checking acct, deposit account, deposit acct, " +
      "savings account, savings acct, chequing account, chequing acct",
  ),
  /** `expires` is ours. */
  cardExpiration: keywords("exp d, exp m, exp y, expiration, expiry, expires"),
  cardSecurity: keywords(
    "card id, card identification code, card identification number, card security code, " +
      "card validation code, card validation number, card verification data, " +
      "card verification value, cvc, cvc2, cvv, cvv2, " +
      "elo verification code",
  ),
} as const;

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-health.html
export const healthWords = {
  dea: keywords("dea number, dea registration"),
  cardEu: keywords(
    "assicurazione sanitaria numero, carta assicurazione numero, carte d'assurance maladie, " +
      "carte européenne d'assurance maladie, ceam, ehic, ehic#, finlandehicnumber#, gesundheitskarte, " +
      "hälsokort, health card, health card number, health insurance card, health insurance number, " +
      "insurance card number, krankenversicherungskarte, krankenversicherungsnummer, " +
      "medical account number, numero conto medico, numéro d'assurance maladie, " +
      "numéro de carte d'assurance, " +
      "numéro de compte medical, número de cuenta médica, número de seguro de salud, " +
      "número de tarjeta de seguro, sairaanhoitokortin, sairausvakuutuskortti, sairausvakuutusnumero, " +
      "sjukförsäkring nummer, sjukförsäkringskort, suomi ehic-numero, tarjeta de salud, terveyskortti, " +
      "tessera sanitaria assicurazione numero, versicherungsnummer",
  ),
  claimUs: keywords("health insurance claim number, hic no, hic no., hic number, hic#, hicn, hicn#, hicno#"),
  insuranceFr: keywords("carte d'assuré social, carte vitale, insurance card"),
  procedureUs: keywords("current procedural terminology, hcpcs, healthcare common procedure coding system"),
  medicareUs: keywords("mbi, medicare beneficiary"),
  drugUs: keywords("national drug code, ndc"),
  providerUs: keywords("hipaa, n.p.i., national provider, npi"),
  nhs: keywords("national health service, nhs"),
  personalCa: keywords("canada healthcare number, msp number, care number, phn, soins de santé"),
  nationalInsuranceGb: keywords(
    "insurance no., insurance number, insurance#, national insurance number, nationalinsurance#, nin, nino",
  ),
} as const;

const englishLicence =
  "dl#, dl:, dlno#, driver licence, driver licences, driver license, driver licenses, driver permit, " +
  "drivers lic., drivers licence, driver's licence, drivers licences, driver's licences, drivers license, " +
  "driver's license, drivers licenses, driver's licenses, drivers permit, driver's permit, " +
  "drivers permit number, driving licence, driving license, driving permit";
const germanLicence =
  "fuehrerschein, fuehrerschein- nr, fuehrerscheinnummer, fuhrerschein, führerschein, fuhrerschein- nr, " +
  "führerschein- nr, fuhrerscheinnummer, führerscheinnummer";

/**
 * `conducir` is ours.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-pii.html
 */
export const licenceWords: Readonly<Record<string, Keywords>> = {
  AT: keywords("führerschein, fuhrerschein"),
  AU: keywords(englishLicence, "dl :"),
  BE: keywords(germanLicence, "numéro permis conduire, permis de conduire, rijbewijs, rijbewijsnummer"),
  BG: keywords(
    "превозно средство, свидетелство за управление на моторно, свидетелство за управление на мпс, сумпс, " +
      "шофьорска книжка",
  ),
  CA: keywords(englishLicence, "permis de conduire"),
  CY: keywords("άδεια οδήγησης"),
  CZ: keywords(
    "číslo licence, císlo licence řidiče, číslo řidičského průkazu, ovladače lic., povolení k jízdě, " +
      "povolení řidiče, řidiči povolení, řidičský prúkaz, řidičský průkaz",
  ),
  DE: keywords(germanLicence, "fahrerlaubnis"),
  DK: keywords("kørekort, kørekortnummer"),
  EE: keywords("juhi litsentsi number, juhiloa number, juhiluba, juhiluba number"),
  ES: keywords(
    "carnet conducer, licencia conducer, licencia de manejo, número carnet conducer, " +
      "número de carnet de conducer, número de permiso conducer, número de permiso de conducer, " +
      "número licencia conducer, número permiso conducer, permiso conducción, permiso conducer, " +
      "permiso de conducción",
    "carnet de conducir, permiso de conducir, licencia de conducir",
  ),
  FI: keywords(
    "ajokortin numero, ajokortti, förare lic., körkort, körkort nummer, kuljettaja lic., permis de conduire",
  ),
  FR: keywords("permis de conduire"),
  GB: keywords(englishLicence),
  GR: keywords("δεια οδήγησης, adeia odigisis"),
  HR: keywords("vozačka dozvola"),
  HU: keywords("illesztőprogramok lic, jogosítvány, jogsi, licencszám, vezető engedély, vezetői engedély"),
  IE: keywords("ceadúnas tiomána"),
  IT: keywords("patente di guida, patente di guida numero, patente guida, patente guida numero"),
  LT: keywords("vairuotojo pažymėjimas"),
  LU: keywords("fahrerlaubnis, führerschäin"),
  LV: keywords(
    "autovadītāja apliecība, licences numurs, vadītāja apliecība, vadītāja apliecības numurs, " +
      "vadītāja atļauja, vadītāja licences numurs, vadītāji lic.",
  ),
  MT: keywords("liċenzja tas-sewqan"),
  NL: keywords("permis de conduire, rijbewijs, rijbewijsnummer"),
  PL: keywords("numer licencyjny, prawo jazdy, zezwolenie na prowadzenie"),
  PT: keywords(
    "carta de condução, carteira de habilitação, carteira de motorist, carteira habilitação, " +
      "carteira motorist, licença condução, licença de condução, número de licença, número licença, " +
      "permissão condução, permissão de condução",
  ),
  RO: keywords("numărul permisului de conducere, permis de conducere"),
  SE: keywords(
    "ajokortin numero, dlno# ajokortti, drivere lic., förare lic., körkort, körkort nummer, " +
      "körkortsnummer, kuljettajat lic.",
  ),
  SI: keywords("vozniško dovoljenje"),
  SK: keywords(
    "číslo licencie, číslo vodičského preukazu, ovládače lic., povolenia vodičov, povolenie jazdu, " +
      "povolenie na jazdu, povolenie vodiča, vodičský preukaz",
  ),
  US: keywords(englishLicence),
};

const phone = "cell, contact, fax, fax number, mobile, phone, phone number, tel, telephone, telephone number";

/** The words of other languages than English and Portuguese are ours. */
export const phoneWords: Readonly<Record<string, Keywords>> = {
  BR: keywords(phone, "cel, celular, fone, móvel, número residencial, numero residencial, telefone"),
  DE: keywords(phone, "telefon, handy"),
  ES: keywords(phone, "teléfono, telefono, móvil"),
  FR: keywords(phone, "téléphone, portable"),
  GB: keywords(phone),
  IT: keywords(phone, "telefono, cellulare"),
  US: keywords(phone),
};

export const passportWords: Readonly<Record<string, Keywords>> = {
  CA: keywords("passeport, passeport#, passport, passport#, passportno, passportno#"),
  DE: keywords(
    "ausstellungsdatum, ausstellungsort, geburtsdatum, passport, passports, reisepass, reisepassnummer",
  ),
  ES: keywords("libreta pasaporte, número pasaporte, pasaporte, passport"),
  FR: keywords("passeport"),
  GB: keywords("passeport, passport"),
  IT: keywords("italian passport number, numéro passeport, passaporto, passport number"),
  US: keywords("passport, travel document"),
};

const spanishTax =
  "cif, cif número, cifnúmero#, nie, nif, número de contribuyente, número de identidad de extranjero, " +
  "número de identificación fiscal, número de impuesto corporativo, personal tax number, tax id, " +
  "tax identification number, tax number, tin, tin#";

export const taxWords = {
  DE: keywords(
    "identifikationsnummer, steuer id, steueridentifikationsnummer, steuernummer, tax id, " +
      "tax identification number, tax number",
  ),
  ES: keywords(spanishTax),
  FR: keywords("numéro d'identification fiscale, tax id, tax identification number, tax number, tin, tin#"),
  GB: keywords(
    "paye, tax id, tax id no., tax id number, tax identification, tax identification#, tax no., " +
      "tax number, tax reference, tax#, taxid#, temporary reference number, tin, trn, " +
      "unique tax reference, " +
      "unique taxpayer reference, utr",
  ),
  US: keywords("individual taxpayer identification number, itin, i.t.i.n."),
} as const;

export const personalWords = {
  birth: keywords("dob, date of birth, birthdate, birth date, birthday, b-day, bday"),
  cepBr: keywords("cep, código de endereçamento postal, codigo de endereçamento postal"),
  electoralGb: keywords(
    "electoral #, electoral number, electoral roll #, electoral roll no., electoral roll number, " +
      "electoralrollno",
  ),
  coordinates: keywords("coordinate, coordinates, lat long, latitude longitude, location, position"),
  nationalDe: keywords(
    "ausweisnummer, id number, identification number, identity number, insurance number, personal id, " +
      "personalausweis",
  ),
  residenceCa: keywords(
    "carte résident permanent, numéro carte résident permanent, numéro résident permanent, " +
      "permanent resident card, permanent resident card number, permanent resident no, " +
      "permanent resident no., permanent resident number, pr no, pr no., pr non, pr number, " +
      "résident permanent no., résident permanent non",
  ),
  rgBr: keywords("registro geral, rg"),
  insuranceCa: keywords("canadian id, numéro d'assurance sociale, social insurance number, sin"),
  securityEs: keywords(
    "número de la seguridad social, social security no., social security no, social security number, " +
      "socialsecurityno#, ssn, ssn#",
  ),
  securityUs: keywords("social security, ss#, ssn"),
  vehicle: keywords(
    "fahrgestellnummer, niv, numarul de identificare, numarul seriei de sasiu, serie sasiu, numer vin, " +
      "número de identificação do veículo, número de identificación de automóviles, " +
      "numéro d'identification du véhicule, vehicle identification number, vin, vin numeris",
  ),
  zipUs: keywords("zip code, zip+4"),
} as const;
