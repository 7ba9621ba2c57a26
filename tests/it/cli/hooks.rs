//! `stripeguard hook`, called by the real git.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{stripeguard, stripeguard_with_input};
use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

fn with_hooks() -> Repo {
    let repo = Repo::new();
    install(repo.path());
    repo
}

fn install(dir: &Path) {
    let run = stripeguard(dir, &["hook", "install"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

/// Runs git in a directory, with more in its environment.
fn git(dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new("git");
    scrub(&mut command);
    command.args(["-c", "user.name=A U Thor", "-c", "user.email=author@example.com"]);
    command.args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"]);
    command.current_dir(dir).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

fn passes(dir: &Path, arguments: &[&str]) -> String {
    let output = git(dir, arguments, &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

fn refused(dir: &Path, arguments: &[&str]) -> String {
    let output = git(dir, arguments, &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} was not refused: {said}");
    assert!(said.contains("stripeguard refused"), "{arguments:?}: {said}");
    said
}

const COMMIT: &[&str] = &["commit", "-q", "-m", "change"];

/// Everything below a directory: path, content, and on Unix the mode.
fn listing(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    let mut found = BTreeMap::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path.clone());
                found.insert(path, (Vec::new(), 0));
            } else {
                found.insert(path.clone(), (fs::read(&path).unwrap(), mode(&path)));
            }
        }
    }
    found
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode()
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0
}

fn write_hook(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_commit_that_adds_a_key_is_refused_in_ten_lines() {
    let repo = with_hooks();
    let key = live_secret(1);
    repo.write("config/prod.env", format!("A=1\nSTRIPE_SECRET_KEY={key}\n"));
    repo.write("b", line(2)).write("c", line(3)).write("d", line(4));
    repo.git(["add", "-A"]);
    let said = refused(repo.path(), COMMIT);
    assert!(!said.contains(&key[12..40]), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 10, "{said}");
    assert_eq!(lines[0], "stripeguard refused this commit: it adds 4 Stripe secrets.");
    assert!(lines[1].starts_with("  critical  b:1:8  Stripe live secret key  sk_live_"), "{said}");
    assert!(lines[3].contains("2 more: `stripeguard scan --staged`"), "{said}");
    for word in ["Why: ", "Go on: ", "stripeguard:allow[", "baseline", "--no-verify"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!repo.try_git(["rev-parse", "-q", "--verify", "HEAD"]).status.success());
    passes(repo.path(), &["commit", "-q", "--no-verify", "-m", "all the same"]);
}

#[test]
fn what_is_committed_counts_and_not_what_is_in_the_files() {
    let repo = with_hooks();
    repo.write("a", "one\n").write("b", "one\n").git(["add", "-A"]);
    passes(repo.path(), COMMIT);
    repo.write("a", line(1));
    repo.write("b", "two\n").git(["add", "b"]);
    passes(repo.path(), COMMIT);
    repo.git(["add", "a"]);
    repo.write("a", "clean again, but not staged\n");
    refused(repo.path(), COMMIT);
    repo.git(["reset", "-q", "--hard"]);
    repo.write("a", format!("staged\n{}", line(1)));
    let patch = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+staged\n";
    repo.write("patch", patch).git(["apply", "--cached", "patch"]);
    passes(repo.path(), COMMIT);
}

#[test]
fn the_temporary_index_of_a_commit_is_read() {
    let repo = with_hooks();
    repo.write("a", "one\n").write("b", "one\n").git(["add", "-A"]);
    passes(repo.path(), COMMIT);
    repo.write("a", line(1));
    refused(repo.path(), &["commit", "-q", "-a", "-m", "all"]);
    refused(repo.path(), &["commit", "-q", "-m", "one file", "a"]);
    refused(repo.path(), &["commit", "-q", "-m", "included", "-i", "a"]);
    repo.write("b", "two\n").git(["add", "a"]);
    passes(repo.path(), &["commit", "-q", "-m", "the other file", "b"]);
    fs::create_dir(repo.join("deep")).unwrap();
    repo.write("deep/c", line(2)).git(["add", "deep"]);
    refused(&repo.join("deep"), &["commit", "-q", "-m", "from a directory", "c"]);
}

#[test]
fn only_what_a_commit_adds_is_refused() {
    let repo = Repo::new();
    let text = format!("{}one\n", line(1));
    repo.write("old.env", &text).write("gone.env", line(2)).commit("before");
    install(repo.path());
    repo.write("old.env", format!("{text}two\n")).git(["add", "-A"]);
    passes(repo.path(), COMMIT);
    repo.write("old.env", format!("{text}{}", line(3))).git(["add", "-A"]);
    let said = refused(repo.path(), COMMIT);
    assert!(said.contains("a Stripe secret.") && said.contains("old.env:3:8"), "{said}");
    repo.git(["reset", "-q", "--hard"]);
    repo.git(["rm", "-q", "gone.env"]);
    passes(repo.path(), COMMIT);
    repo.git(["mv", "old.env", "new.env"]);
    repo.write("new.env", format!("{text}three\n")).git(["add", "-A"]);
    passes(repo.path(), COMMIT);
    repo.write("copy.env", &text).git(["add", "-A"]);
    refused(repo.path(), COMMIT);
}

#[test]
fn a_key_in_the_name_of_a_new_file_is_refused() {
    let repo = with_hooks();
    repo.write(live_secret(1), "x\n").git(["add", "-A"]);
    refused(repo.path(), COMMIT);
}

#[test]
fn a_merge_adds_what_none_of_its_sides_has() {
    let repo = Repo::new();
    repo.write("a", "one\n").commit("start");
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.write("a", "side\n").write("leak", line(1)).commit("side");
    repo.git(["checkout", "-q", "main"]);
    repo.write("a", "main\n").commit("main");
    install(repo.path());
    assert!(!repo.try_git(["merge", "-q", "side"]).status.success());
    repo.write("a", format!("both\n{}", line(2))).git(["add", "-A"]);
    let said = refused(repo.path(), COMMIT);
    assert!(said.contains("a:2:8") && !said.contains("leak:"), "{said}");
    repo.write("a", "both\n").git(["add", "-A"]);
    passes(repo.path(), COMMIT);
}

#[test]
fn hooks_work_in_linked_work_trees_and_submodules() {
    let repo = with_hooks();
    repo.write("a", "one\n").git(["add", "-A"]);
    passes(repo.path(), COMMIT);
    let tree = repo.join("linked");
    repo.git(["worktree", "add", "-q", "-b", "linked", "linked"]);
    fs::write(tree.join("b"), line(1)).unwrap();
    passes(&tree, &["add", "b"]);
    refused(&tree, COMMIT);
    assert!(stripeguard(&tree, &["hook", "status", "--pre-commit"]).code == 0);

    let outer = Repo::new();
    passes(outer.path(), &["submodule", "--quiet", "add", repo.path().to_str().unwrap(), "inner"]);
    let inner = outer.join("inner");
    assert_eq!(stripeguard(&inner, &["hook", "status", "--pre-commit"]).code, 1);
    install(&inner);
    assert!(outer.join(".git/modules/inner/hooks/pre-commit").is_file());
    fs::write(inner.join("c"), line(1)).unwrap();
    passes(&inner, &["add", "c"]);
    refused(&inner, COMMIT);
    assert_eq!(stripeguard(outer.path(), &["hook", "status", "--pre-commit"]).code, 1);
}

#[test]
fn a_git_directory_elsewhere_is_followed() {
    let home = Repo::bare_directory();
    passes(home.path(), &["init", "-q", "--bare", "dotfiles"]);
    let run = stripeguard(&home.join("dotfiles"), &["hook", "install", "--pre-commit"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    home.write(".bashrc", line(1));
    let away = ["--git-dir=dotfiles", "--work-tree=."];
    passes(home.path(), &[&away[..], &["add", ".bashrc"]].concat());
    refused(home.path(), &[&away[..], COMMIT].concat());
}

#[test]
fn uninstalling_leaves_what_was_there() {
    let repo = Repo::new();
    let hooks = repo.join(".git/hooks");
    write_hook(&hooks.join("pre-commit"), "#!/bin/sh\necho ours-first >&2\n");
    write_hook(&hooks.join("pre-push"), "#!/bin/sh\nsed 's/^/saw /' >&2\n");
    let before = listing(&repo.join(".git"));
    let said = stripeguard(repo.path(), &["hook", "install"]).stdout;
    assert!(said.contains("it first runs the hook that was here"), "{said}");
    let again = stripeguard(repo.path(), &["hook", "install"]).stdout;
    assert!(again.contains("installed already"), "{again}");
    repo.write("a", "one\n").git(["add", "-A"]);
    let said = passes(repo.path(), COMMIT);
    assert!(said.contains("ours-first"), "{said}");
    passes(repo.path(), &["init", "-q", "--bare", "server"]);
    repo.write("b", line(1)).git(["add", "b"]);
    passes(repo.path(), &["commit", "-q", "-n", "-m", "leak"]);
    let said = refused(repo.path(), &["push", "-q", "server", "main"]);
    assert!(said.contains("saw refs/heads/main"), "{said}");
    let after = fs::read_dir(&hooks).unwrap().count();
    assert!(after > before.keys().filter(|path| path.starts_with(&hooks)).count() - 1);

    let other = Repo::new();
    write_hook(&other.join(".git/hooks/pre-commit"), "#!/bin/sh\nexit 0\n");
    let before = listing(&other.join(".git"));
    install(other.path());
    assert_eq!(stripeguard(other.path(), &["hook", "uninstall"]).code, 0);
    assert_eq!(listing(&other.join(".git")), before);
}

#[test]
fn a_directory_made_for_hooks_goes_with_them() {
    let repo = Repo::bare_directory();
    passes(repo.path(), &["init", "-q", "--template="]);
    let before = listing(&repo.join(".git"));
    install(repo.path());
    assert_ne!(listing(&repo.join(".git")), before);
    assert_eq!(stripeguard(repo.path(), &["hook", "uninstall"]).code, 0);
    assert_eq!(listing(&repo.join(".git")), before);
}

#[test]
fn a_failing_hook_that_was_there_still_fails() {
    let repo = Repo::new();
    write_hook(&repo.join(".git/hooks/pre-commit"), "#!/bin/sh\nexit 7\n");
    install(repo.path());
    repo.write("a", "one\n").git(["add", "-A"]);
    assert!(!git(repo.path(), COMMIT, &[]).status.success());
}

#[test]
fn a_changed_script_is_nobodys_to_remove() {
    let repo = with_hooks();
    let path = repo.join(".git/hooks/pre-commit");
    let changed = fs::read_to_string(&path).unwrap() + "echo more\n";
    fs::write(&path, &changed).unwrap();
    for command in ["install", "uninstall"] {
        let run = stripeguard(repo.path(), &["hook", command, "--pre-commit"]);
        assert_eq!(run.code, 2);
        assert!(run.stdout.contains("changed since"), "{}", run.stdout);
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    }
}

#[test]
fn managers_of_hooks_are_told_how() {
    let scripts = [
        ("# File generated by pre-commit: https://pre-commit.com\n", ".pre-commit-config.yaml"),
        ("call_lefthook run \"pre-commit\" \"$@\"\n", "lefthook.yml"),
        (". \"$(dirname \"$0\")/husky.sh\"\n", ".husky/pre-commit"),
    ];
    for (script, recipe) in scripts {
        let repo = Repo::new();
        let text = format!("#!/bin/sh\n{script}");
        write_hook(&repo.join(".git/hooks/pre-commit"), &text);
        let before = listing(&repo.join(".git"));
        let run = stripeguard(repo.path(), &["hook", "install", "--pre-commit"]);
        assert_eq!(run.code, 2, "{script}");
        assert!(run.stdout.contains(recipe), "{}", run.stdout);
        assert!(run.stdout.contains("stripeguard hook run pre-commit"), "{}", run.stdout);
        assert_eq!(listing(&repo.join(".git")), before);
    }
}

#[test]
fn hooks_of_the_work_tree_name_no_place_of_this_machine() {
    let repo = Repo::new();
    repo.git(["config", "core.hooksPath", ".githooks"]);
    fs::create_dir(repo.join("sub")).unwrap();
    let run = stripeguard(&repo.join("sub"), &["hook", "install", "--pre-commit"]);
    assert!(run.stdout.contains("commit it"), "{}", run.stdout);
    let script = fs::read_to_string(repo.join(".githooks/pre-commit")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_stripeguard"));
    assert!(!script.contains(program.parent().unwrap().to_str().unwrap()), "{script}");
    repo.write("a", line(1)).git(["add", "a"]);
    let gone = git(repo.path(), COMMIT, &[("PATH", "/usr/bin:/bin")]);
    assert!(!gone.status.success(), "a missing program must not look like a clean commit");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let output = git(repo.path(), COMMIT, &[("PATH", &path)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("stripeguard refused"), "{said}");
}

/// Runs the program with a home of its own.
fn at_home(home: &Path, dir: &Path, arguments: &[&str]) -> super::Run {
    let mut command = super::command(dir, arguments);
    command.env("GIT_CONFIG_GLOBAL", home.join("gitconfig")).env("XDG_CONFIG_HOME", home);
    command.env("APPDATA", home);
    super::finish(command.output().unwrap())
}

#[test]
fn for_all_repositories_a_template_is_used_and_taken_back() {
    let home = Repo::bare_directory();
    fs::write(home.join("gitconfig"), "[user]\n\tname = A\n").unwrap();
    let before = listing(home.path());
    let run = at_home(home.path(), home.path(), &["hook", "install", "--global"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let config = home.join("gitconfig").to_str().unwrap().to_owned();
    let made = git(home.path(), &["init", "-q", "new"], &[("GIT_CONFIG_GLOBAL", &config)]);
    assert!(made.status.success());
    fs::write(home.join("new/a"), line(1)).unwrap();
    passes(&home.join("new"), &["add", "a"]);
    refused(&home.join("new"), COMMIT);
    fs::remove_dir_all(home.join("new")).unwrap();
    let run = at_home(home.path(), home.path(), &["hook", "uninstall", "--global"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let after = listing(home.path());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    let text = fs::read_to_string(home.join("gitconfig")).unwrap();
    assert!(text.contains("name = A") && !text.contains("templateDir"), "{text}");
}

#[test]
fn hooks_that_all_repositories_share_are_not_changed_for_one() {
    let home = Repo::bare_directory();
    let shared = home.join("shared");
    let text = format!("[core]\n\thooksPath = {}\n", shared.to_str().unwrap().replace('\\', "/"));
    fs::write(home.join("gitconfig"), text).unwrap();
    let repo = Repo::new();
    let run = at_home(home.path(), repo.path(), &["hook", "install"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("--global"), "{}", run.stderr);
    assert!(!shared.exists());
    let run = at_home(home.path(), repo.path(), &["hook", "install", "--global"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(shared.join("pre-commit").is_file());
}

/// A repository with the hook that was pushed once, and the bare one that it was pushed to.
fn with_server() -> (Repo, Repo) {
    let server = Repo::bare_directory();
    passes(server.path(), &["init", "-q", "--bare", "-b", "main"]);
    let repo = Repo::new();
    repo.write("old", line(1)).commit("an old leak");
    repo.git(["remote", "add", "origin", server.path().to_str().unwrap()]);
    repo.git(["push", "-q", "-u", "origin", "main"]);
    install(repo.path());
    (repo, server)
}

#[test]
fn a_push_is_refused_for_what_the_server_does_not_have() {
    let (repo, server) = with_server();
    repo.git(["checkout", "-q", "-b", "topic"]);
    repo.write("a", "a\n").commit("clean");
    passes(repo.path(), &["push", "-q", "origin", "topic"]);
    repo.write("leak", line(2)).git(["add", "-A"]);
    passes(repo.path(), &["commit", "-q", "-n", "-m", "leak"]);
    repo.remove("leak").git(["add", "-A"]);
    passes(repo.path(), &["commit", "-q", "-m", "take it back"]);
    let said = refused(repo.path(), &["push", "-q", "origin", "topic"]);
    assert!(said.contains("leak:1:8") && said.contains("\"leak\""), "{said}");
    assert!(!said.contains("old:1:8"), "{said}");
    assert!(said.lines().filter(|l| !l.starts_with("error:")).count() <= 10, "{said}");
    refused(repo.path(), &["push", "-q", "origin", "topic:refs/heads/other"]);
    refused(repo.path(), &["push", "-q", server.path().to_str().unwrap(), "topic"]);
    repo.git(["branch", "-q", "-f", "clean", "topic~2"]);
    passes(repo.path(), &["push", "-q", "origin", "clean"]);
    passes(repo.path(), &["push", "-q", "origin", "--delete", "clean"]);
    passes(repo.path(), &["push", "-q", "origin", "main"]);
}

#[test]
fn messages_tags_and_names_of_references_are_pushed_too() {
    let (repo, _server) = with_server();
    let key = live_secret(5);
    passes(repo.path(), &["commit", "-q", "-n", "--allow-empty", "-m", &format!("use {key}")]);
    let said = refused(repo.path(), &["push", "-q", "origin", "main"]);
    assert!(!said.contains(&key[12..40]), "{said}");
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    passes(repo.path(), &["tag", "-a", "v1", "-m", &format!("use {key}")]);
    refused(repo.path(), &["push", "-q", "origin", "v1"]);
    passes(repo.path(), &["tag", "-a", "v2", "-m", "clean"]);
    passes(repo.path(), &["push", "-q", "origin", "v2"]);
    passes(repo.path(), &["branch", &key]);
    refused(repo.path(), &["push", "-q", "origin", &key]);
    repo.write("blob", line(6));
    let blob = repo.git(["hash-object", "-w", "blob"]);
    passes(repo.path(), &["tag", "blob", &blob]);
    refused(repo.path(), &["push", "-q", "origin", "refs/tags/blob"]);
}

#[test]
fn a_forced_push_sends_what_is_new_to_the_server() {
    let (repo, server) = with_server();
    repo.write("a", "one\n").commit("one");
    passes(repo.path(), &["push", "-q", "origin", "main"]);
    repo.write("a", line(3)).git(["add", "-A"]);
    passes(repo.path(), &["commit", "-q", "-n", "--amend", "-m", "one, again"]);
    let said = refused(repo.path(), &["push", "-q", "-f", "origin", "main"]);
    assert!(said.contains("a:1:8") && !said.contains("old:1:8"), "{said}");
    // Somebody else has pushed: what the server has is not here, and excludes nothing.
    passes(server.path(), &["update-ref", "-d", "refs/heads/main"]);
    repo.write("a", "three\n").git(["add", "-A"]);
    passes(repo.path(), &["commit", "-q", "-n", "--amend", "-m", "clean"]);
    passes(repo.path(), &["push", "-q", "-f", "origin", "main"]);
}

#[test]
fn a_push_that_nobody_announces_is_what_head_has() {
    let (repo, _server) = with_server();
    let arguments = ["hook", "run", "pre-push", "origin"];
    assert_eq!(stripeguard(repo.path(), &arguments).code, 0);
    repo.write("a", line(3)).git(["add", "-A"]);
    passes(repo.path(), &["commit", "-q", "-n", "-m", "leak"]);
    assert_eq!(stripeguard(repo.path(), &arguments).code, 1);
    // Git says through a pipe that there is nothing to be pushed.
    #[cfg(unix)]
    assert_eq!(stripeguard_with_input(repo.path(), &arguments, b"").code, 0);
    let run = stripeguard_with_input(repo.path(), &arguments, b"what is this\n");
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_server_refuses_what_stands_in_quarantine() {
    let server = Repo::bare_directory();
    passes(server.path(), &["init", "-q", "--bare", "-b", "main"]);
    let repo = Repo::new();
    repo.write("old", line(1)).commit("an old leak");
    repo.git(["push", "-q", server.path().to_str().unwrap(), "main"]);
    install(server.path());
    let target = server.path().to_str().unwrap();
    repo.write("a", "one\n").commit("clean");
    passes(repo.path(), &["push", "-q", target, "main"]);
    repo.write("leak", line(2)).commit("leak");
    let leak = repo.git(["rev-parse", "HEAD:leak"]);
    let said = refused(repo.path(), &["push", "-q", target, "main"]);
    assert!(said.contains("leak:1:8") && !said.contains("old:1:8"), "{said}");
    assert!(!git(server.path(), &["cat-file", "-e", &leak], &[]).status.success());
    for limit in ["1", "100"] {
        // Loose objects in quarantine, and a pack.
        passes(server.path(), &["config", "receive.unpackLimit", limit]);
        refused(repo.path(), &["push", "-q", target, "main:other"]);
    }
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    passes(repo.path(), &["push", "-q", target, "main", "main:other", "HEAD:refs/tags/t"]);
    passes(repo.path(), &["push", "-q", target, ":other"]);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let repo = with_hooks();
    repo.write("a", "one\n").git(["add", "a"]);
    let blob = repo.git(["rev-parse", ":a"]);
    let file = repo.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(file).unwrap();
    let run = stripeguard(repo.path(), &["hook", "run", "pre-commit"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("not everything could be read"), "{}", run.stderr);
}
