//! What kind of text a file is, by its name alone.

use ast_grep_language::SupportLang;
use serde::{Deserialize, Serialize};

/// A language that rules are written for, or a kind of configuration that only checks in code read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Shell scripts.
    Bash,
    /// C#.
    Csharp,
    /// Elixir.
    Elixir,
    /// Go.
    Go,
    /// HTML, and templates and components that are written like it.
    Html,
    /// Java.
    Java,
    /// JavaScript and JSX.
    Javascript,
    /// Kotlin.
    Kotlin,
    /// PHP.
    Php,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// JavaScript within a page. Patterns for JavaScript are read in it as well.
    Script,
    /// Swift.
    Swift,
    /// TypeScript with JSX.
    Tsx,
    /// TypeScript within a page. Patterns for TypeScript are read in it as well.
    TypedScript,
    /// TypeScript.
    Typescript,
    /// YAML.
    Yaml,
    /// `.env` files and their variants.
    Env,
    /// Dockerfiles.
    Dockerfile,
    /// Configuration of servers and hosts.
    Config,
}

/// How many formats there are.
pub const FORMATS: usize = Format::Config as usize + 1;

/// Endings of file names, without the dot.
const ENDINGS: &[(&str, Format)] = &[
    ("astro", Format::Html),
    ("bash", Format::Bash),
    ("cjs", Format::Javascript),
    ("conf", Format::Config),
    ("cs", Format::Csharp),
    ("cshtml", Format::Html),
    ("cts", Format::Typescript),
    ("dockerfile", Format::Dockerfile),
    ("eex", Format::Html),
    ("ejs", Format::Html),
    ("erb", Format::Html),
    ("ex", Format::Elixir),
    ("exs", Format::Elixir),
    ("go", Format::Go),
    ("hbs", Format::Html),
    ("heex", Format::Html),
    ("htm", Format::Html),
    ("html", Format::Html),
    ("j2", Format::Html),
    ("java", Format::Java),
    ("jinja", Format::Html),
    ("jinja2", Format::Html),
    ("js", Format::Javascript),
    ("jsx", Format::Javascript),
    ("kt", Format::Kotlin),
    ("kts", Format::Kotlin),
    ("liquid", Format::Html),
    ("mjs", Format::Javascript),
    ("mts", Format::Typescript),
    ("php", Format::Php),
    ("py", Format::Python),
    ("rake", Format::Ruby),
    ("rb", Format::Ruby),
    ("ru", Format::Ruby),
    ("sh", Format::Bash),
    ("svelte", Format::Html),
    ("swift", Format::Swift),
    ("ts", Format::Typescript),
    ("tsx", Format::Tsx),
    ("twig", Format::Html),
    ("vue", Format::Html),
    ("yaml", Format::Yaml),
    ("yml", Format::Yaml),
    ("zsh", Format::Bash),
];

/// Whole names of files that configure servers and hosts.
const CONFIGS: &[&str] = &[
    ".dockerignore",
    ".gitignore",
    ".htaccess",
    ".npmignore",
    "Caddyfile",
    "_headers",
    "app.json",
    "firebase.json",
    "fly.toml",
    "netlify.toml",
    "package.json",
    "serverless.json",
    "staticwebapp.config.json",
    "vercel.json",
    "wrangler.json",
    "wrangler.jsonc",
    "wrangler.toml",
];

impl Format {
    /// The format of a file, or `None` if nothing reads files of that name.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let lower = name.to_ascii_lowercase();
        let is_terraform = [".tf", ".tfvars", ".tfstate"].iter().any(|end| lower.ends_with(end));
        if CONFIGS.contains(&name) || is_terraform {
            return Some(Self::Config);
        }
        if lower == ".env" || lower.starts_with(".env.") {
            return Some(Self::Env);
        }
        if ["dockerfile", "containerfile"].iter().any(|stem| is_variant(&lower, stem)) {
            return Some(Self::Dockerfile);
        }
        if lower.ends_with(".blade.php") {
            return Some(Self::Html);
        }
        if lower.ends_with(".d.ts") {
            return None;
        }
        let (_, ending) = lower.rsplit_once('.')?;
        let at = ENDINGS.binary_search_by_key(&ending, |(name, _)| name).ok()?;
        Some(ENDINGS[at].1)
    }

    /// Whether a pattern for a language is read in texts of this format.
    pub fn reads(self, language: Self) -> bool {
        self == language
            || matches!(
                (self, language),
                (Self::Script, Self::Javascript)
                    | (Self::TypedScript, Self::Typescript | Self::Script)
            )
    }

    /// The grammar that it is parsed with; `None` for what only checks in code read.
    pub fn grammar(self) -> Option<SupportLang> {
        Some(match self {
            Self::Bash => SupportLang::Bash,
            Self::Csharp => SupportLang::CSharp,
            Self::Elixir => SupportLang::Elixir,
            Self::Go => SupportLang::Go,
            Self::Html => SupportLang::Html,
            Self::Java => SupportLang::Java,
            Self::Javascript | Self::Script => SupportLang::JavaScript,
            Self::Kotlin => SupportLang::Kotlin,
            Self::Php => SupportLang::Php,
            Self::Python => SupportLang::Python,
            Self::Ruby => SupportLang::Ruby,
            Self::Swift => SupportLang::Swift,
            Self::Tsx => SupportLang::Tsx,
            Self::Typescript | Self::TypedScript => SupportLang::TypeScript,
            Self::Yaml => SupportLang::Yaml,
            Self::Env | Self::Dockerfile | Self::Config => return None,
        })
    }
}

/// Whether a name is `stem` or `stem.something`.
fn is_variant(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Directories of code that somebody else wrote or a tool made.
const FOREIGN: &[&str] =
    &["node_modules", "bower_components", "vendor", "third_party", ".next", ".nuxt", ".yarn"];

/// Directories whose files are tests, or data for tests.
const TESTS: &[&str] = &[
    "__mocks__",
    "__snapshots__",
    "__tests__",
    "cassettes",
    "cypress",
    "e2e",
    "factories",
    "fixture",
    "fixtures",
    "mocks",
    "playwright",
    "spec",
    "specs",
    "test",
    "testdata",
    "testing",
    "tests",
];

/// Whether a file is somebody else's, or was made by a tool: nobody here can mend it.
pub fn is_foreign(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| FOREIGN.contains(&part))
        || [".min.js", ".bundle.js", ".chunk.js", ".min.mjs"].iter().any(|end| name.ends_with(end))
}

/// Whether a file is a test, or data for one.
pub fn is_test(path: &str) -> bool {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = stem.to_ascii_lowercase();
    let is_named = lower.starts_with("test_")
        || lower == "conftest"
        || ["test", "tests", "spec", "specs", "cy", "fixture", "mock", "stories"]
            .iter()
            .any(|word| ends_with_word(&lower, word))
        || ["Test", "Tests", "Spec"].iter().any(|word| stem.ends_with(word));
    is_named || dir.split('/').any(|part| TESTS.contains(&part.to_ascii_lowercase().as_str()))
}

fn ends_with_word(stem: &str, word: &str) -> bool {
    stem.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '_', '-']))
}
