//! Files in which other files lie.

use std::io::Write;

use super::Case;
use super::credential::{self, Credential};
use crate::keys::Random;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

const MEMBER: &str = "app/config/stripe.env";

/// Every container for two families and two generations.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for (family, len) in [("sk_live", 24), ("sk_live", 99), ("rk_live", 99), ("sk_test", 34)] {
        let key = credential::account(family, len, random);
        let text = format!("APP=shop\nSTRIPE_KEY={}\nLANG=C\n", key.value).into_bytes();
        cases.extend(compressed(&key, &text));
        cases.extend(archives(&key, &text));
        cases.extend(nested(&key, &text));
        cases.extend(documents(&key, &text));
    }
    cases
}

fn case(label: &str, key: &Credential, path: &str, bytes: Vec<u8>) -> Case {
    let mut case = Case::around("container", label, key, (&bytes, b"", b"")).anywhere(None);
    path.clone_into(&mut case.path);
    case
}

fn member(mut case: Case, member: &str) -> Case {
    case.expected[0].member = Some(member.to_owned());
    case
}

fn at(mut case: Case, line: usize, column: usize) -> Case {
    (case.expected[0].line, case.expected[0].column) = (Some(line), Some(column));
    case
}

fn compressed(key: &Credential, text: &[u8]) -> Vec<Case> {
    let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip.write_all(text).expect("memory");
    let zstd = ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
    vec![
        case("gzip", key, "stripe.env.gz", gzip(text)),
        case("gzip, two members", key, "log.gz", [gzip(b"first\n"), gzip(text)].concat()),
        case("gzip without its name", key, "backup.dat", gzip(text)),
        case("bzip2", key, "stripe.env.bz2", bzip.finish().expect("memory")),
        case("xz", key, "stripe.env.xz", xz(text)),
        case("zstd", key, "stripe.env.zst", zstd),
        case("zlib", key, "stream.zlib", zlib(text)),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(6);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("memory");
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zipped(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        writer.start_file(*name, options).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A stored member of which the headers say that it is packed with Zstandard.
fn zstd_zipped(text: &[u8]) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let packed = ruzstd::encoding::compress_to_vec(text, level);
    let mut bytes = zipped(&[(MEMBER, &packed)], zip::CompressionMethod::Stored);
    let directory = memchr::memmem::rfind(&bytes, b"PK\x01\x02").expect("a directory");
    (bytes[8], bytes[directory + 10]) = (93, 93);
    bytes
}

/// Two members of one name, of which most readers show the last alone.
fn twice_named(text: &[u8]) -> Vec<u8> {
    let other = MEMBER.replace("app", "apq");
    let files = [(MEMBER, text), (other.as_str(), &b"nothing\n"[..])];
    let mut bytes = zipped(&files, zip::CompressionMethod::Deflated);
    let places: Vec<_> = memchr::memmem::find_iter(&bytes, other.as_bytes()).collect();
    for at in places {
        bytes[at..at + MEMBER.len()].copy_from_slice(MEMBER.as_bytes());
    }
    bytes
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let size = content.len();
        bytes.extend(
            format!(
                "{:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
                format!("{name}/"),
                0,
                0,
                0,
                100_644
            )
            .bytes(),
        );
        bytes.extend(*content);
        bytes.extend((size % 2 == 1).then_some(b'\n'));
    }
    bytes
}

fn asar(text: &[u8]) -> Vec<u8> {
    let header =
        format!("{{\"files\":{{\"main.env\":{{\"size\":{},\"offset\":\"0\"}}}}}}", text.len());
    let padded = header.len().next_multiple_of(4);
    let mut bytes = Vec::new();
    for number in [4, padded + 8, padded + 4, header.len()] {
        bytes.extend(u32::try_from(number).expect("small").to_le_bytes());
    }
    bytes.extend(header.bytes());
    bytes.resize(16 + padded, 0);
    bytes.extend(text);
    bytes
}

fn archives(key: &Credential, text: &[u8]) -> Vec<Case> {
    use zip::CompressionMethod::{Deflated, Stored};
    let files: &[(&str, &[u8])] = &[("README", b"nothing\n"), (MEMBER, text)];
    let mut cases = vec![
        case("zip, stored", key, "backup.zip", zipped(files, Stored)),
        case("tar", key, "backup.tar", tarred(files)),
        case("tar.gz", key, "backup.tar.gz", gzip(&tarred(files))),
        case("tar.xz", key, "backup.tar.xz", xz(&tarred(files))),
    ];
    for name in
        ["zip", "jar", "war", "apk", "aab", "ipa", "docx", "xlsx", "whl", "nupkg", "vsix", "dat"]
    {
        cases.push(case("zip and its kin", key, &format!("shop.{name}"), zipped(files, Deflated)));
    }
    cases.push(case("zip, xz", key, "xz.zip", zipped(files, zip::CompressionMethod::Xz)));
    cases.push(case("zip, bzip2", key, "bz.zip", zipped(files, zip::CompressionMethod::Bzip2)));
    cases.push(case("zip, zstd", key, "zstd.zip", zstd_zipped(text)));
    cases.push(case("zip, names twice", key, "twice.zip", twice_named(text)));
    let program = [&b"MZ\x90\0\x03"[..], &[0; 600], &zipped(files, Deflated)].concat();
    cases.push(case("zip behind a program", key, "setup.exe", program));
    let script = [&b"#!/bin/sh\nexec java -jar $0\n"[..], &zipped(files, Deflated)].concat();
    cases.push(case("zip behind a script", key, "shop.jar", script));
    let mut crx = b"Cr24\x03\0\0\0\x04\0\0\0head".to_vec();
    crx.extend(zipped(files, Deflated));
    cases.push(case("crx", key, "shop.crx", crx));
    let mut cases: Vec<_> = cases.into_iter().map(|case| member(case, MEMBER)).collect();
    let data = gzip(&tarred(&[(MEMBER, text)]));
    let control = gzip(&tarred(&[("control", b"Package: shop\n")]));
    let deb =
        [("debian-binary", &b"2.0\n"[..]), ("control.tar.gz", &control), ("data.tar.gz", &data)];
    let gem = [("metadata.gz", &control[..]), ("data.tar.gz", &data)];
    cases.push(member(case("ar", key, "libshop.a", ar(&[("stripe.env", text)])), "stripe.env"));
    cases.push(case("deb", key, "shop.deb", ar(&deb)));
    cases.push(case("gem", key, "shop.gem", tarred(&gem)));
    cases.push(member(case("asar", key, "app.asar", asar(text)), "main.env"));
    cases
}

fn nested(key: &Credential, text: &[u8]) -> Vec<Case> {
    use zip::CompressionMethod::Deflated;
    let layer = tarred(&[(MEMBER, text)]);
    let manifest = b"[{\"Config\":\"config.json\",\"Layers\":[\"1/layer.tar\"]}]";
    let docker = tarred(&[("manifest.json", manifest), ("1/layer.tar", &layer)]);
    let oci = tarred(&[("oci-layout", b"{}"), ("blobs/sha256/0a", &gzip(&layer))]);
    let inner = zipped(&[(MEMBER, text)], Deflated);
    let twice = zipped(&[("WEB-INF/lib/pay.jar", &inner)], Deflated);
    let thrice = gzip(&tarred(&[("dist/shop.war", &twice)]));
    vec![
        case("docker image", key, "image.tar", docker),
        case("OCI image", key, "image.oci.tar", oci),
        case("jar in war", key, "shop.war", twice),
        case("jar in war in tar.gz", key, "release.tgz", thrice),
        case("gzip in gzip", key, "twice.gz", gzip(&gzip(text))),
    ]
}

fn documents(key: &Credential, text: &[u8]) -> Vec<Case> {
    let plain = String::from_utf8_lossy(text).into_owned();
    let escaped = plain.replace('\n', "\\n");
    let har = format!(
        "{{\"log\":{{\"entries\":[{{\"request\":{{\"headers\":[{{\"name\":\"Authorization\",\"value\":\"Bearer {}\"}}]}}}}]}}}}",
        key.value
    );
    let map = format!(
        "{{\"version\":3,\"sources\":[\"webpack://shop/./src/pay.ts\"],\"sourcesContent\":[\"{escaped}\"],\"mappings\":\"AAAA\"}}"
    );
    let mut cases = vec![
        case("PNG, tEXt", key, "a.png", png(b"tEXt", &[b"Comment\0", text].concat())),
        case("PNG, zTXt", key, "b.png", png(b"zTXt", &[b"Comment\0\0", &zlib(text)[..]].concat())),
        case(
            "PNG, iTXt",
            key,
            "c.png",
            png(b"iTXt", &[b"Comment\0\x01\0\0\0", &zlib(text)[..]].concat()),
        ),
        case("PDF stream", key, "invoice.pdf", pdf(&key.value)),
        case("HAR", key, "session.har", har.into_bytes()),
        at(member(case("source map", key, "pay.js.map", map.into_bytes()), "src/pay.ts"), 2, 12),
        at(member(case("git bundle", key, "shop.bundle", bundle(text)), "conf/stripe.env"), 2, 12),
    ];
    let shown = key.value.len();
    let class = [
        b"\xca\xfe\xba\xbe\0\0\0\x34\0\x03\x01\0",
        &[shown as u8][..],
        key.value.as_bytes(),
        b"\x01\0\x04Code",
    ]
    .concat();
    cases.push(case("class constant", key, "Pay.class", class));
    cases.push(member(case("pyc constant", key, "pay.pyc", pyc(&key.value)), "constants"));
    cases.push(member(case("sqlite, overflow", key, "shop.db", sqlite(&key.value)), "settings"));
    cases.push(case("notebook", key, "pay.ipynb", notebook(&plain)));
    cases
}

/// A compiled module of Python 3.11 with two constants (`Python/marshal.c`).
fn pyc(value: &str) -> Vec<u8> {
    let short = |kind: u8, text: &str| [&[kind, text.len() as u8][..], text.as_bytes()].concat();
    let mut bytes = 3495_u16.to_le_bytes().to_vec();
    bytes.extend(b"\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3");
    bytes.extend([0; 20]);
    bytes.extend(b"s\x02\0\0\0\x97\0)\x03");
    bytes.extend(short(0xda, value));
    bytes.extend(b"Ni\x07\0\0\0)\0)\0s\0\0\0\0");
    bytes.extend([short(0xfa, "pay.py"), short(0xda, "pay"), short(b'z', "pay")].concat());
    bytes.extend(b"\x01\0\0\0s\0\0\0\0s\0\0\0\0");
    bytes
}

fn notebook(text: &str) -> Vec<u8> {
    let lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    let cell = serde_json::json!({ "cell_type": "code", "source": lines, "outputs": [] });
    serde_json::json!({ "cells": [cell], "nbformat": 4 }).to_string().into_bytes()
}

const PAGE: usize = 512;

/// A database of four pages: the schema, and a table with one row that goes on in two overflow
/// pages; the value stands across their seam.
fn sqlite(value: &str) -> Vec<u8> {
    // The longest payload of which 39 bytes alone stand in the page of the table; 508 fit in the next.
    let filler = "the settings of the shop; ".repeat(60);
    let text = |tail: usize| {
        format!("{} stripe {value} ; {}", &filler[..520 - value.len() / 2], &filler[..tail])
    };
    let mut payloads = (700..1300).map(|tail| record(&[text(tail).as_bytes()]));
    let payload = payloads.rfind(|payload| local(payload.len()) == 39).expect("one of 508 lengths");
    let local = local(payload.len());
    let mut cell = [varint(payload.len()), varint(1), payload[..local].to_vec()].concat();
    cell.extend(3_u32.to_be_bytes());
    let schema =
        [&b"table"[..], b"settings", b"settings", b"\x02", b"CREATE TABLE settings(value)"];
    let schema = record(&schema);
    let schema = [varint(schema.len()), varint(1), schema].concat();
    let mut bytes = leaf(100, &schema);
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes[16..18].copy_from_slice(&(PAGE as u16).to_be_bytes());
    bytes.extend(leaf(0, &cell));
    let mut rest = &payload[local..];
    let mut page = 3_u32;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(PAGE - 4));
        page += 1;
        let next = if later.is_empty() { 0 } else { page };
        let mut overflow = [&next.to_be_bytes()[..], now].concat();
        overflow.resize(PAGE, 0);
        bytes.extend(overflow);
        rest = later;
    }
    let pages = (bytes.len() / PAGE) as u32;
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    bytes
}

/// How much of a payload stands in the page of a table.
fn local(len: usize) -> usize {
    let least = (PAGE - 12) * 32 / 255 - 23;
    let fits = least + (len - least) % (PAGE - 4);
    if fits <= PAGE - 35 { fits } else { least }
}

/// A page of a table with one cell.
fn leaf(header: usize, cell: &[u8]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    let at = PAGE - cell.len();
    page[header] = 0x0d;
    page[header + 4] = 1;
    page[header + 5..header + 7].copy_from_slice(&(at as u16).to_be_bytes());
    page[header + 8..header + 10].copy_from_slice(&(at as u16).to_be_bytes());
    page[at..].copy_from_slice(cell);
    page
}

/// A record of texts; a column of one byte is a number.
fn record(columns: &[&[u8]]) -> Vec<u8> {
    let kind =
        |column: &&[u8]| if column.len() == 1 { varint(1) } else { varint(13 + 2 * column.len()) };
    let kinds: Vec<u8> = columns.iter().flat_map(kind).collect();
    [varint(kinds.len() + 1), kinds, columns.concat()].concat()
}

fn varint(value: usize) -> Vec<u8> {
    if value < 128 {
        vec![value as u8]
    } else {
        vec![(value >> 7) as u8 | 0x80, value as u8 & 0x7f]
    }
}

fn png(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], content: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(content);
        let len = u32::try_from(content.len()).expect("small").to_be_bytes();
        [&len[..], kind, content, &crc.sum().to_be_bytes()[..]].concat()
    };
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    let pixels = zlib(&[0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(b"IHDR", &header));
    bytes.extend(chunk(kind, content));
    bytes.extend(chunk(b"IDAT", &pixels));
    bytes.extend(chunk(b"IEND", b""));
    bytes
}

fn pdf(value: &str) -> Vec<u8> {
    let stream = zlib(format!("BT /F1 12 Tf 72 720 Td (Key: {value}) Tj ET").as_bytes());
    let mut bytes = b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode /Length ".to_vec();
    bytes.extend(format!("{} >>\nstream\n", stream.len()).bytes());
    bytes.extend(stream);
    bytes.extend(b"\nendstream\nendobj\ntrailer << >>\n%%EOF\n");
    bytes
}

/// A bundle with one commit that holds the text.
fn bundle(text: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let repository = git2::Repository::init_bare(dir.path()).expect("a repository");
    let blob = repository.blob(text).expect("a blob");
    let mut builder = repository.treebuilder(None).expect("a tree");
    builder.insert("stripe.env", blob, 0o100_644).expect("an entry");
    let conf = builder.write().expect("a tree");
    let mut builder = repository.treebuilder(None).expect("a tree");
    builder.insert("conf", conf, 0o040_000).expect("an entry");
    let tree = repository.find_tree(builder.write().expect("a tree")).expect("a tree");
    let who = git2::Signature::new("A", "a@example.test", &git2::Time::new(1_700_000_000, 0))
        .expect("a name");
    let commit = repository.commit(None, &who, &who, "Add", &tree, &[]).expect("a commit");
    let mut pack = repository.packbuilder().expect("a pack");
    pack.insert_commit(commit).expect("a commit");
    let mut packed = git2::Buf::new();
    pack.write_buf(&mut packed).expect("a pack");
    let head = format!("# v2 git bundle\n{commit} refs/heads/main\n\n");
    [head.as_bytes(), &packed[..]].concat()
}
