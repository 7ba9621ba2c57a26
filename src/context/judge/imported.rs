//! What the imports of packages say.

use super::{Case, exposure, said};
use crate::context::marker;
use crate::context::reach::Answer;
use crate::context::stack::{Claim, Rank, Stack};
use crate::exposure::{Exposure, Side};

impl Case<'_> {
    pub(super) fn by_imports(
        &self,
        claim: Claim,
        why: String,
        stack: &'static Stack,
    ) -> Option<Exposure> {
        match (self.answer(stack), claim) {
            (Answer::Ships { route, why }, _) => Some(self.ships(route, &why)),
            (Answer::Stopped { why }, _) => Some(exposure(Side::Server, why)),
            (Answer::Apart, Claim::Shared) => Some(exposure(
                Side::Server,
                format!("no module that ships imports it ({})", stack.title),
            )),
            (Answer::Apart, Claim::Bundled) => Some(exposure(
                Side::Unknown,
                format!("no module that ships imports it ({})", stack.title),
            )),
            (Answer::Unknown { .. }, Claim::Bundled) => Some(exposure(Side::Client, why)),
            (Answer::Unknown { why }, _) => Some(exposure(Side::Unknown, why)),
            (Answer::NoEntry, Claim::Bundled | Claim::Shared) => {
                let why = "no entry point was found that would show what ships";
                let by_dependents = self.by_dependents();
                by_dependents.or_else(|| Some(exposure(Side::Unknown, said(why, stack))))
            }
            (Answer::NoEntry | Answer::Apart, _) => None,
        }
    }

    /// A package that ships nothing by itself is part of what the packages ship that depend on it.
    pub(super) fn by_dependents(&self) -> Option<Exposure> {
        let graphs = self.judge.graphs.as_ref().filter(|_| self.question.in_tree)?;
        let nearest = self.around.first().filter(|_| is_module(self.question.path))?;
        let packages = &self.judge.packages;
        let dependents = graphs.dependents(packages, nearest);
        let made_with = dependents.iter().flat_map(|package| {
            let stacks = package.stacks.iter().copied();
            let stacks = stacks.filter(|s| matches!(s.rank(), Rank::Normal | Rank::Fallback));
            stacks.map(move |stack| (package, stack))
        });
        let mut found = None;
        for (package, stack) in made_with {
            found = match graphs.answer(packages, package, stack, self.question.path) {
                Answer::Ships { route, why } => return Some(self.ships(route, &why)),
                Answer::Unknown { why } => Some(exposure(Side::Unknown, why)),
                // A library ships in what depends on it, and that is asked as well.
                Answer::NoEntry
                    if stack.rank() == Rank::Normal
                        && graphs.dependents(packages, package).is_empty() =>
                {
                    let place = if package.dir.is_empty() { "the root" } else { &package.dir };
                    let why =
                        format!("no entry point of {place} was found that would show what ships");
                    Some(exposure(Side::Unknown, said(&why, stack)))
                }
                Answer::NoEntry | Answer::Apart | Answer::Stopped { .. } => found.or_else(|| {
                    let why = "nothing that ships imports it from the packages that depend on it";
                    Some(exposure(Side::Server, why.to_owned()))
                }),
            };
        }
        found
    }

    fn ships(&self, route: Vec<String>, why: &str) -> Exposure {
        let evidence = Some(ships(self.question.path, &route, why));
        Exposure { side: Side::Client, evidence, route }
    }

    /// What the import graph of the nearest package says.
    fn answer(&self, stack: &'static Stack) -> Answer {
        match &self.judge.graphs {
            Some(graphs) if self.question.in_tree => {
                let package = self
                    .around
                    .iter()
                    .find(|package| package.stacks.iter().any(|one| std::ptr::eq(*one, stack)));
                let Some(package) = package else { return Answer::NoEntry };
                graphs.answer(&self.judge.packages, package, stack, self.question.path)
            }
            _ => Answer::Unknown { why: "history is judged without imports".to_owned() },
        }
    }
}

/// A route in words.
fn ships(path: &str, route: &[String], why: &str) -> String {
    match route {
        [] | [_] => format!("{path} ships: {why}"),
        [first, rest @ ..] => format!("{path} ships: {first} ({why}) → {}", rest.join(" → ")),
    }
}

/// Whether a file can be imported for its code.
fn is_module(path: &str) -> bool {
    marker::is_script(path) || path.ends_with(".vue") || path.ends_with(".svelte")
}
