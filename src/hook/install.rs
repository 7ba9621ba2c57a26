//! Writing and removing the script of one hook. What somebody else wrote is never lost.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::script::{Author, BEFORE, Script, author};
use super::{HookError, Manager, Moment};

/// What there is of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// The script that this program writes.
    Installed,
    /// It was written by this program and changed since.
    Edited,
    /// Another program writes it.
    Managed(Manager),
    /// Somebody else's.
    Foreign,
}

/// What was done about a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was written.
    Written,
    /// It was written, and the hook that was there has this name now and is run first.
    Chained(PathBuf),
    /// It was there already.
    Unchanged,
    /// It was removed.
    Removed,
    /// It was removed, and the hook that was there before is back.
    Restored,
    /// There was none of ours.
    Absent,
}

/// What there is of a hook in a directory of hooks.
///
/// # Errors
/// If the file cannot be read.
pub fn state(directory: &Path, moment: Moment) -> Result<State, HookError> {
    let path = directory.join(moment.name());
    let Some(text) = read(&path)? else { return Ok(State::Absent) };
    Ok(match author(&text) {
        Author::Us { .. } => State::Installed,
        Author::UsAndSomebody => State::Edited,
        Author::Somebody => match Manager::of(&text, directory) {
            Some(manager) => State::Managed(manager),
            None => State::Foreign,
        },
    })
}

/// Writes a script into a directory of hooks. A hook that is there is kept beside it, and run first.
///
/// # Errors
/// If another program writes the hook, if ours was changed, or if a file cannot be written.
pub fn install(directory: &Path, script: &Script<'_>) -> Result<Change, HookError> {
    let moment = script.moment;
    let path = directory.join(moment.name());
    let kept = directory.join(format!("{}{BEFORE}", moment.name()));
    let mut script = script.clone();
    let mut change = Change::Written;
    match state(directory, moment)? {
        State::Absent => {}
        State::Managed(manager) => return Err(HookError::Managed(manager, moment, path)),
        State::Edited => return Err(HookError::InTheWay(path, State::Edited)),
        State::Foreign if kept.symlink_metadata().is_ok() => {
            return Err(HookError::NameTaken(kept));
        }
        State::Foreign => {
            fs::rename(&path, &kept).map_err(|error| HookError::File(path.clone(), error))?;
            change = Change::Chained(kept.clone());
        }
        State::Installed => {
            let old = read(&path)?.unwrap_or_default();
            script.made_directory |= author(&old) == Author::Us { made_directory: true };
            if old == script.text().as_bytes() {
                return Ok(Change::Unchanged);
            }
        }
    }
    let made = fs::create_dir_all(directory);
    let written = made.and_then(|()| write(&path, &script.text()));
    if written.is_err() && change != Change::Written {
        // The first error is the one to tell.
        let _ = fs::rename(&kept, &path);
    }
    written.map(|()| change).map_err(|error| HookError::File(path, error))
}

/// Removes what [`install`] wrote, and puts back what was there before.
///
/// # Errors
/// If our script was changed, or a file cannot be removed.
pub fn uninstall(directory: &Path, moment: Moment) -> Result<Change, HookError> {
    let path = directory.join(moment.name());
    let Some(text) = read(&path)? else { return Ok(Change::Absent) };
    let made_directory = match author(&text) {
        Author::Us { made_directory } => made_directory,
        Author::UsAndSomebody => return Err(HookError::InTheWay(path, State::Edited)),
        Author::Somebody => return Ok(Change::Absent),
    };
    let failed = |error| HookError::File(path.clone(), error);
    let kept = directory.join(format!("{}{BEFORE}", moment.name()));
    if kept.symlink_metadata().is_ok() {
        fs::rename(&kept, &path).map_err(failed)?;
        return Ok(Change::Restored);
    }
    fs::remove_file(&path).map_err(failed)?;
    if made_directory {
        // Other hooks may have come meanwhile.
        let _ = fs::remove_dir(directory);
    }
    Ok(Change::Removed)
}

/// `None` if there is nothing; the content of a link that leads nowhere is empty.
fn read(path: &Path) -> Result<Option<Vec<u8>>, HookError> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(path.symlink_metadata().is_ok().then(Vec::new))
        }
        Err(_) if path.is_dir() => Err(HookError::InTheWay(path.to_owned(), State::Foreign)),
        Err(error) => Err(HookError::File(path.to_owned(), error)),
    }
}

/// Writes beside the file and renames: git may run the hook at any time.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = create(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(unix)]
fn create(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o777).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn create(path: &Path, text: &str) -> io::Result<()> {
    fs::File::create_new(path)?.write_all(text.as_bytes())
}
