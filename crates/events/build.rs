//! Puts the letters of printed timetables beside the code, by half their size. They come from a crate, so that nothing
//! has to be fetched by hand.

use flate2::{Compression, write::ZlibEncoder};
use std::{env, fs, io::Write, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    let letters = [("regular", dejavu::sans_condensed::regular()), ("bold", dejavu::sans_condensed::bold())];
    for (name, bytes) in letters {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes)?;
        fs::write(Path::new(&out).join(name), packed.finish()?)?;
    }
    Ok(())
}
