use std::path::Path;

use stripeguard::git::{self, OpenError, Repository};

use super::fixture::Fixture;

fn open(path: &Path) -> Repository {
    git::open(path).unwrap_or_else(|error| panic!("{error}"))
}

fn same(a: &Path, b: &Path) {
    assert_eq!(a.canonicalize().unwrap(), b.canonicalize().unwrap());
}

#[test]
fn a_work_tree_its_git_directory_and_a_bare_repository() {
    let fixture = Fixture::new();
    let dot_git = fixture.root.join(".git");
    let repository = open(&fixture.root);
    same(&repository.git_dir, &dot_git);
    same(repository.work_tree.as_ref().unwrap(), &fixture.root);
    let repository = open(&dot_git);
    same(&repository.git_dir, &dot_git);
    same(repository.work_tree.as_ref().unwrap(), &fixture.root);
    let bare = fixture.beside("bare.git");
    fixture.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    let repository = open(&bare);
    same(&repository.git_dir, &bare);
    assert_eq!(repository.work_tree, None);
}

#[test]
fn a_linked_work_tree_and_a_separate_git_directory() {
    let fixture = Fixture::new();
    fixture.commit("one");
    let linked = fixture.beside("linked");
    fixture.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let repository = open(&linked);
    same(&repository.common_dir, &fixture.root.join(".git"));
    same(&repository.git_dir, &fixture.root.join(".git/worktrees/linked"));
    same(&open(&linked.join(".git")).git_dir, &repository.git_dir);
    same(&open(&repository.git_dir).common_dir, &repository.common_dir);
    let (dir, tree) = (fixture.beside("separate.git"), fixture.beside("separate"));
    let separate = format!("--separate-git-dir={}", dir.display());
    fixture.git(&["init", "-q", &separate, tree.to_str().unwrap()]);
    same(&open(&tree).git_dir, &dir);
}

#[test]
fn a_submodule_and_what_is_left_of_a_removed_one() {
    let fixture = Fixture::new();
    fixture.commit("one");
    let outer = Fixture::new();
    outer.git(&["submodule", "--quiet", "add", fixture.root.to_str().unwrap(), "sub"]);
    outer.commit("with a submodule");
    let absorbed = outer.root.join(".git/modules/sub");
    same(&open(&outer.root.join("sub")).git_dir, &absorbed);
    outer.git(&["rm", "-q", "-f", "sub"]);
    same(&open(&absorbed).git_dir, &absorbed);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_to_a_git_directory() {
    let fixture = Fixture::new();
    let link = fixture.beside("link");
    std::fs::create_dir(&link).unwrap();
    std::os::unix::fs::symlink(fixture.root.join(".git"), link.join(".git")).unwrap();
    same(&open(&link).git_dir, &fixture.root.join(".git"));
}

#[test]
fn what_is_no_repository_is_said_in_a_sentence() {
    let fixture = Fixture::new();
    let missing = git::open(&fixture.beside("nothing")).unwrap_err();
    assert!(matches!(missing, OpenError::Missing(_)));
    fixture.write("inner/file", "");
    let inner = git::open(&fixture.root.join("inner")).unwrap_err();
    assert!(inner.to_string().contains("name the root of a work tree"), "{inner}");
    assert!(!git::is_repository(&fixture.root.join("inner")));
    fixture.write("broken/.git", "gitdir: ../nowhere\n");
    let broken = git::open(&fixture.root.join("broken")).unwrap_err();
    assert!(broken.to_string().contains("git worktree repair"), "{broken}");
    assert!(git::is_repository(&fixture.root.join("broken")));
    fixture.write("file", "no link");
    assert!(git::open(&fixture.root.join("file")).is_err());
}

#[test]
fn the_configuration_is_not_obeyed() {
    let fixture = Fixture::new();
    let elsewhere = Fixture::new();
    let text = format!(
        "[core]\n\tworktree = {0}\n\tfsmonitor = touch {0}/ran\n\thooksPath = {0}\n[include]\n\tpath = {0}/more\n",
        elsewhere.root.display()
    );
    fixture.write(".git/config", text);
    elsewhere.write("more", "[extensions]\n\tobjectFormat = sha256\n");
    let repository = open(&fixture.root);
    same(repository.work_tree.as_ref().unwrap(), &fixture.root);
    assert_eq!(repository.id_len(), 20);
    fixture.write(".git/config", "[extensions] objectFormat = sha512 ; later\n");
    assert!(git::open(&fixture.root).unwrap_err().to_string().contains("sha512"));
    fixture.write(".git/config", "[EXTENSIONS]\n ObjectFormat = \"sha256\" # new\n");
    assert_eq!(open(&fixture.root).id_len(), 32);
}
