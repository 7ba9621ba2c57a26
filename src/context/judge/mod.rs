//! The decision: markers of the server, markers of the client, what the build is configured to do,
//! conventions of the stack, imports; and where none of these tells, unknown.

mod configured;
mod convention;
mod imported;
mod packed;
mod part;
mod sent;

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use fast_glob::glob_match;

use super::files::Files;
use super::package::{Package, Packages};
use super::php::Page;
use super::reach::Graphs;
use super::stack::{Claim, PathRule, Rank, Stack};
use super::syntax::Script;
use crate::exposure::{Exposure, Side};

/// Judges places of one tree.
pub struct Judge<'a> {
    packages: Packages<'a>,
    graphs: Option<Graphs<'a>>,
    /// The file that was parsed last: many keys may stand in one.
    parsed: RefCell<Option<(String, Rc<Script>)>>,
    /// The same for PHP.
    page: RefCell<Option<Rc<Page>>>,
}

/// A place that is to be judged.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The path of the file relative to the root.
    pub path: &'a str,
    /// Its text, if it can be read.
    pub text: Option<&'a [u8]>,
    /// Where in it the credential stands, in bytes.
    pub place: Range<usize>,
    /// Whether the file is one of the tree that the import graph is made of.
    pub in_tree: bool,
}

impl<'a> Judge<'a> {
    /// Judges by files; `graphs` are the imports among the same files, where they can be followed.
    pub fn new(files: &'a Files<'a>, graphs: Option<Graphs<'a>>) -> Self {
        let (parsed, page) = (RefCell::default(), RefCell::default());
        Self { packages: Packages::new(files), graphs, parsed, page }
    }

    /// The packages that it has found.
    pub fn packages(&self) -> &Packages<'a> {
        &self.packages
    }

    /// How long building import graphs took so far.
    pub fn spent_on_graphs(&self) -> std::time::Duration {
        self.graphs.as_ref().map(Graphs::spent).unwrap_or_default()
    }

    /// The syntax around a place of a file.
    fn script(&self, path: &str, text: &[u8], place: &Range<usize>) -> Option<Rc<Script>> {
        let part = Script::part(path, text, place)?;
        let mut parsed = self.parsed.borrow_mut();
        let same = parsed.as_ref().filter(|(of, script)| of == path && script.is_of(text, &part));
        if let Some((_, script)) = same {
            return Some(script.clone());
        }
        let script = Rc::new(Script::of_part(path, text, &part)?);
        *parsed = Some((path.to_owned(), script.clone()));
        Some(script)
    }

    /// A file of PHP, parsed.
    fn page(&self, text: &[u8]) -> Rc<Page> {
        let mut page = self.page.borrow_mut();
        match page.as_ref().filter(|page| page.is_of(text)) {
            Some(same) => same.clone(),
            None => page.insert(Rc::new(Page::new(text))).clone(),
        }
    }

    /// Which side a place ships to.
    pub fn exposure(&self, question: &Question<'_>) -> Exposure {
        match question.path.split_once("!/") {
            Some((map, source)) if map.ends_with(".map") => return self.mapped(map, source),
            Some((outer, inner)) => return self.packed(outer, inner),
            None => {}
        }
        let around = self.packages.around(question.path);
        let text = question.text.unwrap_or_default();
        let case = Case { judge: self, question, around, text, script: OnceCell::new() };
        let found = case.decide().unwrap_or_default();
        if found.side == Side::Client { found } else { case.sent().unwrap_or(found) }
    }
}

/// A question, with what is known of its file.
struct Case<'c> {
    judge: &'c Judge<'c>,
    question: &'c Question<'c>,
    around: Vec<Rc<Package>>,
    text: &'c [u8],
    /// Parsed when something asks for it.
    script: OnceCell<Option<Rc<Script>>>,
}

impl Case<'_> {
    fn decide(&self) -> Option<Exposure> {
        self.region(|claim| claim != Claim::Neither)
            .or_else(|| self.server_function())
            .or_else(|| self.marker_rule(Side::Server))
            .or_else(|| self.declared())
            .or_else(|| self.marker_rule(Side::Client))
            .or_else(|| self.variable())
            .or_else(|| self.region(|claim| claim == Claim::Neither))
            .or_else(|| self.own())
            .or_else(|| self.published())
            .or_else(|| self.referred())
            .or_else(|| self.env_file())
            .or_else(|| self.convention())
            .or_else(|| self.by_dependents())
    }

    fn script(&self) -> Option<&Script> {
        let parse = || self.judge.script(self.question.path, self.text, &self.question.place);
        self.script.get_or_init(parse).as_deref()
    }

    /// Every stack, of the nearest package first, with the path relative to its package. What needs
    /// no sign is asked for the nearest package alone, before and behind all others.
    fn stacks(&self) -> impl Iterator<Item = (usize, &Package, &'static Stack, &str)> {
        let all = || {
            self.around.iter().enumerate().flat_map(|(distance, package)| {
                let path = package.relative(self.question.path);
                package.stacks.iter().map(move |stack| (distance, &**package, *stack, path))
            })
        };
        let is_last = |stack: &Stack| stack.rank() == Rank::Last;
        let first = all().filter(move |(distance, _, stack, _)| {
            !is_last(stack) && (stack.rank() != Rank::First || *distance == 0)
        });
        first.chain(all().filter(move |(distance, _, stack, _)| is_last(stack) && *distance == 0))
    }

    /// The rules that fit, with the glob that does and the path relative to the package. Of outer
    /// packages those count that name the directory of the inner one.
    fn rules(
        &self,
    ) -> impl Iterator<Item = (&'static Stack, &'static PathRule, &'static str, &str)> {
        self.stacks().flat_map(|(distance, _, stack, path)| {
            stack.rules.iter().filter_map(move |rule| {
                let pattern = rule.paths.iter().find(|glob| glob_match(glob, path))?;
                let is_meant = distance == 0 || !pattern.starts_with('*');
                (is_meant && !fits(rule.unless, path)).then_some((stack, rule, *pattern, path))
            })
        })
    }
}

fn exposure(side: Side, evidence: String) -> Exposure {
    Exposure { side, evidence: Some(evidence), route: Vec::new() }
}

fn said(why: &str, stack: &Stack) -> String {
    match stack.rank() {
        Rank::First | Rank::Last => why.to_owned(),
        _ => format!("{why} ({})", stack.title),
    }
}

fn side_of(claim: Claim) -> Side {
    match claim {
        Claim::Client => Side::Client,
        Claim::Server => Side::Server,
        _ => Side::Unknown,
    }
}

fn fits(globs: &[&str], path: &str) -> bool {
    globs.iter().any(|glob| glob_match(glob, path))
}
