//! Identity and patterns for any secret in any surroundings.

use std::path::Path;

use proptest::prelude::*;
use stripeguard::blob::{Blob, Origin};
use stripeguard::config::{Anchor, Patterns};
use stripeguard::decode::container::Limits;
use stripeguard::finding::{Finding, assemble};
use stripeguard::scan::{Found, Scanner};
use stripeguard::secret::Secret;
use stripeguard::suppress::{Baseline, Entry, Standing};

use crate::keys::key;
use crate::repo::Repo;

fn findings(text: &str, path: &str) -> Vec<Finding> {
    let scanner = Scanner::new(1_800_000_000, Limits::default());
    let mut found = Found::default();
    scanner.scan(&Blob::whole(path, Origin::Tree, text.as_bytes()), &mut found);
    assemble(found.sightings.into_iter().map(|sighting| (sighting, None)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn different_secrets_have_different_fingerprints(a in "\\PC{0,300}", b in "\\PC{0,300}", at in 0_usize..40) {
        let one = Secret::new(a.as_str(), at).fingerprint("family");
        prop_assert_eq!(&one, &Secret::new(a.as_str(), 0).fingerprint("family"), "a redaction is no part");
        prop_assert_eq!(a == b, one == Secret::new(b.as_str(), at).fingerprint("family"));
        prop_assert_ne!(one, Secret::new(a.as_str(), at).fingerprint("other"));
        let split = a.char_indices().nth(at).map_or(a.len(), |(i, _)| i);
        prop_assert_ne!(
            Secret::new(&a[split..], 0).fingerprint(&format!("family{}", &a[..split])),
            Secret::new(format!("{a}x"), 0).fingerprint("family"),
            "where the family ends is told"
        );
    }

    #[test]
    fn any_surroundings_of_a_secret_give_one_fingerprint(
        seed in any::<u32>(),
        before in "[ -~\\n\\r\\téü→]{0,200}",
        after in "[ -~\\n\\r\\téü→]{0,200}",
        path in "[a-z/]{1,20}",
    ) {
        let secret = key("sk_live", 99, u64::from(seed));
        let alone = findings(&secret, "a");
        prop_assert_eq!(alone.len(), 1);
        let text = format!("{before}\n\"{secret}\"\n{after}");
        let prints: Vec<String> = findings(&text, &path).into_iter().map(|f| f.fingerprint).collect();
        prop_assert!(prints.contains(&alone[0].fingerprint), "{text}");
    }

    #[test]
    fn two_secrets_on_a_line_stay_two(a in any::<u32>(), b in any::<u32>()) {
        prop_assume!(a != b);
        let text = format!("{} {}", key("sk_live", 99, u64::from(a)), key("sk_live", 99, u64::from(b)));
        let found = findings(&text, "a");
        prop_assert_eq!(found.len(), 2);
        prop_assert_ne!(&found[0].fingerprint, &found[1].fingerprint);
    }

    #[test]
    fn a_baseline_is_read_back_as_it_was_written(
        seeds in proptest::collection::vec(any::<u32>(), 0..8),
        reason in "\\PC{0,80}",
        owner in "\\PC{0,20}",
        standing in 0_usize..4,
        day in 0_i64..40_000,
    ) {
        let mut baseline = Baseline::default();
        for seed in seeds {
            for finding in findings(&key("sk_live", 99, u64::from(seed)), "a") {
                let mut entry = Entry::of(&finding, 0);
                entry.decide(Standing::ALL[standing], Some(&reason), day * 86_400);
                entry.set_owner(&owner);
                baseline.add(entry);
            }
        }
        let text = baseline.render();
        let read = Baseline::parse(&text).unwrap();
        prop_assert_eq!(read.render(), text.clone());
        // What a merge by union leaves behind: every line twice, in another order.
        let mut lines: Vec<&str> = text.lines().chain(text.lines()).collect();
        lines.reverse();
        let merged = Baseline::parse(&(lines.join("\r\n") + "\r\n")).unwrap();
        prop_assert_eq!(merged.render(), text);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,200}", toml in "[a-z\\[\\]={}'\", \\n.0-9-]{0,200}") {
        let _ = Baseline::parse(&text);
        let _ = Patterns::new(text.lines().map(str::to_owned).collect()).map(|p| p.matches(&toml));
        let _ = findings(&format!("{}{text}", ["stripeguard", ":allow["].concat()), "a");
    }
}

#[test]
fn paths_of_a_report_are_seen_from_the_directory_of_the_configuration() {
    let anchor = |root: &str, dir: &str| Anchor::new(Path::new(root), Path::new(dir));
    let inside = |root, dir, path| anchor(root, dir).inside(path);
    assert_eq!(inside("/r", "/r", "a/b.md").as_deref(), Some("a/b.md"));
    assert_eq!(inside("/r/docs", "/r", "b.md").as_deref(), Some("docs/b.md"));
    assert_eq!(inside("/r/docs", "/r", "./../x/b.md").as_deref(), Some("x/b.md"));
    assert_eq!(inside("/r", "/r/sub", "sub/b.md").as_deref(), Some("b.md"));
    assert_eq!(inside("/r", "/r/sub", "other/b.md"), None);
    assert_eq!(inside("/r", "/r/sub", "subway/b.md"), None);
    #[cfg(unix)]
    assert_eq!(inside("/elsewhere", "/r", "/r/b.md").as_deref(), Some("b.md"));
    assert_eq!(anchor("/r/a/b", "/r").label("x.toml"), "../../x.toml");
    assert_eq!(anchor("/r", "/r").label("x.toml"), "x.toml");
    assert_eq!(anchor("/r", "/r/a").label("x.toml"), "a/x.toml");
    assert!(anchor("/r/", "/r").is_whole() && !anchor("/r/a", "/r").is_whole());
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    let patterns = [
        "/docs/",
        "*.snap",
        "!keep.snap",
        "a/**/z.js",
        "tmp",
        "b/*.md",
        "x?.txt",
        "[ab].c",
        "/top.js",
        "**/deep/",
        "e\\*f",
        "trail/**",
        "c.d/",
    ];
    let paths = [
        "docs/a",
        "docs/b/c.md",
        "x/docs/a",
        "y.snap",
        "p/q/y.snap",
        "keep.snap",
        "p/keep.snap",
        "a/z.js",
        "a/b/z.js",
        "a/b/c/z.js",
        "x/a/b/z.js",
        "tmp",
        "tmp/a/b",
        "q/tmp/a",
        "tmpx",
        "b/r.md",
        "b/c/r.md",
        "z/b/r.md",
        "x1.txt",
        "x12.txt",
        "s/x1.txt",
        "a.c",
        "s/b.c",
        "c.c",
        "top.js",
        "s/top.js",
        "p/deep/q/r",
        "p/deep",
        "e*f",
        "exf",
        "trail/a/b",
        "trail",
        "c.d/e",
        "x/c.d/e",
        "c.d",
    ];
    let repo = Repo::new();
    repo.write(".gitignore", patterns.join("\n"));
    let mut arguments = vec!["check-ignore", "--no-index", "--"];
    arguments.extend(paths);
    let theirs = repo.git(arguments);
    let ours = Patterns::new(patterns.map(str::to_owned).to_vec()).unwrap();
    let ours: Vec<&str> = paths.into_iter().filter(|path| ours.matches(path)).collect();
    assert_eq!(ours, theirs.lines().collect::<Vec<_>>());
}
