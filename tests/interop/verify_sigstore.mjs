// Verifies sigstore bundles with sigstore's own JavaScript packages, and nothing else.
//
//   node verify_sigstore.mjs MODULES ROOT KEY HINT TIMESTAMPS BUNDLE...
//
// MODULES holds `node_modules`. For each bundle one line: `ok`, or the error's code.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [modules, rootFile, keyFile, hint, timestamps, ...bundles] =
  process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot, PublicKey } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const pem = readFileSync(keyFile, "utf8").replace(/-----[^-]+-----|\s/g, "");
const root = TrustedRoot.fromJSON(JSON.parse(readFileSync(rootFile, "utf8")));
const keys = { [hint]: PublicKey.fromJSON({ rawBytes: pem }) };
const verifier = new Verifier(toTrustMaterial(root, keys), {
  timestampThreshold: Number(timestamps),
  tsaThreshold: Number(timestamps),
});

for (const file of bundles) {
  try {
    const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
    verifier.verify(toSignedEntity(bundle));
    console.log("ok");
  } catch (error) {
    console.log(error.code ?? `${error.name}: ${error.message}`);
  }
}
