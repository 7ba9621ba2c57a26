//! Repositories and files made to harm whoever reads them: nothing of them runs, nothing redirects a
//! scan, and each costs bounded time and memory.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::{Run, stripeguard};
use crate::container::{gzip, zip};
use crate::git::packs::{COMMIT, PackBuilder, TAG, TREE, blob_id, object_id};
use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

fn line(seed: u64) -> String {
    format!("KEY={}\n", live_secret(seed))
}

/// How much address space a run may have, in KiB, and how long it may take on a slow machine.
const SPACE: u64 = 2 << 20;
const TIME: Duration = Duration::from_secs(120);

/// Runs the program within bounds, and says what it did.
fn bounded(dir: &Path, arguments: &[&str]) -> Run {
    let out = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("bash");
    scrub(&mut command);
    let script = format!("ulimit -v {SPACE} 2>/dev/null; exec \"$0\" \"$@\"");
    command.current_dir(dir).args(["-c", &script, env!("CARGO_BIN_EXE_stripeguard")]);
    command.args(arguments).stdin(Stdio::null()).stdout(out.reopen().unwrap());
    let errors = tempfile::NamedTempFile::new().unwrap();
    let mut child = command.stderr(errors.reopen().unwrap()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > TIME {
            child.kill().unwrap();
            panic!("{arguments:?} does not end in {}", dir.display());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let code = child.wait().unwrap().code();
    let stderr = fs::read_to_string(errors.path()).unwrap();
    let code = code.unwrap_or_else(|| panic!("{arguments:?} was killed: {stderr}"));
    assert!(code < 4, "{arguments:?} ends with {code}: {stderr}");
    Run { code, stdout: fs::read_to_string(out.path()).unwrap(), stderr }
}

fn scan(dir: &Path) -> Value {
    let arguments =
        ["scan", "--no-cache", "--threads", "2", "--lints", "all", "--format", "json", "."];
    bounded(dir, &arguments).json()
}

fn gaps(report: &Value) -> String {
    report["coverage"]["gaps"].to_string()
}

fn assert_complete(report: &Value) {
    assert_eq!(report["coverage"]["complete"], true, "{}", gaps(report));
}

fn paths(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["path"].as_str().unwrap_or("-")).collect()
}

fn objects(report: &Value) -> u64 {
    let counts = report["coverage"]["read"]["objects"].as_object().unwrap();
    counts.values().filter_map(Value::as_u64).sum()
}

/// A script that leaves a trace beside itself, as a program that git would run.
#[cfg(unix)]
fn program(dir: &Repo) -> String {
    use std::os::unix::fs::PermissionsExt;
    let trace = dir.join("trace");
    dir.write("run", format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", trace.display()));
    fs::set_permissions(dir.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
    dir.join("run").to_str().unwrap().to_owned()
}

/// A configuration in which every setting that names a program names this one.
fn settings(program: &str, elsewhere: &Path) -> String {
    let elsewhere = elsewhere.display();
    format!(
        "[core]\n\tfsmonitor = {program}\n\tsshCommand = {program}\n\tpager = {program}\n\teditor = {program}\n\
         \taskPass = {program}\n\tgitProxy = {program}\n\thooksPath = {elsewhere}/hooks\n\tworktree = {elsewhere}\n\
         \tattributesFile = {elsewhere}/attributes\n\texcludesFile = {elsewhere}/excludes\n\
         \talternateRefsCommand = {program}\n\
         [include]\n\tpath = {elsewhere}/config\n[includeIf \"gitdir:**\"]\n\tpath = {elsewhere}/config\n\
         [filter \"x\"]\n\tclean = {program} %f\n\tsmudge = {program} %f\n\tprocess = {program}\n\trequired = true\n\
         [diff \"x\"]\n\ttextconv = {program}\n\tcommand = {program}\n[diff]\n\texternal = {program}\n\
         [merge \"x\"]\n\tdriver = {program} %A\n[credential]\n\thelper = !{program}\n\
         [gpg]\n\tprogram = {program}\n[uploadpack]\n\tpackObjectsHook = {program}\n\
         [alias]\n\tlog = !{program}\n\trev-parse = !{program}\n\tcat-file = !{program}\n\tls-files = !{program}\n\
         [remote \"origin\"]\n\turl = ext::{program}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\
         \tuploadpack = {program}\n\tvcs = x\n[protocol]\n\tallow = always\n"
    )
}

#[cfg(unix)]
fn plant_hooks(repo: &Repo, program: &str) {
    for name in [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
        "pre-auto-gc",
        "pre-push",
        "pre-receive",
        "update",
    ] {
        fs::copy(program, repo.join(".git/hooks").join(name)).unwrap();
    }
}

/// What a scan tells of a repository must not depend on any setting in it, and none of them runs.
#[cfg(unix)]
#[test]
fn no_setting_of_a_repository_runs_or_redirects_anything() {
    let (traces, repo) = (Repo::bare_directory(), Repo::new());
    let elsewhere = Repo::bare_directory();
    elsewhere.write("decoy.env", line(9)).write("hooks/pre-commit", "#!/bin/sh\n");
    elsewhere.write("excludes", "*\n").write("attributes", "* filter=x diff=x text\n");
    repo.write("package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n").write("a.env", line(1));
    repo.commit("leak");
    repo.write("b.env", line(2)).git(["add", "b.env"]);
    let runs: [&[&str]; 9] = [
        &["scan", "--no-cache", "--verify-objects", "."],
        &["scan", "--no-cache", "--history", "."],
        &["scan", "--staged", "."],
        &["scan", "--range", "HEAD", "."],
        &["hook", "run", "pre-commit"],
        &["ci", "--base", "HEAD", "."],
        &["explain", "a.env:1"],
        &["doctor"],
        &["baseline", "create", "--file", "/dev/stdout"],
    ];
    let tell = || {
        runs.map(|arguments| {
            let run = stripeguard(repo.path(), arguments);
            (run.code, places(&run.stdout), run.stderr)
        })
    };
    let before = tell();
    let program = program(&traces);
    plant_hooks(&repo, &program);
    let own = fs::read_to_string(repo.join(".git/config")).unwrap();
    repo.write(".git/config", own + &settings(&program, elsewhere.path()));
    repo.write(".git/info/attributes", "* filter=x diff=x merge=x\n");
    elsewhere.write("config", format!("[core]\n\tfsmonitor = {program}\n"));
    let after = tell();
    assert!(
        !traces.join("trace").exists(),
        "{}",
        fs::read_to_string(traces.join("trace")).unwrap()
    );
    for ((before, after), arguments) in before.iter().zip(&after).zip(runs) {
        assert_eq!(before, after, "{arguments:?}");
    }
    // The same settings would have run: git itself leaves a trace.
    repo.try_git(["--work-tree=.", "status"]);
    assert!(traces.join("trace").exists(), "nothing of what is planted is of any effect");
}

/// The lines of a report that name a place.
fn places(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.contains(".env"));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// Whoever made a repository may have written any path into its list of alternates.
#[test]
fn objects_of_another_repository_are_read_only_if_it_was_asked_for() {
    let other = Repo::new();
    other.write("private.env", line(1)).commit("private");
    let hostile = Repo::new();
    hostile.write("a.env", line(2)).commit("bait");
    let list = format!("{}\n", other.join(".git/objects").display());
    hostile.write(".git/objects/info/alternates", &list);
    let report = scan(hostile.path());
    assert_eq!(paths(&report), ["a.env"]);
    assert!(gaps(&report).contains("outside of what was asked for"), "{}", gaps(&report));
    assert_eq!(objects(&report), 3);
    let inner = Repo::new();
    inner.git(["init", "-q", "-b", "main", "vendor/lender"]);
    inner.write("vendor/lender/b.env", line(3));
    inner.git(["-C", "vendor/lender", "add", "."]);
    inner.git(["-C", "vendor/lender", "commit", "-q", "-m", "lent"]);
    inner.write("c.txt", "c\n").git(["add", "c.txt"]);
    inner.git(["commit", "-q", "-m", "own"]);
    inner.write(".git/objects/info/alternates", "../../vendor/lender/.git/objects\n");
    let report = scan(inner.path());
    assert_complete(&report);
    assert_eq!(objects(&report), 9, "its own, what it borrows, and what the lender has");
}

/// Lists of ignored files that never end, as a link in a clone can make one.
#[cfg(target_os = "linux")]
#[test]
fn lists_of_ignored_files_without_an_end() {
    let repo = Repo::new();
    repo.write("a.env", line(1)).write("sub/b.env", line(2)).write("sub/deep/c.env", line(3));
    repo.write("other/d.env", line(4)).write("sub/.git-not/x", "x\n");
    repo.commit("leak");
    std::os::unix::fs::symlink("/dev/zero", repo.join("sub/.gitignore")).unwrap();
    fs::remove_file(repo.join(".git/info/exclude")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", repo.join(".git/info/exclude")).unwrap();
    for scope in ["--tree", "--history"] {
        let run = bounded(repo.path(), &["scan", "--no-cache", "--format", "json", scope, "."]);
        let found: BTreeSet<_> = paths(&run.json()).into_iter().map(str::to_owned).collect();
        assert_eq!(found.len(), 4, "{scope}: {found:?}");
    }
    fs::remove_file(repo.join(".git/info/exclude")).unwrap();
    fs::remove_file(repo.join("sub/.gitignore")).unwrap();
    let made = Command::new("mkfifo").arg(repo.join("sub/.gitignore")).status().unwrap();
    assert!(made.success());
    let sparse = fs::File::create(repo.join("other/.gitignore")).unwrap();
    sparse.set_len(5 << 29).unwrap();
    repo.write("ignored/e.env", line(5)).write(".gitignore", "ignored/\n");
    let run = bounded(repo.path(), &["scan", "--no-cache", "--format", "json", "--tree", "."]);
    let report = run.json();
    assert_complete(&report);
    assert_eq!(paths(&report).len(), 4, "{report:#}");
    let skipped = report["coverage"]["skipped"].to_string();
    for name in ["sub/.gitignore", "other/.gitignore"] {
        assert!(skipped.contains(name), "{skipped}");
    }
    let inside = bounded(&repo.join("sub/deep"), &["scan", "--format", "json", "."]);
    assert_eq!(paths(&inside.json()), ["c.env"]);
}

/// A link out of the tree is not read as a rule: a mistake would show what it quotes.
#[cfg(unix)]
#[test]
fn a_rule_that_is_a_link_is_not_followed() {
    let (outside, repo) = (Repo::bare_directory(), Repo::new());
    outside.write("private.yml", "id: private-word\nlanguage: private-word\n");
    repo.write("a.js", "x\n");
    fs::create_dir_all(repo.join(".stripeguard/rules")).unwrap();
    let link = repo.join(".stripeguard/rules/a.yml");
    std::os::unix::fs::symlink(outside.join("private.yml"), link).unwrap();
    let run = stripeguard(repo.path(), &["scan", "--lints", "all"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("a link or no file"), "{}", run.stdout);
    assert!(!run.stdout.contains("private-word"), "{}", run.stdout);
}

/// Entries of a tree as they stand, whatever they are called.
fn tree(entries: &[(&str, &[u8], stripeguard::blob::ObjectId)]) -> Vec<u8> {
    let entry = |(mode, name, id): &(&str, &[u8], stripeguard::blob::ObjectId)| {
        [mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat()
    };
    entries.iter().flat_map(entry).collect()
}

fn commit(tree: &stripeguard::blob::ObjectId, parents: &[stripeguard::blob::ObjectId]) -> String {
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    format!("tree {tree}\n{parents}author A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nx\n")
}

fn add(
    pack: &mut PackBuilder,
    kind: u8,
    name: &str,
    content: &[u8],
) -> stripeguard::blob::ObjectId {
    let id = object_id(name, content);
    pack.entry(id, kind, content.len() as u64, b"", content);
    id
}

#[test]
fn trees_with_names_that_lead_elsewhere() {
    let outer = Repo::bare_directory();
    outer.write("outside.env", line(9)).git(["init", "-q", "-b", "main", "repo"]);
    let above = outer.path().to_owned();
    let repo = outer.inside("repo");
    let mut pack = PackBuilder::new();
    let names: [&[u8]; 9] = [
        b"..",
        b".git",
        b".",
        b"../outside.env",
        b"a/b",
        b"",
        b".git/hooks/x",
        b"/etc/passwd",
        b"c:\\x",
    ];
    let entries: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(seed, name)| ("100644", *name, pack.blob(line(seed as u64).as_bytes())))
        .collect();
    let files = add(&mut pack, TREE, "tree", &tree(&entries));
    let top = tree(&[("40000", b"..", files), ("40000", b".git", files), ("160000", b"..", files)]);
    let top = add(&mut pack, TREE, "tree", &top);
    let head = add(&mut pack, COMMIT, "commit", commit(&top, &[]).as_bytes());
    pack.write(&repo.join(".git/objects"), "pack-x");
    repo.write(".git/refs/heads/main", format!("{head}\n"));
    let before = listing(&above);
    let report = scan(repo.path());
    assert_eq!(prints(&report).len(), names.len(), "{:?}", paths(&report));
    assert_eq!(report["findings"][0]["origin"], "history");
    assert_eq!(listing(&above), before);
    for arguments in [&["ci", "--base", "HEAD"][..], &["scan", "--range", "HEAD"]] {
        bounded(repo.path(), arguments);
        assert_eq!(listing(&above), before);
    }
}

/// The fingerprints of what was found.
fn prints(report: &Value) -> BTreeSet<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["fingerprint"].as_str().unwrap()).collect()
}

fn listing(dir: &Path) -> BTreeSet<std::path::PathBuf> {
    super::subject::files(dir).into_iter().collect()
}

/// Tags of tags lead to a commit in the end, and a key in the innermost file is attributed to them.
#[test]
fn a_chain_of_10_000_tags() {
    let repo = Repo::new();
    repo.write("a.env", line(1));
    let mut last = repo.commit("leak");
    let mut pack = PackBuilder::new();
    let mut kind = "commit";
    for n in 0..10_000 {
        let text = format!("object {last}\ntype {kind}\ntag t{n}\ntagger A <a@x> 1 +0000\n\nx\n");
        last = add(&mut pack, TAG, "tag", text.as_bytes()).to_string();
        kind = "tag";
    }
    pack.write(&repo.join(".git/objects"), "pack-x");
    repo.write(".git/refs/tags/last", format!("{last}\n"));
    repo.git(["checkout", "-q", "--orphan", "other"]);
    repo.git(["rm", "-q", "-rf", "."]);
    repo.write("b.txt", "b\n").commit("other");
    repo.git(["update-ref", "-d", "refs/heads/main"]);
    fs::remove_dir_all(repo.join(".git/logs")).unwrap();
    let report = scan(repo.path());
    assert_complete(&report);
    let listed = repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]);
    assert_eq!(objects(&report), listed.lines().count() as u64);
    let refs = report["findings"][0]["history"]["refs"].to_string();
    assert!(refs.contains("refs/tags/last"), "{refs}");
    let range = bounded(repo.path(), &["scan", "--format", "json", "--range", "last", "."]).json();
    assert_eq!(paths(&range).len(), 1, "{range:#}");
}

/// Ids that no content has let objects lead back to themselves.
#[test]
fn tags_commits_and_trees_in_a_circle() {
    let repo = Repo::new();
    let mut pack = PackBuilder::new();
    let [tags, commits, trees] = ["tag", "commit", "tree"]
        .map(|kind| [0, 1].map(|n| blob_id(format!("{kind} {n}").as_bytes())));
    let mut fake = |id, kind, content: &[u8]| {
        pack.entry(id, kind, content.len() as u64, b"", content);
    };
    for n in [0, 1] {
        let tag = format!("object {}\ntype tag\ntag t\ntagger A <a@x> 1 +0000\n\nx\n", tags[1 - n]);
        fake(tags[n], TAG, tag.as_bytes());
        fake(commits[n], COMMIT, commit(&trees[n], &[commits[1 - n], commits[n]]).as_bytes());
    }
    let key = blob_id(line(1).as_bytes());
    for n in [0, 1] {
        let content = tree(&[
            ("40000", b"deep", trees[1 - n]),
            ("100644", b"k.env", key),
            ("40000", b"self", trees[n]),
        ]);
        fake(trees[n], TREE, &content);
    }
    pack.blob(line(1).as_bytes());
    pack.write(&repo.join(".git/objects"), "pack-x");
    repo.write(".git/refs/heads/main", format!("{}\n", commits[0]));
    repo.write(".git/refs/tags/loop", format!("{}\n", tags[0]));
    let report = scan(repo.path());
    assert!(!paths(&report).is_empty(), "{report:#}");
    for arguments in [
        &["scan", "--verify-objects", "--history", "."][..],
        &["scan", "--range", "main"],
        &["scan", "--range", "loop"],
        &["scan", "--range", "main~3..main"],
        &["scan", "--range", "main...loop"],
        &["scan", "--staged"],
        &["ci", "--base", "main~1"],
        &["hook", "run", "pre-push", "origin"],
        &["baseline", "import", "list"],
        &["explain", "k.env"],
    ] {
        repo.write("list", format!("{}:k.env:stripe-access-token:1\n", commits[0]));
        bounded(repo.path(), arguments);
    }
}

/// A tree of thirty levels that names the one below it thirty times has more paths than there is time.
#[test]
fn trees_that_are_a_bomb() {
    let repo = Repo::new();
    let mut pack = PackBuilder::new();
    let mut id = pack.blob(line(1).as_bytes());
    let mut mode = "100644";
    for _ in 0..30 {
        let names: Vec<String> = (0..30).map(|n| format!("n{n:02}")).collect();
        let entries: Vec<_> = names.iter().map(|name| (mode, name.as_bytes(), id)).collect();
        id = add(&mut pack, TREE, "tree", &tree(&entries));
        mode = "40000";
    }
    let head = add(&mut pack, COMMIT, "commit", commit(&id, &[]).as_bytes());
    pack.write(&repo.join(".git/objects"), "pack-x");
    repo.write(".git/refs/heads/main", format!("{head}\n"));
    let report = scan(repo.path());
    assert!(!paths(&report).is_empty(), "{}", gaps(&report));
    assert!(paths(&report).len() < 100_000);
    for arguments in [
        &["scan", "--range", "main"][..],
        &["ci", "--base", "main"],
        &["hook", "run", "pre-push", "x"],
    ] {
        bounded(repo.path(), arguments);
    }
}

fn append(
    out: &mut tar::Builder<Vec<u8>>,
    kind: tar::EntryType,
    name: &[u8],
    link: &str,
    content: &[u8],
) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
    if !link.is_empty() {
        header.set_link_name_literal(link).unwrap();
    }
    header.set_size(content.len() as u64);
    header.set_mode(0o6777);
    header.set_cksum();
    out.append(&header, content).unwrap();
}

#[test]
fn archives_whose_members_lead_elsewhere() {
    let dir = Repo::bare_directory();
    let names = [
        "../outside.env",
        "/etc/cron.d/x",
        "a/../../b",
        "c:\\x",
        ".git/hooks/pre-commit",
        "..",
        "",
    ];
    let contents: Vec<String> = (0..names.len() as u64).map(line).collect();
    let members: Vec<_> =
        names.iter().zip(&contents).map(|(name, content)| (*name, content.as_bytes())).collect();
    dir.write("a.zip", zip(&members));
    let mut out = tar::Builder::new(Vec::new());
    for (name, content) in &members {
        append(&mut out, tar::EntryType::Regular, name.as_bytes(), "", content);
    }
    for (kind, link) in [
        (tar::EntryType::Symlink, "/etc/passwd"),
        (tar::EntryType::Link, "../outside.env"),
        (tar::EntryType::Char, ""),
        (tar::EntryType::Block, ""),
        (tar::EntryType::Fifo, ""),
        (tar::EntryType::Directory, ""),
    ] {
        append(&mut out, kind, b"special", link, b"");
    }
    append(&mut out, tar::EntryType::Regular, b"last", "", line(20).as_bytes());
    dir.write("a.tar.gz", gzip(&out.into_inner().unwrap()));
    let before = listing(dir.path());
    let report = scan(dir.path());
    assert_eq!(prints(&report).len(), names.len() + 1, "{:?} {}", paths(&report), gaps(&report));
    assert!(paths(&report).contains(&"a.tar.gz!/last"), "{:?}", paths(&report));
    assert_eq!(listing(dir.path()), before);
}

/// An archive of one member that its directory lists so many times: what is packed overlaps.
fn overlapping(content: &[u8], times: u16) -> Vec<u8> {
    let archive = zip(&[("a", content)]);
    let start = memchr::memmem::rfind(&archive, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::rfind(&archive, b"PK\x05\x06").unwrap();
    let mut out = archive[..start].to_vec();
    let entry = &archive[start..end];
    for n in 0..times {
        let mut entry = entry.to_vec();
        let name = format!("{n:x}");
        entry[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
        entry.splice(46..47, name.bytes());
        out.extend(entry);
    }
    let mut last = archive[end..].to_vec();
    let size = (out.len() - start) as u32;
    last[8..10].copy_from_slice(&times.to_le_bytes());
    last[10..12].copy_from_slice(&times.to_le_bytes());
    last[12..16].copy_from_slice(&size.to_le_bytes());
    out.extend(last);
    out
}

#[test]
fn archives_that_unpack_to_more_than_there_is() {
    let zeros = vec![0; 16 << 20];
    let packed = zip(&[("0", &zeros[..])]);
    let wide: Vec<(String, &[u8])> =
        (0..16).map(|n| (format!("{n}.zip"), packed.as_slice())).collect();
    let wide: Vec<(&str, &[u8])> =
        wide.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let layer = zip(&wide);
    let layers =
        zip(&[("1.zip", &layer[..]), ("2.zip", &layer), ("3.zip", &layer), ("4.zip", &layer)]);
    for (name, bomb) in [
        ("nested.zip", layers),
        ("overlapping.zip", overlapping(&zeros, 2_000)),
        ("layers.gz", gzip(&gzip(&gzip(&vec![0; 256 << 20])))),
    ] {
        let dir = Repo::bare_directory();
        dir.write("stripeguard.toml", "[limits]\nunpacked-bytes = 268435456\n");
        dir.write(name, &bomb).write("a.env", line(1));
        let report = scan(dir.path());
        assert_eq!(paths(&report), ["a.env"], "{name}");
        assert!(gaps(&report).contains(name), "{name} of {}: {}", bomb.len(), gaps(&report));
    }
}

/// What is long, deep or full of quotes, for whatever looks for ends, brackets and strings.
#[test]
fn texts_that_are_hard_to_read() {
    let dir = Repo::bare_directory();
    dir.write(
        "package.json",
        "{\"dependencies\": {\"stripe\": \"1\", \"next\": \"1\", \"vite\": \"1\"}}\n",
    );
    let pieces = [
        "a",
        "\"",
        "'",
        "`",
        "\\",
        "\\\"",
        "(",
        "[",
        "{",
        "<",
        "</",
        "${",
        "{{",
        "<?",
        "=",
        "%5F",
        "\\u005f",
        "&#95;",
        "sk_live",
        "sk_live_",
        "c2tfbGl2ZV8",
        "73 6b 5f",
        "\u{0}s\u{0}k",
        "whsec_",
        "+ 'a' ",
        "/*",
        "<!--",
        "process.env.",
        "#",
        "0",
        "\t",
        "é",
        "stripe ",
        "STRIPE_KEY=",
        ": ",
        "- ",
        "$(",
    ];
    let files = ["js", "env", "yml", "json", "html", "php", "py", "toml"];
    for (number, piece) in pieces.iter().enumerate() {
        let text = piece.repeat((1 << 20) / piece.len());
        let end = files[number % files.len()];
        dir.write(format!("{number}/long.{end}"), format!("{text}\n{}", line(number as u64)));
    }
    let report = scan(dir.path());
    let found: BTreeSet<_> = paths(&report).into_iter().collect();
    assert_eq!(found.len(), pieces.len(), "{found:?} {}", gaps(&report));
    bounded(dir.path(), &["doctor"]);
}

/// Each language in which practices are looked for, and a line of it that makes a rule look.
const LANGUAGES: [(&str, &str); 11] = [
    ("js", "res.json(process.env);\n"),
    ("tsx", "res.json(process.env);\n"),
    ("vue", "<script>res.json(process.env);\n"),
    ("py", "print(os.environ)\n"),
    ("rb", "p ENV\n"),
    ("php", "<?php phpinfo();\n"),
    ("go", "package a\nvar y = os.Environ()\n"),
    ("java", "class A { Object y = System.getenv();\n"),
    ("cs", "var y = GetEnvironmentVariables();\n"),
    ("kt", "fun main() { Stripe.apiKey = a\n"),
    ("html", "<script>loadStripe(secretKey)\n"),
];

#[test]
fn a_hundred_thousand_brackets_in_every_language() {
    for bracket in ["(", "[", "{"] {
        let dir = Repo::bare_directory();
        dir.write("package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
        let row = bracket.repeat(100) + "\n";
        for (end, begin) in LANGUAGES {
            let text = format!("{begin}x = {}\n{}", row.repeat(1000), line(7));
            dir.write(format!("src/a.{end}"), text);
        }
        let report = scan(dir.path());
        let found: BTreeSet<_> = paths(&report).into_iter().collect();
        assert!(found.len() >= LANGUAGES.len(), "{bracket}: {found:?} {}", gaps(&report));
    }
}

/// A key in the midst of what is hard to read is judged as well: where it ships to, and what mends it.
#[test]
fn keys_in_the_midst_of_brackets() {
    let dir = Repo::bare_directory();
    dir.write("package.json", "{\"dependencies\": {\"stripe\": \"1\", \"next\": \"1\"}}\n");
    for (number, bracket) in ["(", "[", "{", "<a>", "`${", "f('", "/*", "not *"].iter().enumerate()
    {
        let half = (bracket.repeat(60) + "\n").repeat(500);
        for end in ["js", "tsx", "php", "py", "html", "yml"] {
            let key = live_secret(number as u64);
            dir.write(format!("src/{number}.{end}"), format!("{half}'{key}'\n{half}"));
        }
    }
    let report = scan(dir.path());
    let found: BTreeSet<_> = paths(&report).into_iter().collect();
    assert_eq!(found.len(), 8 * 6, "{found:?}");
}

/// Files with holes and files that are nothing but one line take no more memory than others.
#[cfg(unix)]
#[test]
fn files_that_are_larger_than_memory() {
    let repo = Repo::new();
    let sparse = fs::File::create(repo.join("sparse.log")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    drop(sparse);
    let mut end = fs::File::options().append(true).open(repo.join("sparse.log")).unwrap();
    end.write_all(format!("\n{}", line(1)).as_bytes()).unwrap();
    let report = scan(repo.path());
    assert_complete(&report);
    assert_eq!(paths(&report), ["sparse.log"]);
}
