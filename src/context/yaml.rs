//! Block-style YAML, by its indentation: which keys lead to a line, and what stands under keys.
//! Enough for compose files and manifests; flow style and anchors are not followed.

/// One line that says something.
struct Line<'a> {
    indent: usize,
    /// The key, if the line has one.
    key: Option<&'a str>,
    /// What stands behind the key, or the item of a list.
    value: &'a str,
}

/// The keys that lead to the line at an offset, the outermost first, its own included.
pub fn keys_at(text: &str, offset: usize) -> Vec<String> {
    let mut stack: Vec<(usize, String)> = Vec::new();
    let mut begin = 0;
    for raw in text.split_inclusive('\n') {
        if begin > offset {
            break;
        }
        begin += raw.len();
        if let Some(line) = line(raw) {
            stack.retain(|(indent, _)| *indent < line.indent);
            stack.extend(line.key.map(|key| (line.indent, key.to_owned())));
        }
    }
    stack.into_iter().map(|(_, key)| key).collect()
}

/// The values under keys with `.` between them: of a list its items, of a mapping its keys.
pub fn values(text: &str, keys: &str) -> Vec<String> {
    let wanted: Vec<&str> = keys.split('.').collect();
    let mut stack: Vec<(usize, &str)> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines().filter_map(line) {
        stack.retain(|(indent, _)| *indent < line.indent);
        let leads = |stack: &[(usize, &str)]| stack.iter().map(|(_, key)| *key).eq(wanted.clone());
        let is_within = leads(&stack);
        if let Some(key) = line.key {
            stack.push((line.indent, key));
        }
        if (is_within || leads(&stack)) && !line.value.is_empty() {
            found.push(line.value.trim_matches(['"', '\'']).to_owned());
        }
    }
    found
}

fn line(raw: &str) -> Option<Line<'_>> {
    let text = raw.trim_end();
    let trimmed = text.trim_start();
    if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("---") {
        return None;
    }
    // An item of a list may stand as far left as the key above it.
    let item = trimmed.strip_prefix("- ");
    let indent = 2 * (text.len() - trimmed.len()) + usize::from(item.is_some());
    let content = item.unwrap_or(trimmed).trim_start();
    let key = content.split_once(':').filter(|(key, rest)| {
        (rest.is_empty() || rest.starts_with(' ')) && !key.contains([' ', '"', '\'', '='])
    });
    let (key, value) = key.map_or((None, content), |(key, value)| (Some(key), value));
    let value = value.split(" #").next().unwrap_or_default().trim();
    Some(Line { indent, key, value })
}
