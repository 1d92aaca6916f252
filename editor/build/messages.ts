import MessageFormat from "@messageformat/core";
import compileModule from "@messageformat/core/compile-module";
import type { Plugin } from "vite";

/** Turns each file of words, in ICU's MessageFormat, into functions, so that no parser is sent to browsers. */
export function messages(): Plugin {
  return {
    name: "messages",
    enforce: "pre",
    transform(source, id) {
      const [, locale] = /\/words\/([\w-]+)\.json$/.exec(id) ?? [];
      if (!locale) return null;
      const format = new MessageFormat(locale, { returnType: "string" });
      return { code: compileModule(format, JSON.parse(source)), map: null, moduleType: "js" };
    },
  };
}
