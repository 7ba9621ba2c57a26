//! The scripts that git runs, for any POSIX shell; git for Windows brings one.

use sha2::{Digest, Sha256};

use super::Moment;

/// Stands in the second line, with a checksum of all other lines behind it.
const MARK: &str = "# stripeguard hook 1 ";

/// What the hook is called that was there before.
pub const BEFORE: &str = ".before-stripeguard";

/// Stands in a script that was written into a directory made for it.
const MADE_DIRECTORY: &str = "# The directory was made for it.\n";

/// What a script is to do.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// When it is called.
    pub moment: Moment,
    /// Where the program is; `None` leaves it to `PATH`, for scripts that are committed.
    pub program: Option<&'a str>,
    /// Whether its directory was made for it.
    pub made_directory: bool,
}

impl Script<'_> {
    /// The whole text of the script.
    pub fn text(&self) -> String {
        let body = self.body();
        format!("#!/bin/sh\n{MARK}{}\n{body}", checksum(&body))
    }

    fn body(&self) -> String {
        let (name, act) = (self.moment.name(), self.moment.act());
        let made = if self.made_directory { MADE_DIRECTORY } else { "" };
        let fixed = match self.program {
            Some(path) => format!("program={}\n[ -x \"$program\" ] || ", quoted(path)),
            None => String::new(),
        };
        let run = format!("\"$program\" hook run {name} \"$@\"");
        let chain = match self.moment {
            Moment::PreCommit => {
                "if [ -x \"$before\" ]; then \"$before\" \"$@\" || exit; fi\n".to_owned()
            }
            Moment::PrePush | Moment::PreReceive => chain_with_input(&run),
        };
        format!(
            "# Written by `stripeguard hook install`; `stripeguard hook uninstall` removes it and\n\
             # puts back the hook that was here before, which this one runs first.\n\
             {made}\
             before=\"$0{BEFORE}\"\n\
             {fixed}program=$(command -v stripeguard) || {{\n  \
               echo \"stripeguard is not to be found, so this {act} was not checked. Install it \
               again,\" >&2\n  \
               echo \"or remove this hook: $0\" >&2\n  \
               exit 1\n\
             }}\n\
             {chain}\
             exec {run}\n"
        )
    }
}

/// Both hooks read the same lines.
fn chain_with_input(run: &str) -> String {
    format!(
        "if [ -x \"$before\" ]; then\n  \
           lines=$(cat)\n  \
           feed() {{ [ -z \"$lines\" ] || printf '%s\\n' \"$lines\"; }}\n  \
           feed | \"$before\" \"$@\" || exit\n  \
           feed | {run}\n  \
           exit\n\
         fi\n"
    )
}

/// What a file of a hook is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// This program wrote it, and nobody has changed it since.
    Us {
        /// Whether its directory was made for it.
        made_directory: bool,
    },
    /// This program wrote it, and somebody has changed it.
    UsAndSomebody,
    /// Somebody else.
    Somebody,
}

/// Says who wrote a script.
pub fn author(text: &[u8]) -> Author {
    let text = String::from_utf8_lossy(text);
    let marked = text.strip_prefix("#!/bin/sh\n").and_then(|rest| rest.strip_prefix(MARK));
    match marked.and_then(|rest| rest.split_once('\n')) {
        Some((sum, body)) if sum == checksum(body) => {
            Author::Us { made_directory: body.contains(MADE_DIRECTORY) }
        }
        Some(_) => Author::UsAndSomebody,
        None if text.contains(MARK) => Author::UsAndSomebody,
        None => Author::Somebody,
    }
}

fn checksum(body: &str) -> String {
    Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A word for the shell. Its `\` are those of Windows, where `/` does as well.
fn quoted(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    format!("'{}'", path.replace('\'', "'\\''"))
}
