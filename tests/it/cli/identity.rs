//! One leak has one identity, wherever it stands and whatever happens around it.

use std::collections::BTreeSet;

use super::{Run, scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

/// The fingerprints of a report.
fn prints(run: &Run) -> BTreeSet<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The one fingerprint of a report that must have one.
fn print(dir: &Repo, arguments: &[&str]) -> String {
    let prints = prints(&scan(dir.path(), arguments));
    assert_eq!(prints.len(), 1, "{arguments:?}: {prints:?}");
    prints.into_iter().next().unwrap()
}

#[test]
fn it_is_the_same_in_files_index_history_ranges_patches_and_input() {
    let repo = Repo::new();
    repo.write("x", "base\n").commit("base");
    repo.write("src/a.env", format!("K={}\n", live_secret(1)));
    let expected = print(&repo, &["--tree", "."]);
    repo.git(["add", "-A"]);
    assert_eq!(print(&repo, &["--staged"]), expected);
    repo.commit("leak");
    for arguments in
        [&["--history", "."][..], &["--range", "HEAD^!"], &["."], &["src/a.env"], &["src"]]
    {
        assert_eq!(print(&repo, arguments), expected, "{arguments:?}");
    }
    repo.write("p.diff", repo.git(["show", "HEAD"]) + "\n");
    assert_eq!(print(&repo, &["--patch", "p.diff"]), expected);
}

#[test]
fn it_survives_squash_rebase_rename_and_any_branch() {
    let repo = Repo::new();
    repo.write("x", "base\n").commit("base");
    repo.git(["checkout", "-q", "-b", "feature"]);
    repo.write("a.env", format!("K={}\n", live_secret(1))).commit("leak");
    let expected = print(&repo, &["."]);
    repo.git(["mv", "a.env", "b.env"]);
    repo.commit("rename");
    assert_eq!(print(&repo, &["."]), expected, "rename");
    repo.git(["checkout", "-q", "main"]);
    assert_eq!(print(&repo, &["."]), expected, "another branch");
    repo.write("y", "more\n").commit("more");
    repo.git(["merge", "-q", "--squash", "feature"]);
    repo.commit("squashed");
    assert_eq!(print(&repo, &["--range", "HEAD^!"]), expected, "squash");
    repo.git(["checkout", "-q", "feature"]);
    repo.git(["rebase", "-q", "--onto", "main~1", "main~2"]);
    assert_eq!(print(&repo, &["--range", "main~1..HEAD"]), expected, "rebase");
    assert_eq!(print(&repo, &["."]), expected);
}

#[test]
fn it_does_not_depend_on_encoding_line_ends_or_what_stands_around() {
    let key = live_secret(1);
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!("key: {key};"));
    let texts: Vec<Vec<u8>> = vec![
        format!("K={key}\n").into(),
        format!("\u{feff}a: \"{key}\"\r\nb: 1\r\n").into(),
        format!("<Stripe key='{key}'/>").into(),
        utf16(&format!("\u{feff}K={key}\r\n")),
        format!("K={hex}\n").into(),
        format!("K={base64}\n").into(),
        key.replace('_', "%5F").into(),
        format!("// caf\u{e9}\n{}", key.replace('_', "\\u005f")).into(),
        [b"\xe9t\xe9 ".as_slice(), key.as_bytes(), b" \xff\n"].concat(),
        format!("\"{}\" + \"{}\"", &key[..12], &key[12..]).into(),
    ];
    let found: BTreeSet<String> = texts
        .iter()
        .map(|text| {
            let dir = Repo::bare_directory();
            dir.write("a.txt", text);
            print(&dir, &["."])
        })
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn another_key_on_the_same_line_has_another() {
    let dir = Repo::bare_directory();
    let keys = [live_secret(1), live_secret(2), key("sk_test", 99, 1), key("rk_live", 99, 1)];
    dir.write("a.txt", keys.join(" ") + "\n");
    assert_eq!(prints(&scan(dir.path(), &["."])).len(), 4);
    // The key that takes another's place is another leak.
    dir.write("a.txt", format!("K={}\n", live_secret(1)));
    let before = print(&dir, &["."]);
    dir.write("a.txt", format!("K={}\n", live_secret(2)));
    assert_ne!(print(&dir, &["."]), before);
}

/// What a month of work does to the files with the known keys: renames, other line ends and
/// languages, another encoding, a copy.
fn rework(repo: &Repo, month: usize, keys: &[String]) {
    let (env, js) = ("config/prod.env", "src/pay.js");
    match month % 8 {
        0 => drop(repo.git(["mv", "src", &format!("lib{month}")])),
        1 => drop(repo.git(["mv", &format!("lib{}", month - 1), "src"])),
        2 => {
            let text = format!("{{\r\n\tk: \"{}\",\r\n\tt: \"{}\"\r\n}}\r\n", keys[1], keys[2]);
            repo.write(js, text);
        }
        3 => {
            repo.write(env, utf16(&format!("\u{feff}STRIPE_KEY={}\r\n", keys[0])));
        }
        4 => {
            repo.write(env, format!("\n\n# moved\nexport STRIPE_KEY='{}'\n", keys[0]));
        }
        5 => {
            repo.write("docs/setup.md", format!("# Setup\n\n- first\n- use {}\n", keys[3]));
        }
        6 => {
            repo.write(format!("copy{month}.yml"), format!("stripe:\n  key: {}\n", keys[0]));
        }
        _ => {
            repo.write(js, format!("const [k, t] = ['{}', '{}'];\n", keys[1], keys[2]));
        }
    }
}

/// Two years of a repository: leaks of the first day are in the baseline, and nothing that happens
/// to them brings them back or hides the next one.
#[test]
fn a_baseline_of_the_first_day_holds_for_two_years() {
    let repo = Repo::new();
    let old = [live_secret(1), live_secret(2), key("sk_test", 99, 3), key("rk_live", 34, 4)];
    repo.write(".gitattributes", ".stripeguard-baseline merge=union\n");
    repo.write("config/prod.env", format!("STRIPE_KEY={}\n", old[0]));
    repo.write("src/pay.js", format!("const k = '{}';\nconst t = '{}';\n", old[1], old[2]));
    repo.write("docs/setup.md", format!("Use `{}` here.\n", old[3]));
    repo.commit("the first day");
    assert_eq!(stripeguard(repo.path(), &["baseline", "create"]).code, 0);
    repo.commit("baseline");
    let known = std::fs::read_to_string(repo.join(".stripeguard-baseline")).unwrap();

    let clean = |what: &str| {
        let run = scan(repo.path(), &["."]);
        assert_eq!(run.code, 0, "{what} brought something back:\n{}", run.stdout);
        assert_eq!(prints(&run).len(), 4, "{what}");
    };
    let mut newest = 100;
    for month in 0..24 {
        repo.git(["checkout", "-q", "-b", &format!("work-{month}"), "main"]);
        rework(&repo, month, &old);
        repo.commit(&format!("month {month}"));
        repo.git(["checkout", "-q", "main"]);
        if month % 3 == 0 {
            repo.git(["merge", "-q", "--no-ff", "--no-edit", &format!("work-{month}")]);
        } else {
            repo.git(["merge", "-q", "--squash", &format!("work-{month}")]);
            repo.commit(&format!("month {month}, squashed (#{month})"));
        }
        repo.git(["branch", "-q", "-D", &format!("work-{month}")]);
        clean(&format!("month {month}"));
        if month % 5 == 4 {
            // The next real key, beside one that is known.
            newest += 1;
            let both = format!("K={} # old: {}\n", live_secret(newest), old[0]);
            repo.write("config/prod.env", both);
            let run = scan(repo.path(), &["."]);
            assert_eq!(run.code, 1, "month {month} hides a new key");
            let json = run.json();
            let findings = json["findings"].as_array().unwrap();
            let open = findings.iter().filter(|f| f["status"] == "open").count();
            assert_eq!(open, 1, "month {month}");
            repo.git(["checkout", "-q", "--", "config/prod.env"]);
        }
    }
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["gc", "-q", "--prune=now"]);
    clean("gc");
    assert_eq!(stripeguard(repo.path(), &["baseline", "update"]).code, 0);
    let now = std::fs::read_to_string(repo.join(".stripeguard-baseline")).unwrap();
    assert_eq!(now, known, "not a byte of the list has changed");
}
