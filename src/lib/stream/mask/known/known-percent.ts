// How a text is written in a URL: the percent-encodings of the common encoders, which differ in what they leave as it is.

export type Escape = (text: string) => string;

/** What the common encoders leave as it is, besides letters and digits. */
const UNRESERVED = {
  'RFC 3986, curl, jq, Go (query)': '-_.~',
  'JavaScript (component)': "-_.!~*'()",
  'URLSearchParams, Java': '-_.*',
  PHP: '-_.',
  'everything else encoded': '',
  'Python (quote)': '-_.~/',
  'JavaScript (encodeURI)': "-_.!~*'();,/?:@&=+$#",
  'Go (path)': '-_.~$&+=:@',
  'Go (user)': '-_.~$&+,;=',
  'WHATWG (user)': "-_.~!$%&'()*+,",
  'WHATWG (path)': "-_.~!$%&'()*+,/:;=@[]\\^|",
  'WHATWG (query)': '-_.~!$%&()*+,/:;=@[]\\^|?{}`',
};

/** What is not in `unreserved` becomes `%2f` or `%2F`, and a blank `space`. */
export const percent = (unreserved: string, isUpper: boolean, space: string): Escape => {
  const written = new Map([...unreserved].map((character) => [character, character]));
  written.set(' ', space);
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    if (!written.has(character)) written.set(character, encoded(character, isUpper));
  }
  return (text) => text.replace(/[^A-Za-z0-9]/gu, (character) => written.get(character) ?? encoded(character, isUpper));
};

function encoded(character: string, isUpper: boolean): string {
  const hex = Buffer.from(character).toString('hex').replace(/../g, '%$&');
  return isUpper ? hex.toUpperCase() : hex;
}

/** The one that most programs use. */
export const percentEncoded: Escape = percent(UNRESERVED['RFC 3986, curl, jq, Go (query)'], true, '%20');

/** Every way of the common encoders. */
export const percents: readonly Escape[] = Object.values(UNRESERVED).flatMap((unreserved) =>
  [true, false].flatMap((isUpper) => ['%20', '+'].map((space) => percent(unreserved, isUpper, space))),
);
