//! Whatever breaks in the files of a repository, a scan never says that all was read when it was not,
//! and finds what is in everything that can still be read.
//!
//! `STRIPEGUARD_FAULTS=5000` tries so many places; `STRIPEGUARD_FAULT_SEED` chooses others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::subject::{Subject, Told, cat_file, scan};
use crate::keys::Random;

/// Places for each repository that is damaged, unless `STRIPEGUARD_FAULTS` says otherwise.
const PLACES: usize = 160;

#[derive(Clone, Copy, Debug)]
enum Damage {
    Flip { at: usize, mask: u8 },
    Truncate { to: usize },
    Delete,
}

/// One file that breaks in one way.
struct Case {
    file: PathBuf,
    damage: Damage,
}

impl Case {
    fn new(files: &[Vec<&PathBuf>], root: &Path, random: &mut Random) -> Self {
        let group = &files[random.below(files.len())];
        let file = group[random.below(group.len())].clone();
        let len = fs::metadata(root.join(&file)).unwrap().len() as usize;
        let damage = match random.below(8) {
            0 => Damage::Delete,
            1 | 2 if len > 0 => Damage::Truncate { to: random.below(len) },
            _ if len > 0 => Damage::Flip { at: random.below(len), mask: 1 << random.below(8) },
            _ => Damage::Delete,
        };
        Self { file, damage }
    }

    fn apply(&self, git_dir: &Path) {
        let path = git_dir.join(&self.file);
        let mut content = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        match self.damage {
            Damage::Flip { at, mask } => content[at] ^= mask,
            Damage::Truncate { to } => content.truncate(to),
            Damage::Delete => return,
        }
        fs::write(path, content).unwrap();
    }

    /// A repository need not have an index, so its absence is no fault: what was only staged has no
    /// name then.
    fn takes_names(&self) -> bool {
        self.file == Path::new("index") && matches!(self.damage, Damage::Delete)
    }
}

fn prints(told: &Told) -> BTreeSet<&String> {
    told.findings.iter().map(|(fingerprint, _)| fingerprint).collect()
}

/// Files of one kind together, so that the few that matter most are not lost among many.
fn kinds(files: &[PathBuf]) -> Vec<Vec<&PathBuf>> {
    let mut kinds: BTreeMap<String, Vec<&PathBuf>> = BTreeMap::new();
    for file in files {
        let text = file.to_string_lossy().replace('\\', "/");
        let kind = match text.rsplit_once('.') {
            Some((_, extension)) => extension.to_owned(),
            None => text.split_once('/').map_or(&*text, |(dir, _)| dir).to_owned(),
        };
        kinds.entry(kind).or_default().push(file);
    }
    kinds.into_values().collect()
}

/// What is wrong with how a scan of the damaged copy ended, if anything is.
fn fault(subject: &Subject, case: &Case, verify: bool) -> Option<String> {
    let copy = subject.copy();
    case.apply(&copy.path().join(".git"));
    let told = scan(copy.path(), if verify { &["--verify-objects"] } else { &[] });
    let same = prints(&told) == prints(&subject.told)
        && (told.findings == subject.told.findings || case.takes_names())
        && told.objects == subject.told.objects;
    let may_be_clean = subject.planted.is_empty();
    if !(told.code == 1 && !may_be_clean || told.code == 3 || told.code == 0 && may_be_clean) {
        return Some(format!("it ends with {}: {}", told.code, told.stderr));
    }
    if let Some(fault) = hook_fault(subject, case, copy.path()) {
        return Some(fault);
    }
    if told.is_complete {
        return (!same).then(|| {
            let lost = subject.told.findings.difference(&told.findings);
            let new = told.findings.difference(&subject.told.findings);
            format!(
                "it claims to be complete: {} lost {:?} new {:?}",
                told.objects,
                lost.collect::<Vec<_>>(),
                new.collect::<Vec<_>>()
            )
        });
    }
    let unfound = subject.planted.iter().find(|planted| {
        !told.has(&planted.fingerprint)
            && cat_file(copy.path(), &planted.id).as_ref() == Some(&planted.content)
    });
    unfound.map(|planted| {
        format!("git reads {}, and we do not; {:#}", planted.id, told.json["coverage"]["gaps"])
    })
}

/// A commit of a staged key must not pass, whatever else is broken.
fn hook_fault(subject: &Subject, case: &Case, at: &Path) -> Option<String> {
    if subject.planted.is_empty() || case.takes_names() {
        return None;
    }
    let output = crate::cli::command(at, &["hook", "run", "pre-commit"]).output().unwrap();
    let is_refused = matches!(output.status.code(), Some(1..=3));
    (!is_refused).then(|| format!("the hook ends with {}", output.status))
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn damage_everywhere(with_keys: bool) {
    let subject = Subject::new(with_keys);
    let groups = kinds(&subject.files);
    let mut random = Random::new(number("STRIPEGUARD_FAULT_SEED", 1) as u64);
    let cases: Vec<Case> = (0..number("STRIPEGUARD_FAULTS", PLACES))
        .map(|_| Case::new(&groups, &subject.repo.join(".git"), &mut random))
        .collect();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else { break };
                    if let Some(fault) = fault(&subject, case, number.is_multiple_of(5)) {
                        let place = format!("{} {:?}", case.file.display(), case.damage);
                        faults.lock().unwrap().push(format!("{place}: {fault}"));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn damage_never_hides_a_key() {
    damage_everywhere(true);
}

#[test]
fn damage_never_makes_a_false_all_clear() {
    damage_everywhere(false);
}

/// What git passes over in silence, because it no longer takes the directory for a repository.
#[test]
fn what_is_left_of_a_git_directory_is_a_gap() {
    let subject = Subject::new(false);
    for gone in ["HEAD", "refs", "objects"] {
        let copy = subject.copy();
        let path = copy.path().join(".git").join(gone);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        assert_eq!(scan(copy.path(), &[]).code, 3, "without {gone}");
        let bare = copy.path().join(".git");
        if gone != "objects" {
            assert_eq!(scan(&bare, &[]).code, 3, "bare, without {gone}");
        }
    }
    let copy = subject.copy();
    fs::remove_dir_all(copy.path().join(".git")).unwrap();
    fs::write(copy.path().join(".git"), "gitdjr: ../elsewhere\n").unwrap();
    assert_eq!(scan(copy.path(), &[]).code, 3, "a damaged .git file");
}
