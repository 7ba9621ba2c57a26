//! The decision: markers of the server, markers of the client, what the build is configured to do,
//! conventions of the stack, imports; and where none of these tells, unknown.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use fast_glob::glob_match;

use super::files::Files;
use super::marker;
use super::package::{Package, Packages};
use super::php;
use super::reach::{Answer, Graphs};
use super::region::{self, Spot};
use super::stack::{Claim, EnvFiles, Language, PathRule, Rank, Stack};
use super::syntax::Script;
use super::{function, template, variable};
use crate::exposure::{Exposure, Side};

/// Archives that are installed or loaded as they are, by the ends of their names.
const PACKAGED: &[(&str, &str)] = &[
    (".apk", "an APK is what phones install"),
    (".aab", "an app bundle is what phones install"),
    (".ipa", "an IPA is what phones install"),
    (".asar", "an asar archive is part of what is installed"),
    (".crx", "a browser extension can be read where it is installed"),
    (".xpi", "a browser extension can be read where it is installed"),
];

/// Judges places of one tree.
pub struct Judge<'a> {
    packages: Packages<'a>,
    graphs: Option<Graphs<'a>>,
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
        Self { packages: Packages::new(files), graphs }
    }

    /// The packages that it has found.
    pub fn packages(&self) -> &Packages<'a> {
        &self.packages
    }

    /// How long building import graphs took so far.
    pub fn spent_on_graphs(&self) -> std::time::Duration {
        self.graphs.as_ref().map(Graphs::spent).unwrap_or_default()
    }

    /// Which side a place ships to.
    pub fn exposure(&self, question: &Question<'_>) -> Exposure {
        match question.path.split_once("!/") {
            Some((map, source)) if map.ends_with(".map") => return self.mapped(map, source),
            Some((outer, _)) => return packaged(outer),
            None => {}
        }
        let around = self.packages.around(question.path);
        let text = question.text.unwrap_or_default();
        let case = Case { judge: self, question, around, text, script: OnceCell::new() };
        case.decide().unwrap_or_default()
    }

    /// A source that a map holds ships as the map does.
    fn mapped(&self, map: &str, source: &str) -> Exposure {
        let map = Question { path: map, text: None, place: 0..0, in_tree: false };
        let exposure = self.exposure(&map);
        let source = source.trim_start_matches("../");
        let evidence = exposure.evidence.map(|why| format!("{why}, made of {source}"));
        Exposure { evidence, ..exposure }
    }
}

fn packaged(outer: &str) -> Exposure {
    let known = PACKAGED.iter().find(|(end, _)| outer.ends_with(end));
    known.map_or_else(Exposure::default, |(_, why)| exposure(Side::Client, (*why).to_owned()))
}

fn exposure(side: Side, evidence: String) -> Exposure {
    Exposure { side, evidence: Some(evidence), route: Vec::new() }
}

/// A question, with what is known of its file.
struct Case<'c> {
    judge: &'c Judge<'c>,
    question: &'c Question<'c>,
    around: Vec<Rc<Package>>,
    text: &'c [u8],
    /// Parsed when something asks for it.
    script: OnceCell<Option<Script>>,
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
        let parse = || Script::around_place(self.question.path, self.text, &self.question.place);
        self.script.get_or_init(parse).as_ref()
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

    /// What is not sent in a template, and the innermost region of a stack.
    fn region(&self, counts: impl Fn(Claim) -> bool) -> Option<Exposure> {
        for (distance, _, stack, path) in self.stacks() {
            for template in stack.templates.iter().filter(|t| fits(t.within, path)) {
                if let Some(why) =
                    template::kept_back(template, self.text, self.question.place.start)
                {
                    return Some(exposure(Side::Server, said(why, stack)));
                }
            }
            let regions = stack.regions.iter().filter(|region| fits(region.within, path));
            let claims = regions.filter_map(|region| {
                let place = self.question.place.clone();
                let spot = Spot { path, text: self.text, place, script: self.script() };
                region::claim(region, &spot)
            });
            let claims = claims.filter(|(_, claim, _)| counts(*claim));
            let innermost = claims.max_by_key(|(depth, ..)| *depth);
            if let Some((_, claim, why)) =
                innermost.filter(|_| distance == 0 || stack.rank() == Rank::Last)
            {
                return Some(exposure(side_of(claim), said(&why, stack)));
            }
        }
        None
    }

    /// A function with `'use server'` runs there, wherever its module ships.
    fn server_function(&self) -> Option<Exposure> {
        memchr::memmem::find(self.text, b"use server")?;
        let part = function::with_server_directive(self.script()?, &self.question.place)?;
        Some(match part {
            function::Part::Body => {
                exposure(Side::Server, "a function with 'use server' runs on the server".to_owned())
            }
            function::Part::Returned => exposure(
                Side::Client,
                "what a function with 'use server' returns is sent to the browser".to_owned(),
            ),
        })
    }

    fn declared(&self) -> Option<Exposure> {
        let (side, why) = marker::declared(self.question.path, self.text, || self.script())?;
        let why = match side {
            Side::Client => format!("the module ships: {why}"),
            _ => format!("the module stays on the server: {why}"),
        };
        let mut found = exposure(side, why);
        if side == Side::Client {
            found.route = vec![self.question.path.to_owned()];
        }
        Some(found)
    }

    /// What the framework itself enforces.
    fn marker_rule(&self, side: Side) -> Option<Exposure> {
        let (stack, rule, pattern, path) = self
            .rules()
            .find(|(_, rule, ..)| rule.marker && rule.side.map(side_of) == Some(side))?;
        Some(exposure(side, said(&in_words(rule, pattern, path), stack)))
    }

    /// A variable that the build inlines.
    fn variable(&self) -> Option<Exposure> {
        if !holds_variables(self.question.path) {
            return None;
        }
        let name = variable::assigned(self.text, self.question.place.start)?;
        let public = variable::public(&self.judge.packages, &self.around, name)?;
        Some(exposure(Side::Client, public.why))
    }

    /// What a configuration names as belonging to one side.
    fn own(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            stack.own.iter().find_map(|own| {
                let values = self.judge.packages.lookup(package, own.file, own.key, &[]);
                let (_, _) = values.iter().find(|(value, _)| is_under(path, value))?;
                Some(exposure(side_of(own.side?), said(own.why, stack)))
            })
        })
    }

    /// What a configuration names as published.
    fn published(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            stack.publish.iter().find_map(|setting| {
                let values = self.judge.packages.values(package, setting);
                let (value, file) = values.iter().find(|(value, _)| is_under(path, value))?;
                let why = match setting.why {
                    Some(why) => why.to_owned(),
                    None => format!("{file} publishes {}", tidy(value)),
                };
                Some(exposure(Side::Client, said(&why, stack)))
            })
        })
    }

    /// A value that a packaged file takes over.
    fn referred(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            let reference = stack.references.iter().find(|one| fits(one.within, path))?;
            let name = variable::assigned(self.text, self.question.place.start)?;
            let form = reference.form.replace("{name}", name);
            let is_taken = self.judge.packages.mentions(package, reference.file, &form);
            let why = reference.why.replace("{name}", name);
            is_taken.then(|| exposure(Side::Client, said(&why, stack)))
        })
    }

    /// The variables of an environment file that are not inlined.
    fn env_file(&self) -> Option<Exposure> {
        let (_, package, stack, env) =
            self.stacks().find_map(|(distance, package, stack, path)| {
                let env = stack.env_files.as_ref().filter(|env| is_env_file(env, path))?;
                Some((distance, package, stack, env))
            })?;
        let flip = env.flips.iter().find(|flip| self.judge.packages.flips(package, flip));
        Some(match flip {
            Some(flip) => exposure(Side::Client, said(flip.why, stack)),
            None => exposure(side_of(env.side?), said(env.why, stack)),
        })
    }

    /// What the conventions of the stacks say, and the imports where they leave it to these.
    fn convention(&self) -> Option<Exposure> {
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
                match php::printed(self.text, &self.question.place) {
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

    fn by_imports(&self, claim: Claim, why: String, stack: &'static Stack) -> Option<Exposure> {
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
    fn by_dependents(&self) -> Option<Exposure> {
        let graphs = self.judge.graphs.as_ref().filter(|_| self.question.in_tree)?;
        let nearest = self.around.first().filter(|_| marker::is_script(self.question.path))?;
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
                Answer::NoEntry if stack.rank() == Rank::Normal => Some(Exposure::default()),
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

/// A route in words.
fn ships(path: &str, route: &[String], why: &str) -> String {
    match route {
        [] | [_] => format!("{path} ships: {why}"),
        [first, rest @ ..] => format!("{path} ships: {first} ({why}) → {}", rest.join(" → ")),
    }
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

fn fits(globs: &[&str], path: &str) -> bool {
    globs.iter().any(|glob| glob_match(glob, path))
}

/// Whether a path is the one that a configuration names, or below it.
fn is_under(path: &str, value: &str) -> bool {
    let value = tidy(value);
    !value.is_empty()
        && path.strip_prefix(value).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn tidy(value: &str) -> &str {
    value.trim_start_matches("./").trim_start_matches('/').trim_end_matches(['/', '*'])
}

fn is_env_file(env: &EnvFiles, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    if env.within.is_empty() { is_dotenv(name) } else { fits(env.within, path) }
}

fn is_dotenv(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// Files that give variables to a build: environments, pipelines, containers, configurations.
fn holds_variables(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit('.').next().unwrap_or_default();
    is_dotenv(name)
        || ["Dockerfile", "Containerfile", "Makefile", "Jenkinsfile"]
            .iter()
            .any(|one| name.starts_with(one))
        || matches!(
            extension,
            "yml" | "yaml" | "toml" | "json" | "sh" | "env" | "cfg" | "tf" | "tfvars"
        )
}
