//! scratch
use safety::{Level, Screen};
fn main() {
    let d = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let mut src = vec![];
    for f in std::fs::read_dir(d).unwrap() {
        let f = f.unwrap().path();
        let n = f.file_name().unwrap().to_string_lossy().to_string();
        if n.ends_with(".toml") && n != "contacts.toml" && n != "cards.toml" {
            src.push(std::fs::read_to_string(f).unwrap());
        }
    }
    let refs: Vec<&str> = src.iter().map(String::as_str).collect();
    let c = std::fs::read_to_string(format!("{d}/contacts.toml")).unwrap();
    let s = Screen::from_sources(&refs, &c).unwrap();
    let quiet = std::env::var_os("Q").is_some();
    for path in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&path).unwrap();
        let (mut n, mut found, mut red, mut redf, mut right, mut fr, mut fa, mut faok) =
            (0, 0, 0, 0, 0, 0, 0, 0);
        let mut by: std::collections::BTreeMap<String, (usize, usize)> = Default::default();
        for l in t.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let cols: Vec<&str> = l.splitn(4, '\t').collect();
            n += 1;
            if cols.len() == 4 {
                let r = s.read(cols[3]);
                let v = r.verdict();
                let cats: Vec<&str> = cols[1].split(',').collect();
                let isred = cols[0] == "red";
                let f = v.level >= Level::Amber;
                let rf = v.level == Level::Red;
                let rt = v.categories.iter().any(|c| cats.contains(&c.as_str()));
                found += f as usize;
                red += isred as usize;
                redf += (isred && rf) as usize;
                right += rt as usize;
                for k in [cats[0].to_string(), format!("~{}", cols[2])] {
                    let e = by.entry(k).or_default();
                    e.0 += 1;
                    e.1 += (f && (!isred || rf)) as usize;
                }
                if !quiet && (!f || (isred && !rf) || !rt) {
                    println!(
                        "{:5} want {:5} {} [{}]: {}",
                        v.level.as_str(),
                        cols[0],
                        cols[1],
                        cols[2],
                        cols[3]
                    );
                    if f {
                        println!("        {:?}", s.entries_matched(cols[3]));
                    }
                }
            } else {
                let m = cols[1..].join("\t");
                let lv = s.read(&m).verdict().level;
                if lv == Level::Red {
                    fr += 1
                } else if lv == Level::Amber {
                    if cols[0] == "amber_ok" { faok += 1 } else { fa += 1 }
                }
                if !quiet && (lv == Level::Red || (lv == Level::Amber && cols[0] != "amber_ok")) {
                    println!("{:5} {}: {} {:?}", lv.as_str(), cols[0], m, s.entries_matched(&m));
                }
            }
        }
        println!(
            "== {path}: n {n} found {found} red {redf}/{red} right {right} | false red {fr} false amber {fa} amber_ok {faok}"
        );
        if red > 0 {
            for (k, v) in by {
                print!("{k} {}/{}; ", v.1, v.0);
            }
            println!();
        }
    }
}
