use safety::{Level, Screen};
use std::collections::BTreeMap;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let show = a[1] == "lines";
    let dir = "/work/main/crates/safety/data/";
    let lib = std::fs::read_to_string("/work/main/crates/safety/src/lexicon.rs").unwrap();
    let files: Vec<String> = lib.lines().filter_map(|l| l.trim().strip_prefix("include_str!(\"../data/")).map(|l| std::fs::read_to_string(format!("{dir}{}", l.trim_end_matches("\"),"))).unwrap()).collect();
    let f: Vec<&str> = files.iter().map(String::as_str).collect();
    let contacts = std::fs::read_to_string(format!("{dir}contacts.toml")).unwrap();
    let s = Screen::from_sources(&f, &contacts).unwrap_or_else(|e| panic!("{e}"));
    for path in &a[2..] {
        assert!(!path.contains("blind"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty());
        let mut n: BTreeMap<String, [usize; 7]> = BTreeMap::new();
        let (mut red, mut amber, mut all, mut allow) = (0, 0, 0, 0);
        let crisis = path.contains("crisis");
        for l in lines {
            if crisis {
                let c: Vec<&str> = l.splitn(4, '\t').collect();
                let r = s.read(c[3]);
                let v = r.verdict();
                let found = v.level > Level::Clear;
                let isred = c[0] == "red";
                let redok = isred && v.level == Level::Red;
                let right = v.categories.iter().any(|k| c[1].split(',').any(|x| x == k.as_str()));
                let first = c[1].split(',').next().unwrap();
                let expect = if c[2] == "third_person" { Some(true) } else if ["suicide_selfharm", "domestic_abuse", "homeless_tonight", "unspecified_danger", "urgent_maternity", "perinatal_mh_urgent","fgm_forced_marriage"].contains(&first) && c[2] != "other_language" && !(c[2]=="child_voice" && c[3].contains("mum")) { Some(false) } else { None };
                let vw = found && expect.is_some_and(|e| e != v.someone_else);
                for k in ["total".into(), format!("style {}", c[2]), format!("cat {first}")] {
                    let e = n.entry(k).or_default();
                    e[0] += 1; e[1] += found as usize; e[2] += isred as usize; e[3] += redok as usize; e[4] += right as usize;
                    e[5] += (found && expect.is_some()) as usize; e[6] += vw as usize;
                }
                if show && (!found || isred && !redok || !right || vw) {
                    println!("{}{} [{first} {}] {}   {:?}{}", if vw {"VOICE "} else {""}, v.level.as_str(), c[2], c[3], s.entries_matched(c[3]), "");
                }
            } else {
                let (st, m) = l.split_once('\t').unwrap();
                let lv = s.read(m).verdict().level;
                all += 1; allow += (st == "amber_ok") as usize;
                red += (lv == Level::Red) as usize;
                amber += (lv == Level::Amber && st != "amber_ok") as usize;
                if show && (lv == Level::Red || lv == Level::Amber && st != "amber_ok") { println!("{} [{st}] {m}   {:?}", lv.as_str().to_uppercase(), s.entries_matched(m)); }
            }
        }
        let name = path.rsplit('/').next().unwrap();
        if crisis { for (k, e) in n { println!("{name} {k}: found {}/{} red {}/{} right {} voice wrong {}/{}", e[1], e[0], e[3], e[2], e[4], e[6], e[5]); } }
        else { println!("{name}: false red {red}/{all} ({:.1}%), amber {amber}/{}", red as f64 * 100. / all as f64, all - allow); }
    }
}
