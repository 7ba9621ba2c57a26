use std::collections::BTreeMap;

use stripeguard::blob::Origin;
use stripeguard::coverage::Coverage;
use stripeguard::git::{self, Repository};

use super::fixture::Fixture;

/// The bytes of every place, by its path behind the directory of the repository.
fn places(repository: &Repository) -> (BTreeMap<String, (Origin, Vec<u8>)>, Coverage) {
    let mut found = BTreeMap::new();
    let coverage = git::places(repository, &mut |blob| {
        let path = blob.path.rsplit("/repo/").next().unwrap().to_owned();
        found.insert(path, (blob.origin, blob.bytes.to_vec()));
    });
    (found, coverage)
}

#[test]
fn everything_around_the_objects_is_shown() {
    let fixture = Fixture::new();
    fixture.write("staged NEEDLE_1", "");
    fixture.commit("one");
    fixture.git(&["branch", "NEEDLE_2"]);
    fixture.git(&["pack-refs", "--all"]);
    fixture.git(&["remote", "add", "origin", "https://user:NEEDLE_3@example.com"]);
    fixture.write(".git/hooks/pre-push", "NEEDLE_4");
    fixture.write(".git/COMMIT_EDITMSG", "NEEDLE_5");
    fixture.write(".git/rebase-merge/message", "NEEDLE_6");
    let linked = fixture.beside("linked");
    fixture.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    fixture.write(".git/worktrees/linked/MERGE_MSG", "NEEDLE_7");
    for repository in [fixture.open(), git::open(&linked).unwrap()] {
        let (found, coverage) = places(&repository);
        assert_eq!(coverage.gaps, []);
        let holds = |path: &str, origin: Origin, needle: &str| {
            let (found_origin, bytes) = found.get(path).unwrap_or_else(|| panic!("no {path}"));
            assert_eq!(*found_origin, origin);
            assert!(memchr::memmem::find(bytes, needle.as_bytes()).is_some(), "{path}");
        };
        holds("refs/heads/NEEDLE_2", Origin::Ref, "NEEDLE_2");
        holds(".git/config", Origin::Config, "NEEDLE_3");
        holds(".git/hooks/pre-push", Origin::Config, "NEEDLE_4");
        holds(".git/COMMIT_EDITMSG", Origin::Config, "NEEDLE_5");
        holds(".git/rebase-merge/message", Origin::Config, "NEEDLE_6");
        holds(".git/worktrees/linked/MERGE_MSG", Origin::Config, "NEEDLE_7");
        holds(".git/logs/HEAD", Origin::Reflog, "one");
        holds(".git/worktrees/linked/logs/HEAD", Origin::Reflog, "");
        assert!(!found.keys().any(|path| path.contains("objects/")), "{:?}", found.keys());
    }
    let (found, _) = places(&fixture.open());
    assert_eq!(found[".git/index"], (Origin::Index, b"staged NEEDLE_1".to_vec()));
}

#[test]
fn submodules_of_submodules_and_removed_ones_are_found() {
    let inner = Fixture::new();
    inner.write("secret", "NEEDLE_1");
    inner.commit("inner");
    let middle = Fixture::new();
    middle.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "deep/inner"]);
    middle.commit("middle");
    let outer = Fixture::new();
    outer.git(&["submodule", "--quiet", "add", middle.root.to_str().unwrap(), "middle"]);
    outer.git(&["submodule", "--quiet", "update", "--init", "--recursive"]);
    outer.commit("outer");
    outer.git(&["rm", "-q", "-f", "middle"]);
    let found = git::submodules(&outer.open());
    let names: Vec<_> =
        found.iter().map(|path| path.strip_prefix(outer.root.join(".git")).unwrap()).collect();
    assert_eq!(
        names.iter().map(|name| name.to_str().unwrap()).collect::<Vec<_>>(),
        ["modules/middle", "modules/middle/modules/deep/inner"]
    );
    let (places, _) = places(&outer.open());
    assert!(!places.keys().any(|path| path.contains("modules/middle/")), "read on its own");
    for path in found {
        git::open(&path).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    let fixture = Fixture::new();
    std::os::unix::fs::symlink("/dev/zero", fixture.root.join(".git/hooks/endless")).unwrap();
    let pipe = fixture.root.join(".git/pipe");
    std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    let (found, coverage) = places(&fixture.open());
    assert!(!found.contains_key(".git/pipe"));
    assert_eq!(coverage.skipped.len(), 1);
    std::os::unix::fs::symlink("/dev/zero", fixture.root.join(".git/FETCH_HEAD")).unwrap();
    assert_eq!(fixture.open().references().gaps.len(), 1);
}
