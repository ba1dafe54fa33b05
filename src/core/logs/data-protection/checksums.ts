// Check digits: numbers that only look like an identifier are told from those that are one.

/** https://www.iso.org/standard/70484.html (the algorithm of H. P. Luhn) */
export function luhn(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (const [index, digit] of digits.split("").toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits !== "" && sum % 10 === 0 && /[1-9]/.test(digits);
}

/** ISO 13616: letters count from 10, and the whole is 1 modulo 97. */
export function iban(text: string): boolean {
  const compact = text.replace(/\s/g, "").toUpperCase();
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** The sum of digits by weights, over a modulus. */
function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index] ?? 0), 0);
}

/** https://www.nhs.uk: ten digits, the last one by weights of 10 to 2 modulo 11. */
export function nhsNumber(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  const check = (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return digits.length === 10 && check === Number(digits[9]);
}

/** Brazil's CPF: two digits, each by falling weights modulo 11. */
export function cpf(text: string): boolean {
  return brazilian(text, 11, [10, 9, 8, 7, 6, 5, 4, 3, 2], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
}

/** Brazil's CNPJ, in the same way. */
export function cnpj(text: string): boolean {
  const weights = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  return brazilian(text, 14, weights, [6, ...weights]);
}

function brazilian(
  text: string,
  length: number,
  first: readonly number[],
  second: readonly number[],
): boolean {
  const digits = text.replace(/\D/g, "");
  if (digits.length !== length || /^(\d)\1*$/.test(digits)) return false;
  const check = (weights: readonly number[]) => {
    const rest = weighted(digits, weights) % 11;
    return rest < 2 ? 0 : 11 - rest;
  };
  return check(first) === Number(digits[length - 2]) && check(second) === Number(digits[length - 1]);
}

const spanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spain's DNI and NIE: the last letter is the number modulo 23; X, Y and Z in front stand for 0, 1 and 2. */
export function spanishId(text: string): boolean {
  const compact = text.replace(/[-\s.]/g, "").toUpperCase();
  const number = compact.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return spanishLetters[Number(number) % 23] === compact.at(-1);
}

const vinValues = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** ISO 3779; North America alone, whose numbers begin with 1 to 5, has a check digit in the ninth place. */
export function vehicleNumber(text: string): boolean {
  if (!/^[1-5]/.test(text)) return /\d/.test(text);
  const value = (character: string) => vinValues.indexOf(character) % 10;
  const sum = vinWeights.reduce(
    (sum, weight, index) => sum + weight * value(text.charAt(index).toUpperCase()),
    0,
  );
  return "0123456789X"[sum % 11] === text.charAt(8).toUpperCase();
}

/** The registration number of the DEA: two letters and seven digits, the last one by the others. */
export function deaNumber(text: string): boolean {
  const digits = text.slice(2);
  return weighted(digits, [1, 2, 1, 2, 1, 2]) % 10 === Number(digits[6]);
}

/**
 * Of the 15 digits of France's INSEE number the last two are 97 less the others modulo 97. The departments of
 * Corsica, 2A and 2B, count as 19 and 18.
 */
export function inseeCode(text: string): boolean {
  const compact = text.replace(/\s/g, "").toUpperCase();
  const department = compact.slice(5, 7).replace("2A", "19").replace("2B", "18");
  const number = BigInt(compact.slice(0, 5) + department + compact.slice(7, 13));
  return 97n - (number % 97n) === BigInt(compact.slice(13));
}

/** Four bytes, or eight groups of which a run of zeros may be left out; with a digit at least. */
export function ipAddress(text: string): boolean {
  if (!text.includes(":")) return octets(text);
  const halves = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups = halves.flat();
  const last = groups.at(-1) ?? "";
  const isMixed = last.includes(".");
  const count = groups.length + (isMixed ? 1 : 0);
  if (isMixed && !octets(last)) return false;
  if (groups.slice(0, isMixed ? -1 : undefined).some((group) => !/^[\da-f]{1,4}$/i.test(group))) return false;
  return /\d/.test(text) && (halves.length === 1 ? count === 8 : halves.length === 2 && count < 8);
}

function octets(text: string): boolean {
  return text.split(".").every((octet) => Number(octet) <= 255);
}

/** Degrees of latitude and longitude. */
export function coordinates(text: string): boolean {
  const [latitude, longitude] = text.split(",").map(Number);
  return Math.abs(latitude ?? Number.NaN) <= 90 && Math.abs(longitude ?? Number.NaN) <= 180;
}
