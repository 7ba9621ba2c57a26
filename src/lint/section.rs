//! In which part of a file of settings a place stands: what parts of one environment, region or mode
//! from another.

/// The names that lead to a place, the outermost first, without the one that stands there. Empty for
/// files without parts, such as `.env`.
pub fn at(path: &str, text: &str, offset: usize) -> Vec<String> {
    let Some(before) = text.get(..offset) else { return Vec::new() };
    match path.rsplit('.').next().unwrap_or_default() {
        "yml" | "yaml" => yaml(before),
        "json" => json(before),
        "toml" | "ini" | "cfg" => header(before),
        "properties" => dotted(before),
        _ => Vec::new(),
    }
}

/// Block-style YAML: keys that stand further left than what follows them.
fn yaml(before: &str) -> Vec<String> {
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in before.lines() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - content.len();
        open.retain(|(outer, _)| *outer < indent);
        if let Some((name, _)) = content.trim_start_matches("- ").split_once(':') {
            open.push((indent, unquoted(name)));
        }
    }
    // The last one is the name of the place itself.
    open.pop();
    open.into_iter().map(|(_, name)| name).collect()
}

/// Objects of JSON that are not closed yet, by the names before them.
fn json(before: &str) -> Vec<String> {
    let (mut open, mut name, mut string) = (Vec::new(), String::new(), None::<String>);
    let mut is_escaped = false;
    for c in before.chars() {
        match &mut string {
            Some(text) if c == '"' && !is_escaped => name = std::mem::take(text),
            Some(text) => text.push(c),
            None => {}
        }
        match (c, string.is_some()) {
            ('"', true) if !is_escaped => string = None,
            ('"', false) => string = Some(String::new()),
            ('{', false) => open.push(std::mem::take(&mut name)),
            ('}', false) => {
                open.pop();
            }
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    open.retain(|name| !name.is_empty());
    open
}

/// `[stripe.production]`.
fn header(before: &str) -> Vec<String> {
    let headers = before.lines().rev().map(str::trim);
    let last = headers.filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).next();
    let names = last.unwrap_or_default().trim_matches(['[', ']']).split('.');
    names.map(unquoted).filter(|name| !name.is_empty()).collect()
}

/// `stripe.production.secret-key=…`.
fn dotted(before: &str) -> Vec<String> {
    let line = before.lines().next_back().unwrap_or_default();
    let name = line.split(['=', ':']).next().unwrap_or_default().trim();
    let mut names: Vec<String> = name.split('.').map(str::to_owned).collect();
    names.pop();
    names
}

fn unquoted(name: &str) -> String {
    name.trim().trim_matches(['"', '\'']).to_owned()
}
