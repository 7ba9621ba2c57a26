use std::collections::BTreeSet;

use stripeguard::git::{self, Database, Head, RefKind, Resolver};

use super::fixture::Fixture;

/// Two branches that meet, a side branch that forked early, tags, a conflict.
fn history() -> Fixture {
    let fixture = Fixture::new();
    for n in 0..4 {
        fixture.write("file", format!("{n}"));
        fixture.commit(&format!("main {n}"));
    }
    fixture.git(&["tag", "-a", "-m", "tag", "v1"]);
    fixture.git(&["tag", "light"]);
    fixture.git(&["checkout", "-q", "-b", "side", "HEAD~2"]);
    fixture.write("on-side", "side");
    fixture.write("file", "side");
    fixture.commit("side");
    fixture.git(&["checkout", "-q", "main"]);
    fixture.command(&fixture.root).args(["merge", "-q", "side"]).output().unwrap();
    fixture.write("file", "resolution");
    fixture.commit("merge");
    fixture.write("file", "0");
    fixture.commit("an old blob again");
    fixture.write("gone", "added and removed");
    fixture.commit("add");
    fixture.git(&["rm", "-q", "gone"]);
    fixture.commit("remove");
    fixture
}

#[test]
fn revisions_name_what_git_says() {
    let fixture = history();
    let head = fixture.git(&["rev-parse", "HEAD"]);
    fixture.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    fixture.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let repository = fixture.open();
    let (refs, database) = (repository.references(), Database::open(&repository));
    let resolver = Resolver::new(&repository, &refs, &database);
    let described = format!("v1-3-g{}", &head[..9]);
    for revision in [
        "HEAD",
        "@",
        "main",
        "side",
        "v1",
        "light",
        "refs/heads/main",
        "heads/main",
        "tags/v1",
        "origin",
        "origin/main",
        "HEAD~",
        "HEAD~2",
        "HEAD^",
        "HEAD~3^2",
        "main~3^2~1",
        "v1^{}",
        "v1^{commit}",
        "HEAD^{tree}",
        "v1^{tree}",
        "HEAD^0",
        "HEAD^{object}",
        "v1~1",
        "main@{1}",
        "@{1}",
        "HEAD@{2}",
        "@~",
        &head,
        &head[..7],
        &head.to_uppercase(),
        &described,
    ] {
        let expected = fixture.git(&["rev-parse", revision]);
        let found = resolver.resolve(revision).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.to_string(), expected, "{revision}");
    }
    for unknown in ["nothing", "HEAD~99", "HEAD^5", "", "1234567", "HEAD^{blob}", "HEAD~x", "^"] {
        let error = resolver.resolve(unknown).unwrap_err().to_string();
        assert!(error.contains(&format!("'{unknown}'")), "{error}");
    }
}

/// Which blobs the commits of a range introduce, by git: lines that occur against every parent.
fn introduced(fixture: &Fixture, range: &[&str]) -> BTreeSet<(String, String, String)> {
    let mut args = vec!["log", "--root", "-m", "-r", "--raw", "--no-renames", "--no-abbrev"];
    args.extend(["--format=commit %H %P"]);
    args.extend(range);
    let (mut commit, mut parents) = (String::new(), 1);
    let mut counts = std::collections::BTreeMap::new();
    for line in fixture.git(&args).lines() {
        if let Some(ids) = line.strip_prefix("commit ") {
            let ids: Vec<&str> = ids.split(' ').filter(|id| !id.is_empty()).collect();
            (commit, parents) = (ids[0].to_owned(), ids.len().saturating_sub(1).max(1));
        } else if let Some((words, path)) = line.split_once('\t') {
            let blob = words.split(' ').nth(3).unwrap().to_owned();
            let key = (commit.clone(), path.to_owned(), blob);
            *counts.entry((key, parents)).or_insert(0) += 1;
        }
    }
    let all = counts.into_iter().filter(|((_, parents), count)| count == parents);
    all.map(|((key, _), _)| key).filter(|(_, _, blob)| !blob.starts_with("000000")).collect()
}

#[test]
fn ranges_hold_what_git_log_shows() {
    let fixture = history();
    let repository = fixture.open();
    let (refs, database) = (repository.references(), Database::open(&repository));
    let resolver = Resolver::new(&repository, &refs, &database);
    let zeros = "0".repeat(40);
    let from_nothing = format!("{zeros}..main");
    let cases: [(&str, Vec<&str>); 12] = [
        ("HEAD", vec!["HEAD"]),
        ("v1..main", vec!["v1..main"]),
        ("side..main", vec!["side..main"]),
        ("main..side", vec!["main..side"]),
        ("HEAD~5..", vec!["HEAD~5.."]),
        ("..side", vec!["..side"]),
        ("v1...side", vec!["v1...side"]),
        ("HEAD~3^!", vec!["HEAD~3^!"]),
        ("HEAD~3^-", vec!["HEAD~3^-"]),
        ("HEAD~3^@", vec!["HEAD~3^@"]),
        ("main ^side ^light", vec!["main", "^side", "^light"]),
        (&from_nothing, vec!["main"]),
    ];
    for (range, git_args) in cases {
        let parsed = resolver.range(range).unwrap_or_else(|error| panic!("{error}"));
        let changes = git::changes(&database, 20, &parsed);
        assert_eq!(changes.gaps, []);
        let commits: BTreeSet<String> = changes.commits.iter().map(|c| c.id.to_string()).collect();
        let mut args = vec!["rev-list"];
        args.extend(&git_args);
        let listed = fixture.git(&args);
        assert_eq!(commits, listed.lines().map(str::to_owned).collect(), "{range}");
        let ours = changes.introduced.iter().map(|found| {
            let commit = changes.commits[found.commit].id.to_string();
            (commit, String::from_utf8(found.path.clone()).unwrap(), found.blob.to_string())
        });
        assert_eq!(ours.collect::<BTreeSet<_>>(), introduced(&fixture, &git_args), "{range}");
    }
    assert!(resolver.range("main..nothing").is_err());
    assert!(resolver.range(" ").is_err());
    assert_eq!(resolver.range(&format!("main..{zeros}")).unwrap().include, []);
}

#[test]
fn heads_and_kinds_of_references() {
    let fixture = Fixture::new();
    assert_eq!(fixture.open().references().head, Head::Unborn(b"refs/heads/main".to_vec()));
    let first = fixture.commit("one");
    fixture.write("file", "stashed");
    fixture.git(&["add", "-A"]);
    fixture.git(&["stash", "-q"]);
    fixture.git(&["update-ref", "refs/remotes/origin/x", "HEAD"]);
    fixture.git(&["notes", "add", "-m", "note"]);
    fixture.git(&["tag", "loose-tag"]);
    fixture.git(&["pack-refs", "--all"]);
    fixture.git(&["branch", "later"]);
    let linked = fixture.beside("linked");
    fixture.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "later"]);
    let refs = fixture.open().references();
    assert_eq!(refs.gaps, []);
    assert_eq!(refs.head, Head::Branch(b"refs/heads/main".to_vec(), first));
    let kind = |name: &str| {
        refs.all.iter().find(|found| found.name == name.as_bytes()).map(|found| found.kind)
    };
    assert_eq!(kind("refs/heads/main"), Some(RefKind::Branch));
    assert_eq!(kind("refs/heads/later"), Some(RefKind::Branch));
    assert_eq!(kind("refs/tags/loose-tag"), Some(RefKind::Tag));
    assert_eq!(kind("refs/remotes/origin/x"), Some(RefKind::Remote));
    assert_eq!(kind("refs/stash"), Some(RefKind::Stash));
    assert_eq!(kind("refs/notes/commits"), Some(RefKind::Other));
    assert_eq!(kind("HEAD"), Some(RefKind::Head));
    assert_eq!(kind("worktrees/linked/HEAD"), Some(RefKind::Head));
    assert_eq!(kind("logs/HEAD"), Some(RefKind::Reflog));
    let listed = fixture.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    for line in listed.lines() {
        let (name, id) = line.split_once(' ').unwrap();
        assert_eq!(refs.get(name.as_bytes()).map(|id| id.to_string()), Some(id.to_owned()));
    }
    fixture.git(&["checkout", "-q", "--detach"]);
    assert_eq!(fixture.open().references().head, Head::Detached(first));
    let inside = git::open(&linked).unwrap().references();
    assert_eq!(inside.head, Head::Branch(b"refs/heads/later".to_vec(), first));
}

#[cfg(unix)]
#[test]
fn names_of_references_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::new();
    fixture.commit("one");
    let name = std::ffi::OsStr::from_bytes(b"refs/heads/caf\xe9");
    fixture.git(&["update-ref".as_ref(), name, "HEAD".as_ref()]);
    let loose = fixture.open().references();
    assert!(loose.get(b"refs/heads/caf\xe9").is_some());
    fixture.git(&["pack-refs", "--all"]);
    assert!(fixture.open().references().get(b"refs/heads/caf\xe9").is_some());
}
