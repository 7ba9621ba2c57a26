//! What is known from an earlier run changes nothing but the time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::{Run, scan};
use crate::keys::live_secret;
use crate::repo::Repo;

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

/// A repository with packs and loose objects, old enough for its files to be settled.
fn clean() -> Repo {
    let repo = Repo::new();
    for n in 0..20 {
        repo.write(format!("d{}/f{n}", n % 3), format!("{n}\n"));
        repo.commit(&format!("commit {n}"));
    }
    repo.git(["tag", "-a", "v1", "-m", "clean"]);
    repo.git(["repack", "-q", "-a", "-d"]);
    repo.write("later", "later\n").commit("later");
    settle();
    repo
}

fn settle() {
    sleep(Duration::from_millis(150));
}

/// Makes a commit with a new file and writes nothing but its three objects: `git add` and `git commit`
/// set the times of those that they would have written again.
fn commit_alone(repo: &Repo) {
    repo.write("new", "new\n");
    let blob = repo.git(["hash-object", "-w", "new"]);
    let listing = repo.git(["ls-tree", "HEAD"]) + &format!("\n100644 blob {blob}\tnew\n");
    repo.write("listing", listing);
    let alias = "!git mktree <listing";
    let tree = repo.git(["-c", &format!("alias.tree-of={alias}"), "tree-of"]);
    let commit = repo.git(["commit-tree", &tree, "-p", "HEAD", "-m", "new"]);
    repo.git(["update-ref", "HEAD", &commit]);
}

/// A run with a cache and one without; the reports must be the same but for how much was known,
/// which is returned.
fn both(repo: &Repo, cache: &Path) -> (u64, i32) {
    let with = scan(repo.path(), &["--history", "--cache-dir", cache.to_str().unwrap()]);
    let without = scan(repo.path(), &["--history", "--no-cache"]);
    let (mut a, b) = (with.json(), without.json());
    let known = a["coverage"]["read"]["known"].take();
    a["coverage"]["read"]["known"] = b["coverage"]["read"]["known"].clone();
    assert_eq!(b["coverage"]["read"]["known"], 0);
    assert_eq!(a, b);
    assert_eq!(with.code, without.code);
    (known.as_u64().unwrap(), with.code)
}

fn total(run: &Run) -> u64 {
    let json = run.json();
    let objects = json["coverage"]["read"]["objects"].clone();
    ["blob", "tree", "commit", "tag"].iter().map(|kind| objects[kind].as_u64().unwrap()).sum()
}

fn files(cache: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(cache) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_was_clean_is_not_read_again() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    assert_eq!(both(&repo, &cache), (0, 0));
    let all = total(&scan(repo.path(), &["--history", "--no-cache"]));
    assert_eq!(both(&repo, &cache), (all, 0));
    commit_alone(&repo);
    settle();
    assert_eq!(both(&repo, &cache), (all, 0));
    let more = total(&scan(repo.path(), &["--history", "--no-cache"]));
    assert_eq!(more, all + 3);
    assert_eq!(both(&repo, &cache), (more, 0));
    repo.git(["repack", "-q", "-d"]);
    settle();
    assert_eq!(both(&repo, &cache), (0, 0), "what is stored anew is read anew");
    assert_eq!(both(&repo, &cache), (more, 0));
}

/// What `--receipt` says of members of archives, with a cache and without.
fn members(repo: &Repo, cache: &Path) -> (u64, u64) {
    let file = cache.with_extension("receipt");
    let receipt = file.to_str().unwrap();
    let read = |arguments: &[&str]| {
        let run = scan(repo.path(), &[&["--history", "--receipt", receipt], arguments].concat());
        let receipt: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let count = receipt["read"]["members"].as_u64().unwrap();
        assert_eq!(run.json()["coverage"]["read"]["members"], count);
        count
    };
    (read(&["--cache-dir", cache.to_str().unwrap()]), read(&["--no-cache"]))
}

#[test]
fn members_of_archives_that_are_known_count() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    let zip = |name: &str, files: usize| {
        let mut zip = zip::ZipWriter::new(fs::File::create(repo.join(name)).unwrap());
        for n in 0..files {
            zip.start_file(format!("{n}"), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(b"clean\n").unwrap();
        }
        zip.finish().unwrap();
        repo.commit(name);
        settle();
    };
    zip("a.zip", 3);
    let (few, same) = members(&repo, &cache);
    assert!(few >= 3 && few == same, "{few} {same}");
    assert_eq!(members(&repo, &cache), (few, few), "known");
    zip("b.zip", 4);
    let (all, same) = members(&repo, &cache);
    assert!(all >= few + 4 && all == same, "{all} {same}: some are new");
    assert_eq!(members(&repo, &cache), (all, all));
    // Git sets the time of an object anew that it would have written again.
    repo.git(["hash-object", "-w", "a.zip"]);
    settle();
    assert_eq!(members(&repo, &cache), (all, all), "touched");
    repo.git(["repack", "-q", "-a", "-d"]);
    settle();
    assert_eq!(members(&repo, &cache), (all, all), "stored anew");
    assert_eq!(members(&repo, &cache), (all, all));
}

#[test]
fn what_cannot_be_read_of_a_known_archive_stays_a_gap() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    repo.write("broken.gz", b"\x1f\x8b\x08\x00not deflate").commit("broken");
    settle();
    assert_eq!(both(&repo, &cache), (0, 3));
    let all = total(&scan(repo.path(), &["--history", "--no-cache"]));
    assert_eq!(both(&repo, &cache), (all - 1, 3), "the archive is opened again");
    commit_alone(&repo);
    settle();
    assert_eq!(both(&repo, &cache), (all - 1, 3));
    assert_eq!(both(&repo, &cache), (all + 2, 3));
    repo.write("more.gz", b"\x1f\x8b\x08\x00not deflate either").commit("more");
    settle();
    assert_eq!(both(&repo, &cache).1, 3);
    let (known, code) = both(&repo, &cache);
    assert_eq!((known, code), (total(&scan(repo.path(), &["--history", "--no-cache"])) - 2, 3));
}

#[test]
fn what_hits_or_is_missing_is_never_known() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    both(&repo, &cache);
    repo.write("leak", line(1)).commit("leak");
    repo.remove("leak").commit("gone");
    settle();
    assert_eq!(both(&repo, &cache), (0, 1));
    assert_eq!(both(&repo, &cache), (0, 1));

    let repo = clean();
    both(&repo, &cache);
    repo.git(["commit", "-q", "--allow-empty", "-m", &format!("use {}", live_secret(2))]);
    assert_eq!(both(&repo, &cache), (0, 1));
    let repo = clean();
    both(&repo, &cache);
    repo.write(live_secret(3), "x\n").commit("a name");
    assert_eq!(both(&repo, &cache), (0, 1));
}

#[test]
fn objects_that_disappear_or_change_are_gaps_all_the_same() {
    let home = Repo::bare_directory();
    let cache = home.join("cache");
    let later = |repo: &Repo| {
        let blob = repo.git(["rev-parse", "HEAD:later"]);
        repo.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))
    };
    let repo = clean();
    both(&repo, &cache);
    fs::remove_file(later(&repo)).unwrap();
    assert_eq!(both(&repo, &cache), (0, 3));

    let repo = clean();
    both(&repo, &cache);
    let file = later(&repo);
    fs::remove_file(&file).unwrap();
    fs::write(&file, "damaged").unwrap();
    assert_eq!(both(&repo, &cache), (0, 3));

    let repo = clean();
    both(&repo, &cache);
    let packs = files(&repo.join(".git/objects/pack"));
    let pack = packs.iter().find(|path| path.extension().is_some_and(|e| e == "pack")).unwrap();
    let mut bytes = fs::read(pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::remove_file(pack).unwrap();
    fs::write(pack, bytes).unwrap();
    assert_eq!(both(&repo, &cache), (0, 3));

    let repo = clean();
    both(&repo, &cache);
    repo.write(".git/refs/heads/broken", "not an id\n");
    assert_eq!(both(&repo, &cache), (0, 3));
    repo.write(".git/refs/heads/broken", format!("{}\n", "12".repeat(20)));
    assert_eq!(both(&repo, &cache), (0, 3));

    let repo = clean();
    both(&repo, &cache);
    repo.git(["update-ref", "refs/heads/kept", "HEAD"]);
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    assert!(both(&repo, &cache).0 > 0, "references alone are no objects");
}

#[test]
fn a_pack_whose_time_git_sets_anew_is_known_by_its_checksum() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    both(&repo, &cache);
    let packs = files(&repo.join(".git/objects/pack"));
    let pack = packs.iter().find(|path| path.extension().is_some_and(|e| e == "pack")).unwrap();
    let bytes = fs::read(pack).unwrap();
    let mut permissions = pack.metadata().unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false)]
    permissions.set_readonly(false);
    fs::set_permissions(pack, permissions).unwrap();
    let rewrite = |bytes: &[u8]| {
        fs::write(pack, bytes).unwrap();
        settle();
    };
    rewrite(&bytes);
    assert_eq!(both(&repo, &cache), (0, 0), "it has never been looked at");
    rewrite(&bytes);
    assert!(both(&repo, &cache).0 > 0);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 0xff;
    rewrite(&damaged);
    assert_eq!(both(&repo, &cache), (0, 3));
}

#[test]
fn a_damaged_or_foreign_file_knows_nothing() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    both(&repo, &cache);
    let [file] = &files(&cache)[..] else { panic!("one file") };
    let good = fs::read(file).unwrap();
    for at in (0..good.len()).step_by(7) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        fs::write(file, &bytes).unwrap();
        let run = scan(repo.path(), &["--history", "--cache-dir", cache.to_str().unwrap()]);
        assert_eq!(run.json()["coverage"]["read"]["known"], 0, "byte {at}");
    }
    for bad in [&good[..good.len() / 2], b"", b"something else", &[&good[..], b"x"].concat()] {
        fs::write(file, bad).unwrap();
        assert_eq!(both(&repo, &cache).0, 0);
    }
    let (other, elsewhere) = (clean(), home.join("other"));
    both(&other, &elsewhere);
    fs::copy(&files(&elsewhere)[0], file).unwrap();
    assert_eq!(both(&repo, &cache).0, 0, "what is known of another repository");
}

#[test]
fn the_file_holds_no_path_and_is_the_users_alone() {
    let (repo, home) = (clean(), Repo::bare_directory());
    let cache = home.join("cache");
    both(&repo, &cache);
    let [file] = &files(&cache)[..] else { panic!("one file") };
    let bytes = fs::read(file).unwrap();
    let name = repo.path().file_name().unwrap().to_str().unwrap();
    for text in [name, "later", "refs/heads", "A U Thor"] {
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(cache.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    let read_only = home.write("file", "").join("file/below");
    let run = scan(repo.path(), &["--history", "--cache-dir", read_only.to_str().unwrap()]);
    assert_eq!(run.code, 0, "a cache that cannot be written is no fault: {}", run.stderr);
}

#[test]
fn other_rules_and_another_day_know_nothing() {
    use stripeguard::cache::Cache;
    use stripeguard::coverage::Progress;
    use stripeguard::decode::container::Limits;
    use stripeguard::scan::Scanner;
    use stripeguard::source::history::{Options, Scope, scan};

    let (repo, home) = (clean(), Repo::bare_directory());
    let known = |key: [u8; 32], today: i64, repo: &Repo| {
        let cache = Cache { directory: home.join("cache"), key };
        let options = Options {
            asked: &[],
            threads: 2,
            prefix: "",
            root: "",
            scope: Scope::Local,
            verify: false,
            under: "",
            cache: Some(&cache),
        };
        let repository = stripeguard::git::open(repo.path()).unwrap();
        let scanner = Scanner::new(today, Limits::default());
        let history = scan(&repository, &options, &scanner, &Progress::default());
        (history.coverage.known > 0, !history.traced.is_empty())
    };
    let now = 1_800_000_000;
    assert_eq!(known([1; 32], now, &repo), (false, false));
    assert_eq!(known([1; 32], now, &repo), (true, false));
    assert_eq!(known([2; 32], now, &repo), (false, false));
    assert_eq!(known([1; 32], now, &repo), (false, false), "the other has taken its place");
    // A key of an account that has not been created yet is none, until it has been.
    let repo = clean();
    repo.write("leak", line(4)).commit("leak");
    settle();
    let early = 1_300_000_000;
    assert_eq!(known([1; 32], early, &repo), (false, false));
    assert_eq!(known([1; 32], early, &repo), (false, false));
    assert_eq!(known([1; 32], now, &repo), (false, true));
}

#[test]
fn limits_are_part_of_what_found_nothing() {
    use stripeguard::decode::container::Limits;
    use stripeguard::scan::Scanner;

    let usual = Scanner::new(0, Limits::default()).identity();
    assert_eq!(usual, Scanner::new(1, Limits::default()).identity());
    let other = Limits { depth: 1, ..Limits::default() };
    assert_ne!(usual, Scanner::new(0, other).identity());
}

#[test]
fn submodules_have_a_file_each() {
    let home = Repo::bare_directory();
    let inner = clean();
    let outer = Repo::new();
    let url = inner.path().to_str().unwrap().to_owned();
    outer.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"]);
    outer.commit("with a submodule");
    settle();
    let cache = home.join("cache");
    assert_eq!(both(&outer, &cache).0, 0);
    assert_eq!(files(&cache).len(), 2);
    let all: Value = scan(outer.path(), &["--history", "--no-cache"]).json();
    assert!(all["coverage"]["complete"].as_bool().unwrap());
    assert!(both(&outer, &cache).0 > 0);
}
