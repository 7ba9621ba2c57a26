//! Files are read under the root and nowhere else.

use stripeguard::context::Files;

use crate::repo::Repo;

#[test]
fn files_and_names_are_those_under_the_root() {
    let dir = Repo::bare_directory();
    dir.write("package.json", "{}").write("src/a.ts", "a");
    let files = Files::under(dir.path());
    assert_eq!(files.text("src/a.ts").as_deref(), Some("a"));
    assert_eq!(files.list(""), ["package.json", "src/"]);
    assert_eq!(files.list("src"), ["a.ts"]);
    assert_eq!(files.list("nowhere"), Vec::<String>::new());
}

#[test]
fn nothing_outside_of_the_root_is_read() {
    let dir = Repo::bare_directory();
    dir.write("outside", "secret").write("root/inside", "text");
    let files = Files::under(&dir.join("root"));
    let absolute = dir.join("outside");
    for path in ["../outside", "./inside", "a/../inside", absolute.to_str().unwrap()] {
        assert_eq!(files.read(path), None, "{path}");
    }
    assert!(files.read("inside").is_some());
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_root_lead_nowhere() {
    let dir = Repo::bare_directory();
    dir.write("outside/file", "secret").write("root/inside", "text");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, dir.join(name)).unwrap();
    link("../outside/file", "root/file");
    link("../outside", "root/dir");
    link("inside", "root/good");
    let files = Files::under(&dir.join("root"));
    assert_eq!(files.read("file"), None);
    assert_eq!(files.read("dir/file"), None);
    assert_eq!(files.list("dir"), Vec::<String>::new());
    assert!(files.read("good").is_some());
}
