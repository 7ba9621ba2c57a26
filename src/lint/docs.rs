//! The page of a rule.

use std::fmt::Write as _;

use super::Rule;

/// The page of a rule in Markdown, with the same headings for every rule.
pub fn page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n", rule.title);
    let by_default = match rule.level {
        super::Level::Info => "; reported with `--lints all`, or where the configuration says so",
        _ => "",
    };
    let level = rule.level.word();
    let _ = writeln!(page, "Rule `{}`; {level}{by_default}.", rule.id);
    let mut section = |heading: &str, text: &str| {
        let _ = write!(page, "\n## {heading}\n\n{}\n", text.trim_end());
    };
    section("What it does", &rule.what);
    section("Why is this bad", &rule.why);
    if let Some(example) = rule.examples.bad.first() {
        section("Example", &code(&example.path, &example.code));
    }
    let good = rule.examples.good.first().map(|good| code(&good.path, &good.code));
    section(
        "Use instead",
        &format!("{}{}", rule.remedy, good.map_or(String::new(), |c| format!("\n{c}"))),
    );
    let links: Vec<String> = rule.references.iter().map(|url| format!("- {url}")).collect();
    section("References", &links.join("\n"));
    page
}

/// An example as people read it: keys are shown by their prefixes.
fn masked(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(start) = rest.find("${") {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        let inside = &rest[start + 2..end];
        out.push_str(&rest[..start]);
        match inside.split_once("_:") {
            Some((prefix, _)) => out.push_str(&format!("{prefix}_…")),
            None => out.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Code with a fence that no line of it ends.
fn code(path: &str, code: &str) -> String {
    let code = &masked(code);
    let ending = path.rsplit(['.', '/']).next().unwrap_or_default();
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    format!("`{path}`:\n\n{fence}{ending}\n{}\n{fence}\n", code.trim_end())
}
