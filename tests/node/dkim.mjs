// Checks signatures of mails with mailauth: [{mail, name, record}] comes in, the verdicts go out.
// Mails are base64; the record is what the DNS would answer for the name.

import { readFileSync } from "node:fs";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

async function verdict({ mail, name, record }) {
  const resolver = async (asked, type) => {
    if (type === "TXT" && asked === name) {
      return [record];
    }
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  };
  const { results } = await dkimVerify(Buffer.from(mail, "base64"), { resolver });
  return results.map((each) => [each.status.result, each.signingDomain, each.algo]);
}

const cases = JSON.parse(readFileSync(0, "utf8"));
const verdicts = [];
for (const each of cases) {
  verdicts.push(await verdict(each));
}
process.stdout.write(JSON.stringify(verdicts));
