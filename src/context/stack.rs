//! What a stack is: how it is recognised, what of it ships and what never does. Data, compiled from
//! `rules/stacks/*.yml`; CONTRIBUTING.md says what each field means.

/// A framework, a platform or another way of building things, as a file of `rules/stacks` says it.
#[derive(Debug)]
pub struct Stack {
    /// The id, which is the name of its file.
    pub id: &'static str,
    /// Its name, as people write it.
    pub title: &'static str,
    /// When it is asked; absent for an ordinary one.
    pub rank: Option<Rank>,
    /// A package is of this stack where one of these holds.
    pub recognised_by: &'static [Sign],
    /// Stacks that do not count where this one is recognised.
    pub replaces: &'static [&'static str],
    /// Which environment variables are inlined into what ships.
    pub public_env: PublicEnv,
    /// What becomes of the other variables of its environment files.
    pub env_files: Option<EnvFiles>,
    /// Where what ships begins.
    pub entries: Entries,
    /// Exports that the framework takes out of modules for clients.
    pub server_exports: &'static [&'static str],
    /// Templates, of which comments and code are not sent.
    pub templates: &'static [Template],
    /// Parts of files with a side of their own.
    pub regions: &'static [Region],
    /// What sends the values that code of a server gives to it.
    pub sends: &'static [Send],
    /// What paths mean. The first that fits decides.
    pub rules: &'static [PathRule],
    /// Settings that name what is published.
    pub publish: &'static [Setting],
    /// Settings that name files or directories with a side of their own.
    pub own: &'static [Own],
    /// Files that take values of others into what ships.
    pub references: &'static [Reference],
}

/// When a stack is asked, among those of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Always, before all others.
    First,
    /// Where it is recognised, beside the one that the package is made with.
    Addon,
    /// Where it is recognised.
    Normal,
    /// Where it is recognised and no normal one is.
    Fallback,
    /// Always, after all others.
    Last,
}

/// What a rule says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It ships.
    Client,
    /// It never does.
    Server,
    /// It is known to be neither, and nothing is claimed.
    Neither,
    /// Nothing is claimed, and no later rule is asked.
    Unknown,
    /// It ships unless the import graph knows that nothing that ships imports it.
    Bundled,
    /// It ships if the import graph reaches it, and never does if a complete graph does not.
    Shared,
    /// It ships if the import graph reaches it. Otherwise a later rule is asked.
    Reached,
}

/// A language in which a file has parts that run and parts that are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// PHP.
    Php,
}

/// A sign of a stack: all that is given has to hold.
#[derive(Debug)]
pub struct Sign {
    /// A dependency that the manifest names.
    pub dependency: Option<&'static str>,
    /// The first digits of its version.
    pub version: Option<&'static str>,
    /// A file of the package, as a glob; a directory ends with `/`.
    pub file: Option<&'static str>,
    /// Texts that this file holds, in whatever case.
    pub contains: &'static [&'static str],
}

/// Which environment variables are inlined into what ships.
#[derive(Debug)]
pub struct PublicEnv {
    /// Prefixes that nothing else uses.
    pub prefixes: &'static [&'static str],
    /// Prefixes that mean this only where the stack is recognised.
    pub common_prefixes: &'static [&'static str],
    /// Settings that name the prefixes instead.
    pub set_by: &'static [Setting],
    /// Settings that list further names.
    pub names: &'static [Setting],
}

/// What becomes of the variables of environment files.
#[derive(Debug)]
pub struct EnvFiles {
    /// Globs of these files; empty for `.env` and what begins so.
    pub within: &'static [&'static str],
    /// The side of a variable that is not inlined.
    pub side: Option<Claim>,
    /// Why.
    pub why: &'static str,
    /// What makes every variable ship.
    pub flips: &'static [Flip],
}

/// Something in a package by which all variables of its environment files ship.
#[derive(Debug)]
pub struct Flip {
    /// A dependency.
    pub dependency: Option<&'static str>,
    /// A file of the package, as a glob.
    pub file: Option<&'static str>,
    /// Texts that this file holds.
    pub contains: &'static [&'static str],
    /// Why.
    pub why: &'static str,
}

/// Where what ships begins.
#[derive(Debug)]
pub struct Entries {
    /// Pages of HTML, for the scripts that they load.
    pub html: bool,
    /// The directive of modules that ship.
    pub directive: Option<&'static str>,
    /// Globs of modules.
    pub paths: &'static [&'static str],
    /// Globs of modules that are none all the same.
    pub except: &'static [&'static str],
    /// Settings that name modules.
    pub config: &'static [Setting],
}

/// Delimiters of a template language. What stands in no code is sent.
#[derive(Debug)]
pub struct Template {
    /// Globs of the templates.
    pub within: &'static [&'static str],
    /// Begin and end of comments that are not sent, and why in words.
    pub comment: &'static [&'static [&'static str]],
    /// Begin and end of expressions whose value is sent.
    pub output: &'static [&'static [&'static str]],
    /// Begin and end of code whose value is not sent, and why in words.
    pub code: &'static [&'static [&'static str]],
    /// Beginnings of lines that are comments.
    pub line_comment: &'static [&'static str],
    /// Beginnings of lines that are code.
    pub line_code: &'static [&'static str],
}

/// Parts of a file with a side of their own.
#[derive(Debug)]
pub struct Region {
    /// Globs of the files.
    pub within: &'static [&'static str],
    /// Exported functions, whose body has one side and what they return another.
    pub exports: &'static [&'static str],
    /// Keys of an object or mapping, with `.` between them and `*` for any.
    pub keys: &'static [&'static str],
    /// Functions, in whose arguments it stands.
    pub calls: &'static [&'static str],
    /// Conditions, in whose branch it stands.
    pub when: &'static [&'static str],
    /// The side, other than for exports.
    pub side: Option<Claim>,
    /// Why.
    pub why: Option<&'static str>,
    /// Why the body of an export stays on the server.
    pub body: Option<&'static str>,
    /// Why what an export returns ships; absent where it does not.
    pub returns: Option<&'static str>,
}

/// What sends a value, or may send it, although the code itself stays on the server.
#[derive(Debug)]
pub struct Send {
    /// Globs of the files.
    pub within: &'static [&'static str],
    /// Calls, by what stands before their arguments: `jsonify`, `res.json` for any call of `json` on
    /// what begins with `res`, `.ok` for one on anything, `render json:` for one without brackets.
    pub calls: &'static [&'static str],
    /// Calls that a function is given to, or decorators, that send what the function returns.
    pub returned_by: &'static [&'static str],
    /// Beginnings of what a value is assigned to.
    pub assigned: &'static [&'static str],
    /// Whether it is enough that the value is part of data that code of these files puts together,
    /// in languages without a grammar here.
    pub data: bool,
    /// The side: `client` where it is sent, `unknown` where it may be.
    pub side: Option<Claim>,
    /// Why; `{call}` is what sends it.
    pub why: &'static str,
}

/// What paths mean.
#[derive(Debug)]
pub struct PathRule {
    /// Globs, relative to the package.
    pub paths: &'static [&'static str],
    /// Globs of what is meant all the same by no path of the above.
    pub unless: &'static [&'static str],
    /// Whether the framework itself enforces it, so that it counts before directives.
    pub marker: bool,
    /// The side.
    pub side: Option<Claim>,
    /// Why; `{dir}` is the directory that the glob names.
    pub why: &'static str,
    /// The language that says which parts of such a file run.
    pub language: Option<Language>,
}

/// A value in a configuration file.
#[derive(Debug)]
pub struct Setting {
    /// The file, as a glob.
    pub file: &'static str,
    /// The way to the value, with `.` between keys.
    pub key: &'static str,
    /// Why it ships, in other words than that it is published.
    pub why: Option<&'static str>,
    /// Texts in the file by which the value does not count.
    pub unless: &'static [&'static str],
}

/// A file that takes values of another into what ships.
#[derive(Debug)]
pub struct Reference {
    /// Globs of the files with the values.
    pub within: &'static [&'static str],
    /// The name of the file that takes them, as a glob; it stands in the package or a directory of
    /// it.
    pub file: &'static str,
    /// How it names a value; `{name}` is the name.
    pub form: &'static str,
    /// Why the value ships.
    pub why: &'static str,
}

/// A setting that names a file or directory with a side of its own.
#[derive(Debug)]
pub struct Own {
    /// The file, as a glob.
    pub file: &'static str,
    /// The way to the value, with `.` between keys.
    pub key: &'static str,
    /// The side.
    pub side: Option<Claim>,
    /// Why.
    pub why: &'static str,
}

impl Stack {
    /// When it is asked.
    pub fn rank(&self) -> Rank {
        self.rank.unwrap_or(Rank::Normal)
    }
}

include!(concat!(env!("OUT_DIR"), "/stacks.rs"));
