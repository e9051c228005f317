// Expands status lists with the bit strings of the W3C reference implementation.
//
//   node read_status_list.mjs GROUP_FOLDER LIST...       prints length and set bits
//   node read_status_list.mjs GROUP_FOLDER --write N...  prints a list with these set
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, ...given] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const found = require.resolve('@digitalbazaar/bitstring');
const { Bitstring } = await import(pathToFileURL(found));

if (given[0] === '--write') {
  const list = new Bitstring({ length: 131072 });
  for (const index of given.slice(1)) list.set(Number(index), true);
  console.log(`u${await list.encodeBits()}`);
} else {
  for (const text of given) {
    const buffer = await Bitstring.decodeBits({ encoded: text.slice(1) });
    const list = new Bitstring({ buffer });
    const set = [];
    for (let i = 0; i < list.length; i++) if (list.get(i)) set.push(i);
    console.log(JSON.stringify([list.length, set]));
  }
}
