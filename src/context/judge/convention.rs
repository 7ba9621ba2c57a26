//! What paths mean by the conventions of the stacks.

use super::{Case, exposure, said, side_of};
use crate::context::stack::{Claim, Language, PathRule, Rank, Stack};
use crate::context::template;
use crate::exposure::{Exposure, Side};

impl Case<'_> {
    /// What the framework itself enforces.
    pub(super) fn marker_rule(&self, side: Side) -> Option<Exposure> {
        let (stack, rule, pattern, path) = self
            .rules()
            .find(|(_, rule, ..)| rule.marker && rule.side.map(side_of) == Some(side))?;
        Some(exposure(side, said(&in_words(rule, pattern, path), stack)))
    }

    /// What the conventions of the stacks say, and the imports where they leave it to these.
    pub(super) fn convention(&self) -> Option<Exposure> {
        for (stack, rule, pattern, path) in self.rules() {
            let why = said(&in_words(rule, pattern, path), stack);
            if let Some(found) = self.by_rule(stack, rule, why) {
                return Some(found);
            }
        }
        None
    }

    fn by_rule(&self, stack: &'static Stack, rule: &PathRule, why: String) -> Option<Exposure> {
        let claim = rule.side?;
        match claim {
            // What a service shares with an application of the same repository may ship with that.
            Claim::Server if stack.rank() == Rank::Fallback => self
                .by_dependents()
                .filter(|found| found.side != Side::Server)
                .or_else(|| Some(self.by_language(rule, Side::Server, why, stack))),
            Claim::Client | Claim::Server => {
                Some(self.by_language(rule, side_of(claim), why, stack))
            }
            Claim::Neither | Claim::Unknown => Some(exposure(Side::Unknown, why)),
            Claim::Bundled | Claim::Shared | Claim::Reached => self.by_imports(claim, why, stack),
        }
    }

    fn by_language(&self, rule: &PathRule, side: Side, why: String, stack: &Stack) -> Exposure {
        match rule.language {
            Some(Language::Php)
                if !self.text.is_empty() && !self.question.path.ends_with(".blade.php") =>
            {
                match self.judge.page(self.text).printed(&self.question.place) {
                    Some(printed) => exposure(Side::Client, said(&printed, stack)),
                    None => {
                        exposure(Side::Server, format!("PHP runs on the server ({})", stack.title))
                    }
                }
            }
            _ if side == Side::Client && self.is_in_comment() => self.comment(why),
            _ => exposure(side, why),
        }
    }

    fn is_in_comment(&self) -> bool {
        template::is_html_comment(self.text, self.question.place.start)
    }

    /// A comment of a page is sent with it; one of a resource is not packaged.
    fn comment(&self, why: String) -> Exposure {
        let extension = self.question.path.rsplit('.').next().unwrap_or_default();
        match extension {
            "xml" | "plist" | "storyboard" | "xib" => {
                exposure(Side::Unknown, "a comment of a resource is not packaged".to_owned())
            }
            "js" | "ts" | "jsx" | "tsx" | "vue" | "svelte" => exposure(Side::Client, why),
            _ => exposure(Side::Client, format!("{why}, and an HTML comment with it")),
        }
    }
}

/// A reason, with the directory that the glob names in it.
fn in_words(rule: &PathRule, pattern: &str, path: &str) -> String {
    if !rule.why.contains("{dir}") {
        return rule.why.to_owned();
    }
    let depth = pattern.split('/').take_while(|part| *part != "**").count();
    let depth = if pattern.starts_with("**") { 1 } else { depth.max(1) };
    let mut parts: Vec<&str> = path.split('/').take(depth).collect();
    if parts.len() > 1 && parts.len() == path.split('/').count() {
        parts.pop();
    }
    rule.why.replace("{dir}", &parts.join("/"))
}
