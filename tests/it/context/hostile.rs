//! Foreign texts and manifests: nothing makes the judge fail, hang or recurse.

use proptest::prelude::*;
use stripeguard::context::{Files, Judge, Question, mentions, source_at};

use crate::repo::Repo;

/// Names of files of every kind that is read in its own way.
const NAMES: &[&str] = &[
    "a.ts",
    "a.tsx",
    "a.js",
    "a.json",
    "a.vue",
    "a.svelte",
    "a.astro",
    "a.html",
    "a.php",
    "a.erb",
    "compose.yml",
    "next.config.js",
    ".env",
    "app.json",
    "build.gradle",
    "a.blade.php",
    "a.map",
    "pages/index.js",
    "app/routes/a.tsx",
    "Info.plist",
    "templates/a.html",
    "shop/views.py",
    "app/controllers/a_controller.rb",
    "lib/shop_web/a.ex",
    "main.go",
    "src/main/java/A.java",
    "app/Http/Controllers/A.php",
    "app/a.tsx",
];

/// A package in which most stacks are recognised, so that most rules are asked.
fn everything(text: &str) -> Repo {
    let dir = Repo::bare_directory();
    dir.write(
        "package.json",
        r#"{"dependencies": {"next": "1", "expo": "1", "astro": "1", "@remix-run/react": "1"}}"#,
    );
    for name in
        ["vite.config.ts", "netlify.toml", "firebase.json", "wrangler.jsonc", "pubspec.yaml"]
    {
        dir.write(name, text);
    }
    for name in ["Gemfile", "composer.json", "manage.py", "mix.exs", "go.mod"] {
        dir.write(name, format!("rails laravel/framework django :phoenix {text}"));
    }
    dir
}

fn ask(dir: &Repo, text: &[u8], at: usize) {
    let files = Files::under(dir.path());
    let judge = Judge::new(&files, None);
    for path in NAMES {
        let question = Question { path, text: Some(text), place: at..at + 20, in_tree: false };
        let _ = judge.exposure(&question);
        let _ = mentions(path, text);
    }
    let _ = source_at(text, at);
}

#[test]
fn deep_and_long_texts_are_judged_in_time() {
    let dir = everything("{}");
    for piece in [
        "(",
        "[",
        "{",
        "<a>",
        "<script>",
        "<!--",
        "{{",
        "<%",
        "a:\n ",
        "'",
        "`${",
        "<?php echo ",
        "return {",
        "/*",
        "\\'",
        "\\\"'`",
        "f(\n",
    ] {
        let text = piece.repeat(40_000 / piece.len());
        ask(&dir, text.as_bytes(), text.len() - 30);
    }
}

#[test]
fn a_name_that_is_used_very_often_is_judged_in_time() {
    let text = format!("const a = 'bbbbbbbbbbbbbbbbbbbbbbbbb'\n{}", "a;".repeat(100_000));
    ask(&everything("{}"), text.as_bytes(), 12);
    let text = format!("a = 'bbbbbbbbbbbbbbbbbbbbbbbbb'\n{}", "f(a\n".repeat(5_000));
    ask(&everything("{}"), text.as_bytes(), 6);
}

#[test]
fn a_place_behind_the_end_is_judged_by_the_path() {
    ask(&everything("{}"), b"short", 1000);
    ask(&everything("{}"), b"", 0);
}

#[test]
fn manifests_that_hold_anything_are_read() {
    for text in [
        "",
        "\u{feff}",
        "[[[[",
        "{\"a\":",
        "a: b: c:\n- - -",
        "key = [",
        "\0\0\0",
        "export default {envPrefix:",
    ] {
        ask(&everything(text), b"const a = 'b'", 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_bytes_are_judged(text in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..400) {
        ask(&everything("{}"), &text, at);
    }

    #[test]
    fn any_pieces_of_syntax_are_judged(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "export ", "function ", "loader", "(", ")", "{", "}", "return ", "'use server'", ";",
                "=>", "const a = ", "<script>", "</script>", "---\n", "<%", "%>", "{{", "}}", "<?php ",
                "echo ", "\n", "  a:\n", "- b\n", "STRIPE_SECRET_KEY", "=", "\"", "'", "é",
            ]),
            0..60,
        ),
        at in 0usize..300,
    ) {
        ask(&everything("{}"), pieces.concat().as_bytes(), at);
    }
}
