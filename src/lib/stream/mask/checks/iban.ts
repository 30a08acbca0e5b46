// International bank account numbers: each country's length (SWIFT's IBAN registry) and the remainder by 97 (ISO 13616).

/** Length of the whole number by country; countries outside the registry that issue such numbers are at the end. */
export const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  [
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29',
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20',
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29',
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30',
    'AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28',
  ]
    .join(' ')
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
);

/** True for a number of the right length for its country whose check digits hold. Blanks and hyphens are ignored, case is not. */
export function isIban(text: string): boolean {
  const bare = text.replace(/[ -]/g, '');
  if (IBAN_LENGTHS.get(bare.slice(0, 2)) !== bare.length) return false;
  const isGerman = bare.startsWith('DE');
  if (!(isGerman ? /^DE\d+$/ : /^[A-Z]{2}\d{2}[A-Z0-9]+$/).test(bare)) return false;
  return remainderBy97(bare.slice(4) + bare.slice(0, 4)) === 1;
}

/** The number with its check digits: `DE` and the bank's part of it. Neither country nor length is looked at. */
export function completeIban(country: string, account: string): string {
  return country + String(98 - remainderBy97(`${account}${country}00`)).padStart(2, '0') + account;
}

/** Letters count as 10 to 35. */
function remainderBy97(characters: string): number {
  let remainder = 0;
  for (let at = 0; at < characters.length; at++) {
    const code = characters.charCodeAt(at);
    remainder = code >= 65 ? (remainder * 100 + (code - 55)) % 97 : (remainder * 10 + (code - 48)) % 97;
  }
  return remainder;
}
