//! Keys in archives and other containers: in trees and in history, nested, cut off and hostile.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use stripeguard::coverage::Note;
use stripeguard::decode::container::{self, Budget, Limits, Member, is_container};

use crate::cli::scan;
use crate::keys::{Random, live_secret};
use crate::repo::Repo;

fn open(content: &[u8], limits: &Limits, visit: &mut dyn FnMut(Member<'_>)) -> Vec<Note> {
    container::open(content, limits, &Budget::new(limits), visit)
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(content).unwrap();
    out.finish().unwrap()
}

pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, name, *content).unwrap();
    }
    out.into_inner().unwrap()
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, content) in members {
        out.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len())
                .bytes(),
        );
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), b'\n');
    }
    out
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
    out.write_all(content).unwrap();
    out.finish().unwrap()
}

fn png(text: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in
        [(b"zTXt", [b"Comment\0\0", &zlib(text)[..]].concat()), (b"IEND", Vec::new())]
    {
        out.extend((content.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(content);
        out.extend([0; 4]);
    }
    out
}

fn pdf(text: &[u8]) -> Vec<u8> {
    let packed = zlib(text);
    let head =
        format!("%PDF-1.7\n4 0 obj <</Length {}/Filter/FlateDecode>> stream\n", packed.len());
    [head.as_bytes(), &packed, b"\nendstream endobj\n%%EOF\n"].concat()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    out.write_all(content).unwrap();
    out.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::default();
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    out.write_all(content).unwrap();
    out.finish().unwrap()
}

fn env() -> Vec<u8> {
    format!("# shop\nSTRIPE_KEY={}\n", live_secret(1)).into_bytes()
}

/// What each container is, and the path of the key in it.
fn samples() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let env = env();
    let inner = zip(&[("a/b.env", &env)]);
    vec![
        ("log.gz", gzip(&env), "log.gz!/data"),
        ("log.bz2", bzip2(&env), "log.bz2!/data"),
        ("log.zst", zstd(&env), "log.zst!/data"),
        ("log.xz", xz(&env), "log.xz!/data"),
        ("app.jar", zip(&[("x.txt", b"x"), ("conf/prod.env", &env)]), "app.jar!/conf/prod.env"),
        ("src.tgz", gzip(&tar(&[("d/x", b"x"), ("d/.env", &env)])), "src.tgz!/d/.env"),
        (
            "pkg.deb",
            ar(&[("x", b"odd"), ("data.tar.gz", &gzip(&tar(&[("etc/k", &env)])))]),
            "pkg.deb!/data.tar.gz!/etc/k",
        ),
        ("all.zip", zip(&[("in.zip", &inner), ("y", b"y")]), "all.zip!/in.zip!/a/b.env"),
        ("image.png", png(&env), "image.png!/text"),
        ("doc.pdf", pdf(&env), "doc.pdf!/stream"),
    ]
}

#[test]
fn a_key_in_every_container_is_found_at_its_place_in_the_member() {
    for (name, content, path) in samples() {
        assert!(is_container(&content), "{name}");
        let dir = Repo::bare_directory();
        dir.write(name, &content);
        let run = scan(dir.path(), &["."]);
        assert_eq!(run.places(), [format!("{path}:2:12 tree")], "{name}: {}", run.stdout);
        assert_eq!(run.json()["coverage"]["complete"], true, "{name}: {}", run.stdout);
    }
}

#[test]
fn containers_are_opened_in_history_too() {
    let repo = Repo::new();
    for (name, content, _) in samples() {
        repo.write(name, content);
    }
    repo.commit("add");
    repo.git(["rm", "-q", "-r", "."]);
    repo.commit("remove");
    let mut places = scan(repo.path(), &["."]).places();
    let mut expected: Vec<_> =
        samples().iter().map(|(_, _, path)| format!("{path}:2:12 history")).collect();
    places.sort();
    expected.sort();
    assert_eq!(places, expected);
}

#[test]
fn what_is_left_of_a_container_that_is_cut_off_is_read_and_the_rest_is_a_gap() {
    for (name, content, _) in samples() {
        for len in (12..content.len()).step_by(content.len() / 40 + 1) {
            let mut seen = 0;
            let gaps = open(&content[..len], &Limits::default(), &mut |member| {
                seen += member.bytes.len();
            });
            let is_whole_anyway = matches!(name, "image.png" | "doc.pdf");
            // An ar archive has no end of its own: cut between two members, it is a whole one.
            let is_between = name == "pkg.deb" && (len == 72 || len + 1 >= content.len());
            assert!(!gaps.is_empty() || is_whole_anyway || is_between, "{name} at {len}");
        }
    }
}

#[test]
fn what_is_strung_together_is_read_to_its_end() {
    let (a, b) = (format!("k={}\n", live_secret(1)), format!("k={}\n", live_secret(2)));
    let tars = [tar(&[("a", a.as_bytes())]), tar(&[("b", b.as_bytes())])].concat();
    let zstds = [zstd(a.as_bytes()), zstd(b.as_bytes())].concat();
    let named = tar(&[(&live_secret(3), b"x"), (&live_secret(4), b"y")]);
    for (name, content) in [("a.tgz", gzip(&tars)), ("a.zst", zstds), ("names.tgz", gzip(&named))] {
        let dir = Repo::bare_directory();
        dir.write(name, content);
        assert_eq!(scan(dir.path(), &["."]).places().len(), 2, "{name}");
    }
}

#[test]
fn a_key_at_the_end_of_a_stored_member_is_one_finding() {
    let key = crate::keys::key("sk_live", 24, 5);
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    out.start_file("k", stored).unwrap();
    out.write_all(key.as_bytes()).unwrap();
    let dir = Repo::bare_directory();
    dir.write("a.zip", out.finish().unwrap().into_inner());
    assert_eq!(scan(dir.path(), &["."]).places(), ["a.zip!/k:1:1 tree"]);
}

#[test]
fn many_parts_that_hold_nothing_end_soon() {
    let chunks: Vec<u8> = b"\0\0\0\x03zTXta\0\0\0\0\0\0".repeat(2_000_000);
    let png = [b"\x89PNG\r\n\x1a\n", &chunks[..]].concat();
    let pdf = [b"%PDF-1.4\n".to_vec(), b"stream ".repeat(4_000_000)].concat();
    for content in [png, pdf] {
        let begun = Instant::now();
        let gaps = open(&content, &Limits::default(), &mut |_| {});
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert!(!gaps.is_empty() && gaps.len() <= 100_001);
    }
}

#[test]
fn a_bomb_ends_soon_with_a_gap() {
    let zeros = vec![0; 64 << 20];
    let bomb = gzip(&gzip(&zeros)).repeat(4);
    let many: Vec<u8> = zip(&(0..40).map(|_| ("z", &zeros[..1 << 20])).take(1).collect::<Vec<_>>());
    let limits = Limits { member_bytes: 8 << 20, unpacked_bytes: 32 << 20, ..Limits::default() };
    for content in [bomb, many, nested(12)] {
        let begun = Instant::now();
        let mut unpacked = 0;
        let gaps = open(&content, &limits, &mut |member| unpacked += member.bytes.len());
        assert!(unpacked <= 32 << 20);
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(unpacked < 2 << 20 || !gaps.is_empty());
    }
}

fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(env(), |content, _| zip(&[("n.zip", &content)]))
}

/// What a run may spend is shared: a hundred bombs cost no more than one, and each that is not read
/// to its end is a gap.
#[test]
fn many_bombs_cost_no_more_than_one() {
    let bomb = gzip(&vec![0; 4 << 20]);
    let limits = Limits { run_bytes: 10 << 20, ..Limits::default() };
    let budget = Budget::new(&limits);
    let (mut unpacked, mut gaps) = (0, 0);
    for _ in 0..100 {
        let notes = container::open(&bomb, &limits, &budget, &mut |member| {
            unpacked += member.bytes.len() as u64;
        });
        gaps += usize::from(!notes.is_empty());
    }
    let free = 100 * bomb.len() as u64 * limits.ratio;
    assert!(unpacked <= limits.run_bytes + free, "{unpacked}");
    assert!(gaps >= 97, "{gaps}");
}

/// What is not packed tightly costs a run nothing of what it may spend.
#[test]
fn ordinary_archives_are_read_when_the_budget_is_used_up() {
    let limits = Limits { run_bytes: 0, run_members: 0, ..Limits::default() };
    for (name, content, _) in samples() {
        let gaps = open(&content, &limits, &mut |_| {});
        assert_eq!(gaps, [], "{name}");
    }
}

/// One of each kind of container of the corpus.
fn kinds() -> BTreeMap<String, Vec<u8>> {
    let cases = crate::corpus::container::cases(&mut Random::new(9));
    cases.into_iter().map(|case| (case.label, case.bytes)).collect()
}

#[test]
fn what_is_cut_off_is_a_gap_and_is_read_up_to_there() {
    // These have no end of their own, so that one that is cut between two members is a whole one, or
    // they are read as texts in any case.
    let texts = [
        "HAR",
        "source map",
        "notebook",
        "PNG",
        "PDF",
        "ar",
        "deb",
        "zip behind",
        "tar",
        "gem",
        "docker",
        "OCI",
    ];
    for (label, content) in kinds() {
        let mut silent = Vec::new();
        for len in (content.len() / 3..content.len() - 1).step_by(content.len() / 60 + 1) {
            let gaps = open(&content[..len], &Limits::default(), &mut |_| {});
            silent.extend(gaps.is_empty().then_some(len));
        }
        let may_be_silent = texts.iter().any(|text| label.starts_with(text));
        assert!(silent.is_empty() || may_be_silent, "{label} of {}: {silent:?}", content.len());
    }
}

/// Chains that lead in circles, and cells that all show the same bytes, must end.
#[test]
fn a_database_that_leads_in_circles_is_read_once() {
    let mut database = kinds().remove("sqlite, overflow").unwrap();
    let page = 512;
    // The first overflow page follows itself.
    database[2 * page..2 * page + 4].copy_from_slice(&3_u32.to_be_bytes());
    let gaps = open(&database, &Limits::default(), &mut |_| {});
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    // A thousand cells at the same place.
    database[page + 3..page + 5].copy_from_slice(&1000_u16.to_be_bytes());
    let mut shown = 0;
    open(&database, &Limits::default(), &mut |member| shown += member.bytes.len());
    assert!(shown < 64 << 10, "{shown}");
}

#[test]
fn no_damage_panics() {
    let samples = samples().into_iter().map(|(_, content, _)| content);
    for content in samples.chain(kinds().into_values()) {
        for at in (0..content.len().min(400)).step_by(3) {
            for flip in [0xff, 0x01, 0x80] {
                let mut damaged = content.clone();
                damaged[at] ^= flip;
                open(&damaged, &Limits::default(), &mut |_| {});
            }
        }
    }
}
