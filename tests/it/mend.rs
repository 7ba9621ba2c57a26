//! Fixes: what is proposed for a key in a file, and what is not.

use std::fs;

use serde_json::Value;

use crate::cli::{Run, scan};
use crate::keys::{Random, key, live_secret};
use crate::repo::Repo;

/// Scans one file, makes the fixes that the report proposes, and gives what stands there then, with
/// `%KEY%` for the key; `None` if nothing is proposed.
fn fixed(path: &str, text: &str) -> Option<String> {
    let key = live_secret(1);
    let dir = Repo::bare_directory();
    dir.write(path, text.replace("%KEY%", &key));
    let run = scan(dir.path(), &["--lints", "none", "."]);
    assert_eq!(run.code, 1, "{path} {text}");
    apply(&dir, &run).map(|text| text.replace(&key, "%KEY%"))
}

fn apply(dir: &Repo, run: &Run) -> Option<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| !finding["fix"].is_null())?;
    let text = fs::read_to_string(dir.join(finding["path"].as_str().unwrap())).unwrap();
    let edits = finding["fix"]["edits"].as_array().unwrap();
    let number = |edit: &Value, name: &str| edit[name].as_u64().unwrap() as usize;
    let (mut out, mut at) = (String::new(), 0);
    for edit in edits {
        out.push_str(&text[at..number(edit, "offset")]);
        out.push_str(edit["text"].as_str().unwrap());
        at = number(edit, "end_offset");
        assert_eq!(
            (number(edit, "line"), number(edit, "column")),
            place(&text, number(edit, "offset"))
        );
        assert_eq!((number(edit, "end_line"), number(edit, "end_column")), place(&text, at));
    }
    Some(out + &text[at..])
}

fn place(text: &str, at: usize) -> (usize, usize) {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    (text[..at].matches('\n').count() + 1, text[line..at].chars().count() + 1)
}

#[test]
fn a_whole_string_is_read_from_the_environment() {
    let cases = [
        (
            "server.js",
            "const stripe = require('stripe')('%KEY%');\n",
            "const stripe = require('stripe')(process.env.STRIPE_SECRET_KEY);\n",
        ),
        (
            "pay.ts",
            "import Stripe from 'stripe';\nexport const ü = new Stripe(\"%KEY%\", { typescript: true });\n",
            "import Stripe from 'stripe';\nexport const ü = new Stripe(process.env.STRIPE_SECRET_KEY!, { typescript: true });\n",
        ),
        (
            "config.mjs",
            "import Stripe from 'stripe';\nexport default { stripe: { secretKey: `%KEY%` } };\n",
            "import Stripe from 'stripe';\nexport default { stripe: { secretKey: process.env.STRIPE_SECRET_KEY } };\n",
        ),
        (
            "pay.py",
            "import os, sys\nimport stripe\nstripe.api_key = '%KEY%'\n",
            "import os, sys\nimport stripe\nstripe.api_key = os.environ['STRIPE_SECRET_KEY']\n",
        ),
        (
            "app/pay.py",
            "\"\"\"Pays.\"\"\"\nimport stripe\n\nclient = stripe.StripeClient(api_key=\"%KEY%\")\n",
            "\"\"\"Pays.\"\"\"\nimport os\nimport stripe\n\nclient = stripe.StripeClient(api_key=os.environ[\"STRIPE_SECRET_KEY\"])\n",
        ),
        (
            "config/initializers/stripe.rb",
            "Stripe.api_key = \"%KEY%\"\n",
            "Stripe.api_key = ENV.fetch(\"STRIPE_SECRET_KEY\")\n",
        ),
        (
            "pay.php",
            "<?php\n\\Stripe\\Stripe::setApiKey('%KEY%');\n$c = ['api_key' => \"%KEY%\"];\n",
            "<?php\n\\Stripe\\Stripe::setApiKey(getenv('STRIPE_SECRET_KEY'));\n$c = ['api_key' => getenv(\"STRIPE_SECRET_KEY\")];\n",
        ),
        (
            "main.go",
            "package main\n\nimport (\n\t\"github.com/stripe/stripe-go/v82\"\n)\n\nfunc main() {\n\tstripe.Key = \"%KEY%\"\n}\n",
            "package main\n\nimport \"os\"\nimport (\n\t\"github.com/stripe/stripe-go/v82\"\n)\n\nfunc main() {\n\tstripe.Key = os.Getenv(\"STRIPE_SECRET_KEY\")\n}\n",
        ),
        (
            "conf.go",
            "package main\n\nimport \"os\"\n\nvar c = Config{Key: `%KEY%`}\n\nfunc f() string { return os.TempDir() }\n",
            "package main\n\nimport \"os\"\n\nvar c = Config{Key: os.Getenv(\"STRIPE_SECRET_KEY\")}\n\nfunc f() string { return os.TempDir() }\n",
        ),
        (
            "Pay.java",
            "class Pay {\n  static final String SECRET = \"%KEY%\";\n  void f() { Stripe.apiKey = \"%KEY%\"; }\n}\n",
            "class Pay {\n  static final String SECRET = System.getenv(\"STRIPE_SECRET_KEY\");\n  void f() { Stripe.apiKey = System.getenv(\"STRIPE_SECRET_KEY\"); }\n}\n",
        ),
        (
            "Pay.cs",
            "class Pay {\n  static readonly string Secret = \"%KEY%\";\n  void F() { StripeConfiguration.ApiKey = \"%KEY%\"; G(\"%KEY%\"); }\n}\n",
            "class Pay {\n  static readonly string Secret = System.Environment.GetEnvironmentVariable(\"STRIPE_SECRET_KEY\");\n  void F() { StripeConfiguration.ApiKey = System.Environment.GetEnvironmentVariable(\"STRIPE_SECRET_KEY\"); G(System.Environment.GetEnvironmentVariable(\"STRIPE_SECRET_KEY\")); }\n}\n",
        ),
        (
            "Pay.kt",
            "fun main() {\n  val secret = \"%KEY%\"\n  Stripe.apiKey = \"%KEY%\"\n  client(\"%KEY%\")\n}\n",
            "fun main() {\n  val secret = System.getenv(\"STRIPE_SECRET_KEY\")\n  Stripe.apiKey = System.getenv(\"STRIPE_SECRET_KEY\")\n  client(System.getenv(\"STRIPE_SECRET_KEY\"))\n}\n",
        ),
    ];
    for (path, text, expected) in cases {
        assert_eq!(fixed(path, text).as_deref(), Some(expected), "{path}");
    }
}

#[test]
fn in_texts_for_people_the_key_is_made_unreadable() {
    for (path, text, expected) in [
        ("README.md", "Use `%KEY%` here.\n", "Use `sk_live_REDACTED` here.\n"),
        (
            "server.js",
            "// was %KEY% until May\nrequire('stripe')('%KEY%');\n",
            "// was sk_live_REDACTED until May\nrequire('stripe')(process.env.STRIPE_SECRET_KEY);\n",
        ),
        ("pay.py", "# %KEY%\n", "# sk_live_REDACTED\n"),
    ] {
        assert_eq!(fixed(path, text).as_deref(), Some(expected), "{path}");
    }
}

#[test]
fn nothing_is_proposed_where_it_could_be_wrong() {
    for (path, text) in [
        // A part of a string, a key of an object, a type, a directive, a text between tags.
        ("a.js", "require('stripe')('Bearer %KEY%');\n"),
        ("a.js", "require('stripe');\nconst o = { '%KEY%': 1 };\n"),
        ("a.ts", "import 'stripe';\ntype K = '%KEY%';\n"),
        ("a.ts", "import 'stripe';\nconst k = '%KEY%' as const;\n"),
        ("a.tsx", "import 'stripe';\nconst a = <p k='%KEY%'>%KEY%</p>;\n"),
        // Only one of two places could be changed.
        ("a.js", "const s = require('stripe')('%KEY%');\nconst h = `Bearer %KEY%`;\n"),
        // Nothing says that there is a `process`.
        ("a.js", "const k = '%KEY%';\n"),
        // The environment is read already, or written.
        ("a.js", "require('stripe')(process.env.STRIPE_SECRET_KEY || '%KEY%');\n"),
        ("a.js", "process.env.STRIPE_SECRET_KEY = '%KEY%';\n"),
        ("a.py", "import os\nk = os.environ.get('STRIPE_SECRET_KEY', '%KEY%')\n"),
        ("a.rb", "ENV['STRIPE_SECRET_KEY'] = '%KEY%'\n"),
        // Where the language takes constants alone.
        ("a.php", "<?php\nclass A { const K = '%KEY%'; }\n"),
        ("a.php", "<?php\nclass A { private $k = '%KEY%'; }\n"),
        ("a.php", "<?php\nfunction f($k = '%KEY%') {}\n"),
        ("a.go", "package a\n\nimport \"os\"\n\nconst k = \"%KEY%\"\n\nvar x = os.Args\n"),
        ("A.java", "@Key(\"%KEY%\")\nclass A {}\n"),
        ("A.cs", "class A { const string K = \"%KEY%\"; }\n"),
        ("A.cs", "class A { void F(string k = \"%KEY%\") {} }\n"),
        ("A.kt", "const val K = \"%KEY%\"\n"),
        // Other kinds of strings.
        ("a.py", "import os\nk = b'%KEY%'\nj = f'%KEY%'\n"),
        ("a.py", "k = '%KEY%'\n"),
        // No program, and no language with an environment.
        ("a.py", "import os\nk = '%KEY%'\n)\n"),
        ("a.rs", "const K: &str = \"%KEY%\";\n"),
        (".env", "STRIPE_SECRET_KEY=%KEY%\n"),
        ("a.yml", "key: %KEY%\n"),
    ] {
        assert_eq!(fixed(path, text), None, "{path}: {text}");
    }
}

#[test]
fn what_ships_or_stands_beside_another_key_is_not_read_from_one_variable() {
    let dir = Repo::bare_directory();
    let (one, two) = (live_secret(1), key("sk_test", 99, 2));
    dir.write("a.py", format!("import os\na = '{one}'\nb = '{two}'\n"));
    assert_eq!(apply(&dir, &scan(dir.path(), &["."])), None);
    let dir = Repo::bare_directory();
    let hook = format!("whsec_{}", Random::new(4).base62(32));
    dir.write("a.py", format!("import os, stripe\na = '{one}'\nb = '{hook}'\n"));
    let json = scan(dir.path(), &["."]).json();
    let texts: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["fix"]["edits"][0]["text"])
        .collect();
    assert_eq!(texts, ["os.environ['STRIPE_SECRET_KEY']", "os.environ['STRIPE_WEBHOOK_SECRET']"]);

    let dir = Repo::bare_directory();
    dir.write("package.json", r#"{"dependencies": {"vite": "^6", "stripe": "^18"}}"#);
    dir.write("index.html", "<script type=\"module\" src=\"/src/main.js\"></script>\n");
    dir.write("src/main.js", format!("import Stripe from 'stripe';\nnew Stripe('{one}');\n"));
    let run = scan(dir.path(), &["--lints", "none", "."]);
    assert_eq!(run.json()["findings"][0]["side"], "client");
    assert_eq!(apply(&dir, &run), None);
}

#[test]
fn what_is_suppressed_or_gone_needs_no_fix() {
    let repo = Repo::new();
    let test = key("sk_test", 99, 2);
    repo.write("old.py", format!("import os\na = '{}'\n", live_secret(1))).commit("one");
    repo.remove("old.py");
    let mark = concat!("stripeguard", ":allow[stripe-secret-key-test]");
    repo.write("a.py", format!("import os\na = '{test}'  # {mark} demo\n")).commit("two");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.places().len(), 2);
    assert_eq!(apply(&repo, &run), None);
}
