//! Whatever cannot be read ends a run with 3, its report says what to do about it, and what can be
//! read is found all the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::stripeguard;
use crate::container::{gzip, zip};
use crate::keys::test_publishable;
use crate::repo::Repo;

/// A key that is told and fails no run, so that only what is missing decides how it ends.
fn line(seed: u64) -> String {
    format!("key = '{}'\n", test_publishable(seed))
}

/// A repository of which every commit brings a file with a key.
fn history(keys: u64) -> Repo {
    let repo = Repo::new();
    for n in 0..keys {
        repo.write(format!("dir/{n}.txt"), line(n)).commit("more");
    }
    repo
}

fn distinct(report: &Value) -> usize {
    let findings = report["findings"].as_array().unwrap().iter();
    let prints = findings.map(|finding| finding["fingerprint"].as_str().unwrap());
    prints.collect::<BTreeSet<_>>().len()
}

fn json(dir: &Path, arguments: &[&str]) -> Value {
    stripeguard(dir, &[&["scan", "--no-cache", "--format", "json"], arguments].concat()).json()
}

/// Scans: something is missing, the text says what and what to do, and so many keys are found.
fn assert_gap(dir: &Path, arguments: &[&str], what: &str, advice: &str, found: usize) {
    let text = stripeguard(dir, &[&["scan", "--no-cache"], arguments].concat());
    // However the lines are wrapped.
    let told = text.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text.code, 3, "{told} {}", text.stderr);
    let gaps = told.split_once("Not complete: ").map_or("", |(_, gaps)| gaps);
    assert!(gaps.contains(what) && gaps.contains(advice), "{what}; {advice}:\n{}", text.stdout);
    let json = json(dir, arguments);
    assert_eq!(json["coverage"]["complete"], false);
    assert_eq!(distinct(&json), found, "{json:#}");
}

fn loose(repo: &Repo, revision: &str) -> PathBuf {
    let id = repo.git(["rev-parse", revision]);
    repo.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

/// Changes a file, which git may have written for nobody to write to.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn packed(repo: &Repo, extension: &str) -> PathBuf {
    let files = fs::read_dir(repo.join(".git/objects/pack")).unwrap().flatten();
    let mut files = files.map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
}

const FETCH: &str = "fetch it again from another copy";
const CLONE: &str = "`git fsck` tells what is lost, and a fresh clone has it";
const INDEX_PACK: &str = "`git index-pack` makes";

#[test]
fn an_object_that_is_missing_or_damaged() {
    let repo = history(3);
    fs::remove_file(loose(&repo, "HEAD:dir/1.txt")).unwrap();
    let advice = "fetch it from another copy of the repository";
    assert_gap(repo.path(), &["--history"], "although the tree", advice, 2);
    let repo = history(3);
    change(&loose(&repo, "HEAD:dir/1.txt"), |bytes| bytes.truncate(bytes.len() / 2));
    assert_gap(repo.path(), &["--history"], "its file is damaged", FETCH, 2);
}

#[test]
fn a_pack_that_is_cut_off() {
    let repo = history(9);
    repo.git(["repack", "-adq"]);
    // The last tree goes, and what stands behind it.
    change(&packed(&repo, "pack"), |bytes| bytes.truncate(bytes.len() - 60));
    let found = distinct(&json(repo.path(), &["--history"]));
    assert!((6..=9).contains(&found), "{found}");
    let what = "its checksum is not the one that its index expects";
    assert_gap(repo.path(), &["--history"], what, CLONE, found);
    let json = json(repo.path(), &["--history"]);
    let gaps = json["coverage"]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["why"].as_str().unwrap().contains(FETCH)), "{gaps:#?}");
}

#[test]
fn an_index_of_the_work_tree_that_is_damaged() {
    let repo = history(2);
    change(&repo.join(".git/index"), |bytes| bytes[30] ^= 1);
    assert_gap(repo.path(), &[], "the index is damaged", "`git read-tree HEAD` makes it anew", 2);
}

#[test]
fn a_pack_and_an_index_that_disagree() {
    let repo = history(3);
    repo.git(["repack", "-adq"]);
    fs::remove_file(packed(&repo, "idx")).unwrap();
    assert_gap(repo.path(), &["--history"], "this pack has no index", INDEX_PACK, 0);
    let repo = history(3);
    repo.git(["repack", "-adq"]);
    change(&packed(&repo, "idx"), |bytes| bytes[4 * 255 + 8 + 3] -= 1);
    assert_gap(repo.path(), &[], "the index of this pack is damaged", INDEX_PACK, 3);
    let repo = history(3);
    repo.git(["repack", "-adq"]);
    let idx = packed(&repo, "idx");
    let other = history(4);
    other.git(["repack", "-adq"]);
    change(&idx, |bytes| *bytes = fs::read(packed(&other, "idx")).unwrap());
    assert_gap(repo.path(), &[], "its index lists", INDEX_PACK, 3);
}

/// Versions of a long file, of which all but one are stored as deltas.
#[test]
fn a_byte_that_flips_in_a_delta() {
    let repo = Repo::new();
    let body: String = (0..400).map(|n| format!("line {n} of {}\n", n * n)).collect();
    for n in 0..6 {
        repo.write("long.txt", format!("{body}{}{}", line(n), "tail\n".repeat(n as usize)));
        repo.commit("more");
    }
    repo.git(["repack", "-adfq"]);
    let list = repo.git(["verify-pack", "-v", packed(&repo, "idx").to_str().unwrap()]);
    let mut rows = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let delta = rows.rfind(|row| row.len() == 7 && row[1] == "blob").unwrap();
    let (size, at): (usize, usize) = (delta[3].parse().unwrap(), delta[4].parse().unwrap());
    change(&packed(&repo, "pack"), |bytes| bytes[at + size - 6] ^= 0x20);
    let lost: usize = 1;
    assert_gap(repo.path(), &["--history"], delta[0], FETCH, 6 - lost);
}

/// Runs the program as somebody who owns nothing here.
#[cfg(target_os = "linux")]
fn as_nobody(dir: &Path, arguments: &[&str]) -> Option<crate::cli::Run> {
    use std::os::unix::fs::PermissionsExt;
    let mut command = std::process::Command::new("setpriv");
    crate::repo::scrub(&mut command);
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(env!("CARGO_BIN_EXE_stripeguard")).args(arguments).current_dir(dir);
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
    let output = command.output().ok()?;
    // Not everybody may become somebody else, or see the program.
    matches!(output.status.code(), Some(0..=3)).then(|| crate::cli::finish(output))
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_and_a_directory_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Repo::bare_directory();
    dir.write("shut.txt", line(1)).write("locked/a.txt", line(2)).write("open.txt", line(3));
    for (name, mode) in [("shut.txt", 0o600), ("locked", 0o700)] {
        fs::set_permissions(dir.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let Some(text) = as_nobody(dir.path(), &["scan", "--no-cache"]) else {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: only root can become somebody who may not read a file");
        }
        return;
    };
    let told = text.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text.code, 3, "{told}");
    for name in ["- shut.txt: cannot be read", "- locked: cannot be read"] {
        assert!(told.contains(name), "{name}: {}", text.stdout);
    }
    assert!(told.contains("run this as a user who may read it"), "{}", text.stdout);
    let json = as_nobody(dir.path(), &["scan", "--no-cache", "--format", "json"]).unwrap().json();
    assert_eq!(distinct(&json), 1);
}

/// What the system cannot read either, whoever asks.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read() {
    let dir = Repo::bare_directory();
    dir.write("a.txt", line(1));
    assert_gap(dir.path(), &["a.txt", "/proc/self/mem"], "/proc/self/mem", "mend or restore it", 1);
}

#[test]
fn a_clone_without_its_whole_history() {
    let server = history(4);
    let url = format!("file://{}", server.path().display());
    server.git(["config", "uploadpack.allowFilter", "true"]);
    let here = Repo::bare_directory();
    here.git(["clone", "-q", "--depth=2", &url, "shallow"]);
    let (shallow, partial) = (here.join("shallow"), here.join("partial"));
    assert_gap(&shallow, &[], "this is a shallow clone", "`git fetch --unshallow` brings it", 4);
    let files = stripeguard(&shallow, &["scan", "--tree"]);
    assert_eq!(files.code, 0, "of its files nothing is missing: {}", files.stdout);
    here.git(["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "partial"]);
    let advice = "`git fetch --refetch --no-filter` brings what it left out";
    assert_gap(&partial, &[], "this is a partial clone", advice, 0);
}

#[test]
fn objects_that_are_borrowed_from_nowhere_or_from_elsewhere() {
    let lender = history(3);
    let here = Repo::bare_directory();
    let url = lender.path().to_str().unwrap();
    here.git(["clone", "-q", "--shared", url, "copy"]);
    let copy = here.join("copy");
    let elsewhere = "outside of what was asked for, so they were not read";
    assert_gap(&copy, &[], elsewhere, "name the repository there too", 3);
    let both = json(&copy, &[".", url]);
    assert_eq!(both["coverage"]["complete"], true, "{:#}", both["coverage"]["gaps"]);
    fs::write(copy.join(".git/objects/info/alternates"), "../../nowhere\n").unwrap();
    assert_gap(&copy, &[], "there is no such directory", "clone the repository anew", 3);
}

#[test]
fn a_git_file_that_leads_nowhere() {
    let repo = history(2);
    fs::remove_dir_all(repo.join(".git")).unwrap();
    repo.write(".git", "gitdir: ../gone/.git\n");
    assert_gap(repo.path(), &[], "is not a git directory", "run `git worktree repair`", 2);
    repo.write(".git", "nonsense\n");
    assert_gap(repo.path(), &[], "is damaged, and its history was not read", "restore it", 2);
}

/// Git refuses a repository of another user, since it would run what is in its configuration. Here
/// nothing of it is run, so it is read: a refusal would hide what is in it.
#[cfg(target_os = "linux")]
#[test]
fn a_repository_of_another_user_is_read() {
    let repo = history(3);
    repo.git(["repack", "-adq"]);
    if std::os::unix::fs::chown(repo.path(), Some(65534), Some(65534)).is_err() {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: only root can give a directory away");
        }
        return;
    }
    std::os::unix::fs::chown(repo.join(".git"), Some(65534), Some(65534)).unwrap();
    let refused = repo.try_git(["log"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("dubious ownership"));
    let run = stripeguard(repo.path(), &["scan", "--no-cache", "--history", "--format", "json"]);
    let report = run.json();
    assert_eq!((run.code, distinct(&report)), (0, 3));
    assert_eq!(report["coverage"]["complete"], true);
    assert_eq!(report["coverage"]["read"]["objects"]["commit"], 3);
}

#[test]
fn a_file_of_git_that_is_larger_than_any_that_git_writes() {
    let repo = history(2);
    let file = fs::File::create(repo.join(".git/packed-refs")).unwrap();
    file.set_len(300 << 20).unwrap();
    assert_gap(repo.path(), &["--history"], "packed-refs: cannot be read", "mend or restore it", 2);
}

#[test]
fn members_of_archives_that_are_over_a_limit() {
    let dir = Repo::bare_directory();
    let big = format!("{}{}", line(1), "x\n".repeat(2000));
    dir.write("a.zip", zip(&[("big.txt", big.as_bytes()), ("b.txt", line(2).as_bytes())]));
    dir.write("stripeguard.toml", "[limits]\nmember-bytes = 1000\n");
    assert_gap(dir.path(), &[], "a.zip!/big.txt: it is larger", "raise `member-bytes`", 2);
    dir.write("stripeguard.toml", "[limits]\nmembers = 1\n");
    assert_gap(dir.path(), &[], "further members were not read", "raise `members`", 1);
    let nested = (0..4).fold(line(3).into_bytes(), |inner, _| zip(&[("n.zip", &inner)]));
    dir.write("a.zip", zip(&[("deep.zip", &nested), ("b.txt", line(2).as_bytes())]));
    dir.write("stripeguard.toml", "[limits]\ndepth = 2\n");
    assert_gap(dir.path(), &[], "nested deeper than the limit", "raise `depth`", 1);
}

/// Says of the first member of a stored archive that it is encrypted.
fn encrypted(mut archive: Vec<u8>) -> Vec<u8> {
    for (header, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let at = memchr::memmem::find(&archive, header).unwrap();
        archive[at + flags] |= 1;
    }
    archive
}

#[test]
fn archives_that_are_encrypted_or_cut_off() {
    let dir = Repo::bare_directory();
    let both = zip(&[("locked.txt", line(1).as_bytes()), ("open.txt", line(2).as_bytes())]);
    dir.write("a.zip", encrypted(both.clone()));
    assert_gap(dir.path(), &[], "a.zip!/locked.txt: it is encrypted", "with its password", 1);
    dir.write("a.zip", &both[..both.len() - 40]);
    let advice = "what is left of it was read; fetch it or make it anew";
    assert_gap(dir.path(), &[], "a.zip: the archive has no readable directory", advice, 2);
    let noise: String = (0..3000).map(|n: u64| format!("{:x}\n", n * n * n)).collect();
    let packed = gzip(format!("{}{noise}", line(3)).as_bytes());
    fs::remove_file(dir.join("a.zip")).unwrap();
    dir.write("a.gz", &packed[..packed.len() / 2]);
    assert_gap(dir.path(), &[], "it is damaged or cut off", advice, 1);
}

/// Archives have to be whole in memory, and a pipe cannot be read again.
#[test]
fn an_archive_on_standard_input_that_does_not_end() {
    use std::io::Read;
    use std::ops::ControlFlow;
    use stripeguard::source::{Sink, stdin};
    let head = gzip(b"x");
    let input = head.chain(std::io::repeat(0).take(3 << 29));
    let progress = stripeguard::coverage::Progress::default();
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let visit = |blob: &stripeguard::blob::Blob<'_>| {
        seen.store(blob.bytes.len(), std::sync::atomic::Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    let whole = |_: &[u8]| true;
    let coverage =
        stdin::scan(input, "-", Sink { visit: &visit, whole: &whole, progress: &progress });
    assert_eq!(seen.into_inner(), 1 << 30);
    assert_eq!((coverage.bytes, coverage.gaps.len()), (1 << 30, 1));
    assert!(coverage.gaps[0].why.contains("write it to a file and scan that"));
}
