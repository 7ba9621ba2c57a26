//! The import graph: small projects, and what of them clients load.

use std::fs;
use std::path::Path;

use stripeguard::context::imports::{
    Budget, Directive, Entry, Graph, Imports, Module, Reach, Rules,
};
use tempfile::TempDir;

/// A project: paths and texts.
pub fn project(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const NEXT: [&str; 3] = ["getServerSideProps", "getStaticProps", "loader"];

/// Rules as a stack would give them: 'use client' and files named `main`, `page` or `index.html`
/// are entry points; 'use server' and `server-only` are barriers.
fn with_rules<R>(act: impl FnOnce(&Rules<'_>) -> R) -> R {
    let stripped: Vec<String> = NEXT.iter().map(|name| (*name).to_owned()).collect();
    let rules = Rules {
        entries: &[],
        entry: &|file| {
            let name = file.path.rsplit('/').next().unwrap();
            let stem = name.split('.').next().unwrap();
            if ["main", "page"].contains(&stem) || name == "index.html" {
                return Some("an entry point".to_owned());
            }
            (file.directive() == Some(Directive::UseClient)).then(|| "'use client'".to_owned())
        },
        barrier: &barrier,
        stripped: &|_| &stripped,
    };
    act(&rules)
}

fn barrier(module: &Module) -> Option<String> {
    if module.directive == Some(Directive::UseServer) {
        return Some("'use server'".to_owned());
    }
    module.imports("server-only").then(|| "it imports server-only".to_owned())
}

fn reach_in(root: &Path, package: &str, label: &str) -> Reach {
    let budget = Budget { threads: 2, ..Budget::default() };
    reach_of(&Imports::new(root, budget).unwrap(), package, label)
}

fn reach_of(imports: &Imports, package: &str, label: &str) -> Reach {
    with_rules(|rules| imports.reach(&mut imports.graph(package, rules), rules, label))
}

fn settled(imports: &Imports, package: &str) -> Graph {
    with_rules(|rules| {
        let mut graph = imports.graph(package, rules);
        imports.settle(&mut graph, rules);
        graph
    })
}

fn reach(files: &[(&str, &str)], label: &str) -> Reach {
    reach_in(project(files).path(), "", label)
}

/// The route to a file that clients load.
#[track_caller]
fn route(files: &[(&str, &str)], label: &str) -> String {
    match reach(files, label) {
        Reach::Client { route, .. } => route.join(" > "),
        other => panic!("{label}: {other:?}"),
    }
}

#[track_caller]
fn not_reached(files: &[(&str, &str)], label: &str) {
    assert_eq!(reach(files, label), Reach::NotReached);
}

#[track_caller]
fn stopped(files: &[(&str, &str)], label: &str, by: &str) {
    match reach(files, label) {
        Reach::Stopped { why, .. } => assert_eq!(why, by),
        other => panic!("{label}: {other:?}"),
    }
}

#[track_caller]
fn incomplete(files: &[(&str, &str)], label: &str) -> String {
    match reach(files, label) {
        Reach::Incomplete { why } => why,
        other => panic!("{label}: {other:?}"),
    }
}

#[test]
fn two_hops_and_an_alias() {
    let files = [
        ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } } // c"#),
        ("app/checkout/view.tsx", "'use client'\nimport { pay } from '@/lib/pay'\npay()"),
        ("src/lib/pay.ts", "import { stripe } from './stripe'\nexport const pay = () => stripe()"),
        ("src/lib/stripe.ts", "export const stripe = () => 1"),
        ("app/api/route.ts", "import '@/lib/other'"),
        ("src/lib/other.ts", ""),
    ];
    let expected = "app/checkout/view.tsx > src/lib/pay.ts > src/lib/stripe.ts";
    assert_eq!(route(&files, "src/lib/stripe.ts"), expected);
    not_reached(&files, "src/lib/other.ts");
}

#[test]
fn the_entry_point_says_why_it_ships() {
    let files = [
        ("a.tsx", "// © a company\n/* x */ 'use strict'; \"use client\"\nimport './b'"),
        ("b.ts", ""),
    ];
    let Reach::Client { route, why } = reach(&files, "b.ts") else { panic!() };
    assert_eq!((route.len(), why.as_str()), (2, "'use client'"));
}

#[test]
fn every_form_of_import_counts() {
    for import in [
        "import './x'",
        "import x from './x'; x()",
        "import * as x from './x'; x.y()",
        "import { y as x } from \"./x\"; x()",
        "import x, { type T } from './x'; x()",
        "export * from './x'",
        "export * as x from './x'",
        "export { y } from './x'",
        "const x = await import('./x')",
        "const x = lazy(() => import(/* webpackChunkName: 'x' */ './x'))",
        "const x = require('./x')",
        "import x = require('./x'); x()",
        "const x = new Worker(new URL('./x', import.meta.url))",
        "const x = await import(`./x`)",
        "import x from './x.js'; x()",
        "import x from './x?worker'; x()",
        "import x from 'raw-loader!./x'; x()",
        "import data from './x' with { type: 'json' }; data()",
        "import\n{\n  y\n}\nfrom\n'./x'; y()",
    ] {
        assert_eq!(
            route(&[("main.ts", import), ("x.ts", "")], "x.ts"),
            "main.ts > x.ts",
            "{import}"
        );
    }
}

#[test]
fn types_do_not_count() {
    for import in [
        "import type { X } from './x'",
        "import type X from './x'",
        "import { type X, type Y } from './x'",
        "export type { X } from './x'",
        "export { type X } from './x'",
        "import { X } from './x'; const a: X = 1; function f<T extends X>(b: X): X { return b as X }",
        "type A = import('./x').X",
        "import { X } from './x'; const a = (v: X.Y<1>[]) => v as unknown as X.Z",
        "import * as X from './x'; class A<T> extends B<X.Y> implements X.Z {}",
        "// import './x'\n/* import './x' */ const a = \"import './x'\"",
    ] {
        not_reached(&[("main.ts", import), ("x.ts", "")], "x.ts");
    }
}

#[test]
fn an_import_used_as_a_value_and_a_type_counts() {
    let files = [("main.ts", "import { X } from './x'; const a: X = new X()"), ("x.ts", "")];
    assert_eq!(route(&files, "x.ts"), "main.ts > x.ts");
    let decorated =
        "import { X } from './x'; @Injectable() class A { constructor(private x: X) {} }";
    assert_eq!(route(&[("main.ts", decorated), ("x.ts", "")], "x.ts"), "main.ts > x.ts");
    let verbatim = [
        ("tsconfig.json", r#"{ "compilerOptions": { "verbatimModuleSyntax": true } }"#),
        ("main.ts", "import { X } from './x'; const a: X = 1"),
        ("x.ts", ""),
    ];
    assert_eq!(route(&verbatim, "x.ts"), "main.ts > x.ts");
    let script = [("main.js", "import { X } from './x'"), ("x.js", "")];
    assert_eq!(route(&script, "x.js"), "main.js > x.js");
}

#[test]
fn what_only_a_data_function_uses_is_stripped() {
    let page = "
        import { db } from '../lib/db'
        import { price } from '../lib/price'
        import { both } from '../lib/both'
        import '../lib/effect'
        const load = async () => db.all()
        const unrelated = both()
        export async function getServerSideProps() {
            const { late } = await import('../lib/late')
            return { props: { all: await load(), both: both(), late: late() } }
        }
        export default function Page() { return <p>{price(1)}</p> }
    ";
    let files = [
        ("pages/page.tsx", page),
        ("lib/db.ts", ""),
        ("lib/late.ts", ""),
        ("lib/price.ts", ""),
        ("lib/both.ts", ""),
        ("lib/effect.ts", ""),
    ];
    stopped(&files, "lib/db.ts", "getServerSideProps");
    stopped(&files, "lib/late.ts", "getServerSideProps");
    for kept in ["lib/price.ts", "lib/both.ts", "lib/effect.ts"] {
        assert_eq!(route(&files, kept), format!("pages/page.tsx > {kept}"));
    }
}

#[test]
fn stripped_exports_in_every_form() {
    for page in [
        "import { db } from './db'; export const loader = async () => db()",
        "import { db } from './db'; async function loader() { return db() } export { loader }",
        "import { db } from './db'; async function load() { return db() } export { load as loader }",
        "import * as db from './db'; const all = () => db.x(); export const loader = () => all()",
        "export { loader } from './db'",
        "const db = require('./db'); export const loader = () => db()",
    ] {
        stopped(&[("page.tsx", page), ("db.ts", "")], "db.ts", "loader");
    }
    for page in [
        "import { db } from './db'; export const other = async () => db()",
        "import { db } from './db'; export const loader = () => db(); export default () => <A b={db} />",
        "import { db } from './db'; const all = db(); export const loader = () => all; track(all)",
        "export { loader, other } from './db'",
        "export * from './db'",
        "import db from './db'; export const loader = () => db(), other = () => db()",
    ] {
        assert_eq!(
            route(&[("page.tsx", page), ("db.ts", "")], "db.ts"),
            "page.tsx > db.ts",
            "{page}"
        );
    }
}

#[test]
fn barriers_stop() {
    let files = [
        ("main.tsx", "import { save } from './actions'; import './guarded'; save()"),
        (
            "actions.ts",
            "'use server'\nimport { key } from './key'\nexport async function save() { key() }",
        ),
        ("guarded.ts", "import 'server-only'\nimport './key'"),
        ("key.ts", ""),
        ("package.json", r#"{ "dependencies": { "server-only": "1" } }"#),
    ];
    not_reached(&files, "key.ts");
    stopped(&files, "actions.ts", "'use server'");
    stopped(&files, "guarded.ts", "it imports server-only");
}

#[test]
fn a_module_behind_a_barrier_may_be_reached_another_way() {
    let files = [
        ("main.tsx", "import { save } from './actions'; import { a } from './a'; save(a)"),
        ("actions.ts", "'use server'\nimport './key'"),
        ("a.ts", "import './b'"),
        ("b.ts", "import './key'"),
        ("key.ts", ""),
    ];
    assert_eq!(route(&files, "key.ts"), "main.tsx > a.ts > b.ts > key.ts");
}

#[test]
fn barrels_and_cycles() {
    let files = [
        ("main.ts", "import { a } from './lib'; a()"),
        ("lib/index.ts", "export * from './a'; export { b } from './b'"),
        ("lib/a.ts", "import { b } from '.'; export const a = () => b()"),
        ("lib/b.ts", "import { a } from './a'; export const b = () => a()"),
    ];
    assert_eq!(route(&files, "lib/b.ts"), "main.ts > lib/index.ts > lib/b.ts");
}

#[test]
fn packages_of_one_tree() {
    let files = [
        ("package.json", r#"{ "workspaces": ["packages/*", "apps/*"] }"#),
        (
            "apps/web/package.json",
            r#"{ "name": "web", "dependencies": { "@acme/pay": "*", "@acme/ui": "*", "react": "19" } }"#,
        ),
        ("apps/web/main.tsx", "import 'react'; import '@acme/pay'; import '@acme/ui/button'"),
        ("apps/api/package.json", r#"{ "name": "api", "dependencies": { "@acme/db": "*" } }"#),
        ("apps/api/server.ts", "import '@acme/db'"),
        (
            "packages/pay/package.json",
            r#"{ "name": "@acme/pay", "exports": { ".": { "types": "./dist/index.d.ts", "browser": "./src/browser.ts", "node": "./src/node.ts" } } }"#,
        ),
        ("packages/pay/src/browser.ts", "import './shared'"),
        ("packages/pay/src/node.ts", ""),
        ("packages/pay/src/shared.ts", ""),
        (
            "packages/ui/package.json",
            r#"{ "name": "@acme/ui", "exports": { "./*": "./dist/esm/*.js" } }"#,
        ),
        ("packages/ui/src/button.tsx", ""),
        ("packages/db/package.json", r#"{ "name": "@acme/db", "main": "index.js" }"#),
        ("packages/db/index.js", ""),
    ];
    let root = project(&files);
    let imports = Imports::new(root.path(), Budget::default()).unwrap();
    let graph = settled(&imports, "apps/web");
    let modules: Vec<&str> = graph.modules().collect();
    assert_eq!(graph.unresolved().len(), 0, "{:?}", graph.unresolved());
    let expected = [
        "apps/web/main.tsx",
        "packages/pay/src/browser.ts",
        "packages/ui/src/button.tsx",
        "packages/pay/src/shared.ts",
    ];
    assert_eq!(modules, expected);
    assert_eq!(imports.packages().dependents("packages/pay"), ["apps/web"]);
    assert_eq!(imports.packages().dependents("packages/db"), ["apps/api"]);
}

#[test]
fn subpath_imports_and_browser_fields() {
    let files = [
        (
            "package.json",
            r##"{ "name": "app", "imports": { "#lib/*": "./lib/*.ts" }, "browser": { "./server.js": false, "./fetch.js": "./fetch-browser.js" } }"##,
        ),
        (
            "main.js",
            "import '#lib/a'; import './server.js'; import './fetch.js'; import 'app/main.js'",
        ),
        ("lib/a.ts", ""),
        ("server.js", ""),
        ("fetch.js", ""),
        ("fetch-browser.js", ""),
    ];
    assert_eq!(route(&files, "lib/a.ts"), "main.js > lib/a.ts");
    assert_eq!(route(&files, "fetch-browser.js"), "main.js > fetch-browser.js");
    not_reached(&files, "server.js");
    not_reached(&files, "fetch.js");
}

#[test]
fn configurations_that_extend_others() {
    let files = [
        (
            "tsconfig.base.json",
            r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "~lib": ["lib/all"] } } }"#,
        ),
        (
            "web/tsconfig.json",
            r#"{ "extends": ["@tsconfig/strict/tsconfig.json", "./.gone/tsconfig.json", "../tsconfig.base"], "include": ["other"] }"#,
        ),
        ("web/main.ts", "import '~lib'; import 'lib/base'"),
        ("lib/all.ts", ""),
        ("lib/base.ts", ""),
    ];
    assert_eq!(route(&files, "lib/all.ts"), "web/main.ts > lib/all.ts");
    assert_eq!(route(&files, "lib/base.ts"), "web/main.ts > lib/base.ts");
}

#[test]
fn configurations_that_refer_to_others() {
    let files = [
        (
            "tsconfig.json",
            r#"{ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "./gone.json" }] }"#,
        ),
        (
            "tsconfig.app.json",
            r#"{ "compilerOptions": { "paths": { "%/*": ["./src/*"] } }, "include": ["src"] }"#,
        ),
        ("src/main.vue", "<script setup lang=\"ts\">\nimport a from '%/a'\n</script>"),
        ("src/a.ts", ""),
    ];
    assert_eq!(route(&files, "src/a.ts"), "src/main.vue > src/a.ts");
}

#[test]
fn configurations_of_scripts_and_broken_ones() {
    let files = [
        ("jsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./source/*"] } } }"#),
        ("main.js", "import '@/a'"),
        ("source/a.js", ""),
    ];
    assert_eq!(route(&files, "source/a.js"), "main.js > source/a.js");
    let broken = [
        ("tsconfig.json", "{ nonsense"),
        ("package.json", "{ nonsense"),
        ("main.ts", "import './a'"),
        ("a.ts", ""),
    ];
    assert_eq!(route(&broken, "a.ts"), "main.ts > a.ts");
}

#[test]
fn aliases_of_bundlers() {
    for (config, text) in [
        (
            "vite.config.ts",
            "export default defineConfig({ resolve: { alias: { '%': fileURLToPath(new URL('./source', import.meta.url)) } } })",
        ),
        (
            "vite.config.js",
            "export default { resolve: { alias: [{ find: '%', replacement: '/source' }] } }",
        ),
        (
            "vite.config.mts",
            "export default { resolve: { alias: [{ find: /^%\\//, replacement: `${path.resolve(__dirname, 'source')}/` }] } }",
        ),
        (
            "webpack.config.js",
            "module.exports = { resolve: { alias: { '%': path.resolve(__dirname, 'web', '..', 'source') } } }",
        ),
        ("svelte.config.js", "export default { kit: { alias: { '%/': 'source/' } } }"),
        (
            ".babelrc",
            "{ \"plugins\": [[\"module-resolver\", { \"alias\": { \"%\": \"./source\" } }]] }",
        ),
    ] {
        let files = [
            ("package.json", "{}"),
            (config, text),
            ("main.js", "import '%/a'"),
            ("source/a.js", ""),
        ];
        assert_eq!(route(&files, "source/a.js"), "main.js > source/a.js", "{config}");
    }
    let exact = [
        ("package.json", "{}"),
        (
            "vue.config.js",
            "module.exports = { configureWebpack: { resolve: { alias: { 'pay$': './source/a' } } } }",
        ),
        ("main.js", "import 'pay'; import 'pay/b'"),
        ("source/a.js", ""),
        ("source/a/b.js", ""),
    ];
    assert_eq!(route(&exact, "source/a.js"), "main.js > source/a.js");
    incomplete(&exact, "source/a/b.js");
}

#[test]
fn aliases_by_convention() {
    let files = [
        ("package.json", "{}"),
        ("src/main.js", "import '@/a'; import '$lib/b'; import 'src/c'"),
        ("src/a.js", ""),
        ("src/lib/b/index.js", ""),
        ("src/c.vue", ""),
    ];
    for reached in ["src/a.js", "src/lib/b/index.js", "src/c.vue"] {
        assert_eq!(route(&files, reached), format!("src/main.js > {reached}"));
    }
}

#[test]
fn components_and_pages() {
    let files = [
        (
            "index.html",
            "<!-- <script src=a.ts></script> --><SCRIPT type=module src='/src/app.ts'></SCRIPT><script type=\"module\">import './inline.ts'</script>",
        ),
        ("src/app.ts", "import App from './App.vue'; import S from './S.svelte'; new App(S)"),
        (
            "src/App.vue",
            "<template><A/></template>\n<script>import './options'</script>\n<script setup lang=ts>\nimport A from './a'\n</script>",
        ),
        (
            "src/S.svelte",
            "<script module>import './m'</script><script lang=\"ts\">import b from './b'</script>",
        ),
        ("src/options.ts", ""),
        ("src/a.ts", ""),
        ("src/b.ts", ""),
        ("src/m.ts", ""),
        ("inline.ts", ""),
        ("a.ts", ""),
    ];
    assert_eq!(route(&files, "src/a.ts"), "index.html > src/app.ts > src/App.vue > src/a.ts");
    assert_eq!(route(&files, "src/b.ts"), "index.html > src/app.ts > src/S.svelte > src/b.ts");
    for reached in ["src/options.ts", "src/m.ts", "inline.ts"] {
        route(&files, reached);
    }
    not_reached(&files, "a.ts");
}

#[test]
fn astro_ships_scripts_and_islands_but_no_frontmatter() {
    let files = [
        (
            "page.astro",
            "---\nimport { db } from './db'\nimport Counter from './Counter'\nimport Static from './Static'\nconst all = await db()\n---\n<Static />\n<Counter client:load n={1} />\n<script>import './ships'</script>",
        ),
        ("db.ts", ""),
        ("Counter.tsx", ""),
        ("Static.tsx", ""),
        ("ships.ts", ""),
    ];
    stopped(&files, "db.ts", "frontmatter");
    stopped(&files, "Static.tsx", "frontmatter");
    assert_eq!(route(&files, "Counter.tsx"), "page.astro > Counter.tsx");
    assert_eq!(route(&files, "ships.ts"), "page.astro > ships.ts");
}

#[test]
fn documents_with_components() {
    let files = [
        (
            "page.mdx",
            "import Pay from './pay'\n\n# Title\n\n```js\nimport x from './fenced'\n```\n\n<Pay />\n",
        ),
        ("pay.tsx", ""),
        ("fenced.ts", ""),
    ];
    assert_eq!(route(&files, "pay.tsx"), "page.mdx > pay.tsx");
    not_reached(&files, "fenced.ts");
}

#[test]
fn patterns_and_platforms() {
    let files = [
        (
            "main.ts",
            "import.meta.glob('./pages/**/*.vue'); const l = (n) => import(`./locales/${n}.json`); require.context('./icons'); const t = () => import('./themes/' + name)",
        ),
        ("pages/a/b.vue", "<script>import '../../pay'</script>"),
        ("pages/a/c.ts", ""),
        ("icons/i.js", ""),
        ("themes/dark.ts", ""),
        ("pay.ios.ts", ""),
        ("pay.android.ts", ""),
        ("locales/de.json", "{}"),
        ("locales/x.txt", ""),
    ];
    assert_eq!(route(&files, "locales/de.json"), "main.ts > locales/de.json");
    assert_eq!(route(&files, "pages/a/b.vue"), "main.ts > pages/a/b.vue");
    assert_eq!(route(&files, "icons/i.js"), "main.ts > icons/i.js");
    assert_eq!(route(&files, "themes/dark.ts"), "main.ts > themes/dark.ts");
    assert_eq!(route(&files, "pay.ios.ts"), "main.ts > pages/a/b.vue > pay.ios.ts");
    assert_eq!(route(&files, "pay.android.ts"), "main.ts > pages/a/b.vue > pay.android.ts");
    not_reached(&files, "pages/a/c.ts");
}

#[test]
fn data_is_reached_too() {
    let files =
        [("main.ts", "import config from './config.json'; config()"), ("config.json", "{}")];
    assert_eq!(route(&files, "config.json"), "main.ts > config.json");
}

#[test]
fn what_is_not_there_makes_the_answer_incomplete() {
    let main = "import '@@@/pay'; import './gone'; import 'undeclared'; import 'declared/x'; import 'node:fs'; import './style.css'; import 'https://x.test/y.js'; import 'virtual:z'; import './gone.json'; import './gone.js?url'; import './generated/prisma/client'; import '~icons/mdi/x'";
    let files = [
        ("package.json", r#"{ "dependencies": { "declared": "1" } }"#),
        ("main.ts", main),
        ("key.ts", ""),
        ("api.ts", "import './also-gone'"),
    ];
    let why = incomplete(&files, "key.ts");
    assert_eq!(why, "main.ts: `./gone` was not found, and 2 more could not be followed");
}

#[test]
fn what_another_package_or_the_package_manager_installed_is_not_missing() {
    let main = [
        ("web/package.json", r#"{ "name": "web" }"#),
        (
            "web/main.ts",
            "import 'hoisted'; import '@scope/locked/x'; import 'other-locked'; import 'slot'",
        ),
        ("api/package.json", r#"{ "name": "api", "dependencies": { "hoisted": "1" } }"#),
        ("key.ts", ""),
    ];
    for lock in [
        ("yarn.lock", "\"@scope/locked@npm:^3.3.3\":\n\nother-locked@^1:\n  slot: 1\n"),
        (
            "package-lock.json",
            "{ \"node_modules/@scope/locked\": {}, \"node_modules/a/node_modules/other-locked\": {}, \"node_modules/slot\": {} }",
        ),
        (
            "pnpm-lock.yaml",
            "packages:\n  '@scope/locked@1.0.0':\n  /other-locked@1.0.0:\n  slot@1.0.0:\n",
        ),
    ] {
        let files: Vec<(&str, &str)> = main.into_iter().chain([lock]).collect();
        let root = project(&files);
        assert_eq!(reach_in(root.path(), "web", "key.ts"), Reach::NotReached, "{}", lock.0);
    }
    let files: Vec<(&str, &str)> = main
        .into_iter()
        .chain([("yarn.lock", "\"@radix/slot@1\":\n\"@scope/locked@1\":\nother-locked@1:\n")])
        .collect();
    let root = project(&files);
    let Reach::Incomplete { why } = reach_in(root.path(), "web", "key.ts") else { panic!() };
    assert_eq!(why, "web/main.ts: `slot` was not found");
}

#[test]
fn a_package_within_a_package_has_entry_points_of_its_own() {
    let files = [
        ("package.json", r#"{ "name": "root" }"#),
        ("esm/package.json", r#"{ "type": "module" }"#),
        ("esm/main.js", "import './a'"),
        ("esm/a.js", ""),
        ("packages/other/package.json", r#"{ "name": "other" }"#),
        ("packages/other/main.js", "import './b'"),
        ("packages/other/b.js", ""),
    ];
    assert_eq!(route(&files, "esm/a.js"), "esm/main.js > esm/a.js");
    not_reached(&files, "packages/other/b.js");
}

#[test]
fn what_is_not_there_does_not_matter_where_clients_do_not_come() {
    let files = [("main.ts", ""), ("api.ts", "import './gone'"), ("key.ts", "")];
    not_reached(&files, "key.ts");
}

#[test]
fn over_the_budget() {
    let files = [
        ("main.ts", "import './a'"),
        ("a.ts", "import './b'"),
        ("b.ts", "import './c'"),
        ("c.ts", ""),
    ];
    let root = project(&files);
    let budget = Budget { modules: 2, ..Budget::default() };
    let imports = Imports::new(root.path(), budget).unwrap();
    assert!(matches!(reach_of(&imports, "", "c.ts"), Reach::Incomplete { .. }));
    let small = Budget { file_bytes: 8, ..Budget::default() };
    let imports = Imports::new(root.path(), small).unwrap();
    let Reach::Incomplete { why } = reach_of(&imports, "", "c.ts") else { panic!() };
    assert!(why.starts_with("main.ts: could not be read"), "{why}");
    let few = Budget { entries: 2, ..Budget::default() };
    let imports = Imports::new(root.path(), few).unwrap();
    assert!(matches!(reach_of(&imports, "", "c.ts"), Reach::Incomplete { .. }));
}

#[test]
fn an_answer_rests_on_parsed_modules_and_on_no_others() {
    let files = [
        (
            "main.ts",
            "// import './commented'\nimport { Type } from './types'\nlet a: Type\nimport './a'",
        ),
        ("types.ts", "import './key'\nexport interface Type {}"),
        ("commented.ts", "import './key'\nimport './gone'"),
        ("a.ts", "import './b'"),
        ("b.ts", "import(/* chunk */ './c'); import('./d/' + name); require(`./e`)"),
        ("c.ts", ""),
        ("d/x.ts", ""),
        ("e.ts", ""),
        ("key.ts", ""),
    ];
    assert_eq!(reach(&files, "key.ts"), Reach::NotReached);
    for way in ["c.ts", "d/x.ts", "e.ts"] {
        assert_eq!(route(&files, way), format!("main.ts > a.ts > b.ts > {way}"));
    }
}

#[test]
fn many_ways_that_are_none_end() {
    let mut files = vec![("key.ts".to_owned(), String::new())];
    let mut main = String::new();
    for index in 0..40 {
        main.push_str(&format!("import './m{index}'\n"));
        files.push((format!("m{index}.ts"), "// import './key'\n".to_owned()));
    }
    files.push(("main.ts".to_owned(), main));
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    assert_eq!(reach(&files, "key.ts"), Reach::NotReached);
}

#[test]
fn named_entry_points() {
    let root = project(&[("src/boot.ts", "import './a'"), ("src/a.ts", "")]);
    let entries = [Entry { path: "src/boot.ts".to_owned(), why: "the webpack entry".to_owned() }];
    let rules = Rules { entries: &entries, ..Rules::default() };
    let imports = Imports::new(root.path(), Budget::default()).unwrap();
    let mut graph = imports.graph("", &rules);
    let Reach::Client { route, why } = imports.reach(&mut graph, &rules, "src/a.ts") else {
        panic!()
    };
    assert_eq!((route.len(), why.as_str()), (2, "the webpack entry"));
}

#[cfg(unix)]
#[test]
fn links_stay_within_the_root() {
    use std::os::unix::fs::symlink;
    let outside = project(&[("secret.ts", "import './more'"), ("more.ts", "")]);
    let root = project(&[
        ("main.ts", "import './out/secret'; import './in/a'; import './loop/b'; import './file'"),
        ("real/a.ts", ""),
    ]);
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink("real", root.path().join("in")).unwrap();
    symlink("loop", root.path().join("loop")).unwrap();
    symlink(outside.path().join("more.ts"), root.path().join("file.ts")).unwrap();
    symlink("..", root.path().join("real/up")).unwrap();
    let imports = Imports::new(root.path(), Budget::default()).unwrap();
    let graph = settled(&imports, "");
    assert_eq!(graph.modules().collect::<Vec<_>>(), ["main.ts", "real/a.ts"]);
    let missing: Vec<&str> = graph.unresolved().iter().map(|u| u.what.as_str()).collect();
    assert_eq!(
        missing,
        ["`./file` was not found", "`./loop/b` was not found", "`./out/secret` was not found"]
    );
}

#[test]
fn what_is_installed_is_not_entered() {
    let files = [
        ("package.json", r#"{ "dependencies": { "lib": "1" } }"#),
        ("main.js", "import 'lib'; import './node_modules/lib/index.js'"),
        ("node_modules/lib/index.js", "import '../../key'"),
        ("key.js", ""),
    ];
    incomplete(&files, "key.js");
}

#[test]
fn malformed_and_hostile_texts() {
    let deep = format!("import './x'\nconst a = {}1{}", "(".repeat(200_000), ")".repeat(200_000));
    let open = format!("import './x'\n{}", "[{(`${".repeat(50_000));
    let jsx = format!("import './x'\nconst a = {}", "<a b={".repeat(50_000));
    let plus = format!("import './x'\nconst l = import({})", vec!["a"; 100_000].join(" + "));
    let broken = "import { a from './x'\nexport const = import( './x' ;".to_owned();
    for text in [deep, open, jsx, plus, broken] {
        let files = [("main.tsx", text.as_str()), ("x.ts", ""), ("y.ts", "")];
        match reach(&files, "x.ts") {
            Reach::Client { .. } | Reach::Incomplete { .. } => {}
            other => panic!("{other:?}: {}", &text[..40]),
        }
    }
    let bytes = project(&[("x.ts", "")]);
    fs::write(bytes.path().join("main.ts"), b"\xff\xfe import './x'; \xc3\x28 '\x00").unwrap();
    assert!(!matches!(reach_in(bytes.path(), "", "x.ts"), Reach::NotReached));
}

#[test]
fn chains_of_configurations_end() {
    let root = project(&[("main.ts", "import '@/x'"), ("x.ts", "")]);
    for index in 0..5000 {
        let text = format!("{{ \"extends\": \"./c{}.json\" }}", index + 1);
        let name = if index == 0 { "tsconfig.json".to_owned() } else { format!("c{index}.json") };
        write(root.path(), &name, &text);
    }
    let own = project(&[
        ("tsconfig.json", r#"{ "extends": "./tsconfig.json" }"#),
        ("main.ts", "import './x'"),
        ("x.ts", ""),
    ]);
    assert!(matches!(reach_in(own.path(), "", "x.ts"), Reach::Client { .. }));
    assert!(matches!(reach_in(root.path(), "", "x.ts"), Reach::Client { .. }));
}

#[test]
fn what_plugins_make_of_directories_is_followed() {
    let files = [
        ("package.json", "{}"),
        (
            "vite.config.ts",
            "export default { resolve: { alias: { '@modules': './src/modules' } } }",
        ),
        (
            "src/main.ts",
            "import routes from '~pages'\nimport.meta.glob('@modules/*.ts', { eager: true })\nuse(routes)",
        ),
        ("src/pages/pay.vue", "<script>import '../key'</script>"),
        ("src/modules/log.ts", "import '../log'"),
        ("src/key.ts", ""),
        ("src/log.ts", ""),
        ("src/other.ts", ""),
    ];
    assert_eq!(route(&files, "src/key.ts"), "src/main.ts > src/pages/pay.vue > src/key.ts");
    assert_eq!(route(&files, "src/log.ts"), "src/main.ts > src/modules/log.ts > src/log.ts");
    assert_eq!(reach(&files, "src/other.ts"), Reach::NotReached);
}
