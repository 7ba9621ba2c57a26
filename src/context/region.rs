//! Parts of a file with a side of their own: functions that a framework strips, keys of
//! configurations, arguments of calls, branches for one side.

use std::ops::Range;

use super::function::{self, Part};
use super::stack::{Claim, Region};
use super::syntax::Script;
use super::yaml;

/// A file and the place in it that is judged.
pub struct Spot<'a> {
    /// The path relative to the package.
    pub path: &'a str,
    /// The text.
    pub text: &'a [u8],
    /// Where in it the credential stands.
    pub place: Range<usize>,
    /// The syntax of the text, where it is known.
    pub script: Option<&'a Script>,
}

/// What a region says of a place within it: how far in the syntax it lies, the side, and why.
pub fn claim(region: &Region, spot: &Spot<'_>) -> Option<(usize, Claim, String)> {
    if !region.exports.is_empty() {
        return exported(region, spot).map(|(claim, why)| (usize::MAX, claim, why));
    }
    let (depth, name) = by_key(region, spot)
        .or_else(|| by_call(region, spot))
        .or_else(|| by_condition(region, spot))?;
    let why = region.why.unwrap_or_default();
    let placed = ["{key}", "{call}", "{condition}"];
    let why = placed.iter().fold(why.to_owned(), |why, mark| why.replace(mark, &name));
    Some((depth, region.side?, why))
}

fn exported(region: &Region, spot: &Spot<'_>) -> Option<(Claim, String)> {
    let script = spot.script?;
    let Some((name, part)) = function::exported(script, &spot.place, region.exports) else {
        let name = function::used_only_by(script, &spot.place, region.exports)?;
        let why = format!("only {name} uses it, and {}", region.body?);
        return Some((Claim::Server, why.replace("{export}", name)));
    };
    let (claim, why) = match (part, region.returns) {
        (Part::Returned, Some(why)) => (Claim::Client, why),
        _ => (Claim::Server, region.body?),
    };
    Some((claim, why.replace("{export}", name)))
}

fn by_key(region: &Region, spot: &Spot<'_>) -> Option<(usize, String)> {
    if region.keys.is_empty() {
        return None;
    }
    let keys = match spot.script {
        Some(script) => script.keys(&script.around(&spot.place)),
        None if spot.path.ends_with(".yml") || spot.path.ends_with(".yaml") => {
            yaml::keys_at(std::str::from_utf8(spot.text).ok()?, spot.place.start)
        }
        None => return None,
    };
    let ends = region.keys.iter().filter_map(|wanted| Some((end_of(&keys, wanted)?, *wanted)));
    ends.max().map(|(end, wanted)| (end, wanted.to_owned()))
}

/// How many keys lead to the end of the wanted ones, which stand next to each other.
fn end_of(keys: &[String], wanted: &str) -> Option<usize> {
    let wanted: Vec<&str> = wanted.split('.').collect();
    let fits = |window: &[String]| {
        window.iter().zip(&wanted).all(|(key, wanted)| *wanted == "*" || key == wanted)
    };
    let at = keys.windows(wanted.len()).rposition(fits)?;
    Some(at + wanted.len())
}

fn by_call(region: &Region, spot: &Spot<'_>) -> Option<(usize, String)> {
    if region.calls.is_empty() {
        return None;
    }
    let Some(script) = spot.script else { return on_line(region, spot) };
    let chain = script.around(&spot.place);
    chain.iter().enumerate().rev().find_map(|(depth, node)| {
        let callee = match node.kind() {
            "call_expression" => node.child_by_field_name("function")?,
            "new_expression" => node.child_by_field_name("constructor")?,
            _ => return None,
        };
        let name = script.text(callee).rsplit('.').next().unwrap_or_default();
        region.calls.contains(&name).then(|| (depth, name.to_owned()))
    })
}

/// Languages without a grammar here have their calls on one line.
fn on_line(region: &Region, spot: &Spot<'_>) -> Option<(usize, String)> {
    let before = spot.text.get(..spot.place.start)?;
    let begin = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let line = String::from_utf8_lossy(&before[begin..]);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = line.split(|c| !is_word(c));
    words.find(|word| region.calls.contains(word)).map(|word| (0, word.to_owned()))
}

fn by_condition(region: &Region, spot: &Spot<'_>) -> Option<(usize, String)> {
    let script = spot.script.filter(|_| !region.when.is_empty())?;
    let chain = script.around(&spot.place);
    chain.windows(2).enumerate().rev().find_map(|(depth, pair)| {
        let branch = pair[0].child_by_field_name("consequence")?;
        let condition = script.text(pair[0].child_by_field_name("condition")?);
        let condition = condition.trim_matches(['(', ')', ' ']);
        (branch == pair[1] && region.when.contains(&condition))
            .then(|| (depth, condition.to_owned()))
    })
}
