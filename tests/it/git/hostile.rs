//! Whatever is in the files of a repository, reading it ends, and never with a panic.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use stripeguard::git::{self, Database, Resolver};

use super::fixture::{Fixture, PROBE, progress, visit};

/// A repository with a pack, loose objects, an index, references and reflogs, as files.
static FILES: LazyLock<Vec<(PathBuf, Vec<u8>)>> = LazyLock::new(|| {
    let fixture = Fixture::new();
    for n in 0..12 {
        let lines: String = (0..50).map(|line| format!("line {line} {}\n", line * n)).collect();
        fixture.write("dir/long", format!("{lines}NEEDLE_{n}"));
        fixture.write(format!("dir/sub{n}/NEEDLE_1"), "x");
        fixture.commit(&format!("NEEDLE_{n}"));
    }
    fixture.git(&["tag", "-a", "-m", "tag", "v1"]);
    fixture.git(&["repack", "-adq"]);
    fixture.git(&["pack-refs", "--all"]);
    fixture.write("dir/late", "NEEDLE_1");
    fixture.commit("loose");
    let root = fixture.root.join(".git");
    let mut files = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(&root).unwrap().to_owned();
            match path.is_dir() {
                true if name.ends_with("hooks") => {}
                true => pending.push(path),
                false => files.push((name, fs::read(path).unwrap())),
            }
        }
    }
    files.sort();
    files
});

fn read_everything(root: &std::path::Path) {
    let Ok(repository) = git::open(root) else { return };
    let walk = git::walk(&repository, &PROBE, &visit, 2, &progress());
    git::attribute(&repository, &walk);
    repository.index();
    git::submodules(&repository);
    git::places(&repository, &mut |_| {});
    let (refs, database) = (repository.references(), Database::open(&repository));
    let resolver = Resolver::new(&repository, &refs, &database);
    for range in ["HEAD~3..", "v1", "main...v1", "@{1}^!", "abcd"] {
        if let Ok(range) = resolver.range(range) {
            git::changes(&database, repository.id_len(), &range);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_damage_to_any_file(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut files = FILES.clone();
        for (file, at, byte) in changes {
            let (_, content) = &mut files[file.index(FILES.len())];
            if !content.is_empty() {
                let at = at.index(content.len());
                content[at] = byte;
            }
        }
        if let Some((file, at)) = cut {
            let (_, content) = &mut files[file.index(FILES.len())];
            content.truncate(at.index(content.len() + 1));
        }
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in &files {
            let path = dir.path().join(".git").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        for empty in ["refs/heads", "objects/pack"] {
            fs::create_dir_all(dir.path().join(".git").join(empty)).unwrap();
        }
        read_everything(dir.path());
    }

    /// Damage in the middle of packs and indexes is what most files above are too small to show.
    #[test]
    fn any_damage_to_packs(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        extension in prop::sample::select(vec!["pack", "idx"]),
    ) {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in FILES.iter() {
            let mut content = content.clone();
            if name.extension().is_some_and(|found| found == extension) {
                for (at, byte) in &changes {
                    let at = at.index(content.len());
                    content[at] = *byte;
                }
            }
            let path = dir.path().join(".git").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        fs::create_dir_all(dir.path().join(".git/refs")).unwrap();
        read_everything(dir.path());
    }
}
