//! Which side findings ship to, as a user sees it.

use serde_json::Value;

use super::{Run, scan, stripeguard};
use crate::container::zip;
use crate::keys::{key, live_secret, test_publishable};
use crate::repo::Repo;

/// A shop made with Next.js, with a key two imports behind a client component.
fn shop(key: &str) -> Repo {
    let repo = Repo::new();
    repo.write("package.json", r#"{"dependencies": {"next": "15"}}"#);
    repo.write("app/page.tsx", "'use client'\nimport { pay } from '../lib/pay'\npay()\n");
    repo.write("lib/pay.ts", "import { key } from './key'\nexport const pay = () => key\n");
    repo.write("lib/key.ts", format!("export const key = '{key}'\n"));
    repo
}

fn finding(run: &Run, rule: &str) -> Value {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    findings
        .iter()
        .find(|f| f["rule"] == rule)
        .unwrap_or_else(|| panic!("no {rule}: {json}"))
        .clone()
}

/// A name, put together so that this file does not hold it.
fn public_name() -> String {
    ["NEXT", "PUBLIC", "STRIPE", "SECRET", "KEY"].join("_")
}

#[test]
fn a_secret_that_ships_is_critical_with_the_way_to_it() {
    let repo = shop(&key("rk_live", 99, 1));
    let run = scan(repo.path(), &["."]);
    let found = finding(&run, "stripe-restricted-key-live");
    assert_eq!(found["side"], "client");
    assert_eq!(found["severity"], "critical");
    assert_eq!(
        found["evidence"],
        "lib/key.ts ships: app/page.tsx ('use client') → lib/pay.ts → lib/key.ts"
    );
    assert_eq!(found["route"], serde_json::json!(["app/page.tsx", "lib/pay.ts", "lib/key.ts"]));
    let text = stripeguard(repo.path(), &["scan", "--color", "never", "."]).stdout;
    assert!(text.contains("ships: lib/key.ts ships: app/page.tsx"), "{text}");
    assert!(text.contains("now: Revoke it"), "{text}");
}

#[test]
fn a_test_key_that_ships_is_high_and_a_publishable_one_stays_information() {
    let repo = shop(&key("sk_test", 99, 1));
    repo.write("public/a.js", format!("Stripe('{}')\n", test_publishable(1)));
    let run = scan(repo.path(), &["."]);
    assert_eq!(finding(&run, "stripe-secret-key-test")["severity"], "high");
    let publishable = finding(&run, "stripe-publishable-key-test");
    assert_eq!(
        (&publishable["side"], &publishable["severity"]),
        (&"client".into(), &"info".into())
    );
}

#[test]
fn what_is_not_known_makes_no_claim() {
    let repo = Repo::new();
    repo.write("notes.txt", live_secret(1));
    let found = finding(&scan(repo.path(), &["."]), "stripe-secret-key-live");
    assert_eq!(found["side"], "unknown");
    assert_eq!(found["evidence"], Value::Null);
    assert_eq!(found["route"], serde_json::json!([]));
}

#[test]
fn an_import_that_cannot_be_followed_lowers_the_claim_and_is_named() {
    let repo = shop(&live_secret(1));
    repo.write("lib/admin.ts", format!("export const admin = '{}'\n", live_secret(2)));
    repo.write("app/other.tsx", "'use client'\nimport './missing'\n");
    let json = scan(repo.path(), &["."]).json();
    let found = json["findings"].as_array().unwrap();
    let admin = found.iter().find(|f| f["path"] == "lib/admin.ts").unwrap();
    assert_eq!(admin["side"], "unknown");
    let evidence = admin["evidence"].as_str().unwrap();
    assert!(evidence.contains("app/other.tsx") && evidence.contains("./missing"), "{evidence}");
    let shipped = found.iter().find(|f| f["path"] == "lib/key.ts").unwrap();
    assert_eq!(shipped["side"], "client");
}

#[test]
fn a_directory_or_file_of_a_repository_is_judged_by_the_manifest_above_it() {
    let repo = shop(&live_secret(1));
    repo.write("public/a.js", live_secret(2));
    for path in ["public", "public/a.js"] {
        let found = finding(&scan(repo.path(), &[path]), "stripe-secret-key-live");
        assert_eq!(found["evidence"], "public/ is served as it is (Next.js)", "{path}");
    }
}

#[test]
fn what_is_staged_is_judged_by_its_own_text() {
    let repo = shop("none");
    repo.commit("start");
    repo.write("app/form.tsx", format!("'use client'\nconst key = '{}'\n", live_secret(1)));
    repo.git(["add", "-A"]);
    repo.write("app/form.tsx", "export {}\n");
    let found = finding(&scan(repo.path(), &["--staged", "."]), "stripe-secret-key-live");
    assert_eq!((&found["side"], &found["origin"]), (&"client".into(), &"index".into()));
}

#[test]
fn history_is_judged_by_paths_and_texts() {
    let repo = shop("none");
    repo.write("public/a.js", live_secret(1)).commit("leak");
    repo.remove("public/a.js").commit("gone");
    let found = finding(&scan(repo.path(), &["."]), "stripe-secret-key-live");
    assert_eq!(found["evidence"], "public/ is served as it is (Next.js)");
    let bare = Repo::bare_directory();
    bare.git(["clone", "-q", "--bare", repo.path().to_str().unwrap(), "shop.git"]);
    let found = finding(&scan(bare.path(), &["shop.git"]), "stripe-secret-key-live");
    assert_eq!(found["evidence"], "public/ is served as it is (Next.js)");
}

#[test]
fn a_name_under_a_public_prefix_is_an_error_without_a_key() {
    let repo = shop("none");
    let name = public_name();
    repo.write("lib/use.ts", format!("// {name}\nconst key = process.env.{name}\n"));
    repo.write(".github/workflows/ci.yml", format!("env:\n  {name}: x\n"));
    repo.write("README.md", format!("{name}\n"));
    repo.write("lib/fine.ts", "const key = process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY\n");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 1);
    assert_eq!(run.places(), [".github/workflows/ci.yml:2:3 tree", "lib/use.ts:2:25 tree"]);
    let found = finding(&run, "stripe-secret-under-public-prefix");
    assert_eq!((&found["kind"], &found["severity"]), (&"lint".into(), &"high".into()));
    let page = stripeguard(repo.path(), &["explain", "stripe-secret-under-public-prefix"]);
    assert!(page.stdout.contains("## Why is this bad"), "{}", page.stderr);
}

#[test]
fn a_name_that_was_committed_before_does_not_block_a_commit() {
    let repo = shop("none");
    let name = public_name();
    repo.write("lib/use.ts", format!("process.env.{name}\n")).commit("old");
    repo.write("lib/use.ts", format!("// changed\nprocess.env.{name}\n"));
    repo.write("lib/new.ts", format!("process.env.{name}\n"));
    repo.git(["add", "-A"]);
    assert_eq!(scan(repo.path(), &["--staged", "."]).places(), ["lib/new.ts:1:13 index"]);
}

#[test]
fn the_prefix_that_a_project_chooses_decides() {
    let repo = Repo::new();
    let name = |prefix: &str| [prefix, "STRIPE", "SECRET", "KEY"].join("_");
    repo.write("package.json", r#"{"devDependencies": {"vite": "5"}}"#);
    repo.write("vite.config.ts", "export default { envPrefix: 'APP_' }\n");
    repo.write(".env", format!("{}=\n{}=\n", name("VITE"), name("APP")));
    assert_eq!(scan(repo.path(), &["."]).places(), [".env:2:1 tree"]);
}

#[test]
fn names_in_what_is_packaged_are_errors_too() {
    let repo = Repo::new();
    repo.write("package.json", r#"{"dependencies": {"expo": "51"}}"#);
    repo.write("app.json", r#"{"expo": {"extra": {"stripeSecretKey": "x"}}}"#);
    let name = "STRIPE_SECRET_KEY";
    repo.write("build.sh", format!("flutter build apk --dart-define={name}=$KEY\n"));
    assert_eq!(scan(repo.path(), &["."]).places(), ["app.json:1:22 tree", "build.sh:1:33 tree"]);
}

#[test]
fn a_bundle_names_the_source_that_its_map_knows() {
    let dir = Repo::bare_directory();
    let key = live_secret(1);
    dir.write("dist/index.html", "<script src=app.js></script>");
    // One segment: column 0 of the bundle is line 3, column 0 of the source.
    dir.write("dist/app.js", format!("'{key}'\n//# sourceMappingURL=app.js.map\n"));
    dir.write(
        "dist/app.js.map",
        format!(
            r#"{{"version":3,"sources":["../src/a.ts","../src/pay.ts"],"mappings":"ACEA","sourcesContent":["a, \"b\"","const k = '{key}'"]}}"#
        ),
    );
    let json = scan(dir.path(), &["dist"]).json();
    let evidence = |path: &str| {
        let found = json["findings"].as_array().unwrap();
        let found = found.iter().find(|f| f["path"] == path).unwrap();
        assert_eq!(found["side"], "client", "{path}");
        found["evidence"].as_str().unwrap().to_owned()
    };
    let bundle = evidence("app.js");
    assert!(bundle.ends_with("made of src/pay.ts:3"), "{bundle}");
    let map = evidence("app.js.map!/../src/pay.ts");
    assert!(map.ends_with("made of src/pay.ts"), "{map}");
}

#[test]
fn the_share_of_judging_is_told_where_there_is_something_to_judge() {
    let repo = shop(&live_secret(1));
    let stats = stripeguard(repo.path(), &["scan", "--stats", "."]).stderr;
    assert!(stats.contains("judged where findings ship"), "{stats}");
    let clean = Repo::new();
    let stats = stripeguard(clean.path(), &["scan", "--stats", "."]).stderr;
    assert!(!stats.contains("judged"), "{stats}");
}

#[test]
fn a_secret_that_is_handed_to_a_client_component_is_an_error_without_a_key() {
    let repo = shop("none");
    let variable = ["process.env.STRIPE", "SECRET", "KEY"].join("_");
    repo.write("app/form.tsx", "'use client'\nexport const Form = () => null\n");
    repo.write("app/card.tsx", "export const Card = () => null\n");
    let page = |name: &str| {
        let file = name.to_lowercase();
        format!(
            "import {{ {name} }} from './{file}'\nexport default () => <{name} k={{{variable}}} />\n"
        )
    };
    repo.write("app/pay.tsx", page("Form"));
    repo.write("app/own.tsx", page("Card"));
    let run = scan(repo.path(), &["--lints", "none", "."]);
    assert_eq!(run.places(), ["app/pay.tsx:2:43 tree"]);
    let found = finding(&run, "stripe-secret-under-public-prefix");
    let evidence = "it is handed to Form of app/form.tsx, a component of the client (Next.js)";
    assert_eq!(found["evidence"], evidence);
}

#[test]
fn members_of_what_is_installed_or_served_ship() {
    let repo = shop("none");
    let key = live_secret(1);
    let member = |name: &str| zip(&[(name, key.as_bytes())]);
    for (path, name, part) in [
        (
            "app.apk",
            "assets/config.js",
            "an APK is what phones install, and app.apk holds assets/config.js",
        ),
        ("Shop.IPA", "Payload/Shop.app/keys.plist", "an IPA is what phones install"),
        (
            "public/all.zip",
            "keys.env",
            "public/ is served as it is (Next.js), and it holds keys.env",
        ),
    ] {
        repo.write(path, member(name));
        let found = finding(&scan(repo.path(), &[path]), "stripe-secret-key-live");
        assert_eq!(found["side"], "client", "{path}");
        let evidence = found["evidence"].as_str().unwrap();
        assert!(evidence.contains(part), "{evidence}");
    }
    repo.write("backup.zip", member("keys.env"));
    let found = finding(&scan(repo.path(), &["backup.zip"]), "stripe-secret-key-live");
    assert_eq!(found["side"], "unknown");
}
