//! What the import graph costs: `cargo bench --bench imports [-- DIRECTORY PACKAGE ENTRY…]`, beside
//! merely reading the modules that it reaches, one after another: the way to the module that is
//! farthest away, and parsing all of them. Without arguments it makes a package of 20,000 modules,
//! each of which imports six others.

#![allow(clippy::print_stdout, missing_docs, clippy::unwrap_used)]

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use std::{env, fs, thread};

use stripeguard::context::imports::{Budget, Directive, Entry, Imports, Rules};

const MODULES: usize = 20_000;
const BESIDE: usize = 50;
const ROUNDS: usize = 3;

fn main() {
    let named: Vec<String> = env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    match named.as_slice() {
        [root, package, entries @ ..] => measure(Path::new(root), package, entries),
        _ => {
            let root = tempfile::tempdir().unwrap();
            make(root.path());
            measure(root.path(), "", &["src/d0/m0.tsx".to_owned()]);
        }
    }
}

/// Modules that import what stands beside them, what an alias names, and a package.
fn make(root: &Path) {
    fs::write(
        root.join("tsconfig.json"),
        r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }"#,
    )
    .unwrap();
    fs::write(root.join("package.json"), r#"{ "name": "a", "dependencies": { "react": "19" } }"#)
        .unwrap();
    for module in 0..MODULES {
        let dir = root.join(format!("src/d{}", module / BESIDE));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(format!("m{module}.tsx")), text(module)).unwrap();
    }
}

fn text(module: usize) -> String {
    let mut text = "import { useState } from 'react'\n".to_owned();
    let beside = module / BESIDE * BESIDE;
    for step in 1..4 {
        let other = beside + (module * step + 1) % BESIDE;
        writeln!(text, "import {{ part as near{step} }} from './m{other}'").unwrap();
        let other = (module * 7 + step * 1013) % MODULES;
        writeln!(text, "import {{ part as far{step} }} from '@/d{}/m{other}'", other / BESIDE)
            .unwrap();
    }
    for part in 0..12 {
        writeln!(
            text,
            "export function part{part}({{ price, onPay }}: {{ price: number; onPay?: () => void }}) {{\n  \
             const [open, setOpen] = useState<boolean>(false)\n  \
             const total = [near1, near2, near3, far1, far2, far3].reduce((a, f) => a + f(price), {part})\n  \
             return <button className={{open ? 'a' : 'b'}} onClick={{() => setOpen(!open)}}>{{total}}</button>\n}}"
        )
        .unwrap();
    }
    text
}

fn measure(root: &Path, package: &str, entries: &[String]) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let why = || "named".to_owned();
    let entries: Vec<Entry> =
        entries.iter().map(|path| Entry { path: path.clone(), why: why() }).collect();
    let rules = Rules {
        entries: &entries,
        entry: &|file| (file.directive() == Some(Directive::UseClient)).then(why),
        ..Rules::default()
    };
    let (mut ways, mut all, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    let (mut modules, mut bytes) = (0, 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let imports = Imports::new(root, Budget { threads, ..Budget::default() }).unwrap();
        let mut graph = imports.graph(package, &rules);
        let farthest = graph.modules().last().unwrap_or_default().to_owned();
        black_box(imports.reach(&mut graph, &rules, &farthest));
        ways.push(begun.elapsed().as_secs_f64());
        imports.settle(&mut graph, &rules);
        all.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let reached = graph.modules().filter_map(|module| fs::read(root.join(module)).ok());
        (modules, bytes) =
            reached.fold((0, 0), |(count, sum), text| (count + 1, sum + black_box(text).len()));
        reads.push(begun.elapsed().as_secs_f64());
    }
    let (way, all, read) = (least(ways), least(all), least(reads));
    println!("{modules} modules, {:.1} MB", bytes as f64 / 1e6);
    println!("way, {threads} threads  {:>8.0} ms", way * 1e3);
    println!("all, {threads} threads  {:>8.0} ms", all * 1e3);
    println!("read, 1 thread  {:>8.0} ms", read * 1e3);
    println!("way / read      {:>8.1}", way / read);
}

fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}
