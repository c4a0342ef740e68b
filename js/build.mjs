// Bundle each folder that has an index.ts into one minified file of metawidgets/widgets/static.
//   node build.mjs [name...]  write the bundles, or those of some folders
//   node build.mjs --check    fail if a committed bundle differs from what the sources make
//   node build.mjs --watch    write them again at every change
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "metawidgets", "widgets", "static");
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "index.ts")))
  .map((entry) => entry.name)
  .sort();

// White space between CSS rules counts for nothing; esbuild does not minify a sheet that is imported as text.
const sheets = {
  name: "sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const found = await build({
        entryPoints: [path],
        minify: true,
        write: false,
        logLevel: "silent",
      });
      return { contents: found.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

/** These run as classic scripts: the page's own host, and what converts maths in Python. Everything else is a module. */
const scripts = ["page_host", "maths"];
const options = (name, write) => ({
  entryPoints: [join(here, name, "index.ts")],
  outfile: join(out, `${name}.js`),
  bundle: true,
  minify: true,
  format: scripts.includes(name) ? "iife" : "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [sheets],
  logLevel: "warning",
  write,
});

async function check() {
  const stale = [];
  for (const name of names) {
    const { outputFiles } = await build(options(name, false));
    const path = join(out, `${name}.js`);
    const committed = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (outputFiles[0].text !== committed) stale.push(relative(join(here, ".."), path));
  }
  const orphans = readdirSync(out).filter((file) => !names.includes(basename(file, ".js")));
  for (const path of stale) console.error(`${path} is not what js/ makes; run 'make js'.`);
  for (const file of orphans) console.error(`${file} has no source in js/; remove it.`);
  if (stale.length || orphans.length) process.exit(1);
  console.log(`${names.length} bundles are fresh.`);
}

async function main() {
  if (process.argv.includes("--check")) return check();
  if (process.argv.includes("--watch")) {
    for (const name of names) await (await context(options(name, true))).watch();
    console.log(`watching ${names.length} components`);
    return;
  }
  const wanted = process.argv.slice(2);
  mkdirSync(out, { recursive: true });
  await Promise.all((wanted.length ? wanted : names).map(write));
}

async function write(name) {
  const { outputFiles } = await build(options(name, false));
  // Only what changed is written, so that make and a watching notebook see no change where there is none.
  const path = join(out, `${name}.js`);
  if (existsSync(path) && readFileSync(path, "utf8") === outputFiles[0].text) return;
  writeFileSync(path, outputFiles[0].text);
  rmSync(join(out, `${name}.css`), { force: true });
  console.log(relative(process.cwd(), path));
}

await main();
