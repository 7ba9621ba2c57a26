//! Gate, bounds and hostile input.

use stripeguard::lint::{Linter, Rule, Selection};

use super::{lint, places};

const DUMP: &str = "app.get('/debug', (req, res) => res.json(process.env));\n";
const USES: &str = r#"{ "dependencies": { "stripe": "^18.0.0" } }"#;
const OTHER: &str = r#"{ "dependencies": { "striped-list": "^1.0.0" } }"#;

fn default(files: &[(&str, &str)]) -> Vec<String> {
    places(&lint(&Linter::new(&Selection::default(), Vec::new()), files))
}

#[test]
fn the_project_decides_and_not_the_file() {
    assert_eq!(default(&[("a.js", DUMP)]), [""; 0]);
    assert_eq!(default(&[("package.json", OTHER), ("a.js", DUMP)]), [""; 0]);
    assert_eq!(default(&[("package.json", USES), ("a.js", DUMP)]), ["environment-dumped a.js:1"]);
    assert_eq!(default(&[("a.js", DUMP), ("z/package.json", USES)]), ["environment-dumped a.js:1"]);
    let monorepo = [("blog/package.json", OTHER), ("blog/a.js", DUMP), ("shop/package.json", USES)];
    assert_eq!(default(&monorepo), [""; 0]);
    let hoisted = [("package.json", USES), ("shop/package.json", OTHER), ("shop/a.js", DUMP)];
    assert_eq!(default(&hoisted), ["environment-dumped shop/a.js:1"]);
    let env = [(".env.example", "STRIPE_SECRET_KEY=\n"), ("a.js", DUMP)];
    assert_eq!(default(&env), ["environment-dumped a.js:1"]);
}

#[test]
fn code_of_others_and_tests_are_left_alone() {
    for path in
        ["node_modules/x/a.js", "vendor/a.js", "test/a.js", "src/a.test.js", "dist/a.min.js"]
    {
        assert_eq!(default(&[("package.json", USES), (path, DUMP)]), [""; 0], "{path}");
    }
}

#[test]
fn what_is_too_big_or_made_by_a_tool_is_named() {
    let linter = Linter::new(&Selection::default(), Vec::new());
    let big = format!("{DUMP}{}", "let a = 1;\n".repeat(120_000));
    let long = format!("{DUMP}let a = '{}';\n", "x".repeat(6000));
    let latin = b"// caf\xe9\n".iter().copied().chain(DUMP.bytes()).collect::<Vec<u8>>();
    linter.offer(&stripeguard::blob::Blob::whole(
        "latin.js",
        stripeguard::blob::Origin::Tree,
        &latin,
    ));
    let files = [("package.json", USES), ("big.js", &big), ("long.js", &long)];
    let linted = lint(&linter, &files);
    assert!(linted.findings.is_empty() && linted.gaps.is_empty());
    let names: Vec<&str> = linted.skipped.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

/// Puts a line end behind every token that is repeated, some hundred bytes apart.
fn in_lines(text: &str) -> String {
    let mut lines = String::new();
    let mut since = 0;
    for c in text.chars() {
        lines.push(c);
        since += 1;
        let is_end = matches!(c, '(' | ')' | '[' | ']' | '{' | '>' | '?' | '-' | ':');
        if since > 100 && is_end {
            // Two signs in a row are one operator.
            lines.push('\n');
            since = 0;
        }
    }
    lines
}

/// Deep nesting neither overflows a stack nor hangs, in any language.
#[test]
fn hostile_nesting_is_a_gap() {
    let open = |left: &str, right: &str, middle: &str| {
        format!("{}{middle}{}", left.repeat(100_000), right.repeat(100_000))
    };
    let texts = [
        ("a.js", format!("res.json(process.env);{}", open("[", "]", "1"))),
        ("b.ts", format!("res.json(process.env);{}", open("(", ")", "1"))),
        ("c.tsx", format!("res.json(process.env);{}", open("<a>", "</a>", "1"))),
        ("d.py", format!("print(os.environ)\nx = {}", open("(", ")", "1"))),
        ("e.rb", format!("p ENV\nx = {}", open("[", "]", "1"))),
        ("f.php", format!("<?php phpinfo(); $x = {};", open("[", "]", "1"))),
        ("g.go", format!("package a\nvar y = os.Environ()\nvar x = {}", open("(", ")", "1"))),
        (
            "h.java",
            format!("class A {{ Object y = System.getenv(); int x = {}; }}", open("(", ")", "1")),
        ),
        ("i.cs", format!("var y = GetEnvironmentVariables(); var x = {};", open("(", ")", "1"))),
        ("j.kt", format!("fun main() {{ Stripe.apiKey = a; val x = {} }}", open("(", ")", "1"))),
        ("k.js", format!("res.json(process.env);{}", "[".repeat(100_000))),
        ("l.js", format!("res.json(process.env);{}", "{a:".repeat(100_000))),
        ("m.js", format!("res.json(process.env);{}", "`${".repeat(100_000))),
        ("n.py", format!("print(os.environ)\nx = {}", "(".repeat(100_000))),
        ("o.rb", format!("p ENV\n{}", "if a\n".repeat(100_000))),
        (
            "p.html",
            format!("<script>Stripe(a); loadStripe(secretKey)</script>{}", "<div>".repeat(100_000)),
        ),
        ("q.js", format!("res.json(process.env);{}", "a?".repeat(100_000))),
        ("r.js", format!("res.json(process.env);{}1", "-".repeat(100_000))),
    ];
    for (path, text) in &texts {
        let linter = Linter::new(&super::all(), Vec::new());
        linter.assume_project();
        // Some hundred kilobytes on one line are passed over before any parser sees them.
        let text = in_lines(text);
        let linted = lint(&linter, &[(path, &text)]);
        assert!(linted.gaps.len() + linted.findings.len() > 0, "{path}: {:?}", linted.skipped);
    }
}

/// What checks in code do grows with a file, and not with its square.
#[test]
fn hostile_texts_for_checks_come_to_an_end() {
    let many = |line: &str| line.repeat(900_000 / line.len());
    let verify = "if (a) {\n constructEvent(b); }\nx = 'invoice.paid';\n";
    let texts = [
        ("a.js", many(verify)),
        ("b.js", format!("function f(req) {{\n x = req.body;\n{}}}\n", many(verify))),
        ("c.js", many("(req) => { x = req.body;\n y = 'invoice.paid';\n")),
        ("d.html", many("{{ stripe\n")),
        ("e.html", many("<script\n")),
        ("f.js", many("script-src js.stripe.com\n")),
        ("g.js", many("card '4539578763621486'\n")),
        (
            "h.js",
            many("app.use(express.json());\napp.post('/', (req) => constructEvent(req.body));\n"),
        ),
        (".env", many("STRIPE_SECRET_KEY=\n")),
        ("Dockerfile", many("COPY .env.example .\n")),
    ];
    for (path, text) in &texts {
        let linter = Linter::new(&super::all(), Vec::new());
        linter.assume_project();
        let linted = lint(&linter, &[(path, text)]);
        let is_told = |note: &stripeguard::coverage::Note| note.why.contains("first 100 places");
        assert!(linted.skipped.iter().all(is_told), "{path}: {:?}", linted.skipped);
        assert!(linted.findings.len() <= 500, "{path}");
    }
}

#[test]
fn a_rule_that_never_ends_is_a_gap() {
    let has = |inner: &str| format!("{{ has: {{ stopBy: end, any: [{inner}] }} }}");
    let object = (0..6).fold("{ pattern: nothing_of_that_name }".to_owned(), |rule, _| has(&rule));
    let text = RULE.replace("OBJECT", &object);
    let rule = Rule::parse(&text).unwrap();
    let linter = Linter::new(&Selection::default(), vec![rule]);
    let code = "f(g(h(i(j(1)))), [1, 2, 3, 4]);\n".repeat(3000);
    let linted = lint(&linter, &[("a.js", &code)]);
    assert!(linted.findings.is_empty());
    assert_eq!(linted.gaps.len(), 1, "{:?}", linted.gaps);
    assert!(linted.gaps[0].why.contains("budget"), "{:?}", linted.gaps);
}

const RULE: &str = r"
id: mine
title: A rule of my own
level: warning
scope: anywhere
message: Something is wrong.
remedy: Mend it.
what: It looks.
why: It matters.
references: []
patterns:
  - languages: [javascript]
    literals: ['f(']
    rule: { kind: call_expression, all: [OBJECT] }
examples: { bad: [], good: [] }
";
