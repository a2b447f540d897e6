// What a reference parser finds in OpenAPI documents: node openapi_oracle.mjs FOLDER-OF-NODE-MODULES FILE… Prints one JSON line a file.
import { createRequire } from "node:module";
import path from "node:path";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), "x.js"));
const loaded = require("@apidevtools/swagger-parser");
const SwaggerParser = loaded.default ?? loaded;
const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

// Properties and required names of a schema, `allOf` joined; null where there is a choice between alternatives.
function shape(schema, depth = 0) {
  if (!schema || typeof schema !== "object" || depth > 20) return { properties: {}, required: [] };
  if (schema.$ref || schema.anyOf || schema.oneOf) return null;
  const whole = { properties: { ...(schema.properties ?? {}) }, required: [...(schema.required ?? [])] };
  for (const part of schema.allOf ?? []) {
    const inner = shape(part, depth + 1);
    if (!inner) return null;
    whole.properties = { ...inner.properties, ...whole.properties };
    whole.required.push(...inner.required);
  }
  return whole;
}

// The closed vocabulary of a schema; "open" where it has several alternatives.
const words = (schema) => {
  const several = [...(schema?.anyOf ?? []), ...(schema?.oneOf ?? []), ...(schema?.allOf ?? [])].filter((s) => s?.type !== "null");
  if (several.length > 0) return several.length === 1 && !schema.enum ? words(several[0]) : "open";
  const list = schema?.enum;
  return Array.isArray(list) ? list.filter((v) => v !== null) : null;
};

for (const file of files) {
  let api;
  try {
    api = await SwaggerParser.dereference(file, { dereference: { circular: "ignore" }, resolve: { external: false } });
  } catch (error) {
    console.log(JSON.stringify({ file, error: String(error.message).slice(0, 200) }));
    continue;
  }
  const operations = [];
  for (const [route, item] of Object.entries(api.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item?.[method];
      if (!operation || typeof operation !== "object") continue;
      const params = new Map();
      for (const p of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) params.set(`${p.in} ${p.name}`, p);
      const found = { method: method.toUpperCase(), path: route, params: [], body: null };
      let schema = null;
      let required = false;
      for (const p of params.values()) {
        if (p.in === "body") {
          schema = p.schema;
          required = p.required === true;
        } else {
          const s = p.schema ?? p.content?.["application/json"]?.schema ?? p;
          found.params.push({ in: p.in, name: p.name, required: p.required === true || p.in === "path", enum: words(s) });
        }
      }
      const content = operation.requestBody?.content ?? {};
      const json = Object.keys(content).find((k) => k.includes("json"));
      if (json) {
        schema = content[json].schema;
        required = operation.requestBody.required === true;
      }
      const whole = schema && shape(schema);
      if (whole && Object.keys(whole.properties).length > 0) {
        found.body = Object.entries(whole.properties).map(([name, s]) => ({
          name, required: required && whole.required.includes(name), enum: words(s), readOnly: s?.readOnly === true,
        }));
      }
      operations.push(found);
    }
  }
  console.log(JSON.stringify({ file, operations }));
}
