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
        "{{\"version\":3,\"sources\":[\"pay.js\"],\"sourcesContent\":[\"{escaped}\"],\"mappings\":\"AAAA\"}}"
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
        case("source map", key, "pay.js.map", map.into_bytes()),
        case("git bundle", key, "shop.bundle", bundle(text)),
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
    let pyc =
        [b"\xa7\x0d\x0d\x0a\0\0\0\0\xda", &[shown as u8][..], key.value.as_bytes(), b"N)\x01"]
            .concat();
    cases.push(case("pyc constant", key, "pay.pyc", pyc));
    cases
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
