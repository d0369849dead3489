//! Copies the bundled models and the licence to where maturin packs them into the wheel.

use std::path::Path;
use std::{env, fs, io};

/// The bundled models.
const MODELS: [&str; 2] = ["newswire", "newswire-fast"];

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo sets {name}")));
    let (own, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let licence = Path::new(&own).join("../../LICENSE");
    println!("cargo::rerun-if-changed={}", licence.display());
    fs::copy(licence, Path::new(&out).join("LICENSE"))?;
    let to = Path::new(&out).join("models");
    for model in MODELS {
        let from = Path::new(&own).join("../../models").join(model);
        println!("cargo::rerun-if-changed={}", from.display());
        let to = to.join(model);
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(from)? {
            let file = file?;
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}
