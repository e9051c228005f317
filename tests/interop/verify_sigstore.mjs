// Verifies sigstore bundles with sigstore's own JavaScript packages, and nothing else.
//
//   node verify_sigstore.mjs MODULES VERIFIER ROOT KEYS OPTIONS BUNDLE...
//
// MODULES is the folder that holds `node_modules`, VERIFIER the package in it. KEYS is
// JSON: hints, and public keys as base64 of DER. OPTIONS is JSON for the verifier. For
// each bundle one line is printed: `ok`, or the code of the refusal.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [modules, verifierName, rootFile, keys, options, ...bundles] =
  process.argv.slice(2);
const require = createRequire(`${modules}/`);
const own = createRequire(require.resolve(verifierName));
const { bundleFromJSON } = own("@sigstore/bundle");
const { TrustedRoot, PublicKey } = own("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require(verifierName);

const root = TrustedRoot.fromJSON(JSON.parse(readFileSync(rootFile, "utf8")));
const named = Object.fromEntries(
  Object.entries(JSON.parse(keys)).map(([hint, rawBytes]) => [
    hint,
    PublicKey.fromJSON({ rawBytes }),
  ]),
);
const verifier = new Verifier(toTrustMaterial(root, named), JSON.parse(options));

for (const file of bundles) {
  try {
    const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
    verifier.verify(toSignedEntity(bundle));
    console.log("ok");
  } catch (error) {
    console.log(error.code ?? `${error.name}: ${error.message}`);
  }
}
