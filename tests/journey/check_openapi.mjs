// Is the OpenAPI document that is named valid by the specification's own schema? Exit status 1 and the faults when not.
import { Validator } from "@seriousme/openapi-schema-validator";

const validator = new Validator();
const result = await validator.validate(process.argv[2]);
if (!result.valid) {
  console.error(JSON.stringify(result.errors, null, 1));
  process.exit(1);
}
console.log(validator.version);
